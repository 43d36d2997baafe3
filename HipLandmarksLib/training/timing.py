"""What a network costs on this machine: seconds per training step, milliseconds per image."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch

from ..detection import Detector, choose_device
from ..imaging import HipImage
from ..networks import build_network
from ..synthesis import make_phantom, random_parameters
from .config import TrainingConfig

_REPEATS = 5
_SLICE = 18
"""A slice of the simulated hip that shows both heads."""


def seconds_per_step(config: TrainingConfig) -> float:
    """Seconds of one step of the network, forward and backward, after one to warm up.

    Making the batch and the losses themselves are not counted: they are small or overlap.

    Raises:
        ConfigurationError: when the network cannot be built.
    """
    device = choose_device()
    network = build_network(config.network).to(device.name).train()
    network = network.to(memory_format=torch.channels_last)
    optimiser = config.optimiser.make(network.parameters(), 1e-6, 0.0)
    images = torch.randn(config.batch, config.network.in_channels, *config.crop)
    images = images.to(device.name, memory_format=torch.channels_last)

    def step() -> None:
        with torch.autocast(device.name, torch.bfloat16, enabled=device.precision != torch.float32):
            heatmaps = network(images).heatmaps
        heatmaps.float().square().mean().backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if device.name == "cuda":
            torch.cuda.synchronize()

    step()
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def time_per_image(bundle: Path, averaging: str) -> tuple[float, str]:
    """Milliseconds from one slice with both hips to its landmarks, median of five, and the device.

    The slice is simulated: a pelvis of 384 x 384 pixels.

    Args:
        bundle: folder of the model.
        averaging: name of the views that are averaged.

    Raises:
        ModelError: when the bundle cannot be used.
        ConfigurationError: when there are no such views.
    """
    detector = Detector.from_bundle(bundle)
    image = _pelvis()
    seconds = []
    for _ in range(_REPEATS + 1):
        start = time.perf_counter()
        detector.predict(image, [0], views=averaging)
        seconds.append(time.perf_counter() - start)
    return 1e3 * float(np.median(seconds[1:])), detector.device.description


def _pelvis() -> HipImage:
    parameters = random_parameters(np.random.default_rng(1))
    return make_phantom(parameters, seed=1, slices=[_SLICE]).image
