"""Pelvis and femora as closed surfaces: of a phantom or of bones that a user supplies."""

from .folder import analyse_bones, list_subjects, read_bones
from .hip_measures import measure_hip
from .pose import FemurPose, PelvisPose, mirrored, pose, scaled
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

__all__ = [
    "BoneName",
    "BoneSurface",
    "FemurPose",
    "HipGeometry",
    "PelvisAnatomy",
    "PelvisPose",
    "analyse_bones",
    "list_subjects",
    "measure_hip",
    "mirrored",
    "pose",
    "read_bones",
    "scaled",
]
