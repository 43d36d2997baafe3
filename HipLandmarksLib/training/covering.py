"""Simulated slices with landmarks covered or cut off, so that "absent" can be learned and tested.

Films and stacks show implants, markers, collimated borders and shields; a landmark below them is
not to be guessed. Damage that hides no landmark occurs as often, or a network would learn that a
patch means "absent".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..anatomy import HipLandmarkId
from .labels import LabelledSlice, PointLabel

EVIDENCE_MM: Mapping[str, float] = MappingProxyType(
    {"FHC": 26.0, "NA": 14.0, "NB": 14.0, "LCP": 12.0, "LAE": 12.0, "SHP": 18.0, "SHD": 18.0}
)
"""What surrounds a landmark and shows where it is: the head's outline for its centre, both
cortices for a point of an axis, a stretch of outline for a point on it."""

_OTHER_EVIDENCE_MM = 14.0
_CLEAR_MM = 3.0
"""A landmark this far outside a patch is seen; between this and covered it is not annotated."""

_WIDER_MM = 16.0
"""A patch reaches up to this far beyond the evidence that it covers."""

_PATCH_MM = (10.0, 36.0)
_NEAR_MM = 90.0
_TRIES = 30
_BLOOM_MM = 2.0

Mask = NDArray[np.bool_]
Pixels = NDArray[np.float32]


class Damage(str, Enum):
    """What is done to a slice."""

    COVER = "cover"
    """A patch over all evidence of a landmark."""
    DECOY = "decoy"
    """A patch or a border that hides no landmark."""
    CUT = "cut"
    """A border that leaves a landmark outside the image."""


_SHARES: Mapping[Damage, float] = MappingProxyType(
    {Damage.COVER: 0.45, Damage.DECOY: 0.35, Damage.CUT: 0.2}
)
_LARGEST_NUMBER = 3
"""A slice is damaged one to this many times."""


@dataclass(frozen=True)
class _Plane:
    """A slice while it is damaged.

    Attributes:
        pixels: (rows, columns), changed in place.
        spacing: millimetres per row and per column.
        points: (column, row) of the landmarks that are seen at the start.
    """

    pixels: Pixels
    spacing: tuple[float, float]
    points: Mapping[HipLandmarkId, tuple[float, float]]

    def distance_mm(self, xy: tuple[float, float]) -> NDArray[np.float64]:
        """Of every pixel from (column, row)."""
        rows, columns = np.indices(self.pixels.shape)
        dy, dx = (rows - xy[1]) * self.spacing[0], (columns - xy[0]) * self.spacing[1]
        return np.asarray(np.hypot(dx, dy))


def cover(labelled: LabelledSlice, rng: np.random.Generator) -> LabelledSlice:
    """``labelled`` with one to three damages; the volume of ``labelled`` is not changed.

    A landmark is absent afterwards when a patch covers all its evidence (:data:`EVIDENCE_MM`) or
    when it is cut off, not annotated when a patch covers it in part, else as before.

    Args:
        labelled: a slice with at least one label.
        rng: of every random choice.
    """
    image = labelled.image
    si, sj, _ = image.spacing
    points = {id_: label.ij for id_, label in labelled.labels.items() if label.ij is not None}
    plane = _Plane(image.slice_pixels(labelled.index).copy(), (sj, si), points)
    labels = dict(labelled.labels)
    for kind in _damages(rng):
        hidden, clear = _damage(plane, kind, rng)
        labels = _relabelled(labels, hidden, clear)
    pixels = np.array(image.pixels)
    pixels[labelled.index] = _as_type(plane.pixels, pixels.dtype)
    return replace(labelled, image=replace(image, pixels=pixels), labels=labels)


def with_covered(slices: Sequence[LabelledSlice], share: float, seed: int) -> list[LabelledSlice]:
    """``slices`` of which about ``share`` are damaged; equal seeds give equal slices."""
    made = []
    for number, labelled in enumerate(slices):
        rng = np.random.default_rng([seed, 15_487_469, number])
        made.append(cover(labelled, rng) if rng.random() < share else labelled)
    return made


def _damages(rng: np.random.Generator) -> list[Damage]:
    """One to three; an image is cut once at most, or nothing might be left of it."""
    number = int(rng.integers(1, _LARGEST_NUMBER + 1))
    drawn = rng.choice(len(_SHARES), size=number, p=list(_SHARES.values()))
    kinds = [list(_SHARES)[int(index)] for index in drawn]
    first = kinds.index(Damage.CUT) if Damage.CUT in kinds else 0
    return [kind for n, kind in enumerate(kinds) if kind is not Damage.CUT or n == first]


Hidden = Callable[[HipLandmarkId, tuple[float, float]], bool]


def _damage(plane: _Plane, kind: Damage, rng: np.random.Generator) -> tuple[Hidden, Hidden]:
    """Damage the pixels; returns which landmarks are hidden and which are seen clearly."""
    if kind is Damage.CUT or (kind is Damage.DECOY and rng.random() < 0.3):
        outside = _border(plane, kind is Damage.CUT, rng)
        plane.pixels[outside] = plane.pixels.min()

        def cut_off(id_: HipLandmarkId, ij: tuple[float, float]) -> bool:
            return bool(outside[_pixel(ij, outside.shape)])

        return cut_off, lambda id_, ij: not cut_off(id_, ij)
    patch = _patch(plane, kind is Damage.COVER, rng)
    _paint(plane, patch, rng)
    depth = _depth_mm(patch, plane.spacing)

    def covered(id_: HipLandmarkId, ij: tuple[float, float]) -> bool:
        return depth[_pixel(ij, patch.shape)] >= EVIDENCE_MM.get(id_[1], _OTHER_EVIDENCE_MM)

    return covered, lambda id_, ij: depth[_pixel(ij, patch.shape)] <= -_CLEAR_MM


def _relabelled(
    labels: Mapping[HipLandmarkId, PointLabel], hidden: Hidden, clear: Hidden
) -> dict[HipLandmarkId, PointLabel]:
    kept = {}
    for id_, label in labels.items():
        if label.ij is None or clear(id_, label.ij):
            kept[id_] = label
        elif hidden(id_, label.ij):
            kept[id_] = PointLabel(None)
    return kept


# --- shapes -------------------------------------------------------------------------------------
def _patch(plane: _Plane, covering: bool, rng: np.random.Generator) -> Mask:
    """A mask over all evidence of one landmark, or one that touches none."""
    if covering and plane.points:
        ids = list(plane.points)
        id_ = ids[int(rng.integers(len(ids)))]
        least = EVIDENCE_MM.get(id_[1], _OTHER_EVIDENCE_MM) + 1.0
        spare = rng.uniform(0, _WIDER_MM)
        angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(0, spare)
        x, y = plane.points[id_]
        centre = (
            x + away * math.cos(angle) / plane.spacing[1],
            y + away * math.sin(angle) / plane.spacing[0],
        )
        return _shape(plane, centre, least + spare, rng)
    for _ in range(_TRIES):
        centre = _decoy_centre(plane, rng)
        mask = _shape(plane, centre, rng.uniform(*_PATCH_MM), rng)
        depth = _depth_mm(mask, plane.spacing)
        if all(depth[_pixel(ij, mask.shape)] <= -_CLEAR_MM for ij in plane.points.values()):
            return mask
    return np.zeros(plane.pixels.shape, dtype=bool)


def _decoy_centre(plane: _Plane, rng: np.random.Generator) -> tuple[float, float]:
    """Half of them anywhere, half about the landmarks, where the damage that hides one lies."""
    rows, columns = plane.pixels.shape
    if not plane.points or rng.random() < 0.5:
        return (float(rng.uniform(0, columns - 1)), float(rng.uniform(0, rows - 1)))
    x, y = list(plane.points.values())[int(rng.integers(len(plane.points)))]
    dx, dy = rng.uniform(-_NEAR_MM, _NEAR_MM, 2)
    return (x + dx / plane.spacing[1], y + dy / plane.spacing[0])


def _shape(
    plane: _Plane, centre: tuple[float, float], inner_mm: float, rng: np.random.Generator
) -> Mask:
    """A disc or a polygon that holds the disc of ``inner_mm`` about ``centre``."""
    if rng.random() < 0.5:
        return plane.distance_mm(centre) <= inner_mm
    rows, columns = np.indices(plane.pixels.shape)
    dx = (columns - centre[0]) * plane.spacing[1]
    dy = (rows - centre[1]) * plane.spacing[0]
    sides = int(rng.integers(3, 8))
    angles = (np.arange(sides) + rng.uniform(-0.25, 0.25, sides)) * 2 * math.pi / sides
    angles = angles + rng.uniform(0, 2 * math.pi)
    mask = np.ones(plane.pixels.shape, dtype=bool)
    for angle in angles:
        reach = inner_mm * rng.uniform(1.0, 1.4)
        mask &= dx * math.cos(angle) + dy * math.sin(angle) <= reach
    return mask & (plane.distance_mm(centre) <= 2 * inner_mm)


def _border(plane: _Plane, cutting: bool, rng: np.random.Generator) -> Mask:
    """What lies beyond a straight, slightly tilted border."""
    rows, columns = np.indices(plane.pixels.shape)
    angle = rng.integers(4) * math.pi / 2 + np.radians(rng.uniform(-8, 8))
    across, down = plane.spacing[1] * math.cos(angle), plane.spacing[0] * math.sin(angle)
    height = np.zeros(plane.pixels.shape) + columns * across + rows * down
    heights = sorted(float(height[_pixel(ij, height.shape)]) for ij in plane.points.values())
    farthest = heights[-1] if heights else float(np.quantile(height, 0.8))
    if cutting and heights:
        outer = heights[int(rng.integers(len(heights) // 2, len(heights)))]
        return np.asarray(height > outer - rng.uniform(2, 30))
    return np.asarray(height > farthest + _CLEAR_MM + rng.uniform(0, 60))


def _depth_mm(mask: Mask, spacing: tuple[float, float]) -> NDArray[np.float64]:
    """Distance to the mask's edge: positive inside, negative outside."""
    if not mask.any() or mask.all():
        return np.full(mask.shape, np.inf if mask.all() else -np.inf)
    inside = ndimage.distance_transform_edt(mask, sampling=spacing)
    outside = ndimage.distance_transform_edt(~mask, sampling=spacing)
    return np.asarray(inside - outside)


