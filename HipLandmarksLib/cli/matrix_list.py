"""The cells of a matrix before anything is trained: size, work and time."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import ConfigurationError, HipLandmarksError
from ..networks import network_card
from ..report.evaluation.ablation_columns import duration
from ..report.text_table import WIDEST, TextTable
from ..training.config import TrainingConfig
from ..training.matrix import MatrixCell
from ..training.matrix_state import is_trained
from ..training.timing import seconds_per_step

_HEAD = (
    *("Cell", "Network", "Parameters", "GFLOPs", "Input (px)", "Multiples"),
    *("Steps", "s/step", "Training", "State"),
)
_EXPLANATION = (
    "GFLOPs: of one image of the size in training. Training: at least, for all folds; one step was "
    "timed, making and testing images comes on top."
)


def print_list(cells: Sequence[MatrixCell]) -> None:
    """Print the cells; a network is timed once however many cells it has."""
    table = TextTable()
    table.add(*_HEAD)
    refused = []
    times: dict[str, tuple[str, ...]] = {}
    for cell in cells:
        print(f"Looking at {cell.name} ...", file=sys.stderr)
        try:
            table.add(*_line(cell, times))
        except (HipLandmarksError, RuntimeError, MemoryError) as error:
            table.add(cell.name, cell.title, *["–"] * 7, "refused")
            refused.append(f"{cell.name}: {error}")
    lines = [*table.format(WIDEST), *(f"Refused: {reason}" for reason in refused)]
    print("\n".join([*lines, _EXPLANATION]))


def _line(cell: MatrixCell, times: dict[str, tuple[str, ...]]) -> list[str]:
    """Texts of a row.

    Raises:
        HipLandmarksError: when the cell cannot be run.
    """
    if cell.config is None:
        raise ConfigurationError(cell.problem)
    state = "trained" if is_trained(cell) else "to do"
    key = repr((cell.config.network, cell.config.crop, cell.config.batch, cell.config.steps))
    if key not in times:
        times[key] = _cost(cell.config)
    return [cell.name, cell.title, *times[key], state]


def _cost(config: TrainingConfig) -> tuple[str, ...]:
    card = network_card(config.network, config.crop)
    seconds = seconds_per_step(config)
    return (
        f"{card.parameters / 1e6:.1f} M",
        f"{card.flops / 1e9:.0f}",
        f"{config.crop[0]} × {config.crop[1]}",
        str(card.input_multiple),
        str(config.steps),
        f"{seconds:.2f}",
        duration(seconds * config.steps * config.folds),
    )
