"""Right minus left: signs, words, limits, and what makes a difference doubtful."""

from __future__ import annotations

import json
from math import hypot

import pytest

from HipLandmarksLib.anatomy import Midline, Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import side_differences
from HipLandmarksLib.measurement.difference import EXCHANGED, difference_words

LEFT, RIGHT = Side.LEFT, Side.RIGHT
UNIT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def by_measurement(results):
    return {each.id: each for each in side_differences(results.values())}


def lowered(points, side, key, by_mm):
    x, z = points[(side, key)]
    return {**points, (side, key): (x, z - by_mm)}


def test_alike_hips_do_not_differ(plain_points, build, by_id):
    for each in by_measurement(by_id(build(plain_points))).values():
        assert each.value == pytest.approx(0.0, abs=1e-9)
        assert each.words == "no side difference"
        assert each.flag is None and each.side is Midline.PELVIS


def test_leg_length_is_called_what_it_is(plain_points, build, by_id):
    found = by_measurement(by_id(build(lowered(plain_points, RIGHT, "LT", 6.0))))["lt_depth_mm"]
    assert found.name == "Radiographic hip leg-length difference (LT)"
    assert found.value == pytest.approx(6.0)
    assert found.words == "R longer by 6.0 mm"
    assert "longer by more than 5 mm" in found.flag


def test_a_longer_left_leg_is_negative(plain_points, build, by_id):
    found = by_measurement(by_id(build(lowered(plain_points, LEFT, "GT", 4.0))))["gt_depth_mm"]
    assert found.value == pytest.approx(-4.0)
    assert found.words == "L longer by 4.0 mm"
    assert found.flag is None


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (-3.2, "deg", "L larger by 3°"),
        (0.4, "deg", "no side difference"),
        (0.04, "ratio", "R larger by 0.04"),
        (0.2, "mm", "no side difference"),
    ],
)
def test_words(value, unit, words):
    assert difference_words(value, unit) == words


def test_uncertainty_of_both_sides_adds(plain_points, build, by_id):
    results = by_id(build(plain_points, covariance=UNIT))
    found = by_measurement(results)["nsa"]
    sides = (results[(side, "nsa")].sigma for side in Side)
    assert found.sigma == pytest.approx(hypot(*sides))
    low, high = found.ci95
    assert high - low == pytest.approx(2 * 1.96 * found.sigma, rel=1e-4)


def test_one_side_alone_keeps_its_value_and_has_no_difference(plain_points, build, by_id):
    hip = {id_: point for id_, point in plain_points.items() if id_[0] is LEFT}
    results = by_id(build(hip))
    found = by_measurement(results)["nsa"]
    assert results[(LEFT, "nsa")].value is not None
    assert found.value is None and found.words == "–" and found.ci95 is None
    assert found.reason == "There is no value of the right side."


def test_exchanged_sides_have_no_difference(plain_points, build, by_id):
    points = lowered(plain_points, RIGHT, "LT", 6.0)
    swapped = {(side.opposite, key): point for (side, key), point in points.items()}
    results = by_id(build(swapped))
    found = by_measurement(results)["lt_depth_mm"]
    assert found.value is None and found.words == "–" and found.flag is None
    assert found.reason == EXCHANGED
    obliquity = results[(Midline.PELVIS, "obliquity_teardrop")]
    assert "right and left may be exchanged" in obliquity.reason


def test_legs_in_unlike_abduction_make_leg_length_doubtful(plain_points, build, by_id):
    x, z = plain_points[(LEFT, "SHD")]
    found = by_measurement(by_id(build({**plain_points, (LEFT, "SHD"): (x + 10.0, z)})))
    assert "7 degrees in abduction" in found["lt_depth_mm"].reason
    assert "7 degrees in abduction" in found["gt_depth_mm"].reason
    assert found["alpha"].reason == ""


def test_a_difference_without_calibration_is_not_compared(plain_points, build, by_id):
    case = build(lowered(plain_points, RIGHT, "LT", 12.0))
    unknown = Calibration(SpacingProvenance.DETECTOR_PLANE)
    found = by_measurement(by_id(case, calibration=unknown))["lt_depth_mm"]
    assert found.value is not None and found.flag is None


def test_a_difference_as_json(plain_points, build, by_id):
    found = by_measurement(by_id(build(plain_points)))["lce"]
    data = json.loads(json.dumps(found.to_dict()))
    assert data["id"] == "lce" and data["words"] == "no side difference"
