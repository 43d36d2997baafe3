"""The rim of a femoral head on one slice of an MRI: where bright marrow meets dark bone.

Fat in the marrow is bright on T1- and proton-weighted images, and the bone plate, cartilage and
joint fluid about it are darker. Along rays from a proposed centre the steepest fall of brightness
is looked for; a robust circle through these edges is the rim. Towards the neck the rim is open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from ..geometry import GeometryError
from ..geometry.robust_fit import robust_fit
from .image import HipImage

_STEP_DEG = 3.0
_NECK_HALF_DEG = 70.0
"""The rim is open towards the neck, by so much to either side of its axis."""

_SMOOTHING_MM = 0.7
_RADIAL_STEP_MM = 0.1
_RADII_MM = (12.0, 31.0)
"""Marrow of femoral heads of small women to large men."""

_WINDOWS = (0.3, 0.2, 0.15, 0.15)
"""How far from the circle edges are looked for, in radii, round by round."""

_USUAL = 0.15
"""Edges so far from the circle (sigma, in radii) are less likely to be the rim."""

_LEAST_ERROR_MM = 0.15
_BESIDE, _LEAST_CONTRAST = 0.1, 0.5
"""Brightness is compared so far (in radii) inside and outside of the rim; its mean step is told in
standard deviations of the step along the rim."""

_MOST_SCATTER_MM = 1.2
"""Edges that scatter more about their circle are no rim."""


@dataclass(frozen=True, eq=False)
class MarrowRim:
    """The rim of a head on one slice.

    Attributes:
        index: of the slice.
        centre: of the circle, LPS mm, shape (3,).
        radius: mm.
        points: (N, 3) edges of the marrow, LPS mm.
        weights: (N,) how far each edge lies on the circle, 0 to 1.
        rms: weighted root mean square distance of the edges from the circle, mm.
        covariance: (2, 2) of the centre along the columns and rows of the slice, mm^2, as if the
            edges erred independently of each other: they do not, so it is too small throughout.
    """

    index: int
    centre: NDArray[np.float64]
    radius: float
    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    rms: float
    covariance: NDArray[np.float64]


class SliceRays:
    """Brightness of one slice along rays in its plane, in millimetres."""

    def __init__(self, image: HipImage, index: int, smoothing_mm: float = _SMOOTHING_MM) -> None:
        """Smooth slice ``index`` by a Gaussian of ``smoothing_mm`` (sigma).

        Raises:
            ImageError: when there is no such slice.
        """
        self.image, self.index = image, index
        columns = image.ijk_to_lps[:3, :2]
        self.axes = columns / np.linalg.norm(columns, axis=0)
        si, sj, _ = image.spacing
        sigma = (smoothing_mm / sj, smoothing_mm / si)
        self.pixels = gaussian_filter(image.slice_pixels(index), sigma)

    def angle(self, direction: ArrayLike) -> float:
        """Angle in the slice, radians, of a direction in LPS."""
        along, across = np.asarray(direction, dtype=np.float64) @ self.axes
        return float(np.arctan2(across, along))

    def directions(self, angles: NDArray[np.float64]) -> NDArray[np.float64]:
        """(A, 3) unit vectors in LPS."""
        return np.asarray(np.stack([np.cos(angles), np.sin(angles)], axis=-1) @ self.axes.T)

    def brightness(
        self, centre: NDArray[np.float64], angles: NDArray[np.float64], radii: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(A, K) brightness at distances ``radii`` (mm; (K,) or (A, K)) from ``centre`` (LPS)."""
        places = centre + radii[..., None] * self.directions(angles)[:, None, :]
        i, j, _ = np.moveaxis(self.image.to_ijk(places), -1, 0)
        return np.asarray(map_coordinates(self.pixels, [j, i], order=1, mode="nearest"))


def marrow_rim(
    rays: SliceRays,
    centre: ArrayLike,
    neck: ArrayLike,
    radius: float | None = None,
) -> MarrowRim | None:
    """The rim of a femoral head on a slice.

    Args:
        rays: of a slice of an MRI with bright marrow.
        centre: where the head's centre is proposed to be, LPS mm.
        neck: direction from the head to the neck, LPS; only its part in the slice counts.
        radius: of the rim on this slice as far as it is known, mm; None looks for it.

    Returns:
        The rim, or None where less than half of the edges lie on one circle, or loosely.
    """
    angles = open_angles(rays.angle(neck))
    middle = np.asarray(centre, dtype=np.float64)
    size = _likely_radius(rays, middle, angles) if radius is None else radius
    rim = None
    for window in _WINDOWS:
        rim = _round(rays, middle, angles, size, window)
        if rim is None or not 0.7 < rim.radius / size < 1.4:
            return None
        middle, size = rim.centre, rim.radius
    if rim is None or rim.rms > _MOST_SCATTER_MM or not _is_brighter_inside(rays, rim, angles):
        return None
    return rim


def _is_brighter_inside(rays: SliceRays, rim: MarrowRim, angles: NDArray[np.float64]) -> bool:
    """In noise, too, edges can be found near any circle; marrow is brighter all along its rim."""
    radii = rim.radius * np.array([1 - _BESIDE, 1 + _BESIDE])
    inside, outside = rays.brightness(rim.centre, angles, radii).T
    step = inside - outside
    return bool(step.mean() > _LEAST_CONTRAST * step.std())


def open_angles(neck_angle: float, half_deg: float = _NECK_HALF_DEG) -> NDArray[np.float64]:
    """Angles all around, radians, without those towards the neck."""
    angles = np.radians(np.arange(0.0, 360.0, _STEP_DEG))
    turned = np.abs((angles - neck_angle + np.pi) % (2 * np.pi) - np.pi)
    return np.asarray(angles[turned > np.radians(half_deg)])


def _likely_radius(
    rays: SliceRays, centre: NDArray[np.float64], angles: NDArray[np.float64]
) -> float:
    """Radius at which brightness falls along most of the circle."""
    radii = np.arange(*_RADII_MM, _RADIAL_STEP_MM)
    fall = -np.gradient(rays.brightness(centre, angles, radii), axis=1)
    spread = float(np.median(np.abs(fall))) + 1e-12
    ahead = np.clip(fall / spread, -6.0, 6.0).mean(axis=0)
    blurred = gaussian_filter(ahead, 1.0 / _RADIAL_STEP_MM)  # the centre may be a little off
    return float(radii[int(np.argmax(blurred))])


def _round(
    rays: SliceRays,
    centre: NDArray[np.float64],
    angles: NDArray[np.float64],
    radius: float,
    window: float,
) -> MarrowRim | None:
    radii = np.arange((1 - window) * radius, (1 + window) * radius, _RADIAL_STEP_MM)
    fall = -np.gradient(rays.brightness(centre, angles, radii), axis=1)
    usual = np.exp(-((radii / radius - 1) ** 2) / (2 * _USUAL**2))
    edges = radii[np.argmax(fall * usual, axis=1)]
    flat = edges[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    try:
        circle = robust_fit(flat, np.ones(len(flat)), _LEAST_ERROR_MM)
    except GeometryError:
        return None
    return MarrowRim(
        index=rays.index,
        centre=centre + rays.axes @ circle.centre,
        radius=circle.radius,
        points=centre + flat @ rays.axes.T,
        weights=circle.weights,
        rms=circle.rms,
        covariance=circle.covariance[:2, :2],
    )
