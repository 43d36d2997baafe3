"""Films on the panel: badges, calibration wizard with marks in the view, overlay, patient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from film_files import write_film
from hip_points import hip_points

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.imaging import SpacingProvenance, read_image
from HipLandmarksLib.measurement import Sex
from HipLandmarksLib.scene import add_volume

PIXEL_MM = 2.5
MIDDLE = (200.0, 0.0, -140.0)


@pytest.fixture
def film(hands, tmp_path):
    path = tmp_path / "film.dcm"
    write_film(path, ImagerPixelSpacing=[PIXEL_MM, PIXEL_MM])
    volume = add_volume(hands.scene, read_image(path))
    points = [
        replace(point, position=tuple(np.add(point.position, MIDDLE).tolist()))
        for side in Side
        for point in hip_points(side, 50.0, 30.0, 0.0)
    ]
    hands.session.show(volume, HipLandmarks.of(points, case_id="film"))
    hands.ui.volume.setCurrentNode(volume)
    hands.turn()
    return volume


def badges(hands):
    labels = [c for c in hands.ui.badgesFrame.children() if c.inherits("QLabel") and c.visible]
    return " ".join(label.text for label in labels)


def offset(hands):
    return hands.results()["Femoral offset"][0]


def test_a_film_fills_the_coronal_view(hands, film):
    node = hands.scene.GetSingletonNode("Green", "vtkMRMLSliceCompositeNode")
    assert node.GetBackgroundVolumeID() == film.GetID()
    assert hands.desktop.slicer.app.layoutManager().layout != 0
    assert "detector plane" in badges(hands)


def test_a_magnification_is_applied_to_all_lengths_when_it_is_confirmed(hands, film):
    before = offset(hands)
    hands.choose("method", "factor")
    hands.ui.size.value = 1.25
    hands.turn()
    assert offset(hands) == before, "nothing is measured anew before Apply"
    assert before in hands.ui.calibrationResultLabel.text
    hands.press("apply")
    assert offset(hands) != before
    assert hands.study.settings.calibration.magnification == pytest.approx(1.25)
    assert "1.25" in badges(hands)


def test_a_ruler_is_marked_by_two_clicks_that_can_be_taken_back(hands, film):
    hands.choose("method", "ruler")
    hands.press("mark")
    interaction = hands.scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    marks = hands.widget.panel.calibration.steps.marks
    x, y, z = MIDDLE
    marks.add((x, y, z))
    assert not hands.ui.apply.enabled
    marks.add((x + 110.0, y, z))
    assert hands.ui.apply.enabled and not hands.ui.mark.checked
    hands.press("unmark")
    assert not hands.ui.apply.enabled
    marks.add((x + 110.0, y, z))
    hands.press("apply")
    found = hands.study.settings.calibration
    assert found.provenance is SpacingProvenance.MARKER
    assert found.magnification == pytest.approx(1.1)
    assert marks.positions == []
    assert interaction is None or interaction.GetCurrentInteractionMode() != interaction.Place


def test_marks_go_with_the_wizard_and_are_not_saved(hands, film):
    nodes = hands.scene.GetNumberOfNodes()
    hands.choose("method", "ruler")
    hands.widget.panel.calibration.steps.marks.add(MIDDLE)
    node = hands.widget.panel.calibration.steps.marks._node
    assert not node.GetSaveWithScene()
    hands.choose("method", "factor")
    assert hands.scene.GetNumberOfNodes() == nodes


def test_the_patient_chooses_the_limits(hands, film):
    hands.choose("sex", Sex.FEMALE.value)
    hands.ui.age.value = 34.0
    hands.turn()
    settings = hands.study.settings
    assert (settings.sex, settings.patient_age_years) == (Sex.FEMALE, 34.0)
    hands.ui.readerSd.value = 0.8
    hands.turn()
    assert hands.study.settings.reader_sigma_mm == pytest.approx(0.8)
    assert "34" in badges(hands)


def test_a_licence_that_forbids_commercial_use_is_agreed_to_once(hands, film):
    before = hands.study.landmarks
    hands.press("detect")
    assert hands.ui.detect.text == "Detect landmarks", "nothing runs before the user agreed"
    assert "not for commercial use" in hands.ui.messageLabel.text
    assert hands.ui.messageActionButton.text == "Agree and detect"
    hands.press("messageCloseButton")
    assert hands.study.landmarks == before
    for asked in (True, False):
        hands.press("detect")
        if asked:
            hands.press("messageActionButton")
        assert hands.ui.detect.text == "Cancel"
        hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")


def test_the_overlay_is_switched_by_its_controls(hands, film):
    hands.press("detect")
    hands.press("messageActionButton")
    hands.wait_for(lambda: hands.ui.detect.text == "Detect landmarks")
    doubt = hands.study.doubt
    hands.press("showDoubt")
    assert doubt.state.visible
    hands.ui.opacity.value = 30.0
    assert doubt.state.opacity == pytest.approx(0.3)
    hands.choose("mapOf", "landmarks")
    hands.press("partSigns")
    assert "signs" not in {part.value for part in doubt.state.parts}
    selector = [
        hands.ui.volume.nodeFromIndex(n).GetID() for n in range(hands.ui.volume.nodeCount())
    ]
    assert doubt.volume_node.GetID() not in selector, "a map is nothing to measure"


def test_colours_follow_the_theme(hands, film):
    light = badges(hands)
    try:
        hands.desktop.app.wear(dark=True)
        hands.turn()
        hands.widget.panel.enter()
        assert badges(hands) != light
    finally:
        hands.desktop.app.wear(dark=False)
