"""All drawings of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from ..anatomy import HipLandmarks, Side
from ..imaging import HipImage
from ..measurement import Measurement, ViewPlane
from .layout import image_extent, value_places
from .marks import MeasurementMark


class Overlay:
    """The marks of every measurement of both hips.

    Args:
        scene: where the nodes go.
        ids: measurements, from top to bottom.
        register: called with every new node and ``side=``.
    """

    def __init__(self, scene: Any, ids: Sequence[str], register: Callable[..., None]) -> None:
        self._ids = tuple(ids)
        self._marks = {
            (side, id_): MeasurementMark(scene, side, id_, partial(register, side=side))
            for id_ in ids
            for side in Side
        }

    def nodes(self, side: Side, id_: str) -> list[Any]:
        """The nodes of one measurement."""
        return self._marks[(side, id_)].nodes

    def arrange(self, landmarks: HipLandmarks, plane: ViewPlane, image: HipImage) -> None:
        """Choose where the values stand; they stay there while points move."""
        extent = image_extent(image, plane)
        for side in Side:
            places = value_places(landmarks, plane, side, self._ids, extent)
            for id_, place in places.items():
                self._marks[(side, id_)].put_value(place)

    def show(self, measurements: Iterable[Measurement]) -> None:
        """Draw measurements; those without a value are hidden."""
        for measurement in measurements:
            self._marks[(measurement.side, measurement.id)].show(measurement)

    def forget(self, node: Any) -> bool:
        """Drop a node that was removed from the scene; whether it was part of a mark."""
        return any(mark.forget(node) for mark in self._marks.values())
