"""Metal that holds a broken femur: screws, sliding screw with plate, nail, plate, wires."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....anatomy import Side
from ..look import check
from ..materials import Material
from ..view import BoneView
from .base import FilmObject, Piece
from .rays import HEAD_MM, HipPlace
from .solids import Solid, tube_pieces


@dataclass(frozen=True)
class NeckScrews(FilmObject):
    """Parallel cannulated screws from below the greater trochanter into the head.

    Attributes:
        side: which hip.
        count: how many.
        diameter_mm: of the thread; the shank is thinner.
        spacing_mm: between their axes.
        short_mm: how far the tips stay below the head's surface.
        titanium: instead of steel.
    """

    side: Side
    count: int = 3
    diameter_mm: float = 7.0
    spacing_mm: float = 11.0
    short_mm: float = 6.0
    titanium: bool = True

    def __post_init__(self) -> None:
        check(self, count=(1, 4), diameter_mm=(3, 12), spacing_mm=(4, 20), short_mm=(2, 25))

    @classmethod
    def random(cls, rng: np.random.Generator, side: Side) -> NeckScrews:
        """Two or three screws of 6.5 to 8 mm."""
        return cls(
            side,
            int(rng.choice((2, 3, 3))),
            float(rng.uniform(6.0, 8.0)),
            float(rng.uniform(8.0, 13.0)),
            float(rng.uniform(4.0, 12.0)),
            bool(rng.random() < 0.6),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """Thread, shank and head of each screw."""
        place = HipPlace.of(view, self.side)
        if place is None:
            return []
        start, axis, length = _neck_line(place)
        across = np.cross(axis, place.anterior)
        found: list[Solid] = []
        for number in range(self.count):
            turn = 2 * np.pi * number / self.count + np.pi / 2
            offset = self.spacing_mm / np.sqrt(3) * _size(place)
            shift = offset * (np.sin(turn) * across + np.cos(turn) * place.anterior)
            head = start + shift
            tip = head + (length - self.short_mm) * axis
            found += _screw(head, tip, self.diameter_mm * _size(place))
        return [Piece(solid, _metal(self.titanium), inside=True) for solid in found]


@dataclass(frozen=True)
class SlidingHipScrew(FilmObject):
    """A screw in the head that slides in a plate on the shaft's lateral cortex.

    Attributes:
        side: which hip.
        screw_mm: diameter of the lag screw's thread.
        plate_mm: length of the plate.
        holes: screws through the plate.
        short_mm: how far the tip stays below the head's surface.
        titanium: instead of steel.
    """

    side: Side
    screw_mm: float = 12.5
    plate_mm: float = 90.0
    holes: int = 4
    short_mm: float = 8.0
    titanium: bool = False

    def __post_init__(self) -> None:
        check(self, screw_mm=(8, 16), plate_mm=(40, 250), holes=(1, 12), short_mm=(2, 30))

    @classmethod
    def random(cls, rng: np.random.Generator, side: Side) -> SlidingHipScrew:
        """Plates with two to five holes."""
        holes = int(rng.integers(2, 6))
        return cls(
            side,
            float(rng.uniform(11, 13)),
            30.0 + 16.0 * holes + float(rng.uniform(0, 10)),
            holes,
            float(rng.uniform(4, 14)),
            bool(rng.random() < 0.2),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """Lag screw, barrel, plate and its screws."""
        place = HipPlace.of(view, self.side)
        if place is None:
            return []
        start, axis, length = _neck_line(place)
        size = _size(place)
        tip = start + (length - self.short_mm) * axis
        solids = [
            Solid.rod(tip - 24.0 * size * axis, tip, self.screw_mm / 2 * size),
            Solid.rod(start, tip, 4.0 * size),
            Solid.rod(start, start + 38.0 * size * axis, self.screw_mm / 2 * size),
            *_plate_with_screws(place, start, self.plate_mm * size, self.holes),
        ]
        return [Piece(solid, _metal(self.titanium), inside=True) for solid in solids]


@dataclass(frozen=True)
class TrochantericNail(FilmObject):
    """A nail in the shaft with a lag screw in the head.

    Attributes:
        side: which hip.
        nail_mm: diameter of the nail in the shaft.
        length_mm: of the nail.
        screw_mm: diameter of the lag screw.
        blades: one or two screws in the head.
        locked: True has a locking screw near the tip.
        short_mm: how far the tip stays below the head's surface.
    """

    side: Side
    nail_mm: float = 11.0
    length_mm: float = 190.0
    screw_mm: float = 10.5
    blades: int = 1
    locked: bool = True
    short_mm: float = 8.0

    def __post_init__(self) -> None:
        check(
            self,
            nail_mm=(6, 17),
            length_mm=(120, 460),
            screw_mm=(5, 14),
            blades=(1, 2),
            short_mm=(2, 30),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, side: Side) -> TrochantericNail:
        """Short and long nails."""
        long = rng.random() < 0.3
        return cls(
            side,
            float(rng.uniform(9.5, 12)),
            float(rng.uniform(320, 400) if long else rng.uniform(170, 240)),
            float(rng.uniform(9.5, 11)),
            2 if rng.random() < 0.25 else 1,
            bool(rng.random() < 0.85),
            float(rng.uniform(4, 14)),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """Nail with its thick upper end, screws."""
        place = HipPlace.of(view, self.side)
        if place is None or "GT" not in place.points:
            return []
        size = _size(place)
        start, axis, length = _neck_line(place)
        top = place.points["GT"] - 4.0 * place.distal - 3.0 * size * place.lateral
        bend = place.point(0.0, 5.0)
        rest = self.length_mm * size - float(np.linalg.norm(bend - top))
        tip = bend + max(rest, 40.0) * place.distal
        solids = [
            Solid.rod(top, bend, 0.72 * self.nail_mm * size),
            Solid.rod(bend, tip, 0.5 * self.nail_mm * size),
        ]
        for number in range(self.blades):
            shift = (number - (self.blades - 1) / 2) * 11.0 * size * np.cross(axis, place.anterior)
            end = start + shift + (length - self.short_mm - 6.0 * number) * axis
            radius = self.screw_mm / 2 * size * (1.0 if self.blades == 1 else 0.65)
            solids += [Solid.rod(start + shift - 4.0 * axis, end, radius)]
        if self.locked:
            level = tip - 25.0 * place.distal
            half = 1.2 * place.shaft_half_mm * place.lateral
            solids += [Solid.rod(level - half, level + half, 2.4)]
        return [Piece(solid, Material.TITANIUM, inside=True) for solid in solids]


@dataclass(frozen=True)
class CerclageWires(FilmObject):
    """Wires around the shaft.

    Attributes:
        side: which hip.
        levels_mm: distance of each below the proximal shaft point, along the shaft.
        wire_mm: diameter.
        tilt_deg: of the loops.
    """

    side: Side
    levels_mm: tuple[float, ...] = (0.0, 30.0)
    wire_mm: float = 1.6
    tilt_deg: float = 12.0

    def __post_init__(self) -> None:
        check(self, wire_mm=(0.5, 4), tilt_deg=(-40, 40))

    @classmethod
    def random(cls, rng: np.random.Generator, side: Side) -> CerclageWires:
        """One to four loops."""
        start, step = float(rng.uniform(-15, 20)), float(rng.uniform(14, 35))
        levels = tuple(start + step * k for k in range(int(rng.integers(1, 5))))
        return cls(side, levels, float(rng.uniform(1.0, 2.2)), float(rng.normal(0, 10)))

    def pieces(self, view: BoneView) -> list[Piece]:
        """A ring of short rods each."""
        place = HipPlace.of(view, self.side)
        if place is None:
            return []
        radius = place.shaft_half_mm + 0.5
        angle = np.linspace(0, 2 * np.pi, 25)
        turn = np.radians(self.tilt_deg)
        solids: list[Solid] = []
        for level in self.levels_mm:
            across = np.cos(angle)[:, None] * (
                np.cos(turn) * place.lateral + np.sin(turn) * place.distal
            )
            forwards = 0.15 * place.distal + place.anterior
            ring = place.point(0.0, level) + radius * (across + np.sin(angle)[:, None] * forwards)
            solids += tube_pieces(list(ring), self.wire_mm / 2)
        return [Piece(solid, Material.METAL, inside=True) for solid in solids]


def _plate_with_screws(
    place: HipPlace, start: NDArray[np.float64], length: float, holes: int
) -> list[Solid]:
    """A plate of 6 mm on the lateral cortex from ``start`` downwards."""
    lateral = place.shaft_half_mm
    relative = start - place.points["SHP"]
    top = float(relative @ place.distal) - 14.0
    outside = max(lateral, float(relative @ place.lateral) - 8.0)
    corners = [
        place.point(base + depth, level, front)
        for level, base in ((top, outside), (top + length, lateral))
        for depth in (0.0, 6.0)
        for front in (-9.0, 9.0)
    ]
    solids = [Solid.hull(corners)]
    for number in range(holes):
        level = top + 0.35 * length + number * 0.6 * length / max(holes - 1, 1)
        ends = place.point(lateral + 5.0, level), place.point(-lateral - 2.0, level)
        solids += _screw(*ends, 4.5)
    return solids


def _neck_line(
    place: HipPlace,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Entry on the lateral cortex, unit vector along the neck, length to the head's surface."""
    head = place.points["FHC"]
    neck = place.points.get("NB", place.points.get("NA"))
    if neck is None:
        neck = head + 0.6 * (place.point(0.0, -20.0) - head)
    axis = (head - neck) / np.linalg.norm(head - neck)
    outside = place.shaft_half_mm
    relative = head - place.points["SHP"]
    steps = (float(relative @ place.lateral) - 1.08 * outside) / float(axis @ place.lateral)
    start = head - max(steps, 40.0) * axis
    return start, axis, float(np.linalg.norm(head - start)) + place.head_radius_mm


def _screw(head: NDArray[np.float64], tip: NDArray[np.float64], diameter: float) -> list[Solid]:
    """Head, shank and thread."""
    axis = (tip - head) / np.linalg.norm(tip - head)
    thread = tip - min(18.0, 0.6 * float(np.linalg.norm(tip - head))) * axis
    return [
        Solid.rod(head - 0.6 * diameter * axis, head, 0.75 * diameter),
        Solid.rod(head, thread, 0.34 * diameter),
        Solid.rod(thread, tip, 0.46 * diameter),
    ]


def _size(place: HipPlace) -> float:
    return place.head_radius_mm / HEAD_MM


def _metal(titanium: bool) -> Material:
    return Material.TITANIUM if titanium else Material.METAL
