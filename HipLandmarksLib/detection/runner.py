"""The network on its processor: images in, the maps of every view of them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

import torch
from torch import Tensor

from ..errors import ModelError
from ..networks import LandmarkNetwork, NetworkOutput
from .card import BundleCard
from .device import ComputeDevice
from .reading import LandmarkMaps, landmark_maps
from .views import View

NETWORK_BATCH = 4
"""Images per network call unless a runner's ``batch`` is lower; more are no faster on a CPU and
need more memory."""

_SAMPLED = 8
"""Every so many pixels of a field are looked at."""


class NetworkRunner:
    """A network in the fast memory layout on the processor of choice."""

    def __init__(self, network: LandmarkNetwork, card: BundleCard, device: ComputeDevice) -> None:
        """Move ``network`` to ``device``; ``card`` says how its numbers are read."""
        self.batch = NETWORK_BATCH
        self._card = card
        self._device = device
        self._limbs = card.limbs if card.network.limbs else None
        self._network = network.eval().to(device.name).to(memory_format=torch.channels_last)

    def views(
        self, inputs: Tensor, views: Sequence[View], fields: bool = True
    ) -> Iterator[tuple[LandmarkMaps, Tensor | None]]:
        """What the network says of each view, brought back to the image.

        Several views go through the network in one call.

        Args:
            inputs: (B, 1, H, W) network inputs.
            views: how they are shown.
            fields: whether they are wanted; without them it is faster.

        Yields:
            The maps of all B images, and the (H, W) share of each pixel that the view sees, None
            for all of it.

        Raises:
            ModelError: when the network's numbers are not finite, in float32 either.
        """
        images = inputs.to(self._device.name, memory_format=torch.channels_last)
        together = max(1, self.batch // len(images))
        for first in range(0, len(views), together):
            chosen = views[first : first + together]
            batch = torch.cat([view.shown(images) for view in chosen])
            with nullcontext() if fields or self._limbs is None else self._network.without_fields():
                maps = self._run(batch)
            for number, view in enumerate(chosen):
                own = maps.part(number * len(images), len(images))
                undone = view.undone(own, self._card.channels, self._limbs)
                yield undone, view.seen(images) if view.moves else None

    @property
    def device(self) -> ComputeDevice:
        """Where the network runs, and in which precision since the last call."""
        return self._device

    def _run(self, batch: Tensor) -> LandmarkMaps:
        batch = batch.contiguous(memory_format=torch.channels_last)
        output = self._call(batch)
        if not _is_finite(output) and self._device.precision is torch.float16:
            # float16 ends at 65504, and some networks' activations do not
            self._device = replace(self._device, precision=torch.float32)
            output = self._call(batch)
        if not _is_finite(output):
            raise ModelError(
                f"The model {self._card.id} gives numbers that are not finite for this image: its "
                "weights are of no use; choose another model."
            )
        return landmark_maps(output, self._card.decoder.reading)

    def _call(self, batch: Tensor) -> NetworkOutput:
        with self._device.inference():
            output: NetworkOutput = self._network(batch)
        return output


def _is_finite(output: NetworkOutput) -> bool:
    """Fields are made of the same features as heatmaps: a sample tells of their own weights."""
    fields = None if output.fields is None else output.fields[..., ::_SAMPLED, ::_SAMPLED]
    parts = (output.heatmaps, output.nowhere, fields, output.presence)
    return all(_all_finite(part) for part in parts if part is not None)


def _all_finite(values: Tensor) -> bool:
    """A finite sum has finite summands, and is fast; the sum of finite numbers may overflow."""
    total = values.sum(dtype=torch.float32)
    return bool(torch.isfinite(total)) or bool(torch.isfinite(values).all())
