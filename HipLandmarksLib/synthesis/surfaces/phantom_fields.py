"""Building blocks of the surface phantom: smooth implicit solids, negative inside, in mm.

Points are a tuple of three arrays (x, y, z) that broadcast against each other. The fields behave
like signed distances near the surface, which is all that a contour at zero needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline, RBFInterpolator
from scipy.ndimage import map_coordinates

from ..implicit import Field
from ..waves import Waves

Points = tuple[Any, Any, Any]

_WAVES = 10


def step(value: Any, low: float, high: float) -> Any:
    """0 below ``low``, 1 above ``high``, smooth in between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def ramp(value: Any, softness: float) -> Any:
    """``max(value, 0)`` with its corner rounded over ``softness`` mm."""
    return 0.5 * (value + np.sqrt(value * value + np.float32(softness * softness)))


def dot(p: Points, direction: ArrayLike, origin: ArrayLike = (0.0, 0.0, 0.0)) -> Any:
    """Coordinate of the points along ``direction``, from ``origin``."""
    d, o = np.asarray(direction, dtype=np.float32), np.asarray(origin, dtype=np.float32)
    return (p[0] - o[0]) * d[0] + (p[1] - o[1]) * d[1] + (p[2] - o[2]) * d[2]


def length(*components: Any) -> Any:
    """Euclidean length of the components."""
    return np.sqrt(sum(c * c for c in components))


def bar(
    p: Points,
    start: ArrayLike,
    end: ArrayLike,
    half_widths: tuple[float, float],
    half_depths: tuple[float, float],
    depth_direction: ArrayLike,
) -> Field:
    """A tapering bar of elliptic section with rounded ends.

    Args:
        p: points.
        start: (3,) centre of the first end.
        end: (3,) centre of the second end.
        half_widths: half-axis of the section across ``depth_direction`` at both ends.
        half_depths: half-axis of the section along ``depth_direction`` at both ends.
        depth_direction: (3,) direction of the other half-axis; made perpendicular to the bar.
    """
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    axis = (b - a) / np.linalg.norm(b - a)
    depth = np.asarray(depth_direction, dtype=np.float64)
    depth = depth - depth @ axis * axis
    depth /= np.linalg.norm(depth)
    width = np.cross(axis, depth)
    along, total = dot(p, axis, a), np.float32(np.linalg.norm(b - a))
    t = np.clip(along / total, 0, 1)
    over = along - t * total
    w = np.float32(half_widths[0]) + t * np.float32(half_widths[1] - half_widths[0])
    d = np.float32(half_depths[0]) + t * np.float32(half_depths[1] - half_depths[0])
    small = np.minimum(w, d)
    q = length(dot(p, width, a) / w, dot(p, depth, a) / d, over / small)
    return np.asarray((q - 1) * small, dtype=np.float32)


def tube(p: Points, knots: ArrayLike, depth_direction: ArrayLike, pieces: int = 3) -> Field:
    """A smooth chain of bars through (N, 5) knots: x, y, z, half width, half depth."""
    table = np.asarray(knots, dtype=np.float64)
    chord = np.linalg.norm(np.diff(table[:, :3], axis=0), axis=1)
    t = np.concatenate([[0.0], np.cumsum(chord)])
    fine = np.interp(np.linspace(0, len(t) - 1, pieces * (len(t) - 1) + 1), np.arange(len(t)), t)
    rows = CubicSpline(t, table)(fine)
    parts = (
        bar(p, a[:3], b[:3], (a[3], b[3]), (a[4], b[4]), depth_direction) for a, b in pairwise(rows)
    )
    return np.asarray(reduce(np.minimum, parts), dtype=np.float32)


def ball(p: Points, centre: ArrayLike, radius: float) -> Field:
    """A ball."""
    o = np.asarray(centre, dtype=np.float32)
    distance = length(p[0] - o[0], p[1] - o[1], p[2] - o[2])
    return np.asarray(distance - np.float32(radius), dtype=np.float32)


