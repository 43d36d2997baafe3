"""Positions: covariances that explain the errors, in any unit, and the error they stand for."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uncertainty.drawn_doubt import observations

from HipLandmarksLib.anatomy import ErrorBin
from HipLandmarksLib.errors import UncertaintyError
from HipLandmarksLib.uncertainty import (
    ErrorBins,
    LengthUnit,
    PositionModel,
    PositionScale,
    expected_error,
    fit_position,
    mahalanobis,
)

TOLD = PositionModel({"FHC": PositionScale(2.0, 0.5)}, PositionScale(3.0, 1.0))


def turned(values, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    axes = np.array([[c, -s], [s, c]])
    return axes @ np.diag(values) @ axes.T


planar = st.builds(
    lambda a, b, d: turned([a, b], d), st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 180)
)


# Fit.


def test_temperature_and_added_variance_are_found():
    scale = fit_position(observations(patients=300, temperature=3.0, variance=2.0)).scale("FHC")
    assert scale.temperature == pytest.approx(3.0, rel=0.25)
    assert scale.variance == pytest.approx(2.0, rel=0.6)
    middling = scale.temperature * 3.0 + scale.variance
    assert middling == pytest.approx(11.0, rel=0.12)


@pytest.mark.parametrize("unit", [1e-3, 0.7, 1e3])
def test_the_unit_of_lengths_changes_variances_by_its_square_only(unit):
    plain, other = (fit_position(observations(unit=u)).scale("LCP") for u in (1.0, unit))
    assert other.temperature == pytest.approx(plain.temperature, rel=0.02)
    assert other.variance == pytest.approx(plain.variance * unit**2, rel=0.02)


def test_a_turned_or_mirrored_image_changes_nothing():
    def mirrored(each):
        if each.offset is None:
            return each
        (x, y), (xx, xy, yy) = each.offset, each.covariance
        return replace(each, offset=(-y, x), covariance=(yy, -xy, xx))

    plain = fit_position(observations())
    other = fit_position([mirrored(each) for each in observations()])
    assert other.pooled.temperature == pytest.approx(plain.pooled.temperature, rel=1e-3)
    assert other.pooled.variance == pytest.approx(plain.pooled.variance, rel=1e-3)


def test_a_point_on_the_wrong_bone_does_not_widen_all_others():
    cases = [each for each in observations(patients=60) if each.offset is not None]
    lost = [replace(each, offset=(80.0, 60.0)) for each in cases[:6]]
    plain, hurt = fit_position(cases).pooled, fit_position([*lost, *cases[6:]]).pooled
    before, after = (s.temperature * 3.0 + s.variance for s in (plain, hurt))
    assert after < 1.5 * before


def test_landmarks_with_few_points_share_the_scale_of_all():
    cases = [*observations(), *observations(seed=4, patients=2, keys=("TD",), absent=0.0)]
    model = fit_position(cases)
    assert model.is_pooled("TD") and model.scale("TD") == model.pooled


def test_covariances_that_are_all_alike_or_tiny_still_give_a_scale():
    alike = [
        replace(each, covariance=(1e-12, 0.0, 1e-12))
        for each in observations()
        if each.offset is not None
    ]
    model = fit_position(alike)
    errors = np.array([np.hypot(*each.offset) for each in alike])
    stated = expected_error(model.covariance("FHC", np.eye(2) * 1e-12))
    assert stated == pytest.approx(errors.mean(), rel=0.4)


def test_too_few_errors_are_refused():
    with pytest.raises(UncertaintyError, match="4 landmarks with a known error"):
        fit_position([each for each in observations() if each.offset is not None][:4])


# Use.


@settings(deadline=None)
@given(planar, st.floats(0.1, 10.0))
def test_covariances_scale_with_the_unit(raw, unit):
    """Pixels of a film without millimetres: the head's size turns one into the other."""
    in_mm = TOLD.covariance("FHC", raw, 1.0)
    in_pixels = TOLD.covariance("FHC", raw * unit**2, unit)
    assert in_pixels == pytest.approx(in_mm * unit**2)


@settings(deadline=None)
@given(planar, st.sampled_from(["FHC", "TD"]))
def test_a_wider_heatmap_is_never_a_surer_point(raw, key):
    assert expected_error(TOLD.covariance(key, 1.5 * raw)) > expected_error(
        TOLD.covariance(key, raw)
    )


@settings(deadline=None)
@given(planar, st.floats(-60, 60), st.floats(-60, 60))
def test_a_point_of_a_slice_stays_in_its_slice(raw, tilt, turn):
    """3x3 covariance in the plane of an oblique slice: the same as in the plane itself."""
    a, b = np.radians([tilt, turn])
    x = np.array([np.cos(b), np.sin(b), 0.0])
    normal = np.array([-np.sin(b) * np.cos(a), np.cos(b) * np.cos(a), np.sin(a)])
    plane = np.column_stack([x, np.cross(normal, x)])
    in_space = TOLD.covariance("FHC", plane @ raw @ plane.T)
    assert plane.T @ in_space @ plane == pytest.approx(TOLD.covariance("FHC", raw))
    assert normal @ in_space @ normal == pytest.approx(0.0, abs=1e-6)
    assert expected_error(in_space) == pytest.approx(expected_error(TOLD.covariance("FHC", raw)))


