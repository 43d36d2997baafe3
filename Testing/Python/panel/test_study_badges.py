"""Badges of a study: kind, sides, pixel size, calibration, repairs, patient, model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from panel_case import RIGHT, film, move, mri

from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.measurement import Sex
from HipLandmarksLib.panel import (
    Badge,
    Panel,
    Severity,
    calibration_badge,
    image_badges,
    study_badges,
)


def badge(badges: tuple[Badge, ...], text: str) -> Badge:
    return next(each for each in badges if text in each.text)


def with_facts(**facts: str) -> HipImage:
    image = film()
    return replace(image, metadata={**image.metadata, **facts})


def test_an_mri_is_trusted():
    badges = image_badges(mri()[0])
    assert [each.line for each in badges] == [
        "✓ MRI, 8 slices",
        "✓ Sides from the file",
        "✓ Pixel 1.50 × 1.50 mm",
        "✓ Millimetres: measured in the patient",
    ]


def test_an_uncorrected_film_asks_for_calibration():
    found = badge(image_badges(film()), "Millimetres")
    assert found.line == "! Millimetres: detector plane, not corrected"
    assert "Measure a marker ball" in found.tooltip


@pytest.mark.parametrize(
    ("orientation", "line"),
    [
        ("from DICOM PatientOrientation L\\F", "✓ Sides from the file"),
        ("assumed: columns to the patient's left", "! Sides assumed"),
        ("stated by the user: columns to the patient's left", "i Sides as you stated"),
        ("", "! Sides not confirmed"),
    ],
)
def test_it_is_said_where_right_and_left_come_from(orientation, line):
    badges = image_badges(with_facts(orientation=orientation))
    assert badge(badges, "Sides").line == line


def test_a_view_other_than_ap_asks_for_caution():
    assert badge(image_badges(with_facts(view_position="PA")), "view").line == "! PA view"
    assert badge(image_badges(with_facts(view_position="AP")), "view").line == "✓ AP view"


@pytest.mark.parametrize(("side", "words"), [("R", "Right hip only"), ("L", "Left hip only")])
def test_a_film_of_one_hip_names_it(side, words):
    assert badge(image_badges(with_facts(laterality=side)), "only").text == words


def test_a_film_without_size_says_that_lengths_are_pixels():
    badges = image_badges(film(SpacingProvenance.NONE))
    assert badge(badges, "No pixel size").severity is Severity.CAUTION


def test_the_pixel_size_is_that_in_which_lengths_are_measured():
    calibration = Calibration(SpacingProvenance.USER_MAGNIFICATION, 1 / 1.25)
    badges = image_badges(film(), calibration)
    assert badge(badges, "Pixel").text == "Pixel 0.40 × 0.40 mm"
    assert badge(badges, "Millimetres").line == "i Millimetres: fixed magnification 1.25"


def test_how_a_calibration_was_found_is_told():
    calibration = Calibration(SpacingProvenance.MARKER, 0.8, "marker ball of 25 mm")
    assert "marker ball of 25 mm" in calibration_badge(calibration).tooltip
    assert calibration_badge(calibration).severity is Severity.GOOD


def test_what_was_repaired_on_load_is_told():
    repairs = ("The film was put upright.", "The pixel size of the file was taken.")
    found = badge(image_badges(film(), None, repairs), "Repaired")
    assert found.line == "i Repaired on load" and found.tooltip == " ".join(repairs)


def test_an_image_of_unknown_kind_asks():
    unknown = replace(film(), modality=Modality.UNKNOWN)
    assert badge(image_badges(unknown), "unknown kind").severity is Severity.CAUTION


def test_the_patient_is_told_as_far_as_known(film_study):
    assert badge(study_badges(film_study), "Sex and age not known").severity is Severity.NOTE
    settings = replace(film_study.settings, sex=Sex.FEMALE, patient_age_years=34.0)
    film_study.measure_with(settings)
    assert badge(study_badges(film_study), "Female").line == "✓ Female, 34 years"


def test_the_model_is_named_with_what_its_doubt_rests_on(film_study, doubtful_study):
    assert badge(study_badges(film_study), "Model").severity is Severity.CAUTION
    found = badge(study_badges(doubtful_study), "Model")
    assert found.line == "✓ Model test-model 1.0"
    assert "20 patients (made by hand)" in found.tooltip


def test_exchanged_sides_come_first_and_go_when_they_are_mended(film_study):
    panel = Panel()
    panel.show(film_study)
    move(film_study, (RIGHT, "SHP"), (90.0, 0.0, 0.0))
    assert panel.update().badges
    assert panel.badges[0].line == "✕ Check right and left"
    move(film_study, (RIGHT, "SHP"), (-90.0, 0.0, 0.0))
    assert panel.update().badges
    assert "Check right" not in panel.badges[0].text


def test_badges_of_the_image_stand_there_before_there_is_a_study():
    panel = Panel()
    panel.show(None, image=film(), repairs=("The film was put upright.",))
    assert badge(panel.badges, "Repaired") in panel.badges and not panel.measurements
