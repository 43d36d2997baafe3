"""Angles and distances of the acetabulum."""

from __future__ import annotations

from ..frames import HipFrame
from ..quantity import Quantity, across, angle_from, component
from .construction import Construction


def lce(hip: Construction, frame: HipFrame) -> Quantity:
    """Lateral centre-edge angle of Wiberg; negative when the edge lies medially."""
    return angle_from(hip.points, ("FHC", "LAE"), frame.up, frame.lat)


def mce(hip: Construction, frame: HipFrame) -> Quantity:
    """Medial centre-edge angle."""
    return angle_from(hip.points, ("FHC", "MSO"), frame.up, -frame.lat)


def acetabular_arc(hip: Construction, frame: HipFrame) -> Quantity:
    """Lateral plus medial centre-edge angle."""
    return lce(hip, frame) + mce(hip, frame)


def tonnis(hip: Construction, frame: HipFrame) -> Quantity:
    """Slope of the roof of the adult: positive when its lateral end is higher."""
    return angle_from(hip.points, ("MSO", "LAE"), frame.lat, frame.up)


def ai_hilgenreiner(hip: Construction, frame: HipFrame) -> Quantity:
    """Acetabular index of the child, against the line through both triradiate cartilages."""
    return angle_from(hip.points, ("TRI", "LAE"), frame.lat, frame.up)


def sharp(hip: Construction, frame: HipFrame) -> Quantity:
    """Acetabular angle of Sharp."""
    return angle_from(hip.points, ("TD", "LAE"), frame.lat, frame.up)


def acetabular_offset_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """How far the head centre lies lateral of the teardrop."""
    return component(hip.points, ("TD", "FHC"), frame.lat)


def cor_height_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """How far the head centre lies above the teardrop."""
    return component(hip.points, ("TD", "FHC"), frame.up)


def extrusion_index_pct(hip: Construction, frame: HipFrame) -> Quantity:
    """Part of the head's width that lies lateral of the acetabular edge; not clipped."""
    radius = hip.head_radius
    covered = component(hip.points, ("FHC", "LAE"), frame.lat)
    return (radius - covered) / radius * 50.0


def kohler_fhc_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Head centre lateral of the Köhler (ilioischial) line."""
    return across(hip.points, ("ISCH", "FHC"), ("ISCH", "ILM"), frame.lat)


def kohler_head_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Medial margin of the head lateral of the Köhler line; negative in protrusio."""
    return kohler_fhc_mm(hip, frame) - hip.head_radius


def kohler_teardrop_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Teardrop lateral of the Köhler line."""
    return across(hip.points, ("ISCH", "TD"), ("ISCH", "ILM"), frame.lat)


def kohler_floor_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Floor of the acetabular fossa lateral of the Köhler line."""
    return across(hip.points, ("ISCH", "AF"), ("ISCH", "ILM"), frame.lat)
