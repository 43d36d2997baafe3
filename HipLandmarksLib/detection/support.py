"""Where in a region a landmark or a limb is spoken of: the shape of its part of a map of doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId
from .limbs import LimbId
from .region_maps import RegionMaps

LEAST_SUPPORT = 0.25
"""Fainter support is none: fields are never quite zero, and a heatmap's skirt reaches far."""

_LEAST_MASS = 0.5
"""A heatmap that holds less says that its landmark is not there."""

LEAST_CHANCE = 0.02
"""A heatmap that holds less says "nowhere", and not where: its highest point is anywhere."""


@dataclass(frozen=True, eq=False)
class Support:
    """The support of one part.

    Attributes:
        box: rows and columns of the map.
        values: (h, w) float32 in [0, 1] within the box.
    """

    box: tuple[slice, slice]
    values: NDArray[np.float32]

    @property
    def corners(self) -> NDArray[np.float64]:
        """(4, 2) (x, y) just beyond the box, in map pixels."""
        rows, columns = self.box
        y, x = (rows.start - 1, rows.stop), (columns.start - 1, columns.stop)
        return np.array([(a, b) for a in x for b in y], dtype=np.float64)


def place_support(maps: RegionMaps, id_: HipLandmarkId) -> Support | None:
    """Heatmap of a landmark relative to its maximum; None when it says "nowhere" altogether."""
    heatmap = maps.heatmap(id_)
    if heatmap is None or heatmap.sum(dtype=np.float32) < LEAST_CHANCE:
        return None
    return _cropped(heatmap.astype(np.float32) / float(heatmap.max()))


def limb_support(maps: RegionMaps, limb: LimbId) -> Support | None:
    """Length of the limb's field, at most 1, and a band between the modes of its two landmarks.

    The band is for fields that are not there: a limb that nothing bears out must be seen, if the
    model calls both of its landmarks present.
    """
    field = maps.field(limb)
    if field is None:
        return None
    length = np.minimum(np.hypot(*field.astype(np.float32)), 1.0)
    ends = [_mode(maps, end) for end in limb]
    if ends[0] is not None and ends[1] is not None:
        box = _box_about(ends[0], ends[1], 3 * maps.target_sigma, length.shape)
        band = _band(box, ends[0], ends[1], maps.target_sigma)
        length[box] = np.maximum(length[box], band)
    return _cropped(length)


def _box_about(
    a: NDArray[np.float64], b: NDArray[np.float64], reach: float, shape: tuple[int, ...]
) -> tuple[slice, slice]:
    """Rows and columns within ``reach`` of the box of two points (x, y)."""
    low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
    rows, columns = (
        slice(max(0, int(low[k])), min(size, int(high[k]) + 2))
        for k, size in ((1, shape[0]), (0, shape[1]))
    )
    return rows, columns


def _mode(maps: RegionMaps, id_: HipLandmarkId) -> NDArray[np.float64] | None:
    heatmap = maps.heatmaps[maps.ids.index(id_)]
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    if heatmap.sum(dtype=np.float32) < _LEAST_MASS:
        return None
    return np.array([column, row], dtype=np.float64)


def _band(
    box: tuple[slice, slice], a: NDArray[np.float64], b: NDArray[np.float64], sigma: float
) -> NDArray[np.float32]:
    """1 on the line from a to b, falling off as a Gaussian."""
    y, x = np.mgrid[box].astype(np.float32)
    step = b - a
    share = ((x - a[0]) * step[0] + (y - a[1]) * step[1]) / max(float(step @ step), 1e-9)
    share = np.clip(share, 0.0, 1.0)
    squares = (x - a[0] - share * step[0]) ** 2 + (y - a[1] - share * step[1]) ** 2
    return np.asarray(np.exp(-squares / (2 * sigma**2)), dtype=np.float32)


def _cropped(values: NDArray[np.float32]) -> Support | None:
    """Without the faint rest."""
    seen = values >= LEAST_SUPPORT
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return None
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return Support(box, np.where(seen, values, 0.0)[box].astype(np.float32))
