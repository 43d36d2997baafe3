"""Socket, rim, ischium and triradiate scar of one hip bone, from its shape in the pelvic frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from .mesh import plane_sections, vertex_normals
from .sphere import Sphere, refine_sphere
from .types import BoneSurface

_JOINT_SPACE_MM = (0.0, 5.0)
"""The articular surface lies so far outside the head's sphere; the fossa lies deeper."""

_RIM_DIRECTIONS = 120


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
    for _ in range(3):
        rim = _rim(hip, socket, opening)
        opening = _normal(rim, opening)
    return Acetabulum(
        socket, opening, _ordered(rim), _ischium(hip), _triradiate(hip, socket, lateral)
    )


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


def _rim(hip: BoneSurface, socket: Sphere, opening: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edge of the socket in half planes all round the opening's axis, (N, 3)."""
    ray = hip.vertices - socket.centre
    near = np.linalg.norm(ray, axis=1) < 2.0 * socket.radius
    faces = hip.faces[np.any(near[hip.faces], axis=1)]
    part = BoneSurface(hip.vertices, faces)
    first = np.cross(opening, [0.0, 0.0, 1.0])
    first = first / np.linalg.norm(first)
    second = np.cross(opening, first)
    points: list[NDArray[np.float64]] = []
    for angle in np.arange(_RIM_DIRECTIONS) / _RIM_DIRECTIONS * 2 * np.pi:
        outward = np.cos(angle) * first + np.sin(angle) * second
        point = _edge(part, socket, opening, outward)
        if point is not None:
            points.append(point)
    return np.array(points)


def _edge(
    part: BoneSurface,
    socket: Sphere,
    opening: NDArray[np.float64],
    outward: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    """Where the outline of a half plane leaves the socket: furthest round the sphere."""
    best: tuple[float, NDArray[np.float64]] | None = None
    for outline in plane_sections(part, socket.centre, np.cross(outward, opening)):
        ray = outline.points - socket.centre
        distance = np.linalg.norm(ray, axis=1)
        inside = (ray @ outward > 0) & (np.abs(distance - socket.radius) < 0.18 * socket.radius)
        if not np.any(inside):
            continue
        turn = np.where(inside, (ray @ opening) / distance, -2.0)
        place = int(np.argmax(turn))
        if best is None or turn[place] > best[0]:
            best = (float(turn[place]), outline.points[place])
    return best[1] if best is not None else None


def _normal(rim: NDArray[np.float64], opening: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal of the plane through the rim, robust against the notch."""
    points = rim
    normal = opening
    for _ in range(5):
        middle = points.mean(axis=0)
        normal = np.linalg.svd(points - middle)[2][2]
        normal = normal if normal @ opening > 0 else -normal
        height = (rim - middle) @ normal
        points = rim[np.abs(height - np.median(height)) < 5.0]
    return np.asarray(normal, dtype=np.float64)


def _ordered(rim: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the anterior end of the notch over the roof to its posterior end, and back."""
    start = int(np.argmin(rim[:, 2]))
    loop = np.roll(rim, -start, axis=0)
    quarter = loop[len(loop) // 4]
    return loop if quarter[1] < loop[3 * len(loop) // 4][1] else loop[::-1].copy()


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
