"""The iliac wing of the surface phantom: a curved plate of varying thickness.

Template mm, left side, origin at the head centre: x lateral, y backwards, z up. The plate is
described on the plane that faces the wing: ``u`` runs forwards and outwards, at 45 degrees to the
sagittal plane, ``z`` up; ``v`` is the height over that plane, backwards and outwards.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..implicit import Field
from .phantom_fields import MapGrid, PlaneMap, Points, length, step

_HALF = math.sqrt(0.5)
_GRID = MapGrid((-115.0, 75.0), (-25.0, 165.0))

_PLATE: tuple[tuple[float, float, float, float], ...] = (
    # x, y, z of the middle surface, half thickness
    (-11, 50, 142, 4.0), (11, 38, 140, 3.5), (33, 22, 138, 4.0),
    (-30, 68, 122, 6.5), (-8, 50, 120, 3.6), (17, 32, 120, 2.4), (46, 2, 118, 5.0),
    (-41, 88, 100, 7.5), (-28, 60, 100, 9.0), (-7, 42, 100, 4.4), (14, 22, 100, 2.2),
    (31, 2, 100, 3.2), (44, -26, 100, 5.5),
    (-44, 85, 80, 7.0), (-25, 54, 80, 10.0), (-6, 28, 80, 7.5), (14, 8, 80, 2.8),
    (25, -20, 80, 3.2), (33, -42, 80, 5.0),
    (-40, 75, 65, 6.0), (-23, 45, 65, 10.0), (-3, 22, 65, 8.0), (13, -5, 65, 4.8),
    (21, -26, 65, 4.0), (26, -44, 66, 5.0),
    (-33, 65, 52, 5.0), (-16, 32, 50, 9.5), (-1, 5, 50, 11.0), (11, -20, 50, 7.5),
    (18, -32, 50, 5.0),
    (-12, 25, 30, 14.0), (-5, 0, 30, 15.0), (6, -27, 32, 9.0),
)  # fmt: skip
"""Middle surface of the wing in round numbers: the S-shaped sections of adult iliac bones (iliac
fossa, sacroiliac part, buttress over the socket), nobody's bone. The spines lie at averaged places
of the 11 adults of VSDFullBodyBoneModels (Fischer 2023), relative to the head centre."""

_OUTLINE: tuple[tuple[float, float], ...] = (
    # u, z along the crest from the anterior superior iliac spine backwards, and around
    (57, 71), (57, 84), (52, 101), (39, 119), (14, 138), (-12, 146), (-36, 146), (-58, 137),
    (-80, 122), (-97, 105), (-97, 92), (-87, 78), (-84, 65), (-74, 55), (-60, 50), (-48, 42),
    (-41, 28), (-38, 10), (-20, -5), (10, 0), (25, 12), (33, 34), (33, 46), (37, 56), (50, 63),
)  # fmt: skip


class PhantomIlium:
    """The wing of one hip bone, in template coordinates."""

    def solid(self, p: Points) -> Field:
        """Approximate signed distance of the plate with its rounded edges."""
        u = (p[0] - p[1]) * np.float32(_HALF)
        v = (p[0] + p[1]) * np.float32(_HALF)
        z = np.broadcast_to(p[2], np.broadcast_shapes(np.shape(u), np.shape(p[2])))
        half = self._half_thickness(u, z)
        beyond = np.maximum(self._outline(u, z) + half, 0)
        off = (v - self._middle(u, z)) * self._lean(u, z)
        return np.asarray(length(beyond, off) - half, dtype=np.float32)

    @cached_property
    def _knots(self) -> NDArray[np.float64]:
        """Rows (u, z, v, half thickness)."""
        x, y, z, half = np.array(_PLATE, dtype=np.float64).T
        return np.stack([(x - y) * _HALF, z, (x + y) * _HALF, half], axis=1)

    @cached_property
    def _middle(self) -> PlaneMap:
        return _GRID.smooth_surface(self._knots[:, :3], smoothing=2.0)

    @cached_property
    def _lean(self) -> PlaneMap:
        """Cosine of the plate's slope: turns heights over the plane into distances."""
        rows, columns = np.gradient(self._middle.values.astype(np.float64), _GRID.step_mm)
        return _GRID.map(1.0 / np.sqrt(1.0 + rows**2 + columns**2))

    @cached_property
    def _outline(self) -> PlaneMap:
        return _GRID.outline_distance(np.array(_OUTLINE, dtype=np.float64))

    @cached_property
    def _half_thickness(self) -> PlaneMap:
        """Half thickness, with the thicker crest."""
        plate = _GRID.smooth_surface(self._knots[:, [0, 1, 3]], smoothing=1.0).values
        inwards = -self._outline.values.astype(np.float64)
        u, z = _GRID.points()
        border = 1.8 * step(z, 75.0, 105.0) + 1.2 * step(u, 15.0, 35.0) * (1 - step(z, 75.0, 105.0))
        crest = border * np.exp(-((inwards / 8.0) ** 2))
        return _GRID.map(np.clip(plate, 1.8, 17.0) + crest)
