"""Lengths of X-rays inside closed meshes, exact for the mesh, without casting a ray.

A ray through a closed surface is inside for the sum of its exits minus the sum of its entries.
Every triangle is drawn once: at the pixels that it covers it adds the distance from the focal spot
(where rays leave) or subtracts it (where they enter). Neighbours must share their pixels without
gaps or overlaps: corners are rounded to a fine grid on which the edge functions are exact, and a
pixel on an edge is moved by an infinitely small step that is the same for all triangles. Distances
are added as integers, so that the order of the triangles does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import ConfigurationError
from ..surfaces import BoneSurface
from .camera import Camera

SUBPIXELS = 4096  # steps of the grid of corners in a pixel
FIXED_POINT = float(2**40)  # integer value of the whole way from the focal spot to the detector
OPEN_SURFACE = 4.0  # added to every distance: an entry without exit cannot hide
CHUNK = 1 << 18  # candidates (triangle, pixel) at a time: fits into a processor's cache
GPU_CHUNK = 1 << 25


@dataclass(frozen=True, eq=False)
class _Triangles:
    """Triangles on the detector; corners counter-clockwise with the row axis downwards.

    Attributes:
        x, y: (T, 3) corners in steps of the fine grid, whole numbers.
        nearness: (T, 3) 1 / depth of the corners; depth is 1 on the detector.
        sign: (T,) +1 where rays leave, -1 where they enter.
        target: (T,) number of the surface.
    """

    x: Tensor
    y: Tensor
    nearness: Tensor
    sign: Tensor
    target: Tensor

    def select(self, index: Tensor) -> _Triangles:
        return _Triangles(
            self.x[index],
            self.y[index],
            self.nearness[index],
            self.sign[index],
            self.target[index],
        )


@dataclass(frozen=True, eq=False)
class _Boxes:
    """First pixel and size in pixels of each triangle's bounding box inside the image."""

    column: Tensor
    row: Tensor
    width: Tensor
    height: Tensor


def path_lengths(
    surface: BoneSurface, camera: Camera, device: str | torch.device = "cpu"
) -> NDArray[np.float32]:
    """Length of every ray (focal spot to pixel centre) inside a closed surface.

    Args:
        surface: closed mesh in LPS mm, between the focal spot and the detector.
        camera: source and detector.
        device: torch device that does the work.

    Returns:
        (H, W) mm.

    Raises:
        ConfigurationError: when the surface is not closed, its triangles are not oriented alike,
            or part of it is not between focal spot and detector.
    """
    lengths: NDArray[np.float32] = trace([surface], camera, device)[0].cpu().numpy()
    return lengths


def trace(
    surfaces: Sequence[BoneSurface], camera: Camera, device: str | torch.device = "cpu"
) -> Tensor:
    """Lengths of all rays inside each of several closed surfaces, in one go.

    Args:
        surfaces: N meshes in LPS mm.
        camera: source and detector.
        device: torch device that does the work and holds the result.

    Returns:
        (N, H, W) float32 mm. A surface that crosses itself can have negative lengths where it is
        turned inside out.

    Raises:
        ConfigurationError: see :func:`path_lengths`.
    """
    height, width = camera.shape
    total = torch.zeros(len(surfaces) * height * width, dtype=torch.int64, device=device)
    triangles = _project(surfaces, camera, torch.device(device))
    triangles, boxes = _inside_image(triangles, camera.shape)
    for part, corner, size in _buckets(triangles, boxes):
        index, value = _draw(part, corner, size, camera.shape)
        total.index_add_(0, index, value)
    depth = total.view(len(surfaces), height, width).to(torch.float64) / FIXED_POINT
    if depth.abs().max() > OPEN_SURFACE / 2:
        raise ConfigurationError(
            "A ray enters a surface without leaving it: path lengths need closed surfaces whose "
            "triangles are all counter-clockwise seen from outside."
        )
    return (depth * _ray_lengths(camera, depth.device)).to(torch.float32)


def _ray_lengths(camera: Camera, device: torch.device) -> Tensor:
    """(H, W) distance in mm from the focal spot to each pixel's centre."""
    height, width = camera.shape
    rows = np.arange(height)[:, None, None] * camera.row_step
    columns = np.arange(width)[None, :, None] * camera.column_step
    rays = camera.origin - camera.source + rows + columns
    return torch.as_tensor(np.linalg.norm(rays, axis=-1), device=device)


def _project(surfaces: Sequence[BoneSurface], camera: Camera, device: torch.device) -> _Triangles:
    """All triangles of all surfaces on the detector."""
    basis = np.stack([camera.column_step, camera.row_step, camera.origin - camera.source], axis=1)
    vertices = np.concatenate([s.vertices for s in surfaces]) - camera.source
    weights = vertices @ np.linalg.inv(basis).T
    if weights[:, 2].min() <= 1e-6 or weights[:, 2].max() >= 1.0:
        raise ConfigurationError(
            "A bone is not between the focal spot and the detector: move the camera or the bone."
        )
    starts = np.cumsum([0] + [len(s.vertices) for s in surfaces])
    faces = np.concatenate([s.faces + start for s, start in zip(surfaces, starts, strict=False)])
    target = np.repeat(np.arange(len(surfaces)), [len(s.faces) for s in surfaces])
    nearness = 1.0 / weights[:, 2]
    corners = np.rint(weights[:, :2] * (nearness * SUBPIXELS)[:, None])
    points = torch.as_tensor(np.column_stack([corners, nearness]), device=device)
    corner = points[torch.as_tensor(faces, device=device)]  # (T, 3, 3)
    return _oriented(corner, torch.as_tensor(target, device=device), float(np.linalg.det(basis)))


