"""What a measurement looks like: segments, an arc and a place for its label, in LPS mm.

Scene and report draw from the same primitives. Which construction a measurement has is told by
its row in measurements.json (``drawing``); the four kinds serve nearly all hip measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .formulas import Points
from .frames import HipFrame
from .vector import Vec2, Vec3, along, angle, cross, distance, dot, sub, unit

_LABEL_AT = 1.35  # label distance in units of the arc's radius


@dataclass(frozen=True)
class Segment:
    """A straight line from ``start`` to ``end``, LPS mm; ``role`` says what it stands for."""

    start: Vec3
    end: Vec3
    role: str


@dataclass(frozen=True)
class Arc:
    """The shorter arc about ``centre`` from ``start`` to ``end`` (same radius), LPS mm."""

    centre: Vec3
    start: Vec3
    end: Vec3


@dataclass(frozen=True)
class Drawing:
    """Primitives of one measurement; all lie at the depth of the measurement's first landmark.

    Attributes:
        segments: rays and axes; roles: ``baseline``, ``ray``, ``axis``, ``distance``.
        arc: arc of an angle, None for a length.
        label_anchor: centre of the label, LPS mm.
    """

    segments: tuple[Segment, ...]
    arc: Arc | None
    label_anchor: Vec3


@dataclass(frozen=True)
class _Sketch:
    """A drawing in the plane."""

    segments: tuple[tuple[Vec2, Vec2, str], ...]
    label: Vec2
    arc: tuple[Vec2, Vec2, Vec2] | None = None


def draw(
    spec: Mapping[str, Any], p: Points, frame: HipFrame, place: Callable[[Vec2], Vec3]
) -> Drawing:
    """Draw the construction ``spec`` of a measurements.json row.

    Args:
        spec: ``{"kind": ...}`` with the kind's own fields.
        p: points of the hip in the plane.
        frame: frame of the hip.
        place: maps a point of the plane into LPS mm.
    """
    sketch = DRAWING_KINDS[spec["kind"]](spec, p, frame)
    arc = None if sketch.arc is None else Arc(*(place(point) for point in sketch.arc))
    segments = tuple(Segment(place(a), place(b), role) for a, b, role in sketch.segments)
    return Drawing(segments, arc, place(sketch.label))


def _angle_at_point(spec: Mapping[str, Any], p: Points, frame: HipFrame) -> _Sketch:
    """Two rays from a landmark: to another landmark, or along ``up`` / ``lat``."""
    vertex = p[spec["vertex"]]
    directions = {"up": frame.up, "lat": frame.lat}
    reach = max(distance(vertex, p[key]) for key in (spec["from"], spec["to"]) if key in p)
    rays = [
        directions[key] if key in directions else unit(sub(p[key], vertex))
        for key in (spec["from"], spec["to"])
    ]
    ends = [along(vertex, ray, 1.15 * reach) for ray in rays]
    segments = ((vertex, ends[0], "baseline"), (vertex, ends[1], "ray"))
    return _with_arc(segments, vertex, rays[0], rays[1], 0.55 * reach)


def _angle_of_lines(spec: Mapping[str, Any], p: Points, frame: HipFrame) -> _Sketch:
    """Angle between two lines, each given by (towards, from) landmarks, at their crossing."""
    head, base = (p[key] for key in spec["first"])
    top, bottom = (p[key] for key in spec["second"])
    neck, shaft = unit(sub(head, base)), unit(sub(bottom, top))
    crossing = _crossing(base, neck, top, shaft)
    if crossing is None:
        return _Sketch(((head, base, "axis"), (top, bottom, "axis")), base)
    segments = ((head, crossing, "axis"), (crossing, bottom, "axis"))
    radius = 0.5 * min(distance(crossing, head), distance(crossing, bottom))
    return _with_arc(segments, crossing, neck, shaft, radius)


def _distance_to_line(spec: Mapping[str, Any], p: Points, frame: HipFrame) -> _Sketch:
    """Perpendicular from a landmark to the line through two others."""
    point = p[spec["point"]]
    top, bottom = (p[key] for key in spec["line"])
    axis = unit(sub(bottom, top))
    foot = along(top, axis, dot(sub(point, top), axis))
    label = ((point[0] + foot[0]) / 2, (point[1] + foot[1]) / 2)
    return _Sketch(((foot, bottom, "axis"), (point, foot, "distance")), label)


def _with_arc(
    segments: tuple[tuple[Vec2, Vec2, str], ...],
    vertex: Vec2,
    first: Vec2,
    second: Vec2,
    radius: float,
) -> _Sketch:
    middle = (first[0] + second[0], first[1] + second[1])
    if angle(first, second) > 179.0:  # opposite rays have no bisector
        middle = (-first[1], first[0])
    arc = (vertex, along(vertex, first, radius), along(vertex, second, radius))
    return _Sketch(segments, along(vertex, unit(middle), _LABEL_AT * radius), arc)


def _crossing(a: Vec2, along_a: Vec2, b: Vec2, along_b: Vec2) -> Vec2 | None:
    """Crossing of two lines; None when they are within 3 degrees of parallel."""
    slope = cross(along_a, along_b)
    if abs(slope) < 0.05:
        return None
    return along(a, along_a, cross(sub(b, a), along_b) / slope)


DRAWING_KINDS: Mapping[str, Callable[[Mapping[str, Any], Points, HipFrame], _Sketch]] = {
    "angle_at_point": _angle_at_point,
    "angle_of_lines": _angle_of_lines,
    "distance_to_line": _distance_to_line,
}
"""Constructions that a measurements.json row may name."""
