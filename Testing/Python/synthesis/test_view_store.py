"""A view comes back from the disk as it was; what is damaged is told, what is half is not there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import BonePaths, BoneView, Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.packing import STEP_MM
from HipLandmarksLib.synthesis.radiograph.records import RefusedView
from HipLandmarksLib.synthesis.radiograph.store import ViewStore, view_path, write_view
from HipLandmarksLib.synthesis.surfaces import BoneName

SHAPE = (60, 80)
MAKING = {"seed": 4, "sources": ["ellipsoids"]}


def disc(centre: tuple[float, float], radius: float, depth: float) -> np.ndarray:
    """Path lengths through a ball that is seen as a disc."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    squared = ((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / radius**2
    return (depth * np.sqrt(np.maximum(1 - squared, 0))).astype(np.float32)


def view(seed: int = 0, subject: str = "a") -> BoneView:
    """Two bones, one of them cut off by the edge, and one beside the film."""
    rng = np.random.default_rng(seed)
    total = disc((30, 25), 14, 48 + rng.random())
    cut = disc((58, 78), 9, 33.3)
    empty = np.zeros(SHAPE, dtype=np.float32)
    return BoneView(
        camera=Camera.anteroposterior(SHAPE, 0.8, centre_mm=(rng.normal(), 3.0)),
        subject=subject,
        paths={
            BoneName.FEMUR_RIGHT: BonePaths(total, total * np.float32(0.3)),
            BoneName.FEMUR_LEFT: BonePaths(cut, cut),
            BoneName.SACRUM: BonePaths(empty, empty),
        },
        landmarks={
            (Side.RIGHT, "FHC"): TruePoint((25.0 + rng.random(), 30.0)),
            (Side.LEFT, "FHC"): TruePoint((99.5, 58.0), LandmarkState.ABSENT, "beside the film"),
            (Side.LEFT, "FOV"): TruePoint(None, LandmarkState.ABSENT, "no notch"),
        },
        head_radius_px={"R": 14.1, "L": 9.0},
        parameters={"tilt_deg": 4.25},
    )


def stored(folder: Path, count: int = 3) -> ViewStore:
    store = ViewStore.create(folder, MAKING)
    for number in range(count):
        store.add(write_view(folder, number, view(number, "ab"[number % 2])))
    return store


def test_a_view_comes_back_with_every_bone_landmark_and_number(tmp_path):
    stored(tmp_path / "views")
    there, back = view(2, "a"), ViewStore.open(tmp_path / "views")[2]
    assert set(back.paths) == set(there.paths)
    for bone, paths in there.paths.items():
        for name in ("total", "cortical"):
            read, written = getattr(back.paths[bone], name), getattr(paths, name)
            assert read.dtype == np.float32 and read.shape == SHAPE
            assert np.abs(read - written).max() <= STEP_MM / 2 + 1e-4
        assert np.all(back.paths[bone].cortical <= back.paths[bone].total)
    assert back.landmarks == there.landmarks
    assert (back.subject, back.head_radius_px) == ("a", there.head_radius_px)
    assert back.parameters == there.parameters
    points = np.array([[3.0, -20.0, 11.0], [90.0, 4.0, -60.0]])
    assert np.array_equal(back.camera.project(points), there.camera.project(points))


def test_a_store_lists_subjects_so_that_they_can_be_kept_together(tmp_path):
    assert stored(tmp_path, 5).subjects == {"a": [0, 2, 4], "b": [1, 3]}


def test_only_the_pixels_around_a_bone_are_stored(tmp_path):
    stored(tmp_path, 1)
    ball, cut, empty = ViewStore.open(tmp_path).records[0].pieces
    assert (ball.height, ball.width) == (27, 27)
    assert (cut.row + cut.height, cut.column + cut.width) == SHAPE
    assert empty.size == 0
    assert view_path(tmp_path, 0).stat().st_size < 4 * (27 * 27 + 12 * 12) + 200


