"""Pelvis and femora as closed surfaces: of a phantom or of bones that a user supplies."""

from .folder import analyse_bones, list_subjects, read_bones
from .hip_measures import measure_hip
from .morph import HipMorph, PelvisMorph, morph
from .phantom import make_phantom_anatomy
from .phantom_parameters import HipSurfaceParameters, PelvisPhantomParameters
from .phantom_population import random_phantom
from .population import random_anatomy, random_shape
from .pose import FemurPose, PelvisPose, mirrored, pose, scaled
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

__all__ = [
    "BoneName",
    "BoneSurface",
    "FemurPose",
    "HipGeometry",
    "HipMorph",
    "HipSurfaceParameters",
    "PelvisAnatomy",
    "PelvisMorph",
    "PelvisPhantomParameters",
    "PelvisPose",
    "analyse_bones",
    "list_subjects",
    "make_phantom_anatomy",
    "measure_hip",
    "mirrored",
    "morph",
    "pose",
    "random_anatomy",
    "random_phantom",
    "random_shape",
    "read_bones",
    "scaled",
]
