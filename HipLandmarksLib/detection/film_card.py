"""What the card of a film model says beyond that of any model: how films are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConfigurationError
from .film_hip import ReferenceHip
from .film_refusal import HipCriteria

_EDGES = ("sourcil", "bone")
_SIDES_PX = range(64, 2049)


@dataclass(frozen=True)
class FilmSettings:
    """How a film is read in two passes.

    Attributes:
        reference: the mean hip; its shape is the input of the second pass.
        side_px: side of the square in which the first pass sees the whole film.
        criteria: when something on a film counts as a hip.
        prosthesis_threshold: from this presence of a prosthesis on, the points of the femoral
            head and neck are reported as replaced.
        edge: what LAE and MSO mark: ends of the ``sourcil``, or the rim of the ``bone``.
        hip_sha256: of the second pass's card, which names its own weights.
        letters_sha256: of the letter reader's card, which names its own weights; empty for models
            that do not read the letters R and L.

    Raises:
        ConfigurationError: when a number makes no sense.
    """

    reference: ReferenceHip
    side_px: int = 384
    criteria: HipCriteria = field(default_factory=HipCriteria)
    prosthesis_threshold: float = 0.5
    edge: str = "sourcil"
    hip_sha256: str = ""
    letters_sha256: str = ""

    def __post_init__(self) -> None:
        if self.side_px not in _SIDES_PX or not 0 < self.prosthesis_threshold < 1:
            raise ConfigurationError(
                f"The first pass sees films of {_SIDES_PX[0]} to {_SIDES_PX[-1]} pixels, and the "
                "threshold of a prosthesis lies between 0 and 1; not "
                f"{self.side_px} and {self.prosthesis_threshold}."
            )
        if self.edge not in _EDGES:
            raise ConfigurationError(f"LAE marks one of {', '.join(_EDGES)}, not {self.edge!r}.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "side_px": self.side_px,
            "reference": self.reference.to_dict(),
            "criteria": self.criteria.to_dict(),
            "prosthesis_threshold": self.prosthesis_threshold,
            "edge": self.edge,
            "hip_sha256": self.hip_sha256,
            **({"letters_sha256": self.letters_sha256} if self.letters_sha256 else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FilmSettings:
        """Read :meth:`to_dict`.

        Raises:
            ConfigurationError: when a field is missing or invalid.
        """
        try:
            needed = ("side_px", "prosthesis_threshold", "hip_sha256")
            known = (*needed, *(key for key in ("edge", "letters_sha256") if key in data))
            plain = {key: data[key] for key in known}
            reference = ReferenceHip.from_dict(data["reference"])
            return cls(reference, criteria=HipCriteria(**data["criteria"]), **plain)
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"The film settings are incomplete: {error}") from error
