"""``Contour``: a closed outline on the detector, with the questions that landmarks ask of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from HipLandmarksLib.errors import ConfigurationError

Window = tuple[float, float, float, float]
"""(first column, first row, last column, last row) on the detector."""


@dataclass(frozen=True, eq=False)
class Contour:
    """A closed outline.

    Attributes:
        points: (N, 2) (column, row) in order; the last is joined to the first. An outer outline
            runs clockwise on the screen, that of a hole counter-clockwise.
    """

    points: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Enclosed square pixels; negative for a hole."""
        x, y = self.points.T
        return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2

    def extreme(
        self, direction: ArrayLike, window: Window | None = None, plateau: float = 0.0
    ) -> NDArray[np.float64]:
        """The point farthest along ``direction`` (column, row), for instance (0, 1) for the feet.

        Args:
            direction: (2,), of any length but zero.
            window: only points inside it count.
            plateau: pixels; the mean of all points that are at most this much less far (a flat
                end has no single farthest point).

        Raises:
            ConfigurationError: when no point of the outline lies in the window.
        """
        points = self.points if window is None else self.points[self._inside(window)]
        if not len(points):
            raise ConfigurationError(f"The outline has no point in the window {window}.")
        unit = np.asarray(direction, dtype=np.float64)
        height = points @ (unit / np.linalg.norm(unit))
        return np.asarray(points[height >= height.max() - plateau].mean(axis=0), dtype=np.float64)

    def _inside(self, window: Window) -> NDArray[np.bool_]:
        low, high = np.array(window[:2]), np.array(window[2:])
        return np.asarray(np.all((self.points >= low) & (self.points <= high), axis=1))

    def nearest(self, point: ArrayLike) -> int:
        """Index of the outline's point nearest to ``point`` (2,)."""
        offset = self.points - np.asarray(point, dtype=np.float64)
        return int(np.argmin(np.einsum("ij,ij->i", offset, offset)))

    def distance(self, point: ArrayLike) -> float:
        """Distance in pixels of ``point`` (2,) from the outline's sides."""
        start = self.points - np.asarray(point, dtype=np.float64)
        side = np.roll(self.points, -1, axis=0) - self.points
        size = np.maximum(np.einsum("ij,ij->i", side, side), 1e-30)
        share = np.clip(-np.einsum("ij,ij->i", start, side) / size, 0, 1)[:, None]
        return float(np.linalg.norm(start + share * side, axis=1).min())

    def between(
        self, first: ArrayLike, second: ArrayLike, through: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """The open part of the outline from the point nearest to ``first`` to that of ``second``.

        Args:
            first, second: (2,).
            through: (2,); of both ways round, the one that comes nearer to it; without it the
                shorter one.

        Returns:
            (M, 2) in order from ``first`` to ``second``.
        """
        start, end = self.nearest(first), self.nearest(second)
        count = len(self.points)
        forward = self.points[(start + np.arange((end - start) % count + 1)) % count]
        backward = self.points[(start - np.arange((start - end) % count + 1)) % count]
        if through is None:
            return forward if _length(forward) <= _length(backward) else backward
        wanted = np.asarray(through, dtype=np.float64)
        gaps = [np.linalg.norm(part - wanted, axis=1).min() for part in (forward, backward)]
        return forward if gaps[0] <= gaps[1] else backward


def _length(points: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
