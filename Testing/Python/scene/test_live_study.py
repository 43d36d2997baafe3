"""A moved point is followed by what depends on it, at once, and by nothing else."""

from __future__ import annotations

from math import degrees, isnan, radians
from typing import Any

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Landmark, LandmarkState, Side, SourceKind
from HipLandmarksLib.measurement import MeasurementStatus

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import HipStudy  # noqa: E402

RIGHT, LEFT = Side.RIGHT, Side.LEFT
IDS = ("alpha", "lce", "nsa", "femoral_offset_mm")
OF_THE_LINE = ("lce", "femoral_offset_h_mm", "shaft_abduction")
ON_BOTH_SIDES = {(side, id_) for side in Side for id_ in OF_THE_LINE}


def index_of(node: Any, key: str) -> int:
    """Index of the control point labelled ``key``."""
    labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
    return labels.index(key)


def move(study: Any, side: Side, key: str, by: tuple[float, float, float]) -> None:
    """Move a point by an LPS vector, as the mouse would: through the node."""
    node = study.points_node(side)
    index = index_of(node, key)
    r, a, s = node.GetNthControlPointPosition(index)
    node.SetNthControlPointPosition(index, r - by[0], a - by[1], s + by[2])


def cell(study: Any, side: Side, name: str, column: str) -> str:
    """Text of a cell of the table node."""
    table = study.table_node
    columns = [table.GetColumnName(c) for c in range(table.GetNumberOfColumns())]
    for row in range(table.GetNumberOfRows()):
        if table.GetCellText(row, 0) == name and table.GetCellText(row, 1) == side.word:
            return table.GetCellText(row, columns.index(column))
    raise AssertionError(f"no row {name} {side.word}")


def angle(study: Any, side: Side, first: str, second: str) -> float:
    """Angle at FHC between two points, from the node's RAS coordinates alone."""
    node = study.points_node(side)
    p = {
        k: np.array(node.GetNthControlPointPosition(index_of(node, k)))
        for k in ("FHC", first, second)
    }
    a, b = p[first] - p["FHC"], p[second] - p["FHC"]
    return degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def results(study: Any) -> dict[tuple[Side, str], Any]:
    """The measurement objects by side and id."""
    return {(m.side, m.id): m for m in study.measurements}


def test_the_study_shows_what_the_case_was_made_with(study: Any, case: Any) -> None:
    for side in Side:
        assert study.measurement(side, "alpha").value == pytest.approx(case.alpha[side])
        assert study.measurement(side, "lce").value == pytest.approx(case.lce[side])
        assert study.measurement(side, "nsa").value == pytest.approx(case.nsa)
        offset = study.measurement(side, "femoral_offset_mm").value
        assert offset == pytest.approx(case.offset)
    assert cell(study, RIGHT, "Alpha angle", "Value") == "50°"
    assert cell(study, RIGHT, "Femoral offset", "Value") == "42.0 mm"
    assert float(cell(study, RIGHT, "Alpha angle", "Exact value")) == pytest.approx(50.0)
    assert "research" in study.table_node.GetName()


def test_points_stand_in_the_scene_in_ras_with_short_labels(study: Any, case: Any) -> None:
    node = study.points_node(LEFT)
    x, y, z = case.landmarks[(LEFT, "LAE")].position
    assert node.GetNthControlPointPosition(index_of(node, "LAE")) == (-x, -y, z)
    assert node.GetName() == "demo left hip"
    assert node.GetFixedNumberOfControlPoints()


def test_everything_hangs_under_one_study(study: Any, scene: Any) -> None:
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    nodes = [study.volume_node, study.table_node]
    nodes += [study.points_node(side) for side in Side]
    nodes += [node for side in Side for id_ in IDS for node in study.mark_nodes(side, id_)]
    items = [hierarchy.GetItemByDataNode(node) for node in nodes]
    assert all(items)
    studies = {hierarchy.GetItemAncestorAtLevel(item, "Study") for item in items}
    assert len(studies) == 1
    assert hierarchy.GetItemName(studies.pop()) == "demo hips"
    folder = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(study.points_node(RIGHT)))
    assert hierarchy.GetItemName(folder) == "Right hip"


