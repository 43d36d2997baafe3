"""The forms that the letters R and L of side markers have: a few numbers instead of fonts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....anatomy import Side
from ..look import check

Strokes = NDArray[np.float64]
"""(M, 2, 2) line pieces, columns to the right, rows downwards."""

_BOWL_POINTS = 9


@dataclass(frozen=True)
class LetterShape:
    """How a letter is drawn, relative to its height.

    Attributes:
        width: of the R, and of the foot of the L.
        waist: how far down the bowl of the R ends.
        leg: where on the waist the leg of the R begins; 0 at the stem, 1 at the bowl.
        roundness: of the bowl; near 0 it is a box, 1 an ellipse.
        serif: length of the small strokes at the ends; 0 for none.
        slant_deg: how far it leans to the right.
    """

    width: float = 0.7
    waist: float = 0.5
    leg: float = 0.55
    roundness: float = 0.4
    serif: float = 0.0
    slant_deg: float = 0.0

    def __post_init__(self) -> None:
        check(
            self,
            width=(0.3, 1.2),
            waist=(0.3, 0.75),
            leg=(0, 1),
            roundness=(0.05, 1),
            serif=(0, 0.4),
            slant_deg=(-30, 30),
        )

    @classmethod
    def random(cls, rng: np.random.Generator) -> LetterShape:
        """Mostly plain letters; some have serifs or lean."""
        return cls(
            float(rng.uniform(0.45, 0.85)),
            float(rng.uniform(0.44, 0.6)),
            float(rng.choice((0.0, rng.uniform(0.2, 0.9)))),
            float(rng.uniform(0.15, 1.0)),
            float(rng.uniform(0.06, 0.16)) if rng.random() < 0.25 else 0.0,
            float(rng.uniform(-4, 14)) if rng.random() < 0.25 else 0.0,
        )

    def strokes(self, side: Side) -> Strokes:
        """The pen's ways for R or L, of height 1, about the middle of the letter."""
        lines = self._right() if side is Side.RIGHT else self._left()
        pieces = [pair for line in lines for pair in itertools.pairwise(line)]
        strokes = np.array(pieces, dtype=np.float64) - [self.width / 2, 0.5]
        strokes[..., 0] -= np.tan(np.radians(self.slant_deg)) * strokes[..., 1]
        return strokes

    def _right(self) -> list[list[tuple[float, float]]]:
        width, waist = self.width, self.waist
        bulge = min(0.65 * width, waist)
        angle = np.linspace(-np.pi / 2, np.pi / 2, _BOWL_POINTS)
        along, across = _rounded(np.cos(angle), self.roundness), _rounded(np.sin(angle), 0.6)
        bowl = [
            (float(width - bulge + bulge * x), float(waist / 2 * (1 + y)))
            for x, y in zip(along, across, strict=True)
        ]
        start = 0.1 * width + self.leg * (width - 0.6 * bulge - 0.1 * width)
        lines = [
            [(0.0, 0.0), (0.0, 1.0)],
            [(0.0, 0.0), *bowl, (0.0, waist)],
            [(start, waist), (width, 1.0)],
        ]
        return lines + [self._serif(x, y) for x, y in ((0, 0), (0, 1), (width, 1)) if self.serif]

    def _left(self) -> list[list[tuple[float, float]]]:
        lines = [[(0.0, 0.0), (0.0, 1.0)], [(0.0, 1.0), (self.width, 1.0)]]
        if self.serif:
            lines += [self._serif(0, 0), self._serif(0, 1)]
            lines.append([(self.width, 1.0), (self.width, 1.0 - 1.5 * self.serif)])
        return lines

    def _serif(self, x: float, y: float) -> list[tuple[float, float]]:
        return [(x - self.serif, y), (x + self.serif, y)]


def _rounded(values: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    return np.asarray(np.sign(values) * np.abs(values).clip(1e-9) ** power)
