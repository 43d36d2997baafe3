"""Apparent contours: the lines that a bone's surface draws on a film.

A cortex is bright where the ray runs along it: where the surface's normal is perpendicular to the
ray. These places form closed curves on the surface. Other than an outline, they are seen through
other bone too: roof line, teardrop and ilioischial line are such curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..surfaces import BoneSurface
from .camera import Camera
from .landmarks_frame import project_mm

SMOOTHING_MM = 3.0
"""Normals are averaged over about this distance: a wrinkle of the mesh draws no line."""


@dataclass(frozen=True, eq=False)
class ContourLine:
    """One closed curve of tangent points; the last point is joined to the first.

    Attributes:
        points: (N, 3) LPS mm on the surface, in order along the curve.
        normals: (N, 3) unit normals of the surface, outwards.
        xy: (N, 2) projections in mm on the detector: x along its rows, y along its columns.
        outward: (N, 2) unit normals in the projection: away from the bone's shadow.
    """

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    xy: NDArray[np.float64]
    outward: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.points)


def vertex_normals(surface: BoneSurface, smoothing_mm: float = SMOOTHING_MM) -> NDArray[np.float64]:
    """(V, 3) unit normals, weighted by area and averaged over about ``smoothing_mm``."""
    vertices, faces = surface.vertices, surface.faces
    corner = vertices[faces]
    areas = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    count = len(vertices)
    hits = sparse.csr_matrix(
        (np.ones(faces.size), (faces.ravel(), np.repeat(np.arange(len(faces)), 3))),
        shape=(count, len(faces)),
    )
    normals = _unit(hits @ areas)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    length = float(np.mean(np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)))
    rounds = int(np.clip(round((smoothing_mm / length) ** 2 / 2), 1, 12))
    neighbours = sparse.csr_matrix(
        (np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count)
    )
    mean = neighbours + neighbours.T + 2.0 * sparse.eye(count, format="csr")
    for _ in range(rounds):
        normals = _unit(mean @ normals)
    return normals


def apparent_contours(
    surface: BoneSurface, normals: NDArray[np.float64], camera: Camera
) -> list[ContourLine]:
    """All curves of a surface where the ray from the source touches it, longest first.

    Args:
        surface: closed surface.
        normals: (V, 3), see :func:`vertex_normals`.
        camera: source and detector.
    """
    rays = _unit(surface.vertices - camera.source)
    facing = np.einsum("ij,ij->i", normals, rays)
    facing[facing == 0.0] = 1e-12
    loops = _loops(surface.faces, facing > 0.0)
    lines = [_line(surface, normals, facing, camera, loop) for loop in loops if len(loop) > 2]
    return sorted(lines, key=len, reverse=True)


def _loops(faces: NDArray[np.int64], behind: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """(N, 2) mesh edges in the order in which each closed curve crosses them."""
    mixed = behind[faces].any(axis=1) & ~behind[faces].all(axis=1)
    corners, signs = faces[mixed], behind[faces[mixed]]
    rows = np.arange(len(corners))
    lone = np.where(signs.sum(axis=1) == 1, signs.argmax(axis=1), signs.argmin(axis=1))
    first = np.sort(np.stack([corners[rows, lone], corners[rows, (lone + 1) % 3]], axis=1), axis=1)
    second = np.sort(np.stack([corners[rows, lone], corners[rows, (lone + 2) % 3]], axis=1), axis=1)
    edges, index = np.unique(np.concatenate([first, second]), axis=0, return_inverse=True)
    index = index.reshape(2, -1)
    return [edges[order] for order in _chains(index[0], index[1], len(edges))]


def _chains(
    first: NDArray[np.int64], second: NDArray[np.int64], count: int
) -> list[NDArray[np.int64]]:
    """Walks along pairs of neighbours; every number has two of them on a closed surface."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        neighbours[a].append(b)
        neighbours[b].append(a)
    seen = np.zeros(count, dtype=bool)
    chains = []
    for start in range(count):
        if seen[start]:
            continue
        chain, here = [], start
        while here >= 0:
            seen[here] = True
            chain.append(here)
            here = next((other for other in neighbours[here] if not seen[other]), -1)
        chains.append(np.array(chain, dtype=np.int64))
    return chains


def _line(
    surface: BoneSurface,
    normals: NDArray[np.float64],
    facing: NDArray[np.float64],
    camera: Camera,
    edges: NDArray[np.int64],
) -> ContourLine:
    """The points of a loop, interpolated on its edges to where the ray is tangent."""
    a, b = edges[:, 0], edges[:, 1]
    share = (facing[a] / (facing[a] - facing[b]))[:, None]
    points = surface.vertices[a] * (1.0 - share) + surface.vertices[b] * share
    at = _unit(normals[a] * (1.0 - share) + normals[b] * share)
    xy = project_mm(camera, points)
    ahead = project_mm(camera, points + at * 0.05)
    return ContourLine(points, at, xy, _unit(ahead - xy))


