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
    """The marks of every measurement of both hips.

    Args:
        scene: where the nodes go.
        ids: measurements, from top to bottom.
        register: called with every new node and ``side=``.
    """

    def __init__(self, scene: Any, ids: Sequence[str], register: Callable[..., None]) -> None:
        self._ids = tuple(ids)
        self._extent = (0.0, 0.0)
        self._depths: dict[Side, float] = {}
        self._marks: dict[tuple[AnySide, str], MeasurementMark] = {
            (side, id_): MeasurementMark(scene, side, id_, partial(register, side=side))
            for id_ in ids
            for side in Side
        }

    def nodes(self, side: Side, id_: str) -> list[Any]:
        """The nodes of one measurement."""
        return self._marks[(side, id_)].nodes

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
            self._marks[(side, id_)].put_value(place)

    def show(self, measurements: Iterable[Measurement]) -> None:
        """Draw measurements; those without a value are hidden."""
        for measurement in measurements:
            self._marks[(measurement.side, measurement.id)].show(measurement)

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether it was part of a mark."""
        return any(mark.forget(node) for mark in self._marks.values())


def _depth(landmarks: HipLandmarks, plane: ViewPlane, side: Side) -> float | None:
    """Distance (mm) of a head centre along the slices' normal, None when it has no position."""
    head = landmarks.items_.get((side, "FHC"))
    if head is None or head.position is None:
        return None
    return sum(n * x for n, x in zip(plane.normal, head.position, strict=True))