def _pixel(ij: tuple[float, float], shape: tuple[int, ...]) -> tuple[int, int]:
    row, column = round(ij[1]), round(ij[0])
    return min(max(row, 0), shape[0] - 1), min(max(column, 0), shape[1] - 1)


# --- fillings -----------------------------------------------------------------------------------
def _paint(plane: _Plane, mask: Mask, rng: np.random.Generator) -> None:
    """Fill ``mask`` with noise, a constant, texture from elsewhere or something like metal."""
    low, high = (float(v) for v in np.percentile(plane.pixels, (1, 99)))
    fill = (_noise, _constant, _texture, _metal)[int(rng.integers(4))]
    fill(plane, mask, (low, high), rng)


def _noise(
    plane: _Plane, mask: Mask, window: tuple[float, float], rng: np.random.Generator
) -> None:
    spread = (window[1] - window[0]) * rng.uniform(0.05, 0.3)
    grain = ndimage.gaussian_filter(rng.normal(0, 1, mask.shape), rng.uniform(0, 3))
    grain *= spread / max(float(grain.std()), 1e-6)
    plane.pixels[mask] = (rng.uniform(*window) + grain)[mask]


def _constant(
    plane: _Plane, mask: Mask, window: tuple[float, float], rng: np.random.Generator
) -> None:
    plane.pixels[mask] = rng.uniform(*window)


