"""The constructions that a measurements.json row may draw, in the plane."""

from __future__ import annotations

from cmath import phase
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import degrees
from typing import Any

from .formulas import Construction
from .formulas.walls import first_crossing, posterior_wall_mm, retroversion_index_pct
from .frames import HipFrame

Line = tuple[complex, complex, str]
"""Start, end, role."""

_LABEL_AT = 1.35  # label distance in units of the arc's radius
_OVERHANG_MM = 8.0  # how far a line runs past the points it shows
_LEAST_SINE = 0.05  # lines within 3 degrees of parallel have no crossing worth drawing


@dataclass(frozen=True)
class Sketch:
    """A drawing in the plane.

    Attributes:
        segments: lines with their roles.
        label: place of the label.
        arc: centre, start and end, None without an angle.
        circles: (centre, point of the rim).
    """

    segments: tuple[Line, ...]
    label: complex
    arc: tuple[complex, complex, complex] | None = None
    circles: tuple[tuple[complex, complex], ...] = ()


Spec = Mapping[str, Any]


def sketch(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """The construction ``spec``; ``several`` lays its parts over each other, labelled by the last.

    An arc is that of the last part that has one.
    """
    if spec["kind"] != "several":
        return SKETCH_KINDS[spec["kind"]](spec, hip, frame)
    parts = [sketch(part, hip, frame) for part in spec["parts"]]
    arcs = [part.arc for part in parts if part.arc is not None]
    return Sketch(
        tuple(dict.fromkeys(line for part in parts for line in part.segments)),
        parts[-1].label,
        arcs[-1] if arcs else None,
        tuple(dict.fromkeys(circle for part in parts for circle in part.circles)),
    )


def _unit(vector: complex) -> complex:
    return vector / abs(vector)


def _dot(a: complex, b: complex) -> float:
    return (a * b.conjugate()).real


def _direction(name: str | list[str], hip: Construction, frame: HipFrame) -> complex:
    """A direction of the frame by its name, or that from one landmark to another."""
    if isinstance(name, str):
        named = {"up": frame.up, "down": -frame.up, "lat": frame.lat, "medial": -frame.lat}
        return named[name]
    start, end = (hip.points[key] for key in name)
    return _unit(end - start)


def _angle_at_point(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Two rays from a landmark: to another landmark, or along a direction of the frame."""
    p, vertex = hip.points, hip.points[spec["vertex"]]
    ends = (spec["from"], spec["to"])
    reach = max(abs(p[key] - vertex) for key in ends if key in p)
    rays = [_unit(p[key] - vertex) if key in p else _direction(key, hip, frame) for key in ends]
    tips = [vertex + 1.15 * reach * ray for ray in rays]
    segments = ((vertex, tips[0], "baseline"), (vertex, tips[1], "ray"))
    return _with_arc(segments, vertex, rays[0], rays[1], 0.55 * reach)


def _angle_of_lines(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Angle between two lines, each given by (towards, from) landmarks, at their crossing."""
    head, base = (hip.points[key] for key in spec["first"])
    top, bottom = (hip.points[key] for key in spec["second"])
    neck, shaft = _unit(head - base), _unit(bottom - top)
    crossing = _crossing(base, neck, top, shaft)
    if crossing is None:
        return Sketch(((head, base, "axis"), (top, bottom, "axis")), base)
    end = max(crossing, base, key=lambda point: abs(point - head))  # the base may lie beyond
    segments = ((head, end, "axis"), (crossing, bottom, "axis"))
    radius = 0.5 * min(abs(crossing - head), abs(crossing - bottom))
    return _with_arc(segments, crossing, neck, shaft, radius)


def _distance_to_line(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Perpendicular from a landmark to the line through two others.

    With ``margin`` it starts at the nearest point of the head circle.
    """
    p = hip.points
    point = p[spec["point"]]
    top, bottom = (p[key] for key in spec["line"])
    axis = _unit(bottom - top)
    foot = top + _dot(point - top, axis) * axis
    circles: tuple[tuple[complex, complex], ...] = ()
    if spec.get("margin"):
        medial = _unit(foot - point) if abs(foot - point) > 0.0 else -frame.lat
        if _dot(medial, frame.lat) > 0.0:
            medial = -medial
        circles = ((point, point + hip.head_radius.value * medial),)
        point = circles[0][1]
    line = _line_through((top, bottom, foot), axis, "axis")
    return Sketch((line, (point, foot, "distance")), (point + foot) / 2, None, circles)


def _ruler(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Distance between two parallels at right angles to a direction, through two landmarks.

    With ``top`` the second one touches the head circle about its landmark.
    """
    start, end = hip.points[spec["from"]], hip.points[spec["to"]]
    direction = _direction(spec["direction"], hip, frame)
    circles: tuple[tuple[complex, complex], ...] = ()
    if spec.get("top"):
        circles = ((end, end + hip.head_radius.value * direction),)
        end = circles[0][1]
    corner = start + _dot(end - start, direction) * direction
    baseline = _line_through((start, end + start - corner), 1j * direction, "baseline")
    parallel = _line_through((end, corner), 1j * direction, "parallel")
    segments = (baseline, parallel, (start, corner, "distance"))
    return Sketch(segments, (start + corner) / 2, None, circles)


def _along_to_axis(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """From a landmark along a direction of the frame to the line through two others."""
    point = hip.points[spec["point"]]
    top, bottom = (hip.points[key] for key in spec["line"])
    axis = _unit(bottom - top)
    end = _crossing(point, _direction(spec["direction"], hip, frame), top, axis)
    end = point if end is None else end
    line = _line_through((top, bottom, end), axis, "axis")
    return Sketch((line, (point, end, "distance")), (point + end) / 2)


def _head_circle(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """The head circle, with a diameter unless it is ``bare``."""
    centre, rim = _head(hip, frame)
    if spec.get("bare"):
        return Sketch((), centre, None, ((centre, rim),))
    return Sketch(((2 * centre - rim, rim, "distance"),), centre, None, ((centre, rim),))


def _uncovered_head(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Head circle with the perpendiculars through its margins and the acetabular edge."""
    centre, rim = _head(hip, frame)
    radius = abs(rim - centre)
    edge = hip.points["LAE"]
    level = centre + _dot(edge - centre, frame.lat) * frame.lat
    high = max(radius, _dot(edge - centre, frame.up)) + _OVERHANG_MM
    segments = tuple(
        (foot, foot + high * frame.up, role)
        for foot, role in ((2 * centre - rim, "baseline"), (rim, "baseline"), (level, "ray"))
    )
    lines = (*segments, (level, rim, "distance"))
    return Sketch(lines, (level + rim) / 2, None, ((centre, rim),))


def _neck_offset(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Parallels to the neck axis: touching the head above, and through the neck contour."""
    centre, rim = _head(hip, frame)
    neck, contour = hip.points["NA"], hip.points["NCS"]
    axis = _unit(neck - centre)
    above = 1j * axis if _dot(1j * axis, frame.up) >= 0.0 else -1j * axis
    level = _dot(contour - centre, axis)
    tangent = centre + abs(rim - centre) * above
    foot = tangent + level * axis
    segments = (
        (centre, neck, "axis"),
        _line_through((tangent, foot), axis, "baseline"),
        _line_through((contour, contour - level * axis), axis, "parallel"),
        (foot, contour, "distance"),
    )
    return Sketch(segments, (foot + contour) / 2, None, ((centre, rim),))


def _span(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """The straight line between two landmarks."""
    start, end = (hip.points[key] for key in spec["points"])
    return Sketch(((start, end, "distance"),), (start + end) / 2)


def _head(hip: Construction, frame: HipFrame) -> tuple[complex, complex]:
    """Centre of the head circle and its lateral margin."""
    centre = hip.points["FHC"]
    return centre, centre + hip.head_radius.value * frame.lat


def _line_through(points: tuple[complex, ...], direction: complex, role: str) -> Line:
    """The stretch of a line that shows all of ``points``, a little longer at both ends."""
    origin = points[0]
    reached = [_dot(point - origin, direction) for point in points]
    start = origin + (min(reached) - _OVERHANG_MM) * direction
    return (start, origin + (max(reached) + _OVERHANG_MM) * direction, role)


def _with_arc(
    segments: tuple[Line, ...], vertex: complex, first: complex, second: complex, radius: float
) -> Sketch:
    middle = first + second
    if abs(degrees(phase(second * first.conjugate()))) > 179.0:  # opposite rays: no bisector
        middle = 1j * first
    arc = (vertex, vertex + radius * first, vertex + radius * second)
    return Sketch(segments, vertex + _LABEL_AT * radius * _unit(middle), arc)


def _crossing(a: complex, along_a: complex, b: complex, along_b: complex) -> complex | None:
    """Crossing of two lines; None when they are within 3 degrees of parallel."""
    slope = (along_b * along_a.conjugate()).imag
    if abs(slope) < _LEAST_SINE:
        return None
    return a + (along_b * (b - a).conjugate()).imag / slope * along_a


def _lines(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Straight lines through pairs of landmarks, a little longer than they are apart."""
    drawn = []
    for pair in spec["pairs"]:
        start, end = (hip.points[key] for key in pair)
        drawn.append(_line_through((start, end), _unit(end - start), "axis"))
    middle = sum(hip.points[key] for pair in spec["pairs"] for key in pair)
    return Sketch(tuple(drawn), middle / (2 * len(drawn)))


def _wall_at_level(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """The posterior wall, and the way to it at the level of the head centre."""
    centre = hip.points["FHC"]
    end = centre + posterior_wall_mm(hip, frame).value * frame.lat
    return Sketch((*_polyline(hip, "PW"), (centre, end, "distance")), (centre + end) / 2)


def _crossover(spec: Spec, hip: Construction, frame: HipFrame) -> Sketch:
    """Both walls, the opening, and how far down it they cross."""
    edge, end = hip.points["LAE"], hip.points["TD"]
    foot = edge + retroversion_index_pct(hip, frame).value / 100.0 * (end - edge)
    crossing = first_crossing(hip)
    assert crossing is not None  # without one there is no value, and no drawing
    walls = (*_polyline(hip, "AW"), *_polyline(hip, "PW"))
    segments = ((edge, end, "baseline"), (foot, crossing.point, "parallel"))
    return Sketch((*walls, *segments, (edge, foot, "distance")), (edge + foot) / 2)


def _polyline(hip: Construction, key: str) -> list[Line]:
    points = [hip.points[name] for name in hip.series(key)]
    return [(start, end, "axis") for start, end in pairwise(points)]


SKETCH_KINDS: Mapping[str, Callable[[Spec, Construction, HipFrame], Sketch]] = {
    "angle_at_point": _angle_at_point,
    "angle_of_lines": _angle_of_lines,
    "distance_to_line": _distance_to_line,
    "ruler": _ruler,
    "along_to_axis": _along_to_axis,
    "head_circle": _head_circle,
    "uncovered_head": _uncovered_head,
    "neck_offset": _neck_offset,
    "span": _span,
    "lines": _lines,
    "wall_at_level": _wall_at_level,
    "crossover": _crossover,
}
"""Constructions that a measurements.json row may name, besides ``several``."""
