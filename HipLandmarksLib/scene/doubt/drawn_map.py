"""The regions of a detection drawn into one volume, and kept up to date part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...detection import MapChoice, PartId, RegionDoubt, RegionMaps
from .volume import Box, DoubtVolume


class DrawnMap:
    """All regions of a detection in one volume: one map per slice.

    Args:
        volume: to draw into.
        maps: of the regions; two of them may lie on one slice (the hips of a film).
        choice: what of the doubt to show.
        doubts: in [0, 1] by landmark and limb.
    """

    def __init__(
        self,
        volume: DoubtVolume,
        maps: Sequence[RegionMaps],
        choice: MapChoice,
        doubts: Mapping[PartId, float],
    ) -> None:
        self._volume = volume
        shape = volume.shape[1:]
        self._regions = [(each.index, RegionDoubt(each, choice, doubts, shape)) for each in maps]

    def draw(self) -> None:
        """Draw everything anew."""
        self._volume.clear()
        for index, region in self._regions:
            values, says, box = region.on_image()
            self._volume.write(index, box, _combined(values, says, self._volume.read(index, box)))
        self._volume.changed()

    def update(self, doubts: Mapping[PartId, float | None]) -> None:
        """Draw again where these parts show; other pixels stay."""
        changed = [
            (index, box)
            for index, region in self._regions
            if (box := region.update(doubts)) is not None
        ]
        for index, box in changed:
            self._redraw(index, box)
        if changed:
            self._volume.changed()

    def _redraw(self, index: int, box: Box) -> None:
        """One rectangle of a slice, from all regions that lie on it."""
        rows, columns = box
        drawn = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
        for own, region in self._regions:
            if own == index:
                values, says, _ = region.on_image(box)
                drawn = _combined(values, says, drawn)
        self._volume.write(index, box, drawn)


def _combined(
    values: NDArray[np.floating], says: NDArray[np.bool_], other: NDArray[np.floating]
) -> NDArray[np.floating]:
    """The larger doubt of two regions; NaN where neither says anything."""
    return np.asarray(np.fmax(np.where(says, values, np.nan), other))
