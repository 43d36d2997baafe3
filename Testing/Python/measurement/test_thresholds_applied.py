"""Thresholds are applied by sex, age and kind of image, and only where that is allowed."""

from __future__ import annotations

import json
from math import cos, radians, sin
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, MeasurementStatus, Sex
from HipLandmarksLib.measurement.classification import (
    classify_difference,
    classify_value,
    difference_flag,
    reference_range,
)

ALPHA = (Side.LEFT, "alpha")
PROBABILITIES = json.loads((Path(__file__).parent / "classification_cases.json").read_text("utf-8"))


def settings(**changes):
    return MeasurementSettings(calibration=Calibration(SpacingProvenance.PATIENT_PLANE), **changes)


def classified(id_, value, sigma=None, unit="deg", **changes):
    return classify_value(id_, unit, value, sigma, settings(**changes))


def cam_at(degrees, points):
    """The example with the left alpha angle set to ``degrees``."""
    x, z = points[(Side.LEFT, "FHC")]
    neck_x, neck_z = points[(Side.LEFT, "NA")]
    c, s = cos(radians(degrees)), sin(radians(degrees))
    dx, dz = neck_x - x, neck_z - z
    return {**points, (Side.LEFT, "LCP"): (x + c * dx - s * dz, z + s * dx + c * dz)}


def isotropic(sigma):
    return tuple(tuple(sigma**2 * (i == j) for j in range(3)) for i in range(3))


@pytest.mark.parametrize(
    ("set_id", "limit"), [("consensus_60", 60.0), ("paper1_65", 65.0), ("noetzli_55", 55.0)]
)
def test_alpha_is_compared_with_the_chosen_set(set_id, limit, plain_points, build, by_id):
    def measured(degrees):
        case = build(cam_at(degrees, plain_points))
        return by_id(case, threshold_set=set_id, modality=Modality.MR)[ALPHA]

    assert measured(limit - 0.5).classification != measured(limit + 0.5).classification
    assert "cam" in measured(limit + 0.5).classification
    assert measured(limit + 0.5).threshold == limit
    assert measured(limit + 0.5).p_above_threshold is None, "no sigma, no probability"


@pytest.mark.parametrize("case", PROBABILITIES["cases"], ids=lambda case: case["id"])
def test_the_probability_to_exceed_the_nearest_threshold(case):
    found = classified(
        case["measurement"], case["value"], case["sigma"], threshold_set=case["threshold_set"]
    )
    assert found.threshold == case["threshold"]
    assert found.p_above == pytest.approx(case["expected_p_above"], abs=PROBABILITIES["tolerance"])
    assert found.text == f"borderline (p = {case['expected_p_above']:.2f})"


def test_of_several_thresholds_the_nearest_counts():
    assert classified("lce", 22.0, 2.0).threshold == 20.0
    assert classified("lce", 23.0, 2.0).threshold == 25.0
    assert classified("lce", 33.0, 2.0).threshold == 40.0
    assert not classified("lce", 32.0, 2.0).borderline


def test_borderline_ends_at_1_96_sigma():
    assert classified("alpha", 60.0 + 1.959 * 3.0, 3.0).borderline
    assert not classified("alpha", 60.0 + 1.961 * 3.0, 3.0).borderline


def test_a_threshold_within_the_uncertainty_is_borderline(plain_points, build, by_id):
    case = build(cam_at(63.0, plain_points), covariance=isotropic(1.0))
    result = by_id(case)[ALPHA]
    assert result.status == (MeasurementStatus.BORDERLINE,)
    assert 0.5 < result.p_above_threshold < 0.9
    assert result.classification == f"borderline (p = {result.p_above_threshold:.2f})"


def test_a_threshold_far_away_gives_a_class_and_its_probability(plain_points, build, by_id):
    case = build(cam_at(90.0, plain_points), covariance=isotropic(0.5))
    result = by_id(case)[ALPHA]
    assert result.status == (MeasurementStatus.OK,)
    assert result.classification == "60 deg or more: cam range"
    assert result.p_above_threshold > 0.999


@pytest.mark.parametrize(
    ("set_id", "modality"),
    [("noetzli_55", Modality.XRAY), ("gosvig_ap_sex", Modality.MR), ("paper1_65", Modality.CT)],
)
def test_a_threshold_for_other_images_is_not_applied(set_id, modality, plain_points, build, by_id):
    result = by_id(build(plain_points), threshold_set=set_id, modality=modality)[ALPHA]
    assert result.value is not None and result.classification is None
    assert f"{set_id} is not made for {modality.value}" in result.reason


def test_an_image_of_unknown_kind_is_classified():
    assert classified("alpha", 70.0, threshold_set="noetzli_55").text is not None


def test_a_value_that_may_not_be_classified_keeps_its_usual_range():
    found = classify_value("lce", "deg", 45.0, 2.0, settings(), allowed=False)
    assert found.text is None and found.threshold is None and found.p_above is None
    assert found.usual == (25.0, 39.0) and "Tannast 2015" in found.source


def test_a_measurement_without_limits_says_why():
    found = classified("head_neck_offset_ratio", 0.12, unit="ratio")
    assert found.text is None and found.usual is None
    assert "No accepted limit" in found.source and "0.17" in found.source


