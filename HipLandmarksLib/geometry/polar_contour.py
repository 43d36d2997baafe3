"""Following a contour around a centre: the picture in polar pixels, and the best path through them.

Rows are directions, columns distances from the centre. A contour that goes once around the centre
meets every row in one column, so that the best one is a path from the first row to the last,
found by dynamic programming (G. D. Forney, "The Viterbi algorithm", Proceedings of the IEEE 61
(1973)).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from .circle import GeometryError

SMOOTHING = 0.03
NEIGHBOURHOOD = 0.35
"""Widths (sigma) of smoothing and of the local contrast, in radii of the circle."""

_LEAST_VARIANCE = 1e-9


def polar_samples(
    pixels: NDArray[np.float64],
    centre: tuple[float, float],
    angles: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(A, K) values of a picture around a centre, bilinear; its border goes on for ever.

    Args:
        pixels: (H, W).
        centre: (x, y), pixel centres at integers.
        angles: (A,) radians, 0 along x and pi / 2 along y (down).
        radii: (K,) distances from the centre, px.
    """
    x = centre[0] + np.cos(angles)[:, None] * radii
    y = centre[1] + np.sin(angles)[:, None] * radii
    return np.asarray(map_coordinates(pixels, [y, x], order=1, mode="nearest"))


def outward_fall(
    pixels: NDArray[np.float64],
    centre: tuple[float, float],
    radius: float,
    angles: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(A, K) fall of brightness outwards; the first of :func:`polar_falls`, where more is told."""
    return polar_falls(pixels, centre, radius, angles, radii)[0]


def polar_falls(
    pixels: NDArray[np.float64],
    centre: tuple[float, float],
    radius: float,
    angles: NDArray[np.float64],
    radii: NDArray[np.float64],
    smoothing: float = SMOOTHING,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fall of brightness outwards and towards greater angles, (A, K) each.

    Per radius, in standard deviations of the brightness about the place, so that brightness and
    contrast of the picture do not matter, also where they change from place to place. Outwards it
    is positive where it is brighter inside than outside.

    Args:
        pixels: (H, W).
        centre: (x, y), pixel centres at integers.
        radius: of the circle that is looked at, px; it is the unit of ``radii``.
        angles: (A,) radians, 0 along x and pi / 2 along y (down), two or more, rising.
        radii: (K,) distances from the centre in units of ``radius``, two or more, rising, > 0.
        smoothing: width (sigma) of smoothing in units of ``radius``.
    """
    smooth = gaussian_filter(pixels, smoothing * radius)
    wide = NEIGHBOURHOOD * radius
    variance = gaussian_filter(pixels**2, wide) - gaussian_filter(pixels, wide) ** 2
    spread = np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
    brightness = polar_samples(smooth, centre, angles, radius * radii)
    contrast = polar_samples(spread, centre, angles, radius * radii)
    outwards = -np.gradient(brightness, radii, axis=1) / contrast
    forwards = -np.gradient(brightness, angles, axis=0) / (radii * contrast)
    return np.asarray(outwards), np.asarray(forwards)


def best_path(score: NDArray[np.float64], most_step: int, step_cost: float) -> NDArray[np.intp]:
    """The column in every row such that the path through them has the greatest score.

    Args:
        score: (A, K) of every place, one row or more; minus infinity forbids a place.
        most_step: by so many columns the path may move from one row to the next.
        step_cost: is taken off for every column moved.

    Returns:
        (A,) columns.

    Raises:
        GeometryError: when no path has a finite score, a score is not a number, or there is nothing
            to go through.
    """
    if score.ndim != 2 or min(score.shape) < 1:
        raise GeometryError("A path needs a table of scores with a row and a column or more.")
    if np.isnan(score).any():
        raise GeometryError("A score is not a number; forbid a place with minus infinity.")
    rows, columns = score.shape
    steps = np.arange(-most_step, most_step + 1)
    total = np.asarray(score[0], np.float64)
    came = np.zeros((rows, columns), np.intp)
    for row in range(1, rows):
        before = np.pad(total, most_step, constant_values=-np.inf)
        ways = sliding_window_view(before, len(steps)) - step_cost * np.abs(steps)
        best = np.argmax(ways, axis=1)
        came[row] = np.arange(columns) + steps[best]
        total = ways[np.arange(columns), best] + score[row]
    last = int(np.argmax(total))
    if not np.isfinite(total[last]):
        raise GeometryError("No path leads through the scores: too many places are forbidden.")
    path = np.empty(rows, np.intp)
    for row in range(rows - 1, -1, -1):
        path[row] = last
        last = int(came[row, last])
    return path
