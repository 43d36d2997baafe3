"""Angles and distances of the proximal femur, its shaft and its trochanters."""

from __future__ import annotations

from ..frames import HipFrame
from ..quantity import (
    ConstructionError,
    Quantity,
    across,
    along,
    angle_between,
    angle_from,
    component,
    cosine,
)
from .acetabulum import acetabular_offset_mm
from .construction import Construction

_SHAFT = ("SHP", "SHD")
_SHAFT_UPWARDS = ("SHD", "SHP")
_LEAST_COSINE = 0.05  # within 3 degrees of parallel, the crossing says nothing


def nsa(hip: Construction, frame: HipFrame) -> Quantity:
    """Neck-shaft (CCD) angle: between neck base -> head and the shaft, distally."""
    return angle_between(hip.points, ("NB", "FHC"), _SHAFT)


def mpfa(hip: Construction, frame: HipFrame) -> Quantity:
    """Medial proximal femoral angle: between trochanter tip -> head and the shaft, distally."""
    return angle_between(hip.points, ("GT", "FHC"), _SHAFT)


def femoral_offset_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Distance from the head centre to the shaft axis; negative = shaft medial of the head."""
    return across(hip.points, ("FHC", "SHP"), _SHAFT, frame.lat)


def femoral_offset_h_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Distance from the head centre to the shaft axis, parallel to the reference line."""
    leaning = cosine(shaft_abduction(hip, frame))
    if abs(leaning.value) < _LEAST_COSINE:
        raise ConstructionError("The shaft axis runs parallel to the reference line.")
    # A shaft drawn upwards is the same line: the sign is that of the femoral offset.
    return femoral_offset_mm(hip, frame) / (leaning if leaning.value > 0.0 else leaning * -1.0)


def global_offset_sum_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Acetabular plus femoral offset."""
    return acetabular_offset_mm(hip, frame) + femoral_offset_mm(hip, frame)


def global_offset_h_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Distance from the teardrop to the shaft axis at the level of the head centre."""
    return acetabular_offset_mm(hip, frame) + femoral_offset_h_mm(hip, frame)


def skinner_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Fovea above the perpendicular to the shaft axis through the trochanter tip."""
    return along(hip.points, ("GT", "FOV"), _SHAFT_UPWARDS)


def ctd_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Head centre above the trochanter tip, along the shaft axis."""
    return along(hip.points, ("GT", "FHC"), _SHAFT_UPWARDS)


def atd_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Top of the head above the trochanter tip, along the shaft axis."""
    return ctd_mm(hip, frame) + hip.head_radius


def lt_depth_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Lesser trochanter below the teardrop."""
    return component(hip.points, ("TD", "LT"), -frame.up)


def gt_depth_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Greater trochanter below the teardrop."""
    return component(hip.points, ("TD", "GT"), -frame.up)


def shaft_abduction(hip: Construction, frame: HipFrame) -> Quantity:
    """Shaft axis against the perpendicular to the reference line; negative = adducted."""
    return angle_from(hip.points, _SHAFT, -frame.up, frame.lat)
