"""Runs the cells of a matrix, each step as a command of its own in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from ..errors import HipLandmarksError
from ..files import write_text_atomic
from ..training.matrix import MatrixCell
from ..training.matrix_state import CellRecord, evaluation_folder, is_evaluated, is_trained
from ..training.timing import time_per_image

RunCommand = Callable[[Sequence[str], Path], str]
"""Runs ``hiplandmarks`` with arguments, appends what it says to a log; why it failed, or ""."""

_CONFIG = "config.json"
_LOG = "matrix.log"
_MODULE = ("-m", "HipLandmarksLib.cli")
_ERROR = "hiplandmarks: error: "
_INTERRUPTED = 130


def run_cells(
    cells: Sequence[MatrixCell],
    averaging: Sequence[str],
    train: bool = True,
    command: RunCommand | None = None,
) -> None:
    """Train, evaluate and time every cell that is not finished; failures are recorded.

    Args:
        cells: of the matrix.
        averaging: names of the views at test time.
        train: train; else only evaluate and time what is trained.
        command: how commands are run; None for :func:`run_in_child`.
    """
    for number, cell in enumerate(cells, start=1):
        print(f"{cell.name} (cell {number} of {len(cells)}) ...", file=sys.stderr)
        problem = _run_cell(cell, averaging, train, command or run_in_child)
        if problem or cell.folder.is_dir():
            replace(CellRecord.read(cell.folder), problem=problem).write(cell.folder)
        if problem:
            print(f"{cell.name} failed: {problem}", file=sys.stderr)


def _run_cell(cell: MatrixCell, averaging: Sequence[str], train: bool, command: RunCommand) -> str:
    """Finish a cell; why it could not be, else ""."""
    if cell.problem:
        return cell.problem
    try:
        trained = is_trained(cell)
        if not trained and not train:
            return ""
        problem = "" if trained else _train(cell, command)
        for name in averaging:
            problem = problem or _evaluate(cell, name, command)
        for name in () if problem else averaging:
            _time(cell, name)
    except HipLandmarksError as error:
        return str(error)
    except (RuntimeError, MemoryError) as error:  # torch: out of memory and the like
        return f"{type(error).__name__}: {error}".strip()
    return problem


def _train(cell: MatrixCell, command: RunCommand) -> str:
    config = cell.folder / _CONFIG
    write_text_atomic(config, json.dumps(cell.to_file(), indent=1) + "\n")
    start = time.monotonic()
    problem = "the training was interrupted"
    try:
        problem = command(["train", str(config), "--cross-validate"], cell.folder / _LOG)
    finally:
        spent = time.monotonic() - start
        CellRecord.read(cell.folder).with_training(spent, problem).write(cell.folder)
    return problem


def _evaluate(cell: MatrixCell, averaging: str, command: RunCommand) -> str:
    if is_evaluated(cell, averaging):
        return ""
    assert cell.config is not None
    bundles = [str(bundle) for bundle in cell.folds]
    out = str(evaluation_folder(cell, averaging))
    options = ["--unseen", "--data", str(cell.config.data), "--tta", averaging, "--out", out]
    return command(["evaluate", *options, "--model", *bundles], cell.folder / _LOG)


def _time(cell: MatrixCell, averaging: str) -> None:
    record = CellRecord.read(cell.folder)
    if averaging not in record.ms_per_image:
        milliseconds, device = time_per_image(cell.folds[0], averaging)
        record.with_time(averaging, milliseconds, device).write(cell.folder)


def run_in_child(arguments: Sequence[str], log: Path) -> str:
    """Run ``hiplandmarks`` in a new process, so that not even a lack of memory ends this one.

    What it says goes on to stderr and, with its results, into the log.

    Raises:
        KeyboardInterrupt: when the user stopped it.
    """
    argv = [sys.executable, *_MODULE, *arguments]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        child = subprocess.Popen(
            argv, stdout=file, stderr=subprocess.PIPE, text=True, env=_environment()
        )
        assert child.stderr is not None
        try:
            last = _passed_on(child.stderr, file)
            code = child.wait()
        except BaseException:
            child.terminate()
            child.wait()
            raise
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    return _reason(code, last)


def _passed_on(lines: IO[str], file: IO[str]) -> str:
    """Copy the child's messages; returns the last one."""
    last: deque[str] = deque(maxlen=1)
    for line in lines:
        sys.stderr.write(line)
        file.write(line)
        if line.strip():
            last.append(line.strip())
    return last[0] if last else ""


def _reason(code: int, last: str) -> str:
    if code == 0:
        return ""
    if code < 0:
        return (
            f"its process was ended by signal {-code}; if nobody did so, memory was too short: "
            "take a smaller batch or crop."
        )
    return last.removeprefix(_ERROR) or f"its process ended with code {code}."


def _environment() -> dict[str, str]:
    """The same packages as here, wherever the child starts."""
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
