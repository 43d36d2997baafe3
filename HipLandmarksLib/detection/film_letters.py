"""The letters R and L on a film: what they say, which way they face, beside which hip they lie.

The first pass knows where letters may lie; a reader looks there at finer pixels. A letter tells how
a film is displayed in two ways: by the hip that it lies beside, and by the way it faces, since on a
mirrored film it is mirror-written. Where both do not say "usual", somebody has to look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ..anatomy import Side
from ..imaging import HipImage, PlaneTransform
from .channels import MARKER_KEY, Channels
from .film_hip import ReferenceHip
from .letter_card import LetterCard, LetterClass, LetterLimits
from .letter_reader import LetterReader
from .reading import LandmarkMaps
from .sides import HEAD

_MIDLINE_MM = 90.0
"""About half the distance of two heads, where a film shows one."""

_UNCLEAR_MM = 25.0
"""Nearer to the midline a letter names no side."""

_MOST_PLACES = 4
_APART_PX = 6
"""Places of letters are at least so far apart on the first pass's map."""
_LEAST_MASS = 1e-4
"""Where the first pass sees less of a letter than this, nobody looks."""


@dataclass(frozen=True)
class FilmLetter:
    """A letter that was read.

    Attributes:
        says: R or L.
        mirrored: whether it is mirror-written; None when that cannot be told.
        beside: the side that the hip beside it looks like; None near the midline, and where no
            hip was found: on a film of one hip letters lie wherever there is room.
        place: (x, y) on the upright film, pixels.
        probability: that it says so.
        facing: probability, given what it says, that it is mirror-written.
    """

    says: Side
    mirrored: bool | None
    beside: Side | None
    place: tuple[float, float]
    probability: float = 1.0
    facing: float = 0.5

    @property
    def against_usual(self) -> bool:
        """Whether it speaks against the usual display."""
        return self.mirrored is True or self.beside is self.says.opposite

    @property
    def for_usual(self) -> bool:
        """Whether it speaks for the usual display by where it lies, and not against it."""
        return self.beside is self.says and not self.mirrored

    @property
    def faces_reader(self) -> bool:
        """Whether it is surely not mirror-written."""
        return self.mirrored is False


def film_letters(
    reader: LetterReader,
    image: HipImage,
    upright: PlaneTransform,
    places: Sequence[tuple[float, float]],
    frames: Mapping[Side, PlaneTransform],
    reference: ReferenceHip,
) -> tuple[FilmLetter, ...]:
    """The letters at those of ``places`` where one can be read.

    Args:
        reader: of letters.
        image: the film.
        upright: from its stored pixels to the upright film.
        places: where letters may lie, on the upright film.
        frames: of the hips that were found, from the upright film to their crops.
        reference: the mean hip.
    """
    px_per_mm = _px_per_mm(frames, reference)
    planes = [letter_plane(upright, place, px_per_mm, reader.card) for place in places]
    found = []
    for place, chances in zip(places, reader.read(image.pixels[0], planes), strict=True):
        beside = _beside(place[0], frames, reference)
        letter = read_letter(chances, reader.card.limits, beside, place)
        if letter is not None:
            found.append(letter)
    return tuple(found)


def read_letter(
    chances: Mapping[LetterClass, float],
    limits: LetterLimits,
    beside: Side | None,
    place: tuple[float, float],
) -> FilmLetter | None:
    """What a crop says; None when it is no letter, or not a clear one."""
    both = {s: tuple(chances[LetterClass.of(s, m)] for m in (False, True)) for s in Side}
    says = max(both, key=lambda side: sum(both[side]))
    probability = sum(both[says])
    facing = both[says][1] / max(probability, 1e-9)
    return as_clear(FilmLetter(says, None, beside, place, probability, facing), limits)


def as_clear(letter: FilmLetter, limits: LetterLimits) -> FilmLetter | None:
    """The letter as it counts under ``limits``; None when it is not clear what it says."""
    if letter.probability < limits.letter:
        return None
    surely = max(letter.facing, 1 - letter.facing) >= limits.facing
    return replace(letter, mirrored=letter.facing > 0.5 if surely else None)


def letter_places(
    maps: LandmarkMaps, channels: Channels, square: PlaneTransform
) -> list[tuple[float, float]]:
    """Where the first pass sees a letter, however faintly, whatever it takes it for.

    Args:
        maps: of the first pass.
        channels: of the first pass.
        square: from the upright film to the first pass's square.

    Returns:
        (x, y) on the upright film, the most likely place first.
    """
    own = [number for number, (_, key) in enumerate(channels.ids) if key == MARKER_KEY]
    if not own:
        return []
    chance = maps.places[:1, own].float().sum(dim=1, keepdim=True)
    mass = torch.nn.functional.avg_pool2d(chance, 3, 1, 1, divisor_override=1)
    top = torch.nn.functional.max_pool2d(mass, 2 * _APART_PX + 1, 1, _APART_PX)
    peaks = torch.where(mass == top, mass, 0.0)[0, 0]
    values, order = peaks.flatten().topk(min(_MOST_PLACES, peaks.numel()))
    rows, columns = np.unravel_index(order.cpu().numpy(), peaks.shape)
    found = square.backward(np.stack([columns, rows], axis=1).astype(np.float64))
    return [
        (float(x), float(y))
        for (x, y), value in zip(found, values.tolist(), strict=True)
        if value >= _LEAST_MASS
    ]


def letter_plane(
    upright: PlaneTransform, place: tuple[float, float], px_per_mm: float, card: LetterCard
) -> PlaneTransform:
    """From stored pixels to the reader's crop about ``place`` of the upright film.

    Args:
        upright: from stored pixels to the upright film.
        place: middle of the crop.
        px_per_mm: of the upright film, of a hip with a head of 48 mm.
        card: of the reader.
    """
    scale, middle = 1 / (card.pixel_mm * px_per_mm), (card.side_px - 1) / 2
    x, y = place
    step = [[scale, 0.0, middle - scale * x], [0.0, scale, middle - scale * y], [0.0, 0.0, 1.0]]
    return upright.then(step, (card.side_px, card.side_px))


def _beside(
    column: float, frames: Mapping[Side, PlaneTransform], reference: ReferenceHip
) -> Side | None:
    off = column - _midline(frames, reference)
    look = Side.RIGHT if off < 0 else Side.LEFT
    clear = abs(off) >= _UNCLEAR_MM * _px_per_mm(frames, reference)
    return look if clear and look in frames else None


def _midline(frames: Mapping[Side, PlaneTransform], reference: ReferenceHip) -> float:
    """Column of the midline of the pelvis on the upright film."""
    heads = {s: float(f.backward(reference.points[HEAD])[0]) for s, f in frames.items()}
    if len(heads) == 2:
        return sum(heads.values()) / 2
    ((side, column),) = heads.items()
    reach = _MIDLINE_MM * _px_per_mm(frames, reference)
    return column + (reach if side is Side.RIGHT else -reach)


def _px_per_mm(frames: Mapping[Side, PlaneTransform], reference: ReferenceHip) -> float:
    """Pixels of the upright film per mm of a hip with the reference's head."""
    scales = [frame.scale for frame in frames.values()]
    return len(scales) / sum(scales) / reference.pixel_mm
