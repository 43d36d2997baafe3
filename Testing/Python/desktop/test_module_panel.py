"""The panel as a person uses it: load, detect, correct, undo, choose, save."""

from __future__ import annotations

import pytest
from module_panel import open_panel

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.measurement import Reference
from HipLandmarksLib.review import Command

RIGHT = Side.RIGHT


def alpha(hands):
    return hands.results()["Alpha angle"][0]


def test_an_empty_panel_says_what_to_do(hands):
    assert not hands.ui.detect.enabled
    assert hands.ui.progressLabel.text == "Choose an image first."
    assert hands.ui.results.rowCount == 0 and hands.ui.landmarks.rowCount == 0
    assert not hands.ui.messageFrame.visible


def test_a_loaded_image_shows_its_badges_and_can_be_detected(hands):
    hands.load(with_landmarks=False)
    badges = [c.text for c in hands.ui.badgesFrame.children() if c.inherits("QLabel")]
    assert any("MRI, 3 slices" in badge for badge in badges)
    assert any("measured in the patient" in badge for badge in badges)
    assert hands.ui.detect.enabled and hands.ui.detect.text == "Detect landmarks"


def test_detect_turns_into_cancel_and_shows_what_was_found(hands):
    hands.load(with_landmarks=False)
    hands.press("detect")
    assert hands.ui.detect.text == "Cancel" and hands.ui.detect.enabled
    hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")
    assert hands.study is not None
    assert len(hands.landmarks()) >= 8
    assert "Check every point" in hands.ui.messageLabel.text
    assert hands.ui.showDoubt.enabled and not hands.ui.showDoubt.checked


def test_a_cancelled_detection_leaves_the_scene_as_it_was(hands):
    volume = hands.load(with_landmarks=False)
    before = hands.scene.GetNumberOfNodes()
    hands.session.model = "hangs"
    hands.press("detect")
    hands.press("detect")
    hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")
    assert hands.scene.GetNumberOfNodes() == before
    assert hands.session.study(volume) is None
    assert "cancelled" in hands.ui.messageLabel.text


def test_a_worker_that_dies_is_told_in_one_sentence(hands):
    hands.load(with_landmarks=False)
    hands.session.model = "slices-1"
    hands.press("detect")
    hands.wait_for(lambda: hands.ui.messageFrame.visible)
    assert hands.ui.detect.text == "Detect landmarks"
    assert hands.study is None


def test_a_model_that_breaks_is_told_with_details_on_demand(hands):
    hands.load(with_landmarks=False)
    hands.session.model = "breaks"
    hands.press("detect")
    hands.wait_for(lambda: hands.ui.messageFrame.visible)
    assert hands.study is None
    assert hands.ui.messageDetailsButton.visible and not hands.ui.messageDetailsText.visible
    hands.press("messageDetailsButton")
    assert hands.ui.messageDetailsText.visible


def test_numbers_follow_a_drag_in_the_next_turn_and_undo_brings_them_back(hands):
    hands.load()
    before = alpha(hands)
    hands.drag(RIGHT, "LCP", (0.0, 0.0, 6.0))
    assert alpha(hands) == before, "the table is written once per turn of the event loop"
    hands.turn()
    after = alpha(hands)
    assert after != before
    value = hands.study.measurement(RIGHT, "alpha").value
    assert after.startswith(f"{value:.0f}")
    hands.command(Command.UNDO)
    assert alpha(hands) == before
    hands.command(Command.REDO)
    assert alpha(hands) == after


def test_many_events_are_one_update(hands):
    hands.load()
    counted = []
    panel = hands.widget.panel
    before = panel.measurements.update
    panel.measurements.update = lambda change: (counted.append(change), before(change))
    for _ in range(5):
        hands.drag(RIGHT, "LCP", (0.0, 0.0, 0.5))
    hands.turn()
    assert len(counted) == 1


