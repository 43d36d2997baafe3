"""Figures of every step: ``log.csv`` and, if wanted, TensorBoard event files."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import MissingDependencyError
from ..files import write_text_atomic

LOG_FILE = "log.csv"
COLUMNS = (
    "step",
    "seconds",
    "learning_rate",
    "loss",
    "heatmap",
    "field",
    "nowhere",
    "presence",
    "intermediate",
    "gradient_norm",
    "images_per_s",
    "skipped",
    "held_out_mre_mm",
    "held_out_missed",
)
"""``loss`` is the sum of its parts from ``heatmap`` to ``intermediate`` (earlier stacks);
``gradient_norm`` is that before clipping; ``skipped`` is 1 where a step was not finite and changed
nothing; ``seconds`` counts the time of training, not that between two sessions; a figure that a
step does not have is left empty."""

_TENSORBOARD_FOLDER = "tensorboard"


class RunLog:
    """The log of one run; every row is written at once and whole, and stays after a kill."""

    def __init__(self, folder: Path, after_step: int = 0, tensorboard: bool = False) -> None:
        """Open below ``folder`` and drop rows of steps after ``after_step``: they come again.

        Raises:
            MissingDependencyError: when ``tensorboard`` is wanted and not installed.
        """
        self._board = _summary_writer(folder, after_step) if tensorboard else None
        path = folder / LOG_FILE
        kept = [row for row in read_log(path) if int(row["step"]) <= after_step]
        write_text_atomic(
            path, "".join(map(_line, [dict(zip(COLUMNS, COLUMNS, strict=True)), *kept]))
        )
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def write(self, figures: Mapping[str, float]) -> None:
        """Append one row; ``figures`` by column, ``step`` among them."""
        told = {name: _number(value) for name, value in figures.items()}
        os.write(self._file, _line(told).encode("ascii"))  # one call: never half a line
        if self._board is not None:
            for name, value in figures.items():
                if name != "step":
                    self._board.add_scalar(name, value, int(figures["step"]))

    def close(self) -> None:
        """Close the files."""
        os.close(self._file)
        if self._board is not None:
            self._board.close()


def read_log(path: Path) -> list[dict[str, str]]:
    """Rows of a ``log.csv`` by column; a last line that is cut off is left out.

    An empty list when there is no file.
    """
    if not path.is_file():
        return []
    whole, _, _ = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")
    rows = csv.DictReader(io.StringIO(whole))
    return [row for row in rows if (row.get("step") or "").isdecimal()]


def check_tensorboard() -> None:
    """Raise before a long training starts, not after.

    Raises:
        MissingDependencyError: when TensorBoard's event files cannot be written.
    """
    try:
        import_module("torch.utils.tensorboard")
    except ImportError as error:
        raise MissingDependencyError(
            "tensorboard: true needs the package tensorboard: run  pip install tensorboard  or "
            f"set tensorboard: false ({LOG_FILE} is written in any case)."
        ) from error


def _summary_writer(folder: Path, after_step: int) -> Any:
    check_tensorboard()
    board = import_module("torch.utils.tensorboard")
    return board.SummaryWriter(str(folder / _TENSORBOARD_FOLDER), purge_step=after_step + 1)


def _line(row: Mapping[str, str]) -> str:
    return ",".join(row.get(name) or "" for name in COLUMNS) + "\n"


def _number(value: float) -> str:
    return f"{int(value)}" if float(value).is_integer() else f"{value:.7g}"
