"""A run keeps its split; what a split is balanced over is measured and read as it is meant."""

from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    Side,
    Source,
    SourceKind,
    write_landmarks,
)
from HipLandmarksLib.cli import main
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance, write_image
from HipLandmarksLib.resources import resource_path
from HipLandmarksLib.training import (
    Balance,
    LabelledSlice,
    PointLabel,
    TrainingConfig,
    read_split,
    split,
)
from HipLandmarksLib.training.attributes import patient_attributes
from HipLandmarksLib.training.patients import read_sexes, with_sexes
from HipLandmarksLib.training.run_split import keep_split


def hip(patient, alpha_deg=60.0, sides="R", sex=None):
    """A slice of 1 mm pixels; the angle FHC-NA to FHC-LCP is ``alpha_deg`` by construction."""
    pixels = np.random.default_rng(0).normal(size=(1, 200, 200)).astype(np.float32)
    matrix = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    metadata = {} if sex is None else {"patient_sex": sex}
    image = HipImage(pixels, matrix, Modality.MR, calibration, metadata=metadata)
    labels = {}
    for side in map(Side, sides):
        out = -1 if side is Side.RIGHT else 1  # i runs to the patient's left
        centre = np.array([100.0 + 40 * out, 100.0])
        turn = np.radians(45 - alpha_deg)
        places = {
            "FHC": centre,
            "NA": centre + 30 * np.array([out * np.cos(np.pi / 4), np.sin(np.pi / 4)]),
            "LCP": centre + 20 * np.array([out * np.cos(turn), np.sin(turn)]),
            "LAE": centre + 20 * np.array([out * np.sin(0.5), -np.cos(0.5)]),
        }
        labels.update({(side, k): PointLabel((float(i), float(j))) for k, (i, j) in places.items()})
    return LabelledSlice(patient, image, 0, labels, frozenset(sides))


def hips(count=9):
    return [hip(f"p{n}", 40.0 + 5 * n) for n in range(count)]


def config(tmp_path, **changes):
    values = {"output": tmp_path / "run", "phantom_share": 1.0, "folds": 3, "fold": 0}
    return TrainingConfig(**{**values, **changes})


def test_alpha_lce_side_and_sex_are_measured_per_hip():
    both = hip("a", 63.0, "RL", sex="F")
    later = hip("a", 47.0, "L", sex="F")
    alpha, lce, side, sex = patient_attributes([both, later, hip("b", 55.0, "R")])
    assert alpha.values["a"] == pytest.approx((63, 63, 47))
    assert alpha.values["b"] == pytest.approx((55,))
    assert lce.values["b"] == pytest.approx((np.degrees(0.5),))
    assert side.values == {"a": (1.0, 0.0, 1.0), "b": (0.0,)}
    assert sex.values == {"a": (0.0,)}  # of b it is not known


def test_a_hip_without_a_landmark_has_no_angle():
    whole = hip("a")
    labels = {id_: label for id_, label in whole.labels.items() if id_[1] != "LCP"}
    alpha, lce, *_ = patient_attributes([replace(whole, labels=labels)])
    assert alpha.values == {}
    assert set(lce.values) == {"a"}


def test_a_shuffled_split_is_that_of_earlier_releases(tmp_path):
    """Checkpoints and published errors rest on it."""
    slices = [hip(f"case_{n:02d}") for n in range(1, 8)]
    found = [
        sorted({s.case for s in split(slices, config(tmp_path, folds=4), fold)[1]})
        for fold in range(4)
    ]
    order = np.random.default_rng([17, 104729]).permutation(7)
    expected = [sorted(f"case_{n + 1:02d}" for n in order[fold::4]) for fold in range(4)]
    assert found == expected


def test_old_settings_mean_a_shuffle(tmp_path):
    settings = config(tmp_path)
    stored = {k: v for k, v in settings.to_dict().items() if k != "balance"}
    assert settings.same_as(stored)
    assert not config(tmp_path, balance="ks").same_as(stored)


def test_the_split_of_a_run_is_written_and_read_ever_after(tmp_path):
    settings = config(tmp_path, balance="ks")
    kept = keep_split(hips(), settings)
    assert read_split(tmp_path / "run/split.json") == kept
    assert kept.balance is Balance.KS
    _, held_out = split(hips(), settings, 1)
    assert {s.case for s in held_out} == set(kept.folds[1])
    assert keep_split(hips(), settings) == kept


def test_other_patients_or_another_seed_are_not_mixed_in(tmp_path):
    keep_split(hips(), config(tmp_path))
    with pytest.raises(ConfigurationError, match="no fold: p9"):
        keep_split(hips(10), config(tmp_path))
    with pytest.raises(ConfigurationError, match="seed 17"):
        keep_split(hips(), config(tmp_path, seed=42))
    again = keep_split(hips(10), config(tmp_path), resume=False)
    assert "p9" in again.patients


