"""Socket, rim, ischium and triradiate scar of one hip bone, from its shape in the pelvic frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from .mesh import vertex_normals
from .rim import socket_rim
from .sphere import Sphere, refine_sphere
from .types import BoneSurface

_JOINT_SPACE_MM = (0.0, 5.0)
"""The articular surface lies so far outside the head's sphere; the fossa lies deeper."""


@dataclass(frozen=True, eq=False)
class Acetabulum:
    """What one hip bone's shape tells, (3,) LPS mm in the pelvic frame.

    Attributes:
        socket: sphere of the articular surface.
        opening: (3,) unit, out of the socket, square to the rim's plane.
        rim: (N, 3) closed loop, see :class:`.HipGeometry`.
        ischium: most distal point of the hip bone.
        triradiate: on the inner wall, opposite the socket's centre.
    """

    socket: Sphere
    opening: NDArray[np.float64]
    rim: NDArray[np.float64]
    ischium: NDArray[np.float64]
    triradiate: NDArray[np.float64]


def acetabulum(hip: BoneSurface, head: Sphere, side: Side) -> Acetabulum:
    """Find the socket around a femoral head and the points of the hip bone.

    Args:
        hip: closed surface in the pelvic frame.
        head: femoral head in the same frame.
        side: patient's side of the bone.

    Raises:
        GeometryError: when there is no socket around the head.
    """
    lateral = np.array([1.0 if side is Side.LEFT else -1.0, 0.0, 0.0])
    socket = _socket(hip, head, lateral)
    opening = lateral * np.cos(np.radians(45)) - np.array([0.0, 0.35, 0.62])
    opening = opening / np.linalg.norm(opening)
    rim, opening = socket_rim(hip, socket, opening)
    return Acetabulum(socket, opening, rim, _ischium(hip), _triradiate(hip, socket, lateral))


def _socket(hip: BoneSurface, head: Sphere, lateral: NDArray[np.float64]) -> Sphere:
    """Sphere on the facing surface just outside the head, the deeper fossa left out."""
    ray = hip.vertices - head.centre
    distance = np.linalg.norm(ray, axis=1)
    normals = -vertex_normals(hip)
    facing = np.einsum("ij,ij->i", normals, ray) > 0.9 * distance
    low, high = (head.radius + limit for limit in _JOINT_SPACE_MM)
    inside = ray @ lateral < 0.75 * head.radius
    near = facing & (distance > low) & (distance < high) & inside
    gap = float(np.median(distance[near])) if near.sum() > 20 else head.radius + 2
    start = near & (np.abs(distance - gap) < 1.2)
    reach = distance < high + 2
    return refine_sphere(hip.vertices[reach], normals[reach], start[reach], 0.8)


def _ischium(hip: BoneSurface) -> NDArray[np.float64]:
    return np.asarray(hip.vertices[np.argmin(hip.vertices[:, 2])], dtype=np.float64)


def _triradiate(
    hip: BoneSurface, socket: Sphere, lateral: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where a line from the socket's centre inwards and slightly up leaves the inner wall."""
    inwards = -lateral * np.cos(np.radians(10)) + np.array([0.0, 0.0, np.sin(np.radians(10))])
    ray = hip.vertices - socket.centre
    along = ray @ inwards
    aside = np.linalg.norm(ray - along[:, None] * inwards, axis=1)
    normals = vertex_normals(hip)
    wall = (aside < 5.0) & (along > socket.radius * 0.8) & (normals @ inwards > 0.2)
    if not np.any(wall):
        wall = along > 0
    place = np.flatnonzero(wall)
    return np.asarray(hip.vertices[place[np.argmin(aside[place])]], dtype=np.float64)
