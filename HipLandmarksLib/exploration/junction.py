"""The contour of head and neck in radial half-planes, followed around the head centre.

On T1-weighted MRI marrow is bright and the cortex around it dark: the contour is the fall of
brightness outwards that bounds the marrow. It is looked for along rays from the head centre, as a
path that stays near the head sphere at first and then near a neck of usual width; marrow must lie
inside it all the way, so that bright fat beyond a dark cortex or capsule is not taken for bone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..errors import ExplorationError
from ..geometry.polar_contour import best_path
from ..imaging import HipImage
from ..measurement.volume import ClockFrame
from .radial_image import sampled

RAYS_DEG = (140.0, 22.0)
"""First and last angle of the rays to the neck axis, a degree apart: from the head's side on."""

_RADII = (0.6, 2.1)
_STEP_MM = 0.25
_TURNS_DEG = (-3.0, 0.0, 3.0)
"""Every half-plane is the mean of planes turned by so much: as thick as a radial slice."""

_SMOOTHING_MM, _SMOOTHING_DEG = 0.6, 1.0
_NECK_RADII = 0.62
"""Half-width of a usual neck, in head radii: Noetzli 2002 and others find a ratio of 0.6 to 0.7."""

_REACH_RADII = (-0.3, 0.35)
"""How far the contour may lie from head sphere and usual neck."""

_DARK, _FALL_LIMITS = 0.6, (-0.5, 0.3)
"""Brightness of the marrow below which it is none; fall per mm that counts, both in marrows."""

_FALL_WEIGHT, _DARK_WEIGHT, _STEP_COST = 6.0, 1.5, 1.4
_SPHERE_DOUBTS = ((60.0, 0.12), (100.0, 0.05))
"""Beyond an angle to the neck axis the contour lies so near the sphere, in head radii: a bump is at
first allowed, and then not."""

_MOST_STEP = 3
_REFINE_STEPS = 3


@dataclass(frozen=True, eq=False)
class RadialFan:
    """Brightness along rays from the head centre, in several radial half-planes.

    Attributes:
        angles: (A,) radians to the neck axis, falling.
        radii: (K,) mm from the head centre.
        directions: (T, A, 3) unit vectors of the rays, LPS.
        brightness: (T, A, K) in units of the marrow of the head.
        radius: of the head, mm.
    """

    angles: NDArray[np.float64]
    radii: NDArray[np.float64]
    directions: NDArray[np.float64]
    brightness: NDArray[np.float64]
    radius: float


@dataclass(frozen=True, eq=False)
class TracedContours:
    """The edge of the marrow in several radial half-planes.

    Attributes:
        distances: (T, A) mm from the head centre.
        falls: (T, A) fall of brightness there per mm, in units of the marrow of the head.
    """

    distances: NDArray[np.float64]
    falls: NDArray[np.float64]


def cast_fan(
    image: HipImage, frame: ClockFrame, radius: float, thetas: tuple[float, ...]
) -> RadialFan:
    """Sample a volume along rays from the head centre.

    Raises:
        ExplorationError: when the head lies in the dark, as outside the image.
    """
    first, last = RAYS_DEG
    angles = np.radians(np.arange(first, last - 0.5, -1.0))
    radii = np.arange(_RADII[0] * radius, _RADII[1] * radius, _STEP_MM)
    turned = [_rays(frame, angles, [theta + turn for theta in thetas]) for turn in _TURNS_DEG]
    centre = np.asarray(frame.head)
    brightness = np.mean(
        [sampled(image, centre + rays[:, :, None, :] * radii[:, None]) for rays in turned], axis=0
    )
    inner = brightness[:, angles > np.radians(60.0)][:, :, radii < 0.85 * radius]
    marrow = float(np.median(inner)) - float(image.pixels.min())
    if not marrow > 0.0:
        raise ExplorationError(
            "The femoral head is dark: it lies outside the image, or this is no T1-weighted MRI."
        )
    relative = (brightness - float(image.pixels.min())) / marrow
    rays = _rays(frame, angles, list(thetas))
    return RadialFan(angles, radii, rays, np.asarray(relative, np.float64), radius)


def trace_contours(fan: RadialFan) -> TracedContours:
    """Follow the edge of the marrow in every half-plane."""
    step = float(fan.radii[1] - fan.radii[0])
    smooth = gaussian_filter1d(fan.brightness, _SMOOTHING_MM / step, axis=2)
    smooth = gaussian_filter1d(smooth, _SMOOTHING_DEG, axis=1)
    falls = -np.gradient(smooth, step, axis=2)
    dark = np.cumsum(np.clip(smooth - _DARK, None, 0.0), axis=2) * step
    scores = _FALL_WEIGHT * np.clip(falls, *_FALL_LIMITS) + _DARK_WEIGHT * dark
    refined = [
        _refined(fan, fall, _path(fan, score)) for fall, score in zip(falls, scores, strict=True)
    ]
    edges, strengths = (np.stack(part) for part in zip(*refined, strict=True))
    return TracedContours(gaussian_filter1d(edges, _SMOOTHING_DEG, axis=1), strengths)


def _rays(
    frame: ClockFrame, angles: NDArray[np.float64], thetas: list[float]
) -> NDArray[np.float64]:
    out = np.array([frame.direction(theta) for theta in thetas])
    along, away = np.cos(angles)[None, :, None], np.sin(angles)[None, :, None]
    return np.asarray(along * np.asarray(frame.neck) + away * out[:, None])


def _usual(fan: RadialFan) -> NDArray[np.float64]:
    """(A,) distance of head sphere and a straight neck of usual width."""
    neck = np.where(fan.angles < np.pi / 2, _NECK_RADII / np.sin(fan.angles), 0.0)
    return np.asarray(fan.radius * np.maximum(1.0, neck))


def _path(fan: RadialFan, score: NDArray[np.float64]) -> NDArray[np.float64]:
    """(A,) distances of the best path through the scores (A, K) of one half-plane."""
    low, high = (reach * fan.radius for reach in _REACH_RADII)
    off = np.arange(low, high, _STEP_MM)
    usual = _usual(fan)
    straight = np.stack(
        [
            np.interp(at + off, fan.radii, row, left=-np.inf, right=-np.inf)
            for at, row in zip(usual, score, strict=True)
        ]
    )
    for beyond, doubt in _SPHERE_DOUBTS:
        straight[fan.angles > np.radians(beyond)] -= (off / (doubt * fan.radius)) ** 2 / 2
    return np.asarray(usual + off[best_path(straight, _MOST_STEP, _STEP_COST)])


def _refined(
    fan: RadialFan, falls: NDArray[np.float64], path: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(A,) the steepest place near the path on every ray, between the samples; (A,) its fall."""
    rays = np.arange(len(path))
    places = np.rint((path - fan.radii[0]) / _STEP_MM).astype(np.intp)
    near = np.arange(-_REFINE_STEPS, _REFINE_STEPS + 1)
    window = np.clip(places[:, None] + near, 1, len(fan.radii) - 2)
    top = window[rays, np.argmax(falls[rays[:, None], window], axis=1)]
    before, at, after = (falls[rays, top + n] for n in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, -1e-9)
    shift = np.clip((before - after) / (2 * bend), -1.0, 1.0)
    return np.asarray(fan.radii[top] + shift * _STEP_MM), np.asarray(at)
