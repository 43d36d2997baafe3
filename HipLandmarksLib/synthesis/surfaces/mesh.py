"""Closed triangle meshes: checks, normals and plane sections."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ConfigurationError
from .types import BoneSurface


def signed_volume(surface: BoneSurface) -> float:
    """Volume in mm3; negative when the faces look inwards."""
    a, b, c = (surface.vertices[surface.faces[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def is_closed(surface: BoneSurface) -> bool:
    """Whether every edge belongs to two triangles that run along it in opposite directions."""
    edges = np.concatenate([surface.faces[:, [k, (k + 1) % 3]] for k in range(3)])
    count = len(surface.vertices)
    forward = np.sort(edges[:, 0] * count + edges[:, 1])
    backward = np.sort(edges[:, 1] * count + edges[:, 0])
    return bool(np.array_equal(forward, backward) and np.all(np.diff(forward) > 0))


def outward(surface: BoneSurface, name: str) -> BoneSurface:
    """The same closed surface with all its faces counter-clockwise seen from outside.

    Raises:
        ConfigurationError: when the surface is not closed.
    """
    if not is_closed(surface):
        raise ConfigurationError(
            f"The surface of {name} is not closed (holes, or edges with more than two triangles); "
            "close it in a mesh editor, since X-rays need an inside."
        )
    if signed_volume(surface) < 0:
        return BoneSurface(surface.vertices, np.ascontiguousarray(surface.faces[:, ::-1]))
    return surface


def vertex_normals(surface: BoneSurface) -> NDArray[np.float64]:
    """(V, 3) unit normals that look outwards, weighted by the area of the faces around."""
    a, b, c = (surface.vertices[surface.faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    total = np.zeros_like(surface.vertices)
    for k in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(
                surface.faces[:, k], normals[:, axis], minlength=len(total)
            )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.maximum(length, 1e-12), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Section:
    """One closed outline in which a plane cuts a surface.

    Attributes:
        points: (N, 3) in order along the outline, LPS mm.
        area: mm2 enclosed; negative for the outline of a hole.
        centroid: (3,) of the enclosed area.
    """

    points: NDArray[np.float64]
    area: float
    centroid: NDArray[np.float64]


def plane_sections(surface: BoneSurface, point: ArrayLike, normal: ArrayLike) -> list[Section]:
    """All outlines of the section of ``surface`` by the plane through ``point``.

    Of a part of a surface an outline ends where the part does; its area then means nothing.
    """
    origin, unit = np.asarray(point, dtype=np.float64), np.asarray(normal, dtype=np.float64)
    unit = unit / np.linalg.norm(unit)
    height = (surface.vertices - origin) @ unit
    above = height >= 0
    faces = surface.faces
    crossing = faces[np.any(above[faces], axis=1) & ~np.all(above[faces], axis=1)]
    if not len(crossing):
        return []
    down, up = _crossed_edges(crossing, above)
    keys, index = np.unique(np.concatenate([_keys(down), _keys(up)]), return_inverse=True)
    ends = np.empty((len(keys), 2), dtype=np.int64)
    ends[index] = np.concatenate([down, up])
    low, high = height[ends[:, 0]], height[ends[:, 1]]
    share = (low / (low - high))[:, None]
    points = surface.vertices[ends[:, 0]] * (1 - share) + surface.vertices[ends[:, 1]] * share
    following = np.full(len(keys), -1, dtype=np.int64)
    following[index[: len(down)]] = index[len(down) :]
    return [_section(points[cycle], unit) for cycle in _cycles(following)]


def _crossed_edges(
    faces: NDArray[np.int64], above: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each triangle the directed edge that leaves the upper side and the one that enters it."""
    edges = np.stack([faces[:, [k, (k + 1) % 3]] for k in range(3)], axis=1)
    start, end = above[edges[..., 0]], above[edges[..., 1]]
    return edges[start & ~end], edges[~start & end]


def _keys(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    return edges.min(axis=1) * np.int64(2**31) + edges.max(axis=1)


def _cycles(following: NDArray[np.int64]) -> list[list[int]]:
    """Chains of successors: open ones (of an open surface) from their start, then closed ones."""
    successor = following.tolist()
    starts = sorted(range(len(successor)), key=set(successor).__contains__)
    seen = [False] * len(successor)
    cycles: list[list[int]] = []
    for start in starts:
        cycle: list[int] = []
        place = start
        while place >= 0 and not seen[place]:
            seen[place] = True
            cycle.append(place)
            place = successor[place]
        if len(cycle) >= 3:
            cycles.append(cycle)
    return cycles


def _section(points: NDArray[np.float64], unit: NDArray[np.float64]) -> Section:
    middle = points.mean(axis=0)
    a = points - middle
    b = np.roll(a, -1, axis=0)
    doubled = np.cross(a, b) @ unit
    area = float(doubled.sum() / 2)
    if abs(area) < 1e-9:
        return Section(points, area, middle)
    centroid = middle + ((a + b) * doubled[:, None]).sum(axis=0) / (6 * area)
    return Section(points, area, centroid)
