"""How deep in a stack a femoral head lies: from where it is seen, and from its rims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..imaging import HipImage, slice_depths_mm
from ..imaging.marrow_rim import SliceRays
from .sides import HEAD
from .volume_refinement import slice_rim

if TYPE_CHECKING:
    from .result import SlicePrediction

_SEEN = 0.5
_BRIDGED_MM = 6.0
"""A head that was missed on slices within so many mm is still one head."""

_LEAST_RIMS = 4
_FARTHEST_MM = 6.0
"""Rims that put the centre farther from where the head is seen are not those of a sphere."""

_ROUNDS = 5
_USUAL_MISS_MM = 1.0
_LARGEST_MISS_MM = 1.5


def seen_depths(survey: Sequence[SlicePrediction], image: HipImage) -> dict[Side, float | None]:
    """Depth of each head as the centre of mass of its presence, mm to the front.

    None for a head that is on no slice.
    """
    depths: dict[Side, float | None] = {}
    for side in Side:
        presence, own = _presence(survey, side), _slices_of_head(survey, image, side)
        where = slice_depths_mm(image)[[survey[n].index for n in own]]
        weight = presence[own]
        depths[side] = float((weight * where).sum() / weight.sum()) if len(own) else None
    return depths


def rim_depths(survey: Sequence[SlicePrediction], image: HipImage) -> dict[Side, float | None]:
    """Depth of each head as the centre of the sphere of which its rims are sections.

    The radius of a section tells how far from the centre it lies: the square of radius and depth
    is linear in the depth. Where fewer than four slices show a rim, or these are no sections of
    one sphere near the slices that show the head, the depth is that of :func:`seen_depths`.

    Args:
        survey: the slices that show anything, in the order of the image.
        image: MRI with bright marrow.
    """
    rays: dict[int, SliceRays] = {}
    depths = slice_depths_mm(image)
    result = seen_depths(survey, image)
    for side, seen in result.items():
        if seen is None:
            continue
        sections = []
        for own in (survey[n] for n in _slices_of_head(survey, image, side)):
            if own.index not in rays:
                rays[own.index] = SliceRays(image, own.index)
            rim = slice_rim(image, rays[own.index], own, side)
            if rim is not None:
                sections.append((float(depths[own.index]) - seen, rim.radius))
        shift = _sphere_centre(np.array(sections)) if len(sections) >= _LEAST_RIMS else None
        if shift is not None and abs(shift) <= _FARTHEST_MM:
            result[side] = seen + shift
    return result


def _sphere_centre(sections: NDArray[np.float64]) -> float | None:
    """Depth of the centre from (depth, radius) of sections; None when they are of no sphere."""
    depth, radius = sections.T
    weight = np.ones(len(depth))
    centre, miss = 0.0, np.zeros(len(depth))
    for _ in range(_ROUNDS):
        rows = np.stack([depth, np.ones_like(depth)], axis=1)
        slope, rest = np.linalg.lstsq(
            rows * weight[:, np.newaxis], (radius**2 + depth**2) * weight, rcond=None
        )[0]
        centre = float(slope) / 2
        square = float(rest) + centre**2
        if square <= 0:
            return None
        expected = np.sqrt(np.maximum(square - (depth - centre) ** 2, 1.0))
        miss = np.abs(radius - expected)
        weight = np.sqrt(radius / radius.max()) / np.maximum(1.0, miss / _USUAL_MISS_MM)
    return centre if np.median(miss) <= _LARGEST_MISS_MM else None


def _presence(survey: Sequence[SlicePrediction], side: Side) -> NDArray[np.float64]:
    return np.array([own.points[(side, HEAD)].presence for own in survey], dtype=np.float64)


def _slices_of_head(
    survey: Sequence[SlicePrediction], image: HipImage, side: Side
) -> NDArray[np.intp]:
    """Places in the survey that show the head, about the best one, without a wide gap."""
    presence = _presence(survey, side)
    if presence.max() < _SEEN:
        return np.zeros(0, dtype=np.intp)
    depths = slice_depths_mm(image)[[own.index for own in survey]]
    return _together(presence >= _SEEN, depths, int(np.argmax(_smoothed(presence))))


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(np.pad(values, 1), [0.25, 0.5, 0.25], mode="valid")


def _together(seen: NDArray[np.bool_], depths: NDArray[np.float64], start: int) -> NDArray[np.intp]:
    """The places of the slices about ``start`` that show the head without a wide gap.

    Neighbours belong together, and what lies within a few millimetres: of many thin slices one
    or the other may be missed.
    """
    found = [start]
    for step in (-1, 1):
        last, place = start, start + step
        while 0 <= place < len(seen):
            wide = abs(depths[place] - depths[last]) > _BRIDGED_MM
            if seen[place] and (place == last + step or not wide):
                last = place
                found.append(place)
            elif wide:
                break
            place += step
    return np.array(sorted(found))
