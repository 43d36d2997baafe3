"""``hiplandmarks evaluate`` and ``compare`` from files to reports, run for real."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    Side,
    write_landmarks,
    write_markups,
)
from HipLandmarksLib.cli import main

HIP = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0), "LAE": (14.0, 24.0), "LCP": (22.0, 12.0)}
IN_PLANE, CRANIAL = np.array([1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0])


def _case(rng: np.random.Generator | None = None, scale: float = 1.0) -> HipLandmarks:
    """Both hips inside the 384 x 288 mm of the test image, every point moved at random."""
    points = []
    for side in Side:
        sign = 1.0 if side is Side.LEFT else -1.0
        for key, (x, y) in HIP.items():
            dx, dy = (0.0, 0.0) if rng is None else rng.normal(0.0, scale, 2)
            place = (190.0 + sign * (90.0 + x) + dx, 5.0, -140.0 + y + dy)
            points.append(Landmark(side, key, place))
    return HipLandmarks.of(points)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Predictions and references of four cases; each reference differs, each prediction errs."""
    rng = np.random.default_rng(1)
    predicted, reference = tmp_path / "predicted", tmp_path / "reference"
    for n in range(4):
        truth = _case(rng, 2.0)
        moved = [
            p.moved(p.point() + rng.normal(0, 1.0, 3) * IN_PLANE, p.source) for p in truth.values()
        ]
        write_landmarks(reference / f"p{n}_landmarks.json", truth)
        write_landmarks(predicted / f"p{n}_landmarks.json", HipLandmarks.of(moved))
    return predicted, reference


def _evaluate(predicted: Path, reference: Path, *more: str) -> int:
    return main(["evaluate", "--predicted", str(predicted), "--reference", str(reference), *more])


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err.strip().splitlines()[-1]
    assert text.startswith("hiplandmarks: error: ")
    return text


