"""A search for landmarks, whatever the face: licence, progress, result, and why there is none."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("slicer")

from panel_case import film
from plain_face import PlainFace
from scripted_child import Path, scripted_worker

from HipLandmarksLib.panel import DetectionPlan
from HipLandmarksLib.scene import add_volume
from HipLandmarksLib.scene.prepare import new_scene
from HipLandmarksLib.session import Editors, Explorers, HipSession
from HipLandmarksLib.session.landmark_search import LandmarkSearch
from HipLandmarksLib.synthesis import make_phantom


class ScriptedSession(HipSession):
    """Its model is a script; what it was asked for is kept."""

    model = "well"

    def begin_detection(self, volume_node, **asked):
        self.asked = asked
        return super().begin_detection(
            volume_node, **{**asked, "model": Path("/scripts") / self.model}
        )


class Section:
    """Shows a search: keeps its lines, and the volumes that were found something in."""

    def __init__(self):
        self.plan, self.lines, self.found = DetectionPlan(), [], []

    def require_packages(self):
        pass

    def search_changed(self):
        self.lines.append("changed")

    def search_progressed(self):
        self.lines.append(self.search.progress.line)

    def show_found(self, volume):
        self.found.append(volume)


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with scripted_worker(tmp_path_factory.mktemp("child") / "starting") as made:
        yield made


@pytest.fixture
def section(worker, tmp_path, monkeypatch):
    monkeypatch.setenv("HIPLANDMARKS_MODELS", str(tmp_path / "user" / "models"))
    scene = new_scene()
    made = Section()
    made.face = PlainFace(ScriptedSession(scene, worker=worker))
    made.face.volume = add_volume(scene, make_phantom(slices=(16, 17)).image)
    made.search = LandmarkSearch(made.face, made, Explorers(Editors(tmp_path)))
    yield made
    made.search.cancel()
    made.face.session.close()
    scene.Clear(0)


def wait(search):
    end = time.monotonic() + 60
    while search.runs:
        assert time.monotonic() < end
        search.poll()
        time.sleep(0.01)


def test_a_search_shows_what_it_found_and_how_far_it_was(section):
    section.search.press()
    assert section.search.runs
    wait(section.search)
    assert section.found == [section.face.volume] and section.face.reopened == 1
    assert section.face.study is not None and "Check every point" in section.face.told
    assert any("slices" in line for line in section.lines)
    assert section.search.progress.line == ""


def test_a_second_press_cancels_and_the_scene_is_as_before(section):
    section.face.session.model = "hangs"
    section.search.press()
    section.search.press()
    wait(section.search)
    assert section.face.study is None and "cancelled" in section.face.told


def test_why_there_is_no_result_is_told_with_what_the_process_said(section):
    section.face.session.model = "loading"
    section.search.press()
    wait(section.search)
    assert section.face.study is None and section.found == []
    assert section.face.told and not section.search.runs


def test_a_licence_is_agreed_to_before_anything_runs_and_slices_are_no_choice_for_a_film(section):
    face = section.face
    face.volume = add_volume(face.session.scene, film())
    section.plan = DetectionPlan(slice="all")  # chosen for the MRI before
    section.search.press()
    assert not section.search.runs and "not for commercial use" in face.told
    face.actions[0]()
    assert section.search.runs and not face.session.asked["all_slices"]
