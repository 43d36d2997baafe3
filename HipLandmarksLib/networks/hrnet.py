"""HRNet and HigherHRNet on timm's backbones, with spatial relationship fusion where wanted."""

from __future__ import annotations

from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import ConfigurationError
from .heads import ConvolutionBlock, FullResolution, Heads, enlarged
from .spec import NetworkSpec
from .srf import SpatialRelationshipFusion

_DEPTH = 5
_STAGES = (1, 2, 3, 4)
_WIDTHS = (64, 48, 24)
"""Of the head at a quarter, half and full resolution; a small part of the whole network."""


def hrnet_encoders() -> tuple[str, ...]:
    """The HRNets of timm, e.g. ``hrnet_w18``."""
    return tuple(sorted(timm.list_models("hrnet_w*")))


class HRNetBackbone(nn.Module):
    """The stages of timm's HRNet with fusion modules at their starts.

    Attributes:
        channels: of the four branches, at 1/4, 1/8, 1/16 and 1/32 of the input.
        stem_channels: of the first convolution's map, at 1/2.
    """

    def __init__(self, spec: NetworkSpec, encoder_weights: str | None) -> None:
        """Build from ``spec``.

        Raises:
            ConfigurationError: when the encoder is none of timm's HRNets, the depth or the
                stages of fusion do not exist, or the weights cannot be had.
        """
        super().__init__()
        _check(spec)
        self.body = _timm_hrnet(spec, encoder_weights)
        self.stem_channels, *branches = self.body.feature_info.channels()
        self.channels: tuple[int, ...] = tuple(branches)
        inputs = {1: (self.stem_channels,)} | {n: self.channels[:n] for n in _STAGES[1:]}
        self.fusion = nn.ModuleDict(
            {
                str(stage): nn.ModuleList(SpatialRelationshipFusion(c) for c in inputs[stage])
                for stage in spec.srf
            }
        )

    def forward(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(B, C, H, W) to the stem's map at 1/2 and the four branches."""
        body: Any = self.body
        stem = body.act1(body.bn1(body.conv1(images)))
        first = body.act2(body.bn2(body.conv2(stem)))
        (first,) = self._fused(1, [first])
        first = body.layer1(first)
        branches = [step(first) for step in body.transition1]
        branches = body.stage2(self._fused(2, branches))
        branches = body.stage3(self._fused(3, _next_branches(body.transition2, branches)))
        branches = body.stage4(self._fused(4, _next_branches(body.transition3, branches)))
        return stem, branches

    def _fused(self, stage: int, branches: list[Tensor]) -> list[Tensor]:
        if str(stage) not in self.fusion:
            return branches
        modules = self.fusion[str(stage)].children()
        return [module(x) for module, x in zip(modules, branches, strict=True)]


class HRNet(nn.Module):
    """High-resolution network: all branches joined at 1/4, then learned upsampling."""

    def __init__(self, spec: NetworkSpec, encoder_weights: str | None = None) -> None:
        """Build from ``spec``; raises what :class:`HRNetBackbone` raises."""
        super().__init__()
        quarter, half, full = spec.decoder_channels or _WIDTHS
        self.backbone = HRNetBackbone(spec, encoder_weights)
        joined = sum(self.backbone.channels)
        self.join = ConvolutionBlock(joined, quarter, kernel=1)
        self.upsample = FullResolution(quarter, self.backbone.stem_channels, (half, full))
        self.heads = Heads(spec, full, joined)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) to maps (B, L + 2M, H, W) and scores."""
        stem, branches = self.backbone(images)
        joined = _at_highest_resolution(branches)
        maps, scores = self.heads(self.upsample(self.join(joined), stem), joined)
        return maps, scores


class HigherHRNet(nn.Module):
    """HRNet with maps at 1/4 and, by a transposed convolution, features at 1/2 (one person).

    After Cheng et al. 2020 (HigherHRNet): the maps at 1/4 join the features before they are
    raised, and are supervised too. Associative embedding is left out, since it tells several
    persons apart. A learned doubling brings the maps from 1/2 to the full resolution.
    """

    def __init__(self, spec: NetworkSpec, encoder_weights: str | None = None) -> None:
        """Build from ``spec``; raises what :class:`HRNetBackbone` raises."""
        super().__init__()
        quarter, half, full = spec.decoder_channels or _WIDTHS
        self.backbone = HRNetBackbone(spec, encoder_weights)
        joined = sum(self.backbone.channels)
        self.join = ConvolutionBlock(joined, quarter, kernel=1)
        self.coarse = Heads(spec, quarter, joined)
        self.raise_resolution = nn.Sequential(
            nn.ConvTranspose2d(quarter + spec.map_channels, half, 4, 2, 1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
        )
        self.refine = nn.Sequential(ConvolutionBlock(half, half), ConvolutionBlock(half, half))
        self.upsample = FullResolution(half, 0, (full,))
        self.heads = Heads(spec, full, joined)

    def forward(self, images: Tensor) -> tuple[Any, ...]:
        """As :class:`HRNet`; in training also the maps and scores made at 1/4, enlarged."""
        stem, branches = self.backbone(images)
        joined = _at_highest_resolution(branches)
        features = self.join(joined)
        coarse, coarse_scores = self.coarse(features, joined)
        raised = self.raise_resolution(torch.cat([features, coarse.to(features)], dim=1))
        maps, scores = self.heads(self.upsample(raised + self.refine(raised), stem), joined)
        if not self.training:
            return maps, scores
        return maps, scores, (enlarged(coarse, 4), coarse_scores)


def _check(spec: NetworkSpec) -> None:
    if spec.encoder not in hrnet_encoders():
        raise ConfigurationError(
            f"{spec.architecture} takes one of the encoders {', '.join(hrnet_encoders())}, not "
            f"{spec.encoder!r}."
        )
    if spec.depth != _DEPTH:
        raise ConfigurationError(
            f"{spec.architecture} has four branches down to 1/32: its depth is {_DEPTH}, not "
            f"{spec.depth}."
        )
    wrong = sorted(set(spec.srf) - set(_STAGES))
    if wrong:
        raise ConfigurationError(
            f"{spec.architecture} has stages 1 to 4; srf names {', '.join(map(str, wrong))}."
        )


def _timm_hrnet(spec: NetworkSpec, encoder_weights: str | None) -> Any:
    try:
        return timm.create_model(
            spec.encoder,
            pretrained=encoder_weights is not None,
            features_only=True,
            feature_location="",
            in_chans=spec.in_channels,
        )
    except Exception as error:  # downloads fail in many ways; the user needs the reason
        raise ConfigurationError(
            f"timm cannot make {spec.encoder} with weights {encoder_weights!r}: {error}"
        ) from error


def _next_branches(transition: nn.ModuleList, branches: list[Tensor]) -> list[Tensor]:
    """Branches go on; a new one is made from the coarsest."""
    return [
        branches[number] if isinstance(step, nn.Identity) else step(branches[-1])
        for number, step in enumerate(transition)
    ]


def _at_highest_resolution(branches: list[Tensor]) -> Tensor:
    """All branches enlarged to the first one's size and stacked."""
    size = branches[0].shape[2:]
    enlarged_ones = [
        functional.interpolate(x, size=size, mode="bilinear", align_corners=False)
        for x in branches[1:]
    ]
    return torch.cat([branches[0], *enlarged_ones], dim=1)
