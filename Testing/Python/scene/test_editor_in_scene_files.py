"""The review is part of the scene: saved, loaded, restored after a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from doubt_reading import SUPPRESSED, reading
from review_case import Clock
from study_moves import LAE, LEFT, RIGHT, drag, move, row, values

from HipLandmarksLib.anatomy import LandmarkState
from HipLandmarksLib.review import Command, EditKind, Progress

pytest.importorskip("slicer", reason="slicer-core is not installed")
import slicer

from HipLandmarksLib.scene import HipStudy, load_scene, new_scene, save_scene
from HipLandmarksLib.scene.editing import StudyEditor, offers

NA = (LEFT, "NA")


def again(study: Any, path: Path) -> StudyEditor:
    """The editor of the study after its scene was saved and loaded."""
    save_scene(study.scene, path)
    return StudyEditor(HipStudy.reopen(load_scene(path), "bert")[0])


def review_nodes(scene: Any) -> list[Any]:
    count = scene.GetNumberOfNodesByClass("vtkMRMLTextNode")
    nodes = [scene.GetNthNodeByClass(n, "vtkMRMLTextNode") for n in range(count)]
    return [n for n in nodes if n.GetAttribute("HipLandmarks.Role") == "review"]


def close_to(study: Any, landmarks: Any) -> bool:
    now = study.landmarks
    return set(now) == set(landmarks) and all(
        (now[i].state, now[i].source, now[i].covariance, now[i].evidence)
        == (p.state, p.source, p.covariance, p.evidence)
        and now[i].position == (p.position and pytest.approx(p.position, abs=1e-6))
        for i, p in landmarks.items()
    )


def test_undo_and_redo_go_on_after_loading(study: Any, tmp_path: Path) -> None:
    start = study.landmarks
    editor = StudyEditor(study, clock=Clock())
    drag(study, LAE)
    editor.go_to(NA)
    editor.execute(Command.ACCEPT)
    editor.go_to((RIGHT, "LCP"))
    editor.execute(Command.ABSENT)
    editor.execute(Command.UNDO)
    loaded = again(study, tmp_path / "a.mrb")
    assert loaded.problem == "" and loaded.item(NA).progress is Progress.ACCEPTED
    assert loaded.item(LAE).original == start[LAE]
    assert loaded.redo().kind is EditKind.ABSENT
    assert loaded.study.landmarks[(RIGHT, "LCP")].state is LandmarkState.ABSENT
    kinds = []
    while loaded.can_undo:
        kinds.append(loaded.undo().kind)
    assert kinds == [EditKind.ABSENT, EditKind.ACCEPT, EditKind.DRAG]
    assert close_to(loaded.study, start)
    assert values(loaded.study) == pytest.approx(
        values(HipStudy.create(new_scene(), study.image, start))
    )


def test_the_review_is_written_into_the_scene_and_shown_in_no_list(
    study: Any, scene: Any, tmp_path: Path
) -> None:
    editor = StudyEditor(study)
    drag(study, LAE)
    (node,) = review_nodes(scene)
    save_scene(scene, tmp_path / "a.mrb")
    assert node.GetHideFromEditors() and node.GetStorageNode() is None
    editor.close()
    StudyEditor(study)
    assert review_nodes(scene) == [node]
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    assert hierarchy.GetItemByDataNode(node) == 0


def test_a_suppressed_point_is_recoverable_after_loading(
    study: Any, case: Any, tmp_path: Path
) -> None:
    read = reading(case.image, case.landmarks)
    study.set_landmarks(read.landmarks)
    study.show_doubt(read, visible=False)
    editor = StudyEditor(study)
    editor.place(SUPPRESSED, (100.0, 8.0, 0.0))
    loaded = again(study, tmp_path / "a.mrb")
    loaded.go_to(SUPPRESSED)
    assert loaded.execute(Command.RESET).done
    point = loaded.study.landmarks[SUPPRESSED]
    assert point.state is LandmarkState.ABSENT
    assert point.evidence == read.landmarks[SUPPRESSED].evidence


def test_what_was_changed_elsewhere_is_one_step(study: Any, tmp_path: Path) -> None:
    StudyEditor(study).close()
    start = study.landmarks
    move(study, LAE)
    move(study, NA)
    loaded = again(study, tmp_path / "a.mrb")
    assert loaded.undo_kind is EditKind.OUTSIDE and set(loaded.last_edit.ids) == {LAE, NA}
    loaded.undo()
    assert close_to(loaded.study, start) and not loaded.can_undo


def test_a_study_from_before_the_review_takes_the_models_reading_for_the_original(
    study: Any, case: Any
) -> None:
    read = reading(case.image, case.landmarks)
    study.set_landmarks(read.landmarks)
    study.show_doubt(read, visible=False)
    move(study, LAE)
    editor = StudyEditor(study)
    assert editor.item(LAE).original == read.landmarks[LAE]
    assert editor.item(LAE).progress is Progress.EDITED


@pytest.mark.parametrize("text", ["", "{", json.dumps({"format": "of tomorrow"})])
def test_a_damaged_review_is_told_and_does_no_harm(study: Any, scene: Any, text: str) -> None:
    editor = StudyEditor(study)
    drag(study, LAE)
    editor.close()
    review_nodes(scene)[0].SetText(text)
    points = study.landmarks
    again_opened = StudyEditor(study)
    assert "cannot be read" in again_opened.problem and study.landmarks == points
    drag(study, NA)
    assert again_opened.undo().kind is EditKind.DRAG and study.landmarks == points


def test_a_removed_review_node_is_made_again(study: Any, scene: Any) -> None:
    editor = StudyEditor(study)
    editor.go_to(LAE)
    editor.editing = True
    scene.RemoveNode(review_nodes(scene)[0])
    editor.editing = False
    drag(study, LAE)
    assert len(review_nodes(scene)) == 1 and editor.undo().kind is EditKind.DRAG


def test_a_row_that_is_removed_is_only_unset(study: Any) -> None:
    editor, start = StudyEditor(study), study.landmarks
    node, index = row(study, LAE)
    node.SetFixedNumberOfControlPoints(False)
    node.RemoveNthControlPoint(index)
    assert editor.undo_kind is EditKind.UNSET
    assert LAE in study.offered and LAE not in study.landmarks
    editor.undo()
    assert study.landmarks == start


def test_all_rows_that_are_removed_come_back_in_one_step(study: Any) -> None:
    editor, start, offered = StudyEditor(study), study.landmarks, set(study.offered)
    node = study.points_node(RIGHT)
    node.SetFixedNumberOfControlPoints(False)
    node.RemoveAllControlPoints()
    assert set(study.offered) == offered and not study.landmarks.side(RIGHT)
    editor.undo()
    assert set(study.landmarks.values()) >= set(start.side(RIGHT)) and not editor.can_undo


def test_a_list_that_is_deleted_is_noticed_and_comes_back(study: Any, scene: Any) -> None:
    editor, numbers, offered = StudyEditor(study), values(study), set(study.offered)
    start = dict(study.landmarks)
    scene.RemoveNode(study.points_node(RIGHT))
    assert editor.undo_kind is EditKind.DELETE_LIST and study.points_node(RIGHT) is None
    editor.undo()
    assert dict(study.landmarks) == start and values(study) == numbers
    assert set(study.offered) == offered
    drag(study, LAE)
    assert editor.undo().kind is EditKind.DRAG
    editor.redo()


def unsaved(study: Any, folder: Path) -> Any:
    """Work that was never saved; then the program ends."""
    editor = StudyEditor(study, folder, Clock())
    drag(study, LAE)
    editor.go_to(NA)
    editor.execute(Command.ABSENT)
    points = study.landmarks
    editor.close()
    return points


def test_unsaved_work_is_offered_and_taken_up_with_its_history(
    study: Any, case: Any, tmp_path: Path
) -> None:
    points = unsaved(study, tmp_path)
    fresh = HipStudy.create(new_scene(), case.image, case.landmarks)
    editor = StudyEditor(fresh, tmp_path)
    (offer,) = offers(tmp_path, case.image)
    assert offer.edits == 2
    assert offer.landmarks(case.image) == points
    editor.restore(offer)
    assert fresh.landmarks == points
    editor.undo()
    assert editor.undo().kind is EditKind.DRAG and fresh.landmarks == case.landmarks
    editor.redo()
    editor.close()
    (offer,) = offers(tmp_path, case.image)  # still nobody has saved it
    assert offer.edits == 5


def test_taking_up_unsaved_work_can_be_undone_when_there_was_other_work(
    study: Any, case: Any, tmp_path: Path
) -> None:
    points = unsaved(study, tmp_path)
    fresh = HipStudy.create(new_scene(), case.image, case.landmarks)
    editor = StudyEditor(fresh)
    drag(fresh, (RIGHT, "LCP"))
    mine = fresh.landmarks
    editor.restore(offers(tmp_path, case.image)[0])
    assert fresh.landmarks == points and editor.undo_kind is EditKind.RESTORE
    editor.undo()
    assert fresh.landmarks == mine and offers(tmp_path, case.image) == ()


def test_a_saved_scene_needs_no_autosave(study: Any, case: Any, tmp_path: Path) -> None:
    editor = StudyEditor(study, tmp_path / "reviews")
    drag(study, LAE)
    assert list((tmp_path / "reviews").iterdir())
    save_scene(study.scene, tmp_path / "a.mrb")
    assert list((tmp_path / "reviews").iterdir()) == []
    drag(study, LAE)
    editor.close()
    assert offers(tmp_path / "reviews", case.image)[0].edits == 1


def test_a_scene_that_something_else_stored_needs_no_autosave(
    study: Any, case: Any, tmp_path: Path
) -> None:
    """Slicer's own dialogs tell nobody that they saved the scene."""
    editor = StudyEditor(study, tmp_path / "reviews")
    drag(study, LAE)
    study.scene.WriteToMRB(str(tmp_path / "a.mrb"))
    drag(study, NA)
    assert len(list((tmp_path / "reviews").iterdir())) == 1
    study.scene.WriteToMRB(str(tmp_path / "b.mrb"))
    editor.close()
    assert offers(tmp_path / "reviews", case.image) == ()


def test_points_that_are_no_landmarks_do_not_disturb_the_review(study: Any, tmp_path: Path) -> None:
    editor = StudyEditor(study)
    listed = len(editor.items)
    node, index = row(study, LAE)
    node.SetNthControlPointLabel(index, "my own")
    node.SetFixedNumberOfControlPoints(False)
    node.AddControlPoint((10.0, 0.0, 20.0), "F-1")
    assert editor.undo_kind is EditKind.UNSET and len(editor.items) == listed
    loaded = again(study, tmp_path / "a.mrb")
    assert loaded.problem == "" and loaded.undo().ids == (LAE,)
    assert LAE in loaded.study.landmarks


def test_a_full_disk_is_told_and_keeps_nobody_from_working(study: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "no folder"
    blocked.write_text("a file")
    editor = StudyEditor(study, blocked)
    drag(study, LAE)
    assert "not autosaved" in editor.problem and editor.undo().kind is EditKind.DRAG
