"""The femoral neck of the surface phantom, with its cam bump.

Hip-local mm, origin at the head centre: x lateral, y backwards, z up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..implicit import Field, intersection
from ..neck import NeckProfile
from .hip_measures import EXIT_TOLERANCE
from .phantom_fields import Points, dot, length, step
from .phantom_parameters import HipSurfaceParameters

Vector = NDArray[np.float64]

WAIST_RADII = 1.12  # distance of the narrowest neck from the head centre, in head radii
_NECK = NeckProfile(WAIST_RADII, turn_deg=24.0, clearance=(0.3, 0.06), flare_per_mm=0.010)
_HIGHEST_FLANK_RAD = math.radians(10.0)  # how much larger alpha may be beside the film's plane
_CAM_WIDTH_RAD = math.radians(70.0)  # extent of the bump around the neck
_FLAT_NECK = 0.86  # depth of the neck over its height


@dataclass(frozen=True, eq=False)
class PhantomNeck:
    """The neck of one femur.

    Attributes:
        hip: parameters of the hip.
        direction: (3,) unit direction of the neck axis, from the head centre to the shaft.
    """

    hip: HipSurfaceParameters
    direction: Vector

    def solid(self, p: Points) -> Field:
        """Approximate signed distance of the neck, from the leaving line to the shaft."""
        s, up, front = self._coordinates(p)
        flat = self._flatness(s)
        rho = length(up, front / flat)
        start, height, profile = self._profile(s, np.arctan2(front / flat, up))
        outside = rho - np.where(s < start, height, profile)
        end = self.hip.neck_length_mm
        neck = np.asarray(np.maximum(outside, start - s) * 0.9, dtype=np.float32)
        return intersection(neck, np.asarray(s - end, dtype=np.float32), 14.0)

    def _flatness(self, s: Any) -> Any:
        """Depth over height of the neck's section: 1 on the head, flat from the waist on."""
        radius = self.hip.head_radius_mm
        return 1.0 - (1.0 - _FLAT_NECK) * step(s, 0.45 * radius, 1.15 * radius)

    def _profile(self, s: Any, phi: Any) -> tuple[Any, Any, Any]:
        """(start of the neck along its axis, radius there, radius at ``s``)."""
        return self._profile_from(self._alpha_around(phi), s)

    def _profile_from(self, alpha: Any, s: Any) -> tuple[Any, Any, Any]:
        """As :meth:`_profile`, where the neck leaves the sphere ``alpha`` off its axis."""
        return _NECK.at(self.hip.head_radius_mm, self.hip.neck_radius_mm, alpha, s)

    def _alpha_around(self, phi: Any) -> Any:
        """Angle to the neck axis at which the neck leaves the sphere, by direction around it."""
        base = self._base_alpha
        phi_film, alpha_film = self._film_leaving
        centre = math.radians(self.hip.cam_clock_deg)

        def bump(angle: Any) -> Any:
            turn = np.abs((angle - centre + math.pi) % (2 * math.pi) - math.pi)
            return np.exp(-((turn / _CAM_WIDTH_RAD) ** 4))

        height = (alpha_film - base) / float(bump(phi_film))
        return np.minimum(base + height * bump(phi), alpha_film + _HIGHEST_FLANK_RAD)

    @cached_property
    def _base_alpha(self) -> float:
        """Where a neck without a bump leaves the sphere."""
        ratio = self.hip.neck_radius_mm / self.hip.head_radius_mm
        return math.asin(min(ratio, 0.97)) + math.radians(2.0)

    @cached_property
    def _film_leaving(self) -> tuple[float, float]:
        """(direction around the neck, angle to its axis) where the film's contour leaves the head.

        On the film the head's outline is its circle in the coronal plane through its centre; the
        dialled point lies in that plane, alpha away from the projected neck axis, on the upper
        side, and 2 % of the radius outside the circle, where it counts as having left.
        """
        n = self.direction
        angle = math.atan2(n[0], -n[2]) + math.radians(self.hip.alpha_deg)
        point = np.array([math.sin(angle), 0.0, -math.cos(angle)])
        s, up, front = (1 + EXIT_TOLERANCE) * self.hip.head_radius_mm * (self._frame @ point)
        wanted, rho = math.atan2(math.hypot(up, front), s), math.hypot(up, front)

        def excess(alpha: float) -> float:
            return float(self._profile_from(alpha, s)[2]) - rho

        latest = min(wanted + math.radians(12.0), math.radians(104.0))
        return math.atan2(front, up), float(brentq(excess, wanted, latest, xtol=1e-9))

    @cached_property
    def _frame(self) -> Vector:
        """Rows: neck axis, upper normal in the film's plane, front normal."""
        n = self.direction
        up = np.array([-n[2], 0.0, n[0]])
        up /= np.linalg.norm(up)
        front = np.cross(n, up)
        return np.array([n, up, front if front[1] < 0 else -front])

    def _coordinates(self, p: Points) -> tuple[Any, Any, Any]:
        s, up, front = (dot(p, row) for row in self._frame)
        return s, up, front
