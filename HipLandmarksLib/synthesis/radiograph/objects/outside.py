"""Objects that a radiographer lays beside a hip: a ball of known size, a shield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..camera import Camera
from ..look import check
from ..materials import Material
from ..view import BoneView
from .base import FilmObject, Piece
from .rays import film_axes, on_plane
from .solids import Plate, Solid

Place = tuple[float, float]


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
        x_axis, y_axis = film_axes(view.camera, self.turn_deg, False)
        centre = on_plane(view.camera, self.place, self.height_mm)
        outline = np.concatenate([top, end[::-1]])
        return [Piece(Plate(centre, x_axis, y_axis, self.lead_mm, outline), Material.LEAD)]
