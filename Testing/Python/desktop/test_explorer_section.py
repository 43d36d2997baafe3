"""All slices in the panel: steps, choice of the slice, clock, parts in 3D, plots, saved scenes."""

from __future__ import annotations

import pytest
from explored_case import CHOSEN, alpha_on, choices, explored
from explored_volume import volume_image
from panel_case import film, landmarks
from vtkmodules.vtkCommonCore import vtkCollection, vtkIdTypeArray, vtkStringArray

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.panel import DetectionPlan
from HipLandmarksLib.scene import add_volume
from HipLandmarksLib.scene.exploration import ExplorerChart, SpacePart, StackExplorer

RIGHT, LEFT = Side.RIGHT, Side.LEFT


@pytest.fixture
def explorer(hands):
    image = volume_image()
    volume = add_volume(hands.scene, image)
    found = explored(image)
    study = hands.session.show(volume, found.stack.case())
    hands.ui.volume.setCurrentNode(volume)
    hands.turn()
    panel = hands.widget.panel
    made = StackExplorer.create(
        study, found, choices=choices(found.stack), editor=panel.review.editor
    )
    panel.explorers.keep(made)
    panel.show()
    hands.ui.explorerSection.collapsed = False
    return made


def slices(hands):
    table = hands.ui.slices
    rows = [
        [table.item(r, c).text() for c in range(table.columnCount)] for r in range(table.rowCount)
    ]
    return {int(row[0].split()[0]): row for row in rows}


def go_to(hands, index):
    hands.ui.slices.setCurrentCell(list(slices(hands)).index(index), 0)
    hands.turn()


def test_before_all_slices_are_read_it_says_how(hands):
    hands.load()
    hands.ui.explorerSection.collapsed = False
    assert "Choose all slices above" in hands.ui.explorerLabel.text
    assert not hands.ui.explorerFrame.visible
    options = [hands.ui.slice.itemData(n) for n in range(hands.ui.slice.count)]
    assert options == ["auto", "current", "all"]
    hands.choose("slice", "all")
    plan = hands.widget.panel.detect.plan
    assert plan == DetectionPlan(slice="all") and plan.all_slices


def test_a_film_has_no_slices(hands):
    volume = add_volume(hands.scene, film())
    hands.session.show(volume, landmarks())
    hands.ui.volume.setCurrentNode(volume)
    hands.turn()
    assert not hands.ui.explorerSection.visible


def test_a_folded_section_waits(hands, explorer):
    hands.ui.explorerSection.collapsed = True
    row = hands.ui.slices.currentRow()
    explorer.go_to(14)
    hands.turn()
    assert hands.ui.slices.currentRow() == row
    hands.ui.explorerSection.collapsed = False
    assert hands.ui.slices.currentRow() == list(slices(hands)).index(14)


def test_every_slice_is_listed_from_the_back_to_the_front(hands, explorer):
    rows = slices(hands)
    assert list(rows) == list(range(max(rows), min(rows) - 1, -1))
    assert max(rows) > 15 and min(rows) < 8, "slices that show no head are left out"
    assert rows[10][1] == f"{alpha_on(RIGHT, 10):.0f}°"
    assert rows[CHOSEN[RIGHT]][0] == "10 ◂ R" and rows[CHOSEN[LEFT]][0] == "12 ◂ L"
    assert rows[7][2].startswith("("), "LCE far from the head centre is not for comparison"
    assert "R largest alpha" in rows[8][5]


def test_a_click_on_a_slice_shows_its_points_numbers_and_place(hands, explorer):
    before = hands.results()["Alpha angle"][0]
    go_to(hands, 8)
    assert dict(explorer.shown) == dict.fromkeys(Side, 8)
    assert hands.results()["Alpha angle"][0] != before
    assert hands.results()["Alpha angle"][0].startswith(f"{alpha_on(RIGHT, 8):.0f}")
    node = hands.scene.GetSingletonNode("Green", "vtkMRMLSliceNode")
    y = explorer.study.landmarks[(RIGHT, "FHC")].position[1]
    assert node.GetSliceToRAS().GetElement(1, 3) == pytest.approx(-y, abs=0.1)


