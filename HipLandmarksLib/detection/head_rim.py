"""The rim of the femoral head on a film: a circle where brightness falls from inside to outside.

A network trained on simulated films knows where heads lie better than what their rims look like.
The rim itself is plain geometry: bone inside is brighter than the joint space or the soft tissue
outside, whereas at the roof and the floor of the socket brightness rises. A circle that follows
the falls, and not the rises, is looked for around the place that the network proposes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry.polar_contour import outward_fall

_ANGLES = 120
_NECK_HALF_DEG = 60.0
"""The rim is open towards the neck, by so much to either side of its axis."""

_RADII = (0.62, 1.38)
_RADIAL_STEPS = 153
_FALL_LIMITS = (-3.0, 12.0)
_SHARP_LIMITS = (-12.0, 48.0)
"""One very bright or dark edge, such as a wire, counts no more than a good rim; where the rim is
known to be, its sharpest place is looked for."""

_SHIFT, _SHIFT_DOUBT = 0.16, 0.07
_GROWTH, _GROWTH_DOUBT = 0.14, 0.14
"""How far centre and radius may move, and how far they usually do, in radii of the head."""

_FALL_DOUBT = 1.2
"""By so much the mean fall along wrong circles varies, in the unit of :attr:`HeadRim.fall`."""

_COARSE, _FINE, _FINE_REACH = 0.02, 0.005, 0.03
_LEAST_FALL = 3.8
"""Mean fall along the circle, in standard deviations of the brightness about it per radius."""


@dataclass(frozen=True)
class HeadRim:
    """The circle of a femoral head, in pixels.

    Attributes:
        centre: (x, y), pixel centres at integers.
        radius: of the circle.
        fall: mean fall of brightness along the rim, in standard deviations of the brightness
            about it per radius of the head.
    """

    centre: tuple[float, float]
    radius: float
    fall: float


def fit_head_rim(
    pixels: NDArray[np.float32], centre: tuple[float, float], radius: float, neck_deg: float
) -> HeadRim | None:
    """The circle near the proposed one that lies best on the rim of the head.

    Args:
        pixels: (H, W) film with bright bone, some 25 pixels or more for the radius.
        centre: (x, y) that is proposed.
        radius: that is proposed, px.
        neck_deg: direction from the centre to the neck in the picture: 0 along x, 90 down.

    Returns:
        The circle, or None when there is no rim near the proposed one.
    """
    angles = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
    turned = np.degrees(np.abs((angles - np.radians(neck_deg) + np.pi) % (2 * np.pi) - np.pi))
    angles = angles[turned > _NECK_HALF_DEG]
    radii = np.linspace(*_RADII, _RADIAL_STEPS)
    falls = outward_fall(np.asarray(pixels, np.float64), centre, radius, angles, radii)
    robust = np.clip(falls, *_FALL_LIMITS)
    circles = _about((0.0, 0.0, 1.0), (_SHIFT, _GROWTH), _COARSE)
    likely = _along(robust, angles, circles) / _FALL_DOUBT - _strangeness(circles)
    start = circles[int(np.argmax(likely))]
    circles = _about(start, (_FINE_REACH, _FINE_REACH), _FINE)
    sharp = _along(np.clip(falls, *_SHARP_LIMITS), angles, circles)
    x, y, scale = (float(value) for value in circles[int(np.argmax(sharp))])
    fall = float(_along(robust, angles, np.array([[x, y, scale]]))[0])
    if fall < _LEAST_FALL:
        return None
    return HeadRim((centre[0] + x * radius, centre[1] + y * radius), scale * radius, fall)


def _about(middle: Sequence[float], reach: tuple[float, float], step: float) -> NDArray[np.float64]:
    """(C, 3) circles (x, y, radius relative to the proposed one) about another."""
    shift, growth = reach
    grids = [
        value + np.arange(-round(far / step), round(far / step) + 1) * step
        for value, far in zip(middle, (shift, shift, growth), strict=True)
    ]
    return np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1).reshape(-1, 3)


def _strangeness(circles: NDArray[np.float64]) -> NDArray[np.float64]:
    """(C,) half of the squared distance from the proposed circle, in usual distances."""
    shift = (circles[:, 0] ** 2 + circles[:, 1] ** 2) / _SHIFT_DOUBT**2
    return np.asarray((shift + (circles[:, 2] - 1) ** 2 / _GROWTH_DOUBT**2) / 2)


def _along(
    falls: NDArray[np.float64], angles: NDArray[np.float64], circles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(C,) mean fall along (C, 3) circles."""
    x, y, scale = circles.T
    along = x[:, None] * np.cos(angles) + y[:, None] * np.sin(angles)
    across = x[:, None] * np.sin(angles) - y[:, None] * np.cos(angles)
    radii = along + np.sqrt(np.maximum(scale[:, None] ** 2 - across**2, 0.0))
    step = (_RADII[1] - _RADII[0]) / (_RADIAL_STEPS - 1)
    places = np.clip(np.rint((radii - _RADII[0]) / step), 0, _RADIAL_STEPS - 1).astype(np.intp)
    return np.asarray(falls[np.arange(len(angles)), places].mean(axis=1))
