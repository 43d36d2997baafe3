"""What a network is made of, and what one call of it yields."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from ..errors import ConfigurationError

_DEPTHS = range(3, 7)
_OWN_WIDTHS = 3
"""The networks that are not smp's have a head at a quarter, half and full resolution."""

OWN_ARCHITECTURES = ("HRNet", "HigherHRNet", "Hourglass")
"""Architectures that segmentation-models-pytorch does not have."""


@dataclass(frozen=True)
class NetworkSpec:
    """Everything that is needed to build a network again.

    Attributes:
        architecture: name of an smp architecture, e.g. ``UnetPlusPlus``, or ``HRNet``,
            ``HigherHRNet``, ``Hourglass``.
        encoder: name of an smp or ``tu-`` (timm) encoder, e.g. ``resnet18``; ``hrnet_w18``,
            ``hrnet_w32`` ... for the two HRNets; ``stack2`` (two hourglasses) ... for Hourglass.
        depth: number of encoder stages, each of which halves the image (see :attr:`stride`).
        decoder_channels: decoder widths from coarse to fine; empty for the architecture's own.
            HRNet, HigherHRNet and Hourglass have three: at 1/4, 1/2 and full resolution.
        in_channels: image channels.
        landmarks: number of heatmaps.
        limbs: number of part affinity fields (the uncertainty module of paper 2); 0 for none.
        presence: whether there is a head that says how likely each landmark is present.
        window_side: for encoders with attention windows of a fixed number of cells per image
            (MaxViT, Swin ...): side of the square images they are built for, in pixels; 0 for the
            side in the encoder's name. Inputs must be multiples of it.
        srf: stages at whose start the spatial relationship fusion of paper 2 stands: 1 to 4 of
            an HRNet, the number of the hourglass for Hourglass; empty for none.
        members: networks of this kind that answer together (an ensemble, see
            :class:`.NetworkEnsemble`); 1 for a single network.
    """

    architecture: str = "UnetPlusPlus"
    encoder: str = "resnet18"
    depth: int = 5
    decoder_channels: tuple[int, ...] = ()
    in_channels: int = 1
    landmarks: int = 12
    limbs: int = 0
    presence: bool = False
    srf: tuple[int, ...] = ()
    window_side: int = 0
    members: int = 1

    def __post_init__(self) -> None:
        if self.depth not in _DEPTHS:
            raise ConfigurationError(
                f"The network depth must be {_DEPTHS[0]} to {_DEPTHS[-1]}, not {self.depth}."
            )
        needed = _OWN_WIDTHS if self.architecture in OWN_ARCHITECTURES else self.depth
        if self.decoder_channels and len(self.decoder_channels) != needed:
            raise ConfigurationError(
                f"decoder_channels of {self.architecture} needs {needed} widths from coarse to "
                f"fine, got {len(self.decoder_channels)}."
            )
        if min(self.landmarks, self.in_channels, self.members) < 1 or self.limbs < 0:
            raise ConfigurationError(
                "A network needs at least one landmark, one channel and one member, and no fewer "
                "than 0 limbs."
            )
        if self.srf and self.architecture not in OWN_ARCHITECTURES:
            raise ConfigurationError(
                f"Spatial relationship fusion (srf) stands in the branches of "
                f"{', '.join(OWN_ARCHITECTURES)}; {self.architecture} has no such branches."
            )

        if self.window_side and (self._named_side is None or self.window_side % 32):
            raise ConfigurationError(
                "window_side is for encoders with fixed attention windows, such as "
                f"tu-maxvit_base_tf_512, and a multiple of 32; {self.encoder} with "
                f"{self.window_side} is not that."
            )

    @property
    def _named_side(self) -> int | None:
        """Side that the name of an encoder with fixed attention windows gives, else None."""
        found = re.search(
            r"(?:maxvit|maxxvit|coatnet|swin|maxxvitv2)\w*_(\d{3})(?:\.|$)", self.encoder
        )
        return int(found[1]) if found else None

    @property
    def stride(self) -> int:
        """Height and width of the input must be multiples of this."""
        if self._named_side is not None:
            return self.window_side or self._named_side
        if self.architecture == "DPT":  # its depth counts taps, not halvings
            patch = re.search(r"patch(\d+)", self.encoder)
            return int(patch[1]) if patch else 32
        return int(2**self.depth)

    @property
    def map_channels(self) -> int:
        """Channels of the last layer: a heatmap per landmark, x and y of a field per limb."""
        return self.landmarks + 2 * self.limbs

    @property
    def score_channels(self) -> int:
        """Numbers per image: "nowhere" and perhaps presence of every landmark."""
        return self.landmarks * (2 if self.presence else 1)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        plain = asdict(self)
        if self.members == 1:
            del plain["members"]  # single networks stay readable for earlier versions
        return {**plain, **{name: list(plain[name]) for name in _TUPLES}}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NetworkSpec:
        """Build from :meth:`to_dict`; fields that an older card lacks take their defaults.

        Raises:
            ConfigurationError: on unknown or invalid fields.
        """
        try:
            return cls(**{**data, **{name: tuple(data.get(name, ())) for name in _TUPLES}})
        except TypeError as error:
            raise ConfigurationError(f"Invalid network description: {error}") from error


_TUPLES = ("decoder_channels", "srf")


@dataclass(frozen=True)
class NetworkOutput:
    """What one network call yields.

    Attributes:
        heatmaps: (B, L, H, W) logits of the place of each landmark.
        nowhere: (B, L) logits of "this landmark is not in the image", on the same scale: the
            softmax runs over the H*W places and this one together.
        fields: (B, M, 2, H, W) part affinity fields, x (to the right) and y (down) in [-1, 1]
            when trained; None without the uncertainty module.
        presence: (B, L) logits of "this landmark is in the image"; None without that head.
        intermediate: outputs of earlier stacks or coarser resolutions, in training only, for
            intermediate supervision.
    """

    heatmaps: Tensor
    nowhere: Tensor
    fields: Tensor | None = None
    presence: Tensor | None = None
    intermediate: tuple[NetworkOutput, ...] = ()
