"""A value, or null with a reason; and what is said about a value that must be read with care."""

from __future__ import annotations

import json
from dataclasses import replace
from math import cos, radians, sin

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Midline, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import (
    Edge,
    MeasurementSettings,
    MeasurementStatus,
    Reference,
    ViewPlane,
    measure,
)

LEFT, RIGHT, PELVIS = Side.LEFT, Side.RIGHT, Midline.PELVIS
ALPHA, LCE, NSA, OFFSET = ((LEFT, id_) for id_ in ("alpha", "lce", "nsa", "femoral_offset_mm"))
UNCALIBRATED = Calibration(SpacingProvenance.NONE)


def without(points, *keys, sides=(LEFT, RIGHT)):
    return {id_: p for id_, p in points.items() if not (id_[1] in keys and id_[0] in sides)}


def with_state(landmarks, side, key, **changes):
    return landmarks.with_landmark(replace(landmarks[(side, key)], **changes))


def test_everything_present_is_ok(plain_points, build, by_id):
    results = by_id(build(plain_points))
    assert len(results) == 2 * 29 + 3
    for result in results.values():
        assert result.status == (MeasurementStatus.OK,)
        assert result.reason == "" or result.reason.startswith("Not classified")
        assert result.drawing is not None


def test_absent_and_not_annotated_are_told_apart(plain_points, build, by_id):
    landmarks = build(without(plain_points, "SHD"))
    result = by_id(landmarks)[NSA]
    assert result.value is None and result.sigma is None and result.drawing is None
    assert result.status == (MeasurementStatus.MISSING_LANDMARK,)
    assert result.missing == ("SHD",)
    assert "left SHD (not annotated)" in result.reason
    absent = Landmark(LEFT, "SHD", None, LandmarkState.ABSENT)
    assert "left SHD (absent)" in by_id(landmarks.with_landmark(absent))[NSA].reason


def test_a_case_without_landmarks_gives_nulls_and_no_zero(by_id):
    for result in by_id(HipLandmarks.of([])).values():
        assert result.value is None
        assert result.status == (MeasurementStatus.MISSING_LANDMARK,)


@pytest.mark.parametrize(
    ("id_", "moved", "onto"),
    [(ALPHA, "LCP", "FHC"), (LCE, "LAE", "FHC"), (NSA, "NB", "FHC"), (OFFSET, "SHD", "SHP")],
)
def test_points_closer_than_two_millimetres_are_degenerate(
    id_, moved, onto, plain_points, build, by_id
):
    x, z = plain_points[(LEFT, onto)]
    result = by_id(build({**plain_points, (LEFT, moved): (x + 1.9, z)}))[id_]
    assert result.value is None
    assert result.status == (MeasurementStatus.DEGENERATE,)
    assert moved in result.reason and onto in result.reason


def test_without_calibration_the_limit_is_eight_pixels(plain_points, build, by_id):
    x, z = plain_points[(LEFT, "FHC")]
    landmarks = build({**plain_points, (LEFT, "LCP"): (x, z + 7.0)})
    assert by_id(landmarks)[ALPHA].value is not None
    by_pixels = by_id(landmarks, calibration=UNCALIBRATED)[ALPHA]
    assert by_pixels.status == (MeasurementStatus.DEGENERATE,)


@pytest.mark.parametrize(("length", "exists"), [(19.0, False), (21.0, True)])
def test_a_shaft_axis_needs_twenty_millimetres(length, exists, plain_points, build, by_id):
    x, z = plain_points[(LEFT, "SHP")]
    result = by_id(build({**plain_points, (LEFT, "SHD"): (x, z - length)}))[OFFSET]
    assert (result.value is not None) == exists


FALLBACKS = [
    ((), Reference.TEARDROP),
    (("TD",), Reference.ISCHIUM),
    (("TD", "ISCH"), Reference.TRIRADIATE),
    (("TD", "ISCH", "TRI"), Reference.FHC),
]


@pytest.mark.parametrize(("absent", "line"), FALLBACKS)
def test_reference_lines_stand_in_for_one_another_in_order(
    absent, line, plain_points, build, by_id
):
    result = by_id(build(without(plain_points, *absent, sides=(RIGHT,))))[LCE]
    assert result.reference is line
    assert (MeasurementStatus.REFERENCE_FALLBACK in result.status) == bool(absent)
    assert not absent or line.words in result.reason


