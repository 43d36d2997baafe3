"""The femur of the surface phantom: implicit solid and exact points.

Hip-local mm, origin at the head centre: x lateral, y backwards, z up (a left femur in LPS).
The femur stands in the neutral pose: load axis upright, condyles parallel to the coronal plane.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..implicit import Field, intersection, union
from .phantom_fields import Points, ball, bar, dot, length
from .phantom_mesh import Grid
from .phantom_neck import WAIST_RADII, PhantomNeck
from .phantom_parameters import HipSurfaceParameters

Vector = NDArray[np.float64]

_BOW_RADIUS_MM = 1200.0
"""Sagittal radius of the shaft: 120 (SD 36) cm, Egol 2004 (J Orthop Trauma 18:410)."""

_STRAIGHT_MM = 240.0  # from the proximal to the distal centre of the shaft
_FOVEA_RADIUS_MM, _FOVEA_DEPTH_MM = 9.0, 2.2


@dataclass(frozen=True)
class PhantomFemur:
    """One femur.

    Attributes:
        hip: its parameters.
    """

    hip: HipSurfaceParameters

    # --- axes and exact points ----------------------------------------------------------------
    @cached_property
    def shaft_direction(self) -> Vector:
        """Distal unit direction of the line through both shaft centres."""
        tilt = math.radians(self.hip.shaft_adduction_deg)
        return np.array([-math.sin(tilt), 0.0, -math.cos(tilt)])

    @cached_property
    def neck_direction(self) -> Vector:
        """Unit direction of the neck axis, from the head centre to the shaft.

        It makes the neck-shaft angle with the shaft and, seen from above, the anteversion with
        the coronal plane: cos(b) cos(t) - sin(b) cos(a) sin(t) = -cos(neck-shaft angle), with b
        the angle to the vertical, a the anteversion and t the shaft's tilt.
        """
        tilt = math.radians(self.hip.shaft_adduction_deg)
        version = math.radians(self.hip.anteversion_deg)
        size = math.hypot(math.cos(tilt), math.cos(version) * math.sin(tilt))
        phase = math.atan2(math.cos(version) * math.sin(tilt), math.cos(tilt))
        down = math.acos(-math.cos(math.radians(self.hip.neck_shaft_angle_deg)) / size) - phase
        flat = math.sin(down)
        return np.array([flat * math.cos(version), flat * math.sin(version), -math.cos(down)])

    @cached_property
    def foot(self) -> Vector:
        """Where the neck axis meets the shaft axis."""
        return np.asarray(self.hip.neck_length_mm * self.neck_direction, dtype=np.float64)

    @cached_property
    def size(self) -> float:
        """Size of what no dial sets, relative to a head of 24 mm radius."""
        return 0.5 + 0.5 * self.hip.head_radius_mm / 24.0

    @cached_property
    def neck_centre(self) -> Vector:
        """Middle of the narrowest section of the neck."""
        return np.asarray(WAIST_RADII * self.hip.head_radius_mm * self.neck_direction)

    @cached_property
    def lesser_trochanter(self) -> Vector:
        """Tip of the lesser trochanter."""
        centre, radius = self._lesser
        out = -0.72 * self._frontal + 0.69 * self._back
        return np.asarray(centre + radius * out / np.linalg.norm(out), dtype=np.float64)

    @cached_property
    def shaft_proximal(self) -> Vector:
        """Centre of the shaft just below the lesser trochanter."""
        return self.shaft_point(self._proximal_mm)

    @cached_property
    def shaft_distal(self) -> Vector:
        """Centre of the shaft at the distal end of its straight part."""
        return self.shaft_point(self._proximal_mm + _STRAIGHT_MM * self.size)

    @cached_property
    def trochanter_tip(self) -> Vector:
        """Most proximal point of the greater trochanter along the shaft."""
        centre, radius = self._tip
        return np.asarray(centre - radius * self.shaft_direction, dtype=np.float64)

    @cached_property
    def fovea(self) -> Vector:
        """Centre of the foveal notch on the head's sphere."""
        direction = -self.neck_direction + 0.05 * self._back - np.array([0.0, 0.0, 0.45])
        return np.asarray(self.hip.head_radius_mm * direction / np.linalg.norm(direction))

    def shaft_point(self, down_mm: float) -> Vector:
        """Point of the shaft's axis ``down_mm`` below the neck's foot."""
        return self.foot + down_mm * self.shaft_direction + self._bow(down_mm) * self._back

    def grid(self, resolution_mm: float) -> Grid:
        """Samples that hold the whole femur: fine at the hip, long steps along the shaft."""
        h, r = self.hip, self.hip.shaft_radius_mm
        reach = h.head_radius_mm + 4
        end = self.shaft_point(self._length_mm)
        low_z, knee_z = self.shaft_proximal[2] - 12, end[2] + 60 * self.size
        z = np.concatenate(
            [
                np.arange(end[2] - 26 * self.size, knee_z, 1.5 * resolution_mm),
                np.arange(knee_z, low_z, 3.0 * resolution_mm),
                np.arange(low_z, max(reach, self.trochanter_tip[2] + 4), resolution_mm),
            ]
        )
        left = min(-reach, end[0] - 44 * self.size)
        right = max(self.foot[0] + 2.6 * r, end[0] + 46 * self.size)
        front = min(-reach, self.foot[1] - 2.2 * r, end[1] - 38 * self.size)
        back = max(reach, self.foot[1] + 2.9 * r, end[1] + 34 * self.size)
        x, y = np.arange(left, right, resolution_mm), np.arange(front, back, resolution_mm)
        return Grid(x, y, z)

    # --- solid --------------------------------------------------------------------------------
    def solid(self, p: Points) -> Field:
        """Approximate signed distance of the whole bone."""
        head = ball(p, (0, 0, 0), self.hip.head_radius_mm)
        neck = PhantomNeck(self.hip, self.neck_direction).solid(p)
        # No blending at the head: its contour stays a sphere up to the leaving line.
        blend = np.clip(head - 0.1 * self.hip.head_radius_mm, 0.05, 9.0)
        bone = union(np.minimum(head, neck), self._trochanters_and_shaft(p), blend)
        bone = union(bone, self._knee(p), 16.0)
        pit = ball(p, self.fovea * (1 + 4.6 / self.hip.head_radius_mm), 4.6 + _FOVEA_DEPTH_MM)
        return np.asarray(np.maximum(bone, -pit), dtype=np.float32)

    def _trochanters_and_shaft(self, p: Points) -> Field:
        r, size = self.hip.shaft_radius_mm, self.size
        down = dot(p, self.shaft_direction, self.foot)
        side = dot(p, self._frontal, self.foot)
        deep = dot(p, self._back, self.foot) - self._bow(down)
        swell = np.exp(-((np.maximum(down + 6, 0) / (38.0 * size)) ** 2))
        radius = r * (1 + 0.45 * swell)
        off = length(side, (deep - 3.0 * swell) / (1.04 - 0.12 * swell)) - radius
        shaft = intersection(off, np.maximum(-down - 8.0, down - self._length_mm), 16.0)
        tip, tip_radius = self._tip
        base = self.shaft_point(8.0 * size) + 0.58 * r * self._frontal + 0.35 * r * self._back
        crown = tip + 0.38 * r * self._frontal - 0.35 * r * self._back
        crown = crown + (0.72 * r - tip_radius + 5.0) * self.shaft_direction
        greater = bar(p, base, crown, (1.25 * r, 0.85 * r), (1.08 * r, 0.72 * r), self._frontal)
        ridge = bar(p, crown, tip, (0.5 * r, tip_radius), (0.5 * r, tip_radius), self._frontal)
        greater = union(greater, ridge, 6.0)
        lesser, lesser_radius = self._lesser
        foot = self.shaft_point(self._lesser_mm) - 0.4 * r * self._frontal + 0.3 * r * self._back
        small = bar(
            p, foot, lesser, (16.0 * size, lesser_radius), (11.0 * size, lesser_radius), self._back
        )
        top = tip + 9.0 * size * self.shaft_direction
        thick = (tip_radius * 0.75, 5.0 * size)
        crest = bar(p, top, lesser, thick, thick, self._back)
        spur = self.shaft_point(26 * size) - 0.28 * r * self._frontal
        calcar = bar(p, 0.68 * self.foot, spur, (12.5 * size, r), (13.5 * size, r), self._frontal)
        body = union(union(union(shaft, calcar, 10.0), greater, 14.0), small, 9.0)
        return union(body, crest + 2.0, 9.0)

    def _knee(self, p: Points) -> Field:
        """Condyles, only so that a long film does not end in a stump."""
        size, end = self.size, self.shaft_point(self._length_mm)
        lateral = ball(p, end + size * np.array([22.0, 8.0, 2.0]), 21.0 * size)
        medial = ball(p, end + size * np.array([-22.0, 8.0, 2.0]), 21.0 * size)
        flare = bar(
            p,
            end + np.array([0, 0, 62 * size]),
            end + np.array([0, 0, 2]),
            (13 * size, 36 * size),
            (14 * size, 19 * size),
            (0, 1, 0),
        )
        return union(union(lateral, medial, 8.0), flare, 14.0)

    # --- measures -----------------------------------------------------------------------------
    @cached_property
    def _back(self) -> Vector:
        """Backwards, square to the shaft."""
        return np.array([0.0, 1.0, 0.0])

    @cached_property
    def _frontal(self) -> Vector:
        """Lateral, square to the shaft."""
        return np.cross(self._back, -self.shaft_direction)

    def _bow(self, down: Any) -> Any:
        """Offset of the shaft's axis backwards from the line through its two centres."""
        top, bottom = self._proximal_mm, self._proximal_mm + _STRAIGHT_MM * self.size
        return -(down - top) * (bottom - down) / (2 * _BOW_RADIUS_MM)

    @cached_property
    def _lesser_mm(self) -> float:
        return 25.0 * self.size

    @cached_property
    def _proximal_mm(self) -> float:
        return self._lesser_mm + 0.9 * self.hip.head_radius_mm

    @cached_property
    def _length_mm(self) -> float:
        return 395.0 * self.size

    @cached_property
    def _lesser(self) -> tuple[Vector, float]:
        r, radius = self.hip.shaft_radius_mm, 5.5 * self.size
        at = self.shaft_point(self._lesser_mm) - 1.62 * r * self._frontal + 0.95 * r * self._back
        return at, radius

    @cached_property
    def _tip(self) -> tuple[Vector, float]:
        """Centre and radius of the ball that ends the greater trochanter."""
        r, radius = self.hip.shaft_radius_mm, 6.5 * self.size
        up = -self.shaft_direction
        at = self.foot + 0.42 * r * self._frontal + 0.95 * r * self._back
        rise = self.hip.trochanter_height_mm - radius - at @ up
        return np.asarray(at + rise * up, dtype=np.float64), radius
