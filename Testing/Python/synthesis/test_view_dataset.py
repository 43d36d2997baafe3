"""Views by one seed: the same whatever was interrupted and however many processes worked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph import FILM_KEYS, ViewStore
from HipLandmarksLib.synthesis.radiograph.dataset import MAGNIFICATION, ViewMaker, make_views
from HipLandmarksLib.synthesis.radiograph.framing import CameraSettings, Framing
from HipLandmarksLib.synthesis.radiograph.sources import BoneSource, Subject
from HipLandmarksLib.synthesis.surfaces import BoneName, make_phantom_anatomy

COUNT = 4
COARSE = CameraSettings((1.8, 2.0), {Framing.PELVIS: 1.0, Framing.HIP: 1.0})


@pytest.fixture(scope="module")
def source() -> BoneSource:
    """Two subjects with the same bones, coarse enough for quick views."""
    first = Subject.of(make_phantom_anatomy(resolution_mm=4.0, subject="first"))
    second = Subject.of(make_phantom_anatomy(resolution_mm=4.0, subject="second"))
    return BoneSource((first, second), "test licence", population=False)


@pytest.fixture(scope="module")
def maker(source: BoneSource) -> ViewMaker:
    return ViewMaker(source, seed=8, camera=COARSE)


@pytest.fixture(scope="module")
def store(maker: ViewMaker, tmp_path_factory: pytest.TempPathFactory) -> ViewStore:
    return make_views(maker, tmp_path_factory.mktemp("views") / "whole", COUNT)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@dataclass(frozen=True, eq=False)
class Interrupted:
    """Stands for a process that is killed at view 2, with pixels but without a line."""

    maker: ViewMaker

    def describe(self) -> dict[str, object]:
        return self.maker.describe()

    def __call__(self, number: int) -> object:
        if number == 2:
            raise KeyboardInterrupt
        return self.maker(number)


def test_subjects_take_turns_and_every_view_is_whole(store):
    assert store.subjects == {"first": [0, 2], "second": [1, 3]}
    assert not store.refused
    for view in store:
        assert set(view.paths) == set(BoneName)
        assert any(paths.total.max() > 20.0 for paths in view.paths.values())
        assert view.parameters[MAGNIFICATION] == pytest.approx(1.2, abs=0.13)
        for side in Side:
            assert (side, "FHC") in view.landmarks
            assert view.head_radius_px[side.value] > 10.0
        assert {key for _, key in view.landmarks} <= set(FILM_KEYS)


def test_states_are_exact_where_the_film_ends(store):
    """Visible means within the film, absent with a place means beside it."""
    beside = 0
    for record in store.records:
        height, width = record.camera.shape
        for (_, key), point in record.landmarks.items():
            if point.xy is None:
                assert point.state is LandmarkState.ABSENT and point.note
                continue
            column, row = point.xy
            inside = -0.5 <= column <= width - 0.5 and -0.5 <= row <= height - 0.5
            if point.state is LandmarkState.VISIBLE:
                assert inside
            elif not inside:
                beside += 1
                assert point.note
            else:
                assert key in ("SHD", "FOV"), "seen, but not this point: too short, or en face"
    assert beside > 0


def test_heads_lie_where_the_bones_are_seen(store):
    """The path through a femoral head is longest at the head's centre, on its own side."""
    for view in store:
        for side in Side:
            point = view.landmarks[side, "FHC"]
            if point.state is not LandmarkState.VISIBLE:
                continue
            column, row = (round(value) for value in point.xy)
            head = view.paths[BoneName.femur(side)].total
            assert head[row, column] > 0.75 * 2 * 23.5
        heads = [view.landmarks[side, "FHC"].xy[0] for side in (Side.RIGHT, Side.LEFT)]
        assert heads[0] < heads[1], "the patient's right is on the film's left"


def test_the_number_of_processes_does_not_matter(maker, store, tmp_path):
    make_views(maker, tmp_path / "two", COUNT, workers=2)
    assert content(tmp_path / "two") == content(store.folder)


def test_an_interrupted_run_goes_on_where_it_stopped(maker, store, tmp_path):
    folder = tmp_path / "resumed"
    with pytest.raises(KeyboardInterrupt):
        make_views(Interrupted(maker), folder, COUNT)
    assert len(ViewStore.open(folder)) == 2
    reports = []
    make_views(maker, folder, COUNT, report=lambda *progress: reports.append(progress))
    assert content(folder) == content(store.folder)
    assert reports[0] == ("views", 2, COUNT) and reports[-1] == ("views", COUNT, COUNT)


def test_a_store_can_grow_and_is_left_alone_when_it_is_complete(maker, store, tmp_path):
    folder = tmp_path / "grown"
    make_views(maker, folder, 2)
    make_views(maker, folder, COUNT)
    before = content(folder)
    assert before == content(store.folder)
    make_views(maker, folder, COUNT)
    assert content(folder) == before


def test_another_seed_gives_other_views_and_another_folder(source, store, tmp_path):
    other = ViewMaker(source, seed=7, camera=COARSE)
    with pytest.raises(ConfigurationError, match="made from something else"):
        make_views(other, store.folder, COUNT)
    assert not np.array_equal(other(0).camera.source, store[0].camera.source)


@dataclass(frozen=True, eq=False)
class HalfRefusing:
    """Every other draw gives no valid subject."""

    source: BoneSource

    @property
    def licence(self) -> str:
        return self.source.licence

    def describe(self) -> dict[str, object]:
        return {"kind": "half refusing"}

    def draw(self, number: int, rng: np.random.Generator) -> Subject:
        if number % 2:
            raise ConfigurationError(f"Subject {number} cannot be built.")
        return self.source.draw(number, rng)


def test_refused_views_are_counted_and_told(source, tmp_path):
    store = make_views(ViewMaker(HalfRefusing(source), 8, COARSE), tmp_path, COUNT)
    assert len(store) == 2
    assert [each.reason for each in store.refused] == [
        "Subject 1 cannot be built.",
        "Subject 3 cannot be built.",
    ]
    assert make_views(ViewMaker(HalfRefusing(source), 8, COARSE), tmp_path, COUNT).refused


def test_a_mirrored_subject_keeps_its_name_and_dense_bone(source):
    subject = source.subjects[0]
    turned = subject.mirrored()
    assert turned.anatomy.subject == "first"
    for name in BoneName:
        assert len(turned.thickness_mm[name]) == len(turned.anatomy.bones[name].vertices)
    left = subject.anatomy.hips[Side.LEFT].trochanter_tip
    assert turned.anatomy.hips[Side.RIGHT].trochanter_tip == pytest.approx(left * [-1, 1, 1])


def test_dense_bone_varies_between_views_of_a_subject(source):
    shaft = [
        source.draw(0, np.random.default_rng(seed)).thickness_mm[BoneName.FEMUR_RIGHT].max()
        for seed in range(30)
    ]
    assert max(shaft) / min(shaft) > 1.5


def test_framings_can_be_chosen(source):
    maker = ViewMaker(source, 1, CameraSettings((2.0, 2.0), {Framing.HIP: 1.0}))
    assert maker(0).parameters["framing"] == list(Framing).index(Framing.HIP)
