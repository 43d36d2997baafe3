"""Roof line and teardrop of the hip bone on a film, and the upper end of the ilioischial line.

All three are lines that a film draws where a ray runs along a cortex, see
:mod:`.landmarks_contour`. The roof line (sourcil) is the socket's articular surface seen edge-on:
it runs concentric with the head from the rim to the fossa, where it steps away from the joint and
goes on as the floor of the fossa down to the notch: the lateral limb of the teardrop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landmarks_contour import ContourLine, turning_deg, walk
from .landmarks_frame import HipFrame

FOSSA_STEP = 0.05
"""The roof line ends medially where it is by this share of its radius farther out than on top."""

ROOF_TURN_DEG = 40.0
"""The roof line ends laterally where it turns away from the head circle by more than this."""

_STEP = 0.25
_FACING = 0.5
_JOINT_MM = (-3.0, 3.0)
_FOSSA_MM = (-3.0, 10.0)
_TOP_DEG = (-25.0, 15.0)
_ROOF_SPREAD = 0.08
_FAR_DEG = 90.0
_RING = (-0.08, 0.25)
_BACK_DEG = 4.0
_CUSP_DEG = 110.0
_TURN_OVER_MM = 1.5
_LEVEL_OVER_MM = 2.0
_LEVEL_DEG = 20.0
_LATERAL_MM = 0.5


@dataclass(frozen=True, eq=False)
class RoofLine:
    """The sourcil, mm on the detector.

    Attributes:
        lateral: LAE, its lateral end; None where it has none.
        medial: MSO, its medial end at the fossa; None where the fossa does not show.
        path: (N, 2) from the medial to the lateral end, as far as followed.
    """

    lateral: NDArray[np.float64] | None
    medial: NDArray[np.float64] | None
    path: NDArray[np.float64]


def roof_line(frame: HipFrame, lines: Sequence[ContourLine]) -> RoofLine | None:
    """Find the roof line in the contours of a hip bone; None when no contour faces the head."""
    start = _roof_start(frame, lines)
    if start is None:
        return None
    line, index = start
    centre, _ = _socket_circle(frame)
    length = 2.5 * frame.head.radius
    lateral = walk(line, index, frame.lateral, length, _STEP)
    medial = walk(line, index, -frame.lateral, length, _STEP)
    top = _roof_radius(frame, centre, lateral, medial)
    lae, outer = _lateral_end(frame, centre, top, lateral)
    mso, inner = _medial_end(centre, top, medial)
    path = np.concatenate([medial[inner:0:-1], lateral[: outer + 1]])
    return RoofLine(lae, mso, path)


def _socket_circle(frame: HipFrame) -> tuple[NDArray[np.float64], float]:
    """Centre and radius of the socket's sphere on the film."""
    geometry = frame.geometry
    centre = frame.flat(geometry.socket_centre)
    return centre, geometry.socket_radius_mm * frame.camera.magnification(geometry.socket_centre)


def _facing(frame: HipFrame, line: ContourLine) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Depth of a curve's points outside the socket's sphere, and how much they face its centre."""
    ray = line.points - frame.geometry.socket_centre
    distance = np.linalg.norm(ray, axis=1)
    facing = -np.einsum("ij,ij->i", ray, line.normals) / distance
    return distance - frame.geometry.socket_radius_mm, facing


def _roof_start(frame: HipFrame, lines: Sequence[ContourLine]) -> tuple[ContourLine, int] | None:
    """The contour point on the socket's articular surface nearest to the top of the roof."""
    centre, radius = _socket_circle(frame)
    best: tuple[float, ContourLine, int] | None = None
    for line in lines:
        depth, facing = _facing(frame, line)
        angle = _angle_deg(frame, centre, line.xy)
        on_roof = (depth > _JOINT_MM[0]) & (depth < _JOINT_MM[1]) & (facing > _FACING)
        on_roof &= (angle > _TOP_DEG[0]) & (angle < _TOP_DEG[1])
        if not on_roof.any():
            continue
        # Wrinkles of the joint's surface and the anterior wall draw lines inside of the roof's.
        away = np.abs(np.linalg.norm(line.xy - centre, axis=1) / radius - 1.0)
        off = np.abs(angle - np.mean(_TOP_DEG)) + _FAR_DEG * (away > _ROOF_SPREAD)
        off = np.where(on_roof, off, np.inf)
        index = int(np.argmin(off))
        if best is None or off[index] < best[0]:
            best = (float(off[index]), line, index)
    return None if best is None else (best[1], best[2])


def _angle_deg(
    frame: HipFrame, centre: NDArray[np.float64], xy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N,) direction from the socket's centre: 0 is up, positive lateral."""
    local = xy - centre
    return np.asarray(np.degrees(np.arctan2(local @ frame.lateral, local @ frame.up)))


