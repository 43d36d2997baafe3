"""The sacrum of the surface phantom: a curved wedge with its foramina, canal and median crest.

Template mm about the midline: x to the left, y backwards, z up; symmetric in x.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from ..implicit import Field, intersection, union
from .phantom_fields import MapGrid, PlaneMap, Points, bar, length, ramp, step

Vector = NDArray[np.float64]

_GRID = MapGrid((-20.0, 140.0), (-40.0, 160.0))
_STEPS = 400

_AXIS: tuple[tuple[float, float, float, float], ...] = (
    # y, z along the middle of the bone from the promontory to the coccyx, half depth, half width
    (29, 107, 15.5, 58.0), (45, 92, 15.0, 58.5), (60, 76, 13.0, 56.0), (73, 59, 10.5, 49.0),
    (82, 41, 7.5, 44.0), (87, 22, 6.0, 35.0), (87, 6, 5.0, 15.0), (82, -7, 3.5, 7.0),
)  # fmt: skip

_FORAMINA: tuple[tuple[float, float, float], ...] = (
    # x, distance along the axis as a share of it, radius
    (24.0, 0.22, 5.2), (21.5, 0.38, 4.7), (19.5, 0.53, 4.0), (18.0, 0.66, 3.2),
)  # fmt: skip


class PhantomSacrum:
    """The sacrum with a hinted coccyx."""

    def solid(self, p: Points) -> Field:
        """Approximate signed distance; the sides still reach into the iliac bones."""
        x = np.abs(p[0])
        along, off = self._along(p[1], p[2]), self._off(p[1], p[2])
        depth, width = self._depth(along), self._width(along)
        low = step(along, 0.3, 0.7)
        bulge = (0.30 - 0.15 * low) * depth * np.exp(-((x / 20.0) ** 2))
        hollow = -0.22 * depth * np.exp(-(((x - 32.0) / 16.0) ** 2))
        ridges = (
            (0.6 + 0.4 * low) * np.exp(-(((np.mod(along, 0.155) - 0.0775) / 0.02) ** 2)) * (x < 16)
        )
        flat = np.abs(off + 0.12 * (x / 10.0) ** 2) - 0.86 * depth - bulge - hollow - ridges
        bone = intersection(flat, x - width, 9.0)
        bone = union(bone, self._crest(x, along, off, depth), 5.0)
        ends = self._ends(p[1], p[2]) + 0.45 * ramp(x - 27.0, 6.0)
        bone = intersection(bone, np.asarray(ends, dtype=np.float32), 5.0)
        horn = bar((x, p[1], p[2]), (23, 46, 100), (21, 52, 121), (8, 5), (6, 4.5), (0, 1, 0))
        return self._bored(x, along, off, union(bone, horn, 8.0))

    def _crest(self, x: Any, along: Any, off: Any, depth: Any) -> Field:
        """The spinous processes' ridge on the back."""
        waves = 0.75 + 0.25 * np.cos(2 * np.pi * along / 0.155)
        high = 11.0 * waves * (1 - step(along, 0.5, 0.72)) * step(along, 0.03, 0.16) + 1.0
        out = length(x / 5.0, (off - depth) / high) - 1.0
        return np.asarray(out * 4.0, dtype=np.float32)

    def _bored(self, x: Any, along: Any, off: Any, bone: Field) -> Field:
        """Four pairs of foramina, right through, and the canal."""
        for lateral, share, radius in _FORAMINA:
            # Between square to the bone and straight backwards, so that films see through them.
            level = (along - share) * self._length - (0.70 - 0.9 * share) * off
            hole = length(x - lateral - 0.1 * off, level * 1.15) - radius
            hole = hole - 0.12 * np.abs(off)  # funnels that open to both faces
            bone = intersection(bone, np.asarray(-hole, dtype=np.float32), 3.0)
        canal = length(x / 1.7, off - 9.0 + 5.0 * along) - 4.8 * (1 - step(along, 0.4, 0.75))
        return intersection(bone, np.asarray(-canal, dtype=np.float32), 2.0)

    # --- tables -------------------------------------------------------------------------------
    @cached_property
    def _curve(self) -> Vector:
        """(N, 4) y, z, half depth, half width at even distances along the axis."""
        knots = np.array(_AXIS, dtype=np.float64)
        chord = np.concatenate(
            [[0], np.cumsum(np.linalg.norm(np.diff(knots[:, :2], axis=0), axis=1))]
        )
        return np.asarray(PchipInterpolator(chord, knots)(np.linspace(0, chord[-1], _STEPS)))

    @cached_property
    def _length(self) -> float:
        return float(np.linalg.norm(np.diff(self._curve[:, :2], axis=0), axis=1).sum())

    @cached_property
    def _nearest(self) -> tuple[Vector, Vector, Vector]:
        """Share along the axis, offset backwards from it, distance beyond its ends, on the grid."""
        a, b = _GRID.points()
        where = np.stack(np.broadcast_arrays(a, b), axis=-1).reshape(-1, 2)
        curve = self._curve[:, :2]
        tangent = np.gradient(curve, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1)[:, None]
        near = cKDTree(curve).query(where)[1]
        ray = where - curve[near]
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)[near]
        off = np.einsum("ij,ij->i", ray, normal)
        over = np.einsum("ij,ij->i", ray, tangent[near])
        top = (where - curve[0]) @ -tangent[0]
        bottom = (where - curve[-1]) @ tangent[-1]
        shape = (a.size, b.size)
        share = (near + 0.0) / (_STEPS - 1) + over / self._length * (near > 0) * (near < _STEPS - 1)
        return share.reshape(shape), off.reshape(shape), np.maximum(top, bottom).reshape(shape)

    @cached_property
    def _along(self) -> PlaneMap:
        return _GRID.map(self._nearest[0])

    @cached_property
    def _off(self) -> PlaneMap:
        return _GRID.map(self._nearest[1])

    @cached_property
    def _ends(self) -> PlaneMap:
        return _GRID.map(self._nearest[2])

    def _depth(self, along: Any) -> Any:
        share = np.linspace(0, 1, _STEPS)
        return np.interp(along, share, self._curve[:, 2]).astype(np.float32)

    def _width(self, along: Any) -> Any:
        share = np.linspace(0, 1, _STEPS)
        return np.interp(along, share, self._curve[:, 3]).astype(np.float32)
