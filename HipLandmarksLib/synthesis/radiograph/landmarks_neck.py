"""Neck of the femur on a film: its contours, its narrowest place, its base, and where it begins.

The superior line runs from the head to the trochanteric fossa, the inferior one to the lesser
trochanter; both are followed along the surface's tangent curve, so that they are found where the
greater trochanter lies behind them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...measurement import contour_exit
from .landmarks_contour import ContourLine, turning_deg, walk
from .landmarks_frame import HipFrame

LCP_TOLERANCE = 0.02
"""The contour has left the head circle when it is farther out by this share of the radius.

Half a millimetre at the hip: as much as real heads differ from a sphere. A smaller share would
find the head's own unevenness, a larger one would lower alpha by definition.
"""

NECK_BASE_WIDENING = 1.15
"""The neck's base: where it is by this factor wider than at its narrowest."""

_STEP = 0.25
_CORNER_DEG = 100.0
_RETURN_MM = 1.5
_LEAST_NECK = 0.35
_LEAST_BASE = 0.15
_WINDOW = 0.6
_CLOSE_WINDOW = 0.25
_CORNERS_FROM = 0.7
_NOTCH_MM = 5.0
_OWN_MM = 0.05
_APART_MM = 1.0
_FACING_UP = 0.3
_MOST_TRIALS = 12
_LEAST_GAIN_MM = 4.0
_SOFTNESS_MM = 0.3
_POLE_DEG = 135.0
_INFERIOR_POLE_DEG = 115.0


