"""Training of landmark networks. Needs torch (extra ``train``)."""

from .augmentation import AUGMENTATIONS, Augmentation
from .config import TrainingConfig
from .covering import cover, with_covered
from .folder import labelled_slices, read_folder
from .labels import LabelledSlice, PointLabel
from .losses import AdaptiveWing, adaptive_wing, field_mse, heatmap_nll, spatial_log_softmax
from .objective import HeatmapLoss, LossSettings, Objective
from .recipes import RECIPES
from .run import load_data, run_cross_validation, run_training, split
from .schedule import OptimiserKind, Schedule
from .simulated import simulated_slices
from .slice_trainer import Trainer
from .splits import Balance, PatientSplit, make_split, read_split, write_split
from .targets import gaussian_target, peak_maps

__all__ = [
    "AUGMENTATIONS",
    "RECIPES",
    "AdaptiveWing",
    "Augmentation",
    "Balance",
    "HeatmapLoss",
    "LabelledSlice",
    "LossSettings",
    "Objective",
    "OptimiserKind",
    "PatientSplit",
    "PointLabel",
    "Schedule",
    "Trainer",
    "TrainingConfig",
    "adaptive_wing",
    "cover",
    "field_mse",
    "gaussian_target",
    "heatmap_nll",
    "labelled_slices",
    "load_data",
    "make_split",
    "peak_maps",
    "read_folder",
    "read_split",
    "run_cross_validation",
    "run_training",
    "simulated_slices",
    "spatial_log_softmax",
    "split",
    "with_covered",
    "write_split",
]