def test_a_single_hip_falls_back_to_the_image(plain_points, build, by_id):
    hip = {id_: point for id_, point in plain_points.items() if id_[0] is LEFT}
    result = by_id(build(hip))[LCE]
    assert result.reference is Reference.IMAGE
    assert result.status == (MeasurementStatus.REFERENCE_FALLBACK,)
    chosen = by_id(build(hip), Reference.IMAGE)[LCE]
    assert chosen.status == (MeasurementStatus.OK,), "a line that was asked for is no fallback"


def test_up_follows_the_body_when_the_image_is_upside_down(plain_points, build, by_id):
    turned = {id_: (-x, -z) for id_, (x, z) in plain_points.items()}
    expected = by_id(build(plain_points))[LCE].value
    result = by_id(build(turned))[LCE]
    assert result.value == pytest.approx(expected)
    assert MeasurementStatus.SIDE_INCONSISTENT in result.status


def test_na_stands_in_for_nb_with_a_flag(plain_points, build, by_id):
    result = by_id(build(without(plain_points, "NB")))[NSA]
    through_na = by_id(build({**plain_points, (LEFT, "NB"): plain_points[(LEFT, "NA")]}))[NSA]
    assert result.value == pytest.approx(through_na.value)
    assert result.status == (MeasurementStatus.NECK_AXIS_NA,)
    assert result.status[0].value == "neck_axis=NA"
    assert result.classification is not None


def test_exchanged_sides_are_noticed_and_not_classified(plain_points, build, by_id):
    swapped = {(side.opposite, key): point for (side, key), point in plain_points.items()}
    for (side, _), result in by_id(build(swapped)).items():
        wrong = MeasurementStatus.SIDE_INCONSISTENT
        if side is PELVIS:
            wrong = MeasurementStatus.IMPLAUSIBLE
        if result.id == "inter_teardrop_mm":
            continue
        assert wrong in result.status
        assert result.value is not None and result.finding is None
        assert result.classification is None and result.p_above_threshold is None


def test_an_estimated_or_unsure_landmark_is_not_classified(plain_points, build, by_id):
    landmarks = build(plain_points)
    estimated = with_state(landmarks, LEFT, "LAE", state=LandmarkState.ESTIMATED)
    unsure = with_state(landmarks, LEFT, "LAE", confidence=0.3)
    for case in (estimated, unsure):
        result = by_id(case)[LCE]
        assert result.status == (MeasurementStatus.ESTIMATED_INPUT,)
        assert result.value is not None and result.classification is None
        assert by_id(case)[ALPHA].status == (MeasurementStatus.OK,)


def test_an_estimated_teardrop_concerns_both_sides(plain_points, build, by_id):
    case = with_state(build(plain_points), RIGHT, "TD", state=LandmarkState.ESTIMATED)
    assert MeasurementStatus.ESTIMATED_INPUT in by_id(case)[LCE].status


def test_values_beyond_the_hard_limits_are_implausible(plain_points, build, by_id):
    x, z = plain_points[(LEFT, "FHC")]
    result = by_id(build({**plain_points, (LEFT, "LCP"): (x - 24.0, z + 23.0)}))[ALPHA]
    assert result.value > 140.0
    assert result.status == (MeasurementStatus.IMPLAUSIBLE,)
    assert result.classification is None


def test_a_cam_point_below_the_neck_axis_is_mentioned(plain_points, build, by_id):
    x, z = plain_points[(LEFT, "FHC")]
    result = by_id(build({**plain_points, (LEFT, "LCP"): (x, z - 24.0)}))[ALPHA]
    assert "below the neck axis" in result.reason


def test_a_prosthesis_takes_the_measurements_of_its_side_away(plain_points, build, by_id):
    case = with_state(
        build(plain_points), LEFT, "FHC", state=LandmarkState.PROSTHESIS, position=None
    )
    results = by_id(case)
    assert results[OFFSET].status == (MeasurementStatus.NOT_APPLICABLE,)
    assert results[OFFSET].value is None
    assert results[(RIGHT, "femoral_offset_mm")].value is not None


