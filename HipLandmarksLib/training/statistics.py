"""Batch-normalisation statistics that belong to averaged weights.

Averaging the weights of many steps leaves batch normalisation with statistics that no network ever
had: deep networks (MobileNet, 50 such layers) then predict nonsense although every single step
was fine. Measuring them anew on a few batches mends it ("precise" statistics; Wu & Johnson 2021,
Rethinking "Batch" in BatchNorm, arXiv:2105.07576, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.nn.modules.batchnorm import _BatchNorm


def measure_statistics(network: torch.nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Replace every running mean and variance by its mean over ``batches``.

    The network is left in evaluation mode; weights do not change. A network without batch
    normalisation is left as it is.

    Args:
        network: on the device of the batches.
        batches: images, each (N, C, H, W).
    """
    layers = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    if not layers:
        network.eval()
        return
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean of all batches
    _pass_through(network, layers, batches)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum


def _pass_through(
    network: torch.nn.Module, layers: Iterable[_BatchNorm], batches: Iterable[torch.Tensor]
) -> None:
    network.eval()  # no dropout: the statistics are those of use
    for layer in layers:
        layer.train()
    with torch.no_grad():
        for images in batches:
            network(images)
    network.eval()
