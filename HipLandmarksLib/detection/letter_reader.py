"""Reads the letters R and L on crops of a film, upright or mirror-written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..imaging import PlaneTransform
from ..networks.letters import LetterNetwork
from .film_frame import warp_film
from .letter_card import LetterCard, LetterClass

_WINDOW = (0.01, 0.995)
_BRIGHTEST = 3.0
_DARKEST = -1.5
_ORDER = list(LetterClass)
_SWAPPED = [_ORDER.index(own.in_a_mirror) for own in _ORDER]


def letter_input(crops: Tensor) -> Tensor:
    """Network input of crops; training and detection use it alike.

    The darkest 1 % and the brightest 0.5 % of each crop become -1 and +1; a letter of lead is
    brighter than nearly all around it. Nothing is done to tell bright letters from dark ones.

    Args:
        crops: (B, H, W) grey values, NaN outside the film.

    Returns:
        (B, 1, H, W); -1 outside the film and where nothing can be told apart.
    """
    values = crops.flatten(1)
    share = torch.tensor(_WINDOW, dtype=values.dtype, device=values.device)
    low, high = torch.nanquantile(values, share, dim=1)[..., None]
    scaled = 2 * (values - low) / (high - low).clamp(min=1e-6) - 1
    usable = torch.isfinite(scaled) & (high > low)
    return (
        torch.where(usable, scaled, -1.0)
        .clamp(_DARKEST, _BRIGHTEST)
        .reshape(len(crops), 1, *crops.shape[1:])
    )


def in_a_mirror(probabilities: Tensor) -> Tensor:
    """(B, classes) of crops to those of their mirror images."""
    return probabilities[:, _SWAPPED]


class LetterReader:
    """A network of letters with its card."""

    def __init__(self, network: LetterNetwork, card: LetterCard, device: str = "cpu") -> None:
        """Move ``network`` to ``device``."""
        self.card = card
        self._network = network.eval().to(device)
        self._device = device

    def probabilities(self, crops: Tensor) -> Tensor:
        """(B, classes) of (B, H, W) crops, NaN outside the film.

        Each is shown twice, once mirrored, so that a film and its mirror image are read alike.
        """
        inputs = letter_input(crops).to(self._device)
        with torch.inference_mode():
            found = torch.softmax(self._network(torch.cat([inputs, inputs.flip(3)])).float(), dim=1)
        shown, mirrored = found.chunk(2)
        return (shown + in_a_mirror(mirrored)).cpu() / 2

    def read(
        self, pixels: ArrayLike, planes: Sequence[PlaneTransform]
    ) -> list[dict[LetterClass, float]]:
        """Probability of each class at each place of a film.

        Args:
            pixels: (rows, columns) of the film.
            planes: from its stored pixels to the crops.
        """
        if not planes:
            return []
        crops: NDArray[np.float32] = np.stack([warp_film(pixels, plane) for plane in planes])
        found = self.probabilities(torch.from_numpy(crops))
        return [dict(zip(LetterClass, own, strict=True)) for own in found.tolist()]
