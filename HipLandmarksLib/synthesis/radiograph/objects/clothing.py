"""What patients wear and what is attached to them: tubes, cables, buttons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....errors import ConfigurationError
from ..look import check
from ..materials import Material
from ..view import BoneView
from .base import FilmObject, Piece
from .outside import Place
from .rays import on_plane
from .solids import Solid, tube_pieces


@dataclass(frozen=True)
class Tube(FilmObject):
    """A catheter, drain or cable.

    Attributes:
        course: (column, row) places along it on the view.
        diameter_mm: outer diameter.
        metal_mm: diameter of a metal core (cable, radio-opaque stripe); 0 without.
        height_mm: above the hips, towards the source.
    """

    course: tuple[Place, ...]
    diameter_mm: float = 5.0
    metal_mm: float = 0.4
    height_mm: float = 100.0

    def __post_init__(self) -> None:
        check(self, diameter_mm=(0.5, 30), metal_mm=(0, 5), height_mm=(-150, 300))
        if len(self.course) < 2:
            raise ConfigurationError("A tube needs at least two places.")

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView) -> Tube:
        """A smooth course across a part of the film."""
        height, width = view.camera.shape
        start = rng.uniform(0, 1, 2) * (width, height)
        heading, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.12)
        step = 0.06 * max(height, width)
        course = [start]
        for _ in range(int(rng.integers(6, 22))):
            heading += bend
            bend += rng.normal(0, 0.06)
            course.append(course[-1] + step * np.array([np.cos(heading), np.sin(heading)]))
        return cls(
            tuple((float(x), float(y)) for x, y in course),
            float(rng.uniform(2.5, 9)),
            float(rng.uniform(0.15, 0.9)) if rng.random() < 0.7 else 0.0,
            float(rng.uniform(60, 140)),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """Rods between the places: a wall of plastic with a hollow, and the core."""
        places = [on_plane(view.camera, xy, self.height_mm) for xy in self.course]
        outer = tube_pieces(places, self.diameter_mm / 2)
        hollow = tube_pieces(places, 0.6 * self.diameter_mm / 2)
        found = [Piece(solid, Material.PLASTIC) for solid in outer]
        found += [Piece(solid, Material.PLASTIC, -1.0) for solid in hollow]
        if self.metal_mm:
            found += [Piece(s, Material.METAL) for s in tube_pieces(places, self.metal_mm / 2)]
        return found


@dataclass(frozen=True)
class Fasteners(FilmObject):
    """Buttons, studs or coins in clothes.

    Attributes:
        places: (column, row) of each on the view.
        diameter_mm: of each.
        thickness_mm: of each.
        metal: False for plastic.
        height_mm: above the hips, towards the source.
    """

    places: tuple[Place, ...]
    diameter_mm: float = 14.0
    thickness_mm: float = 2.0
    metal: bool = True
    height_mm: float = 110.0

    def __post_init__(self) -> None:
        check(self, diameter_mm=(2, 40), thickness_mm=(0.2, 10), height_mm=(-150, 300))

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView) -> Fasteners:
        """One to five, in a row."""
        height, width = view.camera.shape
        start = rng.uniform(0.05, 0.95, 2) * (width, height)
        step = rng.normal(0, 0.08, 2) * (width, height)
        places = [start + k * step for k in range(int(rng.integers(1, 6)))]
        return cls(
            tuple((float(x), float(y)) for x, y in places),
            float(rng.uniform(6, 22)),
            float(rng.uniform(0.5, 2.5)),
            bool(rng.random() < 0.6),
            float(rng.uniform(60, 140)),
        )

    def pieces(self, view: BoneView) -> list[Piece]:
        """Flat discs with a thicker rim."""
        normal = np.cross(view.camera.column_step, view.camera.row_step)
        axis = normal / np.linalg.norm(normal)
        material = Material.METAL if self.metal else Material.PLASTIC
        found = []
        for xy in self.places:
            centre = on_plane(view.camera, xy, self.height_mm)
            half = self.thickness_mm / 2 * axis
            disc = Solid.rod(centre - half, centre + half, self.diameter_mm / 2)
            hollow = Solid.rod(centre - half, centre, 0.36 * self.diameter_mm)
            found += [Piece(disc, material), Piece(hollow, material, -1.0)]
        return found
