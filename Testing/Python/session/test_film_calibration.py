"""The calibration of a film step by step, whatever the face."""

from __future__ import annotations

import pytest

pytest.importorskip("slicer")

from panel_case import film, landmarks, mri
from plain_face import PlainFace

from HipLandmarksLib.errors import CalibrationError
from HipLandmarksLib.scene import add_volume
from HipLandmarksLib.scene.prepare import new_scene
from HipLandmarksLib.session import HipSession
from HipLandmarksLib.session.film_calibration import FilmCalibration


@pytest.fixture
def face():
    scene = new_scene()
    made = PlainFace(HipSession(scene))
    made.volume = add_volume(scene, film())
    made.session.show(made.volume, landmarks())
    yield made
    scene.Clear(0)


@pytest.fixture
def steps(face):
    made = FilmCalibration(face, face.refresh)
    made.begin()
    return made


def test_two_marks_make_a_ruler_and_clicks_are_no_marks_any_more(face, steps):
    steps.choose("ruler")
    steps.mark(True)
    steps.marks.add((0.0, 0.0, 0.0))
    assert steps.marking and not steps.changes and not steps.badges
    steps.marks.add((125.0, 0.0, 0.0))
    assert not steps.marking, "both ends are marked"
    assert steps.changes and all(each.before != each.after for each in steps.changes)
    steps.apply()
    assert face.study.settings.calibration.magnification == pytest.approx(1.25)
    assert steps.marks.positions == []


def test_a_size_that_is_no_size_is_told_and_cannot_be_applied(steps):
    steps.choose("factor")
    steps.resize(float("nan"))
    assert "above 0" in steps.badges[0].tooltip
    with pytest.raises(CalibrationError):
        steps.apply()


def test_the_same_study_is_gone_on_with_and_an_mri_needs_none(face, steps):
    steps.choose("ruler")
    steps.begin()
    assert steps.wizard.method.value == "ruler"
    image, points = mri()
    face.volume = add_volume(face.session.scene, image)
    face.session.show(face.volume, points)
    steps.begin()
    assert steps.wizard is None and steps.badges == [] and steps.changes == []
