"""A stack of slices in the scene: points, numbers, plots and views of one slice after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubt_reading import reading
from explored_case import CHOSEN, HEADS, alpha_on, choices, explored
from study_moves import move

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkStack,
    LandmarkState,
    Side,
    SourceKind,
)
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.measurement import MeasurementStatus

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.scene import HipStudy
from HipLandmarksLib.scene.editing import StudyEditor, offers, page_offers
from HipLandmarksLib.scene.exploration import ExplorerTable, StackExplorer

RIGHT_LCP = (Side.RIGHT, "LCP")


@pytest.fixture
def study(scene: Any, case: Any) -> Iterator[HipStudy]:
    """The case on its chosen slices."""
    study = HipStudy.create(scene, case.image, explored(case.image).stack.case(), reader="anna")
    yield study
    study.close()


@pytest.fixture
def explorer(study: HipStudy, case: Any) -> Iterator[StackExplorer]:
    """All slices of it, with a history that can be undone."""
    found = explored(case.image)
    explorer = StackExplorer.create(
        study, found, choices=choices(found.stack), editor=StudyEditor(study)
    )
    yield explorer
    explorer.close()


def editor_of(explorer: StackExplorer) -> StudyEditor:
    assert explorer.editor is not None
    return explorer.editor


def alpha(explorer: StackExplorer, side: Side, index: int | None = None) -> float | None:
    value = explorer.value(side, "alpha", index)
    return None if value is None else value.value


def cells(explorer: StackExplorer, column: str) -> dict[int, str]:
    """Texts of a column of the table of slices, by slice."""
    table = explorer.table(ExplorerTable.SLICES).GetTable()
    texts = table.GetColumnByName(column)
    numbers = table.GetColumnByName("Slice")
    return {int(numbers.GetValue(n)): texts.GetValue(n) for n in range(table.GetNumberOfRows())}


def test_each_hip_begins_on_its_chosen_slice(explorer: StackExplorer) -> None:
    assert dict(explorer.shown) == CHOSEN and explorer.at_chosen
    assert explorer.study.landmarks.items_ == explorer.stack.case().items_
    assert explorer.is_there
    assert explorer.remark == ""


def test_another_slice_shows_its_points_and_their_numbers(explorer: StackExplorer) -> None:
    explorer.go_to(8)
    for side in Side:
        measured = explorer.study.measurement(side, "alpha").value
        assert measured == pytest.approx(alpha_on(side, 8))
        assert measured == pytest.approx(alpha(explorer, side) or 0.0)
    shown = explorer.stack.at(8).landmarks
    assert explorer.study.landmarks.items_ == shown.items_
    assert "8.0 mm from the head centre" in explorer.remark
    assert not explorer.at_chosen and explorer.edited == ()


def test_stepping_follows_the_slices_that_the_stack_has_and_stays_at_its_ends(
    study: HipStudy, case: Any
) -> None:
    found = explored(case.image)
    gap = replace(found.stack, slices_=tuple(s for s in found.stack if s.index not in (11, 12)))
    gap = replace(gap, chosen={Side.RIGHT: 10, Side.LEFT: 13})
    explorer = StackExplorer.create(study, found.measured_again(gap))
    explorer.go_to(10)
    assert explorer.step(1) == 13 and explorer.step(-1) == 10
    assert explorer.step(-100) == 4 and explorer.step(-1) == 4
    with pytest.raises(ConfigurationError, match="no slice 11"):
        explorer.go_to(11)
    assert set(explorer.shown.values()) == {4}


def test_a_drag_belongs_to_the_slice_that_is_shown(explorer: StackExplorer) -> None:
    explorer.go_to(9)
    before = alpha(explorer, Side.RIGHT)
    move(explorer.study, (Side.RIGHT, "LCP"), (0.0, 0.0, 4.0))
    assert explorer.edited == (9,)
    assert alpha(explorer, Side.RIGHT) == explorer.study.measurement(Side.RIGHT, "alpha").value
    assert alpha(explorer, Side.RIGHT) != pytest.approx(before)
    assert explorer.stack.at(9).landmarks[RIGHT_LCP].source.kind is SourceKind.READER
    assert "edited" in cells(explorer, "Marks")[9] and "edited" not in cells(explorer, "Marks")[8]
    edited = explorer.study.landmarks[RIGHT_LCP]
    explorer.go_to(8)
    assert explorer.study.landmarks[RIGHT_LCP] != edited
    explorer.go_to(9)
    assert explorer.study.landmarks[RIGHT_LCP] == edited


def test_a_drag_is_taken_up_at_its_end(explorer: StackExplorer) -> None:
    node = explorer.study.points_node(Side.RIGHT)
    told = Told()
    explorer.watch(told.count)
    node.InvokeCustomModifiedEvent(node.PointStartInteractionEvent)
    for _step in range(5):
        move(explorer.study, RIGHT_LCP, (0.0, 0.0, 0.5))
    assert explorer.edited == () and told.times == 0
    node.InvokeCustomModifiedEvent(node.PointEndInteractionEvent)
    assert explorer.edited == (CHOSEN[Side.RIGHT],) and told.times == 1


def test_undo_concerns_the_slice_that_is_seen(explorer: StackExplorer) -> None:
    editor = editor_of(explorer)
    move(explorer.study, (Side.LEFT, "LAE"), (0.0, 0.0, 2.0))
    explorer.go_to(9)
    assert not editor.can_undo
    original = alpha(explorer, Side.RIGHT)
    move(explorer.study, (Side.RIGHT, "LCP"), (0.0, 0.0, 4.0))
    explorer.go_to(5)
    explorer.go_to(9)
    editor.undo()
    assert alpha(explorer, Side.RIGHT) == pytest.approx(original)
    assert explorer.edited == (CHOSEN[Side.LEFT],)
    editor.redo()
    assert explorer.edited == (9, CHOSEN[Side.LEFT])
    explorer.show_chosen()
    editor.undo()
    assert explorer.edited == (9,) and not editor.can_undo


def test_what_is_done_to_a_slice_shown_alone_is_known_when_both_hips_show_it(
    explorer: StackExplorer,
) -> None:
    move(explorer.study, (Side.RIGHT, "LCP"), (0.0, 0.0, 4.0))
    moved = explorer.study.landmarks[RIGHT_LCP]
    explorer.go_to(CHOSEN[Side.RIGHT])
    assert explorer.study.landmarks[RIGHT_LCP] == moved


def test_points_that_are_taken_away_or_absent_are_so_on_their_slice_only(
    explorer: StackExplorer,
) -> None:
    explorer.go_to(9)
    node = explorer.study.points_node(Side.RIGHT)
    row = [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())]
    node.UnsetNthControlPointPosition(row.index("LCP"))
    node.SetNthControlPointPositionMissing(row.index("LAE"))
    assert alpha(explorer, Side.RIGHT) is None
    explorer.go_to(8)
    assert alpha(explorer, Side.RIGHT) is not None
    explorer.go_to(9)
    assert RIGHT_LCP not in explorer.study.landmarks
    absent = explorer.study.landmarks[(Side.RIGHT, "LAE")]
    assert absent.state is LandmarkState.ABSENT
    assert explorer.study.measurement(Side.RIGHT, "lce").value is None


def test_points_of_a_reader_join_the_chosen_slice(study: HipStudy, case: Any) -> None:
    study.place_point(Side.RIGHT, "TD", (-60.0, 0.0, -20.0))
    explorer = StackExplorer.create(study, explored(case.image))
    assert (Side.RIGHT, "TD") in explorer.stack.at(CHOSEN[Side.RIGHT]).landmarks
    explorer.go_to(9)
    assert (Side.RIGHT, "TD") not in study.landmarks
    explorer.show_chosen()
    assert study.landmarks[(Side.RIGHT, "TD")].position == pytest.approx((-60.0, 0.0, -20.0))


def test_the_reader_takes_another_slice(explorer: StackExplorer) -> None:
    explorer.choose(Side.LEFT, 9)
    assert dict(explorer.shown) == {Side.RIGHT: 10, Side.LEFT: 9} and explorer.at_chosen
    assert explorer.choices[Side.LEFT].by_reader and not explorer.choices[Side.RIGHT].by_reader
    assert explorer.study.measurement(Side.LEFT, "alpha").value == pytest.approx(
        alpha_on(Side.LEFT, 9)
    )
    assert "measured: L" in cells(explorer, "Marks")[9]
    with pytest.raises(ConfigurationError):
        explorer.choose(Side.LEFT, 3)


def test_the_centre_of_the_sphere_can_be_taken_and_undone(explorer: StackExplorer) -> None:
    explorer.go_to(9)
    move(explorer.study, (Side.RIGHT, "FHC"), (3.0, 0.0, 2.0))
    explorer.take_head_centre(Side.RIGHT)
    x, _y, z = HEADS[Side.RIGHT]
    on_slice = (x, -explorer.stack.at(9).depth_mm, z)
    placed = explorer.study.landmarks[(Side.RIGHT, "FHC")].position
    assert placed == pytest.approx(on_slice)
    editor_of(explorer).undo()
    assert explorer.study.landmarks[(Side.RIGHT, "FHC")].position != pytest.approx(on_slice)


def test_other_settings_measure_all_slices_anew(explorer: StackExplorer) -> None:
    move(explorer.study, (Side.RIGHT, "LAE"), (0.0, 0.0, 1.0))
    settings = replace(explorer.study.settings, min_confidence=0.99)
    explorer.study.measure_with(settings)
    value = explorer.value(Side.LEFT, "lce", 8)
    assert value is not None and MeasurementStatus.ESTIMATED_INPUT in value.status
    assert explorer.exploration.settings == settings


def test_an_image_that_was_moved_is_not_stepped_through(explorer: StackExplorer) -> None:
    transform = explorer.study.scene.AddNewNodeByClass("vtkMRMLTransformNode", "moved")
    explorer.study.volume_node.SetAndObserveTransformNodeID(transform.GetID())
    matrix = slicer.vtkMRMLSliceNode().GetSliceToRAS()
    matrix.SetElement(0, 3, 12.0)
    transform.SetMatrixTransformToParent(matrix)
    assert "was moved" in explorer.problem
    with pytest.raises(ConfigurationError, match="was moved"):
        explorer.go_to(9)
    explorer.study.volume_node.SetAndObserveTransformNodeID(None)
    explorer.go_to(9)
    assert explorer.shown[Side.RIGHT] == 9


def test_other_landmarks_end_it_and_leave_no_node(explorer: StackExplorer, scene: Any) -> None:
    kinds = ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLModelNode")
    assert all(scene.GetNumberOfNodesByClass(kind) for kind in kinds)
    explorer.go_to(9)
    explorer.study.set_landmarks(HipLandmarks({}, case_id="demo"))
    assert not any(scene.GetNumberOfNodesByClass(kind) for kind in kinds)
    assert StackExplorer.reopen(explorer.study) is None and not explorer.is_there
    explorer.study.place_point(Side.RIGHT, "LCP", (-70.0, 0.0, 5.0))  # nobody stumbles over it


def test_a_stack_of_one_slice_is_shown(study: HipStudy, case: Any) -> None:
    single = explored(case.image, range(10, 11))
    explorer = StackExplorer.create(study, single)
    assert dict(explorer.shown) == {Side.RIGHT: 10}
    assert explorer.step(1) == 10
    assert explorer.value(Side.LEFT, "alpha") is None
    assert cells(explorer, "Right alpha")[10].startswith("47°")


def test_a_stack_of_two_slices_is_stepped_through(study: HipStudy, case: Any) -> None:
    explorer = StackExplorer.create(study, explored(case.image, range(10, 12)))
    assert dict(explorer.shown) == {Side.RIGHT: 10}
    assert explorer.step(1) == 11 and explorer.step(1) == 11 and explorer.step(-1) == 10


def test_a_hip_that_is_not_there_leaves_the_other_one_alone(study: HipStudy, case: Any) -> None:
    found = explored(case.image)
    right = [
        replace(s, landmarks=HipLandmarks.of(s.landmarks.side(Side.RIGHT))) for s in found.stack
    ]
    stack = LandmarkStack.of(right, {Side.RIGHT: 10}, "demo")
    explorer = StackExplorer.create(study, found.measured_again(stack))
    explorer.go_to(9)
    assert dict(explorer.shown) == {Side.RIGHT: 9}
    assert (
        explorer.value(Side.LEFT, "alpha", 9) is not None and alpha(explorer, Side.LEFT, 9) is None
    )
    assert set(cells(explorer, "Left alpha").values()) == {"–"}
    with pytest.raises(ConfigurationError):
        explorer.take_head_centre(Side.LEFT)


def test_a_prosthesis_is_shown_without_numbers(study: HipStudy, case: Any) -> None:
    found = explored(case.image)
    replaced = Landmark(Side.LEFT, "FHC", None, LandmarkState.PROSTHESIS)
    slices = [
        replace(s, landmarks=HipLandmarks.of([*s.landmarks.side(Side.RIGHT), replaced]))
        for s in found.stack
    ]
    stack = LandmarkStack.of(slices, CHOSEN, "demo")
    explorer = StackExplorer.create(study, found.measured_again(stack))
    explorer.go_to(9)
    assert alpha(explorer, Side.LEFT) is None and alpha(explorer, Side.RIGHT) is not None
    assert study.landmarks[(Side.LEFT, "FHC")].state is LandmarkState.PROSTHESIS
    value = explorer.value(Side.LEFT, "alpha")
    assert value is not None and "prosthesis" in value.reason.lower()


def test_marks_tell_where_alpha_is_largest_and_lce_off_the_centre_has_a_star(
    explorer: StackExplorer,
) -> None:
    marks, lce = cells(explorer, "Marks"), cells(explorer, "Right LCE")
    assert "largest alpha: R" in marks[8] and "largest alpha: L" in marks[10]
    assert lce[10].startswith("31° (") and lce[9].endswith("*") and not lce[10].endswith("*")
    assert cells(explorer, "Right alpha ± 1 slice")[10] == "3°"


def test_a_doubt_is_shown_on_the_slices_that_it_is_about(study: HipStudy, case: Any) -> None:
    says = reading(case.image, study.landmarks)
    overlay = study.show_doubt(says)
    explorer = StackExplorer.create(study, explored(case.image))
    assert explorer.calibration is says.calibration
    explorer.go_to(9)
    assert not overlay.state.visible
    explorer.show_chosen()
    assert overlay.state.visible
    overlay.switch(False)
    explorer.go_to(9)
    explorer.show_chosen()
    assert not overlay.state.visible


def test_what_was_done_to_a_slice_is_there_again_after_a_crash(
    study: HipStudy, case: Any, tmp_path: Path
) -> None:
    found = explored(case.image)
    explorer = StackExplorer.create(study, found, editor=StudyEditor(study, tmp_path))
    explorer.go_to(9)
    move(study, RIGHT_LCP, (0.0, 0.0, 4.0))
    moved = study.landmarks[RIGHT_LCP]
    editor_of(explorer).close()  # and nobody saved the scene
    explorer.close()

    again = HipStudy.create(slicer.vtkMRMLScene(), case.image, found.stack.case(), reader="anna")
    later = StackExplorer.create(again, found, editor=StudyEditor(again, tmp_path))
    assert offers(tmp_path, case.image) == ()
    ((page, (offer,)),) = page_offers(tmp_path, case.image).items()
    later.restore(page, offer)
    assert later.edited == (9,) and set(later.shown.values()) == {9}
    assert again.landmarks[RIGHT_LCP].position == pytest.approx(moved.position)
    assert later.at_chosen is False and editor_of(later).can_undo


class Told:
    """Counts calls."""

    def __init__(self) -> None:
        self.times = 0

    def count(self) -> None:
        self.times += 1


def test_nothing_is_drawn_in_the_middle_of_a_step(explorer: StackExplorer) -> None:
    seen: list[str] = []

    @contextmanager
    def paused() -> Iterator[None]:
        seen.append("paused")
        yield
        seen.append(f"slice {explorer.shown[Side.RIGHT]}")

    explorer.pause_drawing = paused
    explorer.go_to(9)
    explorer.show_chosen()
    assert seen == ["paused", "slice 9", "paused", "slice 10"]
