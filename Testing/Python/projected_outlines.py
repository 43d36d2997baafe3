"""Outlines of a bone's shadow, exact to a small part of a pixel.

They are found on the mesh and not in an image. Inner lines of a film, at which a bone's wall is
seen edge-on, are in ``landmarks_contour``; outlines hold the bone's edge against its surroundings
and are found in another way: they are an independent witness of landmarks on that edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from projected_contour import Contour, Window

from HipLandmarksLib.synthesis.radiograph.camera import Camera
from HipLandmarksLib.synthesis.radiograph.projector import path_lengths
from HipLandmarksLib.synthesis.surfaces import BoneSurface

_ROUNDING = 1e-3  # of a pixel; the projector's corners lie on a grid of 1/4096

# Of a square of four pixels (top left 1, top right 2, bottom right 4, bottom left 8; bit set when
# inside): which of its sides (top 0, right 1, bottom 2, left 3) the outline enters and leaves by.
_SQUARES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    4: ((2, 1),),
    8: ((3, 2),),
    3: ((1, 3),),
    6: ((2, 0),),
    12: ((3, 1),),
    9: ((0, 2),),
    7: ((2, 3),),
    14: ((3, 0),),
    13: ((0, 1),),
    11: ((1, 2),),
    5: ((0, 3), (2, 1)),
    10: ((1, 0), (3, 2)),
}


def outlines(
    surface: BoneSurface, camera: Camera, window: Window | None = None, samples: int = 2
) -> list[Contour]:
    """Outline of the bone's shadow: outer edges and holes, the largest area first.

    Every corner of the polygons lies exactly on the outline of the mesh, at the lines of a grid
    of ``samples`` lines a pixel.

    Args:
        surface: closed mesh in LPS mm.
        camera: source and detector; its field of view does not matter here.
        window: part of the detector's plane to search, it may reach beyond the detector; all of
            the bone when it is not given. A bone that leaves the window is closed along its edge.
        samples: grid lines for each pixel.

    Raises:
        ConfigurationError: see :func:`.path_lengths`.
    """
    low, high = _frame(surface, camera, window)
    fine = _finer(camera, low, high, samples)
    inside = np.pad(path_lengths(surface, fine) != 0, 1)
    edges = fine.project(surface.vertices[silhouette_edges(surface, camera)]) + 1.0
    places = _crossings(edges, inside)
    loops = _loops(inside, places)
    contours = [Contour(np.clip((loop - 1.0) / samples + low, low, high)) for loop in loops]
    return sorted(contours, key=lambda contour: -abs(contour.area))


def silhouette_edges(surface: BoneSurface, camera: Camera) -> NDArray[np.int64]:
    """(N, 2) vertices of the edges between a triangle facing the source and one facing away."""
    a, b, c = (surface.vertices[surface.faces[:, k]] for k in range(3))
    facing = np.einsum("ij,ij->i", np.cross(b - a, c - a), a - camera.source) < 0
    count = len(surface.vertices)
    front = _directed(surface.faces[facing], count)
    back = _directed(surface.faces[~facing][:, ::-1], count)
    shared = np.intersect1d(front, back, assume_unique=True)  # a closed mesh has each edge once
    return np.asarray(np.stack([shared // count, shared % count], axis=1), dtype=np.int64)


def _directed(faces: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.concatenate([faces[:, k] * count + faces[:, (k + 1) % 3] for k in range(3)])


def _cycles(following: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Closed sequences of indices, each the successor of the one before."""
    successor = following.tolist()
    seen = [False] * len(successor)
    cycles = []
    for start in np.flatnonzero(following >= 0).tolist():
        cycle = []
        place = start
        while place >= 0 and not seen[place]:
            seen[place] = True
            cycle.append(place)
            place = successor[place]
        if len(cycle) > 2:
            cycles.append(np.array(cycle))
    return cycles


