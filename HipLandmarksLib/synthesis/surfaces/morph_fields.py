"""Smooth motions of space that change a bone's shape: surface and points follow alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .types import BoneSurface, HipGeometry

Points = NDArray[np.float64]
SpaceField = Callable[[Points], Points]
"""Moves (N, 3) points, LPS mm."""


def smoothstep(values: Points, start: float, end: float) -> Points:
    """0 at ``start``, 1 at ``end`` (which may lie below), without corners in between."""
    share = np.clip((values - start) / (end - start), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share), dtype=np.float64)


def turned(points: Points, centre: Points, axis: Points, degrees: Points) -> Points:
    """Each point turned about one axis through ``centre`` by its own angle (Rodrigues)."""
    ray = points - centre
    angle = np.radians(degrees)[:, None]
    along = (ray @ axis)[:, None] * axis
    moved = along + (ray - along) * np.cos(angle) + np.cross(axis, ray) * np.sin(angle)
    return np.asarray(centre + moved, dtype=np.float64)


def in_turn(fields: Sequence[SpaceField]) -> SpaceField:
    """One field after the other."""

    def moved(points: Points) -> Points:
        for field in fields:
            points = field(points)
        return points

    return moved


def moved_surface(surface: BoneSurface, field: SpaceField) -> BoneSurface:
    """The same triangles with their corners moved: a closed surface stays closed."""
    return BoneSurface(field(surface.vertices), surface.faces)


def moved_femoral_points(hip: HipGeometry, field: SpaceField) -> HipGeometry:
    """The femur's points moved; the head's radius is left."""
    return replace(
        hip,
        head_centre=_one(field, hip.head_centre),
        neck_centre=_one(field, hip.neck_centre),
        shaft_proximal=_one(field, hip.shaft_proximal),
        shaft_distal=_one(field, hip.shaft_distal),
        trochanter_tip=_one(field, hip.trochanter_tip),
        lesser_trochanter=_one(field, hip.lesser_trochanter),
        fovea=None if hip.fovea is None else _one(field, hip.fovea),
    )


def moved_pelvic_points(hip: HipGeometry, field: SpaceField) -> HipGeometry:
    """The hip bone's points moved; the socket's radius is left."""
    return replace(
        hip,
        socket_centre=_one(field, hip.socket_centre),
        ischium=_one(field, hip.ischium),
        triradiate=_one(field, hip.triradiate),
        rim=field(hip.rim),
    )


def _one(field: SpaceField, point: Points) -> Points:
    return np.asarray(field(point[None])[0], dtype=np.float64)
