"""All drawings of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import inf
from typing import Any

from ..anatomy import AnySide, HipLandmarks, Side
from ..imaging import HipImage
from ..measurement import Measurement, ViewPlane
from .layout import image_extent, value_places
from .marks import MeasurementMark

_SAME_SLICE_MM = 1.0


class Overlay:
    """The marks of the measurements that are chosen for drawing.

    Args:
        scene: where the nodes go.
        ids: measurements to draw, in the order of their values from top to bottom.
        register: called with every new node and ``side=``.
        remove: called with every node that is no longer wanted.
    """

    def __init__(
        self,
        scene: Any,
        ids: Sequence[str],
        register: Callable[..., None],
        remove: Callable[[Any], None],
    ) -> None:
        self._scene = scene
        self._ids = tuple(ids)
        self._register = register
        self._remove = remove
        self._extent = (0.0, 0.0)
        self._depths: dict[Side, float] = {}
        self._marks: dict[tuple[AnySide, str], MeasurementMark] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The measurements that are drawn."""
        return self._ids

    def choose(self, ids: Sequence[str]) -> None:
        """Draw other measurements from the next :meth:`show` on; nodes of the rest go."""
        self._ids = tuple(ids)
        for key in [key for key in self._marks if key[1] not in self._ids]:
            for node in self._marks.pop(key).nodes:
                self._remove(node)

    def nodes(self, side: AnySide, id_: str) -> list[Any]:
        """The nodes of one measurement; none when it is not drawn."""
        mark = self._marks.get((side, id_))
        return [] if mark is None else mark.nodes

    def arrange(self, landmarks: HipLandmarks, plane: ViewPlane, image: HipImage) -> None:
        """Choose where the values stand; they stay there while points move in the slice."""
        self._extent = image_extent(image, plane)
        for side in Side:
            self._arrange_side(landmarks, plane, side)

    def follow_slices(self, landmarks: HipLandmarks, plane: ViewPlane) -> None:
        """Take the values of a hip along when its head centre went to another slice."""
        for side in Side:
            depth = _depth(landmarks, plane, side)
            if depth is not None and abs(depth - self._depths.get(side, inf)) > _SAME_SLICE_MM:
                self._arrange_side(landmarks, plane, side)

    def _arrange_side(self, landmarks: HipLandmarks, plane: ViewPlane, side: Side) -> None:
        depth = _depth(landmarks, plane, side)
        if depth is not None:
            self._depths[side] = depth
        places = value_places(landmarks, plane, side, self._ids, self._extent)
        for id_, place in places.items():
            self._mark(side, id_).put_value(place)

    def show(self, measurements: Iterable[Measurement]) -> None:
        """Draw those of ``measurements`` that are chosen; without a value they are hidden."""
        for measurement in measurements:
            if measurement.id in self._ids:
                self._mark(measurement.side, measurement.id).show(measurement)

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether it was part of a mark."""
        return any(mark.forget(node) for mark in self._marks.values())

    def _mark(self, side: AnySide, id_: str) -> MeasurementMark:
        mark = self._marks.get((side, id_))
        if mark is None:
            register = partial(self._register, side=side)
            mark = self._marks[(side, id_)] = MeasurementMark(self._scene, side, id_, register)
        return mark


def _depth(landmarks: HipLandmarks, plane: ViewPlane, side: Side) -> float | None:
    """Distance (mm) of a head centre along the slices' normal, None when it has no position."""
    head = landmarks.items_.get((side, "FHC"))
    if head is None or head.position is None:
        return None
    return sum(n * x for n, x in zip(plane.normal, head.position, strict=True))
