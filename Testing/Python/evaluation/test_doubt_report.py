"""A calibration report tells an honest model from one that is too sure, and the order of errors."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from evaluation.calibration_samples import doubt_case, doubt_cases
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.evaluation import pairs_of
from HipLandmarksLib.evaluation.doubt import doubt_report
from HipLandmarksLib.evaluation.doubt_coverage import ellipse_radius, mahalanobis_squared
from HipLandmarksLib.evaluation.doubt_ranking import ranked_auroc
from HipLandmarksLib.evaluation.presence import AbsenceSign, auroc
from HipLandmarksLib.evaluation.suppression import suppression_tables, unsuppressed


@pytest.fixture(scope="module")
def honest():
    return doubt_report(doubt_cases(1, 60), None, 0.9)


def test_ellipses_of_a_model_that_knows_its_errors_hold_the_truth_as_often_as_they_say(honest):
    found = honest.regions["all"]
    assert found.n == 60 * 8 and found.patients == 60
    assert found.covered == pytest.approx(0.9, abs=0.04)
    low, high = found.ci95
    assert low < 0.9 < high
    for nominal, observed in honest.curve:
        assert observed == pytest.approx(nominal, abs=0.07)


def test_ellipses_of_a_model_that_is_too_sure_are_found_out():
    found = doubt_report(doubt_cases(2, 40, stated=0.5), None, 0.9)
    assert found.regions["all"].covered < 0.6
    assert found.regions["all"].ci95[1] < 0.86
    low, high = found.error.points[0], found.error.points[-1]
    assert low.observed > 1.5 * low.stated and high.observed > 1.5 * high.stated


def test_the_size_of_a_region_is_the_radius_of_a_disc_of_its_area():
    assert ellipse_radius((4.0, 0.0, 4.0), 9.0) == pytest.approx(6.0)
    assert ellipse_radius((16.0, 0.0, 1.0), 9.0) == pytest.approx(6.0)


def test_a_larger_stated_doubt_where_the_error_is_larger_gives_a_positive_correlation(honest):
    assert honest.correlation["all"].value > 0.2
    assert honest.correlation["all"].ci95[0] > 0.0
    assert honest.large_error.value > 0.6
    assert honest.risk.area_mm < honest.risk.random_area_mm


def test_absence_is_told_by_every_sign_that_the_model_gives(honest):
    assert set(honest.absence) == {AbsenceSign.CONFIDENCE, AbsenceSign.SURPRISAL}
    row = honest.absence[AbsenceSign.SURPRISAL]["all"]
    assert row.value > 0.9 and row.positive == 60 * 2
    assert row.ci95[0] < row.value < row.ci95[1]


def test_the_report_is_json_and_says_that_nothing_is_calibrated(honest):
    data = json.loads(json.dumps(honest.to_dict(), allow_nan=False))
    assert data["calibrated"] is False and data["conformal_regions"] == {}
    assert data["grades"] == {} and data["suppression"]["unstructured"]["images"] == 60


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=30))
def test_auroc_by_ranks_is_auroc_by_pairs(rows):
    high = [float(score) for score, positive in rows if positive]
    low = [float(score) for score, positive in rows if not positive]
    by_pairs = auroc(high, low)
    by_ranks = ranked_auroc(np.array(rows, dtype=np.float64))
    assert np.isnan(by_ranks) if by_pairs is None else by_ranks == pytest.approx(by_pairs)


def test_mahalanobis_needs_a_covariance_with_an_area():
    case = doubt_case(np.random.default_rng(0), "p").case
    pair = pairs_of(case)[0]
    assert mahalanobis_squared(replace(pair, covariance=None)) is None
    assert mahalanobis_squared(replace(pair, covariance=(1.0, 1.0, 1.0))) is None
    one = replace(pair, covariance=(4.0, 0.0, 1.0), offset_mm=(2.0, 1.0))
    assert mahalanobis_squared(one) == pytest.approx(2.0)


def suppressing(case, sides=(Side.RIGHT,)):
    """A case whose landmarks of ``sides`` the model withholds, though it could place them."""
    told = [
        replace(
            point.absent(point.source, "not seen"),
            covariance=point.covariance,
            evidence=replace(point.evidence, suppressed_position=point.position),
        )
        if point.side in sides
        else point
        for point in case.case.predicted.values()
    ]
    return replace(case, case=replace(case.case, predicted=HipLandmarks.of(told)))


def test_suppressed_landmarks_are_answered_again_where_the_model_would_have_put_them():
    case = doubt_case(np.random.default_rng(0), "p")
    again = unsuppressed(suppressing(case).case.predicted)
    for id_, point in case.case.predicted.items():
        assert again[id_].position == point.position


def test_withholding_hidden_landmarks_lowers_the_error_of_unstructured_images_alone():
    rng = np.random.default_rng(3)
    cases = [doubt_case(rng, f"a{n}") for n in range(5)]
    for number in range(5):
        case = doubt_case(rng, f"b{number}", hidden=2)
        gone = set(case.hidden)
        told = suppressing(case, tuple(Side)).case.predicted
        kept = [told[id_] if id_ in gone else point for id_, point in case.case.predicted.items()]
        cases.append(replace(case, case=replace(case.case, predicted=HipLandmarks.of(kept))))
    found = suppression_tables(cases)
    plain, odd = found["structured"], found["unstructured"]
    assert plain.images == 5 and plain.change == 0.0 and plain.without.hidden == 0
    assert odd.without.answers == 40 and odd.without.hidden == 10
    assert odd.with_doubt.answers == 30 and odd.with_doubt.hidden == 0
    assert odd.with_doubt.withheld == 0
    assert odd.change < -0.6 and odd.change_ci95[1] < -0.6


def test_withholding_what_is_there_is_counted():
    rng = np.random.default_rng(4)
    found = suppression_tables([suppressing(doubt_case(rng, f"p{n}")) for n in range(4)])
    assert found["structured"].with_doubt.withheld == 16
    assert found["unstructured"] is None


def test_probabilities_are_grouped_so_that_no_group_is_tiny(honest):
    assert sum(point.n for point in honest.presence.points) == honest.presence.n == 60 * 16
    assert all(point.n >= 10 for point in honest.presence.points)
    stated = [point.stated for point in honest.presence.points]
    assert stated == sorted(stated)
