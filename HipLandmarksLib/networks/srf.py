"""Spatial relationship fusion of paper 2: coordinates, a 1x1 convolution, polarised attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class CoordinateConvolution(nn.Module):
    """1x1 convolution of the features stacked with x, y and the distance r from the centre.

    Coordinates run from -1 to 1 across the map (Liu et al. 2018, CoordConv). The convolution
    starts as the identity on the features and ignores the coordinates, so that a pretrained
    backbone is not disturbed.
    """

    def __init__(self, channels: int) -> None:
        """For (B, ``channels``, H, W) features."""
        super().__init__()
        self.mix = nn.Conv2d(channels + 3, channels, 1)
        with torch.no_grad():
            self.mix.weight.zero_()
            self.mix.weight[:, :channels, 0, 0].copy_(torch.eye(channels))
            if self.mix.bias is not None:
                self.mix.bias.zero_()

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H, W)."""
        batch, _, height, width = features.shape
        y = torch.linspace(-1, 1, height, device=features.device, dtype=features.dtype)
        x = torch.linspace(-1, 1, width, device=features.device, dtype=features.dtype)
        rows, columns = torch.meshgrid(y, x, indexing="ij")
        places = torch.stack([columns, rows, torch.hypot(columns.float(), rows.float()).to(y)])
        stacked = torch.cat([features, places.expand(batch, -1, -1, -1)], dim=1)
        mixed: Tensor = self.mix(stacked)
        return mixed


class PolarisedSelfAttention(nn.Module):
    """Channel and spatial attention, each polarised in the other direction, summed.

    The parallel form of Liu et al. 2021 (Polarized Self-Attention, arXiv:2107.00782).
    """

    def __init__(self, channels: int) -> None:
        """For (B, ``channels``, H, W) features."""
        super().__init__()
        half = max(1, channels // 2)
        self.channel_query = nn.Conv2d(channels, 1, 1)
        self.channel_value = nn.Conv2d(channels, half, 1)
        self.channel_out = nn.Conv2d(half, channels, 1)
        self.channel_norm = nn.LayerNorm(channels)
        self.spatial_query = nn.Conv2d(channels, half, 1)
        self.spatial_value = nn.Conv2d(channels, half, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H, W)."""
        return features * (self.channel_weight(features) + self.spatial_weight(features))

    def channel_weight(self, features: Tensor) -> Tensor:
        """(B, C, 1, 1) weights in (0, 1)."""
        where = torch.softmax(self.channel_query(features).flatten(2), dim=-1)
        value = self.channel_value(features).flatten(2)
        pooled = (value * where).sum(dim=-1)[..., None, None]
        mixed = self.channel_out(pooled).flatten(1)
        return torch.sigmoid(self.channel_norm(mixed))[..., None, None]

    def spatial_weight(self, features: Tensor) -> Tensor:
        """(B, 1, H, W) weights in (0, 1)."""
        which = torch.softmax(self.spatial_query(features).mean(dim=(2, 3)), dim=-1)
        value = self.spatial_value(features)
        return torch.sigmoid((value * which[..., None, None]).sum(dim=1, keepdim=True))


class SpatialRelationshipFusion(nn.Sequential):
    """The SRF module: coordinates fused by a 1x1 convolution, then polarised self-attention."""

    def __init__(self, channels: int) -> None:
        """For (B, ``channels``, H, W) features."""
        super().__init__(CoordinateConvolution(channels), PolarisedSelfAttention(channels))
