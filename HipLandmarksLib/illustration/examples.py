"""Which hip each drawing shows: an unremarkable one unless another shape explains better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..synthesis import PhantomParameters
from .pelvis_outline import RoofShape
from .schematic import TEXTBOOK_HIP, SchematicShape

_CAM = SchematicShape.with_hips(alpha_deg=66.0)
_LARGE_CAM = SchematicShape.with_hips(alpha_deg=82.0)
_SHALLOW = SchematicShape.with_hips(RoofShape(medial_edge_deg=42.0), lce_deg=26.0)
_LOW_TROCHANTER = SchematicShape.with_hips(trochanter_height_mm=-7.0)
_HIGH_TROCHANTER = SchematicShape.with_hips(trochanter_height_mm=9.0)
_ABDUCTED = SchematicShape.with_hips(shaft_adduction_deg=-10.0)
_TILTED = SchematicShape(
    PhantomParameters(right=TEXTBOOK_HIP, left=TEXTBOOK_HIP, obliquity_deg=7.0)
)
_UNEQUAL = SchematicShape(
    PhantomParameters(
        right=replace(TEXTBOOK_HIP, neck_shaft_angle_deg=136.0),
        left=replace(TEXTBOOK_HIP, neck_shaft_angle_deg=120.0),
    )
)
_SUBLUXED = replace(
    SchematicShape.with_hips(RoofShape(medial_edge_deg=48.0), lce_deg=8.0),
    subluxation_mm=(16.0, 6.5),
)
_RETROVERTED = SchematicShape.with_hips(RoofShape(40.0, retroverted=True), lce_deg=34.0)
_SHAPES: Mapping[str, SchematicShape] = {
    "alpha": _CAM,
    "LCP": _CAM,
    "head_neck_offset_mm": _CAM,
    "head_neck_offset_ratio": _CAM,
    "triangular_index_mm": _LARGE_CAM,
    "Q": _LARGE_CAM,
    "tonnis": _SHALLOW,
    "skinner_mm": _LOW_TROCHANTER,
    "ctd_mm": _HIGH_TROCHANTER,
    "lt_depth_mm": _UNEQUAL,
    "gt_depth_mm": SchematicShape(
        PhantomParameters(
            right=replace(TEXTBOOK_HIP, trochanter_height_mm=-10.0),
            left=replace(TEXTBOOK_HIP, trochanter_height_mm=3.0),
        )
    ),
    "shenton_mm": _SUBLUXED,
    "pelvic_rotation_mm": SchematicShape(sacrum_shift_mm=-11.0),
    "shaft_abduction": _ABDUCTED,
    "obliquity_teardrop": _TILTED,
    "obliquity_ischium": _TILTED,
    "retroversion_index_pct": _RETROVERTED,
    "SPINE": _RETROVERTED,
    "BRIM": _RETROVERTED,
    "ischial_spine": _RETROVERTED,
}


def example_shape(key: str) -> SchematicShape:
    """Shape drawn for a measurement id or a landmark key."""
    return _SHAPES.get(key, SchematicShape())
