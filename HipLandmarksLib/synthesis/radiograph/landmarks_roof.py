"""The roof line (sourcil) on a film and its ends, LAE and MSO.

The roof line is the socket's articular surface seen edge-on: it runs concentric with the head from
the rim to the fossa. Medially it steps out of the circle into the fossa (MSO); laterally it turns
round the rim, or ends in a cusp where the surface turns back along the anterior or posterior wall
(LAE, ``edge = sourcil``). The bony rim lies a few degrees farther out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landmarks_contour import ContourLine, turning_deg, walk
from .landmarks_frame import HipFrame
from .landmarks_socket import FilmSocket

FOSSA_STEP = 0.05
"""The roof line ends medially where it is by this share of its radius farther out than on top."""

ROOF_TURN_DEG = 40.0
"""The roof line ends laterally where it turns away from the circle by more than this."""

_STEP = 0.25
_START_DEPTH_MM = (-3.0, 3.0)
_FACING = 0.5
_TOP_DEG = (-25.0, 15.0)
_ROOF_SPREAD = 0.08
_FAR_DEG = 90.0
_RING = (-0.08, 0.25)
_BACK_DEG = 4.0
_CUSP_DEG = 110.0
_INWARDS_DEG = -50.0
_TURN_OVER_MM = 1.5
_PIT_MM = 10.0
_BEYOND_DEG = 1.0
_DROP = 0.05
_SINKING_DEG = -30.0


@dataclass(frozen=True, eq=False)
class RoofLine:
    """Ends of the sourcil, mm on the detector.

    Attributes:
        lateral: LAE, None where the line has no lateral end.
        medial: MSO, at the fossa; None where the fossa does not show.
    """

    lateral: NDArray[np.float64] | None
    medial: NDArray[np.float64] | None


def roof_line(frame: HipFrame, lines: Sequence[ContourLine]) -> RoofLine | None:
    """Find the roof line in the contours of a hip bone; None when no contour faces the head."""
    socket = FilmSocket.of(frame)
    start = _start(socket, lines)
    if start is None:
        return None
    line, index = start
    length = 2.5 * frame.head.radius
    lateral = walk(line, index, frame.lateral, length, _STEP)
    medial = walk(line, index, -frame.lateral, length, _STEP)
    beside = round(0.35 * frame.head.radius / _STEP)
    top = float(np.median(socket.away(np.concatenate([lateral[:beside], medial[:beside]]))))
    return RoofLine(_lateral_end(socket, top, lateral), _medial_end(socket, top, medial))


def bone_edge(frame: HipFrame) -> NDArray[np.float64]:
    """The bony rim at its most lateral, above the head's centre: LAE of ``edge = bone``."""
    rim = frame.flat(frame.geometry.rim)
    rim = rim[frame.height(rim) > 0.0]
    return np.asarray(rim[int(np.argmax(frame.across(rim)))])


def _start(socket: FilmSocket, lines: Sequence[ContourLine]) -> tuple[ContourLine, int] | None:
    """A point on the articular surface near the top of the roof.

    Wrinkles of the surface and the anterior wall draw lines too, inside of the roof's: a point on
    the socket's circle goes before them.
    """
    best: tuple[float, ContourLine, int] | None = None
    for line in lines:
        angle = socket.angle_deg(line.xy)
        roof = socket.on_wall(line, _START_DEPTH_MM, _FACING)
        roof &= (angle > _TOP_DEG[0]) & (angle < _TOP_DEG[1])
        if not roof.any():
            continue
        off_circle = np.abs(socket.away(line.xy) / socket.radius - 1.0) > _ROOF_SPREAD
        cost = np.abs(angle - np.mean(_TOP_DEG)) + _FAR_DEG * off_circle
        cost = np.where(roof, cost, np.inf)
        index = int(np.argmin(cost))
        if best is None or cost[index] < best[0]:
            best = (float(cost[index]), line, index)
    return None if best is None else (best[1], best[2])


def _lateral_end(
    socket: FilmSocket, top: float, path: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Where a line along the roof turns round the rim, or back for good.

    It is followed while it keeps to a wide ring around the socket: spurs do not end it, nor do
    pits, at which it turns back for a few millimetres. From its most lateral point it is then
    taken back to where it turns.
    """
    angle, ring = socket.angle_deg(path), socket.away(path) / top - 1.0
    reach = round(_TURN_OVER_MM / _STEP)
    outwards = socket.outwards_deg(path, reach)
    inwards = np.concatenate([outwards[reach:] < _INWARDS_DEG, np.zeros(reach, dtype=bool)])
    stop = (ring > _RING[1]) | (ring < _RING[0]) | inwards[: len(path)]
    stop |= angle < np.maximum.accumulate(angle) - _BACK_DEG
    stop |= turning_deg(path, reach) > _CUSP_DEG
    ahead = round(_PIT_MM * socket.frame.magnification / _STEP)
    begin = 0
    while True:
        places = np.flatnonzero(stop[begin:])
        if not len(places):
            return None
        last = begin + int(places[0])
        end = int(np.argmax(angle[: last + 1]))
        further = slice(last, last + ahead)
        beyond = (angle[further] > angle[end] + _BEYOND_DEG) & ~stop[further]
        beyond &= (ring[further] > ring[end] - _DROP) & (outwards[further] > _SINKING_DEG)
        if not beyond.any():
            break
        begin = last + int(np.argmax(beyond))
    while end > 0 and outwards[end] > ROOF_TURN_DEG:
        end -= 1
    return path[end]


def _medial_end(
    socket: FilmSocket, top: float, path: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """The last place before the line steps out into the fossa, between two samples."""
    away = socket.away(path) - (1.0 + FOSSA_STEP) * top
    out = np.flatnonzero(away > 0.0)
    if not len(out) or out[0] == 0:
        return None
    last = int(out[0]) - 1
    share = away[last] / (away[last] - away[last + 1])
    return np.asarray(path[last] * (1.0 - share) + path[last + 1] * share)
