"""Localisation metrics against values worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import hypot, pi, sqrt

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.evaluation import (
    AgreementError,
    EvaluationCase,
    NormDistance,
    Outcome,
    by_landmark,
    cluster_interval,
    evaluate_run,
    expected_radial_error,
    paired_t_test,
    pairs_of,
    pearson,
    summarise_landmarks,
)

HIP = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0), "LAE": (14.0, 24.0), "LCP": (22.0, 12.0)}
Make = Callable[..., EvaluationCase]


def test_a_point_3_and_4_mm_off_is_5_mm_and_half_as_many_pixels_of_2_mm_off(
    make_case: Make,
) -> None:
    case = make_case("p1", {**HIP, "LAE": (17.0, 28.0)})
    pair = next(p for p in pairs_of(case) if p.key == "LAE" and p.side is Side.RIGHT)
    assert pair.outcome is Outcome.FOUND
    assert pair.error_mm == pytest.approx(5.0)
    assert pair.error_px == pytest.approx(2.5)
    assert pair.nme == pytest.approx(5.0 / 180.0)


def test_depth_does_not_count_since_landmarks_are_compared_in_the_plane(make_case: Make) -> None:
    case = make_case("p1", HIP)
    points = [p.moved(np.add(p.point(), (0, 7.0, 0)), p.source) for p in case.predicted.values()]
    deeper = replace(case, predicted=type(case.predicted).of(points))
    assert max(p.error_mm or 0.0 for p in pairs_of(deeper)) == pytest.approx(0.0, abs=1e-12)


def test_summary_of_four_known_errors(make_case: Make) -> None:
    """Errors 1, 2, 3, 5 mm on both hips: mean 2.75, median 2.5."""
    shifts = {"FHC": 1.0, "NA": 2.0, "LAE": 3.0, "LCP": 5.0}
    case = make_case("p1", {k: (x + shifts[k], y) for k, (x, y) in HIP.items()})
    row = summarise_landmarks(pairs_of(case))
    assert row.mm is not None and row.px is not None
    assert (row.n, row.missed) == (8, 0)
    assert row.mm.mean == pytest.approx(2.75)
    assert row.mm.median == pytest.approx(2.5)
    assert row.mm.sd == pytest.approx(np.std([1, 2, 3, 5] * 2, ddof=1))
    assert row.mm.sdr == {"2": 0.5, "2.5": 0.5, "3": 0.75, "4": 0.75}
    assert row.px.mean == pytest.approx(2.75 / 2)
    assert row.px.sdr["2"] == 0.75
    assert row.nme == pytest.approx(2.75 / 180)
    assert [round(r.mm.mean, 9) for r in by_landmark(pairs_of(case)).values() if r.mm] == [
        1,
        2,
        3,
        5,
    ]


def test_a_missed_landmark_is_a_failure_of_sdr_and_no_error(make_case: Make) -> None:
    row = summarise_landmarks(pairs_of(make_case("p1", {**HIP, "LCP": None})))
    assert row.mm is not None
    assert (row.n, row.missed, row.mm.n) == (8, 2, 6)
    assert row.mm.mean == pytest.approx(0.0)
    assert row.mm.sdr["2"] == 0.75


def test_images_without_millimetres_do_not_lower_the_rates_in_millimetres(
    make_case: Make,
) -> None:
    known, film = make_case("p1", {**HIP, "LCP": None}), make_case("p2", HIP)
    row = summarise_landmarks(pairs_of(known) + pairs_of(replace(film, lengths_known=False)))
    assert row.mm is not None and row.px is not None
    assert (row.n, row.mm.n, row.px.n) == (16, 6, 14)
    assert row.mm.sdr["2"] == 6 / 8
    assert row.px.sdr["2"] == 14 / 16


def test_a_landmark_that_the_reference_does_not_hold_counts_for_nothing(make_case: Make) -> None:
    case = make_case("p1", HIP, reference={"FHC": (0.0, 0.0)})
    assert {pair.key for pair in pairs_of(case)} == {"FHC"}


def test_without_known_lengths_there_are_no_millimetres_but_pixels_and_nme(
    make_case: Make,
) -> None:
    case = make_case("p1", {**HIP, "LAE": (17.0, 28.0)}, lengths_known=False)
    row = by_landmark(pairs_of(case))["LAE"]
    assert row.mm is None
    assert row.px is not None and row.px.mean == pytest.approx(2.5)
    assert row.nme == pytest.approx(5.0 / 180.0)


def test_nme_needs_both_points_of_its_distance(make_case: Make) -> None:
    case = make_case("p1", {**HIP, "LAE": (17.0, 28.0)})
    assert summarise_landmarks(pairs_of(case, NormDistance.TEARDROPS)).nme is None


def test_expected_radial_error_of_a_round_and_of_a_flat_distribution() -> None:
    assert expected_radial_error((4.0, 0.0, 4.0)) == pytest.approx(2.0 * sqrt(pi / 2.0))
    assert expected_radial_error((9.0, 0.0, 0.0)) == pytest.approx(3.0 * sqrt(2.0 / pi))


def test_expected_radial_error_agrees_with_a_simulation() -> None:
    covariance = np.array([[5.0, 1.5], [1.5, 1.0]])
    rng = np.random.default_rng(3)
    drawn = rng.multivariate_normal([0, 0], covariance, 200_000)
    simulated = np.hypot(*drawn.T).mean()
    assert expected_radial_error((5.0, 1.5, 1.0)) == pytest.approx(simulated, rel=0.01)


def test_a_model_that_states_its_doubt_is_held_to_it(make_case: Make) -> None:
    """With 1 mm per axis the 95 % circle is 2.45 mm: LAE is outside, the others inside."""
    case = make_case("p1", {**HIP, "LAE": (17.0, 28.0)}, covariance=1.0)
    row = summarise_landmarks(pairs_of(case))
    assert row.covered95 == pytest.approx(0.75)
    assert row.ere_mm == pytest.approx(sqrt(pi / 2.0))
    assert row.ere_mre_mm == pytest.approx(1.25)


def test_coordinate_agreement_of_a_constant_shift(make_case: Make) -> None:
    case = make_case("p1", {k: (x + 1.0, y + 0.1 * x) for k, (x, y) in HIP.items()})
    found = summarise_landmarks(pairs_of(case)).coordinates
    assert found is not None
    assert found.n == 8
    assert found.mean_pcc is not None and 0.99 < found.mean_pcc < 1.0
    assert found.mean_icc is not None and 0.99 < found.mean_icc < 1.0


def test_pearson_and_t_test_as_scipy_has_them() -> None:
    from scipy import stats

    rng = np.random.default_rng(5)
    x = rng.normal(size=20)
    y = x + rng.normal(0.3, 0.5, size=20)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic)
    assert paired_t_test(x, y) == pytest.approx(stats.ttest_rel(y, x).pvalue)
    assert pearson([1, 1, 1], [1, 2, 3]) is None
    assert paired_t_test([1, 2, 3], [2, 3, 4]) is None
    with pytest.raises(AgreementError, match="equal length"):
        paired_t_test([1, 2, 3], [1, 2])


def test_the_interval_by_patient_is_wider_than_that_of_independent_hips() -> None:
    """Each patient's four values are equal: there are 10 observations, not 40."""
    rng = np.random.default_rng(7)
    values = np.repeat(rng.normal(size=10), 4)
    by_patient = cluster_interval(values, list(np.repeat(np.arange(10), 4)))
    by_value = cluster_interval(values, list(range(40)))
    assert by_patient is not None and by_value is not None
    assert by_patient[1] - by_patient[0] > 1.5 * (by_value[1] - by_value[0])


