"""Plots, tables, surfaces and views of an explored stack, and all of it in scene files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import hypot, isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explored_case import (
    CHOSEN,
    HEADS,
    RADIUS,
    STEP_DEG,
    UNSEEN,
    alpha_at,
    alpha_on,
    choices,
    explored,
)
from study_moves import move

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError, HipLandmarksError

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.scene import HipStudy, load_scene, save_scene
from HipLandmarksLib.scene.editing import StudyEditor
from HipLandmarksLib.scene.exploration import (
    CHART_VIEWS,
    RADIAL_VIEW,
    ExplorerChart,
    ExplorerTable,
    SpacePart,
    StackExplorer,
    layout_xml,
    show_explorer_layout,
)


@pytest.fixture
def explorer(scene: Any, case: Any) -> Iterator[StackExplorer]:
    """All slices of the case."""
    found = explored(case.image)
    study = HipStudy.create(scene, case.image, found.stack.case(), reader="anna")
    explorer = StackExplorer.create(study, found, choices=choices(found.stack))
    yield explorer
    explorer.close()
    study.close()


def series(explorer: StackExplorer, kind: ExplorerChart, column: str) -> Any:
    """The series node of a column."""
    chart = explorer.chart(kind)
    nodes = [chart.GetNthPlotSeriesNode(n) for n in range(chart.GetNumberOfPlotSeriesNodes())]
    return next(node for node in nodes if node.GetYColumnName() == column)


def points(node: Any) -> list[tuple[float, float]]:
    """What a series draws; gaps are left out."""
    table = node.GetTableNode().GetTable()
    columns = [table.GetColumnByName(n) for n in (node.GetXColumnName(), node.GetYColumnName())]
    rows = range(table.GetNumberOfRows())
    pairs = [(columns[0].GetValue(n), columns[1].GetValue(n)) for n in rows]
    return [pair for pair in pairs if not (isnan(pair[0]) or isnan(pair[1]))]


def add_view(scene: Any, name: str, kind: str = "Slice") -> Any:
    """A view's node, as an application adds it."""
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    node = scene.CreateNodeByClass(f"vtkMRML{kind}Node")
    node.UnRegister(None)
    node.SetLayoutName(name)
    node.SetSingletonTag(name)
    return scene.AddNode(node)


def value_of(explorer: StackExplorer, index: int) -> float | None:
    """Alpha of the right hip on a slice."""
    value = explorer.value(Side.RIGHT, "alpha", index)
    return None if value is None else value.value


def slice_view(explorer: StackExplorer, name: str) -> Any:
    """A slice view that shows the image of the study."""
    scene = explorer.study.scene
    composite = add_view(scene, name, "SliceComposite")
    composite.SetBackgroundVolumeID(explorer.study.volume_node.GetID())
    node = add_view(scene, name)
    node.SetOrientationToCoronal()
    return node


def depth_of(node: Any) -> float:
    """How far a coronal slice view lies in front of the origin, mm."""
    return float(node.GetSliceToRAS().GetElement(1, 3))


def test_a_chart_shows_every_slice_with_a_value(explorer: StackExplorer) -> None:
    found = dict(points(series(explorer, ExplorerChart.ALPHA, "right")))
    beside = [n for n in range(4, 19) if abs(n - CHOSEN[Side.RIGHT]) * 4.0 >= RADIUS]
    assert sorted(found) == [n for n in range(4, 19) if n not in beside]
    assert found[8] == pytest.approx(alpha_on(Side.RIGHT, 8))
    measured = points(series(explorer, ExplorerChart.ALPHA, "measured"))
    assert dict(measured) == pytest.approx({n: alpha_on(side, n) for side, n in CHOSEN.items()})
    assert not points(series(explorer, ExplorerChart.ALPHA, "edited"))


def test_bars_are_the_intervals_of_the_values(explorer: StackExplorer) -> None:
    ends = points(series(explorer, ExplorerChart.LCE, "interval"))
    value = explorer.value(Side.RIGHT, "lce", 8)
    assert value is not None and value.sigma is not None and value.value is not None
    own = [y for x, y in ends if x == pytest.approx(8 - 0.12)]
    half = 1.959963984540054 * value.sigma
    assert own == pytest.approx([value.value - half, value.value + half])


