"""One locked markups node, of drawings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .frames import Vec3, flip_frame


class LockedMarkup:
    """A markups node that only shows something: nobody can drag it, and it measures nothing.

    Events only when something changes.
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        self._points: tuple[Vec3, ...] = ()
        self._text = ""
        for i in range(node.GetNumberOfMeasurements()):
            node.GetNthMeasurement(i).SetEnabled(False)
        node.SetLocked(True)

    def place(self, points: Sequence[Vec3]) -> None:
        """Put the control points (LPS mm, world): one event for all."""
        points = tuple(points)
        if points == self._points:
            return
        node, self._points = self.node, points
        modifying = node.StartModify()
        for index, point in enumerate(points):
            if index < node.GetNumberOfControlPoints():
                node.SetNthControlPointPosition(index, *flip_frame(point))
            else:
                node.AddControlPoint(flip_frame(point))
        node.EndModify(modifying)

    def write(self, text: str) -> None:
        """Label the first point; without a point there is nothing to label."""
        if text != self._text and self.node.GetNumberOfControlPoints():
            self._text = text
            self.node.SetNthControlPointLabel(0, text)

    def set_visible(self, visible: bool) -> None:
        """Show or hide."""
        display = self.node.GetDisplayNode()
        if display is not None and bool(display.GetVisibility()) != visible:
            display.SetVisibility(visible)


def node_name(text: str) -> str:
    """A text as name of a markups node, whose labels take per cent signs for formats."""
    return text.replace("%", "percent")