def _texture(
    plane: _Plane, mask: Mask, window: tuple[float, float], rng: np.random.Generator
) -> None:
    """Another region of the slice that shows no known landmark; noise where there is none."""
    rows, columns = mask.shape
    for _ in range(_TRIES):
        shift = (int(rng.integers(rows)), int(rng.integers(columns)))
        source = np.roll(mask, shift, axis=(0, 1))
        if not any(source[_pixel(ij, mask.shape)] for ij in plane.points.values()):
            plane.pixels[mask] = np.roll(plane.pixels, (-shift[0], -shift[1]), axis=(0, 1))[mask]
            return
    _noise(plane, mask, window, rng)


def _metal(
    plane: _Plane, mask: Mask, window: tuple[float, float], rng: np.random.Generator
) -> None:
    """A void with a bright rim (MRI) or saturation (X-ray), with a blooming edge."""
    low, high = window
    void = rng.random() < 0.5
    bloom = [rng.uniform(0.5, _BLOOM_MM) / step for step in plane.spacing]
    alpha = ndimage.gaussian_filter(mask.astype(np.float32), bloom)
    plane.pixels[...] += alpha * ((low if void else 1.2 * high) - plane.pixels)
    if void:
        plane.pixels[...] += 4 * alpha * (1 - alpha) * np.float32(rng.uniform(0, 1) * (high - low))


def _as_type(pixels: Pixels, kind: np.dtype[Any]) -> NDArray[Any]:
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        return np.asarray(np.clip(np.rint(pixels), limits.min, limits.max).astype(kind))
    return np.asarray(pixels.astype(kind))
