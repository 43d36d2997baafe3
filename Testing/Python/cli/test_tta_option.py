"""``--tta``: detection and evaluation average the views that one asks for, and say which."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side, Source, SourceKind
from HipLandmarksLib.anatomy.serialisation import write_landmarks
from HipLandmarksLib.cli.main import main


@pytest.mark.parametrize("name", ["none", "standard"])
def test_a_detection_says_which_views_were_averaged(
    name: str, mri: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    argv = ["detect", str(mri), "--model", str(tiny_bundle), "--slice", "1", "--device", "cpu"]
    assert main([*argv, "--tta", name, "--out", "o"]) == 0
    (file,) = tmp_path.glob("o/*/*_measurements.json")
    assert json.loads(file.read_text(encoding="utf-8"))["detection"]["views"] == name


def test_an_evaluation_records_the_views_so_that_runs_are_told_apart(
    mri: Path, tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / mri.name).write_bytes(mri.read_bytes())
    source = Source(SourceKind.REFERENCE)
    points = [
        Landmark(side, "FHC", (sign * 90.0, 5.0, -120.0), source=source)
        for side, sign in ((Side.RIGHT, 1), (Side.LEFT, 3))
    ]
    write_landmarks(folder / "mri_landmarks.json", HipLandmarks.of(points))
    argv = ["evaluate", "--model", str(tiny_bundle), "--data", str(folder), "--device", "cpu"]
    for name in ("none", "mirror"):
        assert main([*argv, "--tta", name, "--out", name]) == 0
        (run,) = json.loads(Path(name, "evaluation.json").read_text(encoding="utf-8"))["runs"]
        assert run["about"]["views"] == name
    assert main(["compare", "none", "mirror", "--out", "both"]) == 0
    rows = Path("both", "comparison.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == {"none", "mirror"}
    capsys.readouterr()
    assert main(["evaluate", "--predicted", "x", "--reference", "y", "--tta", "mirror"]) == 1
    assert "--tta is for models" in capsys.readouterr().err