def test_an_unknown_set_is_refused():
    with pytest.raises(ConfigurationError, match="no threshold set 'gosvig'"):
        classified("alpha", 60.0, threshold_set="gosvig")


class TestSex:
    @pytest.mark.parametrize(
        ("sex", "value", "label"),
        [
            (Sex.MALE, 68.9, "below 69"),
            (Sex.MALE, 69.0, "borderline"),
            (Sex.MALE, 83.0, "cam"),
            (Sex.FEMALE, 50.9, "below 51"),
            (Sex.FEMALE, 51.0, "borderline"),
            (Sex.FEMALE, 57.0, "cam"),
        ],
    )
    def test_known(self, sex, value, label):
        assert label in classified("alpha", value, threshold_set="gosvig_ap_sex", sex=sex).text

    @pytest.mark.parametrize("value", [45.0, 84.0])
    def test_unknown_sex_is_classified_where_both_limits_agree(self, value):
        found = classified("alpha", value, threshold_set="gosvig_ap_sex")
        assert "(men)" in found.text and "(women)" in found.text

    @pytest.mark.parametrize("value", [51.0, 60.0, 75.0])
    def test_unknown_sex_is_not_classified_where_they_differ(self, value):
        found = classified("alpha", value, 1.0, threshold_set="gosvig_ap_sex")
        assert found.text is None and not found.borderline
        assert "the sex is not known" in found.note
        assert "men 69 and 83 deg" in found.note and "women 51 and 57 deg" in found.note

    def test_unknown_sex_shows_what_is_usual_for_both(self):
        found = reference_range("alpha", settings(threshold_set="gosvig_ap_sex"))
        assert found.usual == (None, 51.0)
        tilt = reference_range("pelvic_tilt_mm", settings())
        assert tilt.usual == (35.0, 44.0)

    def test_the_fossa_floor(self):
        def text(sex):
            return classified("kohler_floor_mm", -4.0, unit="mm", sex=sex).text

        assert "protrusio" in text(Sex.MALE)
        assert "non-specific" in text(Sex.FEMALE)
        assert text(Sex.UNKNOWN) is None

    def test_one_text_where_the_words_are_the_same(self):
        found = classified("kohler_floor_mm", 2.0, unit="mm")
        assert found.text == "floor lateral of the Köhler line"

    def test_sex_does_not_matter_where_there_is_one_limit(self):
        texts = {classified("lce", 22.0, sex=sex).text for sex in Sex}
        assert len(texts) == 1


class TestAge:
    def test_adult_thresholds_are_off_below_sixteen(self, plain_points, build, by_id):
        child = by_id(build(plain_points), patient_age_years=15.9)[ALPHA]
        assert child.classification is None and "for adults" in child.reason
        assert by_id(build(plain_points), patient_age_years=16.0)[ALPHA].classification

    def test_open_physes_count_like_childhood(self):
        assert classified("alpha", 70.0, open_physes=True).text is None
        assert "of children" in classified("lce", 22.0, open_physes=True).text
        both = classified("lce", 22.0, open_physes=True, patient_age_years=17.0)
        assert "of children" in both.text

    @pytest.mark.parametrize(
        ("value", "label"),
        [(14.9, "dysplasia"), (15.0, "borderline"), (20.0, "borderline"), (20.1, "usual")],
    )
    def test_lce_of_a_child(self, value, label):
        found = classified("lce", value, patient_age_years=9.0)
        assert label in found.text and "children" in found.text

    def test_without_an_age_the_patient_is_an_adult(self):
        assert "adult" in classified("lce", 30.0).text

    def test_the_index_of_a_child_is_off_in_adults(self):
        found = classified("ai_hilgenreiner", 15.0, patient_age_years=30.0)
        assert found.text is None and "for children" in found.note

    def test_the_index_of_a_child_of_unknown_age(self):
        found = classified("ai_hilgenreiner", 27.0, open_physes=True)
        assert found.text is None and "the age is not known" in found.note
        assert "dysplasia" in classified("ai_hilgenreiner", 31.0, open_physes=True).text

    def test_an_age_between_the_rows_is_said(self):
        found = classified("atd_mm", 20.0, unit="mm", patient_age_years=3.0)
        assert found.text is None and "another age" in found.note


class TestSideDifferences:
    def test_a_difference_is_classified_with_its_direction(self):
        found = classify_difference("lt_depth_mm", "mm", -7.0, 0.5, settings())
        assert found.text == "left longer by more than 5 mm: alert range"
        assert found.usual == (-5.0, 5.0)

    @pytest.mark.parametrize("id_", ["femoral_offset_mm", "global_offset_sum_mm"])
    def test_offset_is_flagged_above_5_mm(self, id_):
        assert difference_flag(id_, "mm", 5.0, settings()) is None
        assert difference_flag(id_, "mm", -5.0, settings()) is None
        assert "greater on the right" in difference_flag(id_, "mm", 5.1, settings())
        assert "greater on the left" in difference_flag(id_, "mm", -5.1, settings())

    def test_a_measurement_without_such_limits_is_not_flagged(self):
        assert difference_flag("alpha", "deg", 40.0, settings()) is None

    def test_adult_limits_are_off_in_a_child(self):
        child = settings(patient_age_years=8.0)
        assert difference_flag("lt_depth_mm", "mm", 12.0, child) is None