def test_numbers_of_another_slice_are_never_taken_for_the_measured_ones(hands, explorer, tmp_path):
    def told():
        return [hands.ui.summaryLabel.text, hands.widget.panel.desk.panel.clipboard_text()]

    assert not any("is shown" in text for text in told())
    go_to(hands, 8)
    assert hands.widget.panel.desk.panel.badges[0].text == "MRI: slice 8 is shown"
    assert all("MRI: slice 8 is shown" in text for text in told())
    hands.widget.panel.measurements.save_as(tmp_path / "numbers.csv")
    assert "slice 8 is shown" in hands.ui.messageLabel.text
    explorer.show_chosen()
    hands.turn()
    assert not any("is shown" in text for text in told())
    assert "is shown" not in hands.widget.panel.desk.panel.badges[0].text


def test_the_list_follows_when_somebody_else_turns_the_page(hands, explorer):
    explorer.go_to(14)
    hands.turn()
    assert hands.ui.slices.currentRow() == list(slices(hands)).index(14)
    explorer.step(-1)
    hands.turn()
    assert hands.ui.slices.currentRow() == list(slices(hands)).index(13)


def test_an_edit_is_marked_and_stays_with_its_slice(hands, explorer):
    go_to(hands, 11)
    hands.drag(LEFT, "LCP", (0.0, 0.0, 5.0))
    hands.turn()
    assert "L edited" in slices(hands)[11][5]
    value = slices(hands)[11][3]
    go_to(hands, 9)
    go_to(hands, 11)
    assert slices(hands)[11][3] == value
    assert hands.results()["Alpha angle"][1].startswith(value.strip("()").split("°")[0])


def test_nothing_is_drawn_before_a_step_is_whole(hands, explorer):
    app, seen = hands.desktop.app, []
    node = explorer.study.points_node(LEFT)
    tag = node.AddObserver(node.PointModifiedEvent, lambda *_: seen.append(app.render_paused))
    go_to(hands, 11)
    node.RemoveObserver(tag)
    assert seen and min(seen) == 1 and app.render_paused == 0


def test_a_drag_costs_the_section_nothing_before_it_ends(hands, explorer):
    go_to(hands, 11)
    section, node = hands.widget.panel.explorer, explorer.study.points_node(LEFT)
    index, before = node.GetControlPointIndexByLabel("LCP"), section._steps.view
    r, a, s = node.GetNthControlPointPosition(index)
    node.InvokeEvent(node.PointStartInteractionEvent)
    node.SetNthControlPointPosition(index, r, a, s + 5.0)
    hands.turn()
    assert section._steps.view is before
    node.InvokeEvent(node.PointEndInteractionEvent)
    hands.turn()
    assert section._steps.view is not before and "L edited" in slices(hands)[11][5]


def test_a_hip_is_measured_where_the_reader_wants_and_back(hands, explorer):
    assert not hands.ui.takeSuggested.enabled
    go_to(hands, 8)
    hands.press("takeRight")
    assert explorer.stack.chosen == {RIGHT: 8, LEFT: CHOSEN[LEFT]}
    assert slices(hands)[8][0] == "8 ◂ R"
    assert "You took it; slice 10 was suggested." in hands.ui.sliceChoiceLabel.text
    assert not hands.ui.takeRight.enabled and hands.ui.takeLeft.enabled
    hands.press("takeSuggested")
    assert dict(explorer.stack.chosen) == CHOSEN


def test_the_reason_of_the_choice_and_how_much_it_matters_are_told(hands, explorer):
    told = hands.ui.sliceChoiceLabel.text
    assert "Right hip: measured on slice 10. Slice 10 shows the head best." in told
    assert "over ±1 slice" in told


