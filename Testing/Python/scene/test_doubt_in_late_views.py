"""Slice views opened while a model's doubt is shown, and the map of what is unusual in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from doubt_reading import SUPPRESSED, calibration, reading

from HipLandmarksLib.detection import DoubtMeasure, MapChoice
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.uncertainty import UsualAgreement, UsualSurprisal

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.scene import HipStudy, add_volume
from HipLandmarksLib.scene.doubt import DoubtOverlay, DoubtPart
from HipLandmarksLib.scene.doubt.limbs import CLASS_NAME, WIDEST


@pytest.fixture
def doubtful(scene: Any, case: Any) -> HipStudy:
    """The case as a model reads it; the overlay is switched on."""
    says = reading(case.image, case.landmarks)
    study = HipStudy.create(scene, case.image, says.landmarks)
    study.show_doubt(says)
    return study


def overlay_of(study: HipStudy) -> DoubtOverlay:
    assert study.doubt is not None
    return study.doubt


def add_view(scene: Any, name: str, back: Any, front: Any = None, opacity: float = 0.0) -> Any:
    """A slice view's layers: first the view, then what it shows, as an application does it."""
    node = slicer.vtkMRMLSliceCompositeNode()
    node.SetLayoutName(name)
    node.SetSingletonTag(name)
    node = scene.AddNode(node)
    node.SetForegroundVolumeID(None if front is None else front.GetID())
    node.SetForegroundOpacity(opacity)
    node.SetBackgroundVolumeID(back.GetID())
    return node


def layers(view: Any) -> tuple[str | None, float]:
    return (view.GetForegroundVolumeID(), view.GetForegroundOpacity())


def test_a_view_that_is_opened_later_shows_the_map_at_once(doubtful: HipStudy, case: Any) -> None:
    overlay, scene = overlay_of(doubtful), doubtful.scene
    other = add_volume(scene, case.image)
    overlay.set_opacity(0.45)
    late = add_view(scene, "Late", other, other, 0.3)
    assert layers(late) == (other.GetID(), 0.3)
    late.SetBackgroundVolumeID(doubtful.volume_node.GetID())
    assert layers(late) == (overlay.volume_node.GetID(), 0.45)
    overlay.switch(False)
    assert layers(late) == (other.GetID(), 0.3)
    assert late.GetBackgroundVolumeID() == doubtful.volume_node.GetID()


def test_slicers_views_hear_of_a_legend_when_its_map_becomes_a_layer_or_is_none_any_more(
    doubtful: HipStudy,
) -> None:
    overlay, scene = overlay_of(doubtful), doubtful.scene
    view, own = add_view(scene, "Green", doubtful.volume_node), overlay.volume_node.GetID()
    legend = scene.GetFirstNodeByClass("vtkMRMLColorLegendDisplayNode")
    heard: list[bool] = []
    legend.AddObserver("ModifiedEvent", lambda *_: heard.append(layers(view)[0] == own))
    overlay.switch(False)
    assert heard and not heard[-1]
    overlay.switch(True)
    assert heard[-1]


def test_a_foreground_that_is_chosen_in_a_view_of_the_image_is_left_alone(
    doubtful: HipStudy, case: Any
) -> None:
    overlay, scene = overlay_of(doubtful), doubtful.scene
    other = add_volume(scene, case.image)
    late = add_view(scene, "Late", doubtful.volume_node)
    late.SetForegroundVolumeID(other.GetID())
    late.SetForegroundOpacity(0.2)
    assert layers(late) == (other.GetID(), 0.2)
    overlay.switch(False)
    assert layers(late) == (other.GetID(), 0.2)


def test_later_views_show_no_map_while_it_is_off_or_gone(doubtful: HipStudy) -> None:
    scene = doubtful.scene
    overlay_of(doubtful).switch(False)
    off = add_view(scene, "Off", doubtful.volume_node)
    assert off.GetForegroundVolumeID() is None
    overlay_of(doubtful).switch(True)
    assert off.GetForegroundVolumeID() == overlay_of(doubtful).volume_node.GetID()
    doubtful.drop_doubt()
    gone = add_view(scene, "Gone", doubtful.volume_node)
    assert gone.GetForegroundVolumeID() is None and off.GetForegroundVolumeID() is None


def test_what_is_as_usual_is_clear_and_what_is_not_stays_in_colour(scene: Any, case: Any) -> None:
    usual = UsualAgreement({}, UsualSurprisal(0.05, 0.2, 100))
    says = reading(case.image, case.landmarks)
    raw = HipStudy.create(scene, case.image, says.landmarks)
    raw.show_doubt(says)
    known = replace(says, calibration=replace(calibration(), agreement=usual))
    study = HipStudy.create(scene, case.image, says.landmarks)
    overlay = study.show_doubt(known)
    everywhere = slicer.util.arrayFromVolume(overlay_of(raw).volume_node)
    beyond = slicer.util.arrayFromVolume(overlay.volume_node)
    least = overlay.volume_node.GetDisplayNode().GetLowerThreshold()
    i, j, k = case.image.to_ijk(case.landmarks[SUPPRESSED].point()).round().astype(int)
    assert beyond[k, j, i] > 60
    assert ((everywhere > 1) & (beyond < least)).any()
    title = overlay.volume_node.GetNthDisplayNode(1).GetTitleText()
    assert title.split() == f"Doubt, % {DoubtMeasure.UNUSUAL.words}".split()


def test_limbs_that_agree_as_usual_are_drawn_at_full_width(scene: Any, case: Any) -> None:
    says = reading(case.image, case.landmarks)
    usual = UsualAgreement({}, UsualSurprisal(0.05, 0.2, 100))
    known = replace(says, calibration=replace(calibration(), agreement=usual))
    study = HipStudy.create(scene, case.image, says.landmarks)
    study.show_doubt(known).show_parts({DoubtPart.LIMBS})
    nodes = [
        scene.GetNthNodeByClass(n, CLASS_NAME)
        for n in range(scene.GetNumberOfNodesByClass(CLASS_NAME))
    ]
    widths = {
        node.GetName(): node.GetDisplayNode().GetLineThickness()
        for node in nodes
        if node.GetName().endswith("limb")
    }
    assert len(widths) > 4
    # limbs of the suppressed landmark have no point to end at, and are not drawn
    assert list(widths.values()) == pytest.approx([WIDEST] * len(widths))


def test_the_unusual_is_refused_where_the_usual_is_not_known(doubtful: HipStudy) -> None:
    overlay = overlay_of(doubtful)
    with pytest.raises(ConfigurationError, match="not calibrated"):
        overlay.choose(MapChoice(measure=DoubtMeasure.UNUSUAL))
    assert overlay.state.choice == MapChoice()
