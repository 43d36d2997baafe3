"""The head sphere settled on the traced edge: sphere and contour are then of the same edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ExplorationError

_CENTRE_DOUBT_MM, _RADIUS_DOUBT_MM = 1.0, 2.0
"""How far a sphere that was fitted elsewhere usually lies from the edge traced here."""

_EDGE_MM = 0.3
"""Standard deviation of an edge point, per mm between samples of the image across it."""

_ALIKE = 20.0
"""So many neighbouring points err alike and count as one."""

_OFF_MM = 2.0
_LEAST_SHARE = 0.5
_ROUNDS = 8


@dataclass(frozen=True)
class SettledSphere:
    """A sphere on the traced edge of the marrow.

    Attributes:
        centre: LPS mm.
        radius: mm.
    """

    centre: tuple[float, float, float]
    radius: float


def settle_sphere(
    points: NDArray[np.float64],
    blurs: NDArray[np.float64],
    centre: tuple[float, float, float],
    radius: float,
) -> SettledSphere:
    """Move a known head sphere onto the edge traced around it.

    Where the image tells little (few sharp points in a direction) the sphere stays where it was.

    Args:
        points: (N, 3) edge of the head, LPS mm.
        blurs: (N,) mm between samples of the image across the edge.
        centre, radius: the known sphere.

    Raises:
        ExplorationError: when the points do not lie on a sphere near it.
    """
    start = np.array([*centre, radius])
    known = np.diag([_CENTRE_DOUBT_MM**-2] * 3 + [_RADIUS_DOUBT_MM**-2])
    trust = 1.0 / (_ALIKE * (_EDGE_MM * blurs) ** 2)
    sphere = start.copy()
    sphere[3] = float(np.median(np.linalg.norm(points - start[:3], axis=1)))
    for _ in range(_ROUNDS):
        arms = points - sphere[:3]
        lengths = np.linalg.norm(arms, axis=1)
        off = lengths - sphere[3]
        weights = trust * np.clip(1 - (off / _OFF_MM) ** 2, 0.0, None) ** 2
        slopes = np.column_stack([-arms / lengths[:, None], -np.ones(len(off))])
        normal = slopes.T @ (weights[:, None] * slopes) + known
        sphere -= np.linalg.solve(normal, slopes.T @ (weights * off) + known @ (sphere - start))
    near = np.abs(np.linalg.norm(points - sphere[:3], axis=1) - sphere[3]) < _OFF_MM / 2
    if near.mean() < _LEAST_SHARE:
        raise ExplorationError(
            "The edge around the femoral head does not lie on its sphere: check the head centre "
            "and the radius."
        )
    x, y, z, settled = (float(value) for value in sphere)
    return SettledSphere((x, y, z), settled)
