"""Measurements of the whole pelvis; its frame points to the patient's left."""

from __future__ import annotations

from ..frames import HipFrame
from ..quantity import Quantity, angle_from, distance
from .construction import Construction


def obliquity_teardrop(pelvis: Construction, frame: HipFrame) -> Quantity:
    """Slope of the teardrop line in the image; positive when the patient's left is higher."""
    return angle_from(pelvis.points, ("TD_R", "TD_L"), frame.lat, frame.up)


def obliquity_ischium(pelvis: Construction, frame: HipFrame) -> Quantity:
    """Slope of the line through both ischia; positive when the patient's left is higher."""
    return angle_from(pelvis.points, ("ISCH_R", "ISCH_L"), frame.lat, frame.up)


def inter_teardrop_mm(pelvis: Construction, frame: HipFrame) -> Quantity:
    """Distance between the teardrops."""
    return distance(pelvis.points, ("TD_R", "TD_L"))
