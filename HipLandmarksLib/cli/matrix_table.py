"""Gathers the finished cells of a matrix for its table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..errors import ConfigurationError
from ..evaluation.ablation import Ablation, RunFacts, ablation
from ..evaluation.finished import CROSS_VALIDATION, EVALUATION, FinishedRun, read_finished
from ..networks import NetworkSpec, network_card
from ..training.matrix import Matrix, MatrixCell
from ..training.matrix_state import CellRecord, evaluation_folder, is_trained

_Run = tuple[FinishedRun, RunFacts]


def collect(matrix: Matrix) -> Ablation:
    """The table of all cells that are finished.

    A cell is read from its evaluations, or from its cross-validation where there is none.

    Raises:
        ConfigurationError: when no cell is finished.
    """
    runs: list[tuple[MatrixCell, list[_Run]]] = []
    failed: dict[str, str] = {}
    missing: list[str] = []
    notes: list[str] = []
    for cell in matrix.cells:
        record = CellRecord.read(cell.folder)
        found = _runs(cell, matrix.averaging, record)
        if record.problem or cell.problem:
            failed[cell.name] = record.problem or cell.problem
        elif not found:
            missing.append(cell.name)
        notes += _notes(cell) if found else []
        runs.append((cell, found))
    ordered = _baseline_first(matrix, runs)
    if not ordered:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed.items())
        raise ConfigurationError(
            f"No cell of the matrix is finished in {matrix.output}. {reasons}".strip()
        )
    return ablation(ordered, failed, missing, notes)


def _baseline_first(matrix: Matrix, runs: Sequence[tuple[MatrixCell, list[_Run]]]) -> list[_Run]:
    """All runs in order, those of the baseline method before the others."""
    ordered = sorted(runs, key=lambda pair: pair[0].method != matrix.baseline)
    return [run for _, found in ordered for run in found]


def _runs(cell: MatrixCell, averaging: Sequence[str], record: CellRecord) -> list[_Run]:
    found: list[FinishedRun] = []
    for name in averaging:
        folder = evaluation_folder(cell, name)
        if (folder / EVALUATION).is_file():
            found += read_finished(folder, f"{cell.name}, {name}")
    if not found and (cell.folder / CROSS_VALIDATION).is_file():
        found = read_finished(cell.folder, cell.name)
    return [(run, _facts(cell, run, record)) for run in found]


def _facts(cell: MatrixCell, run: FinishedRun, record: CellRecord) -> RunFacts:
    """What the run itself says of its training, whatever the matrix says now."""
    recipe: dict[str, Any] = json.loads(run.recipe) if run.recipe else {}
    crop = recipe.get("crop")
    return RunFacts(
        title=cell.title,
        parameters=_parameters(recipe),
        steps=recipe.get("steps"),
        batch=recipe.get("batch"),
        crop=None if crop is None else (int(crop[0]), int(crop[1])),
        spacing_mm=recipe.get("preprocessing", {}).get("spacing_mm"),
        patients=len({point.patient for point in run.points.values()}) or None,
        points=len(run.points) or None,
        training_seconds=record.training_seconds,
        ms_per_image=record.ms_per_image.get(run.averaging or ""),
        device=record.device,
    )


def _parameters(recipe: dict[str, Any]) -> int | None:
    if not recipe:
        return None
    spec, crop = NetworkSpec.from_dict(recipe["network"]), recipe["crop"]
    return network_card(spec, (int(crop[0]), int(crop[1]))).parameters


def _notes(cell: MatrixCell) -> list[str]:
    try:
        is_trained(cell)
    except ConfigurationError as error:
        return [f"The matrix has other settings now: {error}"]
    return []
