"""The sphere through points of a surface: a femoral head of which some points are not its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circle import GeometryError
from .robust_fit import robust_fit

_FLAT = 1e-6
"""Squared ratio of the least to the largest extent of a point cloud below which it is a plane."""


@dataclass(frozen=True, eq=False)
class Sphere:
    """A fitted sphere, in the unit and axes of its points.

    Attributes:
        centre: (x, y, z).
        radius: its radius.
        rms: weighted root mean square distance of the points from the sphere.
        weights: (N,) what each point counted; 0 for points that are not on the sphere.
        covariance: (4, 4) of (x, y, z, radius), for points whose errors are independent.
    """

    centre: tuple[float, float, float]
    radius: float
    rms: float
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]


def fit_sphere(points: ArrayLike, trust: ArrayLike | None = None) -> Sphere:
    """Robust least squares sphere through points (N, 3) in any isotropic unit.

    Args:
        points: on the surface; up to a third of them may belong to something else.
        trust: what each point counts before its distance is known; all alike by default.

    Raises:
        GeometryError: with fewer than four points, points that are not finite or lie in one plane,
            or when less than half of them lie on one sphere.
    """
    cloud = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    prior = np.ones(len(cloud)) if trust is None else np.asarray(trust, dtype=np.float64)
    _refuse(cloud, prior)
    found = robust_fit(cloud, prior)
    x, y, z = (float(value) for value in found.centre)
    return Sphere((x, y, z), found.radius, found.rms, found.weights, found.covariance)


def _refuse(cloud: NDArray[np.float64], prior: NDArray[np.float64]) -> None:
    if len(prior) != len(cloud) or not (prior >= 0).all():
        raise GeometryError("Every point of a sphere needs a trust of 0 or more.")
    if np.count_nonzero(prior > 0) < 4:
        raise GeometryError(f"A sphere needs at least 4 points; {len(cloud)} given.")
    if not np.isfinite(cloud).all():
        raise GeometryError("A point on the sphere has no valid position; place it again.")
    extents = np.linalg.svd(cloud - cloud.mean(axis=0), compute_uv=False)
    if extents[2] ** 2 <= _FLAT * extents[0] ** 2:
        raise GeometryError(
            "The points lie in one plane, which defines no sphere: use more slices."
        )
