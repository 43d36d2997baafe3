"""Training of landmark networks. Needs torch (extra ``train``)."""

from .config import TrainingConfig
from .labels import LabelledSlice, PointLabel
from .losses import heatmap_nll, spatial_log_softmax
from .targets import gaussian_target
from .trainer import Trainer

__all__ = [
    "LabelledSlice",
    "PointLabel",
    "Trainer",
    "TrainingConfig",
    "gaussian_target",
    "heatmap_nll",
    "spatial_log_softmax",
]
