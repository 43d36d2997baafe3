"""How far a cell of a run matrix is, and what its runs noted beside their results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..evaluation.finished import CROSS_VALIDATION, EVALUATION
from ..files import write_text_atomic
from .matrix import MatrixCell

_RECORD = "cell.json"


@dataclass(frozen=True)
class CellRecord:
    """What is known of a cell beside its figures.

    Attributes:
        training_seconds: spent on training and testing its folds, all starts together; None when
            unknown.
        ms_per_image: milliseconds of one slice with both hips, by the name of the averaged views.
        device: on which that was timed.
        problem: why the cell could not be finished when it was last tried, else "".
    """

    training_seconds: float | None = None
    ms_per_image: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    problem: str = ""

    @classmethod
    def read(cls, folder: Path) -> CellRecord:
        """The record of a cell's folder; an empty one where there is none.

        Raises:
            ConfigurationError: when the file is damaged.
        """
        path = folder / _RECORD
        if not path.is_file():
            return cls()
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(f"{path} is damaged ({error}); remove it.") from error

    def write(self, folder: Path) -> None:
        """Write the record into the cell's folder."""
        write_text_atomic(folder / _RECORD, json.dumps(asdict(self), indent=1) + "\n")

    def with_training(self, seconds: float, problem: str) -> CellRecord:
        """After one more start of the training."""
        total = (self.training_seconds or 0.0) + seconds
        return replace(self, training_seconds=round(total, 1), problem=problem)

    def with_time(self, averaging: str, milliseconds: float, device: str) -> CellRecord:
        """After an image was timed."""
        times = {**self.ms_per_image, averaging: round(milliseconds, 1)}
        return replace(self, ms_per_image=times, device=device)


def evaluation_folder(cell: MatrixCell, averaging: str) -> Path:
    """Where the evaluation of a cell with these averaged views is written."""
    return cell.folder / f"evaluation-{averaging}"


def is_trained(cell: MatrixCell) -> bool:
    """Whether the cross-validation of a cell is finished.

    Raises:
        ConfigurationError: when the folder holds a run with other settings.
    """
    if cell.config is None:
        return False
    for fold, bundle in enumerate(cell.folds):
        stored = _recipe(bundle / "model.json")
        if stored is None:
            continue
        other = replace(cell.config, fold=fold, patience=0).differences(stored)
        if other:
            raise ConfigurationError(
                f"{cell.folder} holds a run with other settings ({', '.join(other)}): remove it, "
                "or give the matrix another output folder."
            )
    return (cell.folder / CROSS_VALIDATION).is_file()


def is_evaluated(cell: MatrixCell, averaging: str) -> bool:
    """Whether the trained folds of a cell were evaluated after they had been trained."""
    written, trained = (
        evaluation_folder(cell, averaging) / EVALUATION,
        cell.folder / CROSS_VALIDATION,
    )
    if not (written.is_file() and trained.is_file()):
        return False
    return written.stat().st_mtime >= trained.stat().st_mtime


def _recipe(card: Path) -> dict[str, Any] | None:
    """What the model of a fold was trained with; None when there is no readable card."""
    try:
        recipe = json.loads(card.read_text(encoding="utf-8"))["training"]["recipe"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return recipe if isinstance(recipe, dict) else None
