"""Two studies of one patient in the panel: the table, its colours, both images side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from panel_case import film, landmarks, move, mri
from vtkmodules.vtkCommonCore import vtkCommand

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.scene import add_volume
from HipLandmarksLib.scene.comparison import COMPARISON_LAYOUT, FIRST_VIEW, SECOND_VIEW

LEFT = Side.LEFT


@pytest.fixture
def both(hands):
    """A film, then an MRI of the same hips, which is shown."""
    image, points = mri()
    volumes = [add_volume(hands.scene, film()), add_volume(hands.scene, image)]
    studies = [
        hands.session.show(v, p) for v, p in zip(volumes, (landmarks(), points), strict=True)
    ]
    hands.ui.volume.setCurrentNode(volumes[1])
    hands.turn()
    hands.ui.comparisonSection.collapsed = False
    hands.turn()
    return studies


@pytest.fixture
def window(hands):
    """Layouts and the views that an application makes for them; the logics keep them alive."""
    slicer = hands.desktop.slicer
    layout = hands.scene.AddNode(slicer.vtkMRMLLayoutNode())
    layout.SetViewArrangement(layout.SlicerLayoutFourUpView)
    logics = []
    for name in (FIRST_VIEW, SECOND_VIEW):
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLScene(hands.scene)
        logic.AddSliceNode(name).SetDimensions(400, 400, 1)
        logics.append(logic)
    yield layout
    for logic in logics:
        logic.SetMRMLScene(None)


def table(hands):
    compared = hands.ui.compared
    rows = [
        [compared.item(r, c).text() for c in range(compared.columnCount)]
        for r in range(compared.rowCount)
    ]
    return {row[0]: row[1:] for row in rows}


def test_one_study_alone_says_what_is_needed(hands):
    hands.load()
    hands.ui.comparisonSection.collapsed = False
    hands.turn()
    assert "another image of the same patient" in hands.ui.comparisonLabel.text
    assert not hands.ui.compared.visible and not hands.ui.sideBySide.enabled


def test_the_other_study_is_offered_and_compared(hands, both):
    assert hands.ui.compareWith.itemText(0) == "X-ray: film"
    heads = [hands.ui.compared.horizontalHeaderItem(n).text() for n in range(4)]
    assert heads == ["Measurement", "X-ray", "MRI", "MRI − X-ray"]
    assert table(hands)["L Alpha angle"][:3] == ["75°", "75°", "0°"]
    assert "projection" in hands.ui.comparisonLabel.text


def test_a_drag_in_either_study_is_followed_in_the_next_turn(hands, both):
    hands.drag(LEFT, "LCP", (0.0, 0.0, -9.0))
    hands.turn()
    after = table(hands)["L Alpha angle"]
    assert after[1] != "75°" and after[2] != "0°"
    move(both[0], (LEFT, "LCP"), (0.0, 0.0, -9.0))
    hands.turn()
    assert table(hands)["L Alpha angle"][0] == after[1]


def test_a_folded_section_measures_nothing(hands, both):
    hands.ui.comparisonSection.collapsed = True
    before = table(hands)
    hands.drag(LEFT, "LCP", (0.0, 0.0, -9.0))
    hands.turn()
    assert table(hands) == before
    hands.ui.comparisonSection.collapsed = False
    hands.turn()
    assert table(hands) != before


def test_both_images_are_shown_side_by_side_and_left_again(hands, both, window):
    hands.press("sideBySide")
    assert window.GetViewArrangement() == COMPARISON_LAYOUT
    names = {FIRST_VIEW: both[0], SECOND_VIEW: both[1]}
    for name, study in names.items():
        composite = hands.scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode")
        assert composite.GetBackgroundVolumeID() == study.volume_node.GetID()
    hands.press("sideBySide")
    assert window.GetViewArrangement() == window.SlicerLayoutFourUpView
    assert hands.widget.panel.comparison.linked is None


def test_the_points_of_both_studies_are_seen_side_by_side(hands, both, window):
    event, enter = vtkCommand.ModifiedEvent, hands.widget.onLayoutChanged
    tag = window.AddObserver(event, lambda *_: enter(window.GetViewArrangement()))
    hands.press("sideBySide")
    window.RemoveObserver(tag)
    nodes = [study.points_node(LEFT) for study in both]
    assert all(node.GetDisplayNode().GetVisibility() for node in nodes)
    hands.press("sideBySide")
    assert [node.GetDisplayNode().GetVisibility() for node in nodes] == [0, 1]


def test_a_click_on_a_row_shows_its_hip_in_both_images(hands, both, window):
    hands.press("sideBySide")
    row = list(table(hands)).index("L Alpha angle")
    hands.ui.compared.setCurrentCell(row, 0)
    assert hands.widget.panel.comparison.linked.side is LEFT
    node = hands.scene.GetSingletonNode(SECOND_VIEW, "vtkMRMLSliceNode")
    assert node.GetSliceToRAS().GetElement(0, 3) == pytest.approx(-90.0)


def test_another_shown_study_leaves_the_side_by_side_views(hands, both, window):
    hands.press("sideBySide")
    other = hands.load()
    assert hands.widget.panel.desk.volume is other
    assert hands.widget.panel.comparison.linked is None
    assert window.GetViewArrangement() == window.SlicerLayoutFourUpView


def test_a_removed_study_is_compared_no_more(hands, both, window):
    hands.press("sideBySide")
    hands.scene.RemoveNode(both[0].volume_node)
    hands.turn()
    hands.widget.panel.show()
    assert not hands.ui.compared.visible
    assert hands.widget.panel.comparison.linked is None


def test_without_layouts_nothing_breaks(hands, both):
    hands.press("sideBySide")
    assert not hands.ui.sideBySide.checked
    assert "no views" in hands.ui.messageLabel.text


def test_the_table_is_copied_with_the_notice(hands, both):
    hands.press("copyCompared")
    text = hands.desktop.slicer.app.clipboard().text()
    assert "L Alpha angle" in text and "not a medical device" in text
    assert "on the clipboard" in hands.ui.messageLabel.text


def test_colours_of_differences_follow_the_theme(hands, both):
    x, y, z = both[1].landmarks[(LEFT, "LAE")].position
    shifted = both[1].landmarks.items_[(LEFT, "LAE")]
    both[1].put_points({(LEFT, "LAE"): replace(shifted, position=(x - 14.0, y, z))})
    hands.turn()
    row = list(table(hands)).index("L LCE-bone")
    light = hands.ui.compared.item(row, 4).foreground().color().name()
    try:
        hands.desktop.app.wear(dark=True)
        hands.turn()
        hands.widget.panel.enter()
        assert hands.ui.compared.item(row, 4).foreground().color().name() != light
    finally:
        hands.desktop.app.wear(dark=False)
