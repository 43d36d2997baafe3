"""Learning curves of training runs, from the ``history.json`` that the trainer writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from ...errors import ConfigurationError

FILE = "history.json"
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
    return LearningCurve(name, figures)
