"""Gas and faeces in the bowel: domes along colon and small bowel, in mm of :class:`.BodyFrame`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .body_frame import BodyFrame
from .body_outline import Field, dome

SPONGE_MM = 2.2
_WIDEST_MM = 122.0
_LOWEST_MM = 8.0  # bowel with gas lies above the symphysis


@dataclass(frozen=True)
class Bubble:
    """An ellipsoid of gas.

    Attributes:
        centre: (x, z).
        half: half lengths along its own axes.
        angle: of the first axis against x, rad.
        depth: longest way of a ray inside.
    """

    centre: tuple[float, float]
    half: tuple[float, float]
    angle: float
    depth: float


@dataclass(frozen=True, eq=False)
class Plane:
    """A grid over the body plane; fields on it are changed in place.

    Attributes:
        x, z: (h, w) mm.
        to_index: 2x3, (x, z, 1) -> (column, row) of the grid; where its coordinates are bent, of
            the straight grid.
        bend_mm: how far coordinates are bent at most.
    """

    x: Field
    z: Field
    to_index: NDArray[np.float64]
    bend_mm: float = 0.0

    @classmethod
    def of(cls, frame: BodyFrame, shape: tuple[int, int], step: int) -> Plane:
        """Over a film of ``shape``, a node per ``step`` x ``step`` pixels."""
        x, z = frame.grid(shape, step)
        to_index = frame.matrix[:2] / step
        to_index[:, 2] += 0.5 / step - 0.5
        return cls(x, z, to_index)

    @property
    def pitch_mm(self) -> float:
        """Distance of neighbouring nodes."""
        return 1 / math.sqrt(abs(float(np.linalg.det(self.to_index[:, :2]))))

    def window(self, centre: tuple[float, float], reach: float) -> tuple[slice, slice] | None:
        """Rows and columns that hold all points within ``reach`` of ``centre``; None: none."""
        (a, b, _), (d, e, _) = self.to_index.tolist()
        margin = reach * max(math.hypot(a, b), math.hypot(d, e))
        return self._around(centre, margin, margin)

    def window_of(self, bubble: Bubble) -> tuple[slice, slice] | None:
        """Rows and columns that hold all of a bubble, and little else; None: none do."""
        cosine, sine = math.cos(bubble.angle), math.sin(bubble.angle)
        long, short = bubble.half
        reaches = [
            math.hypot(long * (a * cosine + b * sine), short * (b * cosine - a * sine))
            for a, b, _ in self.to_index.tolist()
        ]
        return self._around(bubble.centre, reaches[0], reaches[1])

    def _around(
        self, centre: tuple[float, float], columns: float, rows: float
    ) -> tuple[slice, slice] | None:
        """Nodes within so many columns and rows of a centre, and as far as nodes are bent."""
        (a, b, c), (d, e, f) = self.to_index.tolist()
        column = a * centre[0] + b * centre[1] + c
        row = d * centre[0] + e * centre[1] + f
        bent = self.bend_mm * max(math.hypot(a, b), math.hypot(d, e)) + 1
        columns, rows = columns + bent, rows + bent
        height, width = self.x.shape
        top, bottom = max(0, int(row - rows)), min(height, int(row + rows) + 2)
        left, right = max(0, int(column - columns)), min(width, int(column + columns) + 2)
        if top >= bottom or left >= right:
            return None
        return slice(top, bottom), slice(left, right)

    def add(self, field: Field, bubble: Bubble, merge: bool = False) -> None:
        """Add the bubble's path lengths; ``merge`` keeps the longer of both."""
        where = self.window_of(bubble)
        if where is None:
            return
        x, z = self.x[where] - bubble.centre[0], self.z[where] - bubble.centre[1]
        cosine, sine = math.cos(bubble.angle), math.sin(bubble.angle)
        u = x * (cosine / bubble.half[0]) + z * (sine / bubble.half[0])
        v = z * (cosine / bubble.half[1]) - x * (sine / bubble.half[1])
        path = bubble.depth * dome(u * u + v * v)
        if merge:
            np.maximum(field[where], path, out=field[where])
        else:
            field[where] += path


def bowel_gas(plane: Plane, amount: float, rng: np.random.Generator) -> Field:
    """(h, w) mm of gas, ``amount`` 0 (none) to 1 (much)."""
    field = np.zeros_like(plane.x)
    for segment in _segments(amount, rng):
        if len(segment) == 1:
            plane.add(field, segment[0])
            continue
        part = np.zeros_like(plane.x)
        for bubble in segment:
            plane.add(part, bubble, merge=True)
        field += part
    return field


