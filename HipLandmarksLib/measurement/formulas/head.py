"""Shape of the femoral head and its transition to the neck."""

from __future__ import annotations

from ..frames import HipFrame
from ..quantity import Quantity, across, angle_between
from .construction import Construction


def alpha(hip: Construction, frame: HipFrame) -> Quantity:
    """Angle at the head centre between the neck axis and the point where the head leaves round.

    Noetzli 2002; unsigned.
    """
    return angle_between(hip.points, ("FHC", "NA"), ("FHC", "LCP"))


def head_diameter_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Diameter of the head circle."""
    return hip.head_radius * 2.0


def head_neck_offset_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """How far the upper neck contour stays inside the parallel to the neck axis on the head."""
    return hip.head_radius - across(hip.points, ("FHC", "NCS"), ("FHC", "NA"), frame.up)


def head_neck_offset_ratio(hip: Construction, frame: HipFrame) -> Quantity:
    """Head-neck offset by head diameter."""
    return head_neck_offset_mm(hip, frame) / head_diameter_mm(hip, frame)
