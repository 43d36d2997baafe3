"""In which group of the table a measurement stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum


class Section(Enum):
    """Groups of the table, in order, with their headings."""

    HEAD_NECK = "Femoral head and neck"
    ACETABULUM = "Acetabulum"
    LENGTHS = "Offsets and lengths"
    PROTRUSIO = "Protrusio and trochanter"
    PELVIS = "Pelvis"
    QUALITY = "Quality checks"
    OTHER = "Other measurements"


DIFFERENCE_ROW = "delta:"
"""Before the id of a measurement: the row of its side difference, where that has a name."""

_IDS: Mapping[Section, tuple[str, ...]] = {
    Section.HEAD_NECK: (
        *("alpha", "nsa", "mpfa", "head_diameter_mm", "head_neck_offset_mm"),
        *("head_neck_offset_ratio", "triangular_index_mm"),
    ),
    Section.ACETABULUM: (
        *("lce", "mce", "acetabular_arc", "tonnis", "ai_hilgenreiner", "sharp"),
        *("extrusion_index_pct", "acetabular_depth_width_ratio_pct", "posterior_wall_mm"),
        *("retroversion_index_pct", "ischial_spine", "fear"),
    ),
    Section.LENGTHS: (
        *("femoral_offset_mm", "femoral_offset_h_mm", "acetabular_offset_mm", "cor_height_mm"),
        *("global_offset_sum_mm", "global_offset_h_mm", "lt_depth_mm", "gt_depth_mm"),
    ),
    Section.PROTRUSIO: (
        *("kohler_head_mm", "kohler_fhc_mm", "kohler_teardrop_mm", "kohler_floor_mm"),
        *("skinner_mm", "ctd_mm", "atd_mm", "shenton_mm"),
    ),
    Section.PELVIS: (
        *("obliquity_teardrop", "obliquity_ischium", "inter_teardrop_mm"),
        *(f"{DIFFERENCE_ROW}lt_depth_mm", f"{DIFFERENCE_ROW}gt_depth_mm"),
    ),
    Section.QUALITY: ("shaft_abduction", "pelvic_rotation_mm", "pelvic_tilt_mm"),
}
_SECTION_OF = {id_: section for section, ids in _IDS.items() for id_ in ids}


def section_of(measurement: str) -> Section:
    """The group of a measurement; one that no group names stands among the others."""
    return _SECTION_OF.get(measurement, Section.OTHER)


def grouped(measurements: Iterable[str]) -> dict[Section, list[str]]:
    """Measurement ids by group, in the order of the groups; empty groups are left out."""
    ids = list(dict.fromkeys(measurements))
    groups = {section: [id_ for id_ in ids if section_of(id_) is section] for section in Section}
    return {section: members for section, members in groups.items() if members}
