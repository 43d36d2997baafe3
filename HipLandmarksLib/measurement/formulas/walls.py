"""The walls of the acetabulum: posterior-wall sign, crossover and retroversion index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..frames import HipFrame
from ..polyline import Crossing, Place, Polyline, at_level, crossings
from ..quantity import ConstructionError, Quantity, SignAbsentError, component
from .construction import Construction

_NEAR_MM = 2.0  # nearer than this, two points are taken for the same place
_SAME_MM = 1e-9
_WALLS = {"AW": "anterior", "PW": "posterior"}
WALL_KEYS = tuple(_WALLS)
"""Lists of points along the walls."""


def posterior_wall_mm(hip: Construction, frame: HipFrame) -> Quantity:
    """Posterior wall lateral of the head centre, at its level; negative = posterior-wall sign.

    A wall given by one point is taken at its word when that lies at the level.

    Raises:
        ConstructionError: when the wall does not pass the level, or does so more than once.
    """
    p, names = hip.points, hip.series("PW")
    wall = Polyline([p[name] for name in names])
    if len(wall.points) == 1:
        if abs(component(p, ("FHC", names[0]), frame.up).value) > _NEAR_MM:
            raise ConstructionError(_not_at_level(hip, frame))
        return component(p, ("FHC", names[0]), frame.lat)
    found = at_level(wall, p["FHC"], frame.up)
    if not found:
        raise ConstructionError(_not_at_level(hip, frame))
    if len(found) > 1:
        raise ConstructionError(
            "The posterior wall (PW) passes the level of the head centre more than once: check "
            "the order of its points."
        )
    place = found[0][1]
    return _wall_at(hip, frame, names[place.index], names[place.index + 1])


def _not_at_level(hip: Construction, frame: HipFrame) -> str:
    """Why a wall has no point at the level of the head centre."""
    last = hip.series("PW")[-1]
    above = component(hip.points, ("FHC", last), frame.up).value > 0.0
    where, further = ("above", "down") if above else ("below", "up")
    return (
        f"The posterior wall (PW) lies {where} the level of the head centre only: continue its "
        f"line further {further}."
    )


def _wall_at(hip: Construction, frame: HipFrame, upper: str, lower: str) -> Quantity:
    """Where the segment between two points of the wall passes the level of the head centre."""
    p = hip.points
    a, b = p[upper] - p["FHC"], p[lower] - p["FHC"]
    height, fall = (a * frame.up.conjugate()).real, ((a - b) * frame.up.conjugate()).real
    if abs(fall) < _SAME_MM:  # the wall runs along the level: its first point there counts
        return component(p, ("FHC", upper), frame.lat)
    share = height / fall
    slope = ((a - b) * frame.lat.conjugate()).real / fall
    value = ((a + share * (b - a)) * frame.lat.conjugate()).real
    by_point = frame.lat - slope * frame.up
    turn = -slope * value * (1j * frame.up * frame.lat.conjugate()).real
    gradient = {"FHC": -by_point, upper: (1.0 - share) * by_point, lower: share * by_point}
    return Quantity(value, gradient, turn)


def retroversion_index_pct(hip: Construction, frame: HipFrame) -> Quantity:
    """How far down the opening (LAE to TD) the anterior wall crosses the posterior one.

    Raises:
        SignAbsentError: when the walls do not cross.
        ConstructionError: when the walls do not lie side by side, or seem to be exchanged.
    """
    crossing = first_crossing(hip)
    if crossing is not None:
        return _index(hip, crossing)
    _check_no_crossover(hip, frame)
    raise SignAbsentError(
        "no crossover", "The lines of the two walls do not cross, so there is no index."
    )


def first_crossing(hip: Construction) -> Crossing | None:
    """Where the anterior wall, followed downwards, first crosses the posterior one.

    Raises:
        ConstructionError: when a wall is shorter than 2 mm.
    """
    for crossing in crossings(_wall(hip, "AW"), _wall(hip, "PW")):
        if abs(crossing.point - hip.points["LAE"]) > _NEAR_MM:  # nearer: the common start
            return crossing
    return None


def _wall(hip: Construction, key: str) -> Polyline:
    wall = Polyline([hip.points[name] for name in hip.series(key)])
    if wall.lengths[-1] < _NEAR_MM:
        raise ConstructionError(
            f"The points of the {_WALLS[key]} wall ({key}) are too close together."
        )
    return wall


def _check_no_crossover(hip: Construction, frame: HipFrame) -> None:
    """Absence says something only of walls side by side, the posterior one laterally."""
    edge = hip.points["LAE"]
    opening = (hip.points["TD"] - edge) / abs(hip.points["TD"] - edge)
    walls = (_wall(hip, "AW"), _wall(hip, "PW"))
    depths = [[_part(z - edge, opening) for z in wall.points] for wall in walls]
    begin, end = max(map(min, depths)), min(map(max, depths))
    if end - begin < _NEAR_MM:
        raise ConstructionError(
            "The lines of the two walls (AW, PW) do not lie side by side: draw both from the "
            "lateral edge downwards."
        )
    across = _across(hip, frame)
    shift = 0.0
    for part in (0.25, 0.5, 0.75):
        depth = begin + part * (end - begin)
        front, back = (at_level(wall, edge + depth * opening, opening)[0][0] for wall in walls)
        shift += _part(front - back, across)
    if shift > 0.0:
        raise ConstructionError(
            "The anterior wall (AW) lies lateral of the posterior wall (PW) all along: check that "
            "the two are not exchanged."
        )


def comes_from_medial(hip: Construction, frame: HipFrame, crossing: Crossing) -> bool:
    """Whether the anterior wall lies medial of the posterior one above their crossing."""
    return _part(crossing.before - crossing.beside, _across(hip, frame)) < 0.0


def _across(hip: Construction, frame: HipFrame) -> complex:
    """Unit vector at right angles to the opening of the socket, out of it laterally."""
    opening = (hip.points["TD"] - hip.points["LAE"]) / abs(hip.points["TD"] - hip.points["LAE"])
    return 1j * opening if _part(1j * opening, frame.lat) > 0.0 else -1j * opening


def _part(vector: complex, direction: complex) -> float:
    return (vector * direction.conjugate()).real


def _index(hip: Construction, crossing: Crossing) -> Quantity:
    """Crossing projected on the opening, in percent of its length, with derivatives."""
    p, first, second = hip.points, hip.series("AW"), hip.series("PW")
    q, opening = crossing.point - p["LAE"], p["TD"] - p["LAE"]
    square = abs(opening) ** 2
    share = _part(q, opening) / square
    by_point = opening / square
    by_opening = (q - 2.0 * share * opening) / square
    parts = [
        ("LAE", -by_point - by_opening),
        ("TD", by_opening),
        *_slide(p, first, crossing.first, second, crossing.second, by_point),
        *_slide(p, second, crossing.second, first, crossing.first, by_point),
    ]
    gradient: dict[str, complex] = {}
    for name, part in parts:
        gradient[name] = gradient.get(name, 0.0) + 100.0 * part
    return Quantity(100.0 * share, gradient)


def _slide(
    p: Mapping[str, complex],
    line: Sequence[str],
    at: Place,
    other: Sequence[str],
    other_at: Place,
    by_point: complex,
) -> list[tuple[str, complex]]:
    """What moving the ends of a segment of ``line`` does: the crossing slides along ``other``."""
    start, end = line[at.index], line[at.index + 1]
    normal = 1j * (p[end] - p[start])
    slide = p[other[other_at.index + 1]] - p[other[other_at.index]]
    steepness = _part(slide, normal)
    if abs(steepness) < _SAME_MM:  # corner upon corner in one direction: no derivative
        return []
    by_normal = _part(slide, by_point) / steepness * normal
    return [(start, (1.0 - at.share) * by_normal), (end, at.share * by_normal)]
