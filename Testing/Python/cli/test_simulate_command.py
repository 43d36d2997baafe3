"""``hiplandmarks simulate``: films whose files agree with one another, whatever interrupts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import LandmarkState, read_landmarks, read_markups
from HipLandmarksLib.cli import main
from HipLandmarksLib.imaging import SpacingProvenance, read_image

pytest.importorskip("torch")

COUNT = 3
COARSE = ("--pixel-mm", "1.5")


@pytest.fixture(scope="module")
def bones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Surfaces of the phantom as a user supplies bones: PLY in RAS mm."""
    from HipLandmarksLib.synthesis.surfaces import make_phantom_anatomy
    from HipLandmarksLib.synthesis.surfaces.folder import FILES

    folder = tmp_path_factory.mktemp("bones")
    (folder / "s1").mkdir()
    for name, bone in make_phantom_anatomy(resolution_mm=3.5).bones.items():
        points = bone.vertices * [-1.0, -1.0, 1.0]
        lines = [
            "ply\nformat ascii 1.0",
            f"element vertex {len(points)}",
            "property float x\nproperty float y\nproperty float z",
            f"element face {len(bone.faces)}",
            "property list uchar int vertex_indices\nend_header",
            *(f"{x:.4f} {y:.4f} {z:.4f}" for x, y, z in points),
            *(f"3 {a} {b} {c}" for a, b, c in bone.faces),
        ]
        (folder / "s1" / FILES[name]).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def options(bones: Path) -> list[str]:
    return [
        *("simulate", "--bones", str(bones), "--as-they-are", "--count", str(COUNT)),
        *("--seed", "8", "--framing", "pelvis", "hip", *COARSE),
    ]


@pytest.fixture(scope="module")
def films(options: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "films"
    assert main([*options, "--out", str(folder)]) == 0
    return folder


def made(folder: Path) -> list[dict]:
    """Entries of the films that could be made."""
    entries = [json.loads(line) for line in (folder / "films.jsonl").read_text().splitlines()]
    assert [entry["number"] for entry in entries] == list(range(COUNT))
    found = [entry for entry in entries if "film" in entry]
    assert len(found) >= 2
    return found


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_film_has_all_its_files_and_the_dataset_its_licence(films):
    expected = {"dataset.json", "films.jsonl"}
    for entry in made(films):
        name = entry["film"].removesuffix(".dcm")
        assert name.startswith("s1__")
        expected |= {entry["film"], f"{name}_landmarks.json"}
        expected |= {f"{name}_{side}.mrk.json" for side in ("right", "left")}
        expected |= {f"{name}_measurements.{kind}" for kind in ("csv", "json")}
    assert set(content(films)) == expected
    manifest = json.loads((films / "dataset.json").read_text())
    assert "ask whoever made those" in manifest["licence"]
    assert "not a medical device" in manifest["notice"]
    assert manifest["making"]["seed"] == 8


def test_films_are_read_with_the_magnification_they_were_made_with(films):
    for entry in made(films):
        image = read_image(films / entry["film"])
        assert image.calibration.provenance is SpacingProvenance.ERMF
        assert image.calibration.magnification == pytest.approx(entry["magnification"], abs=1e-6)
        assert image.spacing[:2] == pytest.approx((1.5, 1.5))


def test_landmarks_and_markups_agree_and_lie_on_the_film(films):
    for entry in made(films):
        stem = entry["film"].removesuffix(".dcm")
        image = read_image(films / entry["film"])
        landmarks = read_landmarks(films / f"{stem}_landmarks.json")
        for side in ("right", "left"):
            for id_, point in read_markups(films / f"{stem}_{side}.mrk.json").items():
                assert point.state is landmarks[id_].state
                assert (point.position is None) == (landmarks[id_].position is None)
                if point.position is not None:
                    assert point.position == pytest.approx(landmarks[id_].position)
        last = np.array(image.pixels.shape[:0:-1]) - 0.5
        for landmark in landmarks.values():
            if landmark.state is LandmarkState.VISIBLE:
                place = image.to_ijk(landmark.point())[:2]
                assert np.all(place >= -0.5) and np.all(place <= last)


def values(data: dict) -> dict[tuple[str, str], float | None]:
    return {(row["id"], row["side"]): row["value"] for row in data["measurements"]}


def test_measuring_the_markups_gives_the_true_measurements_back(films, capsys):
    """With and without the film: the geometry is recorded beside the markups."""
    entry = made(films)[0]
    stem = films / entry["film"].removesuffix(".dcm")
    truth = values(json.loads(Path(f"{stem}_measurements.json").read_text()))
    assert sum(value is not None for value in truth.values()) > 10
    markups = [f"{stem}_{side}.mrk.json" for side in ("right", "left")]
    for more in ([], ["--image", str(films / entry["film"])]):
        assert main(["measure", *markups, "--edge", "sourcil", "--json", *more]) == 0
        found = values(json.loads(capsys.readouterr().out))
        assert found.keys() == truth.keys()
        for id_, value in truth.items():
            assert found[id_] == (None if value is None else pytest.approx(value, abs=1e-6))


def test_the_folder_can_be_trained_on_as_it_is(films):
    from HipLandmarksLib.training.folder import read_folder

    slices = read_folder(films)
    assert len(slices) == len(made(films))
    assert {each.case for each in slices} == {"s1"}, "films of one subject stay together"


def test_the_number_of_workers_does_not_matter(options, films, tmp_path):
    assert main([*options, "--workers", "2", "--out", str(tmp_path / "two")]) == 0
    assert content(tmp_path / "two") == content(films)


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(options, films, tmp_path):
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "HipLandmarksLib.cli", *options, "--out", str(folder)]
    process = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"})
    index = folder / "films.jsonl"
    begun = time.monotonic()
    while not (index.exists() and index.stat().st_size) and time.monotonic() - begun < 300:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert index.stat().st_size, "one film was finished before the kill"
    assert main([*options, "--out", str(folder)]) == 0
    assert content(folder) == content(films)


