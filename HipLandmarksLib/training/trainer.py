"""The training loop: seeded, resumable, with averaged weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..detection import BundleCard, Channels, Decoder, Detector, choose_device, save_bundle
from ..errors import ConfigurationError
from ..files import write_text_atomic
from ..networks import LandmarkNetwork, build_network
from .checkpoint import load_checkpoint, save_checkpoint
from .config import TrainingConfig
from .evaluate import slice_errors
from .labels import LabelledSlice
from .objective import Objective
from .pools import Pools
from .sampling import Batch, Sampler
from .statistics import measure_statistics

StepReport = Callable[[int, int, dict[str, float]], None]
"""Called with (step, steps, figures)."""


def run_name(fold: int | None) -> str:
    """Folder of one run below the output folder: ``all`` or ``fold-N``."""
    return "all" if fold is None else f"fold-{fold}"


_CHECKPOINT = "state.safetensors"
_MAX_GRADIENT = 5.0
_STATISTICS_BATCHES = 30
_STATISTICS_SEED = 15_485_863


@dataclass
class Progress:
    """What a run has reached; written into every checkpoint."""

    step: int = 0
    skipped: int = 0
    best_mre_mm: float | None = None
    best_step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


class Trainer:
    """One run of a :class:`TrainingConfig`."""

    def __init__(
        self,
        config: TrainingConfig,
        pools: Pools,
        held_out: Sequence[LabelledSlice] = (),
        slice_offset_mm: float = 0.0,
    ) -> None:
        """Build network and optimiser; the weights are seeded by ``config.seed``."""
        torch.manual_seed(config.seed)
        self.config = config
        self.pools = pools
        self.held_out = list(held_out)
        self.slice_offset_mm = slice_offset_mm
        self.device = choose_device()
        network = build_network(config.network, config.encoder_weights).to(self.device.name)
        self.network = network.to(memory_format=torch.channels_last)
        self.average = AveragedModel(
            self.network, multi_avg_fn=get_ema_multi_avg_fn(config.ema), use_buffers=True
        )
        self.optimiser = config.optimiser.make(
            self.network.parameters(), config.learning_rate, config.weight_decay
        )
        self.objective = Objective(config.loss, config.limbs, config.sigma_px)
        self.sampler = Sampler(
            Channels.of_keys(config.keys), config.crop, config.sigma_px, config.augmentation
        )
        self.progress = Progress()

    def run(self, resume: bool = True, report: StepReport | None = None) -> Path:
        """Train to the end and write the bundle; returns its folder.

        A run that was stopped goes on from its last checkpoint unless ``resume`` is False.
        """
        if resume and self._checkpoint.is_file():
            self._restore()
        while self.progress.step < self.config.steps and not self._out_of_patience():
            loss = self._step(self.progress.step)
            self.progress.step += 1
            if self._due():
                self._evaluate_and_save(loss)
            if report is not None:
                report(self.progress.step, self.config.steps, {"loss": loss, **self._latest()})
        if self.config.patience == 0 or not (self.folder / "bundle").is_dir():
            self._write_bundle()
        return self.folder / "bundle"

    @property
    def folder(self) -> Path:
        """Where this run writes: one folder per fold."""
        return self.config.output / run_name(self.config.fold)

    @property
    def _checkpoint(self) -> Path:
        return self.folder / _CHECKPOINT

    def _step(self, step: int) -> float:
        torch.manual_seed(self.config.seed * 1_000_003 + step)  # dropout; a resumed run is the same
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate(step)
        self.network.train()
        loss = self._loss(self._batch(step))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), _MAX_GRADIENT)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            self.progress.skipped += 1
            return float("nan")
        self.optimiser.step()
        self.average.update_parameters(self.network)
        return float(loss.detach())

    def _batch(self, step: int) -> Batch:
        """The batch of ``step``: it depends on the seed and the step alone."""
        rng = np.random.default_rng([self.config.seed, step])
        return self.sampler.batch(self.pools.draw(self.config.batch, rng), rng)

    def _loss(self, batch: Batch) -> torch.Tensor:
        with torch.autocast(self.device.name, torch.bfloat16, enabled=self._reduced):
            output = self.network(self._images(batch))
        truth = self.objective.truth(batch, self.device.name, output.fields is not None)
        return self.objective.total(output, truth)

    @property
    def _reduced(self) -> bool:
        """Whether convolutions run in bfloat16; it needs no scaling of the loss, float16 would."""
        if self.device.name == "cuda":
            return torch.cuda.is_bf16_supported()
        return self.device.precision is torch.bfloat16

    def _rate(self, step: int) -> float:
        config = self.config
        warm = min(1.0, (step + 1) / max(1, config.warmup))
        epoch = config.epoch_steps or -(-self.pools.size // config.batch)
        return (
            config.learning_rate
            * warm
            * config.schedule.factor(step, config.steps, epoch, config.decay)
        )

    def _due(self) -> bool:
        step = self.progress.step
        return step % self.config.evaluate_every == 0 or step == self.config.steps

    def _evaluate_and_save(self, loss: float) -> None:
        figures = {"step": float(self.progress.step), "loss": loss}
        self._measure_statistics()
        if self.held_out:
            errors = slice_errors(self.detector(), self.held_out)
            found = [error.error_mm for error in errors if error.error_mm is not None]
            figures["held_out_mre_mm"] = float(np.mean(found)) if found else float("inf")
            self._note_best(figures["held_out_mre_mm"])
        self.progress.history.append(figures)
        save_checkpoint(
            self._checkpoint,
            self.network,
            self.average,
            self.optimiser,
            {"progress": vars(self.progress), "config": self.config.to_dict()},
        )
        write_text_atomic(self.folder / "history.json", json.dumps(self.progress.history, indent=1))

    def _measure_statistics(self) -> None:
        """Batch statistics of the averaged weights, on augmented training crops."""
        measure_statistics(
            self._averaged(), map(self._statistics_images, range(_STATISTICS_BATCHES))
        )

    def _statistics_images(self, number: int) -> torch.Tensor:
        rng = np.random.default_rng([self.config.seed, _STATISTICS_SEED, number])
        return self._images(self.sampler.batch(self.pools.draw(self.config.batch, rng), rng))

    def _images(self, batch: Batch) -> torch.Tensor:
        images = torch.from_numpy(batch.images)
        return images.to(self.device.name, memory_format=torch.channels_last)

    def _note_best(self, mre_mm: float) -> None:
        best = self.progress.best_mre_mm
        if best is None or mre_mm < best:
            self.progress.best_mre_mm, self.progress.best_step = mre_mm, self.progress.step
            if self.config.patience:
                self._write_bundle()

    def _out_of_patience(self) -> bool:
        waited = (self.progress.step - self.progress.best_step) // self.config.evaluate_every
        return bool(self.config.patience) and waited >= self.config.patience

    def _latest(self) -> dict[str, float]:
        if not self.progress.history or "held_out_mre_mm" not in self.progress.history[-1]:
            return {}
        return {"held-out MRE mm": self.progress.history[-1]["held_out_mre_mm"]}

    def _restore(self) -> None:
        facts = load_checkpoint(self._checkpoint, self.network, self.average, self.optimiser)
        if not self.config.same_as(facts["config"]):
            raise ConfigurationError(
                f"{self._checkpoint} was made with other settings; remove {self.folder} to start "
                "again or give another output folder."
            )
        self.progress = Progress(**facts["progress"])

    def detector(self) -> Detector:
        """A detector with the averaged weights."""
        network = build_network(self.config.network)
        network.load_state_dict(self._averaged().state_dict())
        return Detector(network, self.card(), self.device.name)

    def _averaged(self) -> LandmarkNetwork:
        module = self.average.module
        assert isinstance(module, LandmarkNetwork)
        return module

    def card(self) -> BundleCard:
        """The card of this run's bundle."""
        config = self.config
        return BundleCard(
            id=config.bundle_id,
            version=config.version,
            description=config.description,
            modality=config.modality,
            network=config.network,
            channels=self.sampler.channels,
            preprocessing=config.preprocessing,
            decoder=Decoder(target_sigma=config.sigma_px, reading=config.loss.reading),
            slice_offset_mm=self.slice_offset_mm,
            mirror=True,
            training=self._training_facts(),
        )

    def _training_facts(self) -> dict[str, Any]:
        return {
            "licence": self.config.licence,
            "augmentation": self.config.augmentation.name,
            "recipe": self.config.to_dict(),
            "steps": self.progress.step,
            "skipped_steps": self.progress.skipped,
            "patients": self.pools.cases,
        }

    def _write_bundle(self) -> None:
        save_bundle(self.folder / "bundle", self.card(), self._averaged())
