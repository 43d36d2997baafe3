"""What a run has reached, and which of its evaluations was the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import TrainingError

_MISSED_MM = 50.0
"""A landmark that is not found counts like one that lies this far off; otherwise a model that
finds only the easiest landmark would be the best."""

_MOST_SKIPPED = 20
"""So many steps in a row that are not finite end a run: no single image does that."""


@dataclass
class Progress:
    """State of a run beside its tensors; written into every checkpoint.

    Attributes:
        step: steps done.
        seconds: of training, over all sessions.
        skipped: steps that were not finite and changed nothing.
        skipped_in_a_row: as many of them at the end.
        best_mre_mm: lowest mean error on the held-out patients, missed landmarks counted as 50 mm.
        best_step: when that was.
        history: figures of every evaluation.
    """

    step: int = 0
    seconds: float = 0.0
    skipped: int = 0
    skipped_in_a_row: int = 0
    best_mre_mm: float | None = None
    best_step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)

    def count(self, finite: bool) -> None:
        """One more step is done, or skipped."""
        self.step += 1
        self.skipped += not finite
        self.skipped_in_a_row = 0 if finite else self.skipped_in_a_row + 1

    def check_finite(self, checkpoint: Path) -> None:
        """Stop a run that can no longer learn.

        Raises:
            TrainingError: after 20 steps in a row that were not finite.
        """
        if self.skipped_in_a_row < _MOST_SKIPPED:
            return
        kept = "there was no checkpoint yet"
        if checkpoint.is_file():
            kept = f"{checkpoint} can be resumed"
        raise TrainingError(
            f"The loss or its gradient was not finite in steps {self.step - _MOST_SKIPPED + 1} to "
            f"{self.step}; none of them changed the weights, and {kept}. Lower learning_rate and "
            "go on with --accept-changes, set precision: float32, or look for images with broken "
            "pixels."
        )

    def judge(self, errors_mm: Sequence[float | None]) -> dict[str, float]:
        """Note the held-out errors (None where missed) of this step; returns them as figures."""
        found = [error for error in errors_mm if error is not None]
        if not errors_mm:
            return {}
        mean = float(np.mean([_MISSED_MM if error is None else error for error in errors_mm]))
        if self.best_mre_mm is None or mean < self.best_mre_mm:
            self.best_mre_mm, self.best_step = mean, self.step
        missed = {"held_out_missed": 1 - len(found) / len(errors_mm)}
        return {"held_out_mre_mm": float(np.mean(found)), **missed} if found else missed

    def out_of_patience(self, patience: int, evaluate_every: int) -> bool:
        """Whether ``patience`` evaluations since the best one have brought nothing."""
        return patience > 0 and (self.step - self.best_step) // evaluate_every >= patience

    def early_stopping(self, patience: int, evaluate_every: int) -> dict[str, Any]:
        """For the model card: which step's weights were kept and why the run ended."""
        kept = None if self.best_mre_mm is None else round(self.best_mre_mm, 3)
        return {
            "kept": "the weights of the best evaluation on the held-out patients",
            "best_step": self.best_step,
            "best_mre_mm_missed_as_50": kept,
            "last_step": self.step,
            "stopped_early": self.out_of_patience(patience, evaluate_every),
        }