def test_head_neck_and_coverage_are_told_for_both_hips(hands, explorer):
    told = hands.ui.explorerLabel.text
    for words in ("Right hip", "Left hip", "Head: radius", "Neck: ", "Coverage from above:"):
        assert words in told


def test_a_click_on_the_clock_shows_the_radial_plane_of_that_hip(hands, explorer):
    clock = hands.ui.clock
    row = next(n for n in range(clock.rowCount) if clock.item(n, 0).text() == "1:00")
    clock.cellClicked.emit(row, 3)
    assert explorer.radial == (LEFT, 30.0)
    clock.cellClicked.emit(row, 1)
    assert explorer.radial == (RIGHT, 30.0)
    unseen = next(n for n in range(clock.rowCount) if clock.item(n, 0).text() == "6:00")
    assert clock.item(unseen, 1).text() == "–"


def test_parts_in_space_are_switched(hands, explorer):
    assert hands.ui.spaceSphere.checked
    hands.press("spaceSphere")
    assert SpacePart.SPHERE not in explorer.parts and SpacePart.NECK in explorer.parts
    hands.press("spaceSphere")
    assert SpacePart.SPHERE in explorer.parts


def test_the_head_centre_of_the_sphere_is_taken_and_undone(hands, explorer):
    from HipLandmarksLib.review import Command

    go_to(hands, 14)
    before = explorer.study.landmarks[(LEFT, "FHC")].position
    hands.drag(LEFT, "FHC", (4.0, 0.0, 4.0))
    hands.press("takeCentre")
    now = explorer.study.landmarks[(LEFT, "FHC")].position
    assert now == pytest.approx(before, abs=0.1)
    hands.command(Command.UNDO)
    hands.command(Command.UNDO)
    assert explorer.study.landmarks[(LEFT, "FHC")].position != pytest.approx(now, abs=0.1)


def test_a_click_on_a_point_of_a_plot_goes_to_its_slice(hands, explorer):
    chart = explorer.chart(ExplorerChart.ALPHA)
    series = [chart.GetNthPlotSeriesNodeID(n) for n in range(chart.GetNumberOfPlotSeriesNodes())]
    ids, picked, row = vtkStringArray(), vtkCollection(), vtkIdTypeArray()
    ids.InsertNextValue(next(each for each in series if explorer.clicked(each, 2)))
    target = dict(explorer.shown)
    explorer.show_chosen()
    row.InsertNextValue(2)
    picked.AddItem(row)
    hands.widget.panel.explorer.show()
    view = hands.desktop.slicer.app.layoutManager().plotWidget(0).plotView()
    view.dataSelected.emit(ids, picked)
    hands.turn()
    assert dict(explorer.shown) == target
    hands.widget.panel.explorer.close()
    explorer.show_chosen()
    view.dataSelected.emit(ids, picked)
    assert explorer.at_chosen, "a closed panel hears nothing"


def test_the_layout_begins_with_the_plane_of_the_largest_alpha(hands, explorer):
    hands.scene.AddNode(hands.desktop.slicer.vtkMRMLLayoutNode())
    hands.press("explorerViews")
    side, theta = explorer.radial
    sections = [own for s in Side for own in explorer.exploration.sides[s].radial.sections]
    shown = explorer.exploration.sides[side].radial.at(theta)
    assert shown.alpha_deg == max(own.alpha_deg for own in sections if own.alpha_deg is not None)
    explorer.show_radial(LEFT, 300.0)
    hands.press("explorerViews")
    assert explorer.radial == (LEFT, 300.0), "a chosen plane stays"


def test_no_legend_lies_over_the_curves_and_colours_are_told(hands, explorer):
    charts = [explorer.chart(kind) for kind in ExplorerChart]
    assert not any(chart.GetLegendVisibility() for chart in charts)
    assert all("right orange, left blue" in chart.GetXAxisTitle() for chart in charts)
    assert hands.ui.plotKeyLabel.text.startswith("Plots: right hip orange, left hip blue")


