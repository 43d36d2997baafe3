"""How a film becomes network input: turned upright, seen as a whole, grey values made alike.

Training and detection use these functions alike. Points are (x, y) = (column, row), pixel centres
at integers. ``NaN`` marks what lies outside the film until the grey values are made alike.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from torch.nn import functional

from ..imaging import HipImage, PlaneTransform
from .preprocessing import canonical_turn

OUTSIDE = -1.0
"""Network input beyond the film's edge; also the darkest value within."""

_BRIGHTEST = 1.25
_WINDOW_PERCENT = (1.0, 50.0, 99.0)
_GAMMA_LIMITS = (0.5, 2.0)
_STATISTICS_SIDE = 256
_BORDER_SHARE = 0.02
"""A collimated border is uniform within this share of the film's range of grey values."""

_BLURRED_RIM = 2
"""Pixels beside the border that are a mixture of it and the film."""

_LEAST_INSIDE = 0.05
_SQUARE_WITHIN = 0.01


def upright_film(image: HipImage) -> PlaneTransform:
    """From stored pixels to the usual display with square pixels.

    Columns then run to the patient's left and rows to the feet, as far as the image's geometry
    tells; a mirrored or turned film becomes an AP view. Oblong pixels are divided.
    """
    rows, columns = image.pixels.shape[1:]
    turn = canonical_turn(image, (int(rows), int(columns)))
    si, sj, _ = image.spacing
    if abs(si / sj - 1) < _SQUARE_WITHIN:
        return turn
    transposed = abs(turn.matrix[0, 0]) < 0.5
    sx, sy = (sj, si) if transposed else (si, sj)
    return turn.resized(sx / min(sx, sy), sy / min(sx, sy))


def whole_film_frame(shape: tuple[int, int], side_px: int) -> PlaneTransform:
    """A film of any size in the middle of a square: its longer side fills it.

    Args:
        shape: (rows, columns) of the upright film, in square pixels.
        side_px: side of the square, the input of the first pass.
    """
    scale = side_px / max(shape)
    pad_y, pad_x = ((side_px - scale * n) / 2 for n in shape)
    half = (scale - 1) / 2
    step = np.array([[scale, 0.0, pad_x + half], [0.0, scale, pad_y + half], [0.0, 0.0, 1.0]])
    return PlaneTransform(step, (side_px, side_px))


def warp_film(pixels: ArrayLike, plane: PlaneTransform) -> NDArray[np.float32]:
    """Resample a film; pixels are averaged over the area that an output pixel covers.

    Args:
        pixels: (rows, columns) of the source of ``plane``.
        plane: a similarity, mirrored or not; axes may be stretched.

    Returns:
        (height, width) of ``plane``, NaN outside the film.
    """
    image = np.asarray(pixels)
    inverse = np.linalg.inv(plane.matrix)
    # whole blocks for half of the way (fast), PlaneTransform.warp smooths for the other half
    factor = max(1, int(np.linalg.norm(inverse[:2, :2], axis=0).min() / 2))
    window = _seen_window(plane, (image.shape[0], image.shape[1]), factor)
    if window is None:
        return np.full(plane.shape, np.nan, dtype=np.float32)
    (top, bottom), (left, right) = window
    part = _averaged(image[top:bottom, left:right], factor)
    centre = (factor - 1) / 2
    source = np.array([[factor, 0, left + centre], [0, factor, top + centre], [0, 0, 1.0]])
    return PlaneTransform(plane.matrix @ source, plane.shape).warp(part, fill=np.nan)


def normalise_film(pixels: ArrayLike) -> NDArray[np.float32]:
    """Make the grey values of films of any origin alike; bone is bright (MONOCHROME2).

    The 1st, 50th and 99th percentile of the exposed area become -1, 0 and +1, by a window and a
    power law (its exponent limited to 0.5 to 2), so that films that were stored linear, as
    logarithm, or with any brightness and contrast look alike. Collimated borders, uniform and
    connected with the film's edge, do not count; nor does the size of the film.

    Args:
        pixels: (H, W); NaN is outside the film.

    Returns:
        (H, W) in [-1, 1.5], :data:`OUTSIDE` where nothing is, or nothing can be told apart.
    """
    image = np.asarray(pixels, dtype=np.float32)
    sample = _exposed(image)
    if sample.size == 0:
        return np.full(image.shape, OUTSIDE, dtype=np.float32)
    low, middle, high = (float(value) for value in np.percentile(sample, _WINDOW_PERCENT))
    if not high > low:
        return np.full(image.shape, OUTSIDE, dtype=np.float32)
    at = float(np.clip((middle - low) / (high - low), 1e-3, 1 - 1e-3))
    gamma = float(np.clip(np.log(0.5) / np.log(at), *_GAMMA_LIMITS))
    unit = np.clip((np.nan_to_num(image, nan=low) - low) / (high - low), 0.0, _BRIGHTEST)
    return np.asarray(np.minimum(2.0 * unit**gamma - 1.0, 1.5), dtype=np.float32)


def film_input(pixels: ArrayLike, plane: PlaneTransform) -> NDArray[np.float32]:
    """(height, width) network input: the film through ``plane``, grey values made alike."""
    return normalise_film(warp_film(pixels, plane))


def _seen_window(
    plane: PlaneTransform, shape: tuple[int, int], factor: int
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """(first, last + 1) rows and columns of the source that the output sees, with a margin."""
    height, width = plane.shape
    corners = plane.backward([(-1, -1), (width, -1), (-1, height), (width, height)])
    margin = 4 * factor + 2
    spans = []
    for axis, length in ((1, shape[0]), (0, shape[1])):
        first = max(0, int(np.floor(corners[:, axis].min())) - margin)
        last = min(length, int(np.ceil(corners[:, axis].max())) + margin + 1)
        if last - first < 1:
            return None
        spans.append((first, last))
    return spans[0], spans[1]


def _averaged(image: NDArray[np.generic], factor: int) -> NDArray[np.float32]:
    """Means of ``factor`` x ``factor`` blocks; the last ones of fewer pixels."""
    values = np.ascontiguousarray(image, dtype=np.float32)
    if factor == 1:
        return values
    blocks = functional.avg_pool2d(
        torch.from_numpy(values)[None, None], factor, ceil_mode=True, count_include_pad=False
    )
    return np.asarray(blocks[0, 0].numpy(), dtype=np.float32)


def _exposed(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey values within the film and not in its uniform border, of a small copy."""
    small = _averaged(image, max(1, round(max(image.shape) / _STATISTICS_SIDE)))
    inside = np.isfinite(small)
    if not inside.any():
        return small[inside]
    lowest, highest = np.percentile(small[inside], (0.1, 99.9))
    tolerance = _BORDER_SHARE * (highest - lowest)
    exposed = inside.copy()
    for uniform in (small <= lowest + tolerance, small >= highest - tolerance):
        exposed &= ~_joined_to_edge(uniform | ~inside)
    return small[exposed if exposed.mean() >= _LEAST_INSIDE * inside.mean() else inside]


def _joined_to_edge(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    edge = np.ones_like(mask)
    edge[1:-1, 1:-1] = False
    joined = ndimage.binary_propagation(mask & edge, mask=mask)
    return np.asarray(ndimage.binary_dilation(joined, iterations=_BLURRED_RIM))
