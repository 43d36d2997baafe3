"""Spheres on parts of a bone: femoral head and acetabulum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import GeometryError

_TRIALS = 400
_NORMAL_AGREEMENT = 0.9
"""Cosine between a surface's normal and the sphere's, above which a point may lie on it."""


@dataclass(frozen=True, eq=False)
class Sphere:
    """A sphere on a surface.

    Attributes:
        centre: (3,) LPS mm.
        radius: mm.
        inliers: (N,) whether a point lay on it.
        rms: root mean square distance of these points in mm.
    """

    centre: NDArray[np.float64]
    radius: float
    inliers: NDArray[np.bool_]
    rms: float


def fit_sphere(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Centre and radius of the least squares sphere (geometric distance) of (N >= 4, 3) points."""
    middle = points.mean(axis=0)
    local = points - middle
    design = np.column_stack([2 * local, np.ones(len(local))])
    solution, *_ = np.linalg.lstsq(design, np.sum(local**2, axis=1), rcond=None)
    centre, radius = solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))
    for _ in range(10):  # Gauss-Newton from the algebraic fit
        ray = local - centre
        distance = np.linalg.norm(ray, axis=1)
        jacobian = np.column_stack([ray / distance[:, None], np.ones(len(ray))])
        step, *_ = np.linalg.lstsq(jacobian, distance - radius, rcond=None)
        centre, radius = centre + step[:3], radius + float(step[3])
    return np.asarray(centre + middle, dtype=np.float64), radius


def find_sphere(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    radii: tuple[float, float],
    tolerance: float,
    seed: int = 0,
) -> Sphere:
    """The sphere that most of a surface lies on, found by sampling pairs of points with normals.

    Args:
        points: (N, 3) of the surface.
        normals: (N, 3) unit, away from the sphere's centre.
        radii: least and largest radius in mm.
        tolerance: largest distance of a point from the sphere in mm.
        seed: of the sampling; the result is the same for the same seed.

    Raises:
        GeometryError: when no sphere of such radii holds at least 20 points.
    """
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, len(points), (2, _TRIALS))
    turn = normals[first] - normals[second]
    size = np.einsum("ij,ij->i", turn, turn)
    radius = np.einsum("ij,ij->i", points[first] - points[second], turn) / np.maximum(size, 1e-9)
    usable = (radius > radii[0]) & (radius < radii[1]) & (size > 0.1)
    centres = (points[first] - radius[:, None] * normals[first])[usable]
    best: tuple[int, NDArray[np.bool_]] = (0, np.zeros(len(points), dtype=bool))
    for centre, size_mm in zip(centres, radius[usable], strict=True):
        on = on_sphere(points, normals, centre, size_mm, 2 * tolerance)
        if int(on.sum()) > best[0]:
            best = (int(on.sum()), on)
    if best[0] < 20:
        raise GeometryError("No sphere was found on the surface; is it the right bone?")
    return refine_sphere(points, normals, best[1], tolerance)


def on_sphere(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    centre: NDArray[np.float64],
    radius: float,
    tolerance: float,
) -> NDArray[np.bool_]:
    """(N,) whether a point lies within ``tolerance`` of the sphere, its normal along the radius."""
    ray = points - centre
    distance = np.linalg.norm(ray, axis=1)
    along = np.einsum("ij,ij->i", ray, normals) > _NORMAL_AGREEMENT * distance
    return np.asarray(along & (np.abs(distance - radius) < tolerance))


def refine_sphere(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    inliers: NDArray[np.bool_],
    tolerance: float,
) -> Sphere:
    """Fit and choose the points anew until they stay the same."""
    centre, radius = fit_sphere(points[inliers])
    for _ in range(30):
        chosen = on_sphere(points, normals, centre, radius, tolerance)
        if chosen.sum() < 20:
            raise GeometryError("Too little of the surface lies on one sphere.")
        if np.array_equal(chosen, inliers):
            break
        inliers = chosen
        centre, radius = fit_sphere(points[inliers])
    residual = np.linalg.norm(points[inliers] - centre, axis=1) - radius
    return Sphere(centre, radius, inliers, float(np.sqrt(np.mean(residual**2))))
