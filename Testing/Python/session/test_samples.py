"""The samples need no download; the film is computed once, outside this process, and kept."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.anatomy import Side, write_landmarks
from HipLandmarksLib.errors import HipLandmarksError
from HipLandmarksLib.session import samples
from HipLandmarksLib.session.hip_session import HipSession
from HipLandmarksLib.session.samples import Sample, add_sample, add_sample_study
from HipLandmarksLib.synthesis import make_phantom, sample_parameters

SLICES = (16, 17, 18)


@pytest.fixture(scope="module")
def phantom() -> Any:
    return make_phantom(sample_parameters(), slices=SLICES)


@pytest.fixture
def few_slices(monkeypatch: pytest.MonkeyPatch, phantom: Any) -> None:
    """The sample MRI without the slices that no landmark lies on."""
    monkeypatch.setattr(samples, "_phantom", lambda: (phantom.image, phantom.landmarks))


def film_command(tmp_path: Path, phantom: Any, *lines: str) -> list[str]:
    """An interpreter that writes a small film instead of simulating one for ten seconds."""
    points = tmp_path / "points.json"
    write_landmarks(points, phantom.landmarks)
    picture = tmp_path / "picture.png"
    Image.effect_noise((64, 64), 50).save(picture)
    script = tmp_path / "python"
    body = [
        "import shutil, sys, pathlib",
        "out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1])",
        "out.mkdir(parents=True)",
        *lines,
        f"shutil.copy({str(picture)!r}, out / 'hip_film.dcm')",
        f"shutil.copy({str(points)!r}, out / 'hip_film.landmarks.json')",
    ]
    script.write_text(f"#!{sys.executable}\n" + "\n".join(body) + "\n", encoding="utf-8")
    script.chmod(0o755)
    return [str(script)]


def test_the_mri_comes_with_its_exact_landmarks(few_slices, phantom):
    session = HipSession(slicer.vtkMRMLScene())
    study = add_sample_study(session, Sample.MRI)
    assert study.volume_node.GetName() == Sample.MRI.title
    alpha = study.measurement(Side.RIGHT, "alpha").value
    assert alpha == pytest.approx(phantom.parameters.right.alpha_deg, abs=0.5)
    session.close()


def test_every_sample_gets_a_name_of_its_own(few_slices):
    scene = slicer.vtkMRMLScene()
    names = [add_sample(scene, Sample.MRI).GetName() for _ in range(2)]
    assert len(set(names)) == 2


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, phantom: Any) -> Any:
    def use(*lines: str) -> None:
        command = film_command(tmp_path, phantom, *lines)
        monkeypatch.setattr(samples, "worker_command", lambda: command)
        monkeypatch.setattr(samples, "read_image", lambda path: phantom.image)

    return use


def test_the_film_is_computed_once_while_the_window_lives(interpreter, tmp_path):
    interpreter("import time; time.sleep(0.2)")
    kept, waited = tmp_path / "kept", []
    samples.sample_case(Sample.XRAY, kept, lambda: waited.append(1))
    assert waited and {p.name for p in kept.iterdir()} == {
        "hip_film.dcm",
        "hip_film.landmarks.json",
    }
    interpreter("raise SystemExit('must not be computed again')")
    samples.sample_case(Sample.XRAY, kept)
    assert not list(tmp_path.glob(".part-*"))


def test_a_film_that_cannot_be_computed_leaves_nothing_and_says_why(interpreter, tmp_path):
    interpreter("raise SystemExit('hiplandmarks: error: the disk is full')")
    with pytest.raises(HipLandmarksError, match=r"could not be computed: .*the disk is full"):
        samples.sample_case(Sample.XRAY, tmp_path / "kept")
    assert not (tmp_path / "kept").exists() and not list(tmp_path.glob(".part-*"))


def test_the_process_for_the_film_finds_the_library_and_its_command():
    command = [sys.executable, "-I", "-c", samples.COMMAND_LINE, str(samples.LIBRARY)]
    done = subprocess.run([*command, "sample", "--help"], capture_output=True, timeout=120)
    assert done.returncode == 0 and b"--kind" in done.stdout


def test_the_film_is_kept_in_slicers_cache_where_there_is_one(tmp_path):
    scene = slicer.vtkMRMLScene()
    manager = types.SimpleNamespace(GetRemoteCacheDirectory=lambda: str(tmp_path))
    with_cache = types.SimpleNamespace(GetCacheManager=lambda: manager)
    assert samples.samples_folder(with_cache).parent == tmp_path
    assert samples.samples_folder(scene).is_absolute()
