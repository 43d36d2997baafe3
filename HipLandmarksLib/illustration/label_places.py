"""Finds a free place for every label of a drawing, in page coordinates (y downwards)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from .curves import Point

# Widths of bold sans-serif letters in units of the font size, on the safe side for any such font.
_NARROW, _WIDE = frozenset("iljtfrI.,:'|() "), frozenset("MWmw%")
_SLIM, _LETTER, _CAPITAL, _BROAD = 0.40, 0.64, 0.78, 0.98
_HEIGHT = 1.12
_TURNS = 24
_CLEAR = 8.0  # from the middle of a point to its text
_REACHES = (0.0, 0.4, 0.9, 1.6, 2.5, 3.7, 5.2)


@dataclass(frozen=True)
class Box:
    """Axis-parallel rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, centre: Point, size: Point) -> Box:
        """The box of a size around its centre."""
        (x, y), (w, h) = centre, size
        return cls(x - w / 2, y - h / 2, x + w / 2, y + h / 2)

    @property
    def centre(self) -> Point:
        """Middle of the box."""
        return ((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def overlap(self, other: Box) -> float:
        """Common area; 0 when the boxes are apart."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point lies inside or closer than ``margin``."""
        return (
            self.left - margin <= point[0] <= self.right + margin
            and self.top - margin <= point[1] <= self.bottom + margin
        )

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class Label:
    """A text that belongs to a point.

    Attributes:
        words: one line.
        anchor: the point.
        size: font size.
        away_from: the text is liked best on the far side of this point.
        on_anchor: whether the text may also lie on its anchor (values inside their angle).
    """

    words: str
    anchor: Point
    size: float
    away_from: Point
    on_anchor: bool = False

    @property
    def extent(self) -> Point:
        """Estimated width and height."""
        return (text_width(self.words, self.size), _HEIGHT * self.size)


@dataclass(frozen=True)
class Obstacles:
    """What labels should not cover: points of lines, by how much they matter."""

    strong: Sequence[Point]
    weak: Sequence[Point]


def text_width(words: str, size: float) -> float:
    """Estimated width of a text; no font is at hand where the drawing is made."""
    return size * sum(_letter_width(letter) for letter in words)


def _letter_width(letter: str) -> float:
    if letter in _WIDE:
        return _BROAD
    if letter in _NARROW:
        return _SLIM
    return _CAPITAL if letter.isupper() else _LETTER


def place_labels(labels: Sequence[Label], obstacles: Obstacles, frame: Box) -> list[Box]:
    """Choose one box per label, greedily in the given order."""
    placed: list[Box] = []
    for label in labels:
        candidates = _candidates(label)
        near = _near(candidates, obstacles)
        costs = [_cost(box, reach, label, placed, near, frame) for reach, box in candidates]
        placed.append(candidates[costs.index(min(costs))][1])
    return placed


def _candidates(label: Label) -> list[tuple[float, Box]]:
    width, height = label.extent
    found = [(0.0, Box.around(label.anchor, label.extent))] if label.on_anchor else []
    for reach in _REACHES:
        for turn in range(_TURNS):
            x, y = cos(2 * pi * turn / _TURNS), sin(2 * pi * turn / _TURNS)
            gap = _CLEAR + reach * label.size
            centre = (
                label.anchor[0] + x * gap + _within(1.6 * x) * width / 2,
                label.anchor[1] + y * gap + _within(1.6 * y) * height / 2,
            )
            found.append((reach, Box.around(centre, label.extent)))
    return found


def _near(candidates: Sequence[tuple[float, Box]], obstacles: Obstacles) -> Obstacles:
    """The obstacles that any candidate can meet."""
    boxes = [box for _, box in candidates]
    region = Box(
        min(b.left for b in boxes),
        min(b.top for b in boxes),
        max(b.right for b in boxes),
        max(b.bottom for b in boxes),
    )
    return Obstacles(
        [point for point in obstacles.strong if region.holds(point, 3.0)],
        [point for point in obstacles.weak if region.holds(point, 3.0)],
    )


def _cost(
    box: Box,
    reach: float,
    label: Label,
    placed: Sequence[Box],
    obstacles: Obstacles,
    frame: Box,
) -> float:
    outside = box.area - box.overlap(frame)
    text = sum(_grown(box, 2.0).overlap(other) for other in placed)
    strong = sum(box.holds(point, 2.5) for point in obstacles.strong)
    weak = sum(box.holds(point, 0.5) for point in obstacles.weak)
    away = (label.anchor[0] - label.away_from[0], label.anchor[1] - label.away_from[1])
    there = (box.centre[0] - label.anchor[0], box.centre[1] - label.anchor[1])
    norm = hypot(*away) * hypot(*there)
    turned_in = 0.0 if norm == 0 else (1 - (away[0] * there[0] + away[1] * there[1]) / norm) / 2
    crowded = 1000 * (outside + text) / box.area
    return crowded + 6.0 * strong + 1.2 * weak + 4.0 * reach + 2.0 * turned_in


def _within(value: float) -> float:
    return max(-1.0, min(1.0, value))


def _grown(box: Box, margin: float) -> Box:
    return Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)
