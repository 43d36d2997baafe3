"""The ablation table: methods of a run matrix with their errors, their size and their cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from .compare import Comparison, MethodRow, compare_runs
from .evaluation import NOTICE
from .finished import FinishedRun

FORMAT = "hiplandmarks-ablation-1"
PUBLISHED_SIDE_PX = 512
"""Both papers train on 512 x 512 pixels."""


@dataclass(frozen=True)
class RunFacts:
    """What a table says of a run beside its errors; None where it is unknown.

    Attributes:
        title: of the method, seeds apart.
        parameters: weights of the network.
        steps, batch: of the training.
        crop: (height, width) of a training sample in network pixels.
        spacing_mm: of these pixels.
        patients, points: tested, and annotated landmarks on them.
        training_seconds: of all folds together.
        ms_per_image: milliseconds of one slice with both hips.
        device: on which that was timed, "" when unknown.
    """

    title: str
    parameters: int | None = None
    steps: int | None = None
    batch: int | None = None
    crop: tuple[int, int] | None = None
    spacing_mm: float | None = None
    patients: int | None = None
    points: int | None = None
    training_seconds: float | None = None
    ms_per_image: float | None = None
    device: str = ""

    @property
    def is_reduced(self) -> bool:
        """Whether it was trained on smaller pictures than the papers'."""
        return self.crop is not None and self.crop[0] * self.crop[1] < PUBLISHED_SIDE_PX**2


@dataclass(frozen=True)
class AblationRow:
    """One method over its seeds: its errors, and its facts as means over the seeds."""

    method: MethodRow
    facts: RunFacts


@dataclass(frozen=True)
class Ablation:
    """The table.

    Attributes:
        rows: best MRE first.
        comparison: the same without the facts, with baseline and warnings.
        failed: cells that could not be finished, with the reason.
        missing: cells that were not run yet.
        notes: what else a reader must know.
    """

    rows: tuple[AblationRow, ...]
    comparison: Comparison
    failed: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def baseline(self) -> str:
        """The method from which differences are taken, in words."""
        own = next(row for row in self.rows if row.method.name == self.comparison.baseline)
        views = own.method.averaging
        return own.facts.title if views is None else f"{own.facts.title}, views: {views}"

    @property
    def is_reduced(self) -> bool:
        """Whether a method was trained on smaller pictures than the papers'."""
        return any(row.facts.is_reduced for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "format": FORMAT,
            "notice": NOTICE,
            "baseline": self.baseline,
            "warnings": [*self.notes, *self.comparison.warnings],
            "methods": [
                {**asdict(row.facts), "reduced": row.facts.is_reduced, **asdict(row.method)}
                for row in self.rows
            ],
            "failed": dict(self.failed),
            "missing": list(self.missing),
        }


def ablation(
    runs: Sequence[tuple[FinishedRun, RunFacts]],
    failed: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    notes: Sequence[str] = (),
    seed: int = 17,
) -> Ablation:
    """Put the finished runs of a matrix side by side; the first is the baseline.

    Args:
        runs: at least one finished run with its facts, each with a name of its own; seeds of one
            method become one row.
        failed, missing, notes: see :class:`Ablation`.
        seed: of the resampling.
    """
    comparison = compare_runs([run for run, _ in runs], seed=seed, least=1)
    facts_of = {run.name: facts for run, facts in runs}
    rows = tuple(
        AblationRow(row, _joined([facts_of[name] for name in row.members]))
        for row in comparison.rows
    )
    return Ablation(rows, comparison, dict(failed or {}), tuple(missing), tuple(notes))


def _joined(facts: Sequence[RunFacts]) -> RunFacts:
    """Facts of one method over its seeds."""
    return replace(
        facts[0],
        training_seconds=_mean([own.training_seconds for own in facts]),
        ms_per_image=_mean([own.ms_per_image for own in facts]),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