def test_the_slice_that_is_shown_and_those_that_were_edited_are_marked(
    explorer: StackExplorer,
) -> None:
    explorer.go_to(9)
    shown = series(explorer, ExplorerChart.ALPHA, "shown")
    assert {x for x, _y in points(shown)} == {9.0}
    move(explorer.study, (Side.RIGHT, "LCP"), (0.0, 0.0, 3.0))
    edited = points(series(explorer, ExplorerChart.ALPHA, "edited"))
    assert edited == [(9.0, pytest.approx(explorer.study.measurement(Side.RIGHT, "alpha").value))]
    right = dict(points(series(explorer, ExplorerChart.ALPHA, "right")))
    assert right[9.0] == edited[0][1]


@pytest.mark.parametrize("kind", [ExplorerChart.ALPHA, ExplorerChart.LCE])
def test_a_click_on_a_point_goes_to_its_slice(explorer: StackExplorer, kind: ExplorerChart) -> None:
    view = slice_view(explorer, "Green")
    node = series(explorer, kind, "left")
    assert explorer.clicked(node.GetID(), explorer.stack.indices.index(14))
    assert set(explorer.shown.values()) == {14}
    assert depth_of(view) == pytest.approx(explorer.stack.at(14).depth_mm)
    bars = series(explorer, kind, "interval")
    assert explorer.clicked(bars.GetID(), 0) and explorer.shown[Side.RIGHT] == 15
    assert not explorer.clicked(series(explorer, kind, "usual").GetID(), 0)
    assert not explorer.clicked("vtkMRMLPlotSeriesNodeOfAnother", 0)
    assert explorer.shown[Side.RIGHT] == 15


def test_the_clock_is_round_with_anterior_on_the_right_for_both_hips(
    explorer: StackExplorer,
) -> None:
    for side in Side:
        found = points(series(explorer, ExplorerChart.CLOCK, side.word))
        seen = [STEP_DEG * n for n in range(12) if STEP_DEG * n != UNSEEN]
        assert len(found) == len(seen) + 1  # closed
        x, y = found[seen.index(90.0)]
        assert (x, y) == pytest.approx((alpha_at(90.0), 0.0), abs=0.5)
        assert hypot(*found[1]) == pytest.approx(alpha_at(30.0), abs=0.5)
        assert found[1][0] > 0 and found[1][1] > 0
    clock = explorer.table(ExplorerTable.CLOCK)
    assert clock.GetTable().GetNumberOfRows() == 12
    assert "between the slices" in clock.GetDescription()


def test_a_click_on_the_clock_turns_the_radial_view(explorer: StackExplorer) -> None:
    view = slice_view(explorer, RADIAL_VIEW)
    node = series(explorer, ExplorerChart.CLOCK, "left")
    assert explorer.clicked(node.GetID(), 2)
    assert explorer.radial == (Side.LEFT, 60.0)
    radial = explorer.exploration.sides[Side.LEFT].radial
    assert radial is not None
    matrix = view.GetSliceToRAS()
    across, up = ([matrix.GetElement(row, column) for row in range(3)] for column in (0, 1))
    neck, out = radial.frame.neck, radial.frame.direction(60.0)
    assert across == pytest.approx([-neck[0], -neck[1], neck[2]])
    assert up == pytest.approx([-out[0], -out[1], out[2]])
    plane = points(series(explorer, ExplorerChart.CLOCK, "plane"))
    assert np.degrees(np.arctan2(*plane[0])) == pytest.approx(60.0)


