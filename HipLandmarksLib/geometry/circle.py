"""The circle through points of a rim: a femoral head, a marker ball.

Source: I. Kasa, "A circle fitting procedure and its error analysis", IEEE Transactions on
Instrumentation and Measurement 25 (1976): least squares of the algebraic distance, in closed form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, fsum, hypot, isfinite, sqrt

from ..errors import HipLandmarksError

_STRAIGHT = 1e-6
"""Squared ratio of width to length of a point cloud below which it is a straight line."""


class GeometryError(HipLandmarksError):
    """The points do not define the figure: too few, coincident or in one line."""


@dataclass(frozen=True)
class Circle:
    """A fitted circle, in the unit and axes of its points.

    Attributes:
        centre: (x, y).
        radius: its radius.
        rms: root mean square distance of the points from the circle.
        spread_deg: angle in degrees, 0 to 360, over which the points spread as seen from the
            centre: 360 less the widest gap. A circle from a short arc has an uncertain radius.
    """

    centre: tuple[float, float]
    radius: float
    rms: float
    spread_deg: float

    @property
    def diameter(self) -> float:
        """Twice the radius."""
        return 2 * self.radius


def fit_circle(points: Iterable[Sequence[float]]) -> Circle:
    """Least squares circle (Kasa) of points (x, y) in any isotropic unit.

    Raises:
        GeometryError: with fewer than three points, points that are not finite, all in one line
            or fewer than three of them distinct.
    """
    rim = [(float(x), float(y)) for x, y in points]
    if len(rim) < 3:
        raise GeometryError(f"A circle needs at least 3 points on its rim; {len(rim)} given.")
    if not all(isfinite(x) and isfinite(y) for x, y in rim):
        raise GeometryError("A point on the rim has no valid position; place it again.")
    mean_x, mean_y = fsum(x for x, _ in rim) / len(rim), fsum(y for _, y in rim) / len(rim)
    offset_x, offset_y, mean_square = _algebraic([(x - mean_x, y - mean_y) for x, y in rim])
    radius = sqrt(offset_x**2 + offset_y**2 + mean_square)
    centre = (mean_x + offset_x, mean_y + offset_y)
    squares = fsum((hypot(x - centre[0], y - centre[1]) - radius) ** 2 for x, y in rim)
    return Circle(centre, radius, sqrt(squares / len(rim)), _spread_deg(centre, rim))


def _algebraic(centred: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Centre relative to the mean of the points, and their mean squared distance from it."""
    uu = fsum(u * u for u, _ in centred)
    vv = fsum(v * v for _, v in centred)
    uv = fsum(u * v for u, v in centred)
    determinant = uu * vv - uv * uv
    if determinant <= _STRAIGHT * (uu + vv) ** 2:
        raise GeometryError(
            "The points on the rim lie in one line, which defines no circle: spread them along "
            "the rim."
        )
    u_moment = fsum(u * (u * u + v * v) for u, v in centred) / 2
    v_moment = fsum(v * (u * u + v * v) for u, v in centred) / 2
    u_centre = (u_moment * vv - v_moment * uv) / determinant
    v_centre = (v_moment * uu - u_moment * uv) / determinant
    return u_centre, v_centre, (uu + vv) / len(centred)


def _spread_deg(centre: tuple[float, float], rim: Sequence[tuple[float, float]]) -> float:
    angles = sorted(degrees(atan2(y - centre[1], x - centre[0])) for x, y in rim)
    gaps = [after - before for before, after in pairwise(angles)]
    return 360 - max(*gaps, 360 + angles[0] - angles[-1])