def test_pictures_have_no_pixel_size(options, tmp_path):
    small = [*options, "--count", "1", "--format", "png", "--objects", "none"]
    assert main([*small, "--out", str(tmp_path / "png")]) == 0
    (film,) = (tmp_path / "png").glob("*.png")
    assert read_image(film).calibration.provenance is SpacingProvenance.NONE
    entry = json.loads((tmp_path / "png" / "films.jsonl").read_text())
    assert entry["objects"] == []


def test_views_for_training_are_made_by_the_same_command(options, tmp_path, capsys):
    from HipLandmarksLib.synthesis.radiograph import ViewStore

    assert main([*options, "--count", "2", "--format", "views", "--out", str(tmp_path / "v")]) == 0
    store = ViewStore.open(tmp_path / "v")
    assert len(store) + len(store.refused) == 2
    assert "Views: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--subjects", "s1"], "need --bones"),
        (["--bones", "nowhere"], "does not exist"),
        (["--pixel-mm", "0.2", "0.3", "0.4"], "one size, or the smallest and the largest"),
        (["--pixel-mm", "0.4", "0.3"], "no range of pixel sizes"),
    ],
)
def test_options_that_cannot_be_are_refused(wrong, says, capsys, tmp_path):
    assert main(["simulate", "--out", str(tmp_path / "o"), *wrong]) == 1
    assert says in capsys.readouterr().err


def test_an_unknown_subject_names_the_known_ones(options, capsys, tmp_path):
    assert main([*options, "--subjects", "s9", "--out", str(tmp_path / "o")]) == 1
    assert "no subject s9; known are s1" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--count", "0"], ["--seed", "-1"], ["--objects", "ball=2"]])
def test_wrong_usage_is_explained(wrong, capsys):
    with pytest.raises(SystemExit) as left:
        main(["simulate", *wrong])
    assert left.value.code == 2
    assert "expected" in capsys.readouterr().err


def test_films_of_other_options_are_not_mixed(options, films, capsys):
    assert main([*options, "--seed", "9", "--out", str(films)]) == 1
    assert "made from something else" in capsys.readouterr().err
