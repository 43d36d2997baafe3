"""The bony rim of the acetabulum as a closed loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from ...geometry import GeometryError
from .mesh import plane_sections
from .sphere import Sphere
from .types import BoneSurface

_DIRECTIONS = 120
_REACH = 1.35
"""The rim lies within so many radii of the socket's centre."""

_SLOPE = 0.4
"""At the rim the outline turns away from the sphere more steeply than this."""

_NOTCH_DEPTH = 0.22
"""In the notch the edge lies so many radii deeper than the rim's plane."""

_BESIDE = 0.16
"""An edge so many radii outside of most is not the rim."""

_JUMP_MM = 4.5
"""Neighbours this far apart do not lie on one rim; it happens at the ends of the notch only."""

_LEAST_FOUND = 0.7
"""Share of directions in which an edge must be found."""


def socket_rim(
    hip: BoneSurface, socket: Sphere, opening: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The rim of a socket and the direction in which it opens.

    Args:
        hip: closed surface in the pelvic frame.
        socket: sphere of its articular surface.
        opening: (3,) unit, roughly out of the socket.

    Returns:
        (N, 3) loop as :class:`.HipGeometry` describes it, and (3,) the unit normal of its plane.

    Raises:
        GeometryError: when too little of the rim is there.
    """
    for directions in (36, 36, _DIRECTIONS):
        first = np.cross(opening, [0.0, 0.0, 1.0])
        basis = np.array([first / np.linalg.norm(first), np.zeros(3), opening])
        basis[1] = np.cross(opening, basis[0])
        edge = (_edges(hip, socket, basis, directions) - socket.centre) @ basis.T
        edge[_beside(edge, socket.radius)] = np.nan
        found = np.isfinite(edge[:, 0])
        if found.mean() < _LEAST_FOUND:
            raise GeometryError("The rim of the socket was not found.")
        points = socket.centre + _smooth(edge) @ basis
        opening = _normal(points, opening)
    return _across_notch(points, socket, opening), opening


def _edges(
    hip: BoneSurface, socket: Sphere, basis: NDArray[np.float64], directions: int
) -> NDArray[np.float64]:
    """(directions, 3) edge of the socket in half planes all round the opening; NaN: none."""
    ray = hip.vertices - socket.centre
    near = np.linalg.norm(ray, axis=1) < (_REACH + 0.2) * socket.radius
    part = BoneSurface(hip.vertices, hip.faces[np.any(near[hip.faces], axis=1)])
    edge = np.full((directions, 3), np.nan)
    for index in range(directions // 2):
        angle = 2 * np.pi * index / directions
        outward = np.cos(angle) * basis[0] + np.sin(angle) * basis[1]
        outlines = plane_sections(part, socket.centre, np.cross(outward, basis[2]))
        if outlines:
            points = np.concatenate([outline.points for outline in outlines])
            edge[index] = _corner(points, socket, basis[2], outward)
            edge[index + directions // 2] = _corner(points, socket, basis[2], -outward)
    return edge


def _corner(
    points: NDArray[np.float64],
    socket: Sphere,
    opening: NDArray[np.float64],
    outward: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The corner of a half plane's outline: far round the sphere, yet not far off it."""
    ray = points - socket.centre
    distance = np.linalg.norm(ray, axis=1) / socket.radius
    inside = (ray @ outward > 0) & (distance > 0.8) & (distance < _REACH)
    if not np.any(inside):
        return np.full(3, np.nan)
    ray, distance, points = ray[inside], distance[inside], points[inside]
    turn = np.arctan2(ray @ opening, ray @ outward)
    return np.asarray(points[np.argmax(turn - _SLOPE * np.maximum(distance - 1, 0))])


def _beside(edge: NDArray[np.float64], radius: float) -> NDArray[np.bool_]:
    """Edges much further from the opening's axis than most: a spine of the ilium beside the rim."""
    away = np.hypot(edge[:, 0], edge[:, 1])
    return np.asarray(away > np.nanmedian(away) + _BESIDE * radius)


def _smooth(edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without gaps and single outliers: running medians of height and distance."""
    angle = 2 * np.pi * np.arange(len(edge)) / len(edge)
    found = np.isfinite(edge[:, 0])
    columns = []
    window = len(edge) // 24 * 2 - 1
    for value in (np.hypot(edge[:, 0], edge[:, 1]), edge[:, 2]):
        filled = np.interp(angle, angle[found], value[found], period=2 * np.pi)
        columns.append(median_filter(filled, window, mode="wrap"))
    radius, height = columns
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), height])


def _normal(rim: NDArray[np.float64], opening: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal of the plane through the rim, the notch left out."""
    points, normal = rim, opening
    for _ in range(5):
        middle = points.mean(axis=0)
        normal = np.linalg.svd(points - middle)[2][2]
        normal = normal if normal @ opening > 0 else -normal
        height = (rim - middle) @ normal
        points = rim[np.abs(height - np.median(height)) < 5.0]
    return np.asarray(normal, dtype=np.float64)


def _across_notch(
    rim: NDArray[np.float64], socket: Sphere, opening: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ordered from the anterior end of the notch over the roof, and straight back across it."""
    start = int(np.argmin(rim[:, 2]))
    loop = np.roll(rim, -start, axis=0)  # from the lowest point
    if loop[len(loop) // 4][1] > loop[3 * len(loop) // 4][1]:
        loop = loop[::-1].copy()  # forwards and up first
    height = (loop - socket.centre) @ opening
    jump = np.linalg.norm(loop - np.roll(loop, 1, axis=0), axis=1) > _JUMP_MM
    deep = (height < np.median(height) - _NOTCH_DEPTH * socket.radius) | jump
    quarter = len(loop) // 4
    forwards = np.flatnonzero(deep[:quarter])
    backwards = np.flatnonzero(deep[-quarter // 2 :])
    first = int(forwards[-1]) + 1 if len(forwards) else 0
    last = len(loop) - quarter // 2 + int(backwards[0]) - 1 if len(backwards) else len(loop) - 1
    bony = loop[first : last + 1]
    count = len(loop) - len(bony)
    share = (np.arange(count) + 1)[:, None] / (count + 1)
    return np.concatenate([bony, bony[-1] + share * (bony[0] - bony[-1])])
