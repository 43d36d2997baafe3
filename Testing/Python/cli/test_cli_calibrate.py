"""``hiplandmarks calibrate``: a model and cases in, a model with honest doubt out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    write_landmarks,
)
from HipLandmarksLib.cli import main
from HipLandmarksLib.detection import Detector, load_card, write_card
from HipLandmarksLib.imaging import read_image

HIP = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0), "LAE": (14.0, 24.0), "LCP": (22.0, 12.0)}


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A model that was trained on patient p99 and states some place for every landmark."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_bundle, folder)
    card = load_card(folder)
    write_card(folder, replace(card, training={"patients": ["p99"]}, presence_threshold=0.0))
    return folder


@pytest.fixture
def data(mri: Path, tmp_path: Path) -> Path:
    """Ten patients; on every second one a landmark is absent."""
    folder, rng = tmp_path / "hips", np.random.default_rng(3)
    folder.mkdir()
    for number in range(10):
        shutil.copy(mri, folder / f"p{number:02d}.nii.gz")
        points = []
        for side in Side:
            sign = 1.0 if side is Side.LEFT else -1.0
            for key, (x, y) in HIP.items():
                if number % 2 and key == "LCP":
                    points.append(Landmark(side, key, None, LandmarkState.ABSENT))
                    continue
                dx, dy = rng.normal(0.0, 3.0, 2)
                place = (190.0 + sign * (90.0 + x) + dx, 5.0, -140.0 + y + dy)
                points.append(Landmark(side, key, place))
        write_landmarks(folder / f"p{number:02d}_landmarks.json", HipLandmarks.of(points))
    return folder


def calibrate(*arguments: object) -> int:
    return main(["calibrate", *map(str, arguments)])


def error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err.strip().splitlines()[-1]
    assert text.startswith("hiplandmarks: error: ")
    return text


def test_the_calibration_lies_in_the_model_and_its_weights_stay(
    bundle: Path, data: Path, mri: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = (bundle / "weights.safetensors").read_bytes()
    assert calibrate(bundle, data, "--covered", 1) == 0
    told = capsys.readouterr().out
    assert "10 images of 10 patients" in told and "not a medical device" in told
    assert (bundle / "weights.safetensors").read_bytes() == weights
    calibration = load_card(bundle).calibration
    assert calibration is not None and calibration.level == 0.9
    assert calibration.provenance.patients == 10 and calibration.provenance.cases == 20
    assert calibration.provenance.patient_names == tuple(f"p{n:02d}" for n in range(10))
    assert calibration.region("FHC").radius is not None
    landmarks = Detector.from_bundle(bundle).detect(read_image(mri)).landmarks
    assert any(p.evidence and p.evidence.error_bin is not None for p in landmarks.values())


def test_the_same_cases_give_the_same_calibration(bundle: Path, data: Path) -> None:
    for name in ("one", "two"):
        assert calibrate(bundle, data, "--covered", 1, "--out", name) == 0
    assert Path("one/model.json").read_bytes() == Path("two/model.json").read_bytes()
    assert load_card(bundle).calibration is None  # the original stays as it was
    again = load_card(Path("one"))
    assert again.sha256 == load_card(bundle).sha256


def test_the_report_tests_each_patient_by_the_others(bundle: Path, data: Path) -> None:
    arguments = (bundle, data, "--covered", 1, "--out", "new", "--report", "report")
    assert calibrate(*arguments, "--level", 0.8) == 0
    doubt = json.loads(Path("report/evaluation.json").read_text())["runs"][0]["doubt"]
    assert doubt["calibrated"] and doubt["level"] == 0.8
    assert doubt["conformal_regions"]["all"]["n"] > 0
    assert doubt["suppression"]["unstructured"]["images"] > 0
    page = Path("report/evaluation.html").read_text()
    assert "Calibration of the doubt" in page and "Errors without and with doubt" in page


def test_patients_of_the_training_are_refused(
    bundle: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_card(bundle, replace(load_card(bundle), training={"patients": ["p03", "p04"]}))
    assert calibrate(bundle, data) == 1
    assert "trained on 2 of these patients (p03, p04)" in error(capsys)
    assert load_card(bundle).calibration is None
    assert calibrate(bundle, data, "--covered", 0, "--leave-out", "p03", "p04") == 0
    assert load_card(bundle).calibration is not None


def test_folds_of_a_cross_validation_read_whom_they_have_not_seen(
    bundle: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = [f"p{n:02d}" for n in range(10)]
    folds = []
    for number in range(2):
        folds.append(tmp_path / f"fold-{number}")
        shutil.copytree(bundle, folds[-1])
        write_card(folds[-1], replace(load_card(bundle), training={"patients": every[number::2]}))
    write_card(bundle, replace(load_card(bundle), training={"patients": every}))
    assert calibrate(bundle, data, "--covered", 0, "--read-by", *folds) == 0
    assert "read by a model that was not trained on it" in capsys.readouterr().out
    assert calibrate(bundle, data, "--covered", 0, "--read-by", folds[0]) == 1
    assert "was trained on p00, p02" in error(capsys)


def test_a_fold_that_places_points_in_another_way_is_of_another_recipe(
    bundle: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fold = tmp_path / "fold"
    shutil.copytree(bundle, fold)
    write_card(bundle, replace(load_card(bundle), marrow_rim=True))
    assert calibrate(bundle, data, "--read-by", fold) == 1
    assert "the entry 'marrow_rim' of their cards differs" in error(capsys)


def test_the_model_tells_that_it_chose_the_slices_itself(bundle: Path, data: Path) -> None:
    assert calibrate(bundle, data, "--covered", 0, "--slices", "auto") == 0
    assert "on slices that the model chose" in load_card(bundle).calibration.provenance.data


def test_few_patients_are_told_to_be_few(
    bundle: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(bundle, data, "--covered", 1, "--only", "p00", "p01", "p02") == 0
    assert "more calibration cases needed (now 3 patients)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("--only", "nobody"), "nobody named nobody"),
        (("--out", "hips"), "exists already"),
        (("--leave-out", *(f"p{n:02d}" for n in range(10))), "are all left out"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    change: tuple[str, ...],
    sentence: str,
    bundle: Path,
    data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert calibrate(bundle, data, *change) == 1
    assert sentence in error(capsys)
    assert load_card(bundle).calibration is None


def test_a_folder_without_model_or_data_is_named(
    bundle: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate("nothing", data) == 1
    assert "nothing is not a model bundle" in error(capsys)
    assert calibrate(bundle, "nothing") == 1
    assert "The data folder nothing does not exist" in error(capsys)


@pytest.mark.parametrize("level", ["0", "1", "0.3", "much"])
def test_a_level_is_a_share(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        calibrate("model", "data", "--level", level)
    assert "expected a share from 0.5" in capsys.readouterr().err


def test_a_test_on_the_calibration_patients_is_warned_of(
    bundle: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(bundle, data, "--covered", 1, "--leave-out", "p08", "p09") == 0
    capsys.readouterr()
    tested = ["evaluate", "--model", str(bundle), "--data", str(data), "--covered", "1"]
    assert main([*tested, "--only", "p00", "p08", "p09", "--out", "seen"]) == 0
    assert "was calibrated on 1 of these 3 patients (p00)" in capsys.readouterr().err
    assert main([*tested, "--only", "p08", "p09", "--out", "unseen"]) == 0
    assert "was calibrated on" not in capsys.readouterr().err
    doubt = json.loads(Path("unseen/evaluation.json").read_text())["runs"][0]["doubt"]
    assert doubt["calibrated"] and doubt["regions"]["all"]["patients"] == 2
