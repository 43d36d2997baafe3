"""Learning curves of training runs, from ``history.json`` and ``log.csv`` of the trainer."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from statistics import fmean

from ...errors import ConfigurationError

FILE = "history.json"
LOG_FILE = "log.csv"
_MOST_POINTS = 200
_STEP = ("step", "epoch")


@dataclass(frozen=True)
class LearningCurve:
    """Figures of one run over its steps.

    Attributes:
        name: of the run.
        figures: (step, value) by name of the figure; steps whose value is no number are left out.
    """

    name: str
    figures: dict[str, list[tuple[float, float]]]


def read_histories(folders: Sequence[Path]) -> list[LearningCurve]:
    """Histories of run folders, or of all runs (folds) one folder below.

    Raises:
        ConfigurationError: when a folder holds no readable history.
    """
    curves: list[LearningCurve] = []
    for folder in folders:
        paths = [folder / FILE] if (folder / FILE).is_file() else sorted(folder.glob(f"*/{FILE}"))
        if not paths:
            raise ConfigurationError(
                f"{folder} is no folder of a training run: neither it nor a folder in it holds "
                f"{FILE}."
            )
        several = len(folders) > 1
        for path in paths:
            own = path.parent.name if path.parent != folder else folder.resolve().name
            name = f"{folder.resolve().name}/{own}" if several and path.parent != folder else own
            curves.append(_read(path, name))
    return curves


def _read(path: Path, name: str) -> LearningCurve:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        figures: dict[str, list[tuple[float, float]]] = {}
        for number, row in enumerate(rows):
            step = next((float(row[key]) for key in _STEP if key in row), float(number))
            for key, value in row.items():
                if key in _STEP or isinstance(value, bool) or not isinstance(value, int | float):
                    continue
                if isfinite(value):
                    figures.setdefault(key, []).append((step, float(value)))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path} is not a training history: {error}") from error
    loss = _logged_loss(path.parent / LOG_FILE)
    return LearningCurve(name, {**figures, "loss": loss} if loss else figures)


def _logged_loss(path: Path) -> list[tuple[float, float]]:
    """Loss over the steps of a run's log, at most 200 means; empty when there is no log."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(float(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]
    except (OSError, ValueError, TypeError, KeyError):
        return []  # the history has the loss of every evaluation
    rows = [row for row in rows if isfinite(row[1])]
    width = -(-len(rows) // _MOST_POINTS) or 1
    bins = [rows[start : start + width] for start in range(0, len(rows), width)]
    return [(fmean(step for step, _ in b), fmean(loss for _, loss in b)) for b in bins]
