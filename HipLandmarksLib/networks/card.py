"""The card of a network: how large, how much work, which input sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ..errors import ConfigurationError
from .probe import run_without_computing
from .registry import LandmarkNetwork, build_network, parameter_count
from .spec import NetworkSpec

_MULTIPLES = (8, 14, 16, 32, 64, 128, 224, 256, 384, 512)
_REFUSALS = (RuntimeError, ValueError, TypeError, AssertionError, IndexError)


@dataclass(frozen=True)
class NetworkCard:
    """What a network costs and takes.

    Attributes:
        spec: the network.
        parameters: number of weights.
        flops: floating-point operations of one image of ``image`` (a multiply-add counts two).
        image: (height, width) that ``flops`` were counted for.
        input_multiple: height and width of an input must be multiples of this (measured).
        outputs: what one call yields.
    """

    spec: NetworkSpec
    parameters: int
    flops: int
    image: tuple[int, int]
    input_multiple: int
    outputs: tuple[str, ...]

    @property
    def input_sizes(self) -> str:
        """Legal input sizes in words."""
        m = self.input_multiple
        return f"height and width in multiples of {m} px ({m}, {2 * m}, {3 * m} ...)"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "network": self.spec.to_dict(),
            "parameters": self.parameters,
            "flops": self.flops,
            "flops_image": list(self.image),
            "input_multiple": self.input_multiple,
            "input_sizes": self.input_sizes,
            "outputs": list(self.outputs),
        }


def network_card(spec: NetworkSpec, image: tuple[int, int] = (512, 512)) -> NetworkCard:
    """Build ``spec`` without weights and measure it; nothing is computed or stored.

    Args:
        spec: the network.
        image: (height, width) for which operations are counted.

    Raises:
        ConfigurationError: when the network cannot be built or does not take such an image.
    """
    network = _without_weights(spec)
    multiple = _input_multiple(network, spec)
    if any(side % multiple for side in image):
        raise ConfigurationError(
            f"{spec.architecture} with encoder {spec.encoder} takes height and width in multiples "
            f"of {multiple}, not {image[0]} x {image[1]}."
        )
    with FlopCounterMode(display=False) as counter:
        run_without_computing(network, spec.in_channels, *image)
    return NetworkCard(
        spec, parameter_count(network), counter.get_total_flops(), image, multiple, _outputs(spec)
    )


def _without_weights(spec: NetworkSpec) -> LandmarkNetwork:
    try:
        with torch.device("meta"):
            return build_network(spec)
    except ConfigurationError:
        return build_network(spec)  # some encoders compute while they are built; or the reason


def _input_multiple(network: LandmarkNetwork, spec: NetworkSpec) -> int:
    """The smallest multiple with which oblong images of odd multiples run."""
    for multiple in sorted({*_MULTIPLES, spec.stride}):
        if _takes(network, spec, 3 * multiple, multiple):
            return multiple
    raise ConfigurationError(f"{spec.architecture} with encoder {spec.encoder} takes no image.")


def _takes(network: nn.Module, spec: NetworkSpec, height: int, width: int) -> bool:
    try:
        output = run_without_computing(network, spec.in_channels, height, width)
    except _REFUSALS:
        return False
    return tuple(output.heatmaps.shape[2:]) == (height, width)


def _outputs(spec: NetworkSpec) -> tuple[str, ...]:
    named = [f"{spec.landmarks} heatmaps", f'{spec.landmarks} "nowhere" logits']
    if spec.limbs:
        named.append(f"{spec.limbs} part affinity fields")
    if spec.presence:
        named.append(f"{spec.landmarks} presence logits")
    return tuple(named)
