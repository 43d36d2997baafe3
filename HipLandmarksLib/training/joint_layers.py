"""Layers that must see the images of all processes, not each one's own few.

Batch normalisation needs mean and variance of the joint batch. Drop-out draws the mask of the joint
batch in every process and uses its own part, so that a step does not depend on how many processes
share it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import torch
from timm.layers import DropPath, convert_sync_batchnorm
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd


def share_layers(network: nn.Module, device: str) -> nn.Module:
    """Make batch normalisation and drop-out joint; returns the network, names are kept.

    On CUDA torch's own ``SyncBatchNorm`` is used, which runs there alone; all other layers change
    their class in place. All processes must have batches of one size and draw from one seed.
    """
    if device == "cuda":
        network = convert_sync_batchnorm(network)  # timm's keeps the activations that it fuses
    for module in network.modules():
        if isinstance(module, _DropoutNd | DropPath):
            _change_class(module, _JointMask)
        elif isinstance(module, _BatchNorm) and device != "cuda":
            _change_class(module, _JointStatistics)
    return network


def freeze_unused(network: nn.Module, images: Tensor) -> None:
    """Freeze weights without influence, e.g. a classifier that an encoder brought along.

    Processes that average their gradients would wait for theirs for ever.

    Args:
        network: not changed otherwise.
        images: (B, C, H, W) that it can take.
    """
    trial = deepcopy(network).train()
    torch.stack([output.float().sum() for output in _tensors(trial(images))]).sum().backward()
    for used, weights in zip(trial.parameters(), network.parameters(), strict=True):
        weights.requires_grad_(used.grad is not None)


def _tensors(output: Any) -> Iterator[Tensor]:
    """All outputs, those of earlier stacks too."""
    if isinstance(output, Tensor):
        yield output
    elif output is not None:
        for part in output if isinstance(output, tuple) else vars(output).values():
            yield from _tensors(part)


def _change_class(module: nn.Module, mixin: type) -> None:
    kind = type(module)
    module.__class__ = type(f"Joint{kind.__name__}", (mixin, kind), {})


class _JointMask(nn.Module):
    """Mixin of a layer that multiplies every element, or every image, by a random number."""

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            result: Tensor = super().forward(input)
            return result
        rank, count = distributed.get_rank(), len(input)
        shape = [count * distributed.get_world_size(), *input.shape[1:]]
        if isinstance(self, DropPath):
            shape[1:] = [1] * (input.dim() - 1)  # one number per image
        mask: Tensor = super().forward(torch.ones(shape, device=input.device))
        return input * mask[rank * count : (rank + 1) * count].to(input.dtype)


class _JointMean(torch.autograd.Function):
    """Mean over the processes; its derivative sums what all of them make of it."""

    @staticmethod
    def forward(ctx: object, values: Tensor) -> Tensor:
        return _over_processes(values)

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        return _over_processes(gradients[0])


def _over_processes(values: Tensor) -> Tensor:
    total = values.clone()
    distributed.all_reduce(total)
    return total / distributed.get_world_size()


class _JointStatistics(_BatchNorm):
    """Mixin of a batch normalisation; behaves as before in evaluation mode."""

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return super().forward(input)
        axes = [axis for axis in range(input.dim()) if axis != 1]
        shape = [-1 if axis == 1 else 1 for axis in range(input.dim())]
        wide = input.float()
        mean: Tensor = _JointMean.apply(wide.mean(axes))
        centred = wide - mean.view(shape)
        variance: Tensor = _JointMean.apply(centred.square().mean(axes))
        self._keep(mean, variance, input.numel() // input.shape[1] * distributed.get_world_size())
        result = centred * torch.rsqrt(variance + self.eps).view(shape)
        if self.affine:
            result = result * self.weight.view(shape) + self.bias.view(shape)
        return self._activated(result.to(input.dtype))

    @torch.no_grad()
    def _keep(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """Update the running statistics as torch does: the variance is the unbiased one."""
        if self.running_mean is None or self.running_var is None:
            return
        assert self.num_batches_tracked is not None
        self.num_batches_tracked += 1
        share = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance * (count / max(count - 1, 1)), share)

    def _activated(self, normalised: Tensor) -> Tensor:
        """timm's layers drop out and activate in the same module."""
        for name in ("drop", "act"):
            module = getattr(self, name, None)
            if module is not None:
                normalised = module(normalised)
        return normalised