def walk(
    line: ContourLine, start: int, towards: NDArray[np.float64], length: float, step: float = 0.25
) -> NDArray[np.float64]:
    """(N, 2) along a curve from a point on, resampled to ``step`` mm on the detector.

    Args:
        line: the curve.
        start: index of the first point.
        towards: (2,) the first 5 mm go this way rather than the other.
        length: how far to go, mm on the detector; never more than once round.
    """
    forward = np.concatenate([line.xy[start:], line.xy[: start + 1]])
    paths = [_resampled(way, length, step) for way in (forward, forward[::-1])]
    ahead = [path[min(round(5.0 / step), len(path) - 1)] @ towards for path in paths]
    return paths[int(np.argmax(ahead))]


def _resampled(path: NDArray[np.float64], length: float, step: float) -> NDArray[np.float64]:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    places = np.arange(0.0, min(length, float(along[-1])), step)
    return np.column_stack([np.interp(places, along, path[:, k]) for k in range(2)])


def turning_deg(path: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """(N,) angle by which an evenly sampled path turns at each point, 0 to 180 degrees.

    Args:
        path: (N, 2).
        reach: samples before and after that tell its direction; the ends have no angle (0).
    """
    angles = np.zeros(len(path))
    if len(path) > 2 * reach:
        before = path[reach:-reach] - path[: -2 * reach]
        after = path[2 * reach :] - path[reach:-reach]
        turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        angles[reach:-reach] = np.degrees(np.arctan2(np.abs(turn), np.sum(before * after, axis=1)))
    return angles


def extent(
    lines: Sequence[ContourLine],
    origin: NDArray[np.float64],
    along: NDArray[np.float64],
    stations: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How far a bone's shadow reaches to both sides of an axis.

    Args:
        lines: all contours of the bone.
        origin: (2,) on the axis, mm on the detector.
        along: (2,) unit along the axis.
        stations: (K,) mm from the origin.

    Returns:
        (K, 2) least and greatest coordinate along ``(along[1], -along[0])``; NaN beyond the bone.
    """
    square = np.array([along[1], -along[0]])
    first, second = (ends - origin for ends in _segments(lines, "xy"))
    t0, t1, u0, u1 = first @ along, second @ along, first @ square, second @ square
    reach = np.full((len(stations), 2), np.nan)
    for row, station in enumerate(stations):
        crossing = (t0 <= station) != (t1 <= station)
        if crossing.any():
            share = (station - t0[crossing]) / (t1[crossing] - t0[crossing])
            values = u0[crossing] * (1.0 - share) + u1[crossing] * share
            reach[row] = values.min(), values.max()
    return reach


def soft_extreme(
    lines: Sequence[ContourLine],
    direction: NDArray[np.float64],
    near: NDArray[np.float64],
    radius_mm: float,
    softness: float = 0.4,
) -> NDArray[np.float64] | None:
    """(2,) the place where contours reach farthest in a direction.

    On a flat top the middle of the flat part, so that the point moves smoothly with the pose:
    along the top the mean weighted by ``exp(-depth / softness)``, in the direction the greatest.

    Args:
        lines: contours of the bone.
        direction: (2,) unit on the detector.
        near: (3,) LPS mm; only contours within ``radius_mm`` of this point in the patient count.
        radius_mm: mm in the patient.
        softness: mm on the detector.
    """
    xy, points, weight = _samples(lines)
    inside = np.linalg.norm(points - near, axis=1) < radius_mm
    if not inside.any():
        return None
    xy, weight = xy[inside], weight[inside]
    reach = xy @ direction
    weight = weight * np.exp(-(reach.max() - reach) / softness)
    mean = weight @ xy / weight.sum()
    return np.asarray(mean + (reach.max() - mean @ direction) * direction)


def _samples(
    lines: Sequence[ContourLine],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Five places on each segment, on the detector and in space, and the length they stand for."""
    share = (np.arange(5) + 0.5)[:, None, None] / 5
    flat, space = (
        (first * (1.0 - share) + second * share).reshape(-1, first.shape[1])
        for first, second in (_segments(lines, "xy"), _segments(lines, "points"))
    )
    first, second = _segments(lines, "xy")
    return flat, space, np.tile(np.linalg.norm(second - first, axis=1) / 5, 5)


def _segments(
    lines: Sequence[ContourLine], of: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of every segment of closed curves."""
    ends = [getattr(line, of) for line in lines]
    return np.concatenate(ends), np.concatenate([np.roll(each, -1, axis=0) for each in ends])


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), dtype=np.float64)
