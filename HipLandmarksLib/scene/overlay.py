"""Angles and lines of one measurement in the views, drawn from the measurement's own drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from ..anatomy import Side
from ..measurement import Drawing, Measurement, Segment
from .frames import Vec3, flip_frame
from .style import style_measurement

ANGLE_CLASS = "vtkMRMLMarkupsAngleNode"
LINE_CLASS = "vtkMRMLMarkupsLineNode"
_VALUE = "value"
_UNITS = {"deg": "°", "mm": " mm"}
_STEP = {"deg": 1.0, "mm": 0.5}


class MeasurementMark:
    """The locked nodes that show one measurement of one hip; hidden while there is no value.

    An angle with an arc is an angle node, every other segment a line node. The number is the
    measurement's; Slicer's own length and angle are switched off.
    """

    def __init__(self, scene: Any, side: Side, id_: str, register: Callable[[Any], None]) -> None:
        self._scene = scene
        self._side = side
        self._id = id_
        self._register = register
        self._angle: _MarkupNode | None = None
        self._lines: dict[str, _MarkupNode] = {}
        self._shown: Measurement | None = None

    @property
    def nodes(self) -> list[Any]:
        """The nodes made so far."""
        return [mark.node for mark in self._all()]

    def show(self, measurement: Measurement) -> None:
        """Draw the measurement; hide everything when it has no value."""
        shown, self._shown = self._shown, measurement
        if shown is not None and shown.drawing == measurement.drawing:
            if shown.display == measurement.display:
                return
        drawing = measurement.drawing
        used = [] if drawing is None else self._draw(drawing, measurement)
        for mark in self._all():
            mark.set_visible(mark in used)

    def forget(self, node: Any) -> bool:
        """Drop ``node``, which was removed from the scene; whether it was one of ours."""
        if self._angle is not None and self._angle.node is node:
            self._angle = None
            return True
        roles = [role for role, mark in self._lines.items() if mark.node is node]
        for role in roles:
            del self._lines[role]
        return bool(roles)

    def _all(self) -> list[_MarkupNode]:
        return ([] if self._angle is None else [self._angle]) + list(self._lines.values())

    def _draw(self, drawing: Drawing, measurement: Measurement) -> list[_MarkupNode]:
        if drawing.arc is not None and len(drawing.segments) == 2:
            centre = drawing.arc.centre
            ends = [_other_end(segment, centre) for segment in drawing.segments]
            if self._angle is None:
                self._angle = self._make(ANGLE_CLASS, measurement.short_name)
            self._angle.place((ends[0], centre, ends[1]))
            self._angle.label(measurement)
            return [self._angle]
        used = [self._line(segment, measurement) for segment in drawing.segments]
        labelled = self._lines.get("distance", used[-1])
        labelled.label(measurement)
        return used

    def _line(self, segment: Segment, measurement: Measurement) -> _MarkupNode:
        mark = self._lines.get(segment.role)
        if mark is None:
            mark = self._make(LINE_CLASS, f"{measurement.short_name} {segment.role}")
            self._lines[segment.role] = mark
        mark.place((segment.start, segment.end))
        return mark

    def _make(self, class_name: str, name: str) -> _MarkupNode:
        node = self._scene.AddNewNodeByClass(class_name, f"{self._side.value} {name}")
        node.CreateDefaultDisplayNodes()
        style_measurement(node.GetDisplayNode(), self._id)
        self._register(node)
        return _MarkupNode(node)


class _MarkupNode:
    """One locked angle or line node."""

    def __init__(self, node: Any) -> None:
        self.node = node
        for i in range(node.GetNumberOfMeasurements()):
            node.GetNthMeasurement(i).SetEnabled(False)
        self._value = slicer.vtkMRMLStaticMeasurement()
        self._value.SetName(_VALUE)
        self._value.SetEnabled(False)
        node.AddMeasurement(self._value)
        node.SetLocked(True)

    def place(self, points: tuple[Vec3, ...]) -> None:
        """Put the control points (LPS mm, world): one event for all."""
        node = self.node
        modifying = node.StartModify()
        for index, point in enumerate(points):
            if index < node.GetNumberOfControlPoints():
                node.SetNthControlPointPosition(index, *flip_frame(point))
            else:
                node.AddControlPoint(flip_frame(point))
        node.EndModify(modifying)

    def label(self, measurement: Measurement) -> None:
        """Write the value for the screen beside the drawing."""
        step = _STEP.get(measurement.unit, 0.1)
        shown = round((measurement.value or 0.0) / step) * step
        decimals = 0 if step == 1.0 else 1
        self._value.SetEnabled(True)
        self._value.SetPrintFormat(f"{measurement.short_name} %.{decimals}f%s")
        self._value.SetDisplayValue(shown, _UNITS.get(measurement.unit, measurement.unit))
        self.node.UpdateAllMeasurements()

    def set_visible(self, visible: bool) -> None:
        """Show or hide, without an event when nothing changes."""
        display = self.node.GetDisplayNode()
        if display is not None and bool(display.GetVisibility()) != visible:
            display.SetVisibility(visible)


def _other_end(segment: Segment, centre: Vec3) -> Vec3:
    return segment.end if segment.start == centre else segment.start
