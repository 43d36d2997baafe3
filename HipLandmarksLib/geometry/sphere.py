"""The sphere through points of a surface: a femoral head of which some points are not its own.

Least squares of the true distances by Gauss-Newton, from an algebraic start, with Tukey's bisquare
weights: points far from the sphere, such as those on a neck or a spur, count less and then nothing.
Sources: Kasa 1976 (algebraic start, as for circles); J. W. Tukey's weights as in Huber, "Robust
Statistics" (1981), chapter 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circle import GeometryError

_FLAT = 1e-6
"""Squared ratio of the least to the largest extent of a point cloud below which it is a plane."""

_ROUNDS = 30
_STILL = 1e-7
_BISQUARE = 4.685
"""Tukey's constant: 95 % efficient where all errors are normal."""

_NORMAL_MAD = 1.4826
_LEAST_SCALE = 1e-9
_LEAST_SHARE = 0.5
"""At least so many of the points must lie on the sphere."""


@dataclass(frozen=True, eq=False)
class Sphere:
    """A fitted sphere, in the unit and axes of its points.

    Attributes:
        centre: (x, y, z).
        radius: its radius.
        rms: weighted root mean square distance of the points from the sphere.
        weights: (N,) what each point counted, 0 to 1; 0 for points that are not on the sphere.
        covariance: (4, 4) of (x, y, z, radius), for points whose errors are independent.
    """

    centre: tuple[float, float, float]
    radius: float
    rms: float
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]


def fit_sphere(points: ArrayLike, trust: Sequence[float] | None = None) -> Sphere:
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
    weights = prior
    sphere = _algebraic(cloud, prior)
    for _ in range(_ROUNDS):
        before = sphere
        weights = prior * _bisquare(_distances(cloud, sphere))
        sphere = _step(cloud, weights, sphere)
        if np.abs(sphere - before).max() < _STILL * sphere[3]:
            break
    if np.count_nonzero(weights > 0) < max(4, _LEAST_SHARE * np.count_nonzero(prior > 0)):
        raise GeometryError("The points do not lie on one sphere: look at them in the image.")
    return _result(cloud, weights, sphere)


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


def _algebraic(cloud: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(x, y, z, radius) of least squares of squared distances."""
    mean = cloud.mean(axis=0)
    shifted = cloud - mean
    root = np.sqrt(weights)[:, None]
    design = np.column_stack([2 * shifted, np.ones(len(cloud))])
    squares = (shifted**2).sum(axis=1)
    solved = np.linalg.lstsq(design * root, squares * root[:, 0], rcond=None)[0]
    radius = np.sqrt(max(float(solved[3] + solved[:3] @ solved[:3]), _LEAST_SCALE))
    return np.array([*(mean + solved[:3]), radius])


def _distances(cloud: NDArray[np.float64], sphere: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(cloud - sphere[:3], axis=1) - sphere[3])


def _bisquare(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = max(_NORMAL_MAD * float(np.median(np.abs(distances))), _LEAST_SCALE)
    return np.asarray(np.clip(1 - (distances / (_BISQUARE * scale)) ** 2, 0.0, None) ** 2)


def _jacobian(cloud: NDArray[np.float64], sphere: NDArray[np.float64]) -> NDArray[np.float64]:
    arms = cloud - sphere[:3]
    lengths = np.maximum(np.linalg.norm(arms, axis=1, keepdims=True), _LEAST_SCALE)
    return np.column_stack([-arms / lengths, -np.ones(len(cloud))])


def _step(
    cloud: NDArray[np.float64], weights: NDArray[np.float64], sphere: NDArray[np.float64]
) -> NDArray[np.float64]:
    """One step of Gauss-Newton."""
    slopes = _jacobian(cloud, sphere)
    normal = slopes.T @ (weights[:, None] * slopes)
    right = slopes.T @ (weights * _distances(cloud, sphere))
    return np.asarray(sphere - np.linalg.lstsq(normal, right, rcond=None)[0])


def _result(
    cloud: NDArray[np.float64], weights: NDArray[np.float64], sphere: NDArray[np.float64]
) -> Sphere:
    total = float(weights.sum())
    variance = float(weights @ _distances(cloud, sphere) ** 2) / total
    slopes = _jacobian(cloud, sphere)
    information = slopes.T @ (weights[:, None] * slopes)
    free = max(total - 4.0, 1.0) / total
    x, y, z, radius = (float(value) for value in sphere)
    covariance = np.asarray(variance / free * np.linalg.pinv(information), dtype=np.float64)
    return Sphere((x, y, z), radius, float(np.sqrt(variance)), weights, covariance)
