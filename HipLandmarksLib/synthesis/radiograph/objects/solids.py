"""Convex solids and flat plates, with path lengths in closed form for every ray."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull
from torch import Tensor

from ..camera import Camera

FAR = 1e6


@dataclass(frozen=True, eq=False)
class Solid:
    """The common part of quadrics and half-spaces about a centre: convex.

    Attributes:
        centre: (3,) LPS mm.
        corners, pad_mm: (N, 3) points whose convex hull, grown by a distance, holds the solid.
        quadrics: (3, 3) matrices A; points with ``|A (x - centre)| <= 1`` belong to the solid.
        normals, offsets: (K, 3) and (K,); points with ``normal (x - centre) <= offset`` belong.
    """

    centre: NDArray[np.float64]
    corners: NDArray[np.float64]
    pad_mm: float = 0.0
    quadrics: tuple[NDArray[np.float64], ...] = ()
    normals: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    offsets: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def ball(cls, centre: ArrayLike, radius_mm: float) -> Solid:
        """A ball."""
        middle = np.asarray(centre, dtype=np.float64)
        return cls(middle, middle[None], radius_mm, (np.eye(3) / radius_mm,))

    @classmethod
    def rod(cls, start: ArrayLike, end: ArrayLike, radius_mm: float) -> Solid:
        """A round rod with flat ends."""
        a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        length = float(np.linalg.norm(b - a))
        axis = (b - a) / length
        across = (np.eye(3) - np.outer(axis, axis)) / radius_mm
        ends, half = np.stack([axis, -axis]), np.full(2, length / 2)
        return cls((a + b) / 2, np.stack([a, b]), radius_mm, (across,), ends, half)

    @classmethod
    def hull(cls, points: ArrayLike) -> Solid:
        """The convex hull of (N, 3) points."""
        corners = np.asarray(points, dtype=np.float64)
        centre = corners.mean(axis=0)
        equations = np.unique(ConvexHull(corners - centre).equations.round(6), axis=0)
        return cls(centre, corners, 0.0, (), equations[:, :3], -equations[:, 3])

    def cut(self, normal: ArrayLike, offset_mm: float) -> Solid:
        """The part with ``normal (x - centre) <= offset``."""
        normals = np.vstack([self.normals, np.asarray(normal, dtype=np.float64)[None]])
        offsets = np.append(self.offsets, offset_mm)
        return replace(self, normals=normals, offsets=offsets)

    def chord(self, camera: Camera, column: Tensor, row: Tensor) -> Tensor:
        """Length in mm inside the solid of the rays to these view pixels."""
        place, direction = _rays(camera, self.centre, column, row)
        enters = torch.full_like(place[..., 0], -FAR)
        leaves = torch.full_like(enters, FAR)
        for quadric in self.quadrics:
            matrix = torch.as_tensor(quadric.T, dtype=place.dtype, device=place.device)
            p, d = place @ matrix, direction @ matrix
            a = (d * d).sum(-1).clamp(min=1e-12)
            b = (p * d).sum(-1) / a
            root = b * b - ((p * p).sum(-1) - 1) / a
            half = torch.where(root > 0, root.clamp(min=0).sqrt(), -FAR)
            enters, leaves = torch.maximum(enters, -b - half), torch.minimum(leaves, half - b)
        if len(self.normals):
            opens, closes = self._between_planes(place, direction)
            enters, leaves = torch.maximum(enters, opens), torch.minimum(leaves, closes)
        return (leaves - enters).clamp(min=0)

    def _between_planes(self, place: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        """Where the rays enter the last of all half-spaces and leave the first of them."""
        normals = torch.as_tensor(self.normals.T, dtype=place.dtype, device=place.device)
        offsets = torch.as_tensor(self.offsets, dtype=place.dtype, device=place.device)
        speed, room = direction @ normals, offsets - place @ normals
        speed = torch.where(speed.abs() < 1e-7, 1e-7, speed)
        meets = room / speed
        opens = torch.where(speed < 0, meets, -FAR).amax(-1)
        return opens, torch.where(speed > 0, meets, FAR).amin(-1)


def _rays(
    camera: Camera, centre: NDArray[np.float64], column: Tensor, row: Tensor
) -> tuple[Tensor, Tensor]:
    """Point of each ray level with ``centre``, relative to it, and unit direction; (..., 3)."""
    middle = camera.project(centre)
    depth = 1.0 / camera.magnification(centre)
    first, second = column - float(middle[0]), row - float(middle[1])

    def vector(values: NDArray[np.float64]) -> Tensor:
        return torch.as_tensor(values, dtype=column.dtype, device=column.device)

    along = first[..., None] * vector(camera.column_step)
    along = along + second[..., None] * vector(camera.row_step)
    ray = along + vector((centre - camera.source) / depth)
    return along * depth, ray / ray.norm(dim=-1, keepdim=True)


@dataclass(frozen=True, eq=False)
class Plate:
    """A thin flat sheet parallel to the detector: the inside of outlines, and strokes.

    Attributes:
        centre: (3,) LPS mm; the origin of its own axes.
        x_axis, y_axis: (3,) unit vectors in the sheet.
        thickness_mm: of the sheet.
        outline: (N, 2) corners of a polygon in mm along the axes; none when empty.
        strokes: (M, 2, 2) line pieces in mm, drawn with a round pen.
        pen_mm: width of the pen.
    """

    centre: NDArray[np.float64]
    x_axis: NDArray[np.float64]
    y_axis: NDArray[np.float64]
    thickness_mm: float
    outline: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    strokes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2, 2)))
    pen_mm: float = 0.0

    @property
    def corners(self) -> NDArray[np.float64]:
        """(N, 3) points whose convex hull, grown by :attr:`pad_mm`, holds the sheet."""
        flat = np.concatenate([self.outline, self.strokes.reshape(-1, 2)])
        return np.asarray(self.centre + flat @ np.stack([self.x_axis, self.y_axis]))

    @property
    def pad_mm(self) -> float:
        """Half the pen."""
        return self.pen_mm / 2

    def chord(self, camera: Camera, column: Tensor, row: Tensor) -> Tensor:
        """Length in mm inside the sheet of the rays to these view pixels."""
        place, direction = _rays(camera, self.centre, column, row)
        axes = np.stack([self.x_axis, self.y_axis], axis=1)
        flat = place @ torch.as_tensor(axes, dtype=place.dtype, device=place.device)
        inside = torch.zeros_like(column, dtype=torch.bool)
        if len(self.outline):
            inside = _in_polygon(flat, self.outline)
        for start, end in self.strokes:
            inside = inside | (stroke_distance(flat, start, end) <= self.pen_mm / 2)
        normal = np.cross(self.x_axis, self.y_axis)
        slant = (direction @ torch.as_tensor(normal, dtype=place.dtype, device=place.device)).abs()
        return inside * self.thickness_mm / slant.clamp(min=0.2)


def _in_polygon(points: Tensor, corners: NDArray[np.float64]) -> Tensor:
    """Whether (..., 2) points lie inside a polygon (odd number of crossings to the right)."""
    inside = torch.zeros_like(points[..., 0], dtype=torch.bool)
    x, y = points[..., 0], points[..., 1]
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y < float(y0)) != (y < float(y1))
        inside = inside ^ (crosses & (x < x0 + (y - float(y0)) * float((x1 - x0) / (y1 - y0))))
    return inside


def stroke_distance(points: Tensor, start: NDArray[np.float64], end: NDArray[np.float64]) -> Tensor:
    """(...) distance of (..., 2) points from a line piece."""
    dx, dy = (float(v) for v in end - start)
    x, y = points[..., 0] - float(start[0]), points[..., 1] - float(start[1])
    share = ((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-12)).clamp(0, 1)
    return torch.hypot(x - share * dx, y - share * dy)


def tube_pieces(points: Sequence[ArrayLike], radius_mm: float) -> list[Solid]:
    """A round rod along a polyline of (N, 3) places; pieces meet at their ends."""
    places = [np.asarray(p, dtype=np.float64) for p in points]
    return [Solid.rod(a, b, radius_mm) for a, b in itertools.pairwise(places)]