def _oriented(corner: Tensor, target: Tensor, handedness: float) -> _Triangles:
    """Corners in one sense of rotation; which one they had says whether rays enter or leave."""
    x, y, nearness = corner.unbind(-1)
    area = _area(x, y)
    order = torch.tensor([[0, 2, 1], [0, 1, 2]], device=x.device)[(area > 0).long()]
    sign = torch.sign(area) * (1.0 if handedness > 0 else -1.0)
    return _Triangles(
        x.gather(1, order), y.gather(1, order), nearness.gather(1, order), sign, target
    )


def _area(x: Tensor, y: Tensor) -> Tensor:
    """Twice the signed area, exact."""
    left = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0])
    return left - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])


def _inside_image(triangles: _Triangles, shape: tuple[int, int]) -> tuple[_Triangles, _Boxes]:
    """The triangles whose bounding box holds a pixel centre, and these boxes."""
    height, width = shape
    column = torch.ceil(triangles.x.amin(1) / SUBPIXELS).clamp(min=0)
    row = torch.ceil(triangles.y.amin(1) / SUBPIXELS).clamp(min=0)
    last_column = torch.floor(triangles.x.amax(1) / SUBPIXELS).clamp(max=width - 1)
    last_row = torch.floor(triangles.y.amax(1) / SUBPIXELS).clamp(max=height - 1)
    seen = (last_column >= column) & (last_row >= row) & (triangles.sign != 0)
    index = seen.nonzero()[:, 0]
    column, row = column[index].long(), row[index].long()
    box_width = last_column[index].long() - column + 1
    box_height = last_row[index].long() - row + 1
    return triangles.select(index), _Boxes(column, row, box_width, box_height)


def _buckets(
    triangles: _Triangles, boxes: _Boxes
) -> Iterator[tuple[_Triangles, Tensor, tuple[int, int]]]:
    """Chunks of triangles with boxes of similar size, their boxes' corners and common size.

    Sizes are rounded up to powers of two; a box that then sticks out of its triangle only tests
    a few pixels in vain.
    """
    if not len(boxes.column):
        return
    power_h = torch.ceil(torch.log2(boxes.height.double())).long()
    power_w = torch.ceil(torch.log2(boxes.width.double())).long()
    key = power_h * 64 + power_w
    order = torch.argsort(key, stable=True)
    kinds, counts = torch.unique_consecutive(key[order], return_counts=True)
    corner = torch.stack([boxes.column, boxes.row], dim=1)
    chunk = GPU_CHUNK if key.is_cuda else CHUNK
    start = 0
    for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
        size = (1 << (kind // 64), 1 << (kind % 64))
        step = max(1, chunk // (size[0] * size[1]))
        for index in order[start : start + count].split(step):
            yield triangles.select(index), corner[index], size
        start += count


def _draw(
    triangles: _Triangles, corner: Tensor, size: tuple[int, int], shape: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Where (flat index) and what (integer distance with sign) some triangles add."""
    columns = torch.arange(size[1], dtype=torch.float64, device=corner.device)
    rows = torch.arange(size[0], dtype=torch.float64, device=corner.device)
    edges = _edge_functions(triangles, corner)
    inside = None
    for a, b, c, tie in edges:
        value = (a[:, None] * columns)[:, None, :] + (b[:, None] * rows + (c - tie)[:, None])[
            :, :, None
        ]
        inside = value if inside is None else torch.minimum(inside, value, out=inside)
    assert inside is not None
    height, width = shape
    part, row, column = (inside >= 0).nonzero(as_tuple=True)
    image_column, image_row = corner[part, 0] + column, corner[part, 1] + row
    fits = (image_column < width) & (image_row < height)
    if not bool(fits.all()):
        part, row, column = part[fits], row[fits], column[fits]
        image_column, image_row = image_column[fits], image_row[fits]
    nearness = _plane(triangles, edges)[part]
    there = nearness[:, 0] * column + nearness[:, 1] * row + nearness[:, 2]
    distance = torch.round((1.0 / there + OPEN_SURFACE) * FIXED_POINT) * triangles.sign[part]
    index = (triangles.target[part] * height + image_row) * width + image_column
    return index, distance.to(torch.int64)


_Edge = tuple[Tensor, Tensor, Tensor, Tensor]


def _edge_functions(triangles: _Triangles, corner: Tensor) -> list[_Edge]:
    """For the edge opposite to each corner: a, b, c of a*column + b*row + c >= tie (inside).

    Columns and rows count from the box's corner; all values are whole numbers below 2^53 and
    therefore exact. ``tie`` is one half where a pixel on the edge belongs to the neighbour.
    """
    x = triangles.x - corner[:, :1] * SUBPIXELS
    y = triangles.y - corner[:, 1:] * SUBPIXELS
    edges = []
    for first, second in ((1, 2), (2, 0), (0, 1)):
        dx, dy = x[:, second] - x[:, first], y[:, second] - y[:, first]
        tie = torch.where((dy < 0) | ((dy == 0) & (dx > 0)), 0.0, 0.5)
        c = dy * x[:, first] - dx * y[:, first]
        edges.append((-dy * SUBPIXELS, dx * SUBPIXELS, c, tie.to(c.dtype)))
    return edges


def _plane(triangles: _Triangles, edges: list[_Edge]) -> Tensor:
    """(T, 3): 1 / depth = first * column + second * row + third, exact in perspective."""
    area = edges[0][2] + edges[1][2] + edges[2][2]
    terms = [
        sum((edges[k][term] * triangles.nearness[:, k] for k in range(3)), torch.zeros_like(area))
        for term in range(3)
    ]
    return torch.stack(terms, dim=1) / area[:, None]
