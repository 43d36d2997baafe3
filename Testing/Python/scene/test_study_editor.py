"""Editing in a real scene: every change is one step back, and the numbers come along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from doubt_reading import SUPPRESSED, reading
from review_case import Clock
from study_moves import LAE, LEFT, RIGHT, drag, move, row, values

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    LandmarkState,
    Midline,
    Side,
    SourceKind,
)
from HipLandmarksLib.review import Command, EditKind, Progress, ReviewError

pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import HipStudy, new_scene
from HipLandmarksLib.scene.editing import StudyEditor
from HipLandmarksLib.scene.frames import array_to_matrix


@pytest.fixture
def editor(study: Any) -> Iterator[StudyEditor]:
    editor = StudyEditor(study, clock=Clock())
    yield editor
    editor.close()


def assert_fresh(study: Any, case: Any) -> None:
    """Numbers are those of a study that was never edited."""
    fresh = HipStudy.create(new_scene(), case.image, study.landmarks)
    assert values(fresh) == values(study)


def test_a_drag_is_one_step_however_long(editor: StudyEditor, study: Any, case: Any) -> None:
    before = study.landmarks, values(study)
    drag(study, LAE, events=30)
    assert editor.undo_kind is EditKind.DRAG and editor.last_edit.ids == (LAE,)
    after = study.landmarks, values(study)
    assert after[1] != before[1] and study.landmarks[LAE].source.name == "anna"
    editor.undo()
    assert (study.landmarks, values(study)) == before and not editor.can_undo
    editor.redo()
    assert (study.landmarks, values(study)) == after and not editor.can_redo
    assert_fresh(study, case)


def test_undo_gives_the_models_point_back_with_all_it_knew(editor: StudyEditor, study: Any) -> None:
    model = study.landmarks[LAE]
    assert model.covariance is not None and model.confidence == 0.9
    drag(study, LAE)
    assert study.landmarks[LAE].covariance is None
    editor.undo()
    assert study.landmarks[LAE] == model and model.source.kind is SourceKind.MODEL


def test_a_click_without_a_move_is_no_step(editor: StudyEditor, study: Any) -> None:
    drag(study, LAE, events=0)
    assert not editor.can_undo


def test_changes_by_others_are_steps_too(editor: StudyEditor, study: Any) -> None:
    node, index = row(study, LAE)
    start = study.landmarks
    move(study, LAE)
    node.SetNthControlPointPositionMissing(index)
    node.UnsetNthControlPointPosition(index)
    node.SetNthControlPointPosition(index, 100.0, 0.0, 20.0)
    kinds = []
    while editor.can_undo:
        kinds.append(editor.undo().kind)
    assert kinds == [EditKind.PLACE, EditKind.UNSET, EditKind.ABSENT, EditKind.MOVE]
    assert study.landmarks == start


def test_a_list_that_is_moved_as_a_whole_is_noticed_and_comes_back_at_once(
    editor: StudyEditor, study: Any
) -> None:
    start, node = study.landmarks, study.points_node(RIGHT)
    node.InvokeCustomModifiedEvent(node.PointStartInteractionEvent)
    for _ in range(4):
        modifying = node.StartModify()
        for key in ("FHC", "NA", "LAE", "LCP", "SHP", "SHD"):
            move(study, (RIGHT, key), (0.5, 0.0, -1.0))
        node.EndModify(modifying)
    node.InvokeCustomModifiedEvent(node.PointEndInteractionEvent)
    assert editor.undo_kind is EditKind.MOVE_ALL and len(editor.last_edit.ids) == 6
    editor.undo()
    assert study.landmarks == start and not editor.can_undo


def test_a_drag_whose_end_nobody_told_is_ended_by_the_next_step(
    editor: StudyEditor, study: Any
) -> None:
    node, _ = row(study, LAE)
    node.InvokeCustomModifiedEvent(node.PointStartInteractionEvent)
    move(study, LAE)
    editor.go_to((RIGHT, "NA"))
    editor.execute(Command.ABSENT)
    assert editor.undo().ids == ((RIGHT, "NA"),)
    assert editor.undo().kind is EditKind.DRAG


@pytest.mark.parametrize(
    ("command", "kind", "state"),
    [
        (Command.ABSENT, EditKind.ABSENT, LandmarkState.ABSENT),
        (Command.OCCLUDED, EditKind.OCCLUDED, LandmarkState.ESTIMATED),
        (Command.MIRROR, EditKind.MIRROR, LandmarkState.ESTIMATED),
        (Command.UNSET, EditKind.UNSET, None),
        (Command.STEP_UP, EditKind.NUDGE, LandmarkState.VISIBLE),
    ],
)
def test_states_are_set_by_commands_and_undone(
    editor: StudyEditor, study: Any, case: Any, command: Command, kind: EditKind, state: Any
) -> None:
    start, numbers = study.landmarks, values(study)
    editor.go_to(LAE)
    outcome = editor.execute(command)
    assert outcome.done and outcome.edit.kind is kind and outcome.id == LAE
    point = study.landmarks.items_.get(LAE)
    assert (None if point is None else point.state) is state
    assert_fresh(study, case)
    assert (values(study) == numbers) is (command is Command.OCCLUDED)  # it stays where it is
    assert editor.execute(Command.UNDO).done
    assert (study.landmarks, values(study)) == (start, numbers)


def test_a_refusal_says_why_and_changes_nothing(editor: StudyEditor, study: Any) -> None:
    start = study.landmarks
    assert "No landmark is chosen" in editor.execute(Command.ABSENT).reason
    editor.go_to((RIGHT, "TD"))
    for command, words in (
        (Command.ACCEPT, "not placed"),
        (Command.MIRROR, "no position to mirror"),
        (Command.SUGGESTED, "suggests no place"),
        (Command.NUDGE_UP, "no position to nudge"),
        (Command.UNDO, "nothing to undo"),
        (Command.RESET_ALL, "as they were"),
    ):
        outcome = editor.execute(command)
        assert not outcome.done and words in outcome.reason
    assert study.landmarks == start and not editor.can_undo
    with pytest.raises(ReviewError, match="not in this list"):
        editor.go_to((Midline.PELVIS, "SYM"))


def test_everything_goes_back_to_the_models_prediction(editor: StudyEditor, study: Any) -> None:
    start = study.landmarks
    drag(study, LAE)
    editor.place((LEFT, "GT"), (140.0, 8.0, 2.0))
    editor.go_to((LEFT, "NA"))
    editor.execute(Command.ABSENT)
    assert editor.execute(Command.RESET).edit.kind is EditKind.RESET
    assert study.landmarks[(LEFT, "NA")] == start[(LEFT, "NA")]
    assert editor.execute(Command.RESET_ALL).edit.ids == (LAE, (LEFT, "GT"))
    assert study.landmarks == start
    editor.execute(Command.UNDO)
    assert study.landmarks[(LEFT, "GT")].position == (140.0, 8.0, 2.0)


def test_a_suppressed_point_that_was_placed_can_be_suppressed_again(study: Any, case: Any) -> None:
    read = reading(case.image, case.landmarks)
    study.set_landmarks(read.landmarks)
    study.show_doubt(read, visible=False)
    editor = StudyEditor(study)
    model = study.landmarks[SUPPRESSED]
    assert editor.items[0].id == SUPPRESSED and model.state is LandmarkState.ABSENT
    assert editor.place_of(SUPPRESSED) == model.evidence.suppressed_position
    outcome = editor.execute(Command.NEXT_LEAST_SURE)
    assert outcome.look_at == model.evidence.suppressed_position
    assert editor.execute(Command.SUGGESTED).done
    assert study.landmarks[SUPPRESSED].position == model.evidence.suppressed_position
    assert editor.execute(Command.RESET).done
    assert study.landmarks[SUPPRESSED] == model


def test_accepting_leads_through_the_list(editor: StudyEditor) -> None:
    total = editor.open_count
    assert total == 12 and "not calibrated" in editor.remark
    first = editor.execute(Command.NEXT_LEAST_SURE).id
    for left in range(total - 1, 0, -1):
        outcome = editor.execute(Command.ACCEPT)
        assert outcome.look_at is not None and editor.open_count == left
        assert editor.item(outcome.id).progress is Progress.OPEN
    assert "All landmarks are reviewed" in editor.execute(Command.ACCEPT).reason
    assert editor.open_count == 0 and editor.item(first).progress is Progress.ACCEPTED
    editor.execute(Command.UNDO)
    assert editor.open_count == 1
    assert editor.execute(Command.ACCEPT_REST).done and editor.open_count == 0


def test_moving_about_in_the_list(editor: StudyEditor) -> None:
    ids = [item.id for item in editor.items if item.asked]
    assert editor.execute(Command.NEXT).id == ids[0]
    assert editor.execute(Command.NEXT).id == ids[1]
    assert editor.execute(Command.PREVIOUS).id == ids[0]
    assert editor.execute(Command.PREVIOUS).id == ids[-1]
    editor.go_to(LAE)
    assert editor.execute(Command.OTHER_SIDE).id == (LEFT, "LAE")
    number = editor.item(LAE).number
    jump = Command(f"jump_{number}")
    assert editor.execute(jump).id == LAE
    assert editor.execute(jump).id == (LEFT, "LAE")
    assert editor.execute(Command.NEXT_CASE).for_face


def test_nudges_are_in_pixels_of_the_image(editor: StudyEditor, study: Any) -> None:
    editor.go_to(LAE)
    x, y, z = study.landmarks[LAE].position
    editor.execute(Command.STEP_RIGHT)  # of the viewer: the patient's left; pixels of 1.5 mm
    editor.execute(Command.NUDGE_DOWN)
    assert study.landmarks[LAE].position == pytest.approx((x + 1.5, y, z - 0.15))
    assert editor.undo().kind is EditKind.NUDGE
    assert study.landmarks[LAE].position == (x, y, z)  # both were one step


def test_other_points_of_a_detection_can_be_undone(
    editor: StudyEditor, study: Any, case: Any
) -> None:
    drag(study, LAE)
    mine = study.landmarks
    rng = np.random.default_rng(3)
    found = HipLandmarks.of(
        (
            replace(p, position=tuple((p.point() + rng.normal(0, 2, 3)).tolist()))
            for p in case.landmarks.values()
        ),
        case_id="demo",
    )
    study.set_landmarks(found)
    assert editor.undo_kind is EditKind.DETECT and editor.item(LAE).original == found[LAE]
    editor.undo()
    assert study.landmarks == mine and editor.item(LAE).original == case.landmarks[LAE]
    editor.redo()
    assert study.landmarks == found and editor.item(LAE).progress is Progress.OPEN


def test_a_detection_that_fails_after_all_leaves_no_step(editor: StudyEditor, study: Any) -> None:
    drag(study, LAE)
    mine, original = study.landmarks, editor.item(LAE).original
    study.set_landmarks(HipLandmarks.of(mine.side(RIGHT)))
    study.set_landmarks(mine)
    assert editor.undo_kind is EditKind.DRAG and editor.item(LAE).original == original
    assert editor.item((LEFT, "NA")).progress is Progress.OPEN


def test_a_point_that_hovers_under_the_mouse_is_no_step_until_it_is_placed(
    editor: StudyEditor, study: Any
) -> None:
    """As in Slicer's place mode."""
    node, index = row(study, (RIGHT, "TD"))
    for step in range(5):
        node.SetNthControlPointPosition(index, 60.0 + step, 0.0, -17.0, node.PositionPreview)
    assert not editor.can_undo
    node.SetNthControlPointPosition(index, 57.0, 0.0, -17.0)
    assert editor.undo_kind is EditKind.PLACE
    editor.undo()
    assert not editor.can_undo and (RIGHT, "TD") not in study.landmarks