def test_intervals_are_seeded_and_need_three_patients() -> None:
    values, patients = [1.0, 2.0, 4.0, 8.0], ["a", "b", "c", "d"]
    assert cluster_interval(values, patients) == cluster_interval(values, patients)
    few = [cluster_interval(values, patients, seed=seed, resamples=20) for seed in (17, 4)]
    assert few[0] != few[1]
    assert cluster_interval(values, ["a", "a", "b", "b"]) is None
    with pytest.raises(AgreementError, match="do not match"):
        cluster_interval(values, ["a"])


def test_a_statistic_other_than_the_mean_is_resampled_by_patient_too() -> None:
    values, patients = [1.0, 2.0, 4.0, 8.0, 9.0], ["a", "b", "c", "d", "e"]
    mean = cluster_interval(values, patients)
    same = cluster_interval(values, patients, lambda rows: float(rows.mean()))
    assert mean == pytest.approx(same)


def test_an_evaluation_of_nothing_is_refused(make_case: Make) -> None:
    with pytest.raises(AgreementError, match="no case"):
        evaluate_run([], "empty")
    with pytest.raises(AgreementError, match="no reference landmark"):
        evaluate_run([make_case("p1", HIP, reference={"FHC": None})], "absent")


def test_structured_and_unstructured_images_are_told_apart(make_case: Make) -> None:
    off = {k: (x + 3.0, y) for k, (x, y) in HIP.items()}
    run = evaluate_run(
        [make_case("p1", HIP), make_case("p2", off, reference={**HIP, "LCP": None})], "run"
    )
    assert run.structured is not None and run.structured.mm is not None
    assert run.unstructured is not None and run.unstructured.mm is not None
    assert run.structured.mm.mean == pytest.approx(0.0)
    assert run.unstructured.mm.mean == pytest.approx(hypot(3.0, 0.0))
