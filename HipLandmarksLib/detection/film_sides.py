"""Which hip of the patient a film shows: from where it lies, what the file says, what is stated.

A pelvis looks the same in a mirror, and so does a hip: what a film shows is a right hip in the
usual display or a left one in a mirrored display. With both hips on a film that does not tell its
orientation the usual display is assumed, visibly, unless a letter R or L on the film speaks against
it: then it is asked for, as is a single hip without any sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..anatomy import Side
from ..errors import ImageError
from ..imaging import HipImage


@dataclass(frozen=True)
class NamedHips:
    """The sides of the hips on a film.

    Attributes:
        side_of: the patient's side of what looks like a right (left) hip, found or not.
        remarks: sentences on what does not go together.
    """

    side_of: Mapping[Side, Side]
    remarks: tuple[str, ...] = ()


def name_hips(
    looks: Mapping[Side, int],
    image: HipImage,
    stated: Side | None,
    letters: Mapping[Side, Side] = MappingProxyType({}),
) -> NamedHips:
    """Name the hips that were found on a film.

    Args:
        looks: the hips by the side that they look like on the upright film, with the number of
            landmarks found on each; one or two. A few points of a second hip do not count: they
            do not tell how the film is displayed.
        image: the film; its metadata tell ``laterality`` and ``orientation``.
        stated: side of the film's one hip as a person states it.
        letters: the look of the hip beside it, by what a letter on the film says.

    Raises:
        ImageError: when it is a single hip, and nothing tells its side; when a letter says that the
            film is mirrored, and neither its file nor a person tells its display.
    """
    tagged = _tagged(image)
    named = stated or tagged
    remarks = []
    if stated is not None and tagged not in (None, stated):
        remarks.append(
            f"{image.name} was stated to show the {stated.word} hip, its file says "
            f"{stated.opposite.word}; it is named as stated."
        )
    if named is None or len(looks) == 2:
        remarks += _as_lettered(letters, image)
    if len(looks) == 2:
        remarks += _both(looks, image, named, stated is not None)
        return NamedHips({side: side for side in Side}, tuple(remarks))
    (seen,) = looks
    lettered = bool(letters) or display_is_known(image) or _is_pelvis(image)
    if named is None and not lettered:
        raise ImageError(
            f"{image.name} shows one hip, and neither its file nor you say which: a mirrored right "
            "hip looks like a left one. State it with --side right or --side left (parameter "
            "side), or with --display usual that the film is not mirrored."
        )
    side = named or seen
    if side is not seen:
        remarks.append(_contradiction(image, seen, side))
    elif named is not None:
        remarks += [_misplaced(letter, image) for letter, look in letters.items() if letter != look]
    return NamedHips({seen: side, seen.opposite: side.opposite}, tuple(remarks))


def _as_lettered(letters: Mapping[Side, Side], image: HipImage) -> list[str]:
    """What the letters say of a film whose sides are told by its display.

    Raises:
        ImageError: when they say that it is mirrored, and nobody tells its display.
    """
    wrong = [letter for letter, look in letters.items() if letter is not look]
    if wrong and not display_is_known(image):
        letter = wrong[0]
        raise ImageError(
            f"{image.name} seems to be shown mirrored: the letter {letter.value} lies beside what "
            f"would be the {letter.opposite.word} hip. Look at it, and state --display mirrored "
            "(parameter orientation) if it is, or --display usual if the letter is wrong."
        )
    if wrong:
        return [_misplaced(letter, image) for letter in wrong]
    if letters and not display_is_known(image):
        read = " and ".join(letter.value for letter in letters)
        return [f"The letter {read} on {image.name} goes with the usual display."]
    return []


def _misplaced(letter: Side, image: HipImage) -> str:
    return (
        f"The letter {letter.value} on {image.name} lies beside what is reported as the "
        f"{letter.opposite.word} hip: letter, stated display or stated side is wrong; check them."
    )


def _both(
    looks: Mapping[Side, int], image: HipImage, named: Side | None, is_stated: bool
) -> list[str]:
    remarks = []
    if named is not None and is_stated:
        remarks.append(
            f"{image.name} shows both hips; the side {named.word}, which was stated for a film of "
            "one hip, is not used."
        )
    if named is not None and looks[named.opposite] > 2 * looks[named]:
        remarks.append(
            f"{image.name} is named as a film of the {named.word} hip, but shows more of the "
            f"{named.opposite.word} one: it may be mirrored; check the side marker (--display "
            "mirrored)."
        )
    return remarks


def _contradiction(image: HipImage, seen: Side, side: Side) -> str:
    if display_is_known(image):
        where = f"in the orientation that is known ({image.metadata.get('orientation')})"
        why = "orientation or side is wrong"
    else:
        where = "in the usual display, which is assumed"
        why = "it may be mirrored (--display mirrored)"
    return (
        f"{image.name} is named as a film of the {side.word} hip, but shows a {seen.word} one "
        f"{where}: {why}; check the side marker. It is reported as the {side.word} hip."
    )


def _tagged(image: HipImage) -> Side | None:
    letter = image.metadata.get("laterality", "")
    return Side(letter) if letter in ("R", "L") else None


def _is_pelvis(image: HipImage) -> bool:
    return image.metadata.get("laterality", "") in ("B", "U")


def display_is_known(image: HipImage) -> bool:
    """Whether file or user tell how the film shows the patient."""
    told = image.metadata.get("orientation", "assumed")
    return not told.startswith("assumed")