def test_a_radial_view_that_was_sent_elsewhere_comes_back(explorer: StackExplorer) -> None:
    view = slice_view(explorer, RADIAL_VIEW)
    explorer.show_radial(Side.LEFT, 60.0)
    offset, fov = view.GetSliceOffset(), view.GetFieldOfView()
    view.SetSliceOffset(0.0)  # as Slicer does it late to a view that it has just opened
    view.SetFieldOfView(fov[0] / 2, fov[1] / 2, fov[2])
    explorer.show_slices()
    assert view.GetSliceOffset() == pytest.approx(offset)
    assert view.GetFieldOfView() == pytest.approx(fov)
    matrix, at = view.GetXYToRAS(), view.GetSliceToRAS()
    width, height, _depth = view.GetDimensions()
    middle = matrix.MultiplyPoint((width / 2, height / 2, 0.0, 1.0))
    assert middle[:3] == pytest.approx([at.GetElement(row, 3) for row in range(3)])


def test_the_radial_plane_holds_contour_and_point_of_alpha(explorer: StackExplorer) -> None:
    explorer.show_radial(Side.RIGHT, 55.0)
    scene = explorer.study.scene
    curves = slicer.util.getNodes("demo radial contour*", scene)
    labels = [
        node.GetNthControlPointLabel(0)
        for node in slicer.util.getNodes("demo radial point*", scene).values()
        if node.GetDisplayNode().GetVisibility()
    ]
    assert len(curves) == 2 and sorted(labels) == ["alpha 36°, 8:00", "alpha 74°, 2:00"]
    explorer.show_radial(Side.RIGHT, 0.0)
    shown = [node for node in curves.values() if node.GetDisplayNode().GetVisibility()]
    assert len(shown) == 1  # nothing is seen at 6 o'clock


def test_a_hip_without_a_map_says_why(study: Any, case: Any) -> None:
    found = explored(case.image)
    without = replace(
        found.sides[Side.LEFT], radial=None, radial_reason="The slices are too far apart."
    )
    found = replace(found, sides={**found.sides, Side.LEFT: without})
    explorer = StackExplorer.create(study, found)
    with pytest.raises(ConfigurationError, match="too far apart"):
        explorer.show_radial(Side.LEFT, 0.0)
    assert "too far apart" in explorer.table(ExplorerTable.CLOCK).GetDescription()


def test_hips_in_space_are_where_they_were_found(explorer: StackExplorer) -> None:
    x, y, z = HEADS[Side.LEFT]
    models = {node.GetName(): node for node in explorer.models(Side.LEFT)}
    assert len(models) == len(SpacePart)
    bounds = [0.0] * 6
    models["demo left femoral head"].GetRASBounds(bounds)
    middle = [(bounds[n] + bounds[n + 1]) / 2 for n in (0, 2, 4)]
    assert middle == pytest.approx([-x, -y, z], abs=0.2)
    assert bounds[1] - bounds[0] == pytest.approx(2 * RADIUS, abs=0.2)
    explorer.show_parts({SpacePart.NECK})
    visible = [n for n, node in models.items() if node.GetDisplayNode().GetVisibility()]
    assert visible == ["demo left neck axis"]


def test_hips_that_are_looked_for_again_are_drawn_anew(explorer: StackExplorer, case: Any) -> None:
    explorer.go_to(9)
    move(explorer.study, (Side.RIGHT, "LCP"), (0.0, 0.0, 3.0))
    explorer.show_radial(Side.RIGHT, 30.0)
    found = explored(case.image)
    own = found.sides[Side.RIGHT]
    assert own.head is not None
    sphere = replace(own.sphere, sphere=replace(own.head, radius=20.0))
    own = replace(own, sphere=sphere, radial=None, radial_reason="not seen")
    explorer.renew(replace(found, sides={**found.sides, Side.RIGHT: own}))
    assert explorer.edited == (9,) and explorer.shown[Side.RIGHT] == 9
    assert explorer.radial is None and value_of(explorer, 5) is None
    names = [node.GetName() for node in explorer.models(Side.RIGHT)]
    assert len(names) == len(SpacePart) - 1 and not any("junction" in name for name in names)
    with pytest.raises(ConfigurationError, match="other slices"):
        explorer.renew(explored(case.image, range(5, 15)))