def test_the_open_section_makes_the_panel_no_wider(hands, explorer):
    hands.turn()
    hands.ui.explorerSection.collapsed = True
    hands.turn()
    before = hands.widget.parent.minimumSizeHint.width()
    hands.ui.explorerSection.collapsed = False
    hands.turn()
    assert hands.widget.parent.minimumSizeHint.width() <= before


def test_scrolling_is_followed_on_demand(hands, explorer):
    hands.press("followViews")
    assert explorer.follow_views
    node = hands.scene.GetSingletonNode("Green", "vtkMRMLSliceNode")
    node.SetSliceOffset(node.GetSliceOffset() + 8.0)
    hands.turn()
    assert dict(explorer.shown) != CHOSEN
    assert hands.ui.followViews.checked


def test_nobody_scrolls_when_views_are_arranged_or_show_the_other_hip(hands, explorer):
    hands.press("followViews")
    node = hands.scene.GetSingletonNode("Green", "vtkMRMLSliceNode")
    explorer.go_to(8)
    explorer.show_chosen()
    assert explorer.at_chosen, "each hip stays on its own slice"
    to_left = explorer.stack.at(12).depth_mm - explorer.stack.at(10).depth_mm
    node.SetSliceOffset(node.GetSliceOffset() + to_left)
    assert explorer.at_chosen
    with explorer.views_arranged():
        node.SetSliceOffset(node.GetSliceOffset() + 2 * to_left)
    assert explorer.at_chosen
    composite = hands.scene.GetSingletonNode("Green", "vtkMRMLSliceCompositeNode")
    composite.SetBackgroundVolumeID(None)
    node.SetSliceOffset(node.GetSliceOffset() - 3 * to_left)
    assert explorer.at_chosen, "what this view shows now is another image"


def test_other_points_of_the_study_take_the_stack_away(hands, explorer):
    explorer.study.set_landmarks(explorer.study.landmarks)
    hands.turn()
    assert hands.widget.panel.explorer.explorer is None
    assert not hands.ui.explorerFrame.visible


def test_the_stack_of_a_loaded_scene_is_taken_up(hands, explorer):
    explorer.go_to(7)
    hands.session.reopen()
    hands.widget.panel.show()
    hands.turn()
    again = hands.widget.panel.explorer.explorer
    assert again is not None and again is not explorer
    assert dict(again.shown) == dict.fromkeys(Side, 7)
    assert hands.ui.explorerFrame.visible


def test_a_detection_on_all_slices_is_explored_while_the_window_lives(hands):
    hands.load(with_landmarks=False)
    hands.choose("slice", "all")
    hands.ui.explorerSection.collapsed = False
    hands.press("detect")
    hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")
    panel = hands.widget.panel
    assert panel.explorers.busy_with is hands.study
    assert "looked for on all slices" in hands.ui.explorerLabel.text
    hands.drag(RIGHT, "LCP", (0.0, 0.0, 4.0))
    moved = hands.study.landmarks[(RIGHT, "LCP")].position
    hands.wait_for(lambda: panel.explorers.busy_with is None)
    found = panel.explorer.explorer
    assert found is not None and len(found.stack) == 3
    assert hands.study.landmarks[(RIGHT, "LCP")].position == pytest.approx(moved)
    assert found.edited == (0,), "what was done meanwhile counts"
    assert hands.ui.explorerFrame.visible


def test_closing_the_panel_ends_an_exploration(hands):
    hands.load(with_landmarks=False)
    hands.choose("slice", "all")
    hands.press("detect")
    hands.wait_for(lambda: hands.widget.panel.explorers.busy_with is not None)
    run = hands.widget.panel.explorers._begun.run
    hands.widget.panel.close()
    assert run.is_over and not run._folder.exists()