@dataclass(frozen=True, eq=False)
class NeckPoints:
    """Points of the neck, mm on the detector; None with a reason where the film has none.

    Attributes:
        narrowest: NA, the middle of the narrowest neck across its axis.
        base: NB, the middle of the neck's base.
        exit: LCP, where the superior contour leaves the head circle.
        superior, inferior: contour points of the narrowest neck.
        reasons: why a point is None, by its name here.
    """

    narrowest: NDArray[np.float64] | None = None
    base: NDArray[np.float64] | None = None
    exit: NDArray[np.float64] | None = None
    superior: NDArray[np.float64] | None = None
    inferior: NDArray[np.float64] | None = None
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class _Profile:
    """Distances of both neck contours from the axis, by station along it."""

    origin: NDArray[np.float64]
    axis: NDArray[np.float64]
    square: NDArray[np.float64]
    station: NDArray[np.float64]
    superior: NDArray[np.float64]
    inferior: NDArray[np.float64]

    @property
    def width(self) -> NDArray[np.float64]:
        return self.superior - self.inferior

    def at(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Middle, superior and inferior point of the weighted mean station."""
        s, high, low = (weights @ v for v in (self.station, self.superior, self.inferior))
        along = self.origin + s * self.axis
        return tuple(along + u * self.square for u in ((high + low) / 2, high, low))


def neck_points(frame: HipFrame, lines: Sequence[ContourLine]) -> NeckPoints:
    """Find NA, NB and LCP in the contours of a femur.

    NA lies across the axis from the head's centre to NA itself, found by iteration from the
    middle of the narrowest neck in space. Where the superior contour ends in the trochanteric
    fossa before the neck widens again (external rotation), the narrowest place is that end.
    """
    axis = frame.flat(frame.geometry.neck_centre) - frame.head.centre
    expected = float(np.linalg.norm(axis))
    if expected < _LEAST_NECK * frame.head.radius:
        return _none("the neck is seen along its axis")
    axis = axis / expected
    superior, inferior = neck_contours(frame, lines, axis, expected)
    for _ in range(2):
        profile = _profile(frame, superior, inferior, axis)
        narrowest = _narrowest(profile, expected, frame.head.radius)
        if narrowest is not None:
            along = profile.at(narrowest)[0] - frame.head.centre
            axis = along / np.linalg.norm(along)
    profile = _profile(frame, superior, inferior, axis)
    narrowest = _narrowest(profile, expected, frame.head.radius)
    return _points(frame, superior, profile, narrowest)


def _points(
    frame: HipFrame,
    superior: NDArray[np.float64],
    profile: _Profile,
    narrowest: NDArray[np.float64] | None,
) -> NeckPoints:
    reasons = []
    middle = high = low = base = None
    if narrowest is None:
        reasons.append(("narrowest", "head and trochanter hide the narrowest neck"))
    else:
        middle, high, low = profile.at(narrowest)
        base = _base(profile, narrowest, frame.head.radius)
    if base is None:
        reasons.append(("base", "the trochanter hides where the neck widens"))
    leaving = _exit(frame, superior, profile.axis)
    if leaving is None:
        reasons.append(("exit", "the superior contour does not leave the head circle once"))
    return NeckPoints(middle, base, leaving, high, low, tuple(reasons))


def neck_contours(
    frame: HipFrame, lines: Sequence[ContourLine], axis: NDArray[np.float64], expected: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Superior and inferior contour, (N, 2) mm on the detector, from the head's far half on.

    Each ends where it turns back or, near the neck, has a corner: in the trochanteric fossa, at
    the lesser trochanter. Corners on the head are osteophytes and do not count.

    Args:
        frame: of the hip.
        lines: contours of its femur.
        axis: (2,) unit from the head's centre along the neck.
        expected: how far along the axis the narrowest neck is projected, mm on the detector.
    """
    square = _square(frame, axis)
    line = max(lines, key=lambda each: _on_circle(frame, each))
    found = []
    for sign, pole in ((1.0, _POLE_DEG), (-1.0, _INFERIOR_POLE_DEG)):
        angle = np.radians(pole)
        start = np.cos(angle) * axis + sign * np.sin(angle) * square
        aim = frame.head.centre + frame.head.radius * start
        index = int(np.argmin(np.linalg.norm(line.xy - aim, axis=1)))
        path = walk(line, index, axis, 6.0 * frame.head.radius, _STEP)
        progress = (path - frame.head.centre) @ axis
        found.append(_until_turn(path, progress, _CORNERS_FROM * expected))
    reached = float(np.linalg.norm(found[0][-1] - frame.head.centre))
    if reached < (1.0 + LCP_TOLERANCE) * frame.head.radius:
        found[0] = _over_notch(frame, lines, axis, found[0], _CORNERS_FROM * expected)
    return found[0], found[1]


def _over_notch(
    frame: HipFrame,
    lines: Sequence[ContourLine],
    axis: NDArray[np.float64],
    path: NDArray[np.float64],
    corners_from: float,
) -> NDArray[np.float64]:
    """The superior contour past an overhanging head.

    There the head's line ends behind the neck, and the neck's own line crosses it: on the film the
    contour goes over from one to the other where they cross.
    """
    last = path[-round(_NOTCH_MM * frame.magnification / _STEP) :]
    square = _square(frame, axis)
    begin = (path[-1] - frame.head.centre) @ axis
    for line, index in _crossing(frame, lines, square, last):
        other = walk(line, index, axis, 4.0 * frame.head.radius, _STEP)
        progress = (other - frame.head.centre) @ axis
        other = _until_turn(other, progress, corners_from)
        gain = float((other[-1] - frame.head.centre) @ axis - begin)
        if gain > _LEAST_GAIN_MM * frame.magnification:
            near = np.linalg.norm(path - other[0], axis=1)
            return np.concatenate([path[: int(np.argmin(near)) + 1], other])
    return path


def _crossing(
    frame: HipFrame,
    lines: Sequence[ContourLine],
    square: NDArray[np.float64],
    last: NDArray[np.float64],
) -> list[tuple[ContourLine, int]]:
    """Points of other stretches of contour that face up close to the end of one, nearest first."""
    found: list[tuple[float, ContourLine, int]] = []
    for line in lines:
        away = np.linalg.norm(line.xy[:, None] - last, axis=2).min(axis=1)
        other = (away > _OWN_MM) & (away < _APART_MM * frame.magnification)
        other &= line.outward @ square > _FACING_UP
        found += [(float(away[index]), line, int(index)) for index in np.flatnonzero(other)]
    found.sort(key=lambda each: each[0])
    return [(line, index) for _, line, index in found[:_MOST_TRIALS]]


def _square(frame: HipFrame, axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square to the neck, on its upper side."""
    square = np.array([-axis[1], axis[0]])
    return square if square @ frame.up > 0 else -square


def _on_circle(frame: HipFrame, line: ContourLine) -> int:
    away = np.linalg.norm(line.xy - frame.head.centre, axis=1)
    return int(np.sum(np.abs(away - frame.head.radius) < 0.08 * frame.head.radius))


def _until_turn(
    path: NDArray[np.float64], progress: NDArray[np.float64], corners_from: float
) -> NDArray[np.float64]:
    """The part of a contour that goes on along the neck, without corner."""
    back = progress < np.maximum.accumulate(progress) - _RETURN_MM
    reach = round(2.0 / _STEP)
    corner = (turning_deg(path, reach) > _CORNER_DEG) & (progress > corners_from)
    stop = np.flatnonzero(back | corner)
    end = int(stop[0]) if len(stop) else len(path)
    return path[: int(np.argmax(progress[:end])) + 1] if end else path[:1]


def _profile(
    frame: HipFrame,
    superior: NDArray[np.float64],
    inferior: NDArray[np.float64],
    axis: NDArray[np.float64],
) -> _Profile:
    square = _square(frame, axis)
    ends = [float((line[-1] - frame.head.centre) @ axis) for line in (superior, inferior)]
    station = np.arange(0.4 * frame.head.radius, min(ends), _STEP)
    sides = []
    for line in (superior, inferior):
        local = line - frame.head.centre
        along = np.maximum.accumulate(local @ axis)
        sides.append(np.interp(station, along, local @ square))
    return _Profile(frame.head.centre, axis, square, station, sides[0], sides[1])


def _narrowest(profile: _Profile, expected: float, radius: float) -> NDArray[np.float64] | None:
    """Weights of the stations around the least width; None when only the head is seen.

    An overhanging head may leave less width beneath it than the neck has: then only stations from
    near the narrowest neck in space on count.
    """
    for before in (_WINDOW, _CLOSE_WINDOW):
        ahead = profile.station - expected
        inside = (ahead > -before * radius) & (ahead < _WINDOW * radius)
        if inside.sum() < 8:
            return None
        width = np.where(inside, profile.width, np.inf)
        place = int(np.argmin(width))
        if place > int(np.argmax(inside)):
            break
    weights = np.exp(-(width - width[place]) / _SOFTNESS_MM)
    return np.asarray(weights / weights.sum())


def _base(
    profile: _Profile, narrowest: NDArray[np.float64], radius: float
) -> NDArray[np.float64] | None:
    """Middle of the neck where it has widened, or where the superior contour ends before that."""
    place = int(np.argmax(narrowest))
    wide = profile.width[place:] >= NECK_BASE_WIDENING * profile.width[place]
    at = place + int(np.argmax(wide)) if wide.any() else len(profile.station) - 1
    if profile.station[at] - profile.station[place] < _LEAST_BASE * radius:
        return None
    weights = np.zeros(len(profile.station))
    weights[at] = 1.0
    return profile.at(weights)[0]


def _exit(
    frame: HipFrame,
    superior: NDArray[np.float64],
    axis: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    found = contour_exit(
        superior.tolist(),
        frame.head.centre.tolist(),
        frame.head.radius,
        axis.tolist(),
        LCP_TOLERANCE,
    )
    return None if found.point is None else np.array(found.point)


def _none(reason: str) -> NeckPoints:
    return NeckPoints(reasons=tuple((name, reason) for name in ("narrowest", "base", "exit")))
