"""Heads of the networks that are not smp's: from a quarter of the resolution to the full one."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .spec import NetworkSpec


class Float32:
    """Mixin: compute in float32 even under autocast.

    bfloat16 has 8 significant bits; logits of 20 would be rounded to steps of 0.1, which moves a
    softmax centroid by tenths of a pixel. The heads are a small part of the work.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        """As the class that this is mixed into, on float32 inputs."""
        if inputs[0].is_meta:  # shapes only; torch has no autocast for them
            shapes: Tensor = super().forward(*inputs)  # type: ignore[misc]
            return shapes
        with torch.autocast(inputs[0].device.type, enabled=False):
            result: Tensor = super().forward(*(x.float() for x in inputs))  # type: ignore[misc]
        return result


def compute_in_float32(module: nn.Module) -> None:
    """Change the class in place: parameters, their names and copies of the module stay right."""
    kind = type(module)
    module.__class__ = type(f"Float32{kind.__name__}", (Float32, kind), {})


class ConvolutionBlock(nn.Sequential):
    """Convolution, batch normalisation, ReLU; the size is kept (or divided by ``stride``)."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        """From ``inputs`` to ``outputs`` channels."""
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class FullResolution(nn.Module):
    """Learned upsampling to the input's resolution: each step doubles, then convolves.

    Plain bilinear upsampling of logits by 4 cannot draw a target of sigma 2 px: the logarithm of
    a Gaussian is a parabola, and straight lines between knots 4 px apart miss it by
    h^2 / (8 sigma^2) = 0.5 nats, which biases the sub-pixel centroid. The convolutions learn the
    shape between the knots, helped at half resolution by the stem's own features.
    """

    def __init__(self, inputs: int, skip: int, widths: tuple[int, ...]) -> None:
        """One doubling per width; ``skip`` channels join at half resolution.

        Args:
            inputs: channels at 1/4 of the resolution (two widths) or at 1/2 (one width).
            skip: channels of the stem at 1/2.
            widths: of the doubled maps, coarse to fine.
        """
        super().__init__()
        self.steps = nn.ModuleList()
        self.joins = len(widths) == 2
        for number, width in enumerate(widths):
            joined = skip if self.joins and number == 0 else 0
            self.steps.append(ConvolutionBlock(inputs + joined, width))
            inputs = width

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        """(B, C, H/4 or H/2, ...) features to (B, widths[-1], H, W)."""
        for number, step in enumerate(self.steps):
            features = doubled(features)
            if self.joins and number == 0:
                features = torch.cat([features, skip], dim=1)
            features = step(features)
        return features


class Heads(nn.Module):
    """Maps (heatmaps and fields) and scores ("nowhere" and presence), in float32."""

    def __init__(self, spec: NetworkSpec, features: int, pooled: int) -> None:
        """``features`` channels make the maps, ``pooled`` ones the scores."""
        super().__init__()
        self.maps = nn.Conv2d(features, spec.map_channels, 1)
        self.scores = nn.Linear(pooled, spec.score_channels)
        compute_in_float32(self.maps)
        compute_in_float32(self.scores)

    def forward(self, features: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) and (B, P, h, w) to (B, maps, H, W) and (B, scores)."""
        return self.maps(features), self.scores(torch.amax(coarse, dim=(2, 3)))


def doubled(features: Tensor) -> Tensor:
    """Twice the height and width, bilinear, pixel centres kept."""
    return enlarged(features, 2)


def enlarged(features: Tensor, factor: int) -> Tensor:
    """``factor`` times the height and width, bilinear, pixel centres kept."""
    return functional.interpolate(
        features, scale_factor=factor, mode="bilinear", align_corners=False
    )
