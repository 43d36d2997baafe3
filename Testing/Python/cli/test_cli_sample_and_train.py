"""``hiplandmarks sample`` and ``train``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import Side, read_landmarks
from HipLandmarksLib.cli import main
from HipLandmarksLib.imaging import Modality, read_image, require_coronal
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane, measure
from HipLandmarksLib.synthesis.radiograph import sample


def test_the_sample_is_a_coronal_image_with_exact_landmarks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "--out", "s"]) == 0
    out = capsys.readouterr().out
    names = sorted(path.name for path in (tmp_path / "s").iterdir())
    assert names == ["hip_phantom.landmarks.json", "hip_phantom.nii.gz"]
    assert all(name in out for name in names)
    image = read_image(tmp_path / "s" / "hip_phantom.nii.gz")
    require_coronal(image)
    landmarks = read_landmarks(tmp_path / "s" / "hip_phantom.landmarks.json")
    for side in Side:
        i, j, k = image.to_ijk(landmarks.position(side, "FHC"))
        assert 0 < i < image.pixels.shape[2]
        assert 0 < j < image.pixels.shape[1]
        assert 0 < k < image.n_slices


def test_the_sample_film_has_exact_landmarks_on_its_hips(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "_RESOLUTION_MM", 4.0)  # seconds less, and as exact to a mm
    monkeypatch.setattr(sample, "_PIXEL_MM", 0.9)
    assert main(["sample", "--kind", "xray", "--out", "s"]) == 0
    names = sorted(path.name for path in (tmp_path / "s").iterdir())
    out = capsys.readouterr().out
    assert names == ["hip_film.dcm", "hip_film.landmarks.json"]
    assert all(name in out for name in names)
    film = read_image(tmp_path / "s" / "hip_film.dcm")
    assert film.modality is Modality.XRAY and film.metadata["orientation"].startswith("from DICOM")
    landmarks = read_landmarks(tmp_path / "s" / "hip_film.landmarks.json")
    heads = [film.to_ijk(landmarks.position(side, "FHC")) for side in (Side.RIGHT, Side.LEFT)]
    rows, columns = film.pixels.shape[1:]
    assert 0 < heads[0][0] < columns / 2 < heads[1][0] < columns
    assert all(0 < j < rows for _, j, _ in heads)
    alpha = {
        m.side: m.value
        for m in measure(landmarks, ViewPlane.from_image(film), MeasurementSettings.for_image(film))
        if m.id == "alpha"
    }
    assert alpha[Side.RIGHT] > alpha[Side.LEFT] + 10  # the cam
    assert main(["sample", "--kind", "xray", "--format", "nifti"]) == 1
    assert "leave --format out" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s").write_text("a file")
    assert main(["sample", "--out", "s/deeper"]) == 1
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no configuration file"),
        ("{not json", "not valid"),
        ("[]", "holds no settings"),
        ('{"output": "o", "colour": "blue"}', "colour"),
        ('{"output": "o", "data": "nowhere", "steps": -1}', "steps must be positive"),
        ('{"output": "o", "phantom_share": 0}', "data folder"),
        ('{"output": "o", "data": "nowhere", "phantom_share": 0}', "nowhere"),
    ],
)
def test_a_bad_configuration_gets_one_sentence(
    tmp_path: Path, content: str | None, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    assert main(["train", "config.json"]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "o").exists()


def test_training_ends_with_a_bundle_that_detects(
    tmp_path: Path, mri: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few steps only: what training learns is tested with the training package."""
    pytest.importorskip("torch")
    config = {
        "output": "run",
        "bundle_id": "few-steps",
        "network": {"architecture": "Unet", "depth": 3, "decoder_channels": [16, 8, 8]},
        "preprocessing": {"spacing_mm": 4.0},
        "crop": [64, 96],
        "batch": 2,
        "steps": 3,
        "evaluate_every": 2,
        "phantom_share": 1.0,
        "phantom_slices": 2,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert main(["train", "config.json"]) == 0
    bundle = capsys.readouterr().out.strip().removeprefix("Model bundle: ")
    assert (Path(bundle) / "model.json").is_file()
    assert main(["detect", str(mri), "--model", bundle, "--slice", "1", "--out", "o"]) == 0
    assert "few-steps" in capsys.readouterr().out