def test_scrolling_a_view_takes_points_along_when_asked_to(explorer: StackExplorer) -> None:
    view = slice_view(explorer, "Green")
    explorer.go_to(9)
    view.JumpSliceByOffsetting(0.0, explorer.stack.at(12).depth_mm, 0.0)
    assert explorer.shown[Side.RIGHT] == 9
    explorer.follow_views = True
    view.JumpSliceByOffsetting(0.0, explorer.stack.at(7).depth_mm + 1.0, 0.0)
    assert set(explorer.shown.values()) == {7}
    view.SetOrientationToAxial()
    view.JumpSliceByOffsetting(0.0, 0.0, 30.0)
    assert set(explorer.shown.values()) == {7}
    explorer.follow_views = False


def test_the_layout_has_slices_space_and_plots(explorer: StackExplorer) -> None:
    scene = explorer.study.scene
    assert not show_explorer_layout(explorer)  # no application
    logic = slicer.vtkMRMLLayoutLogic()
    logic.SetMRMLScene(scene)
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    explorer.show_radial(Side.LEFT, 90.0)
    assert show_explorer_layout(explorer)
    for kind, name in CHART_VIEWS.items():
        view = scene.GetSingletonNode(name, "vtkMRMLPlotViewNode")
        assert view.GetPlotChartNodeID() == explorer.chart(kind).GetID()
    radial = scene.GetSingletonNode(RADIAL_VIEW, "vtkMRMLSliceNode")
    assert radial.GetOrientation() == "Reformat"
    assert all(name in layout_xml() for name in (RADIAL_VIEW, "Green", *CHART_VIEWS.values()))


def test_everything_survives_a_scene_file(explorer: StackExplorer, tmp_path: Path) -> None:
    editor = explorer.editor = StudyEditor(explorer.study)
    explorer.go_to(9)
    move(explorer.study, (Side.RIGHT, "LCP"), (0.0, 0.0, 4.0))
    explorer.choose(Side.LEFT, 11)
    explorer.show_radial(Side.LEFT, 90.0)
    explorer.show_parts({SpacePart.SPHERE})
    explorer.go_to(9)
    save_scene(explorer.study.scene, tmp_path / "case.mrb")
    editor.close()

    scene = load_scene(tmp_path / "case.mrb")
    (study,) = HipStudy.reopen(scene, "anna")
    editor = StudyEditor(study)
    again = StackExplorer.reopen(study, editor)
    assert again is not None
    assert again.stack == explorer.stack and again.edited == (9,)
    assert again.exploration == explorer.exploration and dict(again.choices) == dict(
        explorer.choices
    )
    assert dict(again.shown) == dict(explorer.shown) and again.parts == {SpacePart.SPHERE}
    assert again.radial == (Side.LEFT, 90.0)
    for kind in ("PlotChart", "PlotSeries", "Model", "MarkupsCurve", "Table"):
        count = explorer.study.scene.GetNumberOfNodesByClass(f"vtkMRML{kind}Node")
        assert scene.GetNumberOfNodesByClass(f"vtkMRML{kind}Node") == count, kind
    right = series(again, ExplorerChart.ALPHA, "right")
    assert points(right) == points(series(explorer, ExplorerChart.ALPHA, "right"))
    assert editor.can_undo
    editor.undo()
    assert again.edited == ()
    again.show_chosen()
    assert dict(again.shown) == {Side.RIGHT: 10, Side.LEFT: 11}


def test_a_damaged_stack_is_refused_and_the_study_is_still_there(
    explorer: StackExplorer,
) -> None:
    explorer.close()
    kept = slicer.util.getNodes("demo explored (data stack)", explorer.study.scene)
    (node,) = kept.values()
    node.SetText(node.GetText()[:-20])
    with pytest.raises(HipLandmarksError, match="detect the landmarks on all slices again"):
        StackExplorer.reopen(explorer.study)


def test_removed_nodes_come_back_with_the_next_exploration(
    explorer: StackExplorer, case: Any
) -> None:
    scene = explorer.study.scene
    scene.RemoveNode(explorer.chart(ExplorerChart.ALPHA))
    explorer.go_to(9)
    again = StackExplorer.create(explorer.study, explored(case.image))
    assert again.chart(ExplorerChart.ALPHA).GetScene() is scene
    assert scene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode") == len(ExplorerChart)
