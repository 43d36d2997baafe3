"""Pelvis and femora as closed surfaces: of a phantom or of bones that a user supplies."""

from .folder import analyse_bones, list_subjects, read_bones
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

__all__ = [
    "BoneName",
    "BoneSurface",
    "HipGeometry",
    "PelvisAnatomy",
    "analyse_bones",
    "list_subjects",
    "read_bones",
]
