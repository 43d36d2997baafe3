"""``hiplandmarks matrix``: two tiny networks and an impossible one, from files to the table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from HipLandmarksLib.anatomy import HipLandmarks, Side, write_landmarks
from HipLandmarksLib.cli import main, matrix_run
from HipLandmarksLib.cli.matrix_run import run_cells, run_in_child
from HipLandmarksLib.imaging import write_image
from HipLandmarksLib.synthesis import best_slices, make_phantom, random_parameters
from HipLandmarksLib.training.matrix import Matrix

KEYS = ("FHC", "LAE")
TINY = {"architecture": "Unet", "encoder": "resnet18", "depth": 3, "decoder_channels": [16, 8, 8]}
WIDER = {**TINY, "decoder_channels": [16, 16, 16]}
REFUSED = {"architecture": "UnetPlusPlus", "encoder": "mit_b1"}


@pytest.fixture(scope="module")
def hips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated hips of three patients with landmarks, as training takes them."""
    folder = tmp_path_factory.mktemp("hips")
    for seed in (1, 2, 3):
        parameters = random_parameters(np.random.default_rng(seed))
        best = best_slices(parameters)[Side.RIGHT]
        phantom = make_phantom(parameters, seed=seed, slices=[best])
        write_image(folder / f"p{seed}.nii.gz", phantom.image)
        points = [p for p in phantom.landmarks_on(0).values() if p.key in KEYS]
        write_landmarks(folder / f"p{seed}_landmarks.json", HipLandmarks.of(points))
    return folder


def _matrix_file(folder: Path, data: Path, **changes: Any) -> Path:
    base = {
        "data": str(data),
        "keys": list(KEYS),
        "preprocessing": {"spacing_mm": 4.0},
        "crop": [64, 96],
        "batch": 2,
        "steps": 2,
        "evaluate_every": 2,
        "phantom_share": 0,
        "folds": 2,
    }
    networks = [
        {"name": "impossible", "title": "Impossible", "network": REFUSED},
        {"name": "tiny", "title": "Tiny UNet", "network": TINY},
        {"name": "wider", "title": "Wider UNet", "network": WIDER},
    ]
    values = {"output": "out", "base": base, "networks": networks, "averaging": ["none", "mirror"]}
    path = folder / "matrix.json"
    path.write_text(json.dumps({**values, "baseline": "tiny", **changes}))
    return path


class InProcess:
    """Runs commands here instead of in a child, and remembers them."""

    def __init__(self, stop_at: str = "") -> None:
        self.seen: list[tuple[str, str]] = []
        self.stop_at = stop_at

    def __call__(self, arguments: Sequence[str], log: Path) -> str:
        cell = log.parent.name
        self.seen.append((arguments[0], cell))
        if (arguments[0], cell) == ("train", self.stop_at):
            raise KeyboardInterrupt
        with redirect_stderr(io.StringIO()) as errors, redirect_stdout(io.StringIO()):
            code = main([*arguments])
        return errors.getvalue().strip().splitlines()[-1] if code else ""


def _run(file: Path, runner: Callable[[Sequence[str], Path], str]) -> None:
    matrix = Matrix.from_file(file)
    run_cells(matrix.cells, matrix.averaging, command=runner)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, hips: Path) -> tuple[Path, list[InProcess]]:
    """A matrix that was stopped before its last network and then run to the end."""
    file = _matrix_file(tmp_path_factory.mktemp("matrix"), hips)
    first, second = InProcess(stop_at="wider"), InProcess()
    with pytest.raises(KeyboardInterrupt):
        _run(file, first)
    _run(file, second)
    return file, [first, second]


def test_what_is_finished_is_not_run_again(finished: tuple[Path, list[InProcess]]) -> None:
    file, (first, second) = finished
    evaluations = ("evaluate", "tiny"), ("evaluate", "tiny")
    assert first.seen == [
        *(("train", "impossible"), ("train", "tiny"), *evaluations),
        ("train", "wider"),
    ]
    evaluations = ("evaluate", "wider"), ("evaluate", "wider")
    assert second.seen == [("train", "impossible"), ("train", "wider"), *evaluations]
    third = InProcess()
    _run(file, third)
    assert third.seen == [("train", "impossible")]


