"""Smooth random fields: sums of plane waves, evaluated on a plane by one matrix product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .implicit import Field


@dataclass(frozen=True)
class Waves:
    """A smooth random field of about unit variance over (x, y, z) in mm.

    Attributes:
        vectors: (n, 3) wave vectors, rad/mm.
        phases: (n,) phases in rad.
    """

    vectors: NDArray[np.float64]
    phases: NDArray[np.float64]

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        count: int,
        wavelength_mm: tuple[float, float],
        stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
    ) -> Waves:
        """``count`` waves of random direction; ``stretch`` lengthens them along an axis."""
        directions = rng.normal(size=(count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        length = rng.uniform(*wavelength_mm, size=(count, 1))
        vectors = 2 * np.pi * directions / length / np.asarray(stretch)
        return cls(vectors, rng.uniform(0, 2 * np.pi, count))

    def on_plane(self, x: Field, y: float, z: Field) -> Field:
        """Values on columns ``x`` (1, columns) and rows ``z`` (rows, 1) at depth ``y``."""
        along_x = np.ravel(x).astype(np.float64)[None, :] * self.vectors[:, :1]
        along_z = np.ravel(z).astype(np.float64)[:, None] * self.vectors[:, 2]
        along_z = along_z + self.vectors[:, 1] * y + self.phases
        rows = np.hstack([np.cos(along_z), -np.sin(along_z)]).astype(np.float32)
        columns = np.vstack([np.cos(along_x), np.sin(along_x)]).astype(np.float32)
        return np.asarray((rows @ columns) * np.float32(np.sqrt(2.0 / len(self.phases))))
