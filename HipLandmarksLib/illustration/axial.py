"""Drawings of what is defined in space: points and version angles, seen from below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..anatomy import HipLandmarks, Landmark, LandmarkTable, Side
from ..measurement.volume import VolumeMeasurement, acetabular_version, femoral_version
from ..synthesis.phantom import SOURCE
from .axial_outline import CONDYLE_HEIGHT_MM, AxialBackdrop, AxialOutline
from .curves import Point
from .figure import Figure, Line, Mark, Sector, Value
from .words import first_sentence

AXIAL_KEYS = ("NC", "CONDM", "CONDL", "AR", "PR")
"""Landmarks that only a volume shows."""
AXIAL_MEASUREMENTS = ("femoral_version", "acetabular_version")
"""Measurements in space that are drawn from below."""
_FOOTER = "Seen from below, front is up. Research software, not a medical device."


@dataclass(frozen=True)
class _Sketch:
    """What a drawing shows: condyles, socket, and lines as pairs of landmarks."""

    condyles: bool
    socket: bool
    lines: tuple[tuple[str, str], ...]
    marks: tuple[str, ...]


_FEMORAL = _Sketch(
    True, False, (("FHC", "NB"), ("CONDM", "CONDL")), ("FHC", "NB", "CONDM", "CONDL")
)
_ACETABULAR = _Sketch(False, True, (("PR", "AR"),), ("AR", "PR", "FHC"))
_SKETCHES: Mapping[str, _Sketch] = {
    "femoral_version": _FEMORAL,
    "acetabular_version": _ACETABULAR,
    "CONDM": _Sketch(True, False, (("CONDM", "CONDL"),), ("CONDM",)),
    "CONDL": _Sketch(True, False, (("CONDM", "CONDL"),), ("CONDL",)),
    "NC": _Sketch(False, True, (("FHC", "NB"),), ("NC",)),
    "AR": _Sketch(False, True, (("PR", "AR"),), ("AR",)),
    "PR": _Sketch(False, True, (("PR", "AR"),), ("PR",)),
}


def axial_landmarks(outline: AxialOutline | None = None) -> HipLandmarks:
    """The drawn points of both hips, LPS mm; the condyles lie at the knee."""
    points = []
    for side in Side:
        backdrop = AxialBackdrop(side, True, outline=outline or AxialOutline())
        for key, local in backdrop.outline.points.items():
            x, y = backdrop.place(local)
            height = CONDYLE_HEIGHT_MM if key.startswith("COND") else 0.0
            points.append(Landmark(side, key, (x, -y, height), source=SOURCE))
    return HipLandmarks.of(points, case_id="axial sketch")


def axial_measurement(id_: str, side: Side) -> VolumeMeasurement:
    """One of :data:`AXIAL_MEASUREMENTS`, measured on the drawn points."""
    formula = femoral_version if id_ == "femoral_version" else acetabular_version
    return formula(axial_landmarks(), side)


def axial_measurement_figure(id_: str, side: Side) -> Figure:
    """Drawing of a version angle with its value."""
    result = axial_measurement(id_, side)
    sector = _femoral_sector(side) if id_ == "femoral_version" else _acetabular_sector(side)
    anchor = _beyond(sector, 1.45)
    figure = _figure(id_, side, result.name, first_sentence(result.definition), sector)
    return replace(figure, sector=sector, values=(Value(result.display, anchor),))


def axial_landmark_figure(key: str, side: Side) -> Figure:
    """Drawing of a landmark that only a volume shows."""
    definition = LandmarkTable.load()[key]
    title = f"{key}: {definition.name[0].lower()}{definition.name[1:]}"
    figure = _figure(key, side, title, first_sentence(definition.definition), None)
    return replace(figure, emphasised=True)


def _figure(key: str, side: Side, title: str, sentence: str, sector: Sector | None) -> Figure:
    sketch = _SKETCHES[key]
    backdrop = AxialBackdrop(side, sketch.condyles, sketch.socket)
    points = {k: backdrop.place(p) for k, p in backdrop.outline.points.items()}
    lines = [_lengthened(points[a], points[b]) for a, b in sketch.lines]
    if sector is not None:
        lines.append(Line(sector.centre, _beyond_end(sector), "baseline"))
    low, high = (-66.0, 34.0) if sketch.condyles else (-50.0, 46.0)
    near, far = (-48.0, 74.0)
    xs = sorted(backdrop.place((x, 0.0))[0] for x in (near, far))
    return Figure(
        backdrop,
        side,
        title,
        sentence,
        (xs[0], low, xs[1], high),
        tuple(lines),
        marks=tuple(Mark(k, points[k]) for k in sketch.marks),
        footer=_FOOTER,
    )


def _femoral_sector(side: Side) -> Sector:
    """Between the neck axis and the parallel to the condyles through the neck base."""
    backdrop = AxialBackdrop(side, True)
    head, base = (backdrop.place(backdrop.outline.points[key]) for key in ("FHC", "NB"))
    return _sector(base, head, (base[0] + (head[0] - base[0]), base[1]))


def _acetabular_sector(side: Side) -> Sector:
    """Between the rim line and the straight-forward direction at the posterior rim."""
    backdrop = AxialBackdrop(side, False)
    front, rear = (backdrop.place(backdrop.outline.points[key]) for key in ("AR", "PR"))
    return _sector(rear, front, (rear[0], front[1]))


def _sector(vertex: Point, first: Point, second: Point) -> Sector:
    reach = 0.72 * _distance(vertex, first)
    return Sector(vertex, _towards(vertex, first, reach), _towards(vertex, second, reach))


def _beyond(sector: Sector, factor: float) -> Point:
    x, y = sector.centre
    middle = ((sector.start[0] + sector.end[0]) / 2, (sector.start[1] + sector.end[1]) / 2)
    return (x + factor * (middle[0] - x), y + factor * (middle[1] - y))


def _beyond_end(sector: Sector) -> Point:
    return _towards(sector.centre, sector.end, 1.5 * _distance(sector.centre, sector.end))


def _lengthened(a: Point, b: Point) -> Line:
    dx, dy = 0.25 * (b[0] - a[0]), 0.25 * (b[1] - a[1])
    return Line((a[0] - dx, a[1] - dy), (b[0] + dx, b[1] + dy), "ray")


def _towards(a: Point, b: Point, length: float) -> Point:
    scale = length / _distance(a, b)
    return (a[0] + scale * (b[0] - a[0]), a[1] + scale * (b[1] - a[1]))


def _distance(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)