def test_a_configuration_may_name_a_split(tmp_path):
    kept = keep_split(hips(), config(tmp_path / "first", balance="ks"))
    text = "output: out\nphantom_share: 1\nfolds: 3\nsplit: first/run/split.json\n"
    (tmp_path / "c.yaml").write_text(text)
    named = TrainingConfig.from_file(tmp_path / "c.yaml")
    assert keep_split(hips(), named).folds == kept.folds
    assert read_split(tmp_path / "out/split.json") == kept
    with pytest.raises(ConfigurationError, match=r"first/run/split\.json.*data do not hold: p8"):
        split(hips(8), named, 0)
    with pytest.raises(ConfigurationError, match="set folds to 3"):
        split(hips(), replace(named, folds=4), 0)


def test_a_named_split_must_not_change_what_a_run_holds_out(tmp_path):
    keep_split(hips(), config(tmp_path / "other", seed=42))
    keep_split(hips(), config(tmp_path))
    named = config(tmp_path, split=tmp_path / "other/run/split.json")
    with pytest.raises(ConfigurationError, match="holds out other patients"):
        keep_split(hips(), named)


def test_a_teacher_must_not_know_the_patients_that_are_held_out(tmp_path):
    keep_split(hips(), config(tmp_path / "teacher", seed=42))
    taught = config(tmp_path, teacher=tmp_path / "teacher/run")
    with pytest.raises(ConfigurationError, match="teacher"):
        keep_split(hips(), taught)
    keep_split(hips(), replace(taught, seed=42))


def test_a_misspelt_balance_names_the_choices(tmp_path):
    with pytest.raises(ConfigurationError, match="shuffle, ks"):
        config(tmp_path, balance="even")


@pytest.mark.parametrize("name", ["paper1.yaml", "paper2.yaml"])
def test_the_recipes_of_the_papers_balance_their_folds(name):
    assert TrainingConfig.from_file(resource_path("Training", name)).balance is Balance.KS


def table(tmp_path, text):
    (tmp_path / "patients.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_sex_comes_from_the_table_of_patients_or_the_image(tmp_path):
    text = "patient,age,sex\np1,40,F\np2,50,male\np3,60,\n"
    sexes = read_sexes(table(tmp_path, text))
    assert sexes == {"p1": "F", "p2": "M"}
    found = with_sexes([hip("p1"), hip("p3", sex="M"), hip("p4")], sexes)
    assert [s.image.patient_sex for s in found] == ["F", "M", None]
    assert read_sexes(tmp_path / "nowhere") == {}


def test_slices_of_a_volume_go_on_sharing_it():
    one = hip("p1")
    first, second = with_sexes([one, replace(one, index=0)], {"p1": "F"})
    assert first.image is second.image


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("patient;sex\np1;F\n", "columns patient and sex"),
        ("patient,sex\np1,F\np1,M\n", "p1 twice"),
        ("patient,sex\np1,x\n", "'x' for p1"),
        ("patient,sex\n ,F\n", "without a patient"),
    ],
)
def test_a_table_of_patients_that_cannot_be_meant_is_refused(tmp_path, text, message):
    with pytest.raises(ConfigurationError, match=message):
        read_sexes(table(tmp_path, text))


def test_a_table_that_contradicts_an_image_is_refused():
    with pytest.raises(ConfigurationError, match="says F for the patient p1, the image says M"):
        with_sexes([hip("p1", sex="M")], {"p1": "F"})


def written(folder, slices):
    """Images and landmark files as a user has them."""
    for labelled in slices:
        points = {
            id_: labelled.image.to_lps([*label.ij, 0]) for id_, label in labelled.labels.items()
        }
        landmarks = [
            Landmark(side, key, tuple(map(float, place)), source=Source(SourceKind.READER))
            for (side, key), place in points.items()
        ]
        write_image(folder / f"{labelled.case}.nii.gz", labelled.image)
        write_landmarks(folder / f"{labelled.case}_landmarks.json", HipLandmarks.of(landmarks))
    return folder


def test_the_command_writes_and_shows_a_split(tmp_path, capsys):
    out = tmp_path / "split.json"
    table(written(tmp_path, hips(6)), "patient,sex\np1,F\n")
    call = ["split", "--data", str(tmp_path), "--folds", "3", "--out", str(out)]
    assert main(call) == 0
    printed = capsys.readouterr().out
    assert "alpha KS (p)" in printed and "6 patients, ks, seed 17, largest KS" in printed
    assert "sex (known of 1 patients only" in printed
    assert sorted(p for f in read_split(out).folds for p in f) == [f"p{n}" for n in range(6)]
    assert main(["split", "--show", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[:5] == printed.splitlines()[:5]
    assert main(call) == 1
    assert "exists" in capsys.readouterr().err
    assert main([*call[:-1], str(tmp_path / "other.json"), "--folds", "7"]) == 1
    assert "6 patients cannot be split into 7 folds" in capsys.readouterr().err
