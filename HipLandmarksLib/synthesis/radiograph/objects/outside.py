"""Objects that a radiographer puts on a film: letters, a ball of known size, a shield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....anatomy import Side
from ..camera import Camera
from ..look import check
from ..materials import Material
from ..view import BoneView
from .base import FilmObject, Piece
from .glyphs import glyph_strokes
from .rays import on_plane
from .solids import Plate, Solid

Place = tuple[float, float]


@dataclass(frozen=True)
class SideMarker(FilmObject):
    """A lead letter, L or R, on the cassette.

    Attributes:
        side: what it says; it lies on that side of the patient.
        place: (column, row) of its centre on the view.
        height_mm: of the letter.
        pen_mm: width of its strokes.
        lead_mm: thickness.
        turn_deg: rotation.
        ringed: True lies in a ring.
        mirrored: True lies face down, as on films taken from behind.
    """

    side: Side
    place: Place
    height_mm: float = 18.0
    pen_mm: float = 3.0
    lead_mm: float = 1.0
    turn_deg: float = 0.0
    ringed: bool = False
    mirrored: bool = False

    def __post_init__(self) -> None:
        check(self, height_mm=(4, 60), pen_mm=(0.5, 12), lead_mm=(0.1, 5), turn_deg=(-180, 180))

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView, side: Side) -> SideMarker | None:
        """Beside that hip, mostly low and lateral; None when the view has no room for it."""
        pitch = float(np.linalg.norm(view.camera.column_step))
        size = float(rng.uniform(10, 24))
        margin = 1.2 * size / pitch
        if 2 * margin > min(view.camera.shape):
            return None
        tries = [_beside(rng, view, side, margin) for _ in range(6)]
        free = [place for place in tries if not _on_bone(view, place, margin)]
        return cls(
            side,
            (free or tries)[0],
            size,
            size * float(rng.uniform(0.1, 0.2)),
            float(rng.uniform(0.3, 1.5)),
            float(rng.normal(0, 8)) if rng.random() < 0.8 else float(rng.uniform(-90, 90)),
            bool(rng.random() < 0.25),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """The letter's strokes."""
        camera = view.camera
        strokes = glyph_strokes(self.side.value) - [0.35, 0.5]
        if self.ringed:
            angle = np.linspace(0, 2 * np.pi, 25)
            ring = 0.85 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
            strokes = np.concatenate([strokes, np.stack([ring[:-1], ring[1:]], axis=1)])
        x_axis, y_axis = _axes(camera, self.turn_deg, self.mirrored)
        # Just above the detector, where the cassette's front is.
        centre = on_plane(camera, self.place, -0.9 * _room_below(camera))
        shape = Plate(
            centre,
            x_axis,
            y_axis,
            self.lead_mm,
            strokes=strokes * self.height_mm,
            pen_mm=self.pen_mm,
        )
        return [Piece(shape, Material.LEAD)]


@dataclass(frozen=True)
class CalibrationBall(FilmObject):
    """A metal ball of known size beside or between the thighs.

    Attributes:
        place: (column, row) of its centre on the view.
        diameter_mm: true diameter.
        height_mm: of its centre above the hips' level, towards the source.
        titanium: instead of steel.
        holder: True has a plastic rod.
    """

    place: Place
    diameter_mm: float = 25.0
    height_mm: float = 0.0
    titanium: bool = False
    holder: bool = True

    def __post_init__(self) -> None:
        check(self, diameter_mm=(5, 60), height_mm=(-170, 300))

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView) -> CalibrationBall:
        """Mostly 25 mm; between the thighs or at the side, near the height of the hips."""
        height, width = view.camera.shape
        between = rng.random() < 0.6
        column = rng.normal(0.5, 0.04) if between else rng.choice((0.06, 0.94))
        row = rng.uniform(0.75, 0.95) if between else rng.uniform(0.3, 0.9)
        return cls(
            (float(column * width), float(row * height)),
            float(rng.choice((25.0, 25.0, 25.4, 28.0, 30.0))),
            float(rng.normal(0, 15)),
            bool(rng.random() < 0.1),
            bool(rng.random() < 0.7),
        )

    def magnification(self, camera: Camera) -> float:
        """At the ball's own height."""
        return camera.magnification(on_plane(camera, self.place, self.height_mm))

    def pieces(self, view: BoneView) -> list[Piece]:
        """Ball and holder."""
        centre = on_plane(view.camera, self.place, self.height_mm)
        metal = Material.TITANIUM if self.titanium else Material.METAL
        found = [Piece(Solid.ball(centre, self.diameter_mm / 2), metal)]
        if self.holder:
            down = view.camera.row_step / np.linalg.norm(view.camera.row_step)
            rod = Solid.rod(centre + self.diameter_mm / 2 * down, centre + 120.0 * down, 4.0)
            found.append(Piece(rod, Material.PLASTIC))
        return found


