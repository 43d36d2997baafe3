"""How well a film model reads the letters of simulated films, and how sure it must be.

Every film is read twice, as it is and mirrored. Nothing that the simulation knows reaches the
model: its first pass finds the places, its hips tell the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from ..anatomy import Side
from ..detection.film import FilmModel
from ..detection.film_letters import FilmLetter, as_clear
from ..detection.film_sides import DisplaySign, display_sign
from ..detection.letter_card import LetterLimits
from ..detection.views import View
from ..errors import ImageError
from ..imaging import HipImage
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.objects import ObjectScene, ObjectShares, SideMarker, random_objects
from ..synthesis.radiograph.view import BoneView
from .film_errors import film_image, scene_film
from .letter_crops import visible_share

ANY = LetterLimits(0.5, 0.5)
"""So low that every letter that might be one is kept."""

_STEPS = (0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
_WHOLE = 0.85
_SAME_PLACE = 0.25
"""Letters within this share of the distance of a head's diameter from one another are the same."""
_SEED = 49_979_693
_LETTERS = ObjectShares(marker=0.85)


@dataclass(frozen=True)
class LetterFilm:
    """A film, usual or mirrored, and what was read on it.

    Attributes:
        mirrored: whether it is shown mirrored.
        written: letters that one can see whole: what each says, and its (x, y).
        any_letter: whether there is a letter at all, be it cut or covered.
        read: letters that were read, sure or not.
        looks: sides that its whole hips look like.
        near_px: letters no farther apart are the same.
    """

    mirrored: bool
    written: tuple[tuple[Side, tuple[float, float]], ...]
    any_letter: bool
    read: tuple[FilmLetter, ...]
    looks: tuple[Side, ...]
    near_px: float

    def clear(self, limits: LetterLimits) -> tuple[FilmLetter, ...]:
        """The letters that count as read."""
        return tuple(own for letter in self.read if (own := as_clear(letter, limits)) is not None)

    def sign(self, limits: LetterLimits) -> DisplaySign:
        """What they say of the display."""
        seen = self.looks[0] if len(self.looks) == 1 else None
        return display_sign(self.clear(limits), seen)


def letter_film(
    model: FilmModel, view: BoneView, preset: Preset, seed: Sequence[int]
) -> list[LetterFilm]:
    """A film of ``view`` with letters on most, as it is and mirrored; empty when it is refused.

    Args:
        model: with a reader whose limits are :data:`ANY`.
        view: of a subject that neither first pass nor reader have learned from.
        preset: looks of the film.
        seed: of every random choice.
    """
    rng = np.random.default_rng([_SEED, *seed])
    scene = ObjectScene(view, random_objects(rng, view, _LETTERS))
    pixels = scene_film(scene, preset, rng)
    image = film_image(view, pixels, view.subject)
    markers = [item for item in scene.objects if isinstance(item, SideMarker)]
    written = tuple((m.side, m.place) for m in markers if visible_share(scene, m) >= _WHOLE)
    near = _SAME_PLACE * 2 * max(view.head_radius_px.values())
    found = []
    for mirrored in (False, True):
        shown = _mirrored(image) if mirrored else image
        places = tuple((side, _in_mirror(xy, pixels.shape, mirrored)) for side, xy in written)
        try:
            reading = model.read(shown, [View()])
        except ImageError:
            return []
        looks = tuple(side for side, hip in reading.hips.items() if model.is_whole(hip))
        read = reading.letters or ()
        found.append(LetterFilm(mirrored, places, bool(markers), read, looks, near))
    return found


def chosen_limits(films: Sequence[LetterFilm]) -> LetterLimits:
    """The lowest limits with the fewest wrong signs and wrong letters on ``films``.

    Letters that are read where none is count as wrong, whether they raise a question or not.
    """

    def cost(limits: LetterLimits) -> tuple[int, float]:
        letters = _letter_counts(films, limits)
        wrong = sum(_is_wrong(film, limits) for film in films)
        wrong += sum(letters[name] for name in ("wrong", "faces_wrong", "where_none_is"))
        return wrong, limits.letter + limits.facing

    return min((LetterLimits(*pair) for pair in product(_STEPS, repeat=2)), key=cost)


def letter_figures(films: Sequence[LetterFilm], limits: LetterLimits) -> dict[str, Any]:
    """Letters read and films told; JSON-ready."""
    return {
        "films": len(films),
        "letters": _letter_counts(films, limits),
        "usual": _film_counts([film for film in films if not film.mirrored], limits),
        "mirrored": _film_counts([film for film in films if film.mirrored], limits),
    }


def _is_wrong(film: LetterFilm, limits: LetterLimits) -> bool:
    wrong = DisplaySign.USUAL if film.mirrored else DisplaySign.MIRRORED
    return film.sign(limits) is wrong


def _letter_counts(films: Iterable[LetterFilm], limits: LetterLimits) -> dict[str, int]:
    names = ("written", "right", "wrong", "not_read", "faces_right", "faces_wrong", "where_none_is")
    counts = dict.fromkeys(names, 0)
    for film in films:
        clear = film.clear(limits)
        left = list(clear)
        for side, xy in film.written:
            counts["written"] += 1
            own = [letter for letter in left if _distance(letter, xy) <= film.near_px]
            if not own:
                counts["not_read"] += 1
                continue
            left = [letter for letter in left if letter not in own]
            counts["right" if own[0].says is side else "wrong"] += 1
            if own[0].mirrored is not None:
                right = own[0].mirrored is film.mirrored
                counts["faces_right" if right else "faces_wrong"] += 1
        counts["where_none_is"] += 0 if film.any_letter else len(left)
    return counts


def _film_counts(films: Sequence[LetterFilm], limits: LetterLimits) -> dict[str, int]:
    lettered = [film for film in films if film.written]
    counts = {"films": len(films), "with_whole_letter": len(lettered)}
    for sign, name in ((DisplaySign.USUAL, "confirmed"), (DisplaySign.MIRRORED, "asked")):
        counts[name] = sum(film.sign(limits) is sign for film in films)
        counts[f"{name}_of_lettered"] = sum(film.sign(limits) is sign for film in lettered)
    return counts


def _distance(letter: FilmLetter, xy: tuple[float, float]) -> float:
    return float(np.hypot(*np.subtract(letter.place, xy)))


def _mirrored(image: HipImage) -> HipImage:
    return replace(image, pixels=np.ascontiguousarray(image.pixels[..., ::-1]))


def _in_mirror(
    xy: tuple[float, float], shape: tuple[int, ...], mirrored: bool
) -> tuple[float, float]:
    return (shape[1] - 1 - xy[0], xy[1]) if mirrored else xy
