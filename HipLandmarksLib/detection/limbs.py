"""Which part affinity field joins which heatmaps, and what a mirror does to the fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..anatomy import HipLandmarkId, LandmarkTable, Side
from ..errors import ConfigurationError
from .channels import Channels

LimbId = tuple[HipLandmarkId, HipLandmarkId]
"""Start and end of a limb."""


@dataclass(frozen=True)
class LimbChannels:
    """The limbs of a model in the order of its fields.

    Attributes:
        channels: the landmarks that they join.
        pairs: (start, end) of every limb as indices of ``channels``.
    """

    channels: Channels
    pairs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, channels: Channels, table: LandmarkTable | None = None) -> LimbChannels:
        """All limbs of ``table`` (the product's own when None) whose two ends have a channel.

        Limbs of the right side come first, then those of the left, then bilateral ones, which
        run from the right landmark to the left one.
        """
        limbs = (table or LandmarkTable.load()).limbs
        ends: list[tuple[HipLandmarkId, HipLandmarkId]] = [
            ((side, limb.start), (side, limb.end))
            for side in (Side.RIGHT, Side.LEFT)
            for limb in limbs
            if not limb.bilateral
        ]
        ends += [
            ((Side.RIGHT, limb.start), (Side.LEFT, limb.end)) for limb in limbs if limb.bilateral
        ]
        place = {id_: number for number, id_ in enumerate(channels.ids)}
        return cls(
            channels, tuple((place[a], place[b]) for a, b in ends if a in place and b in place)
        )

    @classmethod
    def of_count(cls, channels: Channels, count: int) -> LimbChannels:
        """The limbs of a network with ``count`` fields whose card does not name them.

        These are all limbs between its landmarks, or, of networks that were trained before NA and
        LCP had limbs, those between landmarks of paper 2.

        Raises:
            ConfigurationError: when no such set has ``count`` limbs.
        """
        if count == 0:
            return cls(channels, ())
        table = LandmarkTable.load()
        numbered = {definition.key for definition in table.of_paper(2)}
        earlier = tuple(limb for limb in table.limbs if {limb.start, limb.end} <= numbered)
        choices = (cls.of(channels), cls.of(channels, replace(table, limbs=earlier)))
        for limbs in choices:
            if len(limbs) == count:
                return limbs
        raise ConfigurationError(
            f"The network has {count} part affinity fields, but {len(choices[0])} limbs join its "
            "landmarks: name the limbs of the fields."
        )

    @classmethod
    def from_names(cls, channels: Channels, names: Sequence[str]) -> LimbChannels:
        """Limbs such as ``R:FHC-R:NA``; inverse of :attr:`names`.

        Raises:
            ConfigurationError: when a name is malformed or an end has no channel.
        """
        place = {name: number for number, name in enumerate(channels.names)}
        try:
            ends = [name.split("-") for name in names]
            limbs = cls(channels, tuple((place[start], place[end]) for start, end in ends))
            if not channels.one_hip:
                _ = limbs.mirrored  # a limb of one side alone has no mirror image
        except (AttributeError, KeyError, ValueError) as error:
            raise ConfigurationError(
                "Limbs join two landmarks of the model, such as R:FHC-R:NA, on both sides alike; "
                f"these do not: {', '.join(map(str, names))}"
            ) from error
        return limbs

    @property
    def names(self) -> list[str]:
        """Names such as ``R:FHC-R:NA``, from start to end."""
        ends = self.channels.names
        return [f"{ends[start]}-{ends[end]}" for start, end in self.pairs]

    @property
    def mirrored(self) -> list[int]:
        """For each limb, the limb that lies in its place after a mirror."""
        return [self._mirror_of(pair)[0] for pair in self.pairs]

    @property
    def turned(self) -> list[bool]:
        """For each limb, whether its mirror image runs from end to start.

        A bilateral limb runs from right to left, and so does its mirror image after the sides
        are swapped: seen in the image, its direction is turned round once more.
        """
        return [self._mirror_of(pair)[1] for pair in self.pairs]

    def _mirror_of(self, pair: tuple[int, int]) -> tuple[int, bool]:
        swap = self.channels.mirrored
        start, end = swap[pair[0]], swap[pair[1]]
        if (start, end) in self.pairs:
            return self.pairs.index((start, end)), False
        return self.pairs.index((end, start)), True

    def __len__(self) -> int:
        return len(self.pairs)
