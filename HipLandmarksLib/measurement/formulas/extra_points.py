"""Measurements that need points beyond the common ones: head bump, socket depth, physis, film."""

from __future__ import annotations

from ..frames import HipFrame
from ..quantity import Quantity, across, angle_from, component, distance
from .construction import Construction


def triangular_index_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """How far the contour point Q lies outside the head circle."""
    return distance(hip.points, ("FHC", "Q")) - hip.head_radius


def acetabular_depth_width_ratio_pct(hip: Construction, frame: HipFrame) -> Quantity:
    """Depth of the roof below the line teardrop - edge, by the length of that line."""
    p = hip.points
    depth = across(p, ("TD", "DOME"), ("TD", "LAE"), p["DOME"] - p["TD"])
    return depth / distance(p, ("TD", "LAE")) * 100.0


def fear(hip: Construction, frame: HipFrame) -> Quantity:
    """Femoro-epiphyseal acetabular roof index: positive when roof and physis open laterally."""
    roof = angle_from(hip.points, ("MSO", "LAE"), frame.lat, frame.up)
    return roof - angle_from(hip.points, ("PH1", "PH2"), frame.lat, frame.up)


def shenton_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Step of Shenton's line: how far the neck arc lies above the obturator arc."""
    return component(hip.points, ("OBT", "NECK"), frame.up)


def ischial_spine(hip: Construction, frame: HipFrame) -> Quantity:
    """Tip of the ischial spine lateral of the pelvic brim; negative = seen inside the pelvis."""
    return component(hip.points, ("BRIM", "SPINE"), frame.lat)


def pelvic_rotation_mm(pelvis: Construction, frame: HipFrame) -> Quantity:
    """Symphysis left of the sacrococcygeal joint, along the reference line."""
    return component(pelvis.points, ("SCJ", "SYM"), frame.lat)


def pelvic_tilt_mm(pelvis: Construction, frame: HipFrame) -> Quantity:
    """Symphysis below the sacrococcygeal joint, at right angles to the reference line."""
    return component(pelvis.points, ("SCJ", "SYM"), -frame.up)
