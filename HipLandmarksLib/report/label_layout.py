"""Places text boxes beside their points so that neither text nor points are covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_ANGLES = np.deg2rad(np.arange(0, 360, 15))
_DISTANCES = (1.0, 1.6, 2.4, 3.4, 4.8, 6.5)


@dataclass(frozen=True)
class Box:
    """Axis-parallel rectangle in pixels; y may grow upwards or downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def centred(cls, x: float, y: float, width: float, height: float) -> Box:
        """The box of the given size around (x, y)."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def area(self) -> float:
        """Square pixels."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y)."""
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    def overlap(self, other: Box) -> float:
        """Common area in square pixels; 0 when the boxes are apart."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(width, 0.0) * max(height, 0.0)

    def outside(self, frame: Box) -> float:
        """Area in square pixels that sticks out of ``frame``."""
        return self.area - self.overlap(frame)

    def contains(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the (n, 2) points lie inside."""
        x, y = points[:, 0], points[:, 1]
        return (self.x0 <= x) & (x <= self.x1) & (self.y0 <= y) & (y <= self.y1)


@dataclass(frozen=True)
class Label:
    """A text of ``size`` (width, height) pixels that belongs to ``anchor`` (x, y).

    ``away_from`` is a point on whose far side the text is liked best, such as the middle of
    the hip, so that labels fan out.
    """

    anchor: tuple[float, float]
    size: tuple[float, float]
    away_from: tuple[float, float]


def place_labels(labels: Sequence[Label], obstacles: ArrayLike, frame: Box) -> list[Box]:
    """Choose a box for every label, greedily in the given order.

    Args:
        labels: what to place, the most important first.
        obstacles: (n, 2) pixels that should stay visible (points, samples of lines).
        frame: the boxes should stay inside.

    Returns:
        One box per label. Boxes overlap one another only when no candidate place is free.
    """
    points = np.asarray(obstacles, dtype=np.float64).reshape(-1, 2)
    placed: list[Box] = []
    for label in labels:
        candidates = _candidates(label)
        costs = [_cost(box, reach, label, placed, points, frame) for reach, box in candidates]
        placed.append(candidates[int(np.argmin(costs))][1])
    return placed


def _candidates(label: Label) -> list[tuple[float, Box]]:
    width, height = label.size
    boxes = []
    for reach in _DISTANCES:
        for angle in _ANGLES:
            x = label.anchor[0] + np.cos(angle) * (width / 2 + reach * height * 0.7)
            y = label.anchor[1] + np.sin(angle) * (height / 2 + reach * height * 0.7)
            boxes.append((reach, Box.centred(float(x), float(y), width, height)))
    return boxes


def _cost(
    box: Box,
    reach: float,
    label: Label,
    placed: Sequence[Box],
    points: NDArray[np.float64],
    frame: Box,
) -> float:
    # a short name is hidden by a small part of a long text
    covered_text = sum(box.overlap(other) / min(box.area, other.area) for other in placed)
    covered_points = int(np.count_nonzero(box.contains(points)))
    centre = np.asarray(box.centre)
    outward = np.asarray(label.anchor) - np.asarray(label.away_from)
    direction = centre - np.asarray(label.anchor)
    norm = float(np.linalg.norm(outward) * np.linalg.norm(direction))
    turned_in = 0.0 if norm == 0 else (1 - float(outward @ direction) / norm) / 2
    return (
        1000 * (covered_text + box.outside(frame) / box.area)
        + 8 * covered_points
        + 1.2 * reach
        + 2 * turned_in
    )
