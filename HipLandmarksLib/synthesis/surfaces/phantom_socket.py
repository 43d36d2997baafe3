"""The acetabulum of the surface phantom: rim, lunate surface, fossa and notch.

Hip-local mm, origin at the socket's centre: x lateral, y backwards, z up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..implicit import Field, intersection
from .phantom_fields import Points, ball, dot, length, step
from .phantom_parameters import HipSurfaceParameters

Vector = NDArray[np.float64]

_NOTCH_HALF_DEG = 30.0  # half the notch's width, around the opening's axis
_NOTCH_DEPTH_DEG = 34.0
_FOSSA_HALF_DEG = 30.0  # half the width of the fossa, along the sphere
_SLOT_FRONT = 0.05  # how far before the centre the lower fossa lies, in socket radii
_PSOAS_VALLEY_DEG = 5.0  # depth of the rim's anterior depression
_CUP_MARGIN_MM = 1.5
_RIM_SAMPLES = 240


@dataclass(frozen=True)
class PhantomSocket:
    """One acetabulum.

    Attributes:
        hip: its parameters.
    """

    hip: HipSurfaceParameters

    @property
    def radius(self) -> float:
        """Radius of the lunate surface."""
        return self.hip.socket_radius_mm

    @cached_property
    def anchors(self) -> Vector:
        """Unit directions of the rim that the dials set: superior, anterior, posterior.

        The superior one lies in the coronal plane, the others in the axial plane through the
        centre, at the sector angles from the line to the other hip (Anda 1991).
        """
        edge = math.radians(self.hip.lce_deg)
        front = math.radians(self.hip.anterior_sector_deg)
        rear = front + 2 * math.radians(self.hip.version_deg)
        return np.array(
            [
                [math.sin(edge), 0.0, math.cos(edge)],
                [-math.cos(front), -math.sin(front), 0.0],
                [-math.cos(rear), math.sin(rear), 0.0],
            ]
        )

    @cached_property
    def frame(self) -> Vector:
        """Rows: opening axis (outwards), superior and anterior directions square to it."""
        top, front, rear = self.anchors
        axis = np.cross(front - top, rear - top)
        axis /= np.linalg.norm(axis)
        axis = axis if axis[2] < 0 else -axis
        up = top - top @ axis * axis
        up /= np.linalg.norm(up)
        forward = np.cross(axis, up)
        return np.array([axis, up, forward if forward[1] < 0 else -forward])

    @cached_property
    def opening_rad(self) -> float:
        """Angle between the opening axis and the rim's plane circle."""
        return math.acos(float(self.frame[0] @ self.anchors[0]))

    @cached_property
    def rim(self) -> Vector:
        """(N, 3) closed loop from the notch's anterior end over the roof to its posterior end.

        Across the notch it follows the circle on which a transverse ligament would run.
        """
        start = math.pi - math.radians(_NOTCH_HALF_DEG)
        turn = np.linspace(start, start - 2 * math.pi, _RIM_SAMPLES, endpoint=False)
        turn = (turn + math.pi) % (2 * math.pi) - math.pi
        polar = self._rim_angle(turn)
        axis, up, forward = self.frame
        around = np.cos(turn)[:, None] * up + np.sin(turn)[:, None] * forward
        rays = np.cos(polar)[:, None] * axis + np.sin(polar)[:, None] * around
        return np.asarray(self.radius * rays, dtype=np.float64)

    def cup(self, bare: Field, p: Points, thickness_mm: float) -> Field:
        """A shell around the socket that ends at the rim.

        Args:
            bare: distance beyond the rim, from :meth:`beyond_rim`.
            p: points.
            thickness_mm: from the lunate surface outwards.
        """
        beyond = -bare - _CUP_MARGIN_MM  # carve() makes the exact edge
        return intersection(ball(p, (0, 0, 0), self.radius + thickness_mm), beyond, 3.0)

    def carve(self, bone: Field, bare: Field, p: Points) -> Field:
        """``bone`` without the socket, the fossa and what stands in the way before the rim."""
        r = length(*p)
        turn = np.abs(self._turn(p))
        steep = 0.01 * (31.0 - self.hip.lce_deg)  # a shallow roof ends under a sloping ilium
        reach = 1.20 + (0.18 + max(steep, 0.0)) * (1 - step(turn, 0.3, 1.1))
        reach = reach - 0.08 * step(turn, 1.8, 2.4)
        outside = intersection(bare, np.asarray(r - reach * self.radius, dtype=np.float32), 4.0)
        bone = intersection(bone, -outside, 2.0)
        hollow = np.minimum(r - self.radius - self._fossa(p, r), self._slot(p))
        return intersection(bone, np.asarray(-hollow, dtype=np.float32), 1.2)

    def _slot(self, p: Points) -> Any:
        """The fossa's lower part: its floor runs straight down to the notch."""
        width = math.sin(math.radians(_FOSSA_HALF_DEG)) * self.radius
        beside = np.abs(p[1] + _SLOT_FRONT * self.radius) - width
        floor = -p[0] - self.radius - 0.3 * self.hip.fossa_depth_mm
        return intersection(
            np.asarray(np.maximum(beside, p[0]), dtype=np.float32),
            np.asarray(np.maximum(floor, p[2]), dtype=np.float32),
            5.0,
        )

    def beyond_rim(self, p: Points) -> Field:
        """About the distance in mm from the cone of rays through the rim, negative outside it."""
        r = length(*p) + np.float32(1e-3)
        polar = np.arccos(np.clip(dot(p, self.frame[0]) / r, -1, 1))
        turn = self._turn(p)
        limit = self._rim_angle(turn) + self._notch(turn)
        across = (polar - limit) * np.minimum(r, 2.0 * self.radius)
        return np.asarray(across, dtype=np.float32)

    def _turn(self, p: Points) -> Any:
        """Direction around the opening's axis, 0 superior, 90 deg anterior."""
        return np.arctan2(dot(p, self.frame[2]), dot(p, self.frame[1]))

    def _rim_angle(self, turn: Any) -> Any:
        """Polar angle of the rim by direction around the axis, 0 superior, 90 deg anterior."""
        front, rear = self._anchor_turns
        wave = np.sin(math.pi * np.clip(turn / front, 0, 1)) ** 2
        below = step(turn, front, math.pi) + step(-turn, -rear, math.pi)
        return self.opening_rad + math.radians(_PSOAS_VALLEY_DEG) * wave - 0.04 * below

    @cached_property
    def _anchor_turns(self) -> tuple[float, float]:
        _, up, forward = self.frame
        turns = [math.atan2(float(a @ forward), float(a @ up)) for a in self.anchors[1:]]
        return turns[0], turns[1]

    def _notch(self, turn: Any) -> Any:
        """How far the rim is cut back at the notch, by direction around the axis."""
        off = math.pi - np.abs(turn)
        half = math.radians(_NOTCH_HALF_DEG)
        return math.radians(_NOTCH_DEPTH_DEG) * (1 - step(off, 0.75 * half, 1.1 * half))

    def _fossa(self, p: Points, r: Any) -> Any:
        """Extra depth of the hollow: a band from the fossa's upper border down to the notch."""
        half = math.radians(_FOSSA_HALF_DEG)
        border = math.radians(self.hip.fossa_border_deg) + half
        upper = np.array([-math.sin(border), 0.0, math.cos(border)])
        axis, up, _ = self.frame
        lower = math.cos(1.9) * axis - math.sin(1.9) * up
        off = _arc_distance(p, r, upper, lower)
        depth = self.hip.fossa_depth_mm * (1 - 0.7 * step(-p[2], 0.0, 16.0))
        return depth * (1 - step(off, half - 0.07, half + 0.07))


def _arc_distance(p: Points, r: Any, first: Vector, last: Vector) -> Any:
    """Angle of each direction to the great-circle arc between two unit directions."""
    normal = np.cross(first, last)
    normal /= np.linalg.norm(normal)
    ahead = np.cross(normal, first)
    total = math.acos(float(np.clip(first @ last, -1, 1)))
    x, y, z = dot(p, first) / r, dot(p, ahead) / r, dot(p, normal) / r
    along = np.arctan2(y, x)
    beside = np.abs(np.arcsin(np.clip(z, -1, 1)))
    to_first = np.arccos(np.clip(x, -1, 1))
    to_last = np.arccos(np.clip(math.cos(total) * x + math.sin(total) * y, -1, 1))
    between = (along >= 0) & (along <= total)
    return np.where(between, beside, np.minimum(to_first, to_last))
