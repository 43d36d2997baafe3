"""Projection radiographs: pixel size by the order of trust, side and view from the header.

Sources: DICOM PS3.3 10.7 (what PixelSpacing and ImagerPixelSpacing mean) and C.7.6.1.1.1
(PatientOrientation).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from ...errors import ImageError
from ..calibration import Calibration, SpacingProvenance
from ..image import HipImage, Modality
from ..pictures import ASSUMED_ORIENTATION, projection_matrix
from .metadata import header_facts, join_notes
from .pixels import bone_bright, real_values, stored_frames
from .tags import number, numbers, positive_pair, text, value_of

_SAME_SPACING = 0.01  # relative; no hip lies so near the detector that 1 % were its magnification
_LARGEST_MAGNIFICATION = 2.0
_BY_TYPE = {
    "FIDUCIAL": SpacingProvenance.DICOM_FIDUCIAL,
    "GEOMETRY": SpacingProvenance.DICOM_GEOMETRY,
}


@dataclass(frozen=True)
class ProjectionSpacing:
    """Pixel size of a radiograph.

    Attributes:
        row_mm, column_mm: spacing of the grid as the file states it, without the factor.
        calibration: its provenance, and the factor from the grid to the patient.
        notes: what a reader should know about it.
    """

    row_mm: float
    column_mm: float
    calibration: Calibration
    notes: tuple[str, ...] = ()


def projection_spacing(dataset: Dataset) -> ProjectionSpacing:
    """Pixel size by the tags alone, most trusted source first.

    PixelSpacing with a stated calibration; PixelSpacing that differs from the detector's or
    scanner's; the detector's with a magnification; the detector's; PixelSpacing of unknown
    meaning; a scanned film's; the aspect ratio; nothing. A marker in the image or a user's
    magnification comes later, as another factor.
    """
    pixel = positive_pair(dataset, "PixelSpacing")
    imager = positive_pair(dataset, "ImagerPixelSpacing")
    nominal = positive_pair(dataset, "NominalScannedPixelSpacing")
    stated = _BY_TYPE.get(text(dataset, "PixelSpacingCalibrationType").upper())
    physical = imager or nominal
    if pixel and stated:
        return _spacing(pixel, stated)
    if pixel and physical and not np.allclose(pixel, physical, rtol=_SAME_SPACING, atol=0):
        note = "the file does not say how its pixel size was calibrated"
        return _spacing(pixel, SpacingProvenance.DICOM_CALIBRATED_UNSPECIFIED, note)
    if imager:
        return _detector_spacing(dataset, imager)
    if nominal:
        return _spacing(nominal, SpacingProvenance.SCANNED_FILM)
    if pixel:
        return _spacing(pixel, SpacingProvenance.UNKNOWN_PIXELSPACING)
    aspect = positive_pair(dataset, "PixelAspectRatio")
    if aspect:
        return _spacing((aspect[0] / aspect[1], 1.0), SpacingProvenance.ASPECT_RATIO_ONLY)
    return _spacing((1.0, 1.0), SpacingProvenance.NONE, "pixels are assumed to be square")


def read_projection(dataset: Dataset, path: Path, name: str) -> HipImage:
    """A radiograph as one coronal slice, bone bright.

    Raises:
        ImageError: when it is a cine of several frames, or its pixels cannot be decoded.
    """
    frames = int(number(dataset, "NumberOfFrames") or 1)
    if frames > 1:
        raise ImageError(f"{path} is a cine of {frames} frames: export the one frame to measure.")
    spacing = projection_spacing(dataset)
    columns_to, rows_to, orientation = _orientation(dataset)
    slope = number(dataset, "RescaleSlope") or 1.0
    intercept = number(dataset, "RescaleIntercept") or 0.0
    pixels = real_values(stored_frames(dataset, path), dataset, slope, intercept)
    facts = {**header_facts(dataset), "orientation": orientation}
    return HipImage(
        bone_bright(pixels, dataset),
        projection_matrix(spacing.row_mm, spacing.column_mm, columns_to, rows_to),
        Modality.XRAY,
        spacing.calibration,
        name,
        join_notes(facts, [*spacing.notes, *_view_notes(dataset)]),
    )


def _detector_spacing(dataset: Dataset, imager: tuple[float, float]) -> ProjectionSpacing:
    """Detector spacing, divided by the first plausible magnification that the file states."""
    notes = []
    for provenance, magnification in _stated_magnifications(dataset).items():
        if 1.0 < magnification <= _LARGEST_MAGNIFICATION:
            return ProjectionSpacing(*imager, Calibration(provenance, 1 / magnification))
        notes.append(f"a stated magnification of {magnification:.3g} was ignored as implausible")
    calibration = Calibration(SpacingProvenance.DETECTOR_PLANE)
    return ProjectionSpacing(*imager, calibration, tuple(notes))


def _stated_magnifications(dataset: Dataset) -> dict[SpacingProvenance, float]:
    found = {}
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    if factor:
        found[SpacingProvenance.ERMF] = factor
    detector = number(dataset, "DistanceSourceToDetector")
    patient = number(dataset, "DistanceSourceToPatient")
    if detector and patient:
        found[SpacingProvenance.SID_SOD] = detector / patient
    return found


def _spacing(
    pair: tuple[float, float], provenance: SpacingProvenance, *notes: str
) -> ProjectionSpacing:
    return ProjectionSpacing(pair[0], pair[1], Calibration(provenance), notes)


def _orientation(dataset: Dataset) -> tuple[str, str, str]:
    """(columns to L or R, rows to F or H, where that comes from)."""
    stated = text(dataset, "PatientOrientation")
    letters = [part[:1] for part in stated.split("\\")]
    if len(letters) == 2 and letters[0] in "LR" and letters[1] in "FH" and all(letters):
        return letters[0], letters[1], f"from DICOM PatientOrientation {stated}"
    found = f" (the file states {stated})" if stated else ""
    return "L", "F", ASSUMED_ORIENTATION + found


def _view_notes(dataset: Dataset) -> list[str]:
    notes = []
    if text(dataset, "ViewPosition").upper() == "PA":
        notes.append("PA view: check the side markers")
    if value_of(dataset, "PixelSpacing") is not None and not positive_pair(dataset, "PixelSpacing"):
        notes.append(f"PixelSpacing {numbers(dataset, 'PixelSpacing')} was ignored as invalid")
    return notes
