"""Smooth curves of line art: chains of cubic Bézier pieces in the plane, in mm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians, sin, tan

Point = tuple[float, float]
Cubic = tuple[Point, Point, Point]


@dataclass(frozen=True)
class Curve:
    """A chain of cubic Bézier pieces.

    Attributes:
        start: first point.
        cubics: per piece two control points and the end point.
        closed: whether the end is joined to the start.
    """

    start: Point
    cubics: tuple[Cubic, ...]
    closed: bool = False

    @property
    def end(self) -> Point:
        """Last point."""
        return self.cubics[-1][2] if self.cubics else self.start

    def moved(self, transform: Callable[[Point], Point]) -> Curve:
        """The curve under an affine map."""
        pieces = tuple((transform(a), transform(b), transform(c)) for a, b, c in self.cubics)
        return Curve(transform(self.start), pieces, self.closed)

    def reversed(self) -> Curve:
        """The same curve from its end to its start."""
        knots = [self.start, *(piece[2] for piece in self.cubics)]
        pieces = tuple(
            (second, first, knots[number])
            for number, (first, second, _) in reversed(list(enumerate(self.cubics)))
        )
        return Curve(self.end, pieces, self.closed)

    def samples(self, per_piece: int = 8) -> list[Point]:
        """Points along the curve, ``per_piece`` to each piece and the start."""
        points, here = [self.start], self.start
        for piece in self.cubics:
            points += [_bezier(here, piece, n / per_piece) for n in range(1, per_piece + 1)]
            here = piece[2]
        return points


def smooth(
    points: Sequence[Point],
    closed: bool = False,
    leaving: Point | None = None,
    arriving: Point | None = None,
) -> Curve:
    """A smooth curve through ``points`` (Catmull-Rom with knots spaced by chord).

    Args:
        points: at least two, distinct from their neighbours.
        closed: whether the curve returns to its first point without a corner.
        leaving, arriving: directions at the first and the last point of an open curve.
    """
    ring = [points[-1], *points, points[0], points[1]] if closed else None
    around = ring or [_ghost(points[0], points[1]), *points, _ghost(points[-1], points[-2])]
    tangents = [_tangent(*around[n : n + 3]) for n in range(len(around) - 2)]
    if leaving is not None:
        tangents[0] = _unit(leaving)
    if arriving is not None:
        tangents[-1] = _unit(arriving)
    knots = around[1:-1]
    pieces = []
    for n in range(len(knots) - 1):
        reach = hypot(knots[n + 1][0] - knots[n][0], knots[n + 1][1] - knots[n][1]) / 3
        first = _along(knots[n], tangents[n], reach)
        second = _along(knots[n + 1], tangents[n + 1], -reach)
        pieces.append((first, second, knots[n + 1]))
    return Curve(points[0], tuple(pieces), closed)


def arc(centre: Point, radius: float, from_deg: float, to_deg: float) -> Curve:
    """Part of a circle; angles counter-clockwise from the first axis."""
    count = max(1, int(abs(to_deg - from_deg) / 45.0) + 1)
    step = radians(to_deg - from_deg) / count
    reach = 4 / 3 * tan(step / 4) * radius
    angles = [radians(from_deg) + n * step for n in range(count + 1)]
    on = [(centre[0] + radius * cos(a), centre[1] + radius * sin(a)) for a in angles]
    ahead = [(-sin(a), cos(a)) for a in angles]
    pieces = tuple(
        (_along(on[n], ahead[n], reach), _along(on[n + 1], ahead[n + 1], -reach), on[n + 1])
        for n in range(count)
    )
    return Curve(on[0], pieces, abs(to_deg - from_deg) >= 360.0)


def ellipse(centre: Point, half_axes: Point, turn_deg: float = 0.0) -> Curve:
    """A whole ellipse, turned counter-clockwise."""
    c, s = cos(radians(turn_deg)), sin(radians(turn_deg))

    def place(p: Point) -> Point:
        x, y = p[0] * half_axes[0], p[1] * half_axes[1]
        return (centre[0] + c * x - s * y, centre[1] + s * x + c * y)

    return arc((0.0, 0.0), 1.0, 0.0, 360.0).moved(place)


def joined(*curves: Curve, closed: bool = True) -> Curve:
    """One curve out of several; gaps are bridged by straight pieces, joints stay corners."""
    pieces = list(curves[0].cubics)
    here = curves[0].end
    for curve in curves[1:]:
        if hypot(curve.start[0] - here[0], curve.start[1] - here[1]) > 1e-9:
            pieces.append(_straight(here, curve.start))
        pieces.extend(curve.cubics)
        here = curve.end
    if closed and hypot(here[0] - curves[0].start[0], here[1] - curves[0].start[1]) > 1e-9:
        pieces.append(_straight(here, curves[0].start))
    return Curve(curves[0].start, tuple(pieces), closed)


def polyline(points: Sequence[Point], closed: bool = False) -> Curve:
    """Straight pieces through ``points``."""
    ends = [*points[1:], *([points[0]] if closed else [])]
    starts = points if closed else points[:-1]
    pieces = tuple(_straight(a, b) for a, b in zip(starts, ends, strict=True))
    return Curve(points[0], pieces, closed)


def direction(degrees: float) -> Point:
    """Unit vector at an angle counter-clockwise from the first axis."""
    angle = degrees * pi / 180
    return (cos(angle), sin(angle))


def _bezier(a: Point, piece: Cubic, t: float) -> Point:
    b, c, d = piece
    w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return (
        w[0] * a[0] + w[1] * b[0] + w[2] * c[0] + w[3] * d[0],
        w[0] * a[1] + w[1] * b[1] + w[2] * c[1] + w[3] * d[1],
    )


def _straight(a: Point, b: Point) -> Cubic:
    third = ((b[0] - a[0]) / 3, (b[1] - a[1]) / 3)
    return ((a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b)


def _tangent(before: Point, at: Point, after: Point) -> Point:
    """Direction at ``at``: the chords' directions weighted by the nearness of their ends."""
    a, b = (at[0] - before[0], at[1] - before[1]), (after[0] - at[0], after[1] - at[1])
    la2, lb2 = a[0] ** 2 + a[1] ** 2, b[0] ** 2 + b[1] ** 2
    return _unit((a[0] / la2 + b[0] / lb2, a[1] / la2 + b[1] / lb2))


def _ghost(end: Point, neighbour: Point) -> Point:
    return (2 * end[0] - neighbour[0], 2 * end[1] - neighbour[1])


def _unit(v: Point) -> Point:
    length = hypot(*v)
    return (v[0] / length, v[1] / length) if length > 0 else (1.0, 0.0)


def _along(p: Point, v: Point, length: float) -> Point:
    return (p[0] + length * v[0], p[1] + length * v[1])
