"""The map of doubt of paper 2, by our reading, on the pixels of the image itself.

Paper 2 shows a map of certainty and does not say how it is made. Here every landmark has a support,
its heatmap relative to its maximum, and every limb one, the length of its field. The doubt at a
pixel is the sum of support times doubt over all parts, divided by the sum of support: where parts
overlap, the one that belongs there counts most, and doubt stays a number between 0 and 1. Where
no part has a quarter of its support there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..uncertainty import UsualAgreement
from .doubts import DoubtMeasure, MapChoice, PartId, measure_of
from .region_maps import RegionMaps
from .support import LEAST_SUPPORT, Support, limb_support, place_support

Box = tuple[slice, slice]
"""Rows and columns."""

_FINE = 0.5
"""Of a map pixel: finer detail of an image is not worked out."""

_EDGE = LEAST_SUPPORT / 2
"""Between a map pixel with the least support and one without any, half way."""


@dataclass(frozen=True, eq=False)
class DoubtMap:
    """Doubt on the grid of an image. Research software, not a medical device.

    Attributes:
        values: (slices, rows, columns) float32, 0 where nothing is said.
        says: the same shape, whether there is anything to say.
        measure: what the values mean.
    """

    values: NDArray[np.float32]
    says: NDArray[np.bool_]
    measure: DoubtMeasure


def uncertainty_map(
    maps: Sequence[RegionMaps],
    doubts: Mapping[PartId, float],
    choice: MapChoice,
    shape: tuple[int, int, int],
    usual: UsualAgreement | None = None,
) -> DoubtMap:
    """Map of doubt on the image's own grid; where two regions overlap the larger doubt counts.

    Args:
        maps: of a detection.
        doubts: in [0, 1] by landmark and limb (:func:`.part_doubts`).
        choice: what is shown.
        shape: (slices, rows, columns) of the image.
        usual: agreement of the model's limbs, that ``doubts`` were made with.
    """
    values, says = np.zeros(shape, np.float32), np.zeros(shape, bool)
    for each in maps:
        own, told, (rows, columns) = RegionDoubt(each, choice, doubts, shape[1:]).on_image()
        target, mask = values[each.index, rows, columns], says[each.index, rows, columns]
        np.maximum(target, np.where(told, own, 0.0), out=target)
        mask |= told
    return DoubtMap(values, says, measure_of(choice, maps, usual))


class RegionDoubt:
    """The doubt of one region, kept up to date part by part."""

    def __init__(
        self,
        maps: RegionMaps,
        choice: MapChoice,
        doubts: Mapping[PartId, float],
        shape: tuple[int, int] | None = None,
    ) -> None:
        """Sum up what is known.

        Args:
            maps: of the region.
            choice: what is shown.
            doubts: in [0, 1] by landmark and limb; of other regions they are passed over.
            shape: (rows, columns) of the image; None for what the maps say.
        """
        self._plane = maps.plane
        self._limit = shape or maps.image_shape
        self._supports = _supports(maps, choice)
        self._doubts: dict[PartId, float] = {}
        self._sum = np.zeros(maps.plane.shape)
        self._weight = np.zeros(maps.plane.shape)
        for part in self._supports:
            self._set(part, doubts.get(part))

    @property
    def parts(self) -> tuple[PartId, ...]:
        """What the map may show: the parts of the region that leave a trace in its maps."""
        return tuple(self._supports)

    def update(self, doubts: Mapping[PartId, float | None]) -> Box | None:
        """Take up other doubts, None for parts that cannot be assessed any more.

        Returns:
            Rows and columns of the image whose pixels changed; None when none did.
        """
        changed = [
            part
            for part, doubt in doubts.items()
            if part in self._supports and self._doubts.get(part) != doubt
        ]
        for part in changed:
            self._set(part, doubts[part])
        return self._image_box([self._supports[part] for part in changed])

    def on_image(
        self, box: Box | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_], Box]:
        """Doubt, whether there is anything to say, and which rows and columns of the image it is.

        Args:
            box: rows and columns of the image that are wanted; None for all that the region has.
        """
        wanted = box or self._image_box(list(self._supports.values()))
        if wanted is None:
            empty = np.zeros((0, 0), np.float32)
            return empty, empty.astype(bool), (slice(0, 0), slice(0, 0))
        shape = _shape(wanted)
        values, says = np.zeros(shape, np.float32), np.zeros(shape, bool)
        for part in self._patches(wanted):
            weight = self._resampled(self._weight, part)
            told = weight >= _EDGE
            doubt = self._resampled(self._sum, part) / np.where(told, weight, 1.0)
            inside = _within(part, wanted)
            values[inside] = np.where(told, np.clip(doubt, 0.0, 1.0), 0.0)
            says[inside] = told
        return values, says, wanted

    def _patches(self, wanted: Box) -> list[Box]:
        """The parts of a box in which anything is said: small ones, or all of it at once."""
        boxes = [self._image_box([support]) for support in self._supports.values()]
        met = [both for box in boxes if box and (both := _meeting(box, wanted)) is not None]
        area = sum(int(np.prod(_shape(box))) for box in met)
        return met if area < np.prod(_shape(wanted)) else [wanted]

    def _set(self, part: PartId, doubt: float | None) -> None:
        support = self._supports[part]
        before = self._doubts.pop(part, None)
        for known, sign in ((before, -1.0), (doubt, 1.0)):
            if known is not None:
                self._sum[support.box] += sign * known * support.values
                self._weight[support.box] += sign * support.values
        if doubt is not None:
            self._doubts[part] = doubt

    def _image_box(self, supports: Sequence[Support]) -> Box | None:
        """Rows and columns of the image that the supports may reach."""
        if not supports:
            return None
        corners = np.concatenate([support.corners for support in supports])
        ij = self._plane.backward(corners)
        first = np.maximum(np.floor(ij.min(axis=0)).astype(int), 0)
        last = np.ceil(ij.max(axis=0)).astype(int) + 1
        if self._limit is not None:
            last = np.minimum(last, self._limit[::-1])
        if (last <= first).any():
            return None
        return slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0]))

    def _resampled(self, values: NDArray[np.float64], box: Box) -> NDArray[np.float32]:
        """Bilinear, on rows and columns of the image.

        Where the image is much finer than the map, blocks of its pixels have the value at their
        middle. They lie alike for every box, so that parts fit the whole.
        """
        step = max(1, int(_FINE / self._plane.scale))
        first = [part.start // step for part in box]
        blocks = [-(-part.stop // step) - n for part, n in zip(box, first, strict=True)]
        matrix = self._plane.matrix
        swap = matrix[:2, :2][::-1, ::-1]
        middle = [n * step + (step - 1) / 2 for n in first]
        start = swap @ middle + matrix[:2, 2][::-1]
        found = ndimage.affine_transform(
            values, step * swap, start, (blocks[0], blocks[1]), np.float32, order=1
        )
        whole = found.repeat(step, axis=0).repeat(step, axis=1)
        rows, columns = (
            slice(part.start - n * step, part.stop - n * step)
            for part, n in zip(box, first, strict=True)
        )
        return np.asarray(whole[rows, columns])


def _supports(maps: RegionMaps, choice: MapChoice) -> dict[PartId, Support]:
    parts: list[tuple[PartId, Support | None]] = []
    parts += [(id_, place_support(maps, id_)) for id_ in maps.ids if choice.shows(id_)]
    parts += [(limb, limb_support(maps, limb)) for limb in maps.limbs if choice.shows(limb)]
    return {part: support for part, support in parts if support is not None}


def _shape(box: Box) -> tuple[int, int]:
    rows, columns = box
    return rows.stop - rows.start, columns.stop - columns.start


def _meeting(box: Box, other: Box) -> Box | None:
    """What two boxes have in common."""
    rows, columns = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(box, other, strict=True)
    )
    return (rows, columns) if rows.stop > rows.start and columns.stop > columns.start else None


def _within(box: Box, outer: Box) -> Box:
    """A box in the rows and columns of one that holds it."""
    rows, columns = (
        slice(a.start - b.start, a.stop - b.start) for a, b in zip(box, outer, strict=True)
    )
    return rows, columns
