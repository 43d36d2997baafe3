"""Which landmarks an opaque object hides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ....anatomy import LandmarkState, Side
from ..view import BoneView, TruePoint

Opaque = Callable[[NDArray[np.float64]], NDArray[np.bool_]]
"""(..., 2) view pixels to whether the film shows nothing of the bone there."""

_NEARBY = 0.12  # radius, relative to the head's, of what one must see around a point on a line
_NECK_HALF = 0.68  # half the width of the neck relative to the head's radius
_SHAFT_HALF = 0.62
_LEAST_SEEN = 0.5


def hidden(view: BoneView, opaque: Opaque, note: str) -> BoneView:
    """The view with ABSENT landmarks where one cannot see what defines them.

    A point on a line (roof, teardrop, tip) needs half of its surroundings; the head's centre half
    of the head's circle; a point midway between two cortices both of them.
    """
    points = dict(view.landmarks)
    shown = {
        (side, key): _needed(view, side, key, np.array(point.xy))
        for (side, key), point in view.landmarks.items()
        if point.state is LandmarkState.VISIBLE and point.xy is not None
    }
    if not shown:
        return view
    # all at once: an object is costly to ask
    seen = ~opaque(np.concatenate([places for places, _ in shown.values()]))
    ends = np.cumsum([len(places) for places, _ in shown.values()])[:-1]
    for (id_, (_, share)), own in zip(shown.items(), np.split(seen, ends), strict=True):
        if np.mean(own) < share:
            points[id_] = TruePoint(view.landmarks[id_].xy, LandmarkState.ABSENT, note)
    return replace(view, landmarks=points)


def _needed(
    view: BoneView, side: Side, key: str, place: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """(N, 2) view pixels that define a landmark, and the share of them that must be seen."""
    radius = view.head_radius_px.get(side.value, 30.0)
    if key == "FHC":
        return _circle(place, radius, 36), _LEAST_SEEN
    axis = _axis(view, side, key)
    if axis is None:
        rings = [_circle(place, _NEARBY * radius * k, 8) for k in (0.5, 1.0)]
        return np.vstack([place[None], *rings]), _LEAST_SEEN
    half = (_NECK_HALF if key in ("NA", "NB") else _SHAFT_HALF) * radius
    across = half * np.array([-axis[1], axis[0]])
    along = 0.1 * radius * axis
    sides = [place + s * across + k * along for s in (-1, 1) for k in (-1, 0, 1)]
    return np.array(sides), 0.8


def _axis(view: BoneView, side: Side, key: str) -> NDArray[np.float64] | None:
    """Unit vector along the neck or shaft of a point between two cortices."""
    ends = {"NA": ("FHC", "NB"), "NB": ("FHC", "NB"), "SHP": ("SHP", "SHD"), "SHD": ("SHP", "SHD")}
    if key not in ends:
        return None
    found = [view.landmarks.get((side, name)) for name in ends[key]]
    if any(point is None or point.xy is None for point in found):
        return np.array([0.0, 1.0]) if key.startswith("SH") else None
    first, last = (np.array(point.xy) for point in found if point is not None)
    length = float(np.linalg.norm(last - first))
    return None if length < 1e-6 else np.asarray((last - first) / length, dtype=np.float64)


def _circle(centre: NDArray[np.float64], radius: float, count: int) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
