"""``hiplandmarks detect`` on radiographs: DICOM and pictures, one hip or two, or none at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from HipLandmarksLib.cli import main, model_options
from HipLandmarksLib.imaging import DISPLAYS

Write = Callable[..., Path]


@pytest.fixture
def picture(tmp_path: Path, films: SimpleNamespace) -> Write:
    """Write a drawn film, or a picture without hip, as 8 bit picture file."""

    def write(name: str, ending: str = "png") -> Path:
        pixels = films.drawn[name].pixels if name in films.drawn else films.others[name]
        path = tmp_path / f"{name}.{ending}"
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
        return path

    return write


@pytest.fixture
def dicom(tmp_path: Path, films: SimpleNamespace) -> Write:
    """Write a drawn film as DX with an imager pixel spacing of 0.5 mm."""

    def write(name: str, mirrored: bool = False, inverted: bool = False, **tags: str) -> Path:
        pixels = np.clip(films.drawn[name].pixels * 10, 0, 4095).astype(np.uint16)
        pixels = pixels[:, ::-1] if mirrored else pixels
        pixels = 4095 - pixels if inverted else pixels
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
        meta.MediaStorageSOPInstanceUID = generate_uid()
        path = tmp_path / f"{name}.dcm"
        film = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        film.SOPClassUID = meta.MediaStorageSOPClassUID
        film.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
        film.Modality = "DX"
        film.SamplesPerPixel = 1
        film.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
        film.Rows, film.Columns = pixels.shape
        film.BitsAllocated, film.BitsStored, film.HighBit = 16, 12, 11
        film.PixelRepresentation = 0
        film.ImagerPixelSpacing = [0.5, 0.5]
        for tag, value in tags.items():
            setattr(film, tag, value)
        film.PixelData = np.ascontiguousarray(pixels).tobytes()
        film.save_as(path, enforce_file_format=True)
        return path

    return write


def _results(name: str) -> dict:
    return json.loads(Path(f"o/{name}/{name}_measurements.json").read_text())


def _run(path: Path, bundle: Path, *options: str) -> int:
    argv = ["detect", str(path), "--model", str(bundle), "--device", "cpu", "--out", "o"]
    return main([*argv, *options])


def _head(name: str, side: str) -> dict:
    points = _results(name)["landmarks"]["landmarks"]
    return next(point for point in points if (point["side"], point["key"]) == (side, "FHC"))


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_picture_of_a_pelvis_gives_every_result(
    picture: Write, film_bundle: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(picture("both", ending), film_bundle) == 0
    out, err = capsys.readouterr()
    names = {path.name for path in Path("o/both").iterdir()}
    assert names >= {
        "both_landmarks.json",
        "both_right.mrk.json",
        "both_left.mrk.json",
        "both_measurements.csv",
        "both_measurements.json",
        "both_overlay.png",
    }
    assert "Found: right and left hip" in out and "not a medical device" in out
    assert "orientation assumed" in err
    assert _results("both")["settings"]["edge"] == "sourcil"
    x, _, z = _head("both", "R")["position"]
    assert (x, z) == pytest.approx((130, -110), abs=1.5)


def test_a_film_tells_its_kind_and_its_pixel_size(
    dicom: Write, film_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "Models"
    models.mkdir()
    (models / "xray-ap-pelvis").symlink_to(film_bundle)
    monkeypatch.setattr("HipLandmarksLib.detection.bundle_files.resource_path", lambda *_: models)
    path = dicom("both", inverted=True)
    argv = ["detect", str(path), "--out", "o", "--magnification", "1.25", "--json", "r.json"]
    assert main(argv) == 0
    x, _, z = _head("both", "R")["position"]
    assert (x, z) == pytest.approx((65, -55), abs=0.75)
    calibration = _results("both")["image"]["calibration"]
    assert calibration["factor"] == pytest.approx(0.8)


@pytest.mark.parametrize("tagged", [True, False])
def test_a_mirrored_film_keeps_its_sides(dicom: Write, film_bundle: Path, tagged: bool) -> None:
    path = dicom("prosthesis", mirrored=True, **({"PatientOrientation": "R\\F"} if tagged else {}))
    assert _run(path, film_bundle, *([] if tagged else ["--display", "mirrored"])) == 0
    assert _head("prosthesis", "R")["state"] == "prosthesis"
    assert _head("prosthesis", "L")["state"] == "visible"


def test_the_side_of_a_single_hip_is_asked_for_and_taken(
    picture: Write, film_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = picture("left")
    assert _run(path, film_bundle) == 1
    assert "--side right or --side left" in capsys.readouterr().err
    assert not Path("o").exists()
    assert _run(path, film_bundle, "--side", "left") == 0
    assert _head("left", "L")["state"] == "visible"
    assert _head("left", "R")["state"] == "absent"


def test_a_stated_display_tells_the_side_of_a_single_hip(
    picture: Write, film_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = picture("left")
    assert _run(path, film_bundle, "--display", "usual") == 0
    assert _head("left", "L")["state"] == "visible"
    assert _run(path, film_bundle, "--display", "mirrored", "--overwrite") == 0
    assert _head("left", "R")["state"] == "visible"
    assert "orientation assumed" not in capsys.readouterr().err


def test_the_names_of_displays_are_those_of_the_library() -> None:
    assert tuple(DISPLAYS) == model_options.DISPLAY_NAMES


def test_a_display_is_not_stated_for_volumes(
    mri: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(mri, tiny_bundle, "--display", "mirrored") == 1
    assert "states its orientation itself" in capsys.readouterr().err


def test_a_contradiction_of_sides_is_told_and_kept(
    dicom: Write, film_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(dicom("left", ImageLaterality="R"), film_bundle) == 0
    assert "check the side marker" in capsys.readouterr().err
    (remark,) = _results("left")["detection"]["remarks"]
    assert "named as a film of the right hip, but shows a left one" in remark


def test_a_picture_without_a_hip_is_refused_and_nothing_is_written(
    picture: Write, film_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(picture("noise"), film_bundle) == 1
    assert "does not look like an AP film of the hips" in capsys.readouterr().err
    assert not Path("o").exists()


def test_the_kind_of_a_picture_is_asked_for(
    picture: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", str(picture("both"))]) == 1
    assert "--kind xray or --kind mri" in capsys.readouterr().err


def test_a_kind_that_the_file_contradicts_is_refused(
    dicom: Write, film_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(dicom("both"), film_bundle, "--kind", "mri") == 1
    assert "says that both is a radiograph" in capsys.readouterr().err


def test_a_model_of_another_kind_than_the_stated_one_is_refused(
    picture: Write, film_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(picture("both"), film_bundle, "--kind", "mri") == 1
    assert "is an MR image, and the model mini reads radiographs" in capsys.readouterr().err


def test_a_model_for_mri_does_not_read_films_nor_the_other_way_round(
    dicom: Write,
    tiny_bundle: Path,
    mri: Path,
    film_bundle: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run(dicom("both"), tiny_bundle) == 1
    assert "is a radiograph, and the model tiny reads MR images" in capsys.readouterr().err
    assert _run(mri, film_bundle) == 1
    assert "reads radiographs" in capsys.readouterr().err
    assert _run(mri, tiny_bundle, "--side", "left") == 1
    assert "films of one hip only" in capsys.readouterr().err


def test_an_unknown_model_is_named(mri: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", str(mri), "--model", "xray-of-the-knee"]) == 1
    assert "xray-of-the-knee is not a model bundle" in capsys.readouterr().err


def test_an_installation_without_the_model_for_films_says_what_to_do(
    picture: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("HipLandmarksLib.detection.bundle_files.resource_path", lambda *_: tmp_path)
    assert main(["detect", str(picture("both")), "--kind", "xray"]) == 1
    assert "give its folder as --model" in capsys.readouterr().err
    assert not Path("hiplandmarks-results").exists()
