"""Lead letters, R and L, that name the sides of a film."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ....anatomy import Side
from ..look import check
from ..materials import Material
from ..view import BoneView
from .base import FilmObject, Piece
from .glyphs import glyph_strokes
from .letter_shapes import LetterShape, Strokes
from .rays import film_axes, on_plane, room_below
from .solids import Plate

Place = tuple[float, float]


class MarkerStyle(str, Enum):
    """How the letter of a marker is made."""

    SOLID = "solid"
    OUTLINED = "outlined"
    """Only the rim of its strokes is of lead."""
    CUT_OUT = "cut out"
    """A sheet of lead with a hole in the form of the letter."""


class MarkerFrame(str, Enum):
    """What surrounds the letter; of a letter that is cut out, the form of the sheet."""

    NONE = "none"
    RING = "ring"
    BOX = "box"


@dataclass(frozen=True, eq=False)
class FlatShape:
    """A part of a marker in mm about its middle, columns to the right, rows downwards.

    Attributes:
        strokes: (M, 2, 2) line pieces of a round pen.
        pen_mm: its width.
        outline: (N, 2) corners of a sheet; none when empty.
        amount: -1 where it is cut out of what lies there.
    """

    strokes: Strokes
    pen_mm: float
    outline: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    amount: float = 1.0


@dataclass(frozen=True)
class SideMarker(FilmObject):
    """A lead letter, L or R, on the cassette.

    Attributes:
        side: what it says; it lies on that side of the patient.
        place: (column, row) of its centre on the view.
        height_mm: of the letter.
        pen_mm: width of its strokes.
        lead_mm: thickness; thin ones let some of the beam through.
        turn_deg: rotation.
        style, frame: how it is made, what surrounds it.
        mirrored: True lies face down, as on films taken from behind.
        shape: form of the letter.
        initials: small letters beside it that tell who made the film; empty for none.
        balls: small balls above it, which tell in some markers how the patient lay.
    """

    side: Side
    place: Place
    height_mm: float = 18.0
    pen_mm: float = 3.0
    lead_mm: float = 1.0
    turn_deg: float = 0.0
    style: MarkerStyle = MarkerStyle.SOLID
    frame: MarkerFrame = MarkerFrame.NONE
    mirrored: bool = False
    shape: LetterShape = field(default_factory=LetterShape)
    initials: str = ""
    balls: int = 0

    def __post_init__(self) -> None:
        check(self, height_mm=(4, 60), pen_mm=(0.5, 12), lead_mm=(0.02, 5), turn_deg=(-180, 180))
        check(self, balls=(0, 5))

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView, side: Side) -> SideMarker | None:
        """Beside that hip, mostly low and lateral; None when the view has no room for it."""
        pitch = float(np.linalg.norm(view.camera.column_step))
        size = float(rng.uniform(8, 25))
        margin = 1.2 * size / pitch
        if 2 * margin > min(view.camera.shape):
            return None
        tries = [_beside(rng, view, side, margin) for _ in range(6)]
        free = [place for place in tries if not _on_bone(view, place, margin)]
        return cls.of_size(rng, side, (free or tries)[0], size)

    @classmethod
    def of_size(
        cls, rng: np.random.Generator, side: Side, place: Place, height_mm: float
    ) -> SideMarker:
        """A random make, mostly upright, sometimes on its side or upside down."""
        turn = float(rng.choice((0, 180, 90, -90), p=(0.88, 0.04, 0.04, 0.04)))
        style = list(MarkerStyle)[int(rng.choice(3, p=(0.76, 0.12, 0.12)))]
        frame = list(MarkerFrame)[int(rng.choice(3, p=(0.68, 0.2, 0.12)))]
        if style is MarkerStyle.CUT_OUT and frame is MarkerFrame.NONE:
            frame = MarkerFrame.BOX
        broad = {MarkerStyle.SOLID: 0.09, MarkerStyle.OUTLINED: 0.18, MarkerStyle.CUT_OUT: 0.12}
        pen = broad[style] + float(rng.uniform(0, 0.1))
        return cls(
            side,
            place,
            height_mm,
            max(0.6, height_mm * pen),
            float(rng.uniform(0.3, 1.5) if rng.random() < 0.8 else rng.uniform(0.06, 0.3)),
            float(np.clip(turn + rng.normal(0, 8), -180, 180)),
            style,
            frame,
            shape=LetterShape.random(rng),
            initials=_random_initials(rng) if rng.random() < 0.2 else "",
            balls=int(rng.integers(1, 4)) if rng.random() < 0.1 else 0,
        )

    def flat_shapes(self) -> list[FlatShape]:
        """The letter and what belongs to it."""
        letter = self.shape.strokes(self.side) * self.height_mm
        found = self._letter(letter)
        if self.initials:
            size = 0.32 * self.height_mm
            below = 0.72 if self.frame is MarkerFrame.NONE else 0.95
            corner = np.array([-0.5 * len(self.initials) * size, below * self.height_mm])
            small = corner + glyph_strokes(self.initials) * size
            found.append(FlatShape(small, max(0.6, 0.14 * size)))
        if self.balls:
            columns = (np.arange(self.balls) - (self.balls - 1) / 2) * 0.3 * self.height_mm
            dots = np.stack([columns, np.full(self.balls, -0.72 * self.height_mm)], axis=1)
            found.append(FlatShape(np.stack([dots, dots], axis=1), 0.14 * self.height_mm))
        return found

    def _letter(self, letter: Strokes) -> list[FlatShape]:
        corners = self._frame_corners()
        if self.style is MarkerStyle.CUT_OUT:
            sheet = FlatShape(np.zeros((0, 2, 2)), 0.0, corners)
            return [sheet, FlatShape(letter, self.pen_mm, amount=-1.0)]
        found = [FlatShape(letter, self.pen_mm)]
        if self.style is MarkerStyle.OUTLINED:
            found.append(FlatShape(letter, 0.5 * self.pen_mm, amount=-1.0))
        if self.frame is not MarkerFrame.NONE:
            rim = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
            found.append(FlatShape(rim, min(self.pen_mm, 0.1 * self.height_mm)))
        return found

    def _frame_corners(self) -> NDArray[np.float64]:
        """(N, 2) corners of the frame."""
        if self.frame is MarkerFrame.RING:
            angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
            return 0.85 * self.height_mm * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        half = self.height_mm * np.array([0.5 * self.shape.width + 0.3, 0.78])
        return half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])

    def pieces(self, view: BoneView) -> list[Piece]:
        """The marker's sheets."""
        camera = view.camera
        x_axis, y_axis = film_axes(camera, self.turn_deg, self.mirrored)
        # Just above the detector, where the cassette's front is.
        centre = on_plane(camera, self.place, -0.9 * room_below(camera))
        return [
            Piece(
                Plate(
                    centre,
                    x_axis,
                    y_axis,
                    self.lead_mm,
                    part.outline,
                    strokes=part.strokes,
                    pen_mm=part.pen_mm,
                ),
                Material.LEAD,
                part.amount,
            )
            for part in self.flat_shapes()
        ]


def _random_initials(rng: np.random.Generator) -> str:
    letters = rng.choice(list("ABCDEFGHIJKLMNOPRSTUVWZ"), int(rng.integers(2, 4)))
    return "".join(letters)


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
