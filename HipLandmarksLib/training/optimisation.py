"""One step of an optimisation: loss of the joint batch, gradient, update, averaged weights."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..detection.device import ComputeDevice
from ..networks import LandmarkNetwork, NetworkOutput, build_network
from .distributed import Workers
from .joint_layers import freeze_unused, share_layers
from .objective import INTERMEDIATE, Objective, Truth
from .run_settings import RunSettings
from .sampling import Batch
from .start import start_regression_near_zero

_MAX_GRADIENT = 5.0
_LOSS_SCALE = 2.0**12
"""Of the first step in float16; torch's 2^16 overflows in the first steps of every run."""


@dataclass(frozen=True)
class StepFigures:
    """What one step did, over the images of all processes.

    Attributes:
        loss: the sum.
        parts: its terms by name, see :meth:`.Objective.parts`.
        gradient_norm: before it was clipped.
        learning_rate: of this step.
        finite: False when loss or gradient were not finite: then nothing was changed.
    """

    loss: float
    parts: dict[str, float]
    gradient_norm: float
    learning_rate: float
    finite: bool

    def row(self) -> dict[str, float]:
        """For the log, see :data:`.logs.COLUMNS`; the terms of earlier stacks are one figure."""
        earlier = [v for name, v in self.parts.items() if name.startswith(INTERMEDIATE)]
        named = {n: v for n, v in self.parts.items() if not n.startswith(INTERMEDIATE)}
        return {
            "loss": self.loss,
            **named,
            **({"intermediate": sum(earlier)} if earlier else {}),
            "learning_rate": self.learning_rate,
            "gradient_norm": self.gradient_norm,
            "skipped": float(not self.finite),
        }


class Optimisation:
    """Network, optimiser and averaged weights of a run, in one or several processes.

    With several processes the gradient is that of the joint batch: losses are divided by the
    weight of all annotated landmarks, batch normalisation uses joint statistics, drop-out one mask.
    """

    def __init__(self, config: RunSettings, device: ComputeDevice, workers: Workers) -> None:
        """Build; the weights are seeded by ``config.seed``."""
        torch.manual_seed(config.seed)
        self.config, self.device, self.workers = config, device, workers
        network = build_network(config.network, config.encoder_weights)
        start_regression_near_zero(network, config.loss.heatmap)
        network = network.to(device.name).to(memory_format=torch.channels_last)
        self.average = AveragedModel(
            network, multi_avg_fn=get_ema_multi_avg_fn(config.ema), use_buffers=True
        )
        self.network: nn.Module = network
        if workers.size > 1:
            shape = (2, config.network.in_channels, *config.crop)
            freeze_unused(network, torch.zeros(shape, device=device.name))
            self.network = share_layers(network, device.name)
        self._forward = self._connected(self.network)
        self.optimiser = config.optimiser.make(
            self.network.parameters(), config.learning_rate, config.weight_decay
        )
        self.objective = Objective(config.loss, config.limbs, config.sigma_px)
        self.precision = config.precision.on(device)
        scaled = self.precision is torch.float16
        self.scaler = torch.amp.GradScaler(device.name, init_scale=_LOSS_SCALE, enabled=scaled)

    def _connected(self, network: nn.Module) -> nn.Module:
        """``network`` with gradients that are averaged over the processes."""
        if self.workers.size == 1:
            return network
        with warnings.catch_warnings():  # the option has another name in newer releases of torch
            warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated", FutureWarning)
            # neither a static graph nor a search for unused weights: both need outputs that torch
            # can look into, and would leave the gradients of a dataclass unaveraged
            return DistributedDataParallel(network, broadcast_buffers=False)

    def step(self, batch: Batch, number: int, rate: float) -> StepFigures:
        """Step ``number`` on this process's part of the joint batch.

        A step whose loss or gradient is not finite leaves weights, moments and statistics alone.
        """
        # drop-out of a resumed run must be the same as without the stop
        torch.manual_seed(self.config.seed * 1_000_003 + number)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        buffers = [buffer.clone() for buffer in self.network.buffers()]
        self.network.train()
        parts = self._parts(batch)
        norm = self._differentiate(torch.stack(list(parts.values())).sum())
        told = self.workers.mean(torch.stack([*(p.detach() for p in parts.values()), norm]))
        *values, norm_value = told.tolist()
        finite = all(isfinite(value) for value in (*values, norm_value))
        if finite:
            self.optimiser.step()
            self.average.update_parameters(self.network)
        else:
            for buffer, before in zip(self.network.buffers(), buffers, strict=True):
                buffer.copy_(before)
        self.scaler.update()
        return StepFigures(
            sum(values), dict(zip(parts, values, strict=True)), norm_value, rate, finite
        )

    def _differentiate(self, loss: torch.Tensor) -> torch.Tensor:
        """Gradients of the joint loss, clipped; returns their norm before."""
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimiser)
        return nn.utils.clip_grad_norm_(self.network.parameters(), _MAX_GRADIENT)

    def _parts(self, batch: Batch) -> dict[str, torch.Tensor]:
        reduced = self.precision is not torch.float32
        with torch.autocast(self.device.name, self.precision, enabled=reduced):
            output: NetworkOutput = self._forward(self.images(batch))
        truth = self.objective.truth(batch, self.device.name, output.fields is not None)
        return self.objective.parts(output, self._jointly_normalised(truth))

    def _jointly_normalised(self, truth: Truth) -> Truth:
        """Divide by the mean weight per process: the mean of the losses is the joint loss."""
        if self.workers.size == 1:
            return truth
        totals = torch.stack([truth.weight.sum(), truth.field_weight.sum()])
        total, field_total = self.workers.mean(totals)
        return replace(truth, total=total, field_total=field_total)

    def images(self, batch: Batch) -> torch.Tensor:
        """(B, 1, H, W) on the device."""
        images = torch.from_numpy(batch.images)
        return images.to(self.device.name, memory_format=torch.channels_last)

    @property
    def averaged(self) -> LandmarkNetwork:
        """The network with averaged weights."""
        module = self.average.module
        assert isinstance(module, LandmarkNetwork)
        return module

    def facts(self) -> dict[str, Any]:
        """What a checkpoint needs beside the tensors; JSON-ready."""
        return {"scaler": self.scaler.state_dict()}

    def restore(self, facts: dict[str, Any]) -> None:
        """Take up what :meth:`facts` told; checkpoints of earlier releases have none."""
        if facts.get("scaler") and self.scaler.is_enabled():
            self.scaler.load_state_dict(facts["scaler"])
