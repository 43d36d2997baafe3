"""Angles, lines and value of one measurement in the views, from the measurement's drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..anatomy import AnySide
from ..measurement import Drawing, Measurement, Segment
from .frames import Vec3
from .markup import LockedMarkup
from .style import one_event, style_drawing, style_value

ANGLE_CLASS = "vtkMRMLMarkupsAngleNode"
LINE_CLASS = "vtkMRMLMarkupsLineNode"
VALUE_CLASS = "vtkMRMLMarkupsFiducialNode"
_VALUE = "value"


class MeasurementMark:
    """The locked nodes that show one measurement of one hip; hidden while there is no value.

    An angle with an arc is an angle node, every other segment a line node; the value is a text
    of its own, which stays where it was put while points move. The number is the
    measurement's: Slicer's own length and angle are switched off.
    """

    def __init__(
        self, scene: Any, side: AnySide, id_: str, register: Callable[[Any], None]
    ) -> None:
        self._scene = scene
        self._side = side
        self._id = id_
        self._register = register
        self._marks: dict[str, LockedMarkup] = {}
        self._shown: tuple[str, Drawing | None] | None = None
        self._value_at: Vec3 | None = None

    @property
    def nodes(self) -> list[Any]:
        """The nodes made so far."""
        return [mark.node for mark in self._marks.values()]

    def put_value(self, place: Vec3) -> None:
        """Where the value shall stand, LPS mm; takes effect with the next :meth:`show`."""
        self._value_at = place
        self._shown = None

    def show(self, measurement: Measurement) -> None:
        """Draw the measurement; hide everything when it has no value."""
        drawing = measurement.drawing
        before, self._shown = self._shown, (measurement.display, drawing)
        if before == self._shown:
            return
        used = set() if drawing is None else self._draw(drawing, measurement)
        for role, mark in self._marks.items():
            mark.set_visible(role in used)

    def forget(self, node: Any) -> bool:
        """Drop ``node``, which was removed from the scene; whether it was one of ours."""
        roles = [role for role, mark in self._marks.items() if mark.node is node]
        for role in roles:
            del self._marks[role]
        return bool(roles)

    def _draw(self, drawing: Drawing, measurement: Measurement) -> set[str]:
        """Place the nodes; returns the roles in use."""
        places = _places(drawing)
        name = measurement.short_name
        for role, points in places.items():
            class_name = ANGLE_CLASS if len(points) == 3 else LINE_CLASS
            self._get(role, class_name, f"{name} {role}", style_drawing).place(points)
        value = self._get(_VALUE, VALUE_CLASS, f"{name} {_VALUE}", style_value)
        with one_event(value.node):
            value.place((self._value_at or drawing.label_anchor,))
            value.write(f"{name} {measurement.display}")
        return {*places, _VALUE}

    def _get(
        self, role: str, class_name: str, name: str, style: Callable[..., None]
    ) -> LockedMarkup:
        mark = self._marks.get(role)
        if mark is None:
            node = self._scene.AddNewNodeByClass(class_name, f"{self._side.value} {name}")
            node.CreateDefaultDisplayNodes()
            style(node.GetDisplayNode(), self._id)
            self._register(node)
            mark = self._marks[role] = LockedMarkup(node)
        return mark


def _places(drawing: Drawing) -> dict[str, tuple[Vec3, ...]]:
    """Control points per role: three for an angle with its arc, two per line."""
    if drawing.arc is not None and len(drawing.segments) == 2:
        centre = drawing.arc.centre
        first, second = (_other_end(segment, centre) for segment in drawing.segments)
        return {"angle": (first, centre, second)}
    return {s.role: (s.start, s.end) for s in drawing.segments}


def _other_end(segment: Segment, centre: Vec3) -> Vec3:
    return segment.end if segment.start == centre else segment.start