def test_a_volume_that_has_a_study_keeps_it(scene: Any, case: Any) -> None:
    from HipLandmarksLib.scene import add_volume

    volume = add_volume(scene, case.image)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    visit = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "Visit 1")
    hierarchy.CreateItem(visit, volume)
    study = HipStudy.create(scene, case.image, case.landmarks, volume_node=volume)
    item = hierarchy.GetItemByDataNode(study.table_node)
    assert hierarchy.GetItemAncestorAtLevel(item, "Study") == visit
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("LCP", {(RIGHT, "alpha")}),
        ("LAE", {(RIGHT, "lce")}),
        ("NA", {(RIGHT, "alpha"), (RIGHT, "nsa")}),
        ("FHC", {(RIGHT, i) for i in IDS} | ON_BOTH_SIDES),  # both heads are the reference line
    ],
)
def test_only_what_depends_on_the_point_changes(study: Any, key: str, changes: set[Any]) -> None:
    before = results(study)
    move(study, RIGHT, key, (-2.0, 0.0, 3.0))
    after = results(study)
    assert {k for k in before if before[k].value != after[k].value} == changes


def test_the_number_is_the_geometry_of_the_new_point(study: Any) -> None:
    move(study, RIGHT, "LCP", (3.0, 0.0, 8.0))
    expected = angle(study, RIGHT, "NA", "LCP")
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(expected)
    assert abs(expected - 50.0) > 5.0
    assert float(cell(study, RIGHT, "Alpha angle", "Exact value")) == pytest.approx(expected)
    assert cell(study, RIGHT, "Alpha angle", "Value") == f"{round(expected)}°"


def test_what_is_drawn_is_what_is_measured(study: Any) -> None:
    move(study, LEFT, "LAE", (5.0, 0.0, 2.0))
    drawn = next(n for n in study.mark_nodes(LEFT, "lce") if n.IsA("vtkMRMLMarkupsAngleNode"))
    a, b, c = (np.array(drawn.GetNthControlPointPosition(i)) for i in range(3))
    cosine = (a - b) @ (c - b) / np.linalg.norm(a - b) / np.linalg.norm(c - b)
    lce = study.measurement(LEFT, "lce")
    assert degrees(np.arccos(cosine)) == pytest.approx(lce.value)
    text = next(n for n in study.mark_nodes(LEFT, "lce") if n.IsA("vtkMRMLMarkupsFiducialNode"))
    assert text.GetNthControlPointLabel(0) == f"LCE {lce.display}"


def test_the_values_follow_a_hip_to_another_slice(study: Any) -> None:
    def depths() -> set[float]:
        nodes = [n for id_ in IDS for n in study.mark_nodes(RIGHT, id_)]
        values = [n for n in nodes if n.IsA("vtkMRMLMarkupsFiducialNode")]
        return {round(n.GetNthControlPointPosition(0)[1], 3) for n in values}

    assert depths() == {0.0}
    move(study, RIGHT, "FHC", (2.0, 0.0, 0.0))
    assert depths() == {0.0}
    move(study, RIGHT, "FHC", (0.0, 8.0, 0.0))
    assert depths() == {-8.0}


def test_drawings_cannot_be_grabbed(study: Any) -> None:
    nodes = [n for side in Side for id_ in IDS for n in study.mark_nodes(side, id_)]
    assert nodes
    assert all(node.GetLocked() for node in nodes)


def test_the_moved_point_is_the_readers_and_the_others_stay_the_models(study: Any) -> None:
    move(study, RIGHT, "LCP", (1.0, 0.0, 1.0))
    moved = study.landmarks[(RIGHT, "LCP")]
    assert (moved.source.kind, moved.source.name) == (SourceKind.READER, "anna")
    assert moved.state is LandmarkState.VISIBLE
    assert moved.covariance is None and moved.confidence is None
    untouched = study.landmarks[(RIGHT, "NA")]
    assert untouched.source.name == "test-model"
    assert untouched.covariance is not None


