"""Slice views of the image of a stack: they jump to a slice, and tell which one they show."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians
from typing import Any
from weakref import WeakMethod

from ...anatomy import LandmarkStack
from ...measurement import ViewPlane
from ...measurement.vector import dot3
from ...measurement.volume import anterior_mm
from ..editing.views import views_of
from ..frames import Vec3, flip_frame
from ..observers import Observers
from ..study import HipStudy

_PARALLEL = cos(radians(1.0))


def look_at_slice(study: HipStudy, stack: LandmarkStack, index: int) -> int:
    """Let the views that lie in the slices of the image show one of them; how many there are.

    Views across the slices, and radial ones, stay.

    Raises:
        ConfigurationError: when the stack does not hold the slice.
    """
    depth, views = stack.at(index).depth_mm, _views(study)
    for node in views:
        x, y, z = at_depth(study.plane, _origin(node), depth)
        node.JumpSliceByOffsetting(*flip_frame((x, y, z)))
    return len(views)


def at_depth(plane: ViewPlane, point: Vec3, depth_mm: float) -> Vec3:
    """A point (LPS mm) moved along the normal of the slices to a depth (mm to the front)."""
    way = anterior_mm(plane, point) - depth_mm
    x, y, z = (p + way * n for p, n in zip(point, plane.normal, strict=True))
    return (x, y, z)


class ScrolledViews:
    """Tells of another slice in a view of the image, such as after a turn of the mouse wheel.

    Args:
        study: whose image it is.
        stack: called for the stack as it is.
        tell: bound method, not kept alive, called with the number of the slice.
    """

    def __init__(
        self, study: HipStudy, stack: Callable[[], LandmarkStack], tell: Callable[[int], None]
    ) -> None:
        self._study, self._stack, self._tell = study, stack, WeakMethod(tell)
        self._observers = Observers()
        self._at: dict[str, int | None] = {}

    def follow(self) -> None:
        """Watch the views that are there now."""
        self.close()
        self._at = {}
        for node in _views(self._study):
            self._at[node.GetID()] = self._slice_of(node)
            self._observers.add(node, ("ModifiedEvent",), self._moved, node.GetID())

    def close(self) -> None:
        """Tell no more."""
        self._observers.drop_all()

    def _moved(self, node_id: str) -> None:
        """A view that shows another image meanwhile tells nothing of this one."""
        volume, shown = self._study.volume_node, False
        node = self._study.scene.GetNodeByID(node_id)
        if node is not None and volume is not None:
            shown = any(each is node for each in views_of(volume))
        index = self._slice_of(node) if shown else None
        before, self._at[node_id] = self._at.get(node_id), index
        tell = self._tell()
        if index is not None and index != before and tell is not None:
            tell(index)

    def _slice_of(self, node: Any) -> int | None:
        """The slice of the stack that a view shows; None beside the stack, or when it is turned."""
        if not _lies_in(self._study.plane, node):
            return None
        stack = self._stack()
        depth = anterior_mm(self._study.plane, _origin(node))
        nearest = stack.nearest(depth)
        reach = stack.spacing_mm or float("inf")
        return nearest.index if abs(nearest.depth_mm - depth) < reach else None


def _views(study: HipStudy) -> list[Any]:
    if study.volume_node is None:
        return []
    return [node for node in views_of(study.volume_node) if _lies_in(study.plane, node)]


def _lies_in(plane: ViewPlane, node: Any) -> bool:
    matrix = node.GetSliceToRAS()
    x, y, z = (matrix.GetElement(row, 2) for row in range(3))
    return abs(dot3(plane.normal, flip_frame((x, y, z)))) > _PARALLEL


def _origin(node: Any) -> Vec3:
    matrix = node.GetSliceToRAS()
    x, y, z = (matrix.GetElement(row, 3) for row in range(3))
    return flip_frame((x, y, z))
