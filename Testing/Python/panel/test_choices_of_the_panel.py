"""Choices: how it is measured, what the overlay shows, how it is detected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from panel_case import film, mri

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import MapWhat
from HipLandmarksLib.detection.catalogue import ModelEntry, ModelPlace, ModelSummary
from HipLandmarksLib.detection.worker import Progress, Stage
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Modality
from HipLandmarksLib.measurement import Edge, Reference, Sex
from HipLandmarksLib.panel import (
    OFF,
    ON,
    Control,
    DetectionPlan,
    ProgressWords,
    detection_view,
    measurement_choices,
    overlay_view,
    patient_choices,
    percent,
    set_overlay,
    with_age,
    with_choice,
    with_reader_sd,
)


def every_choice(study: Any) -> dict[Control, Any]:
    settings = study.settings
    found = (*measurement_choices(settings), *patient_choices(settings))
    return {choice.control: choice for choice in found}


def test_every_option_of_a_setting_can_be_chosen_and_is_then_the_chosen_one(film_study):
    for control, choice in every_choice(film_study).items():
        for option in choice.options:
            film_study.measure_with(with_choice(film_study.settings, control, option.id))
            assert every_choice(film_study)[control].chosen == option.id


def test_choices_mean_what_they_say(film_study):
    settings = with_choice(film_study.settings, Control.REFERENCE, "ischium")
    settings = with_choice(settings, Control.EDGE, "sourcil")
    settings = with_choice(settings, Control.SEX, "F")
    assert (settings.reference, settings.edge, settings.sex) == (
        Reference.ISCHIUM,
        Edge.SOURCIL,
        Sex.FEMALE,
    )


def test_an_option_that_does_not_exist_is_refused(film_study):
    with pytest.raises(ConfigurationError, match="cannot be set to 'femur'"):
        with_choice(film_study.settings, Control.REFERENCE, "femur")


@pytest.mark.parametrize(("typed", "age"), [("34", 34.0), (" 0,5 ", 0.5), ("", None)])
def test_an_age_is_typed_as_people_do(film_study, typed, age):
    assert with_age(film_study.settings, typed).patient_age_years == age


@pytest.mark.parametrize("typed", ["old", "-3", "200"])
def test_what_is_no_age_is_refused(film_study, typed):
    with pytest.raises(ConfigurationError):
        with_age(film_study.settings, typed)


def test_a_reader_states_how_far_points_scatter(film_study):
    assert with_reader_sd(film_study.settings, 1.5).reader_sigma_mm == 1.5
    assert with_reader_sd(film_study.settings, 0.0).reader_sigma_mm is None
    with pytest.raises(ConfigurationError, match="above 0"):
        with_reader_sd(film_study.settings, -1.0)


def test_without_a_reading_the_overlay_says_what_to_do(film_study):
    view = overlay_view(film_study)
    assert not view.available and "detect" in view.reason
    assert overlay_view(None).reason == view.reason
    with pytest.raises(ConfigurationError, match="detect the landmarks first"):
        set_overlay(film_study, Control.SHOW_DOUBT, ON)


def test_switches_of_the_overlay_do_what_they_show(doubtful_study):
    for control in (Control.SHOW_DOUBT, Control.PART_LIMBS, Control.PART_MAP, Control.PART_SIGNS):
        for wish in (ON, OFF):
            set_overlay(doubtful_study, control, wish)
            shown = {switch.control: switch for switch in overlay_view(doubtful_study).switches}
            assert shown[control].on is (wish == ON) and shown[control].enabled


def test_the_map_can_be_of_one_landmark(doubtful_study):
    set_overlay(doubtful_study, Control.MAP_LANDMARK, "R:LCP")
    set_overlay(doubtful_study, Control.MAP_OF, "landmarks")
    choice = doubtful_study.doubt.state.choice
    assert choice.parts == {(Side.RIGHT, "LCP")} and choice.what is MapWhat.LANDMARKS
    set_overlay(doubtful_study, Control.MAP_LANDMARK, "all")
    assert doubtful_study.doubt.state.choice.parts is None


def test_opacity_is_told_in_per_cent(doubtful_study):
    set_overlay(doubtful_study, Control.OPACITY, "35")
    assert overlay_view(doubtful_study).opacity == 35
    for wrong in ("much", "140"):
        with pytest.raises(ConfigurationError):
            set_overlay(doubtful_study, Control.OPACITY, wrong)


def test_the_overlay_tells_whether_the_doubt_is_calibrated(doubtful_study):
    assert overlay_view(doubtful_study).badge.line == "✓ 90 % region"


def model(name: str, modality: Modality, place: ModelPlace, **changes: Any) -> ModelEntry:
    summary = ModelSummary(
        name, "1.0", "Finds it.", modality, ("FHC",), **{"licence": "MIT"} | changes
    )
    return ModelEntry(name, place, None if place is ModelPlace.OFFERED else Path(name), summary)


SHIPPED = model("film", Modality.XRAY, ModelPlace.SHIPPED, licence="CC BY-NC 4.0")
OWN = model("own", Modality.XRAY, ModelPlace.USER, calibration="on 9 patients")
OFFERED = model("far", Modality.XRAY, ModelPlace.OFFERED)
OF_MRI = model("mri", Modality.MR, ModelPlace.SHIPPED)
DAMAGED = ModelEntry("broken", ModelPlace.USER, Path("broken"), None, "Its weights are missing.")
MODELS = (SHIPPED, OWN, OFFERED, OF_MRI, DAMAGED)


def test_models_for_this_kind_of_image_are_offered_with_what_hinders_them():
    view = detection_view(film(), MODELS, DetectionPlan())
    options = {option.id: option for option in view.choices[0].options}
    assert set(options) == {"film", "own", "far", "broken"}
    assert not options["broken"].enabled and options["broken"].reason == "Its weights are missing."
    assert "to download" in options["far"].label


def test_the_own_model_comes_first_and_another_can_be_chosen():
    assert detection_view(film(), MODELS, DetectionPlan()).entry is OWN
    plan = DetectionPlan().with_choice(Control.MODEL, "film")
    view = detection_view(film(), MODELS, plan)
    assert view.entry is SHIPPED and dict(view.card)["Model"] == "film 1.0"
    assert [badge.text for badge in view.badges] == [
        "Not for commercial use",
        "Doubt not calibrated",
    ]


@pytest.mark.parametrize(
    ("image", "models", "name", "reason"),
    [
        (None, MODELS, "", "Choose an image first"),
        (film(), (), "", "no model for this kind"),
        (film(), MODELS, "far", "Get model"),
        (film(), MODELS, "broken", "weights are missing"),
    ],
)
def test_why_nothing_can_be_detected_is_said(image, models, name, reason):
    view = detection_view(image, models, DetectionPlan(model=name))
    assert not view.ready and reason in view.reason


def test_slices_are_chosen_on_mri_and_the_hip_on_films():
    on_film = {choice.control for choice in detection_view(film(), MODELS, DetectionPlan()).choices}
    on_mri = {
        choice.control for choice in detection_view(mri()[0], MODELS, DetectionPlan()).choices
    }
    assert Control.SINGLE_HIP in on_film and Control.SLICE not in on_film
    assert Control.SLICE in on_mri and Control.SINGLE_HIP not in on_mri


def test_the_plan_is_handed_to_the_worker():
    plan = (
        DetectionPlan().with_choice(Control.SLICE, "current").with_choice(Control.SINGLE_HIP, "L")
    )
    assert plan.slice_index(17) == 17 and plan.hip is Side.LEFT
    assert DetectionPlan().slice_index(17) is None and DetectionPlan().hip is None


def test_what_was_chosen_for_the_image_before_does_not_reach_another_kind():
    plan = DetectionPlan(slice="all", side="L", device="cpu")
    for_film = plan.limited_to(detection_view(film(), MODELS, plan).choices)
    assert for_film == DetectionPlan(side="L", device="cpu") and not for_film.all_slices
    for_mri = plan.limited_to(detection_view(mri()[0], MODELS, plan).choices)
    assert for_mri == DetectionPlan(slice="all", device="cpu")


def test_devices_that_are_not_there_cannot_be_chosen():
    view = detection_view(film(), MODELS, DetectionPlan(), devices=("cpu",))
    options = {option.id: option.enabled for option in view.choices[-1].options}
    assert options == {"auto": True, "cuda": False, "mps": False, "cpu": True}


def test_progress_tells_number_and_time_left():
    now = [0.0]
    words = ProgressWords(lambda: now[0])
    assert words.line(Progress(Stage.SLICES, 0, 36)) == "Searching the slices: 0 of 36"
    now[0] = 4.0
    line = words.line(Progress(Stage.SLICES, 12, 36))
    assert line == "Searching the slices: 12 of 36, about 9 s left"
    assert percent(Progress(Stage.SLICES, 12, 36)) == 33


def test_a_stage_without_steps_tells_no_numbers():
    assert ProgressWords().line(Progress(Stage.LOADING, 0, 1)) == "Loading the model …"
    assert percent(Progress(Stage.LOADING, 0, 1)) is None
