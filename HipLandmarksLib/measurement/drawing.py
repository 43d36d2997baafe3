"""What a measurement looks like: segments, an arc, circles and a place for its label, in LPS mm.

Scene and report draw from the same primitives. Which construction a measurement has is told by
its row in measurements.json (``drawing``); the kinds are in :mod:`.sketches`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .formulas import Construction
from .frames import HipFrame
from .sketches import SKETCH_KINDS, sketch
from .vector import Vec3


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
class DrawnCircle:
    """A full circle about ``centre`` through ``rim`` in the plane of measurement, LPS mm."""

    centre: Vec3
    rim: Vec3


@dataclass(frozen=True)
class Drawing:
    """Primitives of one measurement; all lie at the depth of the measurement's first landmark.

    Attributes:
        segments: lines; roles: ``baseline`` (what is measured from), ``ray``, ``axis`` (of neck,
            shaft or pelvis), ``parallel`` (to the baseline), ``distance`` (what is measured).
            A role may occur twice.
        arc: arc of an angle, None for a length.
        label_anchor: centre of the label, LPS mm.
        circles: head circles.
    """

    segments: tuple[Segment, ...]
    arc: Arc | None
    label_anchor: Vec3
    circles: tuple[DrawnCircle, ...] = ()


def draw(
    spec: Mapping[str, Any],
    hip: Construction,
    frame: HipFrame,
    place: Callable[[complex], Vec3],
) -> Drawing:
    """Draw the construction ``spec`` of a measurements.json row.

    Args:
        spec: ``{"kind": ...}`` with the kind's own fields.
        hip: points of the hip in the plane.
        frame: frame of the hip.
        place: maps a point of the plane into LPS mm.
    """
    flat = sketch(spec, hip, frame)
    return Drawing(
        tuple(Segment(place(a), place(b), role) for a, b, role in flat.segments),
        None if flat.arc is None else Arc(*(place(point) for point in flat.arc)),
        place(flat.label),
        tuple(DrawnCircle(place(centre), place(rim)) for centre, rim in flat.circles),
    )


def check_drawing(id_: str, spec: Mapping[str, Any]) -> None:
    """Refuse a drawing of an unknown kind.

    Raises:
        ValueError: when ``spec`` or a part of it is of no known kind.
    """
    if spec["kind"] == "several":
        for part in spec["parts"]:
            check_drawing(id_, part)
    elif spec["kind"] not in SKETCH_KINDS:
        raise ValueError(f"{id_} names an unknown drawing {spec['kind']!r}")
