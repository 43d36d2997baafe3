"""``hiplandmarks detect``: the whole job, and one clear sentence for every bad input."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from HipLandmarksLib.cli import main
from HipLandmarksLib.report import results

AXIAL = np.eye(3)


def _everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = [row for row in capsys.readouterr().err.splitlines() if "error:" in row]
    return line


def test_detection_writes_everything_and_prints_the_table(
    tmp_path: Path, mri: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["detect", str(mri), "--model", str(tiny_bundle), "--device", "cpu", "--out", "o"]
    assert main([*argv, "--slice", "2"]) == 0
    out = capsys.readouterr().out
    names = {path.name for path in (tmp_path / "o" / "mri").iterdir()}
    assert names >= {
        "mri_landmarks.json",
        "mri_right.mrk.json",
        "mri_left.mrk.json",
        "mri_measurements.csv",
        "mri_measurements.json",
        "mri_overlay.png",
    }
    data = json.loads((tmp_path / "o/mri/mri_measurements.json").read_text())
    assert data["detection"]["model"] == "tiny 0.0.1"
    assert data["slices"] == {"right": 2, "left": 2}
    for word in ("Alpha angle", "tiny 0.0.1", "CPU", "mri_overlay.png", "not a medical device"):
        assert word in out
    assert "mri.mrb" in names or ".[scene]" in out


def test_the_slice_is_chosen_for_each_hip_by_default(
    tmp_path: Path, mri: Path, tiny_bundle: Path
) -> None:
    assert main(["detect", str(mri), "--model", str(tiny_bundle), "--out", "o"]) == 0
    data = json.loads((tmp_path / "o/mri/mri_measurements.json").read_text())
    assert set(data["slices"]) == {"right", "left"}


def test_a_missing_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", "nowhere.nii.gz"]) == 1
    assert "nowhere.nii.gz does not exist" in _error(capsys)
    assert _everything(tmp_path) == []


@pytest.mark.parametrize("name", ["notes.txt", "notes.nii.gz", "notes.nrrd", "notes.png"])
def test_a_file_that_is_no_image(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("These are notes, not an image. " * 40)
    assert main(["detect", name]) == 1
    assert name in _error(capsys)
    assert _everything(tmp_path) == [name]


def test_an_empty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.nii").touch()
    assert main(["detect", "empty.nii"]) == 1
    assert "empty" in _error(capsys)


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    assert main(["detect", "folder"]) == 1
    assert "no DICOM" in _error(capsys)


def test_a_truncated_image(tmp_path: Path, mri: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = gzip.decompress(mri.read_bytes())
    (tmp_path / "cut.nii").write_bytes(whole[: len(whole) // 2])
    assert main(["detect", "cut.nii"]) == 1
    assert "cut" in _error(capsys)


def test_an_axial_stack_is_named_as_what_it_is(
    tmp_path: Path, make_image_file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    make_image_file(tmp_path / "axial.nrrd", AXIAL)
    assert main(["detect", "axial.nrrd"]) == 1
    error = _error(capsys)
    assert "axial" in error
    assert "coronal" in error
    assert "5.0 mm apart" in error


@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_a_blank_or_broken_volume(
    tmp_path: Path, mri: Path, value: float, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = sitk.Cast(sitk.ReadImage(str(mri)), sitk.sitkFloat32)
    blank = sitk.GetImageFromArray(np.full((4, 96, 128), value, dtype=np.float32))
    blank.CopyInformation(volume)
    sitk.WriteImage(blank, str(tmp_path / "blank.nrrd"))
    assert main(["detect", "blank.nrrd"]) == 1
    assert ("NaN" if np.isnan(value) else "same value") in _error(capsys)
    assert _everything(tmp_path) == ["blank.nrrd"]


def test_a_slice_that_does_not_exist(
    mri: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", str(mri), "--model", str(tiny_bundle), "--slice", "77"]) == 1
    assert "slice 77 does not exist" in _error(capsys)


def test_a_folder_that_is_no_bundle(
    tmp_path: Path, mri: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["detect", str(mri), "--model", "empty"]) == 1
    assert "not a model bundle" in _error(capsys)


def test_an_altered_bundle(
    tmp_path: Path, mri: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(tiny_bundle, tmp_path / "bundle")
    weights = tmp_path / "bundle" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert main(["detect", str(mri), "--model", "bundle"]) == 1
    assert "SHA-256" in _error(capsys)
    assert not (tmp_path / "hiplandmarks-results").exists()


@pytest.mark.parametrize("out", ["o", "o/deeper"])
def test_a_file_where_the_results_folder_should_be(
    tmp_path: Path, mri: Path, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "o").write_text("a file")
    assert main(["detect", str(mri), "--out", out]) == 1
    assert "is a file; give a folder" in _error(capsys)
    assert _everything(tmp_path) == ["o"]


def test_landmarks_edited_by_hand_are_protected_before_anything_is_computed(
    tmp_path: Path, mri: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "o" / "mri"
    folder.mkdir(parents=True)
    (folder / "mri_landmarks.json").touch()
    edited = folder / "mri_right.mrk.json"
    edited.touch()
    os.utime(edited, (time.time() + 60,) * 2)
    assert main(["detect", str(mri), "--out", "o", "--model", "not even looked at"]) == 1
    assert "--overwrite" in _error(capsys)


def test_a_full_disk_leaves_nothing(
    tmp_path: Path,
    mri: Path,
    tiny_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(path: Path, *_: object) -> None:
        path.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(results, "write_json", full)
    monkeypatch.setattr(results, "_write_scene", lambda *_: [])  # slow, and not the point here
    argv = ["detect", str(mri), "--model", str(tiny_bundle), "--slice", "1", "--out", "o"]
    assert main(argv) == 1
    error = _error(capsys)
    assert "No space left" in error
    assert "No half-written file" in error
    assert _everything(tmp_path) == []


def test_several_series_in_a_folder_are_listed(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pydicom

    files = sorted((shared_data / "mri-dicom" / "case_03").iterdir())[:6]
    for number, source in enumerate(files, start=1):
        dataset = pydicom.dcmread(source)
        dataset.save_as(tmp_path / f"a-{source.name}")
        dataset.SeriesInstanceUID = "1.2.3.4"
        dataset.SOPInstanceUID = f"1.2.3.4.{number}"
        dataset.save_as(tmp_path / f"b-{source.name}")
    assert main(["detect", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "2 series" in error
    assert "--series" in error
