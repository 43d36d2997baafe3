"""Implicit shapes: approximate signed distances in mm, negative inside.

Arrays are float32 and broadcast: lateral coordinate (1, columns), height (rows, 1), depth scalar.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def union(a: Field, b: Field, blend_mm: Any) -> Field:
    """Smooth union: the two shapes melt where their surfaces are closer than ``blend_mm``.

    Quadratic smooth minimum: exact minimum where the distances differ by more than ``blend_mm``.
    """
    h = np.maximum(blend_mm - np.abs(a - b), np.float32(0))
    return np.asarray(np.minimum(a, b) - h * h * 0.25 / blend_mm, dtype=np.float32)


def intersection(a: Field, b: Field, blend_mm: Any) -> Field:
    """Smooth intersection: as :func:`union`, with the common edges rounded."""
    return np.asarray(-union(-a, -b, blend_mm), dtype=np.float32)


def capsule(
    point: tuple[Any, float, Any],
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radii: tuple[float, float],
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Field:
    """Rounded cone from ``start`` to ``end``; ``stretch`` widens it along (lateral, depth, up)."""
    scale = np.float32(1.0) / np.asarray(stretch, dtype=np.float32)
    p = [(point[n] - np.float32(start[n])) * scale[n] for n in range(3)]
    d = [np.float32((end[n] - start[n]) * scale[n]) for n in range(3)]
    length2 = max(float(sum(v * v for v in d)), 1e-6)
    t = (p[0] * d[0] + p[1] * d[1]) / length2 + p[2] * (d[2] / length2)
    t = np.clip(t, 0, 1)
    q = [p[n] - t * d[n] for n in range(3)]
    distance = np.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2])
    f = distance - (np.float32(radii[0]) + t * np.float32(radii[1] - radii[0]))
    return np.asarray(f * np.float32(min(stretch)), dtype=np.float32)


def ellipsoid(
    point: tuple[Any, float, Any],
    centre: tuple[float, float, float],
    radii: tuple[float, float, float],
) -> Field:
    """Ellipsoid with half-axes ``radii`` along (lateral, depth, up)."""
    smallest = min(radii)
    stretch = (radii[0] / smallest, radii[1] / smallest, radii[2] / smallest)
    return capsule(point, centre, centre, (smallest, smallest), stretch)


def coverage(f: Field, pixel_mm: float) -> Field:
    """Fraction of a pixel of size ``pixel_mm`` inside the shape (sub-pixel partial volume)."""
    return np.asarray(np.clip(0.5 - f / np.float32(pixel_mm), 0, 1), dtype=np.float32)