def test_a_missing_point_has_no_number_and_says_why(study: Any) -> None:
    node = study.points_node(RIGHT)
    node.SetNthControlPointPositionMissing(index_of(node, "LCP"))
    gone = study.landmarks[(RIGHT, "LCP")]
    assert gone.state is LandmarkState.ABSENT
    assert gone.source.name == "anna"
    alpha = study.measurement(RIGHT, "alpha")
    assert alpha.value is None
    assert MeasurementStatus.MISSING_LANDMARK in alpha.status
    assert cell(study, RIGHT, "Alpha angle", "Value") == "–"
    assert "LCP" in cell(study, RIGHT, "Alpha angle", "Reason")
    assert isnan(float(cell(study, RIGHT, "Alpha angle", "Exact value")))
    assert not any(n.GetDisplayNode().GetVisibility() for n in study.mark_nodes(RIGHT, "alpha"))


def test_missing_stays_missing_while_others_move(study: Any) -> None:
    node = study.points_node(RIGHT)
    node.SetNthControlPointPositionMissing(index_of(node, "LCP"))
    move(study, RIGHT, "FHC", (1.0, 0.0, 1.0))
    move(study, RIGHT, "NA", (1.0, 0.0, 1.0))
    study.refresh()
    status = node.GetNthControlPointPositionStatus(index_of(node, "LCP"))
    assert status == node.PositionMissing
    assert study.landmarks[(RIGHT, "LCP")].state is LandmarkState.ABSENT


def test_an_unset_point_is_not_annotated_and_comes_back_when_placed(study: Any) -> None:
    node = study.points_node(RIGHT)
    index = index_of(node, "LCP")
    node.UnsetNthControlPointPosition(index)
    assert (RIGHT, "LCP") not in study.landmarks
    assert study.measurement(RIGHT, "alpha").value is None
    node.SetNthControlPointPosition(index, 110.0, 0.0, 10.0)
    assert study.landmarks[(RIGHT, "LCP")].position == (-110.0, 0.0, 10.0)
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(
        angle(study, RIGHT, "NA", "LCP")
    )
    assert all(n.GetDisplayNode().GetVisibility() for n in study.mark_nodes(RIGHT, "alpha"))


def test_many_changes_in_one_batch_are_one_update(study: Any) -> None:
    updates: list[str] = []
    study.table_node.AddObserver("ModifiedEvent", lambda *_: updates.append("table"))
    node = study.points_node(RIGHT)
    modifying = node.StartModify()
    for key in ("LCP", "NA", "LAE"):
        move(study, RIGHT, key, (1.0, 0.0, 2.0))
    node.EndModify(modifying)
    assert len(updates) == 1
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(
        angle(study, RIGHT, "NA", "LCP")
    )


def test_a_drag_is_one_point_event_per_move(study: Any) -> None:
    """Only the first move adds one: the note that the point now is the reader's."""
    heard: list[Side] = []
    for side in Side:
        node = study.points_node(side)
        node.AddObserver(node.PointModifiedEvent, lambda *_, side=side: heard.append(side))
    move(study, RIGHT, "LCP", (1.0, 0.0, 1.0))
    assert heard == [RIGHT, RIGHT]
    for _ in range(10):
        move(study, RIGHT, "LCP", (0.5, 0.0, 0.5))
    assert heard == [RIGHT] * 12


def test_a_point_moved_in_answer_to_our_update_is_followed_too(study: Any) -> None:
    """Another module's observer reacts to the table and moves a further point."""
    answered: list[bool] = []

    def answer(*_: Any) -> None:
        if not answered:
            answered.append(True)
            move(study, LEFT, "LCP", (0.0, 0.0, 5.0))

    study.table_node.AddObserver("ModifiedEvent", answer)
    move(study, RIGHT, "LCP", (0.0, 0.0, 5.0))
    for side in Side:
        assert study.measurement(side, "alpha").value == pytest.approx(
            angle(study, side, "NA", "LCP")
        )


