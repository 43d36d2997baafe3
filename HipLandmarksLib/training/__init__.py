"""Training of landmark networks. Needs torch (extra ``train``)."""

from .config import TrainingConfig
from .folder import labelled_slices, read_folder
from .labels import LabelledSlice, PointLabel
from .losses import heatmap_nll, spatial_log_softmax
from .run import load_data, run_cross_validation, run_training, split
from .simulated import simulated_slices
from .targets import gaussian_target
from .trainer import Trainer

__all__ = [
    "LabelledSlice",
    "PointLabel",
    "Trainer",
    "TrainingConfig",
    "gaussian_target",
    "heatmap_nll",
    "labelled_slices",
    "load_data",
    "read_folder",
    "run_cross_validation",
    "run_training",
    "simulated_slices",
    "spatial_log_softmax",
    "split",
]
