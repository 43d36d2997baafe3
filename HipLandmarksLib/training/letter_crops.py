"""Crops of simulated films that a letter reader learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..detection.film_frame import warp_film
from ..detection.letter_card import LetterClass
from ..imaging import PlaneTransform
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.objects import ObjectScene, SideMarker, random_objects
from ..synthesis.radiograph.objects.base import optical_depth
from ..synthesis.radiograph.objects.film import Collimation, FilmDrawing
from ..synthesis.radiograph.view import BoneView
from .film_exposure import exposed_film
from .film_sample import SampleFrame, head_places
from .letter_config import LetterConfig
from .letter_drawing import drawn_letter, drawn_sign

Image = NDArray[np.float32]
Place = NDArray[np.float64]

MARGIN = 1.75
"""Crops are kept larger than what the reader sees by this factor: training moves, turns and scales
them."""

_HEAD_MM = 24.0
_PART_MM = 150.0
_FREE_MM = 26.0
"""Signs are drawn at least so far from a letter of lead."""
_WHOLE, _GONE = 0.85, 0.5
_CLEAR = 0.7
"""Optical depth of metal through which a letter is still seen."""
_NEGATIVES = 4
_ON_FILM = 0.6
"""Share of a crop that the film must fill."""
_CONTRAST, _LEAST_INK = 0.05, 0.004
"""Grey values by which a drawn letter must differ from what lay there, and on what share of a crop;
else nobody can tell what it is."""


@dataclass(frozen=True, eq=False)
class LetterCrop:
    """A crop with what its middle shows; never mirror-written, training mirrors it.

    Attributes:
        pixels: (H, W) grey values, about 0 to 1, NaN outside the film.
        shows: R, L or something else.
    """

    pixels: Image
    shows: LetterClass


class CropMaker:
    """Makes the crops of part of a film; they depend on view and random numbers alone."""

    def __init__(self, config: LetterConfig) -> None:
        """As ``config`` says."""
        self._config = config
        self._side = 2 * round(config.side_px * MARGIN / 2)

    def crops(self, view: BoneView, rng: np.random.Generator) -> list[LetterCrop]:
        """Letters of lead, drawn letters, other signs, and places without any.

        Raises:
            ImageError: when the view shows no head, which tells its scale.
        """
        scene = ObjectScene(view, random_objects(rng, view, self._config.objects))
        part = self._part(scene, rng)
        robust = rng.random() < self._config.robust_share
        preset = Preset.ROBUST if robust else Preset.REALISTIC
        whole = PlaneTransform.identity(view.camera.shape)
        pixels = exposed_film(scene, SampleFrame(whole, part, False, whole.shape), preset, rng)
        pixel_mm = _PART_MM / part.shape[0]
        markers = [item for item in scene.objects if isinstance(item, SideMarker)]
        letters = np.array([part.forward(m.place) for m in markers]).reshape(-1, 2)
        found = list(self._lead(scene, markers, pixels, part, pixel_mm))
        spots = self._free_spots(part.shape, letters, pixel_mm, rng)
        cuts = [self._cut(pixels, spot, pixel_mm) for spot in spots]
        usable = [cut for cut in cuts if np.isfinite(cut).mean() > _ON_FILM]
        drawn, plain = usable[: 2 * self._config.drawn], usable[2 * self._config.drawn :]
        signs = [self._drawn(crop, bool(n % 2), rng) for n, crop in enumerate(drawn)]
        found += [crop for crop in signs if crop is not None]
        hard = self._hard_spots(scene, part, letters, pixel_mm, rng)
        rest = [*plain[:_NEGATIVES], *(self._cut(pixels, spot, pixel_mm) for spot in hard)]
        return found + [LetterCrop(crop, LetterClass.OTHER) for crop in rest]

    def _drawn(self, crop: Image, sign: bool, rng: np.random.Generator) -> LetterCrop | None:
        """The crop with a sign, or with a letter; None when one can hardly see it there."""
        if sign:
            return LetterCrop(drawn_sign(crop, self._config.pixel_mm, rng), LetterClass.OTHER)
        side = list(Side)[int(rng.integers(2))]
        lettered = drawn_letter(crop, self._config.pixel_mm, side, rng)
        changed = np.nan_to_num(np.abs(lettered - crop))
        noise = float(np.nanmedian(np.abs(np.diff(crop, axis=1))))
        if np.mean(changed > _CONTRAST + 2 * noise) < _LEAST_INK:
            return None
        return LetterCrop(lettered, LetterClass.of(side, False))

    def _part(self, scene: ObjectScene, rng: np.random.Generator) -> PlaneTransform:
        """From the view to a square part of the film, mostly about a letter."""
        heads = head_places(scene.source)
        px_per_mm = max(radius for _, radius in heads.values()) / _HEAD_MM
        shape = np.array(scene.source.camera.shape[::-1], dtype=np.float64)
        centre = rng.uniform(0, 1, 2) * shape
        if scene.letters and rng.random() < 0.85:
            place = scene.letters[int(rng.integers(len(scene.letters)))][1]
            centre = np.array(place) + rng.uniform(-40, 40, 2) * px_per_mm
        side = round(_PART_MM / rng.uniform(0.4, 0.8))
        scale = side / (_PART_MM * px_per_mm)
        step = np.array([[scale, 0, 0], [0, scale, 0], [0, 0, 1.0]])
        step[:2, 2] = (side - 1) / 2 - scale * centre
        return PlaneTransform(step, (side, side))

    def _lead(
        self,
        scene: ObjectScene,
        markers: list[SideMarker],
        pixels: Image,
        part: PlaneTransform,
        pixel_mm: float,
    ) -> Iterator[LetterCrop]:
        for marker in markers:
            place = part.forward(marker.place)
            if not np.all((place > 0) & (place < part.shape[0] - 1)):
                continue
            seen = visible_share(scene, marker)
            crop = self._cut(pixels, place, pixel_mm)
            if seen >= _WHOLE:
                yield LetterCrop(crop, LetterClass.of(marker.side, marker.mirrored))
            elif seen < _GONE:
                yield LetterCrop(crop, LetterClass.OTHER)

    def _free_spots(
        self, shape: tuple[int, int], letters: Place, pixel_mm: float, rng: np.random.Generator
    ) -> list[Place]:
        spots = rng.uniform(0.05, 0.95, (24, 2)) * (shape[1], shape[0])
        away = np.linalg.norm(spots[:, None] - letters[None], axis=2).min(axis=1, initial=np.inf)
        return list(spots[away > _FREE_MM / pixel_mm])

    def _hard_spots(
        self,
        scene: ObjectScene,
        part: PlaneTransform,
        letters: Place,
        pixel_mm: float,
        rng: np.random.Generator,
    ) -> list[Place]:
        """On metal, on text and on lines that software drew."""
        camera = scene.source.camera
        others = [item for item in scene.objects if not isinstance(item, SideMarker)]
        metal = [piece for item in others for piece in item.pieces(scene.source)]
        places = [camera.project(piece.shape.corners) for piece in metal]
        places += [
            np.asarray(item.strokes).reshape(-1, 2)
            for item in others
            if isinstance(item, FilmDrawing)
        ]
        if not places:
            return []
        on_part = part.forward(np.concatenate(places))
        inside = np.all((on_part > 0) & (on_part < part.shape[0] - 1), axis=1)
        away = np.linalg.norm(on_part[:, None] - letters[None], axis=2).min(axis=1, initial=np.inf)
        usable = on_part[inside & (away > _FREE_MM / pixel_mm)]
        if not len(usable):
            return []
        return list(usable[rng.integers(len(usable), size=4)])

    def _cut(self, pixels: Image, spot: Place, pixel_mm: float) -> Image:
        scale, middle = pixel_mm / self._config.pixel_mm, (self._side - 1) / 2
        step = np.array([[scale, 0, 0], [0, scale, 0], [0, 0, 1.0]])
        step[:2, 2] = middle - scale * np.asarray(spot)
        return warp_film(pixels, PlaneTransform(step, (self._side, self._side)))


def visible_share(scene: ObjectScene, marker: SideMarker) -> float:
    """Share of a letter's ink (0 to 1) that lies on the exposed film and beside metal."""
    camera = scene.source.camera
    pitch = float(np.linalg.norm(camera.column_step))
    strokes = marker.shape.strokes(marker.side) * marker.height_mm / pitch
    share = np.linspace(0, 1, 6)[:, None, None]
    ink = (strokes[:, 0] * (1 - share) + strokes[:, 1] * share).reshape(-1, 2)
    angle = np.radians(marker.turn_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    ink = marker.place + (ink * [-1 if marker.mirrored else 1, 1]) @ turn
    limit = np.array(camera.shape[::-1]) - 1
    seen = np.all((ink >= 0) & (ink <= limit), axis=1)
    others = tuple(p for o in scene.objects if o is not marker for p in o.pieces(scene.source))
    if others:
        seen &= optical_depth(others, camera, ink) <= _CLEAR
    for item in scene.objects:
        if isinstance(item, Collimation):
            seen &= ~item.shades(ink)
    return float(np.mean(seen))
