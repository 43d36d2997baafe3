"""Pixel size of a projection radiograph, by the order of trust.

Sources: DICOM PS3.3 10.7 (what PixelSpacing and ImagerPixelSpacing mean); measurement
specification, 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset

from ..calibration import Calibration, SpacingProvenance
from .tags import number, positive_pair, text, value_of

_SAME_SPACING = 0.01  # relative; no hip lies so near the detector that 1 % were its magnification
_LARGEST_MAGNIFICATION = 2.0
_BY_TYPE = {
    "FIDUCIAL": SpacingProvenance.DICOM_FIDUCIAL,
    "GEOMETRY": SpacingProvenance.DICOM_GEOMETRY,
}
_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")


@dataclass(frozen=True)
class ProjectionSpacing:
    """Pixel size of a radiograph.

    Attributes:
        row_mm, column_mm: spacing of the grid as the file states it, without the factor.
        calibration: its provenance, the factor from the grid to the patient, and remarks.
    """

    row_mm: float
    column_mm: float
    calibration: Calibration


def projection_spacing(dataset: Dataset) -> ProjectionSpacing:
    """Pixel size by the tags alone, most trusted source first.

    PixelSpacing with a stated calibration; PixelSpacing that differs from the detector's or
    scanner's; the detector's with a magnification; the detector's; PixelSpacing of unknown
    meaning; a scanned film's; the aspect ratio; nothing. A marker in the image or a user's
    magnification comes later, as another factor.
    """
    pair, calibration = _by_trust(dataset)
    remarks = (*calibration.remarks, *_invalid_spacings(dataset))
    return ProjectionSpacing(pair[0], pair[1], replace(calibration, remarks=remarks))


def _by_trust(dataset: Dataset) -> tuple[tuple[float, float], Calibration]:
    pixel, imager, nominal = (positive_pair(dataset, keyword) for keyword in _SPACINGS)
    plane = imager or nominal
    stated = _BY_TYPE.get(text(dataset, "PixelSpacingCalibrationType").upper())
    if pixel and stated:
        return pixel, _calibrated_in_the_file(dataset, stated, pixel, plane)
    if pixel and plane and not _same(pixel, plane):
        unspecified = SpacingProvenance.DICOM_CALIBRATED_UNSPECIFIED
        return pixel, _calibrated_in_the_file(dataset, unspecified, pixel, plane)
    if imager:
        return imager, _detector_calibration(dataset)
    if nominal:
        return nominal, Calibration(SpacingProvenance.SCANNED_FILM)
    if pixel:
        return pixel, Calibration(SpacingProvenance.UNKNOWN_PIXELSPACING)
    aspect = positive_pair(dataset, "PixelAspectRatio")
    if aspect:
        ratio = aspect[0] / aspect[1]
        return (ratio, 1.0), Calibration(SpacingProvenance.ASPECT_RATIO_ONLY)
    return (1.0, 1.0), Calibration(SpacingProvenance.NONE)


def _same(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return all(abs(a / b - 1) <= _SAME_SPACING for a, b in zip(first, second, strict=True))


def _calibrated_in_the_file(
    dataset: Dataset,
    provenance: SpacingProvenance,
    pixel: tuple[float, float],
    plane: tuple[float, float] | None,
) -> Calibration:
    remarks = []
    if plane and not _same(pixel, plane):
        across, down = plane[1] / pixel[1], plane[0] / pixel[0]
        if not 1.0 < across <= _LARGEST_MAGNIFICATION:
            remarks.append(
                f"The file's calibration means a magnification of {across:.3g}, which no hip "
                "radiograph has: check a known length before you rely on millimetres."
            )
        if abs(across / down - 1) > _SAME_SPACING:
            remarks.append(
                "The file states different shapes of its pixels before and after calibration: "
                "angles and lengths may both be wrong; check with whoever exported it."
            )
    detail = text(dataset, "PixelSpacingCalibrationDescription")
    return Calibration(provenance, detail=detail, remarks=tuple(remarks))


def _detector_calibration(dataset: Dataset) -> Calibration:
    """The first plausible magnification that the file states, else the detector plane."""
    remarks: list[str] = []
    for provenance, magnification in _stated_magnifications(dataset):
        if 1.0 < magnification <= _LARGEST_MAGNIFICATION:
            return Calibration(
                provenance,
                1 / magnification,
                f"magnification {magnification:.3f}",
                tuple(remarks),
            )
        remarks.append(f"A stated magnification of {magnification:.3g} was ignored as implausible.")
    return Calibration(SpacingProvenance.DETECTOR_PLANE, remarks=tuple(remarks))


def _stated_magnifications(dataset: Dataset) -> Iterator[tuple[SpacingProvenance, float]]:
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    if factor:
        yield SpacingProvenance.ERMF, factor
    detector = number(dataset, "DistanceSourceToDetector")
    patient = number(dataset, "DistanceSourceToPatient")
    if detector and patient:
        yield SpacingProvenance.SID_SOD, detector / patient


def _invalid_spacings(dataset: Dataset) -> Iterator[str]:
    for keyword in _SPACINGS:
        raw = value_of(dataset, keyword)
        if raw is not None and not positive_pair(dataset, keyword):
            stated = text(dataset, keyword).replace("\\", " and ")
            yield f"The file's {keyword} ({stated}) is not a pixel size and was ignored."
