"""Runs of folders with the same name are told apart, and give the error of every landmark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from HipLandmarksLib.evaluation.compare import compare_runs
from HipLandmarksLib.evaluation.finished import FinishedRun, read_all_finished


def _evaluation(folder: Path, encoder: str, views: str, mre: float) -> Path:
    run = {
        "name": encoder,
        "about": {"network": {"architecture": "Unet", "encoder": encoder}, "views": views},
        "localisation": {
            "all": {"nme": None, "mm": {"mean": mre, "sdr": {"2": 0.5}}},
            "landmarks": {"FHC": {"mm": {"mean": mre / 2}}, "GT": {"mm": None}},
        },
        "measurements": {},
        "screening": [],
        "points": [],
    }
    folder.mkdir(parents=True)
    data = {"format": "hiplandmarks-evaluation-1", "runs": [run]}
    (folder / "evaluation.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_evaluations_of_one_run_over_different_views_are_rows_of_their_own(tmp_path: Path) -> None:
    folders = [
        _evaluation(tmp_path / network / f"evaluation-{views}", network, views, mre)
        for mre, (network, views) in enumerate(
            [("resnet18", "none"), ("resnet18", "mirror"), ("vgg16", "mirror")], start=1
        )
    ]
    rows = compare_runs(read_all_finished(folders)).rows
    assert [(row.name, row.averaging) for row in rows] == [
        ("resnet18/evaluation-none", "none"),
        ("resnet18/evaluation-mirror", "mirror"),
        ("vgg16/evaluation-mirror", "mirror"),
    ]


def test_a_json_file_is_named_after_its_folder(tmp_path: Path) -> None:
    folder = _evaluation(tmp_path / "a" / "evaluation", "resnet18", "none", 1.0)
    other = _evaluation(tmp_path / "b" / "evaluation", "resnet18", "none", 1.0)
    runs = read_all_finished([folder / "evaluation.json", other])
    assert [run.name for run in runs] == ["a/evaluation", "b/evaluation"]


def test_both_kinds_of_files_give_the_error_of_every_landmark(tmp_path: Path) -> None:
    evaluated = _evaluation(tmp_path / "evaluated", "resnet18", "none", 3.0)
    crossed = tmp_path / "crossed"
    crossed.mkdir()
    errors = {"all": {"mre_mm": 2.0}, "FHC": {"mre_mm": 1.5}, "NA": {"n": 1, "missed": 1}}
    told = {"folds": 2, "errors": errors, "angle_mae_deg": {"alpha": 4.0}}
    (crossed / "cross-validation.json").write_text(json.dumps(told), encoding="utf-8")
    first, second = read_all_finished([evaluated, crossed])
    assert first.figures["FHC_mre_mm"] == pytest.approx(1.5)
    assert second.figures["FHC_mre_mm"] == pytest.approx(1.5)
    assert "GT_mre_mm" not in first.figures and "NA_mre_mm" not in second.figures


def test_one_method_alone_can_still_be_tabled() -> None:
    run = FinishedRun("a", "Unet", "none", 17, "{}", {"mre_mm": 2.0}, {})
    (row,) = compare_runs([run], least=1).rows
    assert row.reason == "baseline"


def test_a_method_that_finds_a_few_easy_points_only_does_not_come_first() -> None:
    figures = {"few": (1.0, 0.9), "good": (2.0, 0.0), "fair": (3.0, 0.05)}
    runs = [
        FinishedRun(name, name, "none", 17, name, {"mre_mm": mre, "missed": missed}, {})
        for name, (mre, missed) in figures.items()
    ]
    assert [row.name for row in compare_runs(runs).rows] == ["good", "fair", "few"]
