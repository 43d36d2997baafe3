"""Volumes of nearly equal spacing, resampled to coronal slices along the patient's axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .image import HipImage

NEARLY_ISOTROPIC = 2.0
"""Largest ratio of two spacings of a volume that may be cut along any plane."""

_CORNERS = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T


def is_nearly_isotropic(image: HipImage) -> bool:
    """Whether the volume may be cut along any plane without visible steps."""
    return image.n_slices > 1 and max(image.spacing) <= NEARLY_ISOTROPIC * min(image.spacing)


def resliced_coronally(image: HipImage) -> HipImage:
    """The volume in true coronal slices: columns to the patient's left, rows to the feet.

    Pixels are as fine as the finest spacing of the volume, slices as far apart as its coarsest
    one; they run from the front to the back. What lies outside of the volume has its lowest grey
    value. One slice is made at a time, so that memory holds no more than source and result.

    Args:
        image: a volume that :func:`is_nearly_isotropic`.
    """
    step, apart = min(image.spacing), max(image.spacing)
    size = np.array([image.pixels.shape[2 - axis] - 1 for axis in range(3)])
    corners = image.to_lps(_CORNERS * size)
    low, high = corners.min(axis=0), corners.max(axis=0)
    columns, slices, rows = np.floor((high - low) / [step, apart, step]).astype(int) + 1
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[step, 0, 0], [0, 0, apart], [0, -step, 0]])
    matrix[:3, 3] = (low[0], low[1], high[2])
    between = np.linalg.inv(image.ijk_to_lps) @ matrix
    pixels = np.empty((slices, rows, columns), dtype=image.pixels.dtype)
    for index in range(slices):
        pixels[index] = _slice(image.pixels, between, index, (rows, columns))
    return replace(image, pixels=pixels, ijk_to_lps=matrix)


def _slice(
    pixels: NDArray[np.generic], between: NDArray[np.float64], index: int, shape: tuple[int, int]
) -> NDArray[np.generic]:
    from scipy import ndimage

    rows, columns = np.mgrid[: shape[0], : shape[1]]
    places = np.stack([columns, rows, np.full(shape, index)]).reshape(3, -1)
    ijk = between[:3, :3] @ places + between[:3, 3:]
    values = ndimage.map_coordinates(
        pixels, ijk[::-1], order=1, mode="constant", cval=float(pixels.min()), output=np.float32
    )
    if np.issubdtype(pixels.dtype, np.integer):
        values = np.rint(values)
    return values.reshape(shape).astype(pixels.dtype)