def test_every_cell_is_a_folder_that_other_commands_read(
    finished: tuple[Path, list[InProcess]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = finished[0].parent / "out"
    for name in ("tiny", "wider"):
        assert (folder / name / "fold-1" / "bundle" / "model.json").is_file()
        record = json.loads((folder / name / "cell.json").read_text())
        assert record["problem"] == "" and record["training_seconds"] > 0
        assert set(record["ms_per_image"]) == {"none", "mirror"}
    evaluations = [str(folder / n / "evaluation-none") for n in ("tiny", "wider")]
    assert main(["compare", *evaluations]) == 0
    assert "wider /" in capsys.readouterr().out


def test_the_tables_hold_every_method_and_name_what_failed(
    finished: tuple[Path, list[InProcess]], capsys: pytest.CaptureFixture[str]
) -> None:
    file, _ = finished
    assert main(["matrix", str(file), "--table"]) == 1
    captured = capsys.readouterr()
    assert "1 of the matrix's cells failed: impossible" in captured.err
    assert "Failed: impossible: " in captured.out and "mit_b1" in captured.out
    folder = file.parent / "out"
    rows = list(csv.DictReader((folder / "comparison.csv").read_text().splitlines()))
    assert {(row["title"], row["averaging"]) for row in rows} == {
        *(("Tiny UNet", "none"), ("Tiny UNet", "mirror")),
        *(("Wider UNet", "none"), ("Wider UNet", "mirror")),
    }
    (base,) = [row for row in rows if row["remark"] == "baseline"]
    assert (base["title"], base["averaging"]) == ("Tiny UNet", "none")
    assert all(row["crop"] == "64x96" and row["reduced"] == "True" for row in rows)
    assert all(float(row["ms_per_image"]) > 0 and row["patients"] == "3" for row in rows)
    wide, small = (next(r for r in rows if r["title"].startswith(t)) for t in ("Wider", "Tiny"))
    assert int(wide["parameters"]) > int(small["parameters"])
    data = json.loads((folder / "comparison.json").read_text())
    assert len(data["methods"]) == 4 and "mit_b1" in data["failed"]["impossible"]
    for ending in ("html", "md"):
        text = (folder / f"comparison.{ending}").read_text()
        assert "Wider UNet" in text and "reduced" in text and "not a medical device" in text
        assert "mit_b1" in text


def test_other_settings_in_the_folder_of_a_cell_are_refused(
    finished: tuple[Path, list[InProcess]], hips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, _ = finished
    other = json.loads(file.read_text())
    other["base"]["learning_rate"] = 0.5
    other["networks"] = other["networks"][1:2]
    changed = file.with_name("changed.json")
    changed.write_text(json.dumps(other))
    runner = InProcess()
    _run(changed, runner)
    assert runner.seen == []
    assert main(["matrix", str(changed), "--table"]) == 1
    out = capsys.readouterr().out
    assert "holds a run with other settings (learning_rate)" in out
    assert "Note: The matrix has other settings now" in out
    _run(file, InProcess())  # and the right matrix finds its cell finished again


def test_cells_are_listed_without_training(
    tmp_path: Path, hips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _matrix_file(tmp_path, hips)
    assert main(["matrix", str(file), "--list", "--only", "tiny", "impossible"]) == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("tiny")]
    assert "64 × 96" in line and "to do" in line
    assert "Refused: impossible: " in out and "wider" not in out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--table"], "No cell of the matrix is finished"),
        (["--only", "nobody"], "no cell 'nobody'; it has impossible, tiny, wider"),
        (["--no-train"], "No cell of the matrix is finished"),
    ],
)
def test_nothing_to_show_is_one_sentence(
    tmp_path: Path, hips: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["matrix", str(_matrix_file(tmp_path, hips)), *options]) == 1
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_a_command_in_a_child_tells_why_it_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "cell" / "log.txt"
    assert run_in_child(["train", str(tmp_path / "none.yaml")], log).startswith("There is no conf")
    assert "There is no conf" in capsys.readouterr().err and "There is no conf" in log.read_text()
    assert run_in_child(["compare", "--help"], log) == ""
    assert "finished runs" in log.read_text()


def test_a_child_that_is_killed_or_stopped_does_not_pass_unnoticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix_run, "_MODULE", ("-c", "import os; os.kill(os.getpid(), 9)"))
    assert "process" in run_in_child([], tmp_path / "log.txt")
    monkeypatch.setattr(matrix_run, "_MODULE", ("-c", "raise SystemExit(130)"))
    with pytest.raises(KeyboardInterrupt):
        run_in_child([], tmp_path / "log.txt")
