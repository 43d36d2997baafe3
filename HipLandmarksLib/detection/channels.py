"""Which heatmap is which landmark, and what a mirror does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..anatomy import HipLandmarkId, Side
from ..errors import ConfigurationError

FILM_KEYS = (
    "ILM", "TRI", "LAE", "MSO", "FOV", "FHC", "GT", "TD", "ISCH", "NB", "SHP", "SHD", "LCP", "NA"
)  # fmt: skip
PROSTHESIS_KEY = "PROSTHESIS"
"""Not a landmark: the middle of an artificial femoral head, nowhere in a hip without one."""
MARKER_KEY = "MARKER"
"""Not a landmark: the lead letter R or L, wherever on the film it lies, whichever way it faces."""

MRI_KEYS = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")


@dataclass(frozen=True)
class Channels:
    """The landmarks of a model in the order of its heatmaps.

    Attributes:
        ids: (side, key) of each; every key on both sides, unless it is a model of one hip.
        one_hip: a model that is shown right hips only (left ones as their mirror images).

    Raises:
        ConfigurationError: when a landmark occurs twice, or on the wrong sides.
    """

    ids: tuple[HipLandmarkId, ...]
    one_hip: bool = False

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise ConfigurationError("A landmark has two channels.")
        for side, key in self.ids:
            if self.one_hip and side is Side.LEFT:
                raise ConfigurationError(f"A model of one hip has no left {key}.")
            if not self.one_hip and (side.opposite, key) not in self.ids:
                raise ConfigurationError(f"{key} has a channel on one side only.")

    @classmethod
    def of_keys(cls, keys: Sequence[str] = MRI_KEYS) -> Channels:
        """All ``keys`` of the right side, then of the left."""
        return cls(tuple((side, key) for side in (Side.RIGHT, Side.LEFT) for key in keys))

    @classmethod
    def of_hip(cls, keys: Sequence[str] = FILM_KEYS) -> Channels:
        """Those of a model of one hip: right ones."""
        return cls(tuple((Side.RIGHT, key) for key in keys), one_hip=True)

    @classmethod
    def from_names(cls, names: Sequence[str], one_hip: bool = False) -> Channels:
        """Parse names such as ``R:FHC``.

        Raises:
            ConfigurationError: when a name is malformed.
        """
        try:
            ids = tuple((Side(name[0]), name[2:]) for name in names if name[1] == ":")
            return cls(ids, one_hip)
        except (ValueError, IndexError) as error:
            raise ConfigurationError(f"Malformed channel names: {names}") from error

    @property
    def names(self) -> list[str]:
        """Names such as ``R:FHC``; inverse of :meth:`from_names`."""
        return [f"{side.value}:{key}" for side, key in self.ids]

    @property
    def finds_letters(self) -> bool:
        """Whether the model has channels for the places of letters."""
        return (Side.RIGHT, MARKER_KEY) in self.ids

    @property
    def mirrored(self) -> list[int]:
        """For each channel, the channel of the same landmark on the other side; of letters, itself.

        Raises:
            ConfigurationError: when the channels are those of one hip.
        """
        if self.one_hip:
            raise ConfigurationError("A model of one hip has no landmarks of the other side.")
        return [
            self.ids.index((side if key == MARKER_KEY else side.opposite, key))
            for side, key in self.ids
        ]

    def __len__(self) -> int:
        return len(self.ids)