def test_equal_views_give_equal_bytes(tmp_path):
    for name in ("one", "two"):
        stored(tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 5
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_refused_view_stays_on_record(tmp_path):
    store = stored(tmp_path, 2)
    store.add(RefusedView(2, "The head lies behind the source."))
    again = ViewStore.open(tmp_path)
    assert len(again) == 2 and again.done == {0, 1, 2}
    assert again.refused == [RefusedView(2, "The head lies behind the source.")]


def test_a_line_that_was_cut_off_by_a_kill_does_not_count_and_is_replaced(tmp_path):
    stored(tmp_path)
    index = tmp_path / "index.jsonl"
    whole = index.read_bytes()
    index.write_bytes(whole[:-40])
    (tmp_path / "views" / ".part-1234-00000003.npy").write_bytes(b"half")
    assert len(ViewStore.open(tmp_path)) == 2
    store = ViewStore.create(tmp_path, MAKING)
    store.add(write_view(tmp_path, 2, view(2, "a")))
    assert index.read_bytes() == whole
    assert not list(tmp_path.rglob(".part-*"))


def test_a_growing_store_can_be_read(tmp_path):
    store = stored(tmp_path, 1)
    reader = ViewStore.open(tmp_path)
    store.add(write_view(tmp_path, 1, view(1)))
    assert len(reader) == 1 and len(ViewStore.open(tmp_path)) == 2


def test_views_made_from_something_else_are_not_mixed(tmp_path):
    stored(tmp_path)
    with pytest.raises(ConfigurationError, match="made from something else"):
        ViewStore.create(tmp_path, {**MAKING, "seed": 5})


def test_a_folder_of_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ConfigurationError, match="not empty"):
        ViewStore.create(tmp_path, MAKING)
    with pytest.raises(ConfigurationError, match="holds no views"):
        ViewStore.open(tmp_path)


def test_a_store_of_another_version_says_so(tmp_path):
    stored(tmp_path)
    header = json.loads((tmp_path / "store.json").read_text())
    (tmp_path / "store.json").write_text(json.dumps({**header, "format": "hiplandmarks-views-9"}))
    with pytest.raises(ConfigurationError, match="this version reads hiplandmarks-views-1"):
        ViewStore.open(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "short", "text"])
def test_a_damaged_view_names_its_file(tmp_path, damage):
    store = stored(tmp_path)
    path = view_path(tmp_path, 1)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-60] if damage == "short" else b"not an array")
    assert store[0].subject == "a"
    with pytest.raises(ConfigurationError, match=r"00000001\.npy is missing or damaged"):
        store[1]


def test_a_damaged_index_is_told(tmp_path):
    stored(tmp_path)
    index = tmp_path / "index.jsonl"
    index.write_text(index.read_text().replace('"visible"', '"seen"'))
    with pytest.raises(ConfigurationError, match="damaged line"):
        ViewStore.open(tmp_path)


@pytest.mark.parametrize("length", [-1.0, 700.0, np.nan])
def test_impossible_path_lengths_are_refused(tmp_path, length):
    ViewStore.create(tmp_path, MAKING)
    wrong = view()
    wrong.paths[BoneName.FEMUR_RIGHT].total[5, 5] = length
    with pytest.raises(ConfigurationError, match=r"femur_R has path lengths"):
        write_view(tmp_path, 0, wrong)


def test_more_dense_bone_than_bone_is_refused(tmp_path):
    ViewStore.create(tmp_path, MAKING)
    wrong = view()
    wrong.paths[BoneName.FEMUR_RIGHT].cortical[30, 25] = 60.0
    with pytest.raises(ConfigurationError, match="more dense bone than bone"):
        write_view(tmp_path, 0, wrong)


def test_a_landmark_that_is_no_number_is_refused_before_anything_is_written(tmp_path):
    ViewStore.create(tmp_path, MAKING)
    wrong = view()
    wrong.landmarks[(Side.RIGHT, "GT")] = TruePoint((float("nan"), 3.0))
    with pytest.raises(ConfigurationError, match="View 7 has a landmark"):
        write_view(tmp_path, 7, wrong)
    assert not view_path(tmp_path, 7).exists()
