"""Where the contour of the femoral head leaves its circle towards the neck: the point of alpha.

A network that has seen many necks puts this point where it usually lies; a cam moves it up along
the head by tens of degrees, which only the contour itself shows. So the contour is followed from
the pole of the head down to the neck, and the proposed point slides along it to where it leaves
the circle, unless the contour is too faint to say so.

The constants were chosen on simulated films of ten cadavers. The circle of the rim alone would
not do, because heads are not quite round: on the side of the neck the circle must be that of the
head there, or one head seems to have left it where another still lies on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..geometry.polar_contour import best_path, polar_falls
from .head_rim import HeadRim

_FIRST_DEG, _POLE_DEG = 20, 130
"""The contour is followed between these angles from the axis of the neck."""

_RADII = (0.8, 1.6)
_RADIAL_STEPS = 161
_SMOOTHING = 0.02
_SMOOTHING_DEG = 1.0
_FALL_LIMITS = (-3.0, 20.0)
_MOST_STEP, _STEP_COST = 8, 2.0
_NEAR_FROM_DEG, _NEAR = 105.0, 0.02
"""Beyond this angle the contour is that of the head, and so far from the rim's circle."""

_HEAD_FROM_DEG = 5.0
_FLOOR_DEG = np.arange(_POLE_DEG + 1, 300.0)
_FLOOR_WEIGHT = 0.1
_OUTLIER = 0.06
_ROUNDS = 5
"""The head's own circle: through the contour above the proposed point and, with less weight, the
rim elsewhere, by least squares with Tukey's weights, without what is farther off than this share
of the radius."""

_LEFT = 0.02
_ON_CIRCLE, _MOST_DOWN_DEG = 0.015, 25.0
"""Farther out than the first the contour has left; nearer than the second it has not yet."""

_CLEAR_FALL, _CLEAR_SHARE, _MARGIN_DEG = 12.0, 0.75, 2.0
_MOST_RETURN = 0.03
"""A contour that goes out so much farther before it comes back to the circle has gone over to the
socket's, or to a broken piece's: joint spaces are wider than this, waists of a neck are not."""


@dataclass(frozen=True, eq=False)
class HeadContour:
    """The upper contour of head and neck, seen from the centre of the head.

    Attributes:
        centre: (x, y) of the head, px.
        radius: of the head's rim, px.
        neck_deg: direction of the neck's axis in the picture, 0 along x, 90 down.
        angles_deg: (A,) from the neck's axis towards the pole of the head, every degree.
        radii: (A,) distance of the contour from the centre, in radii of the head.
        falls: (A,) how clear it is: fall of brightness across it per radius, in standard
            deviations of the brightness about it.
    """

    centre: tuple[float, float]
    radius: float
    neck_deg: float
    angles_deg: NDArray[np.float64]
    radii: NDArray[np.float64]
    falls: NDArray[np.float64]

    def at(self, angle_deg: float) -> tuple[float, float]:
        """(x, y) of the contour at an angle, px."""
        distance = self.radius * float(np.interp(angle_deg, self.angles_deg, self.radii))
        turn = np.radians(self.neck_deg + angle_deg)
        return (
            self.centre[0] + distance * float(np.cos(turn)),
            self.centre[1] + distance * float(np.sin(turn)),
        )


def follow_head_contour(pixels: NDArray[np.float32], rim: HeadRim, neck_deg: float) -> HeadContour:
    """Follow the contour of a right hip (or a left one, mirrored) from the pole to the neck.

    Args:
        pixels: (H, W) film with bright bone, upright, some 25 pixels or more for the radius.
        rim: circle of the head.
        neck_deg: direction from the rim's centre to the neck in the picture: 0 along x, 90 down.
    """
    degrees = np.arange(_FIRST_DEG, _POLE_DEG + 1.0)
    radii = np.linspace(*_RADII, _RADIAL_STEPS)
    angles = np.radians(neck_deg + degrees)
    outwards, upwards = (
        np.clip(fall, *_FALL_LIMITS)
        for fall in polar_falls(
            np.asarray(pixels, np.float64), rim.centre, rim.radius, angles, radii, _SMOOTHING
        )
    )
    falls = np.hypot(np.maximum(outwards, 0), np.maximum(upwards, 0))
    falls += np.minimum(outwards, 0) * (upwards <= 0)
    away = ((radii - 1) / _NEAR) ** 2 / 2 * (degrees[:, None] > _NEAR_FROM_DEG)
    path = best_path(falls - away, _MOST_STEP, _STEP_COST)
    smooth = gaussian_filter1d(radii[path], _SMOOTHING_DEG)
    clear = falls[np.arange(len(path)), path]
    return HeadContour(rim.centre, rim.radius, neck_deg, degrees, smooth, clear)


