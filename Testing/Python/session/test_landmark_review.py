"""The commands of the review, whatever the face."""

from __future__ import annotations

import pytest

pytest.importorskip("slicer")

from study_moves import move

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.review import Command
from HipLandmarksLib.session import Editors
from HipLandmarksLib.session.landmark_review import LandmarkReview

LAE = (Side.RIGHT, "LAE")


@pytest.fixture
def review(face, tmp_path):
    editors = Editors(tmp_path)
    asked = []
    made = LandmarkReview(
        face, editors, face.refresh, {Command.KEY_HELP: lambda: asked.append("keys")}
    )
    made.asked = asked
    yield made
    editors.close()


def test_a_command_changes_the_study_and_can_be_undone(face, review):
    assert not review.is_ready(Command.UNDO)
    review.go_to(LAE)
    review.execute(Command.ABSENT)
    assert face.study.landmarks[LAE].state is LandmarkState.ABSENT
    assert review.is_ready(Command.UNDO) and not review.is_ready(Command.REDO)
    review.execute(Command.UNDO)
    assert face.study.landmarks[LAE].position is not None and review.is_ready(Command.REDO)


def test_what_stands_in_the_way_of_a_command_is_told(face, review):
    review.execute(Command.UNDO)
    assert face.told


def test_editing_a_point_without_a_place_waits_for_a_click(face, review):
    review.go_to(LAE)
    review.execute(Command.ABSENT)
    review.execute(Command.EDIT)
    assert "place LAE" in face.told and not review.editing


def test_the_next_case_is_the_next_study_of_the_scene_and_help_is_the_faces(face, review):
    first, second = (study.volume_node for study in face.session.studies)
    review.execute(Command.NEXT_CASE)
    assert face.volume is first
    review.execute(Command.PREVIOUS_CASE)
    assert face.volume is second
    review.execute(Command.KEY_HELP)
    assert review.asked == ["keys"]


def test_without_a_study_no_command_is_ready(face, review):
    face.volume = None
    assert not any(review.is_ready(command) for command in Command) and not review.editing
    review.execute(Command.ACCEPT)
    review.go_to(LAE)
    assert face.messages == []


def test_a_list_that_was_moved_as_a_whole_is_told_once(face, review):
    assert review.editor is not None
    batch = face.study.points_node(Side.RIGHT).StartModify()
    for point in face.study.landmarks.side(Side.RIGHT):
        move(face.study, point.id)
    face.study.points_node(Side.RIGHT).EndModify(batch)
    review.warn_of_moved_list()
    review.warn_of_moved_list()
    assert len(face.messages) == 1 and "Undo brings them back" in face.told
