"""Which hip of the patient a film shows: from where it lies, what the file says, what is stated.

A pelvis looks the same in a mirror, and so does a hip: what a film shows is a right hip in the
usual display or a left one in a mirrored display. With both hips on a film that does not tell its
orientation the usual display is assumed, visibly, unless a letter R or L on the film speaks against
it: then it is asked for, as is a single hip without any sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ..anatomy import Side
from ..errors import ImageError
from ..imaging import HipImage
from .film_letters import FilmLetter


class DisplaySign(str, Enum):
    """What the letters of a film say of its display."""

    USUAL = "usual"
    MIRRORED = "mirrored"
    """One of them speaks against the usual display; somebody has to look."""
    NONE = "none"


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
    letters: Sequence[FilmLetter] | None = (),
) -> NamedHips:
    """Name the hips that were found on a film.

    Args:
        looks: the hips by the side that they look like on the upright film, with the number of
            landmarks found on each; one or two. A few points of a second hip do not count: they
            do not tell how the film is displayed.
        image: the film; its metadata tell ``laterality`` and ``orientation``.
        stated: side of the film's one hip as a person states it.
        letters: those that were read on the film; None when the model reads none.

    Raises:
        ImageError: when it is a single hip, and nothing tells its side; when a letter says that the
            film is mirrored, or contradicts its file, and no person has told the display or side.
    """
    tagged = _tagged(image)
    named = stated or tagged
    remarks = []
    by_display = named is None or len(looks) == 2
    if letters is None and by_display and not display_is_known(image):
        remarks.append(_unread(image))
    letters = letters or ()
    if stated is not None and tagged not in (None, stated):
        remarks.append(
            f"{image.name} was stated to show the {stated.word} hip, its file says "
            f"{stated.opposite.word}; it is named as stated."
        )
    if len(looks) == 2:
        remarks += _as_lettered(letters, image)
        remarks += _both(looks, image, named, stated is not None)
        return NamedHips({side: side for side in Side}, tuple(remarks))
    (seen,) = looks
    side = named or seen
    if named is None:
        remarks += _as_lettered(letters, image, seen)
        told = display_sign(letters, seen) is DisplaySign.USUAL
        if not (told or display_is_known(image) or _is_pelvis(image)):
            raise ImageError(
                f"{image.name} shows one hip, and neither its file nor you say which: a mirrored "
                "right hip looks like a left one. State it with --side right or --side left "
                "(parameter side), or with --display usual that the film is not mirrored."
            )
    elif stated is None:
        _require_agreement(letters, image, seen, named)
    if side is not seen:
        remarks.append(_contradiction(image, seen, side))
    if stated is not None:
        remarks += [_misplaced(own, image, side) for own in _naming(letters, seen, stated.opposite)]
    return NamedHips({seen: side, seen.opposite: side.opposite}, tuple(remarks))


def _unread(image: HipImage) -> str:
    return (
        f"This model does not read the letters R and L: compare the sides of {image.name} with the "
        "marker on it."
    )


def _as_lettered(
    letters: Sequence[FilmLetter], image: HipImage, seen: Side | None = None
) -> list[str]:
    """What the letters say of a film whose sides are told by its display.

    Raises:
        ImageError: when they speak against it, and no person has told the display.
    """
    sign = display_sign(letters, seen)
    against = [own for own in letters if own.against_usual]
    if sign is DisplaySign.MIRRORED and not _display_is_stated(image):
        raise ImageError(_question(against[0], image))
    if sign is DisplaySign.MIRRORED:
        return [_misplaced(own, image, own.says.opposite) for own in against]
    if sign is DisplaySign.USUAL and not display_is_known(image):
        confirming = _confirming(letters, seen)
        read = " and ".join(dict.fromkeys(own.says.value for own in confirming))
        return [f"The letter {read} on {image.name} goes with the usual display."]
    return []


def display_sign(letters: Sequence[FilmLetter], seen: Side | None = None) -> DisplaySign:
    """What the letters of a film say of its display together.

    Args:
        letters: those that were read.
        seen: look of the only hip; None on a film of both.
    """
    if any(own.against_usual for own in letters):
        return DisplaySign.MIRRORED
    return DisplaySign.USUAL if _confirming(letters, seen) else DisplaySign.NONE


def _confirming(letters: Sequence[FilmLetter], seen: Side | None) -> list[FilmLetter]:
    """Those that say that the display is the usual one; ``seen`` is the look of the only hip.

    Beside a hip a letter tells by where it lies. Elsewhere on a film of one hip it tells by the
    way it faces, if it names that hip.
    """
    return [
        own
        for own in letters
        if own.for_usual or (own.beside is None and own.faces_reader and own.says is seen)
    ]


def _naming(letters: Sequence[FilmLetter], seen: Side, side: Side) -> list[FilmLetter]:
    """Letters beside the hip that looks like ``seen`` that name it ``side``."""
    return [own for own in letters if own.beside is seen and own.says is side]


def _require_agreement(
    letters: Sequence[FilmLetter], image: HipImage, seen: Side, tagged: Side
) -> None:
    """Refuse a single hip that the file names otherwise than the letter beside it.

    Raises:
        ImageError: it asks for the side.
    """
    if _naming(letters, seen, tagged.opposite):
        raise ImageError(
            f"The file of {image.name} names the {tagged.word} hip, but the letter "
            f"{tagged.opposite.value} lies beside it. Look at it, and state --side right or "
            "--side left (parameter side)."
        )


def _question(letter: FilmLetter, image: HipImage) -> str:
    signs = []
    if letter.mirrored:
        signs.append("is mirror-written")
    if letter.beside is letter.says.opposite:
        signs.append(f"lies beside what would be the {letter.beside.word} hip")
    why = f"the letter {letter.says.value} {' and '.join(signs)}"
    told = image.metadata.get("orientation", "")
    if display_is_known(image):
        why += f", while the orientation is known {told}"
    return (
        f"{image.name} seems to be shown mirrored: {why}. Look at it, and state --display mirrored "
        "(parameter orientation) if it is, or --display usual if the letter is wrong."
    )


def _misplaced(letter: FilmLetter, image: HipImage, side: Side) -> str:
    how = "is mirror-written" if letter.mirrored else "lies"
    where = f"beside what is reported as the {side.word} hip"
    if letter.beside is letter.says:
        where = "although it lies on its own side"
    return (
        f"The letter {letter.says.value} on {image.name} {how} {where}: letter, stated display or "
        "stated side is wrong; check them."
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


def _display_is_stated(image: HipImage) -> bool:
    """Whether a person has told how the film shows the patient."""
    return image.metadata.get("orientation", "").startswith("stated")
