"""Is a calibration believable? The size of a femoral head, and a marker at the wrong height.

Source: measurement specification, 3.2 and 5.9.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import CalibrationError
from .calibration import Calibration

_LARGEST_HEAD_MM = 60.0
_SMALLEST_ADULT_HEAD_MM = 35.0
_ADULT_YEARS = 16.0


def head_diameter_warning(
    diameter_mm: float, calibration: Calibration, age_years: float | None = None
) -> str | None:
    """Sentence on a femoral head that is too large or too small for its calibration; else None.

    Adult heads measure about 48 to 50 mm in men and 43 to 44 mm in women; on a film that is not
    corrected for magnification they read 15 to 25 % more.

    Args:
        diameter_mm: measured with ``calibration``'s factor applied.
        calibration: of the image.
        age_years: below 16 a small head is no surprise.
    """
    if not calibration.provenance.has_millimetres:
        return None
    usual = "adults have about 48 to 50 mm (men) or 43 to 44 mm (women)"
    child = age_years is not None and age_years < _ADULT_YEARS
    if diameter_mm > _LARGEST_HEAD_MM:
        remedy = (
            "check the marker or the magnification"
            if calibration.calibrated
            else "the film is not corrected for magnification"
        )
        return f"The femoral head measures {diameter_mm:.0f} mm, {usual}: {remedy}."
    if diameter_mm < _SMALLEST_ADULT_HEAD_MM and not child:
        return (
            f"The femoral head measures {diameter_mm:.0f} mm, {usual}: check the pixel size, or "
            "the points on the head."
        )
    return None


@dataclass(frozen=True)
class MarkerPlaneError:
    """What a marker at another height than the hip does to lengths.

    Attributes:
        true_magnification: of the hip.
        marker_magnification: of the marker, by which the film is calibrated.
    """

    true_magnification: float
    marker_magnification: float

    @property
    def length_error_pct(self) -> float:
        """Relative error of every length in per cent; positive when lengths read too long."""
        return 100.0 * (self.true_magnification / self.marker_magnification - 1.0)

    def length_error_mm(self, length_mm: float) -> float:
        """Error in mm of a length that truly measures ``length_mm``."""
        return length_mm * self.length_error_pct / 100.0


def marker_plane_error(
    source_detector_mm: float, hip_detector_mm: float, marker_detector_mm: float
) -> MarkerPlaneError:
    """Error of a calibration whose marker lay nearer to the tube or the detector than the hip.

    Args:
        source_detector_mm: distance from the tube to the detector.
        hip_detector_mm: distance from the hip's centre to the detector.
        marker_detector_mm: distance from the marker's centre to the detector.

    Raises:
        CalibrationError: when hip or marker are not between tube and detector.
    """
    for what, distance in (("hip", hip_detector_mm), ("marker", marker_detector_mm)):
        if not 0.0 <= distance < source_detector_mm:
            raise CalibrationError(
                f"The {what} must lie between the tube and the detector; {distance:g} mm of "
                f"{source_detector_mm:g} mm does not."
            )
    return MarkerPlaneError(
        source_detector_mm / (source_detector_mm - hip_detector_mm),
        source_detector_mm / (source_detector_mm - marker_detector_mm),
    )