def unevenness(p: Points, variant: int, wavelength_mm: tuple[float, float]) -> Field:
    """A smooth random field of about unit variance within -2 to 2, fixed by ``variant``."""
    waves = Waves.random(np.random.default_rng([variant, 71]), _WAVES, wavelength_mm)
    total: Any = 0.0
    for vector, phase in zip(waves.vectors, waves.phases, strict=True):
        total = total + np.cos(dot(p, vector) + np.float32(phase))
    scaled = total * np.float32(np.sqrt(2.0 / _WAVES))
    return np.asarray(np.clip(scaled, -2.0, 2.0), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class PlaneMap:
    """A scalar on a plane: sampled on a fine grid, looked up by linear interpolation.

    Attributes:
        values: (rows, columns) samples.
        origin: plane coordinates (a, b) of sample (0, 0); a grows with the row.
        step_mm: distance of the samples.
    """

    values: NDArray[np.float32]
    origin: tuple[float, float]
    step_mm: float

    def __call__(self, a: Any, b: Any) -> Field:
        """Values at plane coordinates; constant beyond the border."""
        shape = np.broadcast_shapes(np.shape(a), np.shape(b))
        rows = np.broadcast_to((a - np.float32(self.origin[0])) / np.float32(self.step_mm), shape)
        columns = np.broadcast_to(
            (b - np.float32(self.origin[1])) / np.float32(self.step_mm), shape
        )
        found = map_coordinates(self.values, [rows, columns], order=1, mode="nearest")
        return np.asarray(found, dtype=np.float32)


@dataclass(frozen=True)
class MapGrid:
    """Where a :class:`PlaneMap` is sampled: (low, high) of both coordinates and the step."""

    a_mm: tuple[float, float]
    b_mm: tuple[float, float]
    step_mm: float = 1.5

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates (rows, 1) and (1, columns)."""
        a = np.arange(self.a_mm[0], self.a_mm[1] + self.step_mm, self.step_mm)
        b = np.arange(self.b_mm[0], self.b_mm[1] + self.step_mm, self.step_mm)
        return a[:, None], b[None, :]

    def map(self, values: NDArray[np.float64]) -> PlaneMap:
        """The map of values on this grid."""
        return PlaneMap(values.astype(np.float32), (self.a_mm[0], self.b_mm[0]), self.step_mm)

    def smooth_surface(self, knots: ArrayLike, smoothing: float = 0.0) -> PlaneMap:
        """Thin-plate spline through (N, 3) knots (a, b, value)."""
        table = np.asarray(knots, dtype=np.float64)
        a, b = self.points()
        where = np.stack(np.broadcast_arrays(a, b), axis=-1)
        spline = RBFInterpolator(table[:, :2], table[:, 2], smoothing=smoothing)
        return self.map(spline(where.reshape(-1, 2)).reshape(where.shape[:2]))

    def outline_distance(self, knots: ArrayLike) -> PlaneMap:
        """Signed distance, negative inside, to the smooth closed curve through (N, 2) knots."""
        a, b = self.points()
        curve = smooth_loop(knots, 6)
        where = np.stack(np.broadcast_arrays(a, b), axis=-1).reshape(-1, 2)
        nearest = np.full(len(where), np.inf)
        inside = np.zeros(len(where), dtype=bool)
        for p, q in zip(curve, np.roll(curve, -1, axis=0), strict=True):
            t = np.clip((where - p) @ (q - p) / ((q - p) @ (q - p)), 0, 1)
            nearest = np.minimum(nearest, np.linalg.norm(where - p - t[:, None] * (q - p), axis=1))
            crosses = (p[1] > where[:, 1]) != (q[1] > where[:, 1])
            rise = q[1] - p[1] if q[1] != p[1] else 1.0
            inside ^= crosses & (where[:, 0] < (q[0] - p[0]) * (where[:, 1] - p[1]) / rise + p[0])
        signed = np.where(inside, -nearest, nearest)
        return self.map(signed.reshape(a.size, b.size))


def smooth_loop(knots: ArrayLike, samples: int) -> NDArray[np.float64]:
    """Points (N * samples, D) of the closed cubic spline through (N, D) knots."""
    table = np.asarray(knots, dtype=np.float64)
    closed = np.vstack([table, table[:1]])
    chord = np.sqrt(np.linalg.norm(np.diff(closed, axis=0), axis=1))
    t = np.concatenate([[0.0], np.cumsum(chord)])
    fine = np.interp(np.arange(len(table) * samples) / samples, np.arange(len(t)), t)
    return np.asarray(CubicSpline(t, closed, bc_type="periodic")(fine), dtype=np.float64)
