"""Where the contour of a femur leaves the circle of its head, on one slice of an MRI.

The contour is taken for an arc of the head's circle that ends in a straight piece of the neck; arc
and piece both lie where brightness falls from the marrow outwards. Every end of the arc and slope
of the piece is tried; what a network expects counts as well. A corner far from the expected place
is another one: well below it the end of a bump (a cam is no corner), well above it an edge of the
capsule or of the roof. Then the expected place stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from ..imaging.marrow_rim import MarrowRim, SliceRays

_TURNS = np.radians(np.arange(0.0, 151.0, 2.0))
_ENDS_DEG = np.arange(55.0, 126.0, 1.0)
_SLOPES = np.radians(np.arange(20.0, 72.0, 6.0))
"""Angles between the neck's piece and the tangent of the circle: smaller ones are no corner."""

_ARC_FROM_DEG = 50.0
_PIECE_MM = 10.0
_POINTS_MM = 0.4
_RADII = (0.6, 1.7)
_RADIAL_STEP_MM = 0.1
_SMOOTHING = (1.0, 4.0)
"""Widths (sigma) of smoothing in steps of the turn and of the radius."""

_FALL_LIMITS = (-4.0, 6.0)
_CONTRAST_WEIGHT = 10.0
_EXPECTED_DEG = 4.0
"""Usual distance of the corner from where it is expected."""

_FARTHEST_DEG = 8.0
"""A corner farther than this from where it is expected is not the one that is looked for."""


@dataclass(frozen=True, eq=False)
class _PolarGradient:
    """Fall of brightness outwards and along the turn, by turn and radius, in usual falls."""

    radial: NDArray[np.float64]
    turning: NDArray[np.float64]
    first_mm: float

    def at(
        self, turns: NDArray[np.float64], radii: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both falls at places of the same shape as ``turns`` and ``radii``."""
        rows, columns = turns / (_TURNS[1] - _TURNS[0]), (radii - self.first_mm) / _RADIAL_STEP_MM
        places = [rows, columns]
        return (
            np.asarray(map_coordinates(self.radial, places, order=1, mode="nearest")),
            np.asarray(map_coordinates(self.turning, places, order=1, mode="nearest")),
        )


def junction_corner_deg(
    rays: SliceRays,
    rim: MarrowRim,
    up: NDArray[np.float64],
    lateral: NDArray[np.float64],
    expected_deg: float,
) -> float:
    """Turn, from straight up to the side, at which the contour leaves the circle.

    Args:
        rays: brightness of the slice.
        rim: of the head on it.
        up, lateral: unit vectors in the slice, LPS, at right angles.
        expected_deg: turn that is expected.

    Returns:
        Degrees: the mean over all ends of the arc, weighted by how likely they are; the expected
        turn where that is too far from it.
    """
    gradient = _gradient(rays, rim, up, lateral)
    falls = _falls(gradient, rim.radius)
    strange = (_ENDS_DEG - expected_deg) ** 2 / (2 * _EXPECTED_DEG**2)
    likely = _CONTRAST_WEIGHT * falls - strange[:, None]
    weights = np.exp(likely - likely.max())
    found = float((weights.sum(axis=1) @ _ENDS_DEG) / weights.sum())
    return found if abs(found - expected_deg) <= _FARTHEST_DEG else expected_deg


def _gradient(
    rays: SliceRays, rim: MarrowRim, up: NDArray[np.float64], lateral: NDArray[np.float64]
) -> _PolarGradient:
    radii = np.arange(_RADII[0] * rim.radius, _RADII[1] * rim.radius, _RADIAL_STEP_MM)
    directions = np.cos(_TURNS)[:, None] * up + np.sin(_TURNS)[:, None] * lateral
    angles = np.arctan2(*(directions @ rays.axes).T[::-1])
    smooth = gaussian_filter(rays.brightness(rim.centre, angles, radii), _SMOOTHING)
    radial = -np.gradient(smooth, radii, axis=1)
    turning = -np.gradient(smooth, _TURNS, axis=0) / radii
    usual = float(np.median(np.abs(radial))) + 1e-12
    return _PolarGradient(radial / usual, turning / usual, float(radii[0]))


def _falls(gradient: _PolarGradient, radius: float) -> NDArray[np.float64]:
    """(ends, slopes) mean fall across an arc up to each end and each slope's piece after it."""
    ends = np.radians(_ENDS_DEG)
    turns = np.arange(np.radians(_ARC_FROM_DEG), ends[-1], _POINTS_MM / radius)
    on_arc, _ = gradient.at(turns, np.full(len(turns), radius))
    summed = np.concatenate([[0.0], np.cumsum(np.clip(on_arc, *_FALL_LIMITS))])
    counts = np.searchsorted(turns, ends)
    along = np.arange(0.0, _PIECE_MM, _POINTS_MM)
    # in the plane of (outwards at the end of the arc, onwards along its tangent)
    out = radius + along * np.sin(_SLOPES)[:, None]
    on = along * np.cos(_SLOPES)[:, None]
    ahead = np.arctan2(on, out)
    places = ends[:, None, None] + ahead
    radial, turning = gradient.at(places, np.broadcast_to(np.hypot(out, on), places.shape))
    lean = _SLOPES[:, None] + ahead  # of the piece's outer normal, backwards from the radius
    across = np.clip(radial * np.cos(lean) - turning * np.sin(lean), *_FALL_LIMITS)
    total = summed[counts][:, None] + across.sum(axis=2)
    return np.asarray(total / (counts + len(along))[:, None])