def turn(scene: Any, degrees_about_a: float) -> Any:
    """A linear transform node that turns about the patient's anterior axis."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    c, s = np.cos(radians(degrees_about_a)), np.sin(radians(degrees_about_a))
    matrix = vtkMatrix4x4()
    matrix.DeepCopy([c, 0, s, 4, 0, 1, 0, 0, -s, 0, c, -3, 0, 0, 0, 1])
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    node.SetMatrixTransformToParent(matrix)
    return node


def test_points_are_measured_where_a_transform_puts_them(study: Any, scene: Any, case: Any) -> None:
    transform = turn(scene, 10.0)
    study.points_node(RIGHT).SetAndObserveTransformNodeID(transform.GetID())
    node = study.points_node(RIGHT)
    world = [0.0, 0.0, 0.0]
    node.GetNthControlPointPositionWorld(index_of(node, "FHC"), world)
    head = study.landmarks[(RIGHT, "FHC")]
    assert head.position == pytest.approx((-world[0], -world[1], world[2]))
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(case.alpha[RIGHT])
    assert study.measurement(RIGHT, "lce").value != pytest.approx(case.lce[RIGHT], abs=0.5)
    assert head.source.name == "test-model"  # the reader has not corrected anything
    plane = np.array(head.covariance)[np.ix_([0, 2], [0, 2])]
    c, s = np.cos(radians(10.0)), np.sin(radians(10.0))
    rotation = np.array([[c, -s], [s, c]])  # about A: from +R towards -S is from -L towards -S
    assert plane == pytest.approx(rotation @ np.diag([4.0, 1.0]) @ rotation.T)


def test_a_point_dragged_under_a_transform_is_measured_in_the_world(study: Any, scene: Any) -> None:
    transform = turn(scene, -20.0)
    for side in Side:
        study.points_node(side).SetAndObserveTransformNodeID(transform.GetID())
    move(study, RIGHT, "LCP", (2.0, 0.0, 6.0))
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(
        angle(study, RIGHT, "NA", "LCP")
    )
    assert study.landmarks[(RIGHT, "LCP")].source.kind is SourceKind.READER
    assert study.landmarks[(RIGHT, "NA")].source.kind is SourceKind.MODEL


def test_a_study_that_is_moved_as_a_whole_keeps_its_numbers(study: Any, scene: Any) -> None:
    before = [m.value for m in study.measurements]
    transform = turn(scene, 7.0)
    for node in (study.volume_node, study.points_node(RIGHT), study.points_node(LEFT)):
        node.SetAndObserveTransformNodeID(transform.GetID())
    assert [m.value for m in study.measurements] == pytest.approx(before)


def test_a_changed_transform_is_followed(study: Any, scene: Any) -> None:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    transform = turn(scene, 0.0)
    study.points_node(LEFT).SetAndObserveTransformNodeID(transform.GetID())
    shift = vtkMatrix4x4()
    shift.SetElement(2, 3, 12.0)
    transform.SetMatrixTransformToParent(shift)
    assert study.landmarks[(LEFT, "FHC")].position[2] == pytest.approx(12.0)


def test_new_landmarks_replace_the_old_ones_at_once(study: Any, case: Any) -> None:
    head = case.landmarks[(RIGHT, "FHC")]
    prosthesis = Landmark(RIGHT, "FHC", None, LandmarkState.PROSTHESIS, head.source)
    study.set_landmarks(case.landmarks.with_landmark(prosthesis))
    assert study.landmarks[(RIGHT, "FHC")] == prosthesis
    assert all(study.measurement(RIGHT, id_).value is None for id_ in IDS)
    assert study.measurement(LEFT, "alpha").value == pytest.approx(case.alpha[LEFT])


def test_an_answer_to_new_landmarks_is_followed(study: Any, case: Any) -> None:
    node = study.points_node(RIGHT)
    answered: list[bool] = []

    def answer(*_: Any) -> None:
        if not answered:
            answered.append(True)
            move(study, RIGHT, "LCP", (0.0, 0.0, 6.0))

    node.AddObserver(node.PointModifiedEvent, answer)
    study.set_landmarks(case.landmarks)
    assert answered
    assert study.landmarks[(RIGHT, "LCP")].source.kind is SourceKind.READER
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(
        angle(study, RIGHT, "NA", "LCP")
    )


def test_placing_a_point_where_a_prosthesis_was_brings_the_whole_side_back(
    study: Any, case: Any
) -> None:
    lae = Landmark(RIGHT, "LAE", None, LandmarkState.PROSTHESIS)
    study.set_landmarks(case.landmarks.with_landmark(lae))
    assert study.measurement(RIGHT, "alpha").value is None
    node = study.points_node(RIGHT)
    node.SetNthControlPointPosition(index_of(node, "LAE"), 104.0, 0.0, 23.0)
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(case.alpha[RIGHT])


def test_removed_nodes_are_not_missed(study: Any, scene: Any) -> None:
    for node in (study.table_node, study.volume_node, *study.mark_nodes(RIGHT, "nsa")):
        scene.RemoveNode(node)
    assert study.table_node is None and study.volume_node is None
    move(study, RIGHT, "LCP", (1.0, 0.0, 4.0))
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(
        angle(study, RIGHT, "NA", "LCP")
    )


def test_without_its_point_list_a_side_has_no_numbers(study: Any, scene: Any, case: Any) -> None:
    scene.RemoveNode(study.points_node(RIGHT))
    assert study.points_node(RIGHT) is None
    assert all(study.measurement(RIGHT, id_).value is None for id_ in IDS)
    assert study.measurement(LEFT, "alpha").value == pytest.approx(case.alpha[LEFT])
    assert cell(study, RIGHT, "Alpha angle", "Value") == "–"


def test_closing_the_scene_ends_the_study(study: Any, scene: Any) -> None:
    node = study.points_node(RIGHT)
    scene.Clear(False)
    assert not node.HasObserver(node.PointModifiedEvent)
    study.close()  # once more does no harm


def test_a_closed_study_leaves_its_nodes_alone(study: Any, scene: Any, case: Any) -> None:
    study.close()
    node = study.points_node(RIGHT)
    assert not node.HasObserver(node.PointModifiedEvent)
    assert not scene.HasObserver(scene.NodeAboutToBeRemovedEvent)
    move(study, RIGHT, "LCP", (1.0, 0.0, 9.0))
    assert study.measurement(RIGHT, "alpha").value == pytest.approx(case.alpha[RIGHT])
    assert cell(study, RIGHT, "Alpha angle", "Value") == "50°"


def test_live_values_equal_those_of_a_study_made_anew(study: Any, case: Any) -> None:
    """After many changes nothing is stale: same numbers, same table, same drawings."""
    rng = np.random.default_rng(7)
    keys = ("FHC", "NA", "LAE", "LCP", "SHP", "SHD")
    for step in range(120):
        side, key = Side("RL"[rng.integers(2)]), keys[rng.integers(6)]
        node = study.points_node(side)
        index = index_of(node, key)
        if rng.random() < 0.15:
            node.SetNthControlPointPositionMissing(index)
        elif rng.random() < 0.1:
            node.UnsetNthControlPointPosition(index)
        else:
            x, y, z = case.landmarks[(side, key)].point() + rng.normal(0.0, 4.0, 3)
            node.SetNthControlPointPosition(index, -x, -y, z)
        if step % 15 == 14:
            fresh = HipStudy.create(slicer.vtkMRMLScene(), case.image, study.landmarks)
            assert everything_shown(fresh) == everything_shown(study)


def everything_shown(study: Any) -> list[Any]:
    """All cells of the table, and the points and texts of all visible drawings."""
    table = study.table_node
    columns, rows = table.GetNumberOfColumns(), table.GetNumberOfRows()
    shown: list[Any] = [[table.GetCellText(r, c) for c in range(columns)] for r in range(rows)]
    nodes = [n for side in Side for id_ in IDS for n in study.mark_nodes(side, id_)]
    for node in nodes:
        if node.GetDisplayNode().GetVisibility() and node.GetName()[2:].split()[1] != "value":
            points = range(node.GetNumberOfControlPoints())
            shown.append((node.GetName(), [node.GetNthControlPointPosition(i) for i in points]))
        elif node.GetDisplayNode().GetVisibility():
            shown.append(node.GetNthControlPointLabel(0))
    return shown