def leaving_angle(contour: HeadContour, proposed_deg: float) -> float | None:
    """Where the contour leaves the head's own circle, in degrees from the axis of the neck.

    From the proposed angle it goes up while the contour is off the circle, or down a little way
    while it is on it.

    Returns:
        The angle; None where the proposed one fits, and where the contour is too faint to follow
        or comes back to the circle.
    """
    degrees = contour.angles_deg
    if not degrees[0] <= proposed_deg <= degrees[-1]:
        return None
    off = _departure(contour, proposed_deg)
    here = float(np.interp(proposed_deg, degrees, off))
    if here > _LEFT:
        on = np.flatnonzero((degrees >= proposed_deg) & (off <= _LEFT))
        found = float(degrees[on[0]]) if len(on) else None
    elif here < _ON_CIRCLE:
        found = _downwards(degrees, off, proposed_deg)
    else:
        return None
    if found is None or not _is_clear(contour, off, found, proposed_deg):
        return None
    return found


def _downwards(
    degrees: NDArray[np.float64], off: NDArray[np.float64], proposed_deg: float
) -> float | None:
    """The first angle below the proposed one that is off the circle, if there is one near by."""
    below = (degrees < proposed_deg) & (degrees >= proposed_deg - _MOST_DOWN_DEG)
    left = np.flatnonzero(below & (off >= _ON_CIRCLE))
    return float(degrees[left[-1]]) if len(left) else None


def _departure(contour: HeadContour, proposed_deg: float) -> NDArray[np.float64]:
    """(A,) distance of the contour from the head's own circle, in shares of the radius."""
    angles, floor = np.radians(contour.angles_deg), np.radians(_FLOOR_DEG)
    points = contour.radii * np.exp(1j * angles)
    head = contour.angles_deg >= proposed_deg + _HEAD_FROM_DEG
    seen = np.concatenate([points[head], np.exp(1j * floor)])
    trust = np.concatenate([np.ones(head.sum()), np.full(len(floor), _FLOOR_WEIGHT)])
    centre, radius = 0j, 1.0
    for _ in range(_ROUNDS):
        arm = seen - centre
        off = np.abs(arm) - radius
        weight = trust * np.clip(1 - (off / _OUTLIER) ** 2, 0, None) ** 2
        unit = arm / np.abs(arm)
        slopes = np.stack([unit.real, unit.imag, np.ones(len(arm))], axis=1)
        weighted = weight[:, None] * slopes
        x, y, growth = np.linalg.lstsq(slopes.T @ weighted, weighted.T @ off, rcond=None)[0]
        centre, radius = centre + complex(x, y), radius + float(growth)
    beam = np.exp(-1j * angles) * centre
    circle = beam.real + np.sqrt(np.maximum(radius**2 - beam.imag**2, 0))
    return np.asarray(contour.radii / circle - 1)


def _is_clear(
    contour: HeadContour, off: NDArray[np.float64], found: float, proposed_deg: float
) -> bool:
    """Whether the contour between both angles can be trusted."""
    low, high = sorted((found, proposed_deg))
    degrees = contour.angles_deg
    way = (degrees >= low - _MARGIN_DEG) & (degrees <= high + _MARGIN_DEG)
    if np.quantile(contour.falls[way], 1 - _CLEAR_SHARE) < _CLEAR_FALL:
        return False
    if found < proposed_deg:
        return True
    leaving = off[(degrees >= proposed_deg) & (degrees <= high + _MARGIN_DEG)]
    return float((leaving - np.minimum.accumulate(leaving)).max()) <= _MOST_RETURN
