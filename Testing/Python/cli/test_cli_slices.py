"""``detect --slices all`` reads every slice, explores the hips in space, and writes it all."""

from __future__ import annotations

import csv
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import Side, Source, SourceKind, read_stack, write_stack
from HipLandmarksLib.cli.main import main


@dataclass(frozen=True)
class Run:
    """What one run on four slices of noise wrote and printed."""

    folder: Path
    printed: str
    argv: tuple[str, ...]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, mri: Path, tiny_bundle: Path) -> Run:
    out = tmp_path_factory.mktemp("results")
    argv = ("detect", str(mri), "--model", str(tiny_bundle), "--device", "cpu", "--out", str(out))
    argv = (*argv, "--worker", "no", "--tta", "none")
    printed = StringIO()
    with redirect_stdout(printed):
        assert main([*argv, "--slices", "all"]) == 0
    return Run(out / "mri", printed.getvalue(), argv)


def test_every_slice_is_written_for_programs_and_spreadsheets(run: Run) -> None:
    stack = read_stack(run.folder / "mri_stack.json")
    assert stack.indices == (0, 1, 2, 3) and stack.case_id == "mri"
    with (run.folder / "mri_slices.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2 * 2 * 4  # hips, alpha and LCE, slices
    data = json.loads((run.folder / "mri_exploration.json").read_text())
    assert data["chosen"] == {side.value: index for side, index in stack.chosen.items()}
    assert "Slice" in data["choices"]["R"]["reason"]
    assert len(data["choices"]["L"]["scores"]) == 4


def test_the_case_itself_is_measured_on_the_chosen_slices(run: Run) -> None:
    measured = json.loads((run.folder / "mri_measurements.json").read_text())
    stack = read_stack(run.folder / "mri_stack.json")
    assert measured["slices"] == {side.word: index for side, index in stack.chosen.items()}


def test_plots_and_words_are_written_and_printed(run: Run) -> None:
    assert (run.folder / "mri_slices.png").read_bytes().startswith(b"\x89PNG")
    text = (run.folder / "mri_exploration.txt").read_text(encoding="utf-8")
    for word in ("Right hip", "Left hip", "not a medical device"):
        assert word in text and word in run.printed
    for file in run.folder.iterdir():
        assert file.name in run.printed


def test_slices_that_somebody_edited_are_not_replaced(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run.folder / "mri_stack.json"
    before = path.read_bytes()
    stack = read_stack(path)
    point = stack.at(1).landmarks[(Side.RIGHT, "FHC")]
    write_stack(path, stack.with_landmark(1, point.absent(Source(SourceKind.READER, "ann"))))
    try:
        assert main([*run.argv, "--slices", "all"]) != 0
        assert read_stack(path).edited == (1,)
    finally:
        path.write_bytes(before)
    assert "holds slices that a person edited" in capsys.readouterr().err


def test_slices_are_auto_all_or_a_number(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*run.argv, "--slices", "some"])
    assert "expected 'auto', 'all' or a slice number" in capsys.readouterr().err
