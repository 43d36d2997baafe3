"""Editing with a mouse over a real slice view of trame-slicer: drags, middle-drags, keys."""

from __future__ import annotations

from typing import Any

import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.review import Command, EditKind

pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")
from slice_viewer import Mouse, Viewer, drag
from study_moves import LAE, RIGHT, values

from HipLandmarksLib.scene.editing import StudyEditor, guard_views, look_at
from HipLandmarksLib.scene.render import CANNOT_RENDER, can_render

pytestmark = pytest.mark.skipif(not can_render(), reason=CANNOT_RENDER)

MANAGER = "vtkMRMLMarkupsDisplayableManager"


@pytest.fixture
def viewer(case: Any) -> Viewer:
    viewer = Viewer(case.image, case.landmarks)
    viewer.picture.view.render()
    return viewer


@pytest.fixture
def editor(viewer: Viewer) -> StudyEditor:
    return StudyEditor(viewer.study)


def at(viewer: Viewer, key: str) -> tuple[float, float]:
    """Pixel of a point of the right hip."""
    position = viewer.study.landmarks[(RIGHT, key)].position
    assert position is not None
    return viewer.picture.pixel_of(position)


def middle_drag(viewer: Viewer, key: str, by: tuple[float, float]) -> None:
    """Drag a point with the middle button, which in Slicer moves its whole list."""
    Mouse(viewer.picture).drag(at(viewer, key), by, button="Middle")


def press(viewer: Viewer, key: str, name: str, shift: bool = False) -> None:
    """Press a key while the mouse is over a point."""
    mouse, interactor = Mouse(viewer.picture), viewer.picture.view.interactor()
    x, y = at(viewer, key)
    mouse.move(x - 30, y + 30)
    mouse.move(x, y)
    code = {"Delete": "\x7f", "BackSpace": "\x08"}[name]
    interactor.SetEventInformation(round(x), round(y), 0, int(shift), code, 1, name)
    interactor.InvokeEvent("KeyPressEvent")
    interactor.SetEventInformation(round(x), round(y), 0, 0, code, 0, name)


def guard(viewer: Viewer) -> int:
    manager = viewer.picture.view.get_displayable_manager_by_class(MANAGER)
    return guard_views([manager, None], viewer.study)


def test_a_drag_in_a_view_is_one_step(viewer: Viewer, editor: StudyEditor) -> None:
    study = viewer.study
    start, numbers = study.landmarks, values(study)
    drag(study, viewer.picture, "LAE", (-12, -4))
    assert editor.undo_kind is EditKind.DRAG and editor.last_edit.ids == (LAE,)
    moved = values(study)
    assert moved != numbers
    editor.undo()
    assert (study.landmarks, values(study)) == (start, numbers) and not editor.can_undo
    editor.redo()
    assert values(study) == moved


def test_without_a_guard_the_middle_button_moves_a_list_and_that_is_one_step(
    viewer: Viewer, editor: StudyEditor
) -> None:
    start = viewer.study.landmarks
    middle_drag(viewer, "LAE", (20, 10))
    assert editor.undo_kind is EditKind.MOVE_ALL and len(editor.last_edit.ids) == 6
    editor.undo()
    assert viewer.study.landmarks == start and not editor.can_undo


def test_guarded_views_do_not_move_a_list(viewer: Viewer, editor: StudyEditor) -> None:
    start = viewer.study.landmarks
    assert guard(viewer) == 2 == guard(viewer)  # both hips; once more changes nothing
    middle_drag(viewer, "LAE", (20, 10))
    assert viewer.study.landmarks == start and not editor.can_undo
    drag(viewer.study, viewer.picture, "LAE", (-12, -4))  # the left button does what it did
    assert editor.undo_kind is EditKind.DRAG


@pytest.mark.parametrize(
    ("name", "shift"), [("Delete", False), ("Delete", True), ("BackSpace", False)]
)
def test_keys_of_a_view_delete_nothing(
    viewer: Viewer,
    editor: StudyEditor,
    capfd: pytest.CaptureFixture[str],
    name: str,
    shift: bool,
) -> None:
    start = viewer.study.landmarks
    viewer.study.points_node(RIGHT).SetFixedNumberOfControlPoints(False)  # as a script may
    guard(viewer)
    press(viewer, "LAE", name, shift)
    assert viewer.study.landmarks == start and not editor.can_undo
    assert "locked" not in capfd.readouterr().err


def test_a_deleted_point_is_only_unset_where_views_are_not_guarded(
    viewer: Viewer, editor: StudyEditor
) -> None:
    start = viewer.study.landmarks
    viewer.study.points_node(RIGHT).SetFixedNumberOfControlPoints(False)
    press(viewer, "LAE", "Delete")
    assert LAE not in viewer.study.landmarks and LAE in viewer.study.offered
    editor.undo()
    assert viewer.study.landmarks == start


def test_only_the_edited_point_can_be_dragged(viewer: Viewer, editor: StudyEditor) -> None:
    editor.go_to((RIGHT, "LCP"))
    editor.editing = True
    start = viewer.study.landmarks
    drag(viewer.study, viewer.picture, "LAE", (-12, -4))
    assert viewer.study.landmarks == start and not editor.can_undo
    drag(viewer.study, viewer.picture, "LCP", (6, 16))
    assert editor.last_edit.ids == ((RIGHT, "LCP"),)
    editor.editing = False
    drag(viewer.study, viewer.picture, "LAE", (-12, -4))
    assert editor.last_edit.ids == (LAE,)


@pytest.mark.parametrize(
    ("command", "pixels"),
    [
        (Command.STEP_LEFT, (-1.0, 0.0)),
        (Command.STEP_UP, (0.0, 1.0)),
        (Command.NUDGE_RIGHT, (0.1, 0.0)),
        (Command.NUDGE_DOWN, (0.0, -0.1)),
    ],
)
def test_a_nudge_goes_where_the_view_shows(
    viewer: Viewer, editor: StudyEditor, command: Command, pixels: tuple[float, float]
) -> None:
    """Pixels are those of the image, 1.5 mm; directions those of the view."""
    node = viewer.picture.view.get_view_node()
    x, y = at(viewer, "LAE")
    scale = node.GetDimensions()[0] / node.GetFieldOfView()[0] * 1.5
    editor.go_to(LAE)
    assert editor.execute(command, node).done
    moved = (x + scale * pixels[0], y + scale * pixels[1])
    assert at(viewer, "LAE") == pytest.approx(moved, abs=1e-3)


def test_looking_at_a_point_centres_and_zooms_the_view(viewer: Viewer, editor: StudyEditor) -> None:
    point = viewer.study.landmarks[(Side.LEFT, "LAE")]
    assert look_at(viewer.study, point.position) == 1
    width, height = viewer.picture.view.render_window().GetSize()
    assert viewer.picture.pixel_of(point.position) == pytest.approx((width / 2, height / 2), abs=1)
    field = viewer.picture.view.get_view_node().GetFieldOfView()
    assert field[0] == pytest.approx(120.0) and field[1] == pytest.approx(120.0 * height / width)
    look_at(viewer.study, point.position, width_mm=50.0)
    look_at(viewer.study, point.position)  # stays as close as the reader went
    assert viewer.picture.view.get_view_node().GetFieldOfView()[0] == pytest.approx(50.0)
