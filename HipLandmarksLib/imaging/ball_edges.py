"""The rim of a ball along rays from its centre, to a fraction of a pixel.

Each ray proposes the place of its steepest fall of grey values. Rays that cross a bone edge, text
or another marker propose wrong places; the circle is that of the rays that agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..geometry import Circle, fit_circle
from .image import HipImage

_RAYS = 240
_WINDOWS = (0.35, 0.2, 0.12)  # half width about the last circle, of the radius
_LEAST_WINDOW_PX = 4.0
_SAMPLES_PER_PX = 4
_SMOOTHING_PX = 1.0
_ROUNDS = 6
_TOLERANCE = 0.015  # of the radius
_LEAST_TOLERANCE_PX = 0.75
_WEAK_EDGE = 0.25  # of the strength that a quarter of the edges exceed


@dataclass(frozen=True)
class FilmGrid:
    """Pixels of a film and their places: grid unit = spacing times index.

    Attributes:
        pixels: (rows, columns).
        spacing: (column, row) step.
        origin: place (x, y) of the first pixel.
    """

    pixels: NDArray[np.float32]
    spacing: tuple[float, float]
    origin: NDArray[np.float64]

    @classmethod
    def of(cls, image: HipImage) -> FilmGrid:
        """The first slice of ``image``."""
        column_mm, row_mm, _ = image.spacing
        return cls(image.slice_pixels(0), (column_mm, row_mm), np.zeros(2))

    @property
    def step(self) -> float:
        """The larger of the two pixel steps."""
        return max(self.spacing)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the film."""
        rows, columns = self.pixels.shape
        return columns * self.spacing[0], rows * self.spacing[1]

    def contains(self, point: NDArray[np.float64]) -> bool:
        """Whether ``point`` lies on the film."""
        index = (point - self.origin) / np.array(self.spacing)
        rows, columns = self.pixels.shape
        return bool(np.all(index >= -0.5) and np.all(index <= [columns - 0.5, rows - 0.5]))

    def window(self, centre: NDArray[np.float64], half_width: float) -> FilmGrid:
        """The part within ``half_width`` of ``centre``."""
        spacing = np.array(self.spacing)
        low = np.floor((centre - half_width - self.origin) / spacing).astype(int).clip(0)
        high = np.ceil((centre + half_width - self.origin) / spacing).astype(int) + 1
        part = self.pixels[low[1] : high[1], low[0] : high[0]]
        return FilmGrid(part, self.spacing, self.origin + low * spacing)

    def sample(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Grey values at (..., 2) places between pixel centres; NaN outside the film."""
        places = ((points - self.origin) / np.array(self.spacing)).reshape(-1, 2).T[::-1]
        values = ndimage.map_coordinates(self.pixels, places, order=1, cval=np.nan)
        return np.asarray(values, dtype=np.float64).reshape(points.shape[:-1])


@dataclass(frozen=True)
class Rim:
    """What the rays found.

    Attributes:
        circle: through the edges that agree.
        points: these edges, (N, 2).
        agreement: their share of the rays that stay on the film.
        brighter: share of the rays along which the ball stands out from what surrounds it.
        contrast: its grey value above the surroundings, in standard deviations inside the ball.
    """

    circle: Circle
    points: NDArray[np.float64]
    agreement: float
    brighter: float
    contrast: float


def measured_rim(grid: FilmGrid, centre: NDArray[np.float64], radius: float, sign: float) -> Rim:
    """Measure the rim of a ball that is known to a tenth of its radius or so.

    Args:
        grid: the film.
        centre, radius: approximate.
        sign: +1 for a ball brighter than its surroundings, -1 for a darker one.

    Raises:
        GeometryError: when too few rays show an edge.
    """
    circle = Circle((float(centre[0]), float(centre[1])), radius, 0.0, 360.0)
    for width in _WINDOWS:
        edges = _edges(grid, circle, width, sign)
        circle, agree = _consensus(edges, circle, grid.step)
    brighter, contrast = _standing_out(grid, circle, sign)
    return Rim(circle, edges.points[agree], float(agree.mean()), brighter, contrast)


@dataclass(frozen=True)
class _Edges:
    points: NDArray[np.float64]  # one per ray that stays on the film
    strong: NDArray[np.bool_]


def _edges(grid: FilmGrid, circle: Circle, width: float, sign: float) -> _Edges:
    """The steepest fall along each ray about the circle, between samples by a parabola."""
    half = max(width * circle.radius, _LEAST_WINDOW_PX * grid.step)
    step = min(grid.spacing) / _SAMPLES_PER_PX
    distances = np.arange(max(circle.radius - half, step), circle.radius + half, step)
    normals = _normals(_RAYS)
    points = np.array(circle.centre) + distances[:, np.newaxis] * normals[:, np.newaxis]
    profiles = grid.sample(points)
    inside = np.all(np.isfinite(profiles), axis=1)
    smoothing = _SMOOTHING_PX * grid.step / step
    fall = -sign * ndimage.gaussian_filter1d(profiles[inside], smoothing, axis=1, order=1)
    at = fall[:, 1:-1].argmax(axis=1) + 1
    rays = np.arange(len(fall))
    before, peak, after = fall[rays, at - 1], fall[rays, at], fall[rays, at + 1]
    bend = before - 2 * peak + after
    shift = np.where(bend < 0, (before - after) / (2 * np.minimum(bend, -1e-12)), 0.0).clip(-1, 1)
    places = distances[at] + shift * step
    strong = peak > _WEAK_EDGE * np.quantile(peak, 0.75) if len(peak) else np.zeros(0, bool)
    return _Edges(np.array(circle.centre) + places[:, np.newaxis] * normals[inside], strong)


def _consensus(edges: _Edges, circle: Circle, step: float) -> tuple[Circle, NDArray[np.bool_]]:
    """The circle on which most edges lie, and which of them do."""
    agree = edges.strong
    for _ in range(_ROUNDS):
        misses = _misses(edges.points, circle)
        usual = float(np.median(misses[edges.strong])) if edges.strong.any() else 0.0
        tolerance = max(3 * usual, _TOLERANCE * circle.radius, _LEAST_TOLERANCE_PX * step)
        agree = edges.strong & (misses <= tolerance)
        circle = fit_circle(edges.points[agree].tolist())
    tolerance = max(_TOLERANCE * circle.radius, _LEAST_TOLERANCE_PX * step)
    return circle, edges.strong & (_misses(edges.points, circle) <= tolerance)


def _misses(points: NDArray[np.float64], circle: Circle) -> NDArray[np.float64]:
    return np.abs(np.hypot(*(points - np.array(circle.centre)).T) - circle.radius)


def _standing_out(grid: FilmGrid, circle: Circle, sign: float) -> tuple[float, float]:
    """Share of rays that are darker just outside than inside, and the contrast."""
    normals = _normals(_RAYS)[:, np.newaxis]

    def ring(low: float, high: float) -> NDArray[np.float64]:
        distances = np.linspace(low, high, 8)[:, np.newaxis] * circle.radius
        return sign * grid.sample(np.array(circle.centre) + distances * normals)

    inside, outside = ring(0.2, 0.85), ring(1.12, 1.3)
    seen = np.isfinite(outside).all(axis=1)
    level, around = np.nanmedian(inside), np.nanmedian(outside)
    contrast = float(level - around)
    if contrast <= 0 or not seen.any():
        return 0.0, 0.0
    brighter = level - outside[seen].mean(axis=1) > 0.3 * contrast
    return float(brighter.mean()), contrast / max(float(np.nanstd(inside)), 1e-9 * contrast)


def _normals(count: int) -> NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)