def test_history_follows_the_image_when_it_is_moved_with_its_points(
    editor: StudyEditor, study: Any
) -> None:
    start = study.landmarks[LAE].position
    drag(study, LAE)
    transform = study.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    shift = np.eye(4)
    shift[:3, 3] = (10.0, -20.0, 30.0)
    transform.SetMatrixTransformToParent(array_to_matrix(shift))
    for node in (study.volume_node, *(study.points_node(side) for side in Side)):
        node.SetAndObserveTransformNodeID(transform.GetID())
    assert editor.item(LAE).progress is Progress.EDITED
    editor.undo()
    moved = tuple(np.add(start, (-10.0, 20.0, 30.0)).tolist())
    assert study.landmarks[LAE].position == pytest.approx(moved)
    assert editor.item(LAE).progress is Progress.OPEN
    for node in (study.volume_node, *(study.points_node(side) for side in Side)):
        node.HardenTransform()
    editor.undo()  # the list takes who hardened it for the source of its points
    assert study.landmarks[LAE].position == pytest.approx(moved)
    assert study.landmarks[LAE].source.kind is SourceKind.MODEL and not editor.can_undo


def test_points_that_a_transform_takes_off_the_image_come_back_in_one_step(
    editor: StudyEditor, study: Any
) -> None:
    start, node = study.landmarks, study.points_node(RIGHT)
    transform = study.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetAndObserveTransformNodeID(transform.GetID())
    for step in range(1, 5):
        shift = np.eye(4)
        shift[2, 3] = float(step)
        transform.SetMatrixTransformToParent(array_to_matrix(shift))
    assert editor.undo().kind is EditKind.MOVE_ALL
    for id_, point in study.landmarks.items():
        assert point.position == pytest.approx(start[id_].position)
    assert not editor.can_undo


def test_a_face_hears_of_it_once_per_step_and_keeps_nothing_alive(
    editor: StudyEditor, study: Any
) -> None:
    class Face:
        heard = 0

        def refresh(self) -> None:
            self.heard += 1

    face = Face()
    editor.watch(face.refresh)
    drag(study, LAE, events=10)
    assert face.heard == 1
    editor.undo()
    assert face.heard == 2
    del face
    editor.redo()


def test_a_closed_editor_leaves_nothing_behind(study: Any) -> None:
    editor = StudyEditor(study)
    editor.close()
    move(study, LAE)
    assert not editor.can_undo
    assert not study.scene.HasObserver(study.scene.EndSaveEvent)
