"""The training loop: seeded, resumable, logged, in one or several processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path

import numpy as np
import torch

from ..detection import (
    BundleCard,
    Channels,
    Detector,
    choose_device,
    load_card,
    save_bundle,
    write_card,
)
from ..files import write_text_atomic
from ..networks import build_network
from .checkpoint import (
    check_changes,
    checkpoint_facts,
    load_checkpoint,
    remove_half_written,
    save_checkpoint,
)
from .config import TrainingConfig
from .distributed import Workers
from .evaluate import slice_errors
from .labels import LabelledSlice
from .limb_statistics import limb_variances
from .loader import BatchLoader, useful_threads
from .logs import RunLog, check_tensorboard
from .model_card import run_card
from .optimisation import Optimisation
from .pools import Pools
from .progress import Progress
from .sampling import Batch, Sampler
from .statistics import measure_statistics

StepReport = Callable[[int, int, dict[str, float]], None]
"""Called with (step, steps, figures)."""


def run_name(fold: int | None) -> str:
    """Folder of one run below the output folder: ``all`` or ``fold-N``."""
    return "all" if fold is None else f"fold-{fold}"


_CHECKPOINT = "state.safetensors"
_STATISTICS_BATCHES = 30
_STATISTICS_SEED = 15_485_863


class Trainer:
    """One run of a :class:`TrainingConfig`.

    Every process of a training (see :mod:`.distributed`) has one with the same arguments; the
    leading one evaluates and writes.
    """

    def __init__(
        self,
        config: TrainingConfig,
        pools: Pools,
        held_out: Sequence[LabelledSlice] = (),
        slice_offset_mm: float = 0.0,
    ) -> None:
        """Build network and optimiser; the weights are seeded by ``config.seed``.

        Raises:
            ConfigurationError: when the batch cannot be shared by the processes.
            MissingDependencyError: when TensorBoard is wanted and not installed.
        """
        self.config = config
        self.pools = pools
        self.held_out = list(held_out)
        self.slice_offset_mm = slice_offset_mm
        self.workers = Workers.current()
        self.workers.check_batch(config.batch)
        if config.tensorboard:
            check_tensorboard()
        self.device = choose_device()
        self.optimisation = Optimisation(config, self.device, self.workers)
        channels = Channels.of_keys(config.keys)
        self.sampler = Sampler(channels, config.crop, config.augmentation)
        self.progress = Progress()

    @property
    def network(self) -> torch.nn.Module:
        """The network whose weights every step changes."""
        return self.optimisation.network

    def run(
        self, resume: bool = True, report: StepReport | None = None, accept_changes: bool = False
    ) -> Path:
        """Train to the end and write the bundle; returns its folder.

        A run that was stopped goes on from its last checkpoint unless ``resume`` is False.
        ``accept_changes`` lets it go on with another learning rate, for example (see
        :data:`.config.CHANGEABLE`).

        Raises:
            ConfigurationError: when the checkpoint is damaged or was made with other settings.
            TrainingError: when many steps in a row are not finite.
        """
        self._begin(resume, accept_changes)
        log = self._log()
        try:
            with self._loader() as batches:
                while self.progress.step < self.config.steps and not self._stops_early():
                    loss = self._advance(batches, log)
                    if report is not None:
                        report(self.progress.step, self.config.steps, self._shown(loss))
        finally:
            if log is not None:
                log.close()
        if self.workers.leads:
            self._finish()
        self.workers.wait()
        return self._bundle

    @property
    def folder(self) -> Path:
        """Where this run writes: one folder per fold."""
        return self.config.output / run_name(self.config.fold)

    @property
    def _checkpoint(self) -> Path:
        return self.folder / _CHECKPOINT

    @property
    def _bundle(self) -> Path:
        return self.folder / "bundle"

    def _begin(self, resume: bool, accept_changes: bool) -> None:
        if self.workers.leads:
            remove_half_written(self.folder)
            if not resume:  # or a kill before the first new checkpoint would bring it back
                self._checkpoint.unlink(missing_ok=True)
        self.workers.wait()
        if self._checkpoint.is_file():
            self._restore(accept_changes)

    def _log(self) -> RunLog | None:
        if not self.workers.leads:
            return None
        return RunLog(self.folder, self.progress.step, self.config.tensorboard)

    def _loader(self) -> BatchLoader[Batch]:
        return BatchLoader(self._batch, self.config.steps, useful_threads(self.device.name))

    def _advance(self, batches: BatchLoader[Batch], log: RunLog | None) -> float:
        """One step with everything that is due after it; returns its loss."""
        begin = time.monotonic()
        number = self.progress.step
        figures = self.optimisation.step(batches.take(number), number, self._rate(number))
        speed = self.config.batch / (time.monotonic() - begin)
        self.progress.count(figures.finite)
        held_out = self._evaluate() if self._due() else {}
        self.progress.seconds += time.monotonic() - begin
        if log is not None:
            row = {"step": self.progress.step, "seconds": self.progress.seconds, **figures.row()}
            log.write({**row, "images_per_s": speed, **held_out})
        self.progress.check_finite(self._checkpoint)
        if self._due():
            self._save({"step": float(number + 1), "loss": figures.loss, **held_out})
        return figures.loss

    def _batch(self, step: int) -> Batch:
        """This process's part of the batch of ``step``: it depends on seed and step alone."""
        rng = np.random.default_rng([self.config.seed, step])
        joint = self.sampler.batch(self.pools.draw(self.config.batch, rng), rng)
        return self.workers.part(joint)

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

    def _evaluate(self) -> dict[str, float]:
        """Errors of the averaged weights on the held-out patients; the best step is noted."""
        figures: dict[str, float] = {}
        if self.workers.leads:
            self._measure_statistics()
            if self.held_out:
                errors = slice_errors(self.detector(), self.held_out)
                figures = self.progress.judge([error.error_mm for error in errors])
        self.progress = self.workers.shared(self.progress)
        return figures

    def _save(self, figures: dict[str, float]) -> None:
        """Checkpoint first: what is written after it, a resumed run can write again."""
        shown = {name: value for name, value in figures.items() if isfinite(value)}
        self.progress.history.append(shown)
        if not self.workers.leads:
            return
        state = self.optimisation
        facts = {"progress": vars(self.progress), "config": self.config.to_dict()}
        save_checkpoint(
            self._checkpoint,
            state.network,
            state.average,
            state.optimiser,
            {**facts, **state.facts()},
        )
        self._write_after_checkpoint()

    def _write_after_checkpoint(self) -> None:
        write_text_atomic(self.folder / "history.json", json.dumps(self.progress.history, indent=1))
        if self.config.patience and self.progress.best_step == self.progress.step:
            self._write_bundle()

    def _measure_statistics(self) -> None:
        """Batch statistics of the averaged weights, on augmented training crops."""
        batches = map(self._statistics_images, range(_STATISTICS_BATCHES))
        usable = (images for images in batches if bool(torch.isfinite(images).all()))
        measure_statistics(self.optimisation.averaged, usable)

    def _statistics_images(self, number: int) -> torch.Tensor:
        rng = np.random.default_rng([self.config.seed, _STATISTICS_SEED, number])
        batch = self.sampler.batch(self.pools.draw(self.config.batch, rng), rng)
        return self.optimisation.images(batch)

    def _stops_early(self) -> bool:
        return self.progress.out_of_patience(self.config.patience, self.config.evaluate_every)

    def _shown(self, loss: float) -> dict[str, float]:
        """Figures for people who wait."""
        last = self.progress.history[-1] if self.progress.history else {}
        shown = {"loss": loss}
        if "held_out_mre_mm" in last:
            shown["held-out MRE mm"] = last["held_out_mre_mm"]
        if self.progress.skipped:
            shown["steps skipped"] = self.progress.skipped
        return shown

    def _restore(self, accept_changes: bool) -> None:
        state = self.optimisation
        # first, because the weights of another network do not fit
        changed = self.config.differences(checkpoint_facts(self._checkpoint)["config"])
        check_changes(self._checkpoint, changed, accept_changes)
        facts = load_checkpoint(self._checkpoint, state.network, state.average, state.optimiser)
        state.restore(facts)
        self.progress = Progress(**facts["progress"])
        if changed:
            self.progress.skipped_in_a_row = 0
        if self.workers.leads:
            self._write_after_checkpoint()

    def detector(self) -> Detector:
        """A detector with the averaged weights."""
        network = build_network(self.config.network)
        network.load_state_dict(self.optimisation.averaged.state_dict())
        return Detector(network, self.card(), self.device.name)

    def card(self) -> BundleCard:
        """The card of this run's bundle."""
        facts = {
            "precision": str(self.optimisation.precision).removeprefix("torch."),
            "processes": self.workers.size,
            "steps": self.progress.step,
            "skipped_steps": self.progress.skipped,
            "patients": self.pools.cases,
        }
        return run_card(self.config, self.slice_offset_mm, facts)

    def _write_bundle(self) -> None:
        averaged = self.optimisation.averaged
        variances = limb_variances(averaged, self.config, self.pools, self.sampler)
        save_bundle(self._bundle, replace(self.card(), limb_variances=variances), averaged)

    def _finish(self) -> None:
        """The last weights, or those of the best evaluation when a run may stop early."""
        patience, every = self.config.patience, self.config.evaluate_every
        if patience == 0 or not (self._bundle / "model.json").is_file():
            self._write_bundle()
        if patience:
            card = load_card(self._bundle)
            facts = {"early_stopping": self.progress.early_stopping(patience, every)}
            write_card(self._bundle, replace(card, training={**card.training, **facts}))