@pytest.mark.parametrize(("tilt", "exists"), [(14.9, True), (15.1, False)])
def test_lce_needs_slices_within_fifteen_degrees_of_coronal(
    tilt, exists, plain_points, build, by_id
):
    plane = ViewPlane((sin(radians(tilt)), cos(radians(tilt)), 0.0))
    results = by_id(build(plain_points), plane=plane)
    assert (results[LCE].value is not None) == exists
    assert (MeasurementStatus.NOT_APPLICABLE in results[LCE].status) != exists
    assert results[ALPHA].value is not None
    assert ("oblique" in results[ALPHA].reason) != exists


def test_lengths_without_calibration_are_flagged_angles_are_not(plain_points, build, by_id):
    results = by_id(build(plain_points), calibration=UNCALIBRATED)
    assert results[OFFSET].status == (MeasurementStatus.UNCALIBRATED,)
    assert results[OFFSET].value is not None and results[OFFSET].classification is None
    assert results[ALPHA].status == (MeasurementStatus.OK,)


def test_sigma_needs_a_covariance_of_every_landmark(plain_points, build, by_id):
    unit = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    case = build(plain_points, covariance=unit)
    assert by_id(case)[ALPHA].sigma > 0.0
    part = with_state(case, LEFT, "NA", covariance=None)
    assert by_id(part)[ALPHA].sigma is None and by_id(part)[ALPHA].ci95 is None
    assumed = by_id(part, reader_sigma_mm=1.0)[ALPHA]
    assert assumed.sigma == pytest.approx(by_id(case)[ALPHA].sigma)


def test_covariance_along_the_view_direction_does_not_count(plain_points, build, by_id):
    depth_only = ((0.0, 0.0, 0.0), (0.0, 9.0, 0.0), (0.0, 0.0, 0.0))
    assert by_id(build(plain_points, covariance=depth_only))[ALPHA].sigma == 0.0


def test_the_edge_is_part_of_the_name(plain_points, build, by_id):
    assert by_id(build(plain_points))[LCE].name == "LCE-bone"
    assert by_id(build(plain_points), edge=Edge.SOURCIL)[LCE].name == "LCE-sourcil"
    assert by_id(build(plain_points))[ALPHA].edge is None


def test_a_result_as_json_names_all_it_depends_on(plain_points, build, by_id):
    data = json.loads(json.dumps(by_id(build(plain_points))[LCE].to_dict()))
    assert data["side"] == "L" and data["unit"] == "deg"
    assert data["reference"] == "teardrop" and data["edge"] == "bone"
    assert {(i["side"], i["key"]) for i in data["inputs"]} == {
        ("L", "FHC"),
        ("L", "LAE"),
        ("R", "TD"),
        ("L", "TD"),
    }
    assert data["spacing"]["provenance"] == "PATIENT_PLANE"
    assert data["method_version"] == "lce/1"


def test_the_screen_shows_whole_degrees_and_half_millimetres(plain_points, build, by_id):
    results = by_id(build(plain_points))
    assert results[ALPHA].display == f"{round(results[ALPHA].value)}°"
    assert float(results[OFFSET].display.removesuffix(" mm")) * 2 % 1 == 0
    assert by_id(HipLandmarks.of([]))[ALPHA].display == "–"


def test_only_what_is_asked_for_is_measured(plain_points, build):
    chosen = MeasurementSettings(
        calibration=Calibration(SpacingProvenance.PATIENT_PLANE), modality=Modality.MR
    )
    results = measure(
        build(plain_points), ViewPlane.coronal(), chosen, ids={"nsa", "alpha"}, sides=(RIGHT,)
    )
    assert [(r.side, r.id) for r in results] == [(RIGHT, "alpha"), (RIGHT, "nsa")]
    with pytest.raises(ConfigurationError, match="no measurement sharpness"):
        measure(build(plain_points), ViewPlane.coronal(), chosen, ids={"sharpness"})
    with pytest.raises(ConfigurationError, match="threshold set"):
        unknown = replace(chosen, threshold_set="mine")
        measure(build(plain_points), ViewPlane.coronal(), unknown)
