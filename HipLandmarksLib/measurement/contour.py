"""Where the contour of a femoral head and neck leaves the head circle, and how far it bulges.

The point is a suggestion for the lateral cam point (LCP): the reader confirms it.
Coordinates are plane millimetres of any orientation: nothing here depends on up or down.
Sources: Noetzli 2002 (alpha); measurement specification, sections 5.1 and 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from .types import MeasurementStatus
from .vector import Vec2, angle, distance, dot, sub

REFERENCE_ANGLE_DEG = 50.0
"""The bump is looked for from this angle to the neck axis on, towards the pole of the head."""

_MIN_RADIUS_MM = 2.0


@dataclass(frozen=True)
class ContourExit:
    """The last point at which a contour leaves the head circle and never comes back.

    Attributes:
        point: plane mm, None when there is none.
        alpha_deg: angle at the head centre between the neck direction and the point, degrees.
        status: OK or DEGENERATE.
        reason: why there is no point, empty when there is one.
    """

    point: Vec2 | None
    alpha_deg: float | None
    status: MeasurementStatus = MeasurementStatus.OK
    reason: str = ""


@dataclass(frozen=True)
class BumpHeight:
    """How far a contour bulges above the head circle before the neck.

    Attributes:
        height_mm: 0 for a contour that stays within the circle, None when it cannot be told.
        at_deg: angle to the neck axis of the highest point, None without a bump.
        status: OK or DEGENERATE.
        reason: why there is no height, empty when there is one.
    """

    height_mm: float | None
    at_deg: float | None
    status: MeasurementStatus = MeasurementStatus.OK
    reason: str = ""


def contour_exit(
    contour: Iterable[Sequence[float]],
    centre: Sequence[float],
    radius: float,
    neck_direction: Sequence[float],
    tolerance: float = 0.0,
) -> ContourExit:
    """Find where a contour leaves the head circle for good, and the alpha angle there.

    The crossing is interpolated linearly in the distance from the centre, between the last point
    within ``radius * (1 + tolerance)`` and the next one.

    Args:
        contour: (x, y) mm along the cortex from the pole of the head to the neck; a contour that
            runs from the neck to the pole is turned round (the end that reaches farther along
            the neck is the neck).
        centre: head centre, mm.
        radius: radius of the head circle, mm.
        neck_direction: from the head centre along the neck axis, any length.
        tolerance: fraction by which the circle is enlarged; 0.04 suits coarse contours.
    """
    points = _points(contour)
    middle, neck = _pair(centre), _pair(neck_direction)
    problem = _problem(points, middle, radius, neck, tolerance)
    if problem:
        return ContourExit(None, None, MeasurementStatus.DEGENERATE, problem)
    ordered = _towards_neck(points, neck)
    limit = radius * (1.0 + tolerance)
    distances = [distance(point, middle) for point in ordered]
    problem = _no_exit(distances, limit) or _two_necks(ordered, distances, middle, limit, neck)
    if problem:
        return ContourExit(None, None, MeasurementStatus.DEGENERATE, problem)
    last = max(i for i, d in enumerate(distances) if d <= limit)
    share = (limit - distances[last]) / (distances[last + 1] - distances[last])
    (x, y), (next_x, next_y) = ordered[last], ordered[last + 1]
    point = (x + share * (next_x - x), y + share * (next_y - y))
    return ContourExit(point, angle(neck, sub(point, middle)))


def bump_height(
    contour: Iterable[Sequence[float]],
    centre: Sequence[float],
    radius: float,
    neck_direction: Sequence[float],
    reference_angle_deg: float = REFERENCE_ANGLE_DEG,
) -> BumpHeight:
    """Greatest height of a contour above the head circle, before the neck begins.

    Only points at ``reference_angle_deg`` or more from the neck axis count: nearer to the axis
    the neck itself lies outside the circle. The order of the points does not matter.

    Args:
        contour, centre, radius, neck_direction: as for :func:`contour_exit`.
        reference_angle_deg: 50 degrees by default.
    """
    points = _points(contour)
    middle, neck = _pair(centre), _pair(neck_direction)
    problem = _problem(points, middle, radius, neck, 0.0)
    if problem:
        return BumpHeight(None, None, MeasurementStatus.DEGENERATE, problem)
    angles = [angle(neck, sub(point, middle)) for point in points]
    heights = [
        (distance(point, middle) - radius, at)
        for point, at in zip(points, angles, strict=True)
        if at >= reference_angle_deg
    ]
    if not heights:
        reason = (
            f"No point of the contour lies {reference_angle_deg:g} degrees or more from the neck "
            "axis; draw it on to the head."
        )
        return BumpHeight(None, None, MeasurementStatus.DEGENERATE, reason)
    height, at = max(heights)
    return BumpHeight(height, at) if height > 0.0 else BumpHeight(0.0, None)


def _pair(values: Sequence[float]) -> Vec2:
    x, y = values
    return (float(x), float(y))


def _points(contour: Iterable[Sequence[float]]) -> list[Vec2]:
    """The points without immediate repeats."""
    points: list[Vec2] = []
    for values in contour:
        point = _pair(values)
        if not points or point != points[-1]:
            points.append(point)
    return points


def _problem(
    points: Sequence[Vec2], centre: Vec2, radius: float, neck: Vec2, tolerance: float
) -> str:
    """A sentence when the input defines nothing, else ''."""
    numbers = [*centre, *neck, radius, tolerance, *(value for point in points for value in point)]
    if not all(isfinite(number) for number in numbers):
        return "The contour, the head circle or the neck axis holds a number that is not finite."
    if len(points) < 2:
        return "The contour has fewer than 2 different points."
    if radius < _MIN_RADIUS_MM:
        return f"A head radius of {radius:g} mm is not a head circle."
    if tolerance <= -1.0:
        return "The tolerance of the head circle must be above -1."
    if neck == (0.0, 0.0):
        return "The neck axis has no direction: head centre and neck point coincide."
    return ""


def _towards_neck(points: list[Vec2], neck: Vec2) -> list[Vec2]:
    return points[::-1] if dot(sub(points[-1], points[0]), neck) < 0.0 else points


def _no_exit(distances: Sequence[float], limit: float) -> str:
    if min(distances) > limit:
        return "The whole contour lies outside the head circle: check the circle."
    if distances[-1] <= limit:
        return "The contour ends within the head circle: draw it farther along the neck."
    return ""


def _two_necks(
    points: Sequence[Vec2], distances: Sequence[float], centre: Vec2, limit: float, neck: Vec2
) -> str:
    """A contour round the whole head has two exits; which one is meant cannot be told."""
    if distances[0] > limit and dot(sub(points[0], centre), neck) > 0.0:
        return (
            "Both ends of the contour lie outside the head circle on the neck: give only the half "
            "from the pole of the head to the neck."
        )
    return ""
