"""Hip prostheses: cup, head and stem fitted to the hip that they replace."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....anatomy import LandmarkState, Side
from ...surfaces import BoneName
from ..look import check
from ..materials import Material
from ..view import BonePaths, BoneView
from .base import FilmObject, Piece, with_states
from .rays import HEAD_MM, HipPlace
from .solids import Solid

REPLACED = ("FHC", "NA", "NB", "LCP", "FOV")
REPLACED_BY_CUP = ("LAE", "MSO")
_NOTE = "replaced by a prosthesis"
_SOFT_MM = 4.0  # the trochanter's inner wall is round: its shadow fades
_SECTION = np.linspace(0, 2 * np.pi, 10, endpoint=False)


@dataclass(frozen=True)
class HipProsthesis(FilmObject):
    """A total prosthesis, or a half one without cup.

    Attributes:
        side: which hip.
        cup: False for a head that moves in the natural socket (its size is the natural head's).
        cup_wall_mm: metal shell.
        cup_play_mm: by how much the cup is larger than the natural head (radius).
        inclination_deg, anteversion_deg: of the cup's opening.
        cup_screws: screws through the shell into the ilium.
        head_mm: radius of the artificial head in a cup.
        stem_mm: length of the stem below its shoulder, for a natural head of 24 mm radius, as all
            of the following.
        stem_width_mm, stem_depth_mm: at its upper end.
        tip_mm: diameter of its tip.
        varus_deg: tilt of the stem against the shaft, positive with the tip to the outside.
        titanium: stem of titanium instead of steel.
        cement_mm: mantle of bone cement around the stem; 0 without.
        shoulder_mm: how far below the head's centre, along the shaft, the stem begins.
    """

    side: Side
    cup: bool = True
    cup_wall_mm: float = 3.5
    cup_play_mm: float = 3.0
    inclination_deg: float = 45.0
    anteversion_deg: float = 15.0
    cup_screws: int = 0
    head_mm: float = 16.0
    stem_mm: float = 120.0
    stem_width_mm: float = 26.0
    stem_depth_mm: float = 13.0
    tip_mm: float = 9.0
    varus_deg: float = 0.0
    titanium: bool = True
    cement_mm: float = 0.0
    shoulder_mm: float = 36.0

    def __post_init__(self) -> None:
        check(
            self,
            cup_wall_mm=(1, 8),
            cup_play_mm=(0, 8),
            inclination_deg=(20, 75),
            anteversion_deg=(-20, 45),
            cup_screws=(0, 4),
            head_mm=(9, 24),
            stem_mm=(60, 280),
            stem_width_mm=(14, 45),
            stem_depth_mm=(8, 22),
            tip_mm=(5, 16),
            varus_deg=(-8, 8),
            cement_mm=(0, 5),
            shoulder_mm=(15, 60),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, side: Side) -> HipProsthesis:
        """Usual implants: three of four total; one of three cemented."""
        cemented = rng.random() < 0.35
        return cls(
            side,
            cup=bool(rng.random() < 0.75),
            cup_wall_mm=float(rng.uniform(2.5, 5.0)),
            cup_play_mm=float(rng.uniform(1.0, 5.0)),
            inclination_deg=float(np.clip(rng.normal(44, 6), 28, 65)),
            anteversion_deg=float(np.clip(rng.normal(15, 7), -5, 35)),
            cup_screws=int(rng.choice((0, 0, 0, 1, 2))),
            head_mm=float(rng.choice((11.0, 14.0, 16.0, 18.0))),
            stem_mm=float(rng.uniform(95, 165)),
            stem_width_mm=float(rng.uniform(20, 32)),
            stem_depth_mm=float(rng.uniform(10, 15)),
            tip_mm=float(rng.uniform(7, 11)),
            varus_deg=float(np.clip(rng.normal(0, 1.5), -5, 5)),
            titanium=bool(not cemented and rng.random() < 0.8),
            cement_mm=float(rng.uniform(1.5, 3.5)) if cemented else 0.0,
            shoulder_mm=float(rng.uniform(30, 42)),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """Cup, head, neck and stem; empty when the hip has no place on the view."""
        place = HipPlace.of(view, self.side)
        if place is None:
            return []
        socket = self._socket(place) if self.cup else []
        metal = Material.TITANIUM if self.titanium else Material.METAL
        return [*socket, *self._head_and_stem(place, metal)]

    def altered(self, view: BoneView) -> BoneView:
        """Without the femoral head and neck; their landmarks are those of a prosthesis."""
        place = HipPlace.of(view, self.side)
        if place is None:
            return view
        keys = (*REPLACED, *REPLACED_BY_CUP) if self.cup else REPLACED
        changed = with_states(view, self.side, keys, LandmarkState.PROSTHESIS, _NOTE)
        name = BoneName.femur(self.side)
        if name not in view.paths:
            return changed
        old = view.paths[name]
        total, cortical = old.total.copy(), old.cortical.copy()
        rows, columns = self._region(view, place)
        kept = self._kept(view, place, rows, columns)
        total[rows, columns] *= kept
        cortical[rows, columns] *= kept
        return replace(changed, paths={**view.paths, name: BonePaths(total, cortical)})

    def head_place(self, view: BoneView) -> tuple[float, float] | None:
        """(column, row) of the artificial head's centre, None without a place."""
        place = HipPlace.of(view, self.side)
        if place is None:
            return None
        x, y = view.camera.project(place.points["FHC"])
        return float(x), float(y)

    def _region(self, view: BoneView, place: HipPlace) -> tuple[slice, slice]:
        """Rows and columns that hold the head and the neck."""
        reach = 3.5 * view.head_radius_px[self.side.value]
        middle = view.camera.project(place.points["FHC"])
        low = np.clip(middle - reach, 0, view.camera.shape[::-1]).astype(int)
        high = np.clip(middle + reach, 0, view.camera.shape[::-1]).astype(int)
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def _kept(
        self, view: BoneView, place: HipPlace, rows: slice, columns: slice
    ) -> NDArray[np.float32]:
        """1 where the femur stays: below the cut, and the greater trochanter beside it."""
        y, x = np.mgrid[rows, columns].astype(np.float64)
        grid = np.stack([x, y], axis=-1)
        beside = place.beside_trochanter()
        inner, outer, along, head = (
            view.camera.project(point)
            for point in (
                place.point(-0.8 * place.head_radius_mm, self._level(place) + 6.0),
                place.point(beside, self._level(place) - 10.0),
                place.point(beside, 60.0),
                place.points["FHC"],
            )
        )
        above, medial = _signed(grid, inner, outer, head), _signed(grid, outer, along, head)
        soft = _SOFT_MM * view.head_radius_px[self.side.value] / place.head_radius_mm
        gone = np.clip(above + 0.5, 0, 1) * np.clip(medial / max(soft, 1.0) + 0.5, 0, 1)
        return np.asarray(1 - gone, dtype=np.float32)

    def _level(self, place: HipPlace) -> float:
        """Distance of the stem's shoulder from the proximal shaft point, along the shaft."""
        head = place.points["FHC"] - place.points["SHP"]
        return float(head @ place.distal) + self.shoulder_mm * _size(place)

    def _socket(self, place: HipPlace) -> list[Piece]:
        centre = place.points["FHC"]
        opening = _opening(place, self.inclination_deg, self.anteversion_deg)
        outer = place.head_radius_mm + self.cup_play_mm
        inner = outer - self.cup_wall_mm
        shell = Solid.ball(centre, outer).cut(opening, 0.0)
        liner = Solid.ball(centre, inner).cut(opening, 2.0)
        free = Solid.ball(centre, self._head_radius(place)).cut(opening, 2.0)
        found = [
            Piece(shell, Material.TITANIUM, inside=True),
            Piece(liner.cut(opening, 0.0), Material.TITANIUM, -1.0, inside=True),
            Piece(liner, Material.PLASTIC, inside=True),
            Piece(free, Material.PLASTIC, -1.0, inside=True),
        ]
        for number in range(self.cup_screws):
            turn = np.radians(18.0 * number - 14.0)
            up = -place.distal * np.cos(turn) - place.lateral * np.sin(turn)
            screw = Solid.rod(centre + inner * up, centre + (outer + 28.0) * up, 3.0)
            found.append(Piece(screw, Material.TITANIUM, inside=True))
        return found

    def _head_radius(self, place: HipPlace) -> float:
        return self.head_mm if self.cup else place.head_radius_mm - 0.5

    def _head_and_stem(self, place: HipPlace, metal: Material) -> list[Piece]:
        centre = place.points["FHC"]
        turn = np.radians(self.varus_deg)
        down = place.distal * np.cos(turn) + place.lateral * np.sin(turn)
        out = place.lateral * np.cos(turn) - place.distal * np.sin(turn)
        shoulder = place.point(0.0, self._level(place))
        size = _size(place)
        middle = shoulder + 0.35 * size * self.stem_mm * down
        tip = shoulder + size * self.stem_mm * down
        widths = np.array([self.stem_width_mm, self.stem_depth_mm, self.tip_mm]) * size / 2
        half, depth, thin = (float(width) for width in widths)
        waist = thin + 0.25 * (half - thin)
        sections = [
            _ellipse(shoulder - 0.2 * half * out, out - 0.5 * down, place.anterior, half, depth),
            _ellipse(middle, out, place.anterior, waist, max(0.8 * depth, thin)),
            _ellipse(tip, out, place.anterior, thin, thin),
        ]
        body = [Solid.hull(np.vstack(sections[:2])), Solid.hull(np.vstack(sections[1:]))]
        end = Solid.ball(tip, thin * 0.98)
        root = shoulder - 0.45 * half * out + 4.0 * down
        axis = (root - centre) / np.linalg.norm(root - centre)
        start = centre + 0.3 * self._head_radius(place) * axis
        ends = [_disc(start, axis, 6.0 * size), _disc(root, axis, 7.5 * size)]
        neck = Solid.hull(np.vstack(ends))
        stem = [Piece(solid, metal, inside=True) for solid in (*body, end, neck)]
        cement = self._cement(sections, place, down) if self.cement_mm else []
        ball = Solid.ball(centre, self._head_radius(place))
        return [*cement, *stem, Piece(ball, Material.METAL, inside=True)]

    def _cement(
        self, sections: list[NDArray[np.float64]], place: HipPlace, down: NDArray[np.float64]
    ) -> list[Piece]:
        """A mantle as dense as cortical bone (barium sulphate) around the stem."""
        points = np.vstack([_grown(section, self.cement_mm) for section in sections])
        points = np.vstack([points, _grown(sections[-1], self.cement_mm) + 8.0 * down])
        return [Piece(Solid.hull(points), Material.CORTICAL, 0.6, inside=True)]


def _size(place: HipPlace) -> float:
    """Implants fit the bone: lengths are those for a usual head."""
    return place.head_radius_mm / HEAD_MM


def _opening(
    place: HipPlace, inclination_deg: float, anteversion_deg: float
) -> NDArray[np.float64]:
    """Unit normal of the cup's opening: to the outside, down and forwards."""
    tilt, turn = np.radians([inclination_deg, anteversion_deg])
    flat = np.sin(tilt) * place.lateral + np.cos(tilt) * place.distal
    return np.asarray(np.cos(turn) * flat + np.sin(turn) * place.anterior)


def _signed(
    grid: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    towards: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(H, W) distance in pixels from the line through two points, positive towards a third."""
    along = second - first
    normal = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    sign = np.sign((towards - first) @ normal) or 1.0
    return np.asarray((grid - first) @ normal * sign)


def _ellipse(
    centre: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    a: float,
    b: float,
) -> NDArray[np.float64]:
    return np.asarray(
        centre + a * np.cos(_SECTION)[:, None] * first + b * np.sin(_SECTION)[:, None] * second
    )


def _disc(
    centre: NDArray[np.float64], axis: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    first = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    first = first / np.linalg.norm(first)
    return _ellipse(centre, first, np.cross(axis, first), radius, radius)


def _grown(section: NDArray[np.float64], by_mm: float) -> NDArray[np.float64]:
    middle = section.mean(axis=0)
    outwards = section - middle
    length = np.linalg.norm(outwards, axis=1, keepdims=True)
    return np.asarray(middle + outwards * (1 + by_mm / length))
