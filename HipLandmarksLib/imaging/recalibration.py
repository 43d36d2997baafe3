"""Calibrating a film after it was read: by a known length in it, or by a fixed magnification.

A calibration is a factor beside the pixel grid. A new one replaces the old factor, never multiplies
it, and moves no point: landmarks that are there already are measured anew with it.
"""

from __future__ import annotations

from dataclasses import replace
from math import dist, isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CalibrationError
from .calibration import Calibration, SpacingProvenance
from .image import HipImage, Modality

DEFAULT_MAGNIFICATION = 1.20
"""Mean of published sites 1.198, range 1.17 to 1.234 (measurement specification, 3.2)."""

_LARGEST_MAGNIFICATION = 2.0
_SHORTEST_RULER_PX = 20.0
_USUAL_MAGNIFICATION = (1.02, 1.6)
_DETECTOR_GRIDS = frozenset(
    {SpacingProvenance.DETECTOR_PLANE, SpacingProvenance.ERMF, SpacingProvenance.SID_SOD}
)


def with_calibration(image: HipImage, calibration: Calibration) -> HipImage:
    """The image with another calibration; pixels, geometry and points placed on it stay.

    Raises:
        CalibrationError: when the image is MR or CT, whose millimetres are the patient's own.
    """
    _require_film(image)
    return replace(image, calibration=calibration)


def choose_calibration(
    image: HipImage, *, marker: Calibration | None = None, magnification: float | None = None
) -> Calibration:
    """The most trusted of what is known: marker, file, fixed magnification, X-ray unit.

    Args:
        image: a film as it was read, with the calibration of its file.
        marker: of a ball or ruler in this image; it outranks everything.
        magnification: fixed factor such as 1.20; it outranks what the X-ray unit estimated, but
            not a calibration in the file. Where it is not used, or there is no pixel size that
            it could correct, the ``remarks`` of the result say so.

    Raises:
        CalibrationError: when the magnification is no such factor, or the image is MR or CT.
    """
    if marker is None and magnification is None:
        return image.calibration
    _require_film(image)
    if magnification is not None:
        _check_magnification(magnification)
    if marker is not None:
        return marker if magnification is None else _unused(marker, magnification)
    assert magnification is not None  # one of the two is given
    known = image.calibration.provenance
    if known.rank < SpacingProvenance.USER_MAGNIFICATION.rank or not known.has_millimetres:
        return _unused(image.calibration, magnification)
    return magnification_calibration(image, magnification)


def magnification_calibration(
    image: HipImage, magnification: float = DEFAULT_MAGNIFICATION
) -> Calibration:
    """Calibration by a fixed magnification of the user or the site, of a grid in detector mm.

    Raises:
        CalibrationError: when it is not a factor of 1 to 2, or the film has no pixel size.
    """
    _require_film(image)
    _check_magnification(magnification)
    if not image.calibration.provenance.has_millimetres:
        raise CalibrationError(
            f"{image.name} has no pixel size, so a magnification gives no millimetres: measure a "
            "marker ball or a known length on the film."
        )
    return Calibration(
        SpacingProvenance.USER_MAGNIFICATION,
        1 / magnification,
        f"magnification {magnification:.3f} given by the user",
    )


def ruler_calibration(
    image: HipImage, first: ArrayLike, second: ArrayLike, true_mm: float
) -> Calibration:
    """Calibration by a known length between two points on a film.

    Args:
        image: the film.
        first, second: its ends, LPS mm (3) or pixel (column, row) (2).
        true_mm: length of the object, such as 100 mm of a ruler.

    Raises:
        CalibrationError: when the points are too close together or the length is none.
    """
    ends = [plane_points(image, np.asarray(end)[np.newaxis])[0] for end in (first, second)]
    column_mm, row_mm, _ = image.spacing
    if dist(ends[0], ends[1]) < _SHORTEST_RULER_PX * min(column_mm, row_mm):
        raise CalibrationError(
            "The two ends of the known length are too close together: place them at least "
            f"{_SHORTEST_RULER_PX:.0f} pixels apart, as far as the object allows."
        )
    return length_calibration(image, dist(ends[0], ends[1]), true_mm, "known length")


def length_calibration(
    image: HipImage, measured: float, true_mm: float, what: str = "marker"
) -> Calibration:
    """Calibration by an object of known size in the image, at the height of the hip.

    Args:
        image: the film.
        measured: size of the object on the grid: mm of the grid, or pixels without a pixel size.
        true_mm: its true size.
        what: the object, for the words.

    Raises:
        CalibrationError: when a size is not positive.
    """
    _require_film(image)
    if not (isfinite(true_mm) and true_mm > 0 and isfinite(measured) and measured > 0):
        raise CalibrationError(f"The size of the {what} must be above 0 mm, not {true_mm:g} mm.")
    unit = "mm" if image.calibration.provenance.has_millimetres else "pixels"
    detail = f"{what} of {true_mm:g} mm measures {measured:.4g} {unit} on the film"
    remarks = _unusual(image, measured / true_mm, what)
    try:
        return Calibration(SpacingProvenance.MARKER, true_mm / measured, detail, remarks)
    except ValueError as error:
        raise CalibrationError(
            f"The {detail}, which cannot be: check the points and the true size."
        ) from error


def plane_points(image: HipImage, points: ArrayLike) -> NDArray[np.float64]:
    """Points on the grid of a film in its own unit (mm, or pixels without a pixel size), (N, 2).

    Args:
        image: the film.
        points: (N, 3) LPS mm, or (N, 2) pixels as (column, row) with pixel centres at integers.

    Raises:
        CalibrationError: when they have another shape or are not finite.
    """
    try:
        given = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError):  # no numbers, or points of two kinds
        given = np.empty(0)
    if given.ndim != 2 or given.shape[1] not in (2, 3) or not np.all(np.isfinite(given)):
        raise CalibrationError(
            "A point has no valid position: place it again (LPS millimetres, or column and row)."
        )
    pixels = image.to_ijk(given)[:, :2] if given.shape[1] == 3 else given
    return np.asarray(pixels * np.asarray(image.spacing[:2]), dtype=np.float64)


def _require_film(image: HipImage) -> None:
    if image.modality in (Modality.MR, Modality.CT):
        raise CalibrationError(
            f"{image.name} is {image.modality.value}: its pixel size is measured in the patient "
            "and needs no calibration."
        )


def _check_magnification(magnification: float) -> None:
    if not 1.0 <= magnification <= _LARGEST_MAGNIFICATION:
        raise CalibrationError(
            f"{magnification:g} is no magnification of a hip radiograph: give a factor between 1 "
            f"and {_LARGEST_MAGNIFICATION:g}, such as {DEFAULT_MAGNIFICATION:.2f} for 120 %."
        )


def _unused(calibration: Calibration, magnification: float) -> Calibration:
    reason = (
        f"since a better source is there: {calibration.badge}"
        if calibration.provenance.has_millimetres
        else "since the film has no pixel size that it could correct"
    )
    remark = f"The fixed magnification of {magnification:g} was not used, {reason}."
    return replace(calibration, remarks=(*calibration.remarks, remark))


def _unusual(image: HipImage, magnification: float, what: str) -> tuple[str, ...]:
    """Remark on a magnification that a hip radiograph seldom has, where it can be told."""
    low, high = _USUAL_MAGNIFICATION
    if image.calibration.provenance not in _DETECTOR_GRIDS or low <= magnification <= high:
        return ()
    return (
        f"The {what} means a magnification of {magnification:.2f}, which is unusual for a hip "
        f"({low:g} to {high:g}): check its true size and the points on it.",
    )