def _frame(
    surface: BoneSurface, camera: Camera, window: Window | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper (column, row) of the searched part, whole pixels."""
    xy = camera.project(surface.vertices)
    low, high = np.floor(xy.min(axis=0)) - 1, np.ceil(xy.max(axis=0)) + 1
    if window is not None:
        low = np.maximum(low, np.floor(window[:2]))
        high = np.maximum(np.minimum(high, np.ceil(window[2:])), low + 1)
    return low, high


def _finer(
    camera: Camera, low: NDArray[np.float64], high: NDArray[np.float64], samples: int
) -> Camera:
    """A camera of the same rays whose pixels are the grid's points from ``low`` to ``high``."""
    width, height = ((high - low) * samples).astype(int) + 1
    origin = camera.origin + low[0] * camera.column_step + low[1] * camera.row_step
    steps = camera.column_step / samples, camera.row_step / samples
    return Camera(camera.source, origin, *steps, (int(height), int(width)))


def _crossings(
    edges: NDArray[np.float64], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where between each two neighbours in a row, and in a column, the outline lies: 0 to 1."""
    rows = _along_lines(edges, inside)
    columns = _along_lines(edges[..., ::-1], inside.T)
    return rows, columns.T


def _along_lines(edges: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(rows, columns - 1): of the crossings between two pixels the one nearest to the outside."""
    rows, columns = inside.shape
    first, last = np.sort(edges[..., 1], axis=1).T
    top, count = np.ceil(first).astype(int), (np.floor(last) - np.ceil(first)).astype(int) + 1
    part = np.repeat(np.arange(len(edges)), np.maximum(count, 0))
    offset = np.arange(len(part)) - np.repeat(np.cumsum(np.maximum(count, 0)), np.maximum(count, 0))
    row = top[part] + offset + np.maximum(count, 0)[part]
    (x0, y0), (x1, y1) = edges[part, 0].T, edges[part, 1].T
    x = x0 + (x1 - x0) * (row - y0) / np.where(y1 == y0, 1.0, y1 - y0)
    fits = (row >= 0) & (row < rows) & (x > _ROUNDING) & (x < columns - 1 - _ROUNDING)
    row, x = row[fits], x[fits]
    outside_right = np.full((rows, columns - 1), -np.inf)
    outside_left = np.full((rows, columns - 1), np.inf)
    # A crossing at a pixel's centre belongs to both cells there: the projector rounds a little.
    for shift in (-_ROUNDING, _ROUNDING):
        cell = (x + shift).astype(int)
        share = np.clip(x - cell, 0.0, 1.0)
        np.maximum.at(outside_right, (row, cell), share)
        np.minimum.at(outside_left, (row, cell), share)
    place = np.where(inside[:, :-1], outside_right, outside_left)
    return np.asarray(np.where(np.isfinite(place), place, 0.5), dtype=np.float64)


def _loops(
    inside: NDArray[np.bool_], places: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Closed polygons (N, 2) in grid coordinates around all pixels inside."""
    rows, columns = inside.shape
    code = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    following = np.full(2 * rows * columns, -1, dtype=np.int64)
    for kind, steps in _SQUARES.items():
        row, column = np.nonzero(code == kind)
        # A side is named by its first pixel: along a row first, then along a column.
        sides = [(row, column, 0), (row, column + 1, 1), (row + 1, column, 0), (row, column, 1)]
        names = [which * rows * columns + r * columns + c for r, c, which in sides]
        for enters, leaves in steps:
            following[names[enters]] = names[leaves]
    return [_positions(cycle, inside.shape, places) for cycle in _cycles(following)]


def _positions(
    cycle: NDArray[np.int64],
    shape: tuple[int, ...],
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    along_column, pixel = np.divmod(cycle, shape[0] * shape[1])
    row, column = np.divmod(pixel, shape[1])
    points = np.stack([column, row], axis=1).astype(np.float64)
    is_row = along_column == 0
    points[is_row, 0] += places[0][row[is_row], column[is_row]]
    points[~is_row, 1] += places[1][row[~is_row], column[~is_row]]
    return points