@dataclass(frozen=True)
class GonadShield(FilmObject):
    """A lead sheet over the small pelvis.

    Attributes:
        place: (column, row) of the middle of its upper edge on the view.
        width_mm, length_mm: size of the sheet.
        waist: width at the lower end relative to the upper one.
        lead_mm: thickness.
        height_mm: above the hips, towards the source.
        turn_deg: rotation.
    """

    place: Place
    width_mm: float = 110.0
    length_mm: float = 120.0
    waist: float = 0.3
    lead_mm: float = 1.0
    height_mm: float = 120.0
    turn_deg: float = 0.0

    def __post_init__(self) -> None:
        check(
            self,
            width_mm=(20, 300),
            length_mm=(20, 300),
            waist=(0.05, 1.6),
            lead_mm=(0.25, 3),
            height_mm=(0, 300),
            turn_deg=(-180, 180),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView) -> GonadShield | None:
        """Triangular above the symphysis, or small below it; None without both heads."""
        heads = [p.xy for (_, key), p in view.landmarks.items() if key == "FHC" and p.xy]
        if len(heads) != 2:
            return None
        middle = np.mean(heads, axis=0)
        between = float(np.linalg.norm(np.subtract(heads[0], heads[1])))
        low = rng.random() < 0.45
        shift = rng.normal(0, 0.06) * between, (0.1 if low else -0.45) * between
        return cls(
            (
                float(middle[0] + shift[0]),
                float(middle[1] + shift[1] + rng.normal(0, 0.08) * between),
            ),
            float(rng.uniform(55, 95) if low else rng.uniform(80, 150)),
            float(rng.uniform(70, 110) if low else rng.uniform(70, 130)),
            float(rng.uniform(0.6, 1.4) if low else rng.uniform(0.1, 0.6)),
            float(rng.uniform(0.5, 1.2)),
            float(rng.uniform(80, 160)),
            float(rng.normal(0, 5)),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """One sheet with rounded corners."""
        half, low = self.width_mm / 2, self.waist * self.width_mm / 2
        across = np.linspace(-1, 1, 9)
        top = np.stack([half * across, 0.06 * self.length_mm * across**2], axis=1)
        end = np.stack([low * across, self.length_mm * (1 - 0.1 * across**2)], axis=1)
        x_axis, y_axis = _axes(view.camera, self.turn_deg, False)
        centre = on_plane(view.camera, self.place, self.height_mm)
        outline = np.concatenate([top, end[::-1]])
        return [Piece(Plate(centre, x_axis, y_axis, self.lead_mm, outline), Material.LEAD)]


def _beside(rng: np.random.Generator, view: BoneView, side: Side, margin: float) -> Place:
    """Lateral of a hip of a pelvis; anywhere near the edge of a film of one hip."""
    height, width = view.camera.shape
    heads = {own: p.xy for (own, key), p in view.landmarks.items() if key == "FHC" and p.xy}
    own, other = heads.get(side), heads.get(side.opposite)
    at_end = own[0] > other[0] if own and other else bool(rng.random() < 0.5)
    if own and other and not (0 <= own[0] < width and 0 <= other[0] < width):
        at_end = bool(rng.random() < 0.5)
    column = margin + rng.uniform(0.0, 0.2) * (width - 2 * margin)
    row = rng.uniform(margin, height - margin)
    return float(width - 1 - column if at_end else column), float(row)


def _on_bone(view: BoneView, place: Place, margin: float) -> bool:
    low = np.maximum(np.array(place) - margin, 0).astype(int)
    high = (np.array(place) + margin).astype(int) + 1
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    return any(bool((paths.total[window] > 0).any()) for paths in view.paths.values())


def _room_below(camera: Camera) -> float:
    """Distance in mm of the detector from the plane through the pelvic frame's origin."""
    normal = np.cross(camera.column_step, camera.row_step)
    return float(abs(camera.origin @ normal) / np.linalg.norm(normal))


def _axes(
    camera: Camera, turn_deg: float, mirrored: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors to the right and downwards on the film, turned."""
    right = camera.column_step / np.linalg.norm(camera.column_step)
    down = camera.row_step / np.linalg.norm(camera.row_step)
    angle = np.radians(turn_deg)
    x_axis = np.cos(angle) * right + np.sin(angle) * down
    y_axis = np.cos(angle) * down - np.sin(angle) * right
    return (-x_axis if mirrored else x_axis), y_axis
