"""The card of a letter reader: what it is shown, what it tells apart, when it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from ..anatomy import Side
from ..errors import ConfigurationError, ModelError

LETTERS_FOLDER = "letters"
"""Folder of the reader in the bundle of a film model."""

FORMAT = "hiplandmarks-letters-1"

_STRIDE = 16
_SIDES_PX = range(32, 257)


class LetterClass(str, Enum):
    """What a crop of a film shows, in the order of the network's scores."""

    RIGHT = "R"
    LEFT = "L"
    MIRRORED_RIGHT = "mirrored R"
    MIRRORED_LEFT = "mirrored L"
    OTHER = "other"

    @classmethod
    def of(cls, side: Side, mirrored: bool) -> LetterClass:
        """The class of a letter."""
        return cls(f"mirrored {side.value}" if mirrored else side.value)

    @property
    def in_a_mirror(self) -> LetterClass:
        """What the mirror image of such a crop shows."""
        if self is LetterClass.OTHER:
            return self
        letter = self.value[-1]
        return LetterClass(letter if self.value != letter else f"mirrored {letter}")


@dataclass(frozen=True)
class LetterLimits:
    """When a letter counts as read.

    Attributes:
        letter: least probability of what it says, whichever way it faces.
        facing: least probability, given what it says, of the way it faces; below it the letter
            is read, but does not tell whether the film is mirrored.

    Raises:
        ConfigurationError: when they do not lie between one half and 1.
    """

    letter: float = 0.9
    facing: float = 0.9

    def __post_init__(self) -> None:
        if not (0.5 <= self.letter <= 1 and 0.5 <= self.facing <= 1):
            raise ConfigurationError(
                f"The limits of a letter lie between 0.5 and 1, not {self.letter}, {self.facing}."
            )


@dataclass(frozen=True)
class LetterCard:
    """What a letter reader is, how it is fed and how good it is.

    Attributes:
        version: of the weights.
        widths: channels of the network's stages (see :class:`..networks.letters.LetterNetwork`).
        side_px: side of the square crop.
        pixel_mm: size of its pixels at the hip when the femoral head measures 48 mm.
        limits: when a letter counts as read.
        training: data, licence, recipe.
        performance: measured, and on what.
        sha256: of the weights file.

    Raises:
        ConfigurationError: when a number makes no sense.
    """

    version: str
    widths: tuple[int, ...] = (16, 24, 40, 48)
    side_px: int = 64
    pixel_mm: float = 0.6
    limits: LetterLimits = field(default_factory=LetterLimits)
    training: Mapping[str, Any] = field(default_factory=dict)
    performance: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""

    def __post_init__(self) -> None:
        if self.side_px not in _SIDES_PX or self.side_px % _STRIDE or not self.pixel_mm > 0:
            raise ConfigurationError(
                f"Crops of letters have {_SIDES_PX[0]} to {_SIDES_PX[-1]} pixels, a multiple of "
                f"{_STRIDE}, of a positive size; not {self.side_px} of {self.pixel_mm} mm."
            )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "format": FORMAT,
            "version": self.version,
            "description": "Tells the letters R and L on a film from one another and from others.",
            "research_use": "Research software, not a medical device.",
            "classes": [own.value for own in LetterClass],
            "widths": list(self.widths),
            "side_px": self.side_px,
            "pixel_mm": self.pixel_mm,
            "limits": asdict(self.limits),
            "training": dict(self.training),
            "performance": dict(self.performance),
            "sha256": self.sha256,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LetterCard:
        """Read a card.

        Raises:
            ModelError: when the format is another one or a field is missing or invalid.
        """
        if data.get("format") != FORMAT:
            raise ModelError(
                f"The card of the letter reader has format {data.get('format')!r}; this version "
                f"reads {FORMAT!r}."
            )
        try:
            if data["classes"] != [own.value for own in LetterClass]:
                raise ConfigurationError(f"it tells {data['classes']} apart")
            return cls(
                str(data["version"]),
                tuple(int(width) for width in data["widths"]),
                int(data["side_px"]),
                float(data["pixel_mm"]),
                LetterLimits(**data["limits"]),
                data["training"],
                data["performance"],
                str(data["sha256"]),
            )
        except (KeyError, TypeError, ValueError, ConfigurationError) as error:
            raise ModelError(f"The card of the letter reader is invalid: {error}") from error
