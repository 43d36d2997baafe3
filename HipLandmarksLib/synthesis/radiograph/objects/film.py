"""What is drawn on the finished film, and what the collimator leaves of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ....errors import ConfigurationError
from ..look import check
from ..view import BoneView
from .base import FilmObject
from .glyphs import glyph_strokes
from .rays import FilmGrid
from .solids import stroke_distance

_WORDS = ("AP", "PELVIS", "SUPINE", "XR", "HIP", "BECKEN", "TISCH", "PORTABLE", "AX", "BB")


@dataclass(frozen=True)
class FilmDrawing(FilmObject):
    """Text, lines or a box burned into the pixels.

    Attributes:
        strokes: line pieces ((column, row), (column, row)) on the view.
        pen_px: width of the pen in pixels of the view.
        brightness: 0 black to 1 white.
    """

    strokes: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    pen_px: float = 1.5
    brightness: float = 1.0

    def __post_init__(self) -> None:
        check(self, pen_px=(0.2, 60), brightness=(0, 1))
        if not self.strokes:
            raise ConfigurationError("A drawing needs at least one line.")

    @classmethod
    def text(
        cls, words: str, place: tuple[float, float], height_px: float, brightness: float = 1.0
    ) -> FilmDrawing:
        """Words whose upper left corner is at ``place``."""
        strokes = np.asarray(place) + glyph_strokes(words) * [height_px * 0.9, height_px]
        return cls(_pairs(strokes), max(0.1 * height_px, 0.4), brightness)

    @classmethod
    def box(
        cls, low: tuple[float, float], high: tuple[float, float], pen_px: float, brightness: float
    ) -> FilmDrawing:
        """The frame of a rectangle."""
        corners = np.array([low, (high[0], low[1]), high, (low[0], high[1]), low])
        return cls(_pairs(np.stack([corners[:-1], corners[1:]], axis=1)), pen_px, brightness)

    @classmethod
    def random_text(cls, rng: np.random.Generator, view: BoneView) -> FilmDrawing:
        """Words and numbers near an edge."""
        height, width = view.camera.shape
        size = float(rng.uniform(0.012, 0.035) * max(height, width))
        words = str(rng.choice(_WORDS))
        if rng.random() < 0.6:
            words += f" {rng.integers(1, 29)}.{rng.integers(1, 13)}.{rng.integers(1990, 2030)}"
        if rng.random() < 0.4:
            words = f"{rng.integers(0, 24)}:{rng.integers(10, 60)} {words}"
        x = rng.choice((0.01, 0.5, 0.75)) * width
        y = rng.choice((0.01, 0.94)) * height + rng.uniform(0, 0.02) * height
        brightness = float(rng.uniform(0.6, 1.0)) if rng.random() < 0.9 else 0.0
        return cls.text(words, (float(x), float(y)), size, brightness)

    @classmethod
    def random_box(cls, rng: np.random.Generator, view: BoneView) -> FilmDrawing:
        """A frame around some part of the film, as reporting software draws it."""
        height, width = view.camera.shape
        size = rng.uniform(0.06, 0.3, 2) * (width, height)
        low = rng.uniform(0, 1, 2) * ((width, height) - size)
        high = low + size
        pen = float(rng.uniform(0.5, 2.0))
        corners = (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))
        return cls.box(*corners, pen, float(rng.uniform(0.4, 1.0)))

    @classmethod
    def random_line(cls, rng: np.random.Generator, view: BoneView) -> FilmDrawing:
        """A measuring line or arrow."""
        height, width = view.camera.shape
        ends = rng.uniform(0, 1, (2, 2)) * (width, height)
        pieces = [ends]
        if rng.random() < 0.5:  # an arrow's head
            back = ends[0] - ends[1]
            back = 0.04 * width * back / max(float(np.linalg.norm(back)), 1e-6)
            for sign in (-1, 1):
                side = 0.5 * sign * np.array([-back[1], back[0]])
                pieces.append(np.stack([ends[1], ends[1] + back + side]))
        return cls(_pairs(np.stack(pieces)), float(rng.uniform(0.6, 2.0)), float(rng.random()))

    def describe(self) -> dict[str, Any]:
        """Where it is instead of every line of it."""
        ends = np.asarray(self.strokes).reshape(-1, 2)
        low, high = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
        return {"object": "FilmDrawing", "low": low, "high": high, "brightness": self.brightness}

    def drawn(self, film: Tensor, grid: FilmGrid, flipped_about: float | None = None) -> Tensor:
        """The film with the drawing; ``flipped_about`` a column of the view mirrors it."""
        strokes = np.asarray(self.strokes)
        if flipped_about is not None:
            strokes = strokes * [-1, 1] + [2 * flipped_about, 0]
        scale = grid.pixels_per_view_pixel
        window = grid.pixel_window(strokes.reshape(-1, 2), self.pen_px * scale + 1.0)
        if window is None:
            return film
        places = torch.stack(grid.view_pixels(window), dim=-1)
        distance = torch.full(places.shape[:-1], torch.inf, device=film.device)
        for start, end in strokes:
            distance = torch.minimum(distance, stroke_distance(places, start, end))
        # A pen thinner than a pixel becomes fainter instead of breaking up.
        pen = self.pen_px * scale
        cover = ((max(pen, 1.0) / 2 - distance * scale) + 0.5).clamp(0, 1) * min(pen, 1.0)
        film = film.clone()
        film[window] = film[window] * (1 - cover) + self.brightness * cover
        return film


@dataclass(frozen=True)
class Collimation(FilmObject):
    """The exposed field: a rectangle, with scattered grey or black around it.

    Attributes:
        centre: (column, row) on the view.
        size: (width, height) in pixels of the view.
        turn_deg: rotation.
        grey: brightness outside, at the field's edge.
        fading: how fast it falls to black, per pixel of the view.
    """

    centre: tuple[float, float]
    size: tuple[float, float]
    turn_deg: float = 0.0
    grey: float = 0.0
    fading: float = 0.0

    def __post_init__(self) -> None:
        check(self, turn_deg=(-45, 45), grey=(0, 1), fading=(0, 1))
        if min(self.size) <= 0:
            raise ConfigurationError(f"A field of {self.size} pixels is empty.")

    @classmethod
    def random(cls, rng: np.random.Generator, view: BoneView) -> Collimation:
        """Up to a fifth of the film is shaded on each edge, often none on some."""
        height, width = view.camera.shape
        shade = rng.uniform(0.0, 0.18, 4) * (rng.random(4) < 0.6) - 0.1 * (rng.random(4) < 0.3)
        low = shade[:2] * (width, height)
        high = (1 - shade[2:]) * (width, height)
        middle, size = (low + high) / 2, high - low
        return cls(
            (float(middle[0]), float(middle[1])),
            (float(size[0]), float(size[1])),
            float(np.clip(rng.normal(0, 1.5), -8, 8)),
            float(rng.uniform(0.02, 0.25)) if rng.random() < 0.5 else 0.0,
            float(rng.uniform(0, 0.01)),
        )

    def beyond(self, column: ArrayLike, row: ArrayLike) -> NDArray[np.float64]:
        """(...) distance in view pixels outside the field; negative inside it."""
        angle = np.radians(self.turn_deg)
        x = np.asarray(column, dtype=np.float64) - self.centre[0]
        y = np.asarray(row, dtype=np.float64) - self.centre[1]
        across = np.abs(x * np.cos(angle) + y * np.sin(angle)) - self.size[0] / 2
        along = np.abs(y * np.cos(angle) - x * np.sin(angle)) - self.size[1] / 2
        return np.asarray(np.maximum(across, along), dtype=np.float64)

    def shades(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(...) whether (..., 2) view pixels lie outside the field."""
        return np.asarray(self.beyond(xy[..., 0], xy[..., 1]) > 0)

    def outside(self, grid: FilmGrid) -> Tensor:
        """(H, W) :meth:`beyond` on the film."""
        height, width = grid.plane.shape
        column, row = grid.view_pixels((slice(0, height), slice(0, width)))
        distance = self.beyond(column.cpu().numpy(), row.cpu().numpy())
        return torch.as_tensor(distance, dtype=torch.float32, device=grid.device)

    def drawn(self, film: Tensor, grid: FilmGrid) -> Tensor:
        """The film with scatter around the field."""
        distance = self.outside(grid)
        haze = self.grey * torch.exp(-self.fading * distance.clamp(min=0))
        return torch.where(distance > 0, haze, film)


def _pairs(
    strokes: NDArray[np.float64],
) -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
    return tuple(((float(a[0]), float(a[1])), (float(b[0]), float(b[1]))) for a, b in strokes)
