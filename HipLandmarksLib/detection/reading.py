"""From the numbers of a network to probabilities of places and of "nowhere"."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..networks import NetworkOutput
from .decoding import HeatmapReading

_BACKGROUND = 0.05
"""Amplitudes below this share of the peak that was taught are background."""


@dataclass(frozen=True)
class LandmarkMaps:
    """What a network says of a batch of images, as numbers that can be averaged; float32.

    Attributes:
        places: (B, L, H, W) probability of each place.
        nowhere: (B, L) probability that the landmark is not in the image; with the places of
            that landmark it sums to 1.
        fields: (B, M, 2, H, W) part affinity fields, x (to the right) and y (down); None
            without them.
        presence: (B, L) probability that the landmark is in the image, of the head of its own;
            None without that head.
    """

    places: Tensor
    nowhere: Tensor
    fields: Tensor | None = None
    presence: Tensor | None = None

    def part(self, first: int, number: int) -> LandmarkMaps:
        """Those of ``number`` images from ``first`` on."""
        return self._of(slice(first, first + number))

    def chosen(self, images: list[int]) -> LandmarkMaps:
        """Those of some images, in this order; copies."""
        return self._of(images)

    def _of(self, own: slice | list[int]) -> LandmarkMaps:
        fields, presence = self.fields, self.presence
        return LandmarkMaps(
            self.places[own],
            self.nowhere[own],
            None if fields is None else fields[own],
            None if presence is None else presence[own],
        )


def landmark_maps(output: NetworkOutput, reading: HeatmapReading) -> LandmarkMaps:
    """All that one network call yields, as probabilities and fields."""
    places, nowhere = place_probabilities(output, reading)
    return LandmarkMaps(
        places,
        nowhere,
        None if output.fields is None else output.fields.float(),
        None if output.presence is None else torch.sigmoid(output.presence.float()),
    )


def place_probabilities(output: NetworkOutput, reading: HeatmapReading) -> tuple[Tensor, Tensor]:
    """(B, L, H, W) and (B, L) probabilities in float32; both sum to 1 per landmark.

    A map of amplitudes without anything above the background is "nowhere" altogether.
    """
    if reading is HeatmapReading.AMPLITUDE:
        return _from_amplitudes(output.heatmaps.float(), output.nowhere.float())
    logits = torch.cat(
        [output.heatmaps.float().flatten(2), output.nowhere.float().unsqueeze(-1)], dim=-1
    )
    p = torch.softmax(logits, dim=-1)
    return p[..., :-1].reshape(output.heatmaps.shape), p[..., -1]


def _from_amplitudes(maps: Tensor, nowhere: Tensor) -> tuple[Tensor, Tensor]:
    heights = torch.where(maps > _BACKGROUND, maps, 0.0)
    mass = heights.sum(dim=(2, 3))
    gone = torch.where(mass > 0, torch.sigmoid(nowhere), 1.0)
    share = (1 - gone) / mass.clamp(min=1e-12)
    return heights * share[..., None, None], gone
