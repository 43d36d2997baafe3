"""Locked markups nodes, of drawings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, TypeVar

from .frames import Vec3, flip_frame

Key = TypeVar("Key", bound=Hashable)


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


class LockedMarkups(Generic[Key]):
    """Locked markups by what they show; made when first shown.

    Args:
        scene: where the nodes go.
        register: called with every new node and ``side=``.
        remove: called with every node that is no longer wanted.
    """

    def __init__(
        self, scene: Any, register: Callable[..., None], remove: Callable[[Any], None]
    ) -> None:
        self._scene = scene
        self._register = register
        self._remove = remove
        self._markups: dict[Key, LockedMarkup] = {}
        self._visible = True

    @property
    def nodes(self) -> dict[Key, Any]:
        """The markups nodes."""
        return {key: markup.node for key, markup in self._markups.items()}

    def keep(self, wanted: Collection[Key]) -> None:
        """Remove the nodes of everything else."""
        for key in [key for key in self._markups if key not in wanted]:
            self._remove(self._markups.pop(key).node)

    def clear(self) -> None:
        """Remove all nodes."""
        self.keep(())

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether it was one of these."""
        lost = [key for key, markup in self._markups.items() if markup.node is node]
        for key in lost:
            del self._markups[key]
        return bool(lost)


def node_name(text: str) -> str:
    """A text as name of a markups node, whose labels take per cent signs for formats."""
    return text.replace("%", "percent")
