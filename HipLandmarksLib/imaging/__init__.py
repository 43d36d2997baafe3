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
from .image import HipImage, Modality
from .orientation import as_coronal, axis_letters, coronal_angle_deg, require_coronal

if TYPE_CHECKING:
    from .dicom import DicomSeries, SeriesChoiceError, list_series
    from .read import read_image
    from .sitk_io import from_sitk, to_sitk, write_image

_LOADED_ON_USE = {
    "DicomSeries": ".dicom",
    "SeriesChoiceError": ".dicom",
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
    "Calibration",
    "DicomSeries",
    "HipImage",
    "Modality",
    "PlaneTransform",
    "SeriesChoiceError",
    "SpacingProvenance",
    "as_coronal",
    "axis_letters",
    "coronal_angle_deg",
    "from_sitk",
    "list_series",
    "read_image",
    "require_coronal",
    "to_sitk",
    "window_level",
    "write_image",
]
