"""Helping lines that show where a landmark lies: axes, circles, levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..anatomy import AnySide, Side
from .curves import Point
from .figure import Line
from .schematic import Schematic

Circle = tuple[Point, float]


@dataclass(frozen=True)
class _Aid:
    """Lines between landmarks, lengthened at both ends by ``beyond`` of their length."""

    pairs: tuple[tuple[str, str], ...] = ()
    beyond: float = 0.0
    head_circle: bool = False


_CIRCLE = _Aid(head_circle=True)
_NECK = _Aid((("FHC", "NB"),), 0.15)
_SHAFT = _Aid((("SHP", "SHD"),), 0.25)
_WAIST = _Aid((("NCS", "NCI"),), 0.1)
_AIDS: Mapping[str, _Aid] = {
    "FHC": _CIRCLE,
    "HEDGE": _CIRCLE,
    "RIM": _CIRCLE,
    "LCP": _CIRCLE,
    "FOV": _CIRCLE,
    "NA": _Aid((("FHC", "NB"), ("NCS", "NCI")), 0.1),
    "NB": _NECK,
    "NCS": _WAIST,
    "NCI": _WAIST,
    "Q": _Aid((("FHC", "NB"), ("QFOOT", "Q")), 0.12, head_circle=True),
    "SHP": _SHAFT,
    "SHD": _SHAFT,
    "PH1": _Aid((("PH1", "PH2"),), 0.9),
    "PH2": _Aid((("PH1", "PH2"),), 0.9),
    "DOME": _Aid((("TD", "LAE"),)),
    "ILM": _Aid((("ILM", "ISCH"),), 0.06),
    "BRIM": _Aid((("BRIM", "SPINE"),), 2.0),
    "SPINE": _Aid((("BRIM", "SPINE"),), 2.0),
}


def aids_of(
    key: str, schematic: Schematic, side: AnySide
) -> tuple[tuple[Line, ...], tuple[Circle, ...]]:
    """Helping lines and circles for landmark ``key`` of ``side``."""
    aid = _AIDS.get(key)
    if aid is None or not isinstance(side, Side):
        return (), ()
    lines = tuple(_line(schematic, side, a, b, aid.beyond) for a, b in aid.pairs)
    if not aid.head_circle:
        return lines, ()
    radius = schematic.shape.parameters.hip(side).head_radius_mm
    return lines, ((schematic.positions[(side, "FHC")], radius),)


def _line(schematic: Schematic, side: Side, first: str, second: str, beyond: float) -> Line:
    a, b = schematic.positions[(side, first)], schematic.positions[(side, second)]
    dx, dz = beyond * (b[0] - a[0]), beyond * (b[1] - a[1])
    return Line((a[0] - dx, a[1] - dz), (b[0] + dx, b[1] + dz), "aid")
