"""Pelvis and femora as closed surfaces: of a phantom or of bones that a user supplies."""

from .folder import analyse_bones, list_subjects, read_bones
from .hip_measures import measure_hip
from .phantom import make_phantom_anatomy
from .phantom_parameters import HipSurfaceParameters, PelvisPhantomParameters
from .phantom_population import random_phantom
from .pose import FemurPose, PelvisPose, mirrored, pose, scaled
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

__all__ = [
    "BoneName",
    "BoneSurface",
    "FemurPose",
    "HipGeometry",
    "HipSurfaceParameters",
    "PelvisAnatomy",
    "PelvisPhantomParameters",
    "PelvisPose",
    "analyse_bones",
    "list_subjects",
    "make_phantom_anatomy",
    "measure_hip",
    "mirrored",
    "pose",
    "random_phantom",
    "read_bones",
    "scaled",
]
