"""The hip bone of the surface phantom: wing, socket, ischium, pubis and the ring between them.

Hip-local mm, left side, origin at the head centre: x lateral, y backwards, z up. Shapes are built
in template coordinates, an adult pelvis with head centres 178 mm apart; smooth changes of
coordinates give it the dialled widths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..implicit import Field, intersection, union
from .phantom_fields import (
    MapGrid,
    PlaneMap,
    Points,
    ball,
    bar,
    length,
    ramp,
    step,
    tube,
    unevenness,
)
from .phantom_ilium import PhantomIlium
from .phantom_mesh import Grid
from .phantom_parameters import HipSurfaceParameters, PelvisPhantomParameters
from .phantom_socket import PhantomSocket

Vector = NDArray[np.float64]

_MIDLINE = -89.0  # template x of the midline
_WALL_MM = 5.0  # thickness of the socket's floor
_INLET_X = -27.0  # the same at the widest level of the brim
_SUBPUBIC_DEG = 74.0

_QUADRILATERAL: tuple[tuple[float, float], ...] = (
    # y, z around the plate between brim and ischium
    (-15, 14), (-14, -6), (-9, -15), (0, -18), (10, -20), (18, -25), (24, -32), (36, -32),
    (44, -12), (44, 6), (38, 28), (24, 36), (4, 32),
)  # fmt: skip

_SUPERIOR_RAMUS = (
    # x, y, z, half width, half depth
    (-16, -14, 12, 13, 10), (-34, -23, 4, 10, 8.5), (-51, -31, -10, 8.5, 7),
    (-72, -38, -18, 9, 7.5),
)  # fmt: skip
_INFERIOR_RAMUS = (
    (-78, -24, -36, 9, 6.5), (-65, -8, -48, 8, 5.5), (-51, 10, -54, 8.5, 6), (-36, 24, -57, 9.5, 9),
)  # fmt: skip


@dataclass(frozen=True)
class PhantomHipBone:
    """One hip bone.

    Attributes:
        pelvis: parameters of the whole phantom.
        hip: parameters of this side.
    """

    pelvis: PelvisPhantomParameters
    hip: HipSurfaceParameters

    @cached_property
    def socket(self) -> PhantomSocket:
        """The acetabulum of this bone."""
        return PhantomSocket(self.hip)

    def grid(self, resolution_mm: float) -> Grid:
        """Samples that hold the bone."""
        size, half = self.pelvis.size, self.pelvis.interhead_distance_mm / 2
        high = 165.0 * size * self.pelvis.wing_height
        return Grid.box(
            (-half, -75 * size, -90 * size), (92 * size, 118 * size, high), resolution_mm
        )

    def solid(self, p: Points) -> Field:
        """Approximate signed distance of the bone."""
        q = self.template(p)
        size = np.float32(self.pelvis.size)
        bare = self.socket.beyond_rim(p)
        cup = self.socket.cup(bare, p, 6.5) / size
        upper = self._upper(self._shallow(q), cup)
        walls = union(union(upper, self._back(q), 9.0), self._plate(q), 5.0)
        walls = intersection(walls, self._wall(q) - q[0], 3.0)
        bone = union(walls, self._pubis(q), 8.0) * size + self._roughness(p)
        bone = self.socket.carve(np.asarray(bone, dtype=np.float32), bare, p)
        gap = self.pelvis.interhead_distance_mm / 2 - self.pelvis.symphysis_gap_mm / 2
        return intersection(bone, np.asarray(-gap - p[0], dtype=np.float32), 4.0)

    def _roughness(self, p: Points) -> Any:
        """Small bumps and hollows away from the socket."""
        away = step(length(*p) - self.socket.radius, 3.0, 14.0)
        bumps = unevenness(p, self.pelvis.variant, (14.0, 40.0))
        return np.float32(self.pelvis.unevenness_mm) * away * bumps

    def _shallow(self, q: Points) -> Points:
        """Moves the ilium over the roof inwards where the roof covers less, and outwards."""
        shift = 0.3 * (31.0 - self.hip.lce_deg)
        shift = max(shift, 0.35 * shift)
        level = step(q[2], 8.0, 26.0) * (1 - step(q[2], 40.0, 90.0))
        level = level * (1 - step(q[1], 12.0, 35.0))
        return q[0] + shift * level, q[1], q[2]

    @cached_property
    def triradiate(self) -> Vector:
        """On the inner wall, inwards from the socket's centre and 10 degrees up."""
        reach = np.arange(self.socket.radius - 2.0, self.socket.radius + 30.0, 0.05)
        inwards = np.array([-math.cos(math.radians(10)), 0.0, math.sin(math.radians(10))])
        ray = reach[:, None] * inwards
        field = self.solid((ray[:, 0], ray[:, 1], ray[:, 2]))
        return np.asarray(ray[np.flatnonzero(field < 0).max()], dtype=np.float64)

    def template(self, p: Points) -> Points:
        """Template coordinates of hip-local points."""
        size = self.pelvis.size
        x, y, z = (np.asarray(c, dtype=np.float32) / np.float32(size) for c in p)
        high = ramp(z - 35.0, 8.0)
        x = x - high * math.tan(math.radians(self.pelvis.wing_flare_deg))
        z = z - high * (1 - 1 / self.pelvis.wing_height)
        half = self.pelvis.interhead_distance_mm / 2 / size
        medial = -ramp(-(x + 42.0), 6.0)  # negative medial of the wall
        x = x + medial * ((-_MIDLINE - 42.0) / (half - 42.0) - 1.0)
        low = step(-z, 8.0, 60.0) * step(x, _MIDLINE, -40.0)
        low = low * (1 - 0.45 * step(x, -42.0, -14.0))
        x = x - low * self._subpubic_shift
        return x, y, z

    @cached_property
    def _subpubic_shift(self) -> float:
        """How far the ischium moves outwards for the dialled subpubic angle."""
        run = 50.0  # length of the inferior ramus in the sagittal plane
        half, usual = (math.radians(a / 2) for a in (self.pelvis.subpubic_angle_deg, _SUBPUBIC_DEG))
        return run * (math.tan(half) - math.tan(usual))

    def _upper(self, q: Points, cup: Field) -> Field:
        """Wing and the walls around the socket."""
        wing = PhantomIlium().solid(q)
        roof = bar(q, (-6, 6, 34), (-3, 2, 14), (17, 20), (15, 20), (1, 0.3, 0))
        front = bar(q, (-8, -16, 16), (10, -30, 36), (13, 7), (11, 6.5), (1, 0.5, 0))
        rear = bar(q, (-10, 26, 22), (-16, 30, -12), (15, 13), (13, 11), (1, 0, 0))
        bone = union(wing, union(cup, roof, 10.0), 10.0)
        return union(union(bone, front, 9.0), rear, 10.0)

    def _back(self, q: Points) -> Field:
        """Ischium with its tuberosity and spine."""
        ischium = bar(q, (-18, 32, -8), (-21, 35, -36), (15, 15), (12, 12), (1, 0, 0))
        tuber = bar(q, (-20, 35, -34), (-30, 28, -54), (15, 13.5), (12.5, 15), (1, 0, 0))
        spine = bar(q, (-28, 42, 4), (-38, 55, 1), (9, 2.5), (4.5, 2.5), (1, 0.6, 0))
        return union(union(ischium, tuber, 9.0), spine, 6.0)

    def _pubis(self, q: Points) -> Field:
        """Both rami, the body beside the symphysis and the tubercle."""
        superior = tube(q, _SUPERIOR_RAMUS, (0, 1, 0.6))
        inferior = tube(q, _INFERIOR_RAMUS, (0.75, -0.65, 0))
        body = bar(q, (-77, -41, -17), (-77, -24, -36), (12, 11.5), (8, 7.5), (0, 0.66, 0.75))
        tubercle = ball(q, (-65, -46, -18), 4.0)
        ramus = union(union(superior, body, 6.0), tubercle, 12.0)
        return union(ramus, inferior, 6.0)

    def _plate(self, q: Points) -> Field:
        """Thin plate along the wall of the true pelvis."""
        thick = 7.5 + 3.0 * step(q[1], 15.0, 40.0)
        return intersection(self._outline(q[1], q[2]) + 0 * q[0], q[0] - self._wall(q) - thick, 6.0)

    def _wall(self, q: Points) -> Any:
        """Template x of the true pelvis' wall; bone lies lateral of it."""
        wide = self._inlet_shift * step(q[2], -5.0, 35.0)
        floor = self._floor_x
        level = (
            floor
            + 0.05 * np.maximum(q[2], -8.0)
            + (_INLET_X - floor - 1.5) * step(q[2], 0.0, 40.0)
            + wide
        )
        behind = -((q[1] - 8.0) ** 2) / 240.0
        above = -2.0 * ramp(q[2] - 56.0, 8.0)
        return level + behind + above - 1.2 * ramp(-10.0 - q[1], 6.0)

    @cached_property
    def _floor_x(self) -> float:
        """Template x of the true pelvis' wall opposite the socket."""
        depth = self.hip.socket_radius_mm + self.hip.fossa_depth_mm + _WALL_MM
        return -depth / self.pelvis.size

    @cached_property
    def _inlet_shift(self) -> float:
        wanted = self.pelvis.inlet_width_mm / 2 - self.pelvis.interhead_distance_mm / 2
        return wanted / self.pelvis.size - _INLET_X

    @cached_property
    def _outline(self) -> PlaneMap:
        return MapGrid((-60.0, 90.0), (-80.0, 80.0)).outline_distance(np.array(_QUADRILATERAL))
