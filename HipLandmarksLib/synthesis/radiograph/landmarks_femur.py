"""Trochanter, shaft and fovea of the femur on a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landmarks_contour import ContourLine, extent, soft_extreme
from .landmarks_frame import HipFrame

LEAST_SHAFT_MM = 50.0
"""SHD lies at least as far below SHP (in the hip's plane); with less the axis means nothing."""

PROFILE_DEG = 25.0
EN_FACE_DEG = 45.0
"""A fovea turned out of the outline by less than the former shows in it as a notch, by more than
the latter it does not; between them readers would not agree."""

_TROCHANTER_MM = 15.0
_STATION_MM = 1.0


@dataclass(frozen=True, eq=False)
class ShaftMidline:
    """Middle of the straight shaft from below the lesser trochanter on.

    Attributes:
        middle: (K, 2) midpoints between the outer cortices, mm on the detector, downwards.
        edges: (K, 2, 2) both cortices at each level.
    """

    middle: NDArray[np.float64]
    edges: NDArray[np.float64]

    def lowest(self, inside: NDArray[np.bool_]) -> int | None:
        """Index of the lowest level above which both cortices are in the field of view.

        Args:
            inside: (K, 2) whether a cortex point of :attr:`edges` is in the field.
        """
        whole = inside[:, 0] & inside[:, 1]
        if not whole.any():
            return None
        first = int(np.argmax(whole))
        gone = np.flatnonzero(~whole[first:])
        return first + int(gone[0]) - 1 if len(gone) else len(whole) - 1


def shaft_midline(frame: HipFrame, lines: Sequence[ContourLine]) -> ShaftMidline | None:
    """Midpoints across the projected shaft, square to its axis; None when it has no length.

    The axis is that of the three-dimensional shaft, then that of the midpoints.
    """
    top = frame.flat(frame.geometry.shaft_proximal)
    bottom = frame.flat(frame.geometry.shaft_distal)
    length = float(np.linalg.norm(bottom - top))
    if not np.isfinite(length) or length < 10.0:
        return None
    stations = np.arange(0.0, length + 1e-9, _STATION_MM)
    for _ in range(2):
        along = (bottom - top) / np.linalg.norm(bottom - top)
        square = np.array([along[1], -along[0]])
        reach = extent(lines, top, along, stations)
        known = np.isfinite(reach).all(axis=1)
        if known.sum() < 2:
            return None
        level, reach = stations[known], reach[known]
        on_axis = top + level[:, None] * along
        edges = on_axis[:, None] + reach[:, :, None] * square
        middle = edges.mean(axis=1)
        top, bottom = _fitted_ends(middle)
    return ShaftMidline(middle, edges)


def _fitted_ends(
    middle: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the straight line through midpoints."""
    centre = middle.mean(axis=0)
    along = np.linalg.svd(middle - centre)[2][0]
    first, last = (middle[[0, -1]] - centre) @ along
    return centre + first * along, centre + last * along


def trochanter_tip(frame: HipFrame, lines: Sequence[ContourLine]) -> NDArray[np.float64] | None:
    """GT: where the outline of the greater trochanter reaches farthest up along the shaft."""
    up = frame.flat(frame.geometry.shaft_proximal) - frame.flat(frame.geometry.shaft_distal)
    tip = frame.geometry.trochanter_tip
    return soft_extreme(lines, up / np.linalg.norm(up), tip, _TROCHANTER_MM)


@dataclass(frozen=True, eq=False)
class FilmFovea:
    """The foveal notch on a film.

    Attributes:
        xy: (2,) on the outline when in profile, else where it is projected; mm on the detector.
        turned_deg: angle between the outline and the notch's direction from the head's centre.
    """

    xy: NDArray[np.float64]
    turned_deg: float


def fovea(frame: HipFrame, lines: Sequence[ContourLine]) -> FilmFovea | None:
    """FOV: the notch's centre, drawn out to the head's contour; None when the head has none."""
    point = frame.geometry.fovea
    if point is None:
        return None
    radial = point - frame.geometry.head_centre
    ray = frame.geometry.head_centre - frame.camera.source
    sine = abs(float(radial @ ray)) / float(np.linalg.norm(radial) * np.linalg.norm(ray))
    turned = float(np.degrees(np.arcsin(min(sine, 1.0))))
    xy = frame.flat(point)
    if turned < PROFILE_DEG:
        xy = _on_outline(frame, lines, xy)
    return FilmFovea(xy, turned)


def _on_outline(
    frame: HipFrame, lines: Sequence[ContourLine], xy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where the ray from the head's centre through a place meets the head's outline."""
    along = (xy - frame.head.centre) / np.linalg.norm(xy - frame.head.centre)
    square = np.array([along[1], -along[0]])
    reach = extent(lines, frame.head.centre, square, np.zeros(1))[0]
    # The second axis of ``extent`` is (square[1], -square[0]) = -along.
    return np.asarray(frame.head.centre - float(reach[0]) * along)
