"""The crop of one training sample: what :meth:`PlaneTransform.warp` gives, several times faster.

Only the part of the image that the crop needs is smoothed, and the bilinear samples are taken by
torch. One image at a time: torch then stays in the calling thread, so that several threads can make
samples without getting in the way of the training.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from ..imaging import PlaneTransform

_SHRINKING = 1.2
_SIGMA_PER_STEP = 0.4
"""As in :meth:`PlaneTransform.warp`: half the step, times 0.8."""


def resampled(
    pixels: NDArray[np.float32], plane: PlaneTransform, fill: float
) -> NDArray[np.float32]:
    """Resample a (rows, columns) image to ``plane.shape``; ``fill`` lies outside the image.

    Shrinking smooths first. Sampling is bilinear with pixel centres at integers; a sample more
    than half a thousandth of a pixel beyond the outermost pixel centres is outside.
    """
    inverse = np.asarray(np.linalg.inv(plane.matrix), dtype=np.float64)
    height, width = plane.shape
    corners = plane.backward([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]])
    part, (left, top) = _smoothed_part(pixels, inverse, corners)
    if part.size == 0:
        return np.full(plane.shape, fill, dtype=np.float32)
    x, y = np.arange(width)[None], np.arange(height)[:, None]
    places = np.empty((height, width, 2), dtype=np.float32)  # -1 to 1 over the part
    for axis, (first, size) in enumerate(((left, part.shape[1]), (top, part.shape[0]))):
        along_x, along_y, offset = inverse[axis] * (2 / max(size - 1, 1))
        start = offset - 2 * first / max(size - 1, 1) - 1
        np.add(
            (along_x * x).astype(np.float32),
            (along_y * y + start).astype(np.float32),
            out=places[..., axis],
        )
    sampled = _bilinear(part, places)
    beyond = np.array(pixels.shape)[::-1] - 1
    if (corners < 0).any() or (corners > beyond).any():
        sampled[_outside(places, part.shape, (left, top), pixels.shape)] = fill
    return sampled


def _smoothed_part(
    pixels: NDArray[np.float32], inverse: NDArray[np.float64], corners: NDArray[np.float64]
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """What lies between ``corners`` (column, row), smoothed, and its first column and row."""
    steps = np.linalg.norm(inverse[:2, :2], axis=1)  # source pixels per output pixel (x, y)
    sigma = np.where(steps > _SHRINKING, steps * _SIGMA_PER_STEP, 0.0)
    reach = (4 * sigma + 0.5).astype(int) + 2  # scipy cuts the Gaussian off at 4 sigma
    size = np.array(pixels.shape)[::-1]
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - reach, 0, size)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + reach + 1, 0, size)
    part = pixels[low[1] : high[1], low[0] : high[0]]
    if part.size and sigma.any():
        part = ndimage.gaussian_filter(part, (sigma[1], sigma[0]))
    return np.ascontiguousarray(part), (int(low[0]), int(low[1]))


def _bilinear(part: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.float32]:
    sampled = torch.nn.functional.grid_sample(
        torch.from_numpy(part)[None, None],
        torch.from_numpy(places)[None],
        padding_mode="border",
        align_corners=True,
    )
    return np.asarray(sampled[0, 0].numpy())


def _outside(
    places: NDArray[np.float32],
    part: tuple[int, ...],
    first: tuple[int, int],
    whole: tuple[int, ...],
) -> NDArray[np.bool_]:
    """(H, W) where a sample lies beyond the outermost pixel centres of the whole image."""
    outside = np.zeros(places.shape[:2], dtype=bool)
    for axis in (0, 1):
        scale = 2 / max(part[1 - axis] - 1, 1)
        low = scale * (-first[axis] - 5e-4) - 1
        high = scale * (whole[1 - axis] - 1 - first[axis] + 5e-4) - 1
        along = places[..., axis]
        outside |= (along < np.float32(low)) | (along > np.float32(high))
    return outside
