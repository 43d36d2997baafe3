"""``LetterNetwork``: a small classifier of crops around a side marker."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import ConfigurationError

STRIDE = 16
"""Crops have sides of a multiple of this many pixels."""

_STAGES = 4


class LetterNetwork(nn.Module):
    """Convolutions, the strongest and the mean answer over the crop, one score per class.

    Four stages halve the crop: 64 pixels become 4. With the widths (16, 24, 40, 48) it has
    71 000 weights.
    """

    def __init__(self, classes: int, widths: tuple[int, ...] = (16, 24, 40, 48)) -> None:
        """Fresh weights.

        Args:
            classes: number of scores.
            widths: channels of the four stages.

        Raises:
            ConfigurationError: when there are not four positive widths.
        """
        super().__init__()
        if len(widths) != _STAGES or min(widths) < 1:
            raise ConfigurationError(
                f"A network of letters has {_STAGES} widths of 1 or more, not {widths}."
            )
        stem, *inner = widths
        layers: list[nn.Module] = [*_convolution(1, stem, 5, 2)]
        before = stem
        for width in inner:
            layers += [*_convolution(before, width), *_convolution(width, width), nn.MaxPool2d(2)]
            before = width
        self.features = nn.Sequential(*layers)
        self.scores = nn.Linear(2 * before, classes)

    def forward(self, crops: Tensor) -> Tensor:
        """(B, 1, H, W) normalised crops to (B, classes) logits."""
        features = self.features(crops).flatten(2)
        joint = torch.cat([features.amax(dim=2), features.mean(dim=2)], dim=1)
        scores: Tensor = self.scores(joint)
        return scores


def _convolution(before: int, after: int, side: int = 3, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, side, stride, side // 2, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
