"""``hiplandmarks compare``: methods tested against each other by patient, from finished runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.cli import main

HIP = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0), "LAE": (14.0, 24.0), "LCP": (22.0, 12.0)}


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err.strip().splitlines()[-1]
    assert text.startswith("hiplandmarks: error: ")
    return text


def _finished(folder: Path, error: float, seed: int, encoder: str, patients: int = 5) -> Path:
    """An evaluation as 'evaluate' writes it, cut down to what a comparison reads."""
    rng = np.random.default_rng(seed)
    points = [
        {
            "case": f"p{n}",
            "patient": f"p{n}",
            "side": "R",
            "key": key,
            "outcome": "found",
            "error_mm": error + n / 10 + float(rng.normal(0, 0.05)),
        }
        for n in range(patients)
        for key in HIP
    ]
    mean = float(np.mean([p["error_mm"] for p in points]))
    run = {
        "name": encoder,
        "about": {
            "network": {"architecture": "Unet", "encoder": encoder},
            "mirror": True,
            "seed": seed,
            "recipe": "{}",
        },
        "localisation": {"all": {"nme": None, "mm": {"mean": mean, "sdr": {"2": 0.5}}}},
        "measurements": {"alpha": {"mae": 3.0}},
        "screening": [],
        "points": points,
    }
    folder.mkdir(parents=True)
    data = {"format": "hiplandmarks-evaluation-1", "runs": [run]}
    (folder / "evaluation.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_methods_are_sorted_and_tested_by_patient(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [
        _finished(tmp_path / "a17", 3.0, 17, "resnet18"),
        _finished(tmp_path / "a42", 3.2, 42, "resnet18"),
        _finished(tmp_path / "b17", 2.0, 17, "vgg16"),
    ]
    argv = ["compare", *map(str, runs), "--out", str(tmp_path / "out")]
    assert main(argv) == 0
    text = (tmp_path / "out" / "comparison.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["method"] for row in rows] == ["b17", "a17"]
    assert rows[1]["runs"] == "2" and rows[1]["seeds"] == "17 42" and rows[1]["mre_mm_sd"]
    assert rows[1]["remark"] == "baseline"
    assert float(rows[0]["difference_mm"]) == pytest.approx(-1.1, abs=0.1)
    assert float(rows[0]["ci95_high"]) < 0 and float(rows[0]["p"]) < 0.001
    assert rows[0]["patients"] == "5"
    assert "not a medical device" in capsys.readouterr().out
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert page.index("b17") < page.index("a17 ") if "a17 " in page else "a17" in page


def test_runs_of_one_method_are_compared_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [_finished(tmp_path / f"s{s}", 3.0, s, "resnet18") for s in (17, 42)]
    assert main(["compare", *map(str, runs)]) == 1
    assert "--each" in _error(capsys)
    assert main(["compare", *map(str, runs), "--each"]) == 0


def test_runs_on_seen_patients_are_neither_pooled_with_others_nor_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = _finished(tmp_path / "honest", 3.0, 17, "resnet18")
    seen = _finished(tmp_path / "seen", 1.0, 42, "resnet18")
    data = json.loads((seen / "evaluation.json").read_text(encoding="utf-8"))
    data["runs"][0]["about"]["seen"] = 5
    (seen / "evaluation.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["compare", str(honest), str(seen)]) == 0
    text = capsys.readouterr().out
    assert "seen was trained on 5 of the patients" in text
    assert text.index("honest") < text.index("(seen")  # though its error is larger


def test_two_runs_of_the_same_seed_are_no_two_seeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [_finished(tmp_path / name, 3.0, 17, "resnet18") for name in ("one", "two")]
    assert main(["compare", *map(str, runs)]) == 0
    text = capsys.readouterr().out
    assert "one" in text and "two" in text and "±" not in text.split("Sorted by")[0]


def test_a_cross_validation_is_tested_when_it_holds_single_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = _finished(tmp_path / "a", 3.0, 17, "resnet18")
    other = tmp_path / "cv"
    other.mkdir()
    row = {"n": 8, "missed": 0, "mre_mm": 2.5, "sdr_2mm": 0.6}
    data = {"folds": 4, "errors": {"drawn": row, "all": row}, "angle_mae_deg": {"alpha": 4.0}}
    (other / "cross-validation.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["compare", str(base), str(other)]) == 0
    text = capsys.readouterr().out
    assert "2.50" in text and "no single errors" in text
    data["points"] = [
        {"case": f"p{n}", "side": "R", "key": key, "error_mm": 2.0 + n / 10}
        for n in range(5)
        for key in HIP
    ]
    (other / "cross-validation.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["compare", str(base), str(other)]) == 0
    assert "−1.0" in capsys.readouterr().out


def test_a_folder_that_is_no_finished_run_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(tmp_path / "nowhere")]) == 1
    assert "is no finished run" in _error(capsys)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "evaluation.json").write_text("{", encoding="utf-8")
    assert main(["compare", str(damaged)]) == 1
    assert "is damaged" in _error(capsys)
