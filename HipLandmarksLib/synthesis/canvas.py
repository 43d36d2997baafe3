"""Painting tissue onto one coronal plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .implicit import Field, coverage

Shape = Callable[[Any, float, Any], Field]


@dataclass(frozen=True)
class Canvas:
    """A rectangle of a coronal plane that shapes are painted on.

    Attributes:
        pixels: (rows, columns) float32 signal; painting changes it in place.
        x: lateral coordinate of the columns, (1, columns), mm, in the painter's frame.
        y: depth of the plane, mm.
        z: height of the rows, (rows, 1), mm.
        pixel_mm: pixel size for the partial volume at edges.
    """

    pixels: Field
    x: Field
    y: float
    z: Field
    pixel_mm: float

    def window(self, box: tuple[float, float, float, float]) -> Canvas | None:
        """The part within (x low, x high, z low, z high) mm, sharing pixels; None if empty."""
        rows, columns = self.spans(box)
        if columns is None or rows is None:
            return None
        return Canvas(
            self.pixels[rows, columns], self.x[:, columns], self.y, self.z[rows], self.pixel_mm
        )

    def around(
        self,
        start: tuple[float, float, float],
        end: tuple[float, float, float],
        reach: tuple[float, float, float],
    ) -> Canvas | None:
        """The part within ``reach`` of the segment's box; None where the plane misses it."""
        low = [min(a, b) - r for a, b, r in zip(start, end, reach, strict=True)]
        high = [max(a, b) + r for a, b, r in zip(start, end, reach, strict=True)]
        if not low[1] <= self.y <= high[1]:
            return None
        return self.window((low[0], high[0], low[2], high[2]))

    def spans(self, box: tuple[float, float, float, float]) -> tuple[slice | None, slice | None]:
        """Rows and columns within (x low, x high, z low, z high) mm; None where empty."""
        return _span(self.z[:, 0], box[2], box[3]), _span(self.x[0], box[0], box[1])

    def local(self, sign: float, origin: tuple[float, float, float]) -> Canvas:
        """The same pixels in a frame at ``origin`` whose x points to the patient's side."""
        x = np.float32(sign) * (self.x - np.float32(origin[0]))
        z = self.z - np.float32(origin[2])
        return Canvas(self.pixels, x, self.y - origin[1], z, self.pixel_mm)

    def paint(self, f: Field, value: Any, strength: float = 1.0) -> None:
        """Blend ``value`` over the inside of the shape with signed distance ``f``."""
        cover = coverage(f, self.pixel_mm)
        if strength != 1.0:
            cover = cover * np.float32(strength)
        self.pixels[...] += cover * (np.asarray(value, dtype=np.float32) - self.pixels)


def _span(values: Field, low: float, high: float) -> slice | None:
    hit = np.flatnonzero((values >= low) & (values <= high))
    return slice(int(hit[0]), int(hit[-1]) + 1) if len(hit) >= 2 else None