def test_two_folders_give_one_report(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _evaluate(*folders, "--out", str(tmp_path / "out")) == 0
    data = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    run = data["runs"][0]
    assert run["images"] == 4 and len(run["points"]) == 32
    assert 0.8 < run["localisation"]["all"]["mm"]["mean"] < 1.8  # 1 mm per axis: 1.25 expected
    assert set(run["measurements"]) >= {"alpha", "lce"}
    text = capsys.readouterr().out
    assert "MRE mm" in text and "not a medical device" in text


def test_the_report_is_one_file_that_loads_nothing(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    assert _evaluate(*folders, "--out", str(tmp_path / "out")) == 0
    page = (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert "@import" not in page and "url(http" not in page and "<script" not in page
    assert "not a medical device" in page
    assert "prefers-color-scheme:dark" in page
    for words in ("Paper 1, table 1", "Paper 1, table 2", "Paper 1, table 3"):
        assert words in page
    for words in ("Paper 2, table 3", "Paper 2, table 4", "Paper 2, table 5"):
        assert words in page
    assert "must not be compared with millimetres" in page
    assert "Bland-Altman" in page and "Cumulative error distribution" in page


def test_the_page_is_well_formed(folders: tuple[Path, Path], tmp_path: Path) -> None:
    from xml.etree import ElementTree

    assert _evaluate(*folders, "--out", str(tmp_path / "out")) == 0
    page = (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    closed = re.sub(r"<meta ([^>]*)>", r"<meta \1/>", page.removeprefix("<!DOCTYPE html>"))
    ElementTree.fromstring(closed)


def test_names_from_files_are_escaped(folders: tuple[Path, Path], tmp_path: Path) -> None:
    predicted, reference = folders
    evil = tmp_path / "<b>&run"
    predicted.rename(evil)
    assert _evaluate(evil, reference, "--out", str(tmp_path / "out")) == 0
    page = (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    assert "<b>&run" not in page and "&lt;b&gt;&amp;run" in page


def test_the_same_folder_twice_has_no_error_at_all(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    assert _evaluate(folders[1], folders[1], "--out", str(tmp_path / "out")) == 0
    data = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    row = data["runs"][0]["localisation"]["all"]
    assert row["mm"]["mean"] == 0.0 and row["mm"]["sdr"]["2"] == 1.0
    assert data["runs"][0]["measurements"]["alpha"]["icc"]["value"] == pytest.approx(1.0)


def test_several_predictions_are_runs_with_mean_and_sd(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    predicted, reference = folders
    out = tmp_path / "out"
    argv = ["evaluate", "--predicted", str(predicted), str(reference)]
    assert main([*argv, "--reference", str(reference), "--out", str(out)]) == 0
    data = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    mean = data["runs"][0]["localisation"]["all"]["mm"]["mean"]
    spread = data["over_runs"]["mre_mm"]
    assert spread["mean"] == pytest.approx(mean / 2)
    assert spread["sd"] == pytest.approx(mean / np.sqrt(2))


def test_edited_markups_go_before_the_json_beside_them(tmp_path: Path) -> None:
    reference, predicted = tmp_path / "reference", tmp_path / "results"
    truth = _case()
    write_landmarks(reference / "p1_landmarks.json", truth)
    write_landmarks(predicted / "p1" / "p1_landmarks.json", truth)
    edited = [p.moved(p.point() + 4.0 * CRANIAL, p.source) for p in truth.values()]
    for side in Side:
        path = predicted / "p1" / f"p1_{side.word}.mrk.json"
        write_markups(path, HipLandmarks.of(edited), side)
    assert _evaluate(predicted, reference, "--out", str(tmp_path / "out")) == 0
    data = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert data["runs"][0]["localisation"]["all"]["mm"]["mean"] == pytest.approx(4.0)


def test_images_give_pixels_and_pictures_of_the_worst(
    folders: tuple[Path, Path], tmp_path: Path, make_image_file: Callable[..., Path]
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for n in range(4):
        make_image_file(images / f"p{n}.nii.gz")  # pixels of 3 mm
    out = tmp_path / "out"
    assert _evaluate(*folders, "--images", str(images), "--out", str(out)) == 0
    row = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["runs"][0]
    whole = row["localisation"]["all"]
    assert whole["px"]["mean"] == pytest.approx(whole["mm"]["mean"] / 3.0, rel=1e-4)
    page = (out / "evaluation.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 6
    assert "Worst cases" in page


def test_pictures_without_a_pixel_size_give_pixels_and_no_millimetres(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    images = tmp_path / "images"
    images.mkdir()
    grey = np.random.default_rng(0).integers(0, 255, (300, 400), dtype=np.uint8)
    for n in range(4):
        Image.fromarray(grey).save(images / f"p{n}.png")
    out = tmp_path / "out"
    assert _evaluate(*folders, "--images", str(images), "--out", str(out)) == 0
    run = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["runs"][0]
    assert run["localisation"]["all"]["mm"] is None
    assert run["localisation"]["all"]["px"]["mean"] > 0
    assert all(row["unit"] != "mm" for row in run["measurements"].values())
    assert "MRE px" in capsys.readouterr().out
    assert "no pixel size" in (out / "evaluation.html").read_text(encoding="utf-8")


def test_learning_curves_are_drawn(folders: tuple[Path, Path], tmp_path: Path) -> None:
    for fold in range(2):
        folder = tmp_path / "run" / f"fold-{fold}"
        folder.mkdir(parents=True)
        rows = [{"step": 250.0 * n, "loss": 5.0 / n, "held_out_mre_mm": 3.0} for n in (1, 2, 3)]
        rows.append({"step": 1000.0, "loss": float("nan"), "held_out_mre_mm": float("inf")})
        (folder / "history.json").write_text(json.dumps(rows), encoding="utf-8")
    out = tmp_path / "out"
    assert _evaluate(*folders, "--run", str(tmp_path / "run"), "--out", str(out)) == 0
    page = (out / "evaluation.html").read_text(encoding="utf-8")
    assert "Learning curves" in page and "fold-1" in page and "held-out MRE (mm)" in page


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "Say what to compare"),
        (["--data", "x", "--predicted", "y", "--reference", "z"], "not both at once"),
        (["--predicted", "y"], "needed both"),
        (["--predicted", "nowhere", "--reference", "nowhere"], "There is no folder nowhere"),
    ],
)
def test_wrong_combinations_are_one_sentence(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *argv]) == 1
    assert words in _error(capsys)


def test_an_empty_folder_says_what_should_be_in_it(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert _evaluate(tmp_path / "empty", folders[1]) == 1
    assert "holds no landmarks" in _error(capsys)


def test_unmatched_cases_are_named_and_left_out_on_request(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    predicted, reference = folders
    (predicted / "p3_landmarks.json").unlink()
    assert _evaluate(predicted, reference) == 1
    text = _error(capsys)
    assert "p3" in text and "--skip-unmatched" in text
    assert _evaluate(predicted, reference, "--skip-unmatched") == 0


def test_no_case_in_common_names_both_sides(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_landmarks(tmp_path / "other" / "q_landmarks.json", _case())
    assert _evaluate(tmp_path / "other", folders[1]) == 1
    text = _error(capsys)
    assert "No case is in both" in text and "p0" in text and "(q)" in text


def test_an_unknown_landmark_is_named_with_its_file(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    predicted, reference = folders
    strange = HipLandmarks.of([replace(next(iter(_case().values())), key="ELBOW")])
    write_landmarks(predicted / "p0_landmarks.json", strange)
    assert _evaluate(predicted, reference) == 1
    text = _error(capsys)
    assert "ELBOW" in text and "p0_landmarks.json" in text


def test_a_missing_image_is_named(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images").mkdir()
    assert _evaluate(*folders, "--images", str(tmp_path / "images")) == 1
    assert "holds no image of p0" in _error(capsys)


def test_a_folder_without_history_is_refused_before_any_work(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _evaluate(*folders, "--run", str(tmp_path), "--out", str(tmp_path / "out")) == 1
    assert "history.json" in _error(capsys)
    assert not (tmp_path / "out" / "evaluation.html").exists()


def test_folders_are_compared_without_torch(folders: tuple[Path, Path], tmp_path: Path) -> None:
    argv = ["evaluate", "--predicted", str(folders[0]), "--reference", str(folders[1])]
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from HipLandmarksLib.cli import main\n"
        f"sys.exit(main({[*argv, '--out', str(tmp_path / 'out')]!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert (tmp_path / "out" / "evaluation.html").is_file()


@pytest.fixture
def labelled(tmp_path: Path, make_image_file: Callable[..., Path]) -> Path:
    """Three images with landmarks, as training takes them."""
    folder = tmp_path / "data"
    folder.mkdir()
    for n in range(3):
        make_image_file(folder / f"p{n}.nii.gz")
        write_landmarks(folder / f"p{n}_landmarks.json", _case())
    return folder


def test_a_model_is_run_on_a_folder(
    labelled: Path, tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    argv = ["evaluate", "--model", str(tiny_bundle), "--data", str(labelled), "--out", str(out)]
    assert main([*argv, "--device", "cpu"]) == 0
    run = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["runs"][0]
    assert run["name"] == "tiny 0.0.1"
    assert run["patients"] == ["p0", "p1", "p2"]
    assert run["about"]["network"]["encoder"] == "resnet18"
    assert {point["key"] for point in run["points"]} == set(HIP)
    assert "does not say on which patients it was trained" in capsys.readouterr().err


def _trained_on(bundle: Path, copy: Path, patients: list[str]) -> Path:
    """A copy of a bundle whose card says so."""
    from HipLandmarksLib.detection import load_card, write_card

    copy.mkdir(parents=True)
    for file in bundle.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    write_card(copy, replace(load_card(copy), training={"patients": patients}))
    return copy


def test_a_model_that_has_seen_the_patients_is_reported_as_such(
    labelled: Path, tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = _trained_on(tiny_bundle, tmp_path / "bundle", ["p1", "p7"])
    out = tmp_path / "out"
    argv = ["evaluate", "--model", str(bundle), "--data", str(labelled), "--out", str(out)]
    assert main([*argv, "--device", "cpu"]) == 0
    assert "trained on 1 of these 3 patients" in capsys.readouterr().err
    assert "trained on 1 of these 3 patients" in (out / "evaluation.html").read_text("utf-8")


def test_folds_are_joined_on_the_patients_they_have_not_seen(
    labelled: Path, tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folds = [
        _trained_on(tiny_bundle, tmp_path / "fold-0", ["p0", "p1"]),
        _trained_on(tiny_bundle, tmp_path / "fold-1", ["p2"]),
    ]
    out = tmp_path / "out"
    argv = ["evaluate", "--unseen", "--data", str(labelled), "--device", "cpu", "--out", str(out)]
    assert main([*argv, "--model", *map(str, folds)]) == 0
    (run,) = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["runs"]
    assert "2 models on unseen patients" in run["name"]
    assert run["patients"] == ["p0", "p1", "p2"] and run["images"] == 3
    assert run["warnings"] == []
    everything = _trained_on(tiny_bundle, tmp_path / "all", ["p0", "p1", "p2"])
    assert main([*argv, "--model", str(everything)]) == 1
    assert "trained on every patient" in _error(capsys)
    assert main([*argv, "--model", str(tiny_bundle)]) == 1
    assert "does not say on which patients" in _error(capsys)


def test_evaluations_that_were_written_can_be_compared(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predicted, reference = folders
    assert _evaluate(predicted, reference, "--out", str(tmp_path / "one")) == 0
    assert _evaluate(reference, reference, "--out", str(tmp_path / "perfect")) == 0
    assert main(["compare", str(tmp_path / "one"), str(tmp_path / "perfect")]) == 0
    table = capsys.readouterr().out
    assert table.index("perfect") < table.rindex("one")
