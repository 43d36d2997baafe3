"""Images with their geometry: reading, writing, calibration, invertible preprocessing.

Readers and writers (SimpleITK, pydicom, Pillow) are loaded on first use, so that code which only
needs the types starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .affine import PlaneTransform
from .calibration import Calibration, SpacingProvenance
from .display import window_level
from .film import DISPLAYS, is_mirrored, with_orientation
from .image import HipImage, Modality
from .orientation import as_coronal, axis_letters, coronal_angle_deg, require_coronal
from .plausibility import MarkerPlaneError, head_diameter_warning, marker_plane_error
from .recalibration import (
    DEFAULT_MAGNIFICATION,
    choose_calibration,
    length_calibration,
    magnification_calibration,
    ruler_calibration,
    with_calibration,
)
from .stack import posterior_normal, slice_depths_mm, unreadable_slices

if TYPE_CHECKING:
    from .ball_search import find_ball
    from .dicom import DicomSeries, SeriesChoiceError, list_series
    from .marker import DEFAULT_BALL_MM, MarkerBall, ball_calibration, ball_from_rim
    from .read import read_image
    from .sitk_io import from_sitk, to_sitk, write_image

_LOADED_ON_USE = {
    "DEFAULT_BALL_MM": ".marker",
    "DicomSeries": ".dicom",
    "MarkerBall": ".marker",
    "SeriesChoiceError": ".dicom",
    "ball_calibration": ".marker",
    "ball_from_rim": ".marker",
    "find_ball": ".ball_search",
    "list_series": ".dicom",
    "read_image": ".read",
    "from_sitk": ".sitk_io",
    "to_sitk": ".sitk_io",
    "write_image": ".sitk_io",
}


def __getattr__(name: str) -> Any:
    if name not in _LOADED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LOADED_ON_USE[name], __name__), name)


__all__ = [
    "DEFAULT_BALL_MM",
    "DEFAULT_MAGNIFICATION",
    "DISPLAYS",
    "Calibration",
    "DicomSeries",
    "HipImage",
    "MarkerBall",
    "MarkerPlaneError",
    "Modality",
    "PlaneTransform",
    "SeriesChoiceError",
    "SpacingProvenance",
    "as_coronal",
    "axis_letters",
    "ball_calibration",
    "ball_from_rim",
    "choose_calibration",
    "coronal_angle_deg",
    "find_ball",
    "from_sitk",
    "head_diameter_warning",
    "is_mirrored",
    "length_calibration",
    "list_series",
    "magnification_calibration",
    "marker_plane_error",
    "posterior_normal",
    "read_image",
    "require_coronal",
    "ruler_calibration",
    "slice_depths_mm",
    "to_sitk",
    "unreadable_slices",
    "window_level",
    "with_calibration",
    "with_orientation",
    "write_image",
]
