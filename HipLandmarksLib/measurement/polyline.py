"""Polylines in the plane: where two of them cross, and where one passes a level.

The acetabular walls are such lines. Two walls that only touch, or that leave each other from a
common point, do not cross. Points are complex numbers in mm, as everywhere in the formulas.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_STEP_MM = 1e-3  # how far from a meeting the sides are compared
_SAME = 1e-9


@dataclass(frozen=True)
class Place:
    """A point between two neighbouring points of a polyline.

    Attributes:
        index: of the point before it, among the points that were given.
        share: 0 at that point, 1 at the next.
    """

    index: int
    share: float


@dataclass(frozen=True)
class Crossing:
    """A place where one polyline changes to the other side of a second one.

    Attributes:
        point: where they meet first, plane mm.
        first, second: the place of the point on either line.
        before: a point of the first line shortly before, on the side from which it comes.
        beside: the point of the second line nearest to ``before``.
    """

    point: complex
    first: Place
    second: Place
    before: complex
    beside: complex


class Polyline:
    """Points joined by straight segments; repeated points are passed over.

    Attributes:
        points: at least one, no two neighbours the same.
        indices: which of the given points each of them is.
        lengths: length of the line from its start to each point.
    """

    def __init__(self, points: Sequence[complex]) -> None:
        self.points, self.indices, self.lengths = [points[0]], [0], [0.0]
        for index, point in enumerate(points):
            step = abs(point - self.points[-1])
            if step > _SAME:
                self.points.append(point)
                self.indices.append(index)
                self.lengths.append(self.lengths[-1] + step)

    @property
    def segments(self) -> list[tuple[complex, complex]]:
        """Start and end of each segment."""
        return list(pairwise(self.points))

    def at(self, length: float) -> complex:
        """The point at this distance along the line."""
        segment = self._segment(length)
        start, end = self.points[segment], self.points[segment + 1]
        return start + (length - self.lengths[segment]) * (end - start) / abs(end - start)

    def place(self, length: float) -> Place:
        """Between which given points the point at this distance lies."""
        segment = self._segment(length)
        begin, end = self.lengths[segment], self.lengths[segment + 1]
        # The next point that differs may be some repeated points later: start from the last one.
        return Place(self.indices[segment + 1] - 1, (length - begin) / (end - begin))

    def nearest(self, point: complex) -> tuple[complex, float, float]:
        """Nearest point of the line, its distance along it, and the side of ``point``.

        The side is positive when ``point`` lies to the left of the line.
        """
        best, least = (0j, 0.0, 0.0), float("inf")
        for (start, end), begin in zip(self.segments, self.lengths, strict=False):
            direction = (end - start) / abs(end - start)
            reach = ((point - start) * direction.conjugate()).real
            reach = min(max(reach, 0.0), abs(end - start))
            foot = start + reach * direction
            side = (direction.conjugate() * (point - foot)).imag
            far = abs(point - foot)
            # Outside a corner two segments are equally near: the one seen more squarely decides.
            if far < least - _SAME or (far < least + _SAME and abs(side) > abs(best[2])):
                best, least = (foot, begin + reach, side), min(far, least)
        return best

    def _segment(self, length: float) -> int:
        return min(max(bisect_left(self.lengths, length), 1), len(self.points) - 1) - 1


def crossings(first: Polyline, second: Polyline) -> list[Crossing]:
    """Where ``first`` passes from one side of ``second`` to the other, in order along ``first``.

    A meeting at an end of either line, or one after which ``first`` goes back to its side, is
    none. Where both run along each other for a while, the place where that begins counts.
    """
    if len(first.points) < 2 or len(second.points) < 2:
        return []
    zones = _meetings(first, second)
    limits = [0.0, *(limit for zone in zones for limit in zone), first.lengths[-1]]
    found = []
    for index, (begin, end) in enumerate(zones):
        before, after = limits[2 * index], limits[2 * index + 3]
        point = first.at(begin)
        along_second = second.nearest(point)[1]
        at_an_end = not _SAME < along_second < second.lengths[-1] - _SAME
        if at_an_end or begin - before < _SAME or after - end < _SAME:
            continue
        earlier = first.at(begin - min(_STEP_MM, (begin - before) / 2))
        later = first.at(end + min(_STEP_MM, (after - end) / 2))
        beside, _, side = second.nearest(earlier)
        if side * second.nearest(later)[2] < 0.0:
            places = first.place(begin), second.place(along_second)
            found.append(Crossing(point, *places, earlier, beside))
    return found


def at_level(line: Polyline, origin: complex, up: complex) -> list[tuple[complex, Place]]:
    """Points of ``line`` at the level of ``origin``, measured along ``up``, and their places.

    A stretch that runs along the level counts with its first point.
    """
    heights = [((point - origin) * up.conjugate()).real for point in line.points]
    found: list[tuple[complex, Place]] = []
    for index, (low, high) in enumerate(pairwise(heights)):
        begins = abs(low) < _SAME and (index == 0 or abs(heights[index - 1]) >= _SAME)
        passes = low * high < 0.0 and min(abs(low), abs(high)) >= _SAME
        ends = abs(high) < _SAME <= abs(low) and index == len(heights) - 2
        if begins or passes or ends:
            share = 0.0 if begins else 1.0 if ends else low / (low - high)
            start, end = line.points[index], line.points[index + 1]
            place = Place(line.indices[index + 1] - 1, share)
            found.append((start + share * (end - start), place))
    return found


def _meetings(first: Polyline, second: Polyline) -> list[tuple[float, float]]:
    """Stretches of ``first`` (from, to along it) that lie on ``second``; mostly single points."""
    places: list[float] = []
    for segment, begin in zip(first.segments, first.lengths, strict=False):
        for other in second.segments:
            places.extend(begin + reach for reach in _common(segment, other))
    zones: list[tuple[float, float]] = []
    for place in sorted(places):
        if zones and (place - zones[-1][1] < _SAME or _runs_along(first, second, zones[-1], place)):
            zones[-1] = (zones[-1][0], place)
        else:
            zones.append((place, place))
    return zones


def _runs_along(first: Polyline, second: Polyline, zone: tuple[float, float], place: float) -> bool:
    middle = first.at((zone[1] + place) / 2)
    return abs(middle - second.nearest(middle)[0]) < _SAME


def _common(segment: tuple[complex, complex], other: tuple[complex, complex]) -> list[float]:
    """Distances from the start of ``segment`` at which the two segments meet."""
    (a, b), (c, d) = segment, other
    length, other_length = abs(b - a), abs(d - c)
    size = _cross(b - a, d - c)
    if abs(size) > 1e-12 * length * other_length:
        t, u = _cross(c - a, d - c) / size, _cross(c - a, b - a) / size
        slack, other_slack = _SAME / length, _SAME / other_length
        inside = -slack <= t <= 1 + slack and -other_slack <= u <= 1 + other_slack
        return [min(max(t, 0.0), 1.0) * length] if inside else []
    if abs(_cross(c - a, b - a)) > _SAME * length:
        return []  # parallel, apart
    ends = sorted(((point - a) * (b - a).conjugate()).real / length for point in (c, d))
    low, high = max(ends[0], 0.0), min(ends[1], length)
    return [low, high] if low <= high + _SAME else []


def _cross(a: complex, b: complex) -> float:
    return (a.conjugate() * b).imag
