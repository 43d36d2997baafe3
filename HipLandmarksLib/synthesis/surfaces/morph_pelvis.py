"""Shape changes of the pelvis: cover and version of the sockets, their size, and proportions.

Changes of a socket turn its surroundings about its centre: the joint surface slides along its own
sphere, so that it keeps its distance from the head, and the bone around it follows less and less.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...anatomy import Side
from .morph_fields import Points, SpaceField, smoothstep, turned
from .types import HipGeometry

_TURN_RADII = (1.35, 2.3)
"""From the socket's centre: up to the first the bone turns fully, past the second not at all."""

_COVER_RADII = (1.2, 2.8)
_SIZE_RADII = (1.1, 1.9)
_RIGID_RADII = (1.5, 3.2)

_ROOF_START_DEG = -30.0
"""Where the roof begins to move, from the vertical; negative: medial."""

_ROOF_END_DEG = (15.0, 75.0)
"""Beyond the rim by so much the bone still follows fully, and no longer."""

_SECTOR = (0.35, 0.95)
"""Forwards and backwards component of the direction up to which the roof moves, and ends to."""


def cover_field(hip: HipGeometry, side: Side, lce_deg: float, change_deg: float) -> SpaceField:
    """The roof's lateral part longer (positive) or shorter; its medial part stays.

    Args:
        hip: points of the hip.
        side: of the hip.
        lce_deg: lateral centre-edge angle of the rim as it is.
        change_deg: how much to add to it.
    """
    outwards = 1.0 if side is Side.LEFT else -1.0
    axis = np.array([0.0, outwards, 0.0])  # a positive turn carries the top outwards

    def field(points: Points) -> Points:
        ray = points - hip.socket_centre
        distance = np.maximum(np.linalg.norm(ray, axis=1), 1e-9)
        angle = np.degrees(np.arctan2(outwards * ray[:, 0], ray[:, 2]))
        rising = smoothstep(angle, _ROOF_START_DEG, lce_deg)
        falling = smoothstep(angle, lce_deg + _ROOF_END_DEG[1], lce_deg + _ROOF_END_DEG[0])
        sector = smoothstep(np.abs(ray[:, 1]) / distance, _SECTOR[1], _SECTOR[0])
        # The bone above the rim follows less than the rim itself, or a waist would show there.
        less = np.minimum(1.0, _COVER_RADII[0] * hip.socket_radius_mm / distance) ** 2
        weight = rising * falling * sector * less * _near(distance, hip, _COVER_RADII)
        return turned(points, hip.socket_centre, axis, change_deg * weight)

    return field


def version_field(hip: HipGeometry, side: Side, change_deg: float) -> SpaceField:
    """The socket turned about the vertical; positive opens it more forwards."""
    forwards = -1.0 if side is Side.LEFT else 1.0
    axis = np.array([0.0, 0.0, forwards])

    def field(points: Points) -> Points:
        distance = np.linalg.norm(points - hip.socket_centre, axis=1)
        weight = _near(distance, hip, _TURN_RADII)
        return turned(points, hip.socket_centre, axis, change_deg * weight)

    return field


def socket_size_field(hip: HipGeometry, factor: float) -> SpaceField:
    """The socket larger or smaller about its centre."""

    def field(points: Points) -> Points:
        ray = points - hip.socket_centre
        weight = _near(np.linalg.norm(ray, axis=1), hip, _SIZE_RADII)
        return np.asarray(points + (factor - 1.0) * weight[:, None] * ray)

    return field


def proportion_field(
    hips: Mapping[Side, HipGeometry], factors: tuple[float, float, float]
) -> SpaceField:
    """The pelvis wider, deeper or higher (x, y, z); the sockets keep their shape."""
    change = np.array(factors) - 1.0

    def field(points: Points) -> Points:
        moved = points * change
        for hip in hips.values():
            distance = np.linalg.norm(points - hip.socket_centre, axis=1)
            weight = _near(distance, hip, _RIGID_RADII)[:, None]
            moved = (1.0 - weight) * moved + weight * hip.socket_centre * change
        return np.asarray(points + moved)

    return field


def _near(distance: Points, hip: HipGeometry, radii: tuple[float, float]) -> Points:
    return smoothstep(distance, radii[1] * hip.socket_radius_mm, radii[0] * hip.socket_radius_mm)
