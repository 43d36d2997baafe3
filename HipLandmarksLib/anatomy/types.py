"""Sides, frames, landmark states and sources: the explicit vocabulary of a case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Side(str, Enum):
    """The patient's side (not the viewer's)."""

    RIGHT = "R"
    LEFT = "L"

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.LEFT if self is Side.RIGHT else Side.RIGHT

    @property
    def word(self) -> str:
        """``right`` or ``left``, for sentences and node names."""
        return "right" if self is Side.RIGHT else "left"


class Midline(str, Enum):
    """Where a landmark belongs that neither hip owns, and a measurement of the whole pelvis.

    ``for side in Side`` means the two hips; the midline is asked for by name.
    """

    PELVIS = "B"

    @property
    def opposite(self) -> Midline:
        """Itself: a mirror leaves the midline where it is."""
        return self

    @property
    def word(self) -> str:
        """``pelvis``, for sentences and node names."""
        return "pelvis"


AnySide = Side | Midline
"""A hip or the midline."""


def parse_side(letter: str) -> AnySide:
    """``R``, ``L`` or ``B`` of a file as side or midline.

    Raises:
        ValueError: when it is another text.
    """
    known: dict[str, AnySide] = {each.value: each for each in (*Side, Midline.PELVIS)}
    if letter not in known:
        raise ValueError(f"the side must be R, L or B (middle), not {letter!r}")
    return known[letter]


class Frame(str, Enum):
    """Patient coordinate frame of 3D points, in millimetres."""

    LPS = "LPS"
    RAS = "RAS"


class LandmarkState(str, Enum):
    """What is known of a landmark; never encoded by a coordinate.

    A key that a ``HipLandmarks`` does not hold is *not annotated*; ``ABSENT`` means that
    someone looked and the point is not there (out of the field, destroyed).
    """

    VISIBLE = "visible"
    ESTIMATED = "estimated"
    ABSENT = "absent"
    PROSTHESIS = "prosthesis"

    @property
    def has_position(self) -> bool:
        """Whether a landmark of this state carries coordinates."""
        return self in (LandmarkState.VISIBLE, LandmarkState.ESTIMATED)


class SourceKind(str, Enum):
    """Who or what placed a point."""

    MODEL = "model"
    READER = "reader"
    REFERENCE = "reference"
    SIMULATION = "simulation"


@dataclass(frozen=True)
class Source:
    """Origin of a point: kind, name (model id or reader pseudonym) and version."""

    kind: SourceKind
    name: str = ""
    version: str = ""
