"""The training loop: seeded, resumable, logged, in one or several processes."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..detection import choose_device
from ..files import write_text_atomic
from .checkpoint import (
    check_changes,
    checkpoint_facts,
    load_checkpoint,
    remove_half_written,
    save_checkpoint,
)
from .distributed import Workers
from .loader import BatchLoader, useful_threads
from .logs import RunLog, check_tensorboard
from .optimisation import Optimisation
from .progress import Progress
from .run_settings import RunSettings
from .sampling import Batch
from .statistics import measure_statistics

StepReport = Callable[[int, int, dict[str, float]], None]
"""Called with (step, steps, figures)."""

_CHECKPOINT = "state.safetensors"
_STATISTICS_BATCHES = 30
_STATISTICS_SEED = 15_485_863


class TrainingLoop(ABC):
    """One run of :class:`.RunSettings`; its kinds say what is drawn, tested and written.

    Every process of a training (see :mod:`.distributed`) has one with the same arguments; the
    leading one evaluates and writes.
    """

    def __init__(self, config: RunSettings) -> None:
        """Build network and optimiser; the weights are seeded by ``config.seed``.

        Raises:
            ConfigurationError: when the batch cannot be shared by the processes.
            MissingDependencyError: when TensorBoard is wanted and not installed.
        """
        self.settings = config
        self.workers = Workers.current()
        self.workers.check_batch(config.batch)
        if config.tensorboard:
            check_tensorboard()
        self.device = choose_device()
        self.optimisation = Optimisation(config, self.device, self.workers)
        self.progress = Progress()

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Batch:
        """A random joint batch; it depends on ``rng`` alone."""

    @property
    @abstractmethod
    def epoch_size(self) -> int:
        """How many samples an epoch has."""

    @abstractmethod
    def held_out_errors(self) -> list[float | None]:
        """mm of the averaged weights on what is held out, None where missed; empty for nothing."""

    @abstractmethod
    def write_bundle(self) -> None:
        """Write the model with the averaged weights to :attr:`bundle`."""

    @abstractmethod
    def note(self, facts: dict[str, Any]) -> None:
        """Add ``facts`` about the training to the card of the bundle that is written."""

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
        :data:`.run_settings.CHANGEABLE`).

        Raises:
            ConfigurationError: when the checkpoint is damaged or was made with other settings.
            TrainingError: when many steps in a row are not finite.
        """
        self._begin(resume, accept_changes)
        log = self._log()
        try:
            with self._loader() as batches:
                while self.progress.step < self.settings.steps and not self._stops_early():
                    loss = self._advance(batches, log)
                    if report is not None:
                        report(self.progress.step, self.settings.steps, self._shown(loss))
        finally:
            if log is not None:
                log.close()
        if self.workers.leads:
            self._finish()
        self.workers.wait()
        return self.bundle

    @property
    def folder(self) -> Path:
        """Where this run writes."""
        return self.settings.folder

    @property
    def _checkpoint(self) -> Path:
        return self.folder / _CHECKPOINT

    @property
    def bundle(self) -> Path:
        """Folder of the model that this run writes."""
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
        return RunLog(self.folder, self.progress.step, self.settings.tensorboard)

    def _loader(self) -> BatchLoader[Batch]:
        return BatchLoader(self._batch, self.settings.steps, useful_threads(self.device.name))

    def _advance(self, batches: BatchLoader[Batch], log: RunLog | None) -> float:
        """One step with everything that is due after it; returns its loss."""
        begin = time.monotonic()
        number = self.progress.step
        figures = self.optimisation.step(batches.take(number), number, self._rate(number))
        speed = self.settings.batch / (time.monotonic() - begin)
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
        rng = np.random.default_rng([self.settings.seed, step])
        return self.workers.part(self.draw(rng))

    def _rate(self, step: int) -> float:
        config = self.settings
        warm = min(1.0, (step + 1) / max(1, config.warmup))
        epoch = config.epoch_steps or -(-self.epoch_size // config.batch)
        return (
            config.learning_rate
            * warm
            * config.schedule.factor(step, config.steps, epoch, config.decay)
        )

    def _due(self) -> bool:
        step = self.progress.step
        return step % self.settings.evaluate_every == 0 or step == self.settings.steps

    def _evaluate(self) -> dict[str, float]:
        """Errors of the averaged weights on the held-out patients; the best step is noted."""
        figures: dict[str, float] = {}
        if self.workers.leads:
            self._measure_statistics()
            figures = self.progress.judge(self.held_out_errors())
        self.progress = self.workers.shared(self.progress)
        return figures

    def _save(self, figures: dict[str, float]) -> None:
        """Checkpoint first: what is written after it, a resumed run can write again."""
        shown = {name: value for name, value in figures.items() if isfinite(value)}
        self.progress.history.append(shown)
        if not self.workers.leads:
            return
        state = self.optimisation
        facts = {"progress": vars(self.progress), "config": self.settings.to_dict()}
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
        if self.settings.patience and self.progress.best_step == self.progress.step:
            self.write_bundle()

    def _measure_statistics(self) -> None:
        """Batch statistics of the averaged weights, on augmented training crops."""
        batches = map(self._statistics_images, range(_STATISTICS_BATCHES))
        usable = (images for images in batches if bool(torch.isfinite(images).all()))
        measure_statistics(self.optimisation.averaged, usable)

    def _statistics_images(self, number: int) -> torch.Tensor:
        rng = np.random.default_rng([self.settings.seed, _STATISTICS_SEED, number])
        return self.optimisation.images(self.draw(rng))

    def _stops_early(self) -> bool:
        return self.progress.out_of_patience(self.settings.patience, self.settings.evaluate_every)

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
        changed = self.settings.differences(checkpoint_facts(self._checkpoint)["config"])
        check_changes(self._checkpoint, changed, accept_changes)
        facts = load_checkpoint(self._checkpoint, state.network, state.average, state.optimiser)
        state.restore(facts)
        self.progress = Progress(**facts["progress"])
        if changed:
            self.progress.skipped_in_a_row = 0
        if self.workers.leads:
            self._write_after_checkpoint()

    def facts(self) -> dict[str, Any]:
        """What the run has reached, for the card."""
        return {
            "precision": str(self.optimisation.precision).removeprefix("torch."),
            "processes": self.workers.size,
            "steps": self.progress.step,
            "skipped_steps": self.progress.skipped,
        }

    def _finish(self) -> None:
        """The last weights, or those of the best evaluation when a run may stop early."""
        patience, every = self.settings.patience, self.settings.evaluate_every
        if patience == 0 or not (self.bundle / "model.json").is_file():
            self.write_bundle()
        if patience:
            self.note({"early_stopping": self.progress.early_stopping(patience, every)})
