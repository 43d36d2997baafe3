"""Stacked hourglasses (Newell et al. 2016) for one person, in plain torch."""

from __future__ import annotations

import re
from typing import Any

from torch import Tensor, nn

from ..errors import ConfigurationError
from .heads import ConvolutionBlock, FullResolution, Heads, doubled, enlarged
from .spec import NetworkSpec
from .srf import SpatialRelationshipFusion

_STEM_CHANNELS = 64
_STEM_HALVINGS = 2
_MOST_STACKS = 8
_WIDTHS = (256, 64, 32)
"""Of the hourglasses (at 1/4), and of the head at half and full resolution."""


class Residual(nn.Module):
    """Pre-activated bottleneck block; the size is kept."""

    def __init__(self, inputs: int, outputs: int) -> None:
        """From ``inputs`` to ``outputs`` channels."""
        super().__init__()
        half = max(1, outputs // 2)
        self.path = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Conv2d(inputs, half, 1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            nn.Conv2d(half, half, 3, padding=1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            nn.Conv2d(half, outputs, 1),
        )
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, outputs, H, W)."""
        result: Tensor = self.path(features) + self.shortcut(features)
        return result


class Hourglass(nn.Module):
    """Halve ``halvings`` times and come back, with a residual block beside every level."""

    def __init__(self, channels: int, halvings: int) -> None:
        """Recursive: the middle of an hourglass is a smaller one."""
        super().__init__()
        self.beside = Residual(channels, channels)
        self.down = nn.Sequential(nn.MaxPool2d(2), Residual(channels, channels))
        self.middle: nn.Module = (
            Hourglass(channels, halvings - 1) if halvings > 1 else Residual(channels, channels)
        )
        self.up = Residual(channels, channels)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape."""
        below = self.up(self.middle(self.down(features)))
        result: Tensor = self.beside(features) + doubled(below)
        return result


class StackedHourglass(nn.Module):
    """Stem to 1/4, hourglasses one after the other, learned upsampling after the last.

    Every hourglass but the last gives maps of its own at 1/4, which are supervised and fed to
    the next one.
    """

    def __init__(self, spec: NetworkSpec, encoder_weights: str | None = None) -> None:
        """Build from ``spec``.

        Raises:
            ConfigurationError: when the encoder is not ``stack1`` to ``stack8``, fusion is wanted
                in an hourglass that does not exist, or pretrained weights are asked for.
        """
        super().__init__()
        stacks = _stacks(spec)
        if encoder_weights is not None:
            raise ConfigurationError("There are no pretrained weights for Hourglass.")
        width, half, full = spec.decoder_channels or _WIDTHS
        self.stem = ConvolutionBlock(spec.in_channels, _STEM_CHANNELS, kernel=7, stride=2)
        self.enter = nn.Sequential(
            Residual(_STEM_CHANNELS, max(width // 2, 1)),
            nn.MaxPool2d(2),
            Residual(max(width // 2, 1), width),
        )
        self.fusion = nn.ModuleDict({str(n): SpatialRelationshipFusion(width) for n in spec.srf})
        halvings = spec.depth - _STEM_HALVINGS
        self.stacks = nn.ModuleList(
            nn.Sequential(
                Hourglass(width, halvings),
                Residual(width, width),
                ConvolutionBlock(width, width, kernel=1),
            )
            for _ in range(stacks)
        )
        earlier = range(stacks - 1)
        self.earlier_heads = nn.ModuleList(Heads(spec, width, width) for _ in earlier)
        self.keep_features = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in earlier)
        self.keep_maps = nn.ModuleList(nn.Conv2d(spec.map_channels, width, 1) for _ in earlier)
        self.upsample = FullResolution(width, _STEM_CHANNELS, (half, full))
        self.heads = Heads(spec, full, width)

    def forward(self, images: Tensor) -> tuple[Any, ...]:
        """Maps and scores; in training also those of the earlier stacks, enlarged."""
        stem = self.stem(images)
        state = self.enter(stem)
        earlier = []
        for number, stack in enumerate(self.stacks):
            if str(number + 1) in self.fusion:
                state = self.fusion[str(number + 1)](state)
            features = stack(state)
            if number < len(self.earlier_heads):
                maps, scores = self.earlier_heads[number](features, features)
                state = state + self.keep_features[number](features)
                state = state + self.keep_maps[number](maps.to(features))
                earlier.append((maps, scores))
        maps, scores = self.heads(self.upsample(features, stem), features)
        if not self.training:
            return maps, scores
        return maps, scores, *((enlarged(m, 2**_STEM_HALVINGS), s) for m, s in earlier)


def _stacks(spec: NetworkSpec) -> int:
    named = re.fullmatch(r"stack([1-9])", spec.encoder)
    stacks = int(named[1]) if named else 0
    if not 1 <= stacks <= _MOST_STACKS:
        raise ConfigurationError(
            f"The encoder of Hourglass is stack1 to stack{_MOST_STACKS} (the number of "
            f"hourglasses), not {spec.encoder!r}."
        )
    wrong = sorted(set(spec.srf) - set(range(1, stacks + 1)))
    if wrong:
        raise ConfigurationError(
            f"There are hourglasses 1 to {stacks}; srf names {', '.join(map(str, wrong))}."
        )
    return stacks