def test_an_absent_landmark_takes_its_numbers_with_it(hands):
    hands.load()
    row = [r[1:3] for r in hands.landmarks()].index(["LCP", "right"])
    hands.ui.landmarks.setCurrentCell(row, 0)
    hands.turn()
    hands.command(Command.ABSENT)
    assert hands.study.landmarks[(RIGHT, "LCP")].state is LandmarkState.ABSENT
    assert "not there" in hands.landmarks()[row][4]
    assert "°" not in alpha(hands)
    hands.command(Command.RESET)
    assert "°" in alpha(hands)


def test_choosing_a_landmark_jumps_there_and_tells_what_it_is(hands):
    hands.load()
    row = [r[1:3] for r in hands.landmarks()].index(["FHC", "left"])
    hands.ui.landmarks.setCurrentCell(row, 0)
    hands.turn()
    x, y, z = hands.study.landmarks[(Side.LEFT, "FHC")].position
    node = hands.scene.GetSingletonNode("Green", "vtkMRMLSliceNode")
    matrix = node.GetSliceToRAS()
    centre = [matrix.GetElement(axis, 3) for axis in range(3)]
    assert centre == pytest.approx([-x, -y, z], abs=0.6)
    assert node.GetFieldOfView()[0] < 200
    assert "Femoral head centre" in hands.ui.landmarkLabel.text


def test_accepting_goes_on_and_counts(hands):
    hands.load()
    hands.command(Command.NEXT_LEAST_SURE)
    first = hands.widget.panel.review.editor.current
    hands.command(Command.ACCEPT)
    assert hands.widget.panel.review.editor.current != first
    assert "Checked: 1 of" in hands.ui.reviewLabel.text


def test_the_reference_line_is_another_one_at_once(hands):
    hands.load()
    hands.choose("reference", Reference.IMAGE.value)
    assert hands.study.settings.reference is Reference.IMAGE
    assert "Reference: " in hands.ui.summaryLabel.text
    hands.choose("edge", "sourcil")
    assert "sourcil" in hands.ui.summaryLabel.text


def test_a_click_on_a_measurement_shows_construction_and_definition(hands):
    hands.load()
    hands.ui.results.setCurrentCell(0, 0)
    hands.turn()
    assert hands.ui.definitionFrame.visible
    assert "Alpha angle" in hands.ui.definitionLabel.text
    assert not hands.ui.illustrationLabel.pixmap.isNull()


def test_what_is_not_measured_is_listed_on_demand(hands):
    hands.load()
    few = len(hands.results())
    hands.press("showEmpty")
    assert len(hands.results()) > few


def test_copy_and_csv_hold_the_numbers(hands, tmp_path):
    hands.load()
    hands.press("copy")
    text = hands.desktop.slicer.app.clipboard().text()
    assert "Alpha angle" in text and "not a medical device" in text
    path = tmp_path / "numbers.csv"
    hands.widget.panel.measurements.save_as(path)
    assert "alpha" in path.read_text(encoding="utf-8-sig")


def test_two_studies_in_one_scene(hands):
    first, second = hands.load(), hands.load()
    assert hands.widget.panel.desk.volume is second
    hands.widget.panel.review.execute(Command.NEXT_CASE)
    hands.turn()
    assert hands.widget.panel.desk.volume is first
    assert hands.ui.volume.currentNode() is first


def test_another_language(slicer_desktop, tmp_path, monkeypatch):
    monkeypatch.setenv("HIPLANDMARKS_MODELS", str(tmp_path / "user" / "models"))
    slicer_desktop.app.speak(lambda context, text: f"[{context}] {text}")
    try:
        with open_panel(slicer_desktop, tmp_path) as hands:
            hands.load()
            header = hands.ui.results.horizontalHeaderItem(0).text()
            assert header == "[panel.measurement_table] Measurement"
    finally:
        slicer_desktop.app.speak(lambda context, text: text)