def _roof_radius(
    frame: HipFrame, centre: NDArray[np.float64], *paths: NDArray[np.float64]
) -> float:
    """Median distance of the top of the roof line from the socket's centre."""
    path = np.concatenate([path[: round(0.35 * frame.head.radius / _STEP)] for path in paths])
    return float(np.median(np.linalg.norm(path - centre, axis=1)))


def _lateral_end(
    frame: HipFrame, centre: NDArray[np.float64], top: float, path: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, int]:
    """Where the line turns round the rim, or back along the anterior or posterior wall.

    The line is followed while it keeps to a wide ring around the socket: pits and spurs of the
    roof do not end it. From its most lateral point it is then taken back to where it turns.
    """
    angle = _angle_deg(frame, centre, path)
    away = np.linalg.norm(path - centre, axis=1) / top - 1.0
    left = (away > _RING[1]) | (away < _RING[0])
    back = angle < np.maximum.accumulate(angle) - _BACK_DEG
    cusp = turning_deg(path, round(_TURN_OVER_MM / _STEP)) > _CUSP_DEG
    stop = np.flatnonzero(left | back | cusp)
    if not len(stop):
        return None, len(path) - 1
    end = int(np.argmax(angle[: int(stop[0]) + 1]))
    turned = _turned_deg(centre, path)
    while end > 0 and turned[end] > ROOF_TURN_DEG:
        end -= 1
    return path[end], end


def _turned_deg(centre: NDArray[np.float64], path: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) angle by which the line goes outwards from the circle around the socket."""
    reach = round(_TURN_OVER_MM / _STEP)
    turned = np.zeros(len(path))
    if len(path) > 2 * reach:
        ahead = path[reach:] - path[:-reach]
        radial = path[reach:] - centre
        outwards = np.einsum("ij,ij->i", ahead, radial)
        outwards /= np.linalg.norm(ahead, axis=1) * np.linalg.norm(radial, axis=1)
        turned[reach:] = np.degrees(np.arcsin(outwards))
    return turned


def _medial_end(
    centre: NDArray[np.float64], top: float, path: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, int]:
    """The last place before the line steps out into the fossa, between two samples."""
    away = np.linalg.norm(path - centre, axis=1) - (1.0 + FOSSA_STEP) * top
    out = np.flatnonzero(away > 0.0)
    if not len(out) or out[0] == 0:
        return None, len(path) - 1
    last = int(out[0]) - 1
    share = away[last] / (away[last] - away[last + 1])
    return path[last] * (1.0 - share) + path[last + 1] * share, last


def bone_edge(frame: HipFrame) -> NDArray[np.float64]:
    """The bony rim at its most lateral, above the head's centre: LAE of ``edge = bone``."""
    rim = frame.flat(frame.geometry.rim)
    rim = rim[frame.height(rim) > 0.0]
    return np.asarray(rim[int(np.argmax(frame.across(rim)))])


def teardrop(frame: HipFrame, lines: Sequence[ContourLine]) -> NDArray[np.float64] | None:
    """TD: lowest point of the teardrop; None when the floor of the fossa draws no line.

    The line of the fossa's floor, the lateral limb, is followed downwards from the level of the
    head's centre to where it goes down no more: round into the quadrilateral surface (U), back up
    (V), or on along the notch, whose edge may lie lower but is no part of the figure.
    """
    start = _fossa_floor(frame, lines)
    if start is None:
        return None
    line, index = start
    path = walk(line, index, -frame.up, 3.0 * frame.head.radius, _STEP)
    reach = round(_LEVEL_OVER_MM / _STEP)
    if len(path) <= reach:
        return None
    height = path @ frame.up
    fall = height[:-reach] - height[reach:]
    level = np.flatnonzero(fall < np.sin(np.radians(_LEVEL_DEG)) * _LEVEL_OVER_MM)
    if not len(level):
        return None
    first = int(level[0])
    end = np.arange(first, min(first + 2 * reach, len(path)))
    end = end[path[end] @ frame.lateral < path[first] @ frame.lateral + _LATERAL_MM]
    return path[end[int(np.argmin(height[end]))]]


def _fossa_floor(frame: HipFrame, lines: Sequence[ContourLine]) -> tuple[ContourLine, int] | None:
    """The innermost contour point that faces the head at the level of its centre."""
    best: tuple[float, ContourLine, int] | None = None
    for line in lines:
        depth, facing = _facing(frame, line)
        floor = (depth > _FOSSA_MM[0]) & (depth < _FOSSA_MM[1]) & (facing > _FACING)
        floor &= np.abs(frame.height(line.xy)) < 0.35 * frame.head.radius
        floor &= line.outward @ frame.lateral > _FACING
        if not floor.any():
            continue
        inner = np.where(floor, frame.across(line.xy), np.inf)
        index = int(np.argmin(inner))
        if best is None or inner[index] < best[0]:
            best = (float(inner[index]), line, index)
    return None if best is None else (best[1], best[2])
