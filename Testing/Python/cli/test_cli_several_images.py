"""Several images at once: what goes wrong with one costs that one, and is told at the end.

The model runs in a process of its own, in which a script stands for the detector.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_child import scripted_worker

from HipLandmarksLib.cli import main


@pytest.fixture
def starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that, when it is there, ends the first child before it is ready."""
    path = tmp_path / "starting"
    made = scripted_worker(path)
    monkeypatch.setattr("HipLandmarksLib.detection.worker.DetectionWorker", lambda: made)
    monkeypatch.setattr("HipLandmarksLib.cli.detecting.DEFAULT", "yes")
    return path


@pytest.fixture
def images(make_image_file: Callable[..., Path], tmp_path: Path) -> list[str]:
    """Three, of which the second is damaged."""
    paths = [make_image_file(tmp_path / f"{name}.nii.gz") for name in "abc"]
    paths[1].write_bytes(b"not an image")
    return [str(path) for path in paths]


def results() -> set[str]:
    return {path.name for path in Path("o").iterdir()}


def test_a_damaged_image_and_a_crash_cost_one_image_each(
    images: list[str],
    starting: Path,
    tiny_bundle: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    starting.write_text("the first child ends at once")
    assert main(["detect", *images, "--model", str(tiny_bundle), "--out", "o"]) == 1
    said = capsys.readouterr()
    assert results() == {"c"} and "c: model script 1 on CPU" in said.out
    first, second, last = [line for line in said.err.splitlines() if "error:" in line]
    assert "a.nii.gz: error: The detection could not begin: the process" in first
    assert "b.nii.gz: error: " in second
    assert "2 of 3 images could not be read (a.nii.gz, b.nii.gz)" in last


def test_images_of_one_name_do_not_replace_each_other(
    make_image_file: Callable[..., Path],
    starting: Path,
    tiny_bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
    paths = [str(make_image_file(tmp_path / folder / "hip.nii.gz")) for folder in ("x", "y")]
    assert main(["detect", *paths, "--model", str(tiny_bundle), "--out", "o"]) == 1
    assert "has the same case name (hip) as" in capsys.readouterr().err
    assert results() == {"hip"}


@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_a_file_for_the_numbers_of_one_image_is_refused_for_several(
    images: list[str], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", *images, option]) == 1
    assert "take the results of one image" in capsys.readouterr().err
    assert not Path("hiplandmarks-results").exists()


def test_detection_in_a_process_of_its_own_is_what_people_get_and_writes_the_same(
    mri: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a script here, but the model."""
    argv = ["detect", str(mri), "--model", str(tiny_bundle), "--device", "cpu", "--slice", "1"]
    said = {}
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    for worker in ("yes", "no"):
        assert main([*argv, "--worker", worker, "--out", worker]) == 0
        text = Path(f"{worker}/mri/mri_measurements.json").read_text(encoding="utf-8")
        said[worker] = json.loads(text)["landmarks"]
    assert [(p["key"], p["state"]) for p in said["yes"]["landmarks"]] == [
        (p["key"], p["state"]) for p in said["no"]["landmarks"]
    ]
    for one, other in zip(said["yes"]["landmarks"], said["no"]["landmarks"], strict=True):
        assert one["position"] == pytest.approx(other["position"], abs=1.0)
