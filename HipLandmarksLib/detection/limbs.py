"""Which part affinity field joins which heatmaps, and what a mirror does to the fields."""

from __future__ import annotations

from dataclasses import dataclass

from ..anatomy import HipLandmarkId, LandmarkTable, Side
from .channels import Channels


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
