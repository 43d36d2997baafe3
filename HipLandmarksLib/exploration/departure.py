"""Where a traced contour leaves the head sphere: the bend between head and neck.

The plain crossing of the circle moves along the rim by several millimetres when the contour is a
few tenths of a millimetre off. Here head and neck are fitted together, as a reader sees them: a
stretch on the sphere (but for a small offset), then a stretch that bends away from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEFT_MM = 0.6
"""Farther out than this, and for good, the contour has left the head."""

_HEAD_DEG, _NECK_DEG = 30.0, 15.0
"""Stretch before and behind the crossing that is looked at."""

_NECK_MM = 2.5
_INSIDE_MM = -0.3
"""A contour within the sphere (a flattened head) counts as on it."""

_BEND_DEG, _LOCAL_MM = 12.0, 0.3
"""A small offset of the contour from the sphere so far before the crossing moves its height; a
larger one is no offset but a bump."""

_BACK_DEG = 9.0
_CANDIDATE_STEP_DEG = 0.25
_NOISE_MM = 0.15
_OFFSET_DOUBT_MM, _BEND_DOUBT_PER_MM = 0.25, 0.05
_LEAST_SLOPE, _SLOPE_MM = 0.05, 2.0
REFERENCE_ANGLE_DEG = 50.0
"""Nearer to the neck axis than this the neck itself lies outside the sphere: no bump."""


@dataclass(frozen=True)
class Departure:
    """Where a contour leaves the head sphere.

    Attributes:
        alpha_deg: angle to the neck axis, None when the contour does not leave the sphere.
        slope: mean height gained per distance along the sphere, over the first 2 mm behind it; 0
            without a departure.
        bump_mm: height of the contour above the sphere between there and 50 degrees.
        rough_mm: root mean square distance of the contour from the fitted bend.
        reason: why there is no angle, empty when there is one.
    """

    alpha_deg: float | None
    slope: float
    bump_mm: float | None
    rough_mm: float
    reason: str


def find_departure(
    angles_deg: NDArray[np.float64], distances: NDArray[np.float64], radius: float
) -> Departure:
    """Where a contour leaves the sphere for good.

    Args:
        angles_deg: (A,) angles to the neck axis, falling.
        distances: (A,) mm from the head centre.
        radius: of the sphere, mm.
    """
    height = distances - radius
    if not height[-1] > _LEFT_MM:
        return _none("The contour does not leave the head sphere within the traced stretch.")
    if not height.min() <= _LEFT_MM:
        return _none("The whole contour lies outside the head sphere: check the sphere.")
    crossing = _crossing(height, _LEFT_MM)
    before = angles_deg - angles_deg[crossing]
    stretch = height[(before > _BEND_DEG) & (before < _HEAD_DEG)]
    local = float(np.median(stretch)) if len(stretch) else 0.0
    if abs(local) < _LOCAL_MM:
        crossing = _crossing(height, _LEFT_MM + local)
    alpha, offset, slope, rough = _bend(angles_deg, height, crossing, radius)
    bump = (angles_deg <= alpha) & (angles_deg >= REFERENCE_ANGLE_DEG)
    top = float(np.max(height[bump] - offset, initial=0.0))
    return Departure(alpha, slope, top, rough, "")


def _crossing(height: NDArray[np.float64], limit: float) -> int:
    """First place from which on the contour stays beyond a height."""
    inside = np.flatnonzero(height <= limit)
    return min(int(inside[-1]) + 1, len(height) - 1) if len(inside) else 0


def _none(reason: str) -> Departure:
    return Departure(None, 0.0, None, 0.0, reason)


def _bend(
    angles_deg: NDArray[np.float64], height: NDArray[np.float64], crossing: int, radius: float
) -> tuple[float, float, float, float]:
    """(alpha, offset of the head stretch in mm, slope behind it, rms in mm) of the best fit."""
    at = float(angles_deg[crossing])
    high = np.flatnonzero(height[crossing:] > _NECK_MM)
    end = float(angles_deg[crossing + int(high[0])]) if len(high) else -np.inf
    near = (angles_deg <= at + _HEAD_DEG) & (angles_deg >= max(at - _NECK_DEG, end))
    angles, heights = angles_deg[near], np.maximum(height[near], _INSIDE_MM)
    doubt = np.array([1 / _OFFSET_DOUBT_MM, 0.0, 1 / _BEND_DOUBT_PER_MM]) * _NOISE_MM
    best, least = (at, 0.0, 0.0, float(np.std(heights))), np.inf
    for candidate in np.arange(at, at + _BACK_DEG, _CANDIDATE_STEP_DEG):
        run = np.radians(np.maximum(candidate - angles, 0.0)) * radius
        design = np.vstack([np.column_stack([np.ones_like(run), run, run**2]), np.diag(doubt)])
        wanted = np.append(heights, np.zeros(3))
        solved = np.linalg.lstsq(design, wanted, rcond=None)[0]
        left = float(np.sum((design @ solved - wanted) ** 2))
        if solved[1] > _LEAST_SLOPE and left < least:
            rough = float(np.sqrt(np.mean((design @ solved - wanted)[:-3] ** 2)))
            mean = float(solved[1] + solved[2] * min(_SLOPE_MM, float(run[-1])))
            best, least = (float(candidate), float(solved[0]), mean, rough), left
    return best
