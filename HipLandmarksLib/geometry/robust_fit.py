"""Robust least squares circles and spheres: points that lie on something else count nothing.

The true distances are minimised by Gauss-Newton from an algebraic start, with Tukey's bisquare
weights: points far from the surface, such as those on a neck or a spur, count less, then nothing.
Sources: Kasa 1976 (algebraic start, see :mod:`.circle`); Tukey's weights as in Huber, "Robust
Statistics" (1981), chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .circle import GeometryError

_ROUNDS = 30
_STILL = 1e-7
_BISQUARE = 4.685
"""Tukey's constant: 95 % efficient where all errors are normal."""

_NORMAL_MAD = 1.4826
_TINY = 1e-9
_LEAST_SHARE = 0.5
"""At least so many of the points must lie on the surface."""


@dataclass(frozen=True, eq=False)
class RobustFit:
    """A circle (N = 2) or a sphere (N = 3), in the unit and axes of its points.

    Attributes:
        centre: (N,).
        radius: of the circle or sphere.
        rms: weighted root mean square distance of the points.
        weights: (M,) what each point counted.
        covariance: (N + 1, N + 1) of the centre and the radius, for points whose errors are
            independent.
    """

    centre: NDArray[np.float64]
    radius: float
    rms: float
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]


def robust_fit(
    cloud: NDArray[np.float64], trust: NDArray[np.float64], least_error: float = _TINY
) -> RobustFit:
    """Fit a circle to (M, 2) or a sphere to (M, 3) points.

    Args:
        cloud: finite points that do not lie on a line or a plane.
        trust: (M,) what each point counts before its distance is known.
        least_error: the points are never taken to be more precise than this.

    Raises:
        GeometryError: when less than half of the points lie on one circle or sphere.
    """
    weights, found = trust, _algebraic(cloud, trust)
    for _ in range(_ROUNDS):
        before = found
        weights = trust * _bisquare(_distances(cloud, found), least_error)
        found = _step(cloud, weights, found)
        if np.abs(found - before).max() < _STILL * abs(found[-1]):
            break
    needed = max(cloud.shape[1] + 1, _LEAST_SHARE * np.count_nonzero(trust > 0))
    if not np.isfinite(found).all() or np.count_nonzero(weights > 0) < needed:
        raise GeometryError("The points do not lie on one rim: look at them in the image.")
    return _result(cloud, weights, found)


def _algebraic(cloud: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre and radius of least squares of squared distances."""
    mean = cloud.mean(axis=0)
    shifted = cloud - mean
    root = np.sqrt(weights)
    design = np.column_stack([2 * shifted, np.ones(len(cloud))])
    squares = (shifted**2).sum(axis=1)
    solved = np.linalg.lstsq(design * root[:, None], squares * root, rcond=None)[0]
    offset = solved[:-1]
    return np.array([*(mean + offset), np.sqrt(max(float(solved[-1] + offset @ offset), _TINY))])


def _distances(cloud: NDArray[np.float64], found: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(cloud - found[:-1], axis=1) - found[-1])


def _bisquare(distances: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    scale = max(_NORMAL_MAD * float(np.median(np.abs(distances))), least)
    return np.asarray(np.clip(1 - (distances / (_BISQUARE * scale)) ** 2, 0.0, None) ** 2)


def _slopes(cloud: NDArray[np.float64], found: NDArray[np.float64]) -> NDArray[np.float64]:
    arms = cloud - found[:-1]
    lengths = np.maximum(np.linalg.norm(arms, axis=1, keepdims=True), _TINY)
    return np.column_stack([-arms / lengths, -np.ones(len(cloud))])


def _step(
    cloud: NDArray[np.float64], weights: NDArray[np.float64], found: NDArray[np.float64]
) -> NDArray[np.float64]:
    """One step of Gauss-Newton."""
    slopes = _slopes(cloud, found)
    normal = slopes.T @ (weights[:, None] * slopes)
    right = slopes.T @ (weights * _distances(cloud, found))
    return np.asarray(found - np.linalg.lstsq(normal, right, rcond=None)[0])


def _result(
    cloud: NDArray[np.float64], weights: NDArray[np.float64], found: NDArray[np.float64]
) -> RobustFit:
    total = float(weights.sum())
    variance = float(weights @ _distances(cloud, found) ** 2) / total
    slopes = _slopes(cloud, found)
    information = slopes.T @ (weights[:, None] * slopes)
    free = max(total - cloud.shape[1] - 1.0, 1.0) / total
    covariance = np.asarray(variance / free * np.linalg.pinv(information), dtype=np.float64)
    return RobustFit(found[:-1], float(found[-1]), float(np.sqrt(variance)), weights, covariance)
