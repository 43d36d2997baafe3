"""Only the point that is edited can be dragged; afterwards every lock is what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from study_moves import LAE, LEFT, RIGHT, row

from HipLandmarksLib.review import Command

pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import HipStudy, load_scene, save_scene
from HipLandmarksLib.scene.editing import StudyEditor

OWN_LOCKS = {(RIGHT, "FHC"), (LEFT, "LAE")}


def locked(study: Any) -> set[Any]:
    found = set()
    for id_ in study.offered:
        node, index = row(study, id_)
        if node.GetNthControlPointLocked(index):
            found.add(id_)
    return found


@pytest.fixture
def editor(study: Any) -> StudyEditor:
    """Of a study two points of which somebody locked."""
    for id_ in OWN_LOCKS:
        node, index = row(study, id_)
        node.SetNthControlPointLocked(index, True)
    return StudyEditor(study)


def test_nothing_is_locked_before_somebody_edits(editor: StudyEditor, study: Any) -> None:
    editor.go_to(LAE)
    assert locked(study) == OWN_LOCKS


def test_others_are_locked_while_one_is_edited(editor: StudyEditor, study: Any) -> None:
    editor.go_to(LAE)
    assert editor.execute(Command.EDIT).done and editor.editing
    assert locked(study) == set(study.offered) - {LAE}
    editor.execute(Command.NEXT)
    assert locked(study) == set(study.offered) - {editor.current}
    editor.go_to((RIGHT, "FHC"))  # although somebody locked it
    assert (RIGHT, "FHC") not in locked(study)
    editor.execute(Command.EDIT)
    assert locked(study) == OWN_LOCKS and not editor.editing


def test_it_can_be_switched_off(editor: StudyEditor, study: Any) -> None:
    editor.go_to(LAE)
    editor.editing = True
    editor.lock_others = False
    assert locked(study) == OWN_LOCKS
    editor.lock_others = True
    assert len(locked(study)) == len(study.offered) - 1


def test_editing_needs_a_point(editor: StudyEditor) -> None:
    assert not editor.execute(Command.EDIT).done and not editor.editing


def test_locks_do_not_hinder_undo_and_commands(editor: StudyEditor, study: Any) -> None:
    editor.go_to(LAE)
    editor.editing = True
    editor.place((LEFT, "NA"), (120.0, 8.0, -20.0))
    assert study.landmarks[(LEFT, "NA")].position == (120.0, 8.0, -20.0)
    editor.undo()
    assert locked(study) == set(study.offered) - {LAE}


def test_closing_gives_the_locks_back(editor: StudyEditor, study: Any) -> None:
    editor.go_to(LAE)
    editor.editing = True
    editor.close()
    assert locked(study) == OWN_LOCKS


def test_a_scene_that_was_saved_meanwhile_gets_its_locks_back(
    editor: StudyEditor, study: Any, tmp_path: Path
) -> None:
    editor.go_to(LAE)
    editor.editing = True
    save_scene(study.scene, tmp_path / "a.mrb")
    loaded = HipStudy.reopen(load_scene(tmp_path / "a.mrb"))[0]
    StudyEditor(loaded)
    assert locked(loaded) == OWN_LOCKS
