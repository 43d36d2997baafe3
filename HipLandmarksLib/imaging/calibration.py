"""Where the pixel size comes from, and whether millimetres may be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class SpacingProvenance(str, Enum):
    """Source of the pixel size, in the order of trust of DICOM PS3.3 10.7 and the literature."""

    PATIENT_PLANE = "PATIENT_PLANE"
    """MR and CT: PixelSpacing is measured in the patient."""
    MARKER = "MARKER"
    DICOM_FIDUCIAL = "DICOM_FIDUCIAL"
    DICOM_GEOMETRY = "DICOM_GEOMETRY"
    DICOM_CALIBRATED_UNSPECIFIED = "DICOM_CALIBRATED_UNSPECIFIED"
    USER_MAGNIFICATION = "USER_MAGNIFICATION"
    ERMF = "ERMF"
    SID_SOD = "SID_SOD"
    DETECTOR_PLANE = "DETECTOR_PLANE"
    UNKNOWN_PIXELSPACING = "UNKNOWN_PIXELSPACING"
    SCANNED_FILM = "SCANNED_FILM"
    ASPECT_RATIO_ONLY = "ASPECT_RATIO_ONLY"
    NONE = "NONE"

    @property
    def calibrated(self) -> bool:
        """Whether lengths measured with this pixel size are millimetres at the hip."""
        return self in _CALIBRATED


_CALIBRATED = frozenset(
    {
        SpacingProvenance.PATIENT_PLANE,
        SpacingProvenance.MARKER,
        SpacingProvenance.DICOM_FIDUCIAL,
        SpacingProvenance.DICOM_GEOMETRY,
        SpacingProvenance.DICOM_CALIBRATED_UNSPECIFIED,
        SpacingProvenance.USER_MAGNIFICATION,
        SpacingProvenance.ERMF,
        SpacingProvenance.SID_SOD,
    }
)


@dataclass(frozen=True)
class Calibration:
    """Provenance of the spacing, and the factor by which image lengths become patient lengths.

    ``factor`` is kept apart from the pixel grid so that a later calibration re-applies to
    existing points: length in the patient = length in the image * factor.
    """

    provenance: SpacingProvenance
    factor: float = 1.0

    def __post_init__(self) -> None:
        if not 0.1 < self.factor < 10.0:
            raise ValueError(f"A calibration factor of {self.factor} is not plausible (0.1 to 10).")

    @property
    def calibrated(self) -> bool:
        """Whether lengths are millimetres at the hip."""
        return self.provenance.calibrated
