"""All slices as a person goes through them, whatever the face."""

from __future__ import annotations

import pytest

pytest.importorskip("slicer")

from explored_case import choices, explored
from explored_volume import volume_image
from panel_case import film, landmarks
from plain_face import PlainFace

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.panel import Control
from HipLandmarksLib.scene import add_volume
from HipLandmarksLib.scene.exploration import SpacePart
from HipLandmarksLib.scene.prepare import new_scene
from HipLandmarksLib.session import Editors, Explorers, HipSession
from HipLandmarksLib.session.slice_exploration import SliceExploration


@pytest.fixture
def slices(tmp_path):
    scene, image = new_scene(), volume_image()
    face = PlainFace(HipSession(scene))
    face.volume = add_volume(scene, image)
    found = explored(image)
    study = face.session.show(face.volume, found.stack.case())
    editors = Editors(tmp_path)
    explorers = Explorers(editors)
    explorers.create(study, found, choices(found.stack))
    made = SliceExploration(face, explorers)
    made.face = face
    made.begin()
    made.update()
    yield made
    made.close()
    explorers.close()
    editors.close()
    scene.Clear(0)


def test_a_line_leads_to_its_slice_and_the_face_is_renewed(slices):
    before = slices.face.refreshed
    slices.choose_line(2)
    index = slices.view.slices[2].index
    assert dict(slices.explorer.shown) == dict.fromkeys(Side, index)
    assert slices.update().current == 2 and slices.face.refreshed > before
    slices.choose_line(1000)
    assert slices.update().current == 2


def test_a_hip_is_measured_where_the_reader_wants(slices):
    slices.choose_line(0)
    slices.take(Control.TAKE_RIGHT)
    assert slices.explorer.stack.chosen[Side.RIGHT] == slices.view.slices[0].index
    slices.take(Control.TAKE_SUGGESTED)
    assert not any(choice.by_reader for choice in slices.explorer.choices.values())


def test_parts_and_following_are_switched(slices):
    slices.switch(Control.SPACE_NECK, False)
    assert SpacePart.NECK not in slices.explorer.parts
    slices.switch(Control.FOLLOW_VIEWS, True)
    assert slices.explorer.follow_views


def test_a_place_of_the_clock_shows_its_plane_on_the_hip_of_the_column(slices):
    slices.show_radial(3, 3)
    assert slices.explorer.radial == (Side.LEFT, slices.view.clock[3].theta_deg)
    slices.show_radial(4, 0)
    assert slices.explorer.radial[0] is Side.RIGHT, "the first hip with a map"
    slices.show_plane(90.0, Side.LEFT)
    assert slices.explorer.radial == (Side.LEFT, 90.0)


def test_a_film_has_no_slices(slices):
    face = slices.face
    face.volume = add_volume(face.session.scene, film())
    face.session.show(face.volume, landmarks())
    slices.begin()
    assert slices.explorer is None and not slices.applies and not slices.update().applies
    slices.choose_line(0)
    slices.show_radial(0, 0)
