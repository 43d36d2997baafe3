"""Drawings of the definitions: every measurement and every landmark on the schematic pelvis.

Values and constructions come from the measurement engine, applied to the drawn points.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ..anatomy import AnySide, LandmarkTable, Midline, Side
from ..imaging import Calibration, SpacingProvenance
from ..measurement import (
    Measurement,
    MeasurementSettings,
    MeasurementTable,
    Reference,
    ViewPlane,
    measure,
    side_differences,
)
from .aids import aids_of
from .axial import (
    AXIAL_KEYS,
    AXIAL_MEASUREMENTS,
    axial_landmark_figure,
    axial_measurement_figure,
)
from .clock import CLOCK_FIGURES
from .curves import Curve, Point
from .examples import example_shape
from .figure import NOTICE, Figure, Line, Mark, Sector, Value
from .painting import PelvisBackdrop
from .schematic import Schematic, SchematicShape
from .words import first_sentence

Window = tuple[float, float, float, float]
_PLANE = ViewPlane.coronal()
_PELVIS_FLOOR_MM = -98.0
_CORE = (44.0, 44.0)  # half of the least window about a head centre, mm
_ROOM_MM = 13.0


def drawing_settings() -> MeasurementSettings:
    """Settings with which the drawn values are measured: a calibrated image, all defaults."""
    return MeasurementSettings(
        calibration=Calibration(SpacingProvenance.PATIENT_PLANE), extra_points=True
    )


def schematic_measurements(
    shape: SchematicShape, ids: Iterable[str] | None = None
) -> list[Measurement]:
    """All measurements, or ``ids``, of the drawn pelvis."""
    wanted = None if ids is None else list(ids)
    return measure(Schematic(shape).landmarks, _PLANE, drawing_settings(), wanted)


@lru_cache(maxsize=128)
def measurement_svg(id_: str, side: Side = Side.RIGHT, numbers: bool = True) -> str:
    """SVG that shows measurement ``id_``, of ``side`` where it is one of a single hip.

    Args:
        id_: of the measurement.
        side: of the hip.
        numbers: whether it states the value of the drawn hip, which is nobody's.

    Raises:
        ConfigurationError: when there is no such measurement.
    """
    if id_ in AXIAL_MEASUREMENTS:
        figure = axial_measurement_figure(id_, side)
    elif id_ in CLOCK_FIGURES:
        figure = CLOCK_FIGURES[id_](side)
    else:
        figure = measurement_figure(id_, side)
    return (figure if numbers else figure.without_numbers()).svg()


@lru_cache(maxsize=128)
def landmark_svg(key: str, side: Side = Side.RIGHT) -> str:
    """SVG that shows where landmark ``key`` lies, on ``side`` where it is one of a hip.

    Raises:
        LandmarkFileError: when there is no such landmark.
    """
    if key in AXIAL_KEYS:
        return axial_landmark_figure(key, side).svg()
    return landmark_figure(key, side).svg()


def measurement_figure(id_: str, side: Side) -> Figure:
    """The figure behind :func:`measurement_svg`."""
    definition = MeasurementTable.load().select([id_])[0]
    schematic = Schematic(example_shape(id_))
    found = schematic_measurements(schematic.shape, [id_])
    if id_ in BOTH_SIDES_SHOWN:
        shown: AnySide = Midline.PELVIS
        parts = [_parts(schematic, m) for m in found]
        footer = f"{side_differences(found)[0].words}. {NOTICE}"
    else:
        result = next(m for m in found if m.side in (side, Midline.PELVIS))
        shown, parts, footer = result.side, [_parts(schematic, result)], NOTICE
    aids = aids_of(_AID_OF[id_], schematic, side)[0] if id_ in _AID_OF else ()
    lines = (*(line for part in parts for line in part.lines), *aids)
    marks = tuple(dict.fromkeys(mark for part in parts for mark in part.marks))
    return Figure(
        PelvisBackdrop(schematic),
        shown,
        definition.name,
        first_sentence(definition.definition),
        _window(schematic, shown, [m.at for m in marks], lines),
        lines,
        parts[-1].sector,
        tuple(circle for part in parts for circle in part.circles),
        marks,
        tuple(part.value for part in parts if part.value is not None),
        footer=footer,
        guides=_guides(schematic, id_, side),
    )


_AID_OF = {"triangular_index_mm": "Q"}
"""Landmarks whose helping lines explain a measurement."""
BOTH_SIDES_SHOWN = frozenset({"lt_depth_mm", "gt_depth_mm"})
"""What matters of these is the difference of the sides: the leg-length difference."""


@dataclass(frozen=True)
class _Parts:
    """What one result brings to its figure."""

    lines: tuple[Line, ...]
    sector: Sector | None
    circles: tuple[tuple[Point, float], ...]
    marks: tuple[Mark, ...]
    value: Value | None


def _parts(schematic: Schematic, result: Measurement) -> _Parts:
    marks, drawing = tuple(_marks(result)), result.drawing
    if drawing is None:
        return _Parts((), None, (), marks, None)
    lines = [Line(_flat(s.start), _flat(s.end), s.role) for s in drawing.segments]
    lines += [*_reference_line(result), *_shaft_axis(result, lines)]
    arc = drawing.arc
    sector = None
    if arc is not None:
        sector = Sector(_flat(arc.centre), _flat(arc.start), _flat(arc.end))
    name = result.side.value if result.id in BOTH_SIDES_SHOWN else result.short_name
    words = f"{name} {result.display}"
    circles = tuple(_head_circles(schematic, result))
    value = Value(words, _flat(drawing.label_anchor), name)
    return _Parts(tuple(lines), sector, circles, marks, value)


def landmark_figure(key: str, side: Side) -> Figure:
    """The figure behind :func:`landmark_svg` for landmarks of the AP view."""
    definition = LandmarkTable.load()[key]
    schematic = Schematic(example_shape(key))
    where: AnySide = Midline.PELVIS if definition.laterality == "midline" else side
    points = _points_of(schematic, where, key)
    lines, circles = aids_of(key, schematic, where)
    words = [key if number == len(points) // 2 else "" for number in range(len(points))]
    marks = tuple(Mark(text, point) for text, point in zip(words, points, strict=True))
    name = definition.name
    return Figure(
        PelvisBackdrop(schematic),
        where,
        f"{key}: {name[0].lower()}{name[1:]}",
        first_sentence(definition.definition),
        _window(schematic, where, points, lines),
        lines,
        circles=circles,
        marks=marks,
        guides=_guides(schematic, key, side),
        footer="Schematic drawing. Research software, not a medical device.",
        emphasised=True,
    )


def _guides(schematic: Schematic, key: str, side: Side) -> tuple[Curve, ...]:
    return (schematic.shenton(side),) if key in ("shenton_mm", "NECK", "OBT") else ()


def _points_of(schematic: Schematic, side: AnySide, key: str) -> list[Point]:
    single = schematic.positions.get((side, key))
    if single is not None:
        return [single]
    found, number = [], 1
    while (point := schematic.positions.get((side, f"{key}{number}"))) is not None:
        found.append(point)
        number += 1
    return found


def _marks(result: Measurement) -> Iterable[Mark]:
    """Marks of the landmarks used; a numbered list is named once, at its middle."""
    lists: dict[str, list[Point]] = {}
    for entry in result.inputs:
        if entry.side is not result.side and result.side is not Midline.PELVIS:
            continue
        stem = entry.key.rstrip("0123456789")
        numbered = stem != entry.key and stem in LandmarkTable.load().definitions
        if numbered and LandmarkTable.load()[stem].kind != "point":
            lists.setdefault(stem, []).append(_flat(entry.position))
        else:
            yield Mark(entry.key, _flat(entry.position))
    for stem, points in lists.items():
        for number, point in enumerate(points):
            yield Mark(stem if number == len(points) // 2 else "", point)


def _reference_line(result: Measurement) -> list[Line]:
    """The line through both points of the reference, where the measurement has one."""
    if result.reference in (Reference.NONE, Reference.IMAGE):
        return []
    pairs = {entry.key: _flat(entry.position) for entry in result.inputs if entry.side is Side.LEFT}
    for entry in result.inputs:
        if entry.side is Side.RIGHT and entry.key in pairs and entry.key in _REFERENCE_KEYS:
            return [Line(_flat(entry.position), pairs[entry.key], "reference")]
    return []


def _shaft_axis(result: Measurement, drawn: Iterable[Line]) -> list[Line]:
    """The shaft axis as a helping line where its points are used and nothing joins them."""
    at = {entry.key: _flat(entry.position) for entry in result.inputs}
    if not {"SHP", "SHD"} <= set(at) or any(line.role == "axis" for line in drawn):
        return []
    if any(_through(line, at["SHP"]) for line in drawn):
        return []
    return [Line(at["SHP"], at["SHD"], "aid")]


def _through(line: Line, point: Point) -> bool:
    """Whether a line runs through a point."""
    (ax, az), (bx, bz) = line.start, line.end
    area = (bx - ax) * (point[1] - az) - (bz - az) * (point[0] - ax)
    return abs(area) < 0.5 * max(((bx - ax) ** 2 + (bz - az) ** 2) ** 0.5, 1e-9)


_REFERENCE_KEYS = ("TD", "ISCH", "TRI", "FHC")


def _head_circles(schematic: Schematic, result: Measurement) -> Iterable[tuple[Point, float]]:
    """The head circle where the alpha angle or a radius depends on it."""
    keys = {entry.key for entry in result.inputs}
    if not keys & {"HEDGE", "LCP", "RIM1", "Q"} or not isinstance(result.side, Side):
        return
    hip = schematic.shape.parameters.hip(result.side)
    yield schematic.positions[(result.side, "FHC")], hip.head_radius_mm


def _window(
    schematic: Schematic, side: AnySide, points: Iterable[Point], lines: Iterable[Line]
) -> Window:
    """The part of the pelvis that is shown, mm."""
    if not isinstance(side, Side):
        bone = [p for curve in PelvisBackdrop(schematic).contours() for p in curve]
        xs = [x for x, _ in bone]
        return (min(xs) - 8.0, _PELVIS_FLOOR_MM, max(xs) + 8.0, max(z for _, z in bone) + 8.0)
    drawn = [p for line in lines if line.role != "reference" for p in (line.start, line.end)]
    head = schematic.positions[(side, "FHC")]
    core = [(head[0] + sx * _CORE[0], head[1] + sz * _CORE[1]) for sx, sz in ((-1, -1), (1, 1))]
    every = [*core, *((x + dx, z + dz) for x, z in (*points, *drawn)
                      for dx, dz in ((-_ROOM_MM, -_ROOM_MM), (_ROOM_MM, _ROOM_MM)))]  # fmt: skip
    xs, zs = [p[0] for p in every], [p[1] for p in every]
    low = max(min(zs), schematic.lowest + 1.0)
    return (min(xs), low, max(xs), max(zs))


def _flat(point: tuple[float, float, float]) -> Point:
    """LPS mm in the coronal plane to the coordinates of the drawing."""
    return (point[0], point[2])