def mottle(plane: Plane, amount: float, noise: Field, rng: np.random.Generator) -> Field:
    """(h, w) mm of gas in faeces: a fine sponge within parts of the colon.

    Args:
        plane: the grid.
        amount: 0 (none) to 1.
        noise: (h, w) random field of unit variance with grains of :data:`SPONGE_MM`.
        rng: source of chance.
    """
    region = np.zeros_like(plane.x)
    for _ in range(rng.poisson(3.0 * amount)):
        course = _courses(rng)[int(rng.integers(3))]
        place = course[int(rng.integers(len(course)))]
        size = rng.uniform(14, 34, 2)
        plane.add(
            region,
            Bubble((float(place[0]), float(place[1])), (float(size[0]), float(size[1])), 0.0, 1.0),
            merge=True,
        )
    # Coarse pixels average the sponge.
    sponge = 0.6 + (noise - 0.5) * min(1.0, SPONGE_MM / plane.pitch_mm) ** 2
    return np.asarray(region * np.clip(sponge, 0, 2) * np.float32(6.0), dtype=np.float32)


def _courses(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Middle lines of ascending colon, descending and sigmoid colon, rectum; (N, 2) each."""
    jitter = rng.normal(0, 10, 6)
    right = np.array([[-92 + jitter[0], 62 + jitter[1]], [-108, 120], [-115, 190]])
    left = np.array([[112, 190], [104, 110], [80 + jitter[2], 70], [35, 62 + jitter[3]]])
    middle = np.array([[15, 70], [-12 + jitter[4], 45 + jitter[5]], [4, 15], [2, 0]])
    return [_resampled(course) for course in (right, left, middle)]


def _resampled(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """A point every 4 mm."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(course, axis=0), axis=1))])
    along = np.arange(0, length[-1], 4.0)
    return np.stack([np.interp(along, length, course[:, k]) for k in range(2)], axis=1)


def _segments(amount: float, rng: np.random.Generator) -> list[list[Bubble]]:
    segments: list[list[Bubble]] = []
    for course, usual in zip(_courses(rng), (1.6, 1.8, 1.4), strict=True):
        for _ in range(rng.poisson(usual * amount)):
            segments.append(_haustra(course, rng))
    for _ in range(rng.poisson(3.0 * amount)):
        segments.append(_loop(rng))
    for _ in range(rng.poisson(0.7 * amount)):
        segments.append([_balloon(rng)])
    for _ in range(rng.poisson(14.0 * amount)):
        segments.append([_small(rng)])
    return segments


def _haustra(course: NDArray[np.float64], rng: np.random.Generator) -> list[Bubble]:
    """A row of bulges along a piece of the colon, parted by its folds."""
    calibre = rng.uniform(9, 20)
    start = int(rng.integers(len(course)))
    bubbles = []
    position = course[start] + rng.normal(0, 5, 2)
    direction = course[min(start + 3, len(course) - 1)] - course[max(start - 3, 0)]
    angle = float(np.arctan2(direction[1], direction[0]))
    for _ in range(int(rng.integers(2, 7))):
        half = calibre * rng.uniform(0.7, 1.15, 2) * (0.8, 1.0)
        bubbles.append(_bubble(position, half, angle + rng.normal(0, 0.3), rng))
        angle += rng.normal(0, 0.35)
        step = half[0] * rng.uniform(1.1, 1.7)
        position = position + step * np.array([np.cos(angle), np.sin(angle)])
        position = np.array(
            [np.clip(position[0], -_WIDEST_MM, _WIDEST_MM), max(position[1], _LOWEST_MM)]
        )
    return bubbles


def _loop(rng: np.random.Generator) -> list[Bubble]:
    """A small-bowel loop: narrow bubbles along a bent line in the middle of the belly."""
    position = np.array([rng.normal(0, 45), rng.uniform(40, 200)])
    angle, calibre = rng.uniform(0, np.pi), rng.uniform(5, 10)
    bubbles = []
    for _ in range(int(rng.integers(3, 9))):
        half = calibre * rng.uniform(0.7, 1.3, 2)
        bubbles.append(_bubble(position, half, angle, rng))
        angle += rng.normal(0.15, 0.4)
        position = position + half[0] * 1.4 * np.array([np.cos(angle), np.sin(angle)])
    return bubbles


def _balloon(rng: np.random.Generator) -> Bubble:
    """One wide piece, often the rectum."""
    half = rng.uniform(16, 34) * np.array([1.0, rng.uniform(0.7, 1.0)])
    place = np.array([rng.normal(0, 25), rng.uniform(0, 130)])
    return _bubble(place, half, rng.uniform(0, np.pi), rng)


def _small(rng: np.random.Generator) -> Bubble:
    half = rng.uniform(2.0, 7.0) * rng.uniform(0.6, 1.4, 2)
    x = rng.choice((rng.normal(-90, 22), rng.normal(90, 22), rng.normal(0, 35)))
    x = float(np.clip(x, -_WIDEST_MM, _WIDEST_MM))
    return _bubble(np.array([x, rng.uniform(-5, 190)]), half, rng.uniform(0, np.pi), rng)


def _bubble(
    place: NDArray[np.float64], half: NDArray[np.float64], angle: float, rng: np.random.Generator
) -> Bubble:
    depth = float(2 * min(half) * rng.uniform(0.6, 1.1))
    return Bubble(
        (float(place[0]), float(place[1])), (float(half[0]), float(half[1])), float(angle), depth
    )
