"""Measurements in space: version, the clock face of the head, rules for slices.

Research software, not a medical device.
"""

from __future__ import annotations

from .clock import ClockFrame, alpha_samples, clock_alpha, clock_hour, clock_words
from .explorer import SliceProfile, explore_slices
from .omega import ClockArc, OmegaSpan, omega
from .radial import RadialPlane, cam_map, radial_plane
from .result import VolumeMeasurement
from .slice_rules import (
    SlicePlane,
    anterior_mm,
    clock_resolution_deg,
    offset_label,
    section_radius,
    through_head,
)
from .slice_value import HeadSphere, SlicePlace, SliceValue
from .space import PATIENT, ConstructionError, PatientAxes
from .version import (
    AcetabularLevel,
    FemoralVersionMethod,
    acetabular_version,
    acetabular_version_deg,
    femoral_version,
    femoral_version_deg,
    mckibbin,
)

__all__ = [
    "PATIENT",
    "AcetabularLevel",
    "ClockArc",
    "ClockFrame",
    "ConstructionError",
    "FemoralVersionMethod",
    "HeadSphere",
    "OmegaSpan",
    "PatientAxes",
    "RadialPlane",
    "SlicePlace",
    "SlicePlane",
    "SliceProfile",
    "SliceValue",
    "VolumeMeasurement",
    "acetabular_version",
    "acetabular_version_deg",
    "alpha_samples",
    "anterior_mm",
    "cam_map",
    "clock_alpha",
    "clock_hour",
    "clock_resolution_deg",
    "clock_words",
    "explore_slices",
    "femoral_version",
    "femoral_version_deg",
    "mckibbin",
    "offset_label",
    "omega",
    "radial_plane",
    "section_radius",
    "through_head",
]
