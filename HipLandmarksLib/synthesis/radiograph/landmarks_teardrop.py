"""The teardrop on a film and its lowest point, TD.

Its lateral limb is the line of the fossa's floor, its medial limb the quadrilateral surface. Below
they join in a U where the bone ends at the acetabular notch; where the rays pass the U's bottom at
a slant, the lateral limb ends in a V or runs on along the edge of the notch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .landmarks_contour import ContourLine, walk
from .landmarks_frame import HipFrame
from .landmarks_socket import FilmSocket

STEP = 0.25
"""Samples of a followed line, mm on the detector."""
_FLOOR_DEPTH_MM = (-3.0, 10.0)
_FACING = 0.5
_LEVEL_RADII = 0.35
_BELOW_RADII = 0.12
_LEVEL_OVER_MM = 2.0
_LEVEL_DEG = 20.0
_FOLD_MM = 8.0
_FOLD_ASIDE_MM = 3.0
_DEEPER_MM = 1.5
_LATERAL_MM = 0.5
_ASIDE_MM = 4.0
"""The figure ends medial of here, seen from the fossa's floor; farther lateral is the notch."""
_LEAST_LIMB_MM = 3.0


def teardrop(frame: HipFrame, lines: Sequence[ContourLine]) -> NDArray[np.float64] | None:
    """TD: lowest point of the teardrop; None when the floor of the fossa draws no such line.

    The lateral limb is followed downwards from the level of the head's centre to where it goes
    down no more: round into the quadrilateral surface (U), back up (V), or on along the notch,
    whose edge may lie lower but is no part of the figure: where it went there without a stop, the
    lateral limb's most medial point below ends it.

    Returns:
        (2,) mm on the detector.
    """
    start = _fossa_floor(frame, lines)
    if start is None:
        return None
    line, index = start
    path = walk(line, index, -frame.up, 3.0 * frame.head.radius, STEP)
    height, across = frame.height(path), frame.across(path)
    below = -_BELOW_RADII * frame.head.radius
    first = _first_level(height, across, below)
    if first is None or across[first] > across[0] + _ASIDE_MM:
        corner = notch_corner(height, across, below)
        return None if corner is None else np.asarray(path[corner])
    end = np.arange(first, min(first + round(2 * _LEVEL_OVER_MM / STEP), len(path)))
    end = end[across[end] < across[first] + _LATERAL_MM]
    return np.asarray(path[end[int(np.argmin(height[end]))]])


def notch_corner(
    height: NDArray[np.float64], across: NDArray[np.float64], below: float
) -> int | None:
    """Where a path that runs on along the notch leaves the lateral limb.

    Args:
        height: (N,) of the path over the head's centre, mm on the detector.
        across: (N,) of the path, positive lateral.
        below: the limb ends below this height.

    Returns:
        Index of the limb's most medial point there; None for a path without limb or notch.
    """
    beside = across > across[0] + _ASIDE_MM
    if not beside.any():
        return None
    limb = np.arange(int(np.argmax(beside)))
    limb = limb[(height[limb] < below) & (limb >= round(_LEAST_LIMB_MM / STEP))]
    if not len(limb) or height[0] - height[limb[-1]] < _LEAST_LIMB_MM:
        return None
    corner = int(limb[np.argmin(across[limb])])
    return corner if corner > limb[0] else None


def _first_level(
    height: NDArray[np.float64], across: NDArray[np.float64], below: float
) -> int | None:
    """Where a path goes down no more, below a height.

    A fold from which it goes on straight down does not count.
    """
    reach, ahead = round(_LEVEL_OVER_MM / STEP), round(_FOLD_MM / STEP)
    if len(height) <= reach:
        return None
    fall = height[:-reach] - height[reach:]
    level = fall < np.sin(np.radians(_LEVEL_DEG)) * _LEVEL_OVER_MM
    for place in np.flatnonzero(level & (height[:-reach] < below)):
        further = slice(place, place + ahead)
        straight = np.abs(across[further] - across[place]) < _FOLD_ASIDE_MM
        if np.min(height[further][straight]) > height[place] - _DEEPER_MM:
            return int(place)
    return None


def _fossa_floor(frame: HipFrame, lines: Sequence[ContourLine]) -> tuple[ContourLine, int] | None:
    """The innermost contour point that faces the head at the level of its centre."""
    socket = FilmSocket.of(frame)
    best: tuple[float, ContourLine, int] | None = None
    for line in lines:
        floor = socket.on_wall(line, _FLOOR_DEPTH_MM, _FACING)
        floor &= np.abs(frame.height(line.xy)) < _LEVEL_RADII * frame.head.radius
        floor &= line.outward @ frame.lateral > _FACING
        if not floor.any():
            continue
        inner = np.where(floor, frame.across(line.xy), np.inf)
        index = int(np.argmin(inner))
        if best is None or inner[index] < best[0]:
            best = (float(inner[index]), line, index)
    return None if best is None else (best[1], best[2])