@settings(deadline=None)
@given(planar)
def test_the_expected_error_is_the_mean_distance(covariance):
    draws = np.random.default_rng(0).normal(size=(4000, 2)) @ np.linalg.cholesky(covariance).T
    assert expected_error(covariance) == pytest.approx(np.hypot(*draws.T).mean(), rel=0.05)


def test_the_expected_error_of_a_round_and_of_a_flat_doubt():
    assert expected_error(np.eye(2) * 4.0) == pytest.approx(2.0 * np.sqrt(np.pi / 2))
    assert expected_error(np.diag([4.0, 0.0])) == pytest.approx(2.0 * np.sqrt(2 / np.pi))
    assert expected_error(np.zeros((2, 2))) == 0.0


@settings(deadline=None)
@given(planar, st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 180))
def test_distances_in_standard_deviations_turn_with_the_image(covariance, x, y, degrees):
    turn = turned([1.0, 1.0], 0) @ np.array(
        [
            [np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))],
            [np.sin(np.radians(degrees)), np.cos(np.radians(degrees))],
        ]
    )
    offset = np.array([x, y])
    straight = mahalanobis(offset, covariance)
    assert mahalanobis(turn @ offset, turn @ covariance @ turn.T) == pytest.approx(
        straight, rel=1e-3
    )
    assert straight == pytest.approx(np.sqrt(offset @ np.linalg.inv(covariance) @ offset), rel=1e-3)


def test_the_depth_of_a_slice_is_no_error_of_its_points():
    flat = np.diag([4.0, 0.0, 9.0])
    assert mahalanobis([2.0, 100.0, 0.0], flat) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "rows",
    [np.eye(4), [[1.0, 2.0], [0.0, 1.0]], np.diag([1.0, -1.0]), [[1.0, np.nan], [np.nan, 1.0]]],
)
def test_what_is_no_covariance_is_refused(rows):
    with pytest.raises(UncertaintyError, match="covariance"):
        expected_error(rows)


@pytest.mark.parametrize(
    "scale", [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (np.inf, 0.0), (1.0, np.nan)]
)
def test_a_scale_that_makes_no_covariance_is_refused(scale):
    with pytest.raises(UncertaintyError):
        PositionModel({"FHC": PositionScale(*scale)})


def test_a_model_of_positions_survives_json():
    assert PositionModel.from_dict(json.loads(json.dumps(TOLD.to_dict()))) == TOLD


# Grades.


def graded(count=40):
    rng = np.random.default_rng(2)
    expected = list(rng.uniform(0.5, 5.0, 2 * count))
    errors = [e * rng.rayleigh(0.8) for e in expected]
    return ErrorBins.fit(expected, errors, [f"p{n // 2}" for n in range(2 * count)]), expected


def test_half_of_the_points_are_green_and_few_are_red():
    bins, expected = graded()
    grades = [bins.bin_of(value) for value in expected]
    shares = {grade: grades.count(grade) / len(grades) for grade in ErrorBin}
    assert shares == pytest.approx({"green": 0.5, "amber": 0.35, "red": 0.15}, abs=0.02)


def test_worse_grades_have_larger_measured_errors():
    bins, _ = graded(200)
    green, amber, red = (bins.measured[grade] for grade in ErrorBin)
    assert green.median < amber.median < red.median
    assert green.bound90 < amber.bound90 < red.bound90


def test_a_grade_of_few_patients_has_no_bound_and_says_so():
    bins, _ = graded(9)
    assert bins.measured[ErrorBin.RED].bound90 is None
    assert "more calibration cases needed" in bins.measured[ErrorBin.RED].words(
        LengthUnit.MILLIMETRE
    )


def test_points_that_are_all_alike_are_all_green():
    bins = ErrorBins.fit([2.0] * 20, [1.0] * 20, [f"p{n}" for n in range(20)])
    assert bins.bin_of(2.0) is ErrorBin.GREEN and bins.bin_of(2.1) is ErrorBin.RED
    assert bins.measured[ErrorBin.RED].words(LengthUnit.MILLIMETRE).startswith("no calibration")


def test_grades_are_told_in_the_unit_of_the_calibration():
    words = graded(200)[0].measured[ErrorBin.GREEN].words(LengthUnit.HEAD_PERCENT)
    assert "% of the femoral head" in words and "mm" not in words


def test_grades_survive_json():
    bins, _ = graded()
    assert ErrorBins.from_dict(json.loads(json.dumps(bins.to_dict()))) == bins


def test_grades_need_as_many_errors_as_points():
    with pytest.raises(UncertaintyError, match="make no grades"):
        ErrorBins.fit([1.0], [], ["p"])
