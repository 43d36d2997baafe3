"""A marker ball in a film: measured by rim points, and turned into a calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CalibrationError
from ..geometry import Circle, GeometryError, fit_circle
from .calibration import Calibration
from .image import HipImage
from .recalibration import length_calibration, plane_points

DEFAULT_BALL_MM = 25.0

_SHORTEST_ARC_DEG = 90.0
_SHORT_ARC_DEG = 180.0
_ROUGH_RIM = 0.02  # rms / radius: half a millimetre on a ball of 25 mm
_NO_CIRCLE = 0.08

Vec3 = tuple[float, float, float]


@dataclass(frozen=True)
class MarkerBall:
    """A ball as the film shows it.

    Attributes:
        centre: LPS mm.
        diameter: on the grid, before any calibration: mm of the grid, or pixels when the film has
            no pixel size.
        rms: root mean square distance of the rim points from the circle, same unit.
        agreement: share of the search rays whose edge lies on the circle; None for clicked points.
        spread_deg: arc of the rim that the points cover, 0 to 360.
        rim: the points on the rim that count, LPS mm.
        remarks: sentences on what makes this ball less certain.
    """

    centre: Vec3
    diameter: float
    rms: float
    spread_deg: float
    rim: tuple[Vec3, ...]
    agreement: float | None = None
    remarks: tuple[str, ...] = ()


def ball_from_rim(image: HipImage, points: ArrayLike) -> MarkerBall:
    """The ball through three or more points that a person clicked on its rim.

    Args:
        image: the film.
        points: (N, 3) LPS mm, or (N, 2) pixels (column, row).

    Raises:
        CalibrationError: when the points are too few, in one line, on a short arc, or not on a
            circle.
    """
    rim = plane_points(image, points)
    try:
        circle = fit_circle(rim.tolist())
    except GeometryError as error:
        raise CalibrationError(f"The marker ball cannot be measured. {error}") from error
    if circle.spread_deg < _SHORTEST_ARC_DEG:
        raise CalibrationError(
            f"The points cover only {circle.spread_deg:.0f} degrees of the ball's rim, too little "
            "to measure it: spread them all around."
        )
    if circle.rms > _NO_CIRCLE * circle.radius:
        raise CalibrationError(
            f"The points do not lie on one circle (they miss it by {circle.rms:.2g} of a radius of "
            f"{circle.radius:.3g}): place them on the ball's rim."
        )
    return marker_ball(image, circle, rim)


def marker_ball(
    image: HipImage,
    circle: Circle,
    rim: NDArray[np.float64],
    agreement: float | None = None,
    remarks: Iterable[str] = (),
) -> MarkerBall:
    """The ball of a circle on the grid (see :func:`plane_points`), with remarks on its fit."""
    told = list(remarks)
    if circle.spread_deg < _SHORT_ARC_DEG:
        told.append(
            f"The marker was measured on {circle.spread_deg:.0f} degrees of its rim only: its "
            "size is less certain."
        )
    if circle.rms > _ROUGH_RIM * circle.radius:
        told.append(
            f"The marker's rim points miss the circle by {100 * circle.rms / circle.radius:.1f} % "
            "of its radius: its size is less certain."
        )
    return MarkerBall(
        _to_lps(image, [circle.centre])[0],
        circle.diameter,
        circle.rms,
        circle.spread_deg,
        tuple(_to_lps(image, rim)),
        agreement,
        tuple(told),
    )


def ball_calibration(
    image: HipImage, ball: MarkerBall, true_mm: float = DEFAULT_BALL_MM
) -> Calibration:
    """Calibration by a ball that lay at the height of the hip.

    Args:
        image: the film on which it was measured.
        ball: the ball.
        true_mm: its true diameter.

    Raises:
        CalibrationError: when the diameter is not positive, or the image is MR or CT.
    """
    found = length_calibration(image, ball.diameter, true_mm, "marker ball")
    return replace(found, remarks=(*found.remarks, *ball.remarks))


def _to_lps(image: HipImage, points: Sequence[Sequence[float]] | NDArray[np.float64]) -> list[Vec3]:
    column_mm, row_mm, _ = image.spacing
    placed = image.to_lps([(x / column_mm, y / row_mm, 0.0) for x, y in points])
    return [(float(x), float(y), float(z)) for x, y, z in placed]
