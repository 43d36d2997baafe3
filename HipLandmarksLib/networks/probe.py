"""Trying a network without computing: shapes and operations on torch's ``meta`` device."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..errors import ConfigurationError
from .spec import NetworkSpec

_PROBE_SIDE = 256


def run_without_computing(model: nn.Module, channels: int, height: int, width: int) -> Any:
    """What ``model`` gives for one image of that size, as tensors without values.

    Takes milliseconds for any network. The model is run in evaluation mode and left as it was.

    Raises:
        RuntimeError, ValueError, TypeError, AssertionError: what the model raises for the size.
    """
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    shapes = {name: tensor.detach().to("meta") for name, tensor in tensors.items()}
    image = torch.zeros(1, channels, height, width, device="meta")
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return functional_call(model, shapes, (image,))
    finally:
        model.train(training)


def require_full_resolution(model: nn.Module, spec: NetworkSpec) -> None:
    """Refuse a model that cannot run at ``spec.stride`` or gives maps smaller than its input.

    Targets and decoding work in input pixels.

    Raises:
        ConfigurationError: with the reason.
    """
    name = f"{spec.architecture} with encoder {spec.encoder} (depth {spec.depth})"
    side = -(-_PROBE_SIDE // spec.stride) * spec.stride
    try:
        maps: Tensor = run_without_computing(model, spec.in_channels, side, side)[0]
    except (RuntimeError, ValueError, TypeError, AssertionError, IndexError) as error:
        raise ConfigurationError(f"{name} cannot be run: {error}") from error
    if maps.shape[-1] != side:
        raise ConfigurationError(
            f"{name} gives heatmaps of {maps.shape[-1] / side:g} times the input's "
            "size; choose the depth that this architecture is made for."
        )


def called_modules(model: nn.Module, within: nn.Module, spec: NetworkSpec) -> set[nn.Module]:
    """Modules of ``within`` that one forward pass of ``model`` runs through.

    Raises:
        ConfigurationError: when the model cannot be run or its maps are too small.
    """
    called: set[nn.Module] = set()
    hooks = [
        module.register_forward_hook(lambda module, *_: called.add(module))
        for module in within.modules()
    ]
    try:
        require_full_resolution(model, spec)
    finally:
        for hook in hooks:
            hook.remove()
    return called
