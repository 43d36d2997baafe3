"""Which heatmap is which landmark, and what a mirror does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..anatomy import HipLandmarkId, Side
from ..errors import ConfigurationError

MRI_KEYS = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")


@dataclass(frozen=True)
class Channels:
    """The landmarks of a model in the order of its heatmaps."""

    ids: tuple[HipLandmarkId, ...]

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise ConfigurationError("A landmark has two channels.")
        for side, key in self.ids:
            if (side.opposite, key) not in self.ids:
                raise ConfigurationError(f"{key} has a channel on one side only.")

    @classmethod
    def of_keys(cls, keys: Sequence[str] = MRI_KEYS) -> Channels:
        """All ``keys`` of the right side, then of the left."""
        return cls(tuple((side, key) for side in (Side.RIGHT, Side.LEFT) for key in keys))

    @classmethod
    def from_names(cls, names: Sequence[str]) -> Channels:
        """Parse names such as ``R:FHC``.

        Raises:
            ConfigurationError: when a name is malformed.
        """
        try:
            return cls(tuple((Side(name[0]), name[2:]) for name in names if name[1] == ":"))
        except (ValueError, IndexError) as error:
            raise ConfigurationError(f"Malformed channel names: {names}") from error

    @property
    def names(self) -> list[str]:
        """Names such as ``R:FHC``; inverse of :meth:`from_names`."""
        return [f"{side.value}:{key}" for side, key in self.ids]

    @property
    def mirrored(self) -> list[int]:
        """For each channel, the channel of the same landmark on the other side."""
        return [self.ids.index((side.opposite, key)) for side, key in self.ids]

    def __len__(self) -> int:
        return len(self.ids)
