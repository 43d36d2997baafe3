"""Two readers: Bland-Altman, distances between their points, exact proportions."""

from __future__ import annotations

from math import hypot, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from HipLandmarksLib.evaluation import (
    AgreementError,
    Ellipse,
    bland_altman,
    exact_interval,
    observer_agreement,
    point_agreement,
    reader_spread,
)

QUICK = settings(max_examples=60, deadline=None)


def readings(seed, n=20, k=3, bias=0.0, noise=2.0, spread=6.0):
    """Angles of ``n`` hips by ``k`` readers, of whom each next one reads ``bias`` more."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(30.0, spread, (n, 1))
    return truth + rng.normal(0.0, noise, (n, k)) + bias * np.arange(k)


# Bland-Altman.

# Peak expiratory flow by two meters, l/min: table of Bland and Altman, Lancet 1986.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_published_limits_of_agreement():
    """The paper: Wright minus mini, 2 instead of 1.96, and sqrt(3 / n) sd as error of a limit."""
    found = bland_altman(MINI, WRIGHT)
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert found.bias_ci95 == pytest.approx((-22.0, 17.8), abs=0.1)
    published = (-79.7, 75.5)
    for limit, theirs in zip(found.limits, published, strict=True):
        assert found.bias + (limit - found.bias) * 2.0 / 1.96 == pytest.approx(theirs, abs=0.2)
    lower_half = (found.lower_ci95[1] - found.lower_ci95[0]) / 2
    assert lower_half == pytest.approx(34.6, rel=0.02)
    assert found.upper_ci95[1] - found.limits[1] == pytest.approx(lower_half)


@QUICK
@given(seed=st.integers(0, 10_000), growth=st.floats(-0.5, 0.5))
def test_proportional_bias_is_the_regression_of_differences_on_means(seed, growth):
    first, second = readings(seed, k=2).T
    second = second + growth * (second - 30.0)
    found = bland_altman(first, second).proportional
    expected = stats.linregress((first + second) / 2.0, second - first)
    assert found.slope == pytest.approx(expected.slope, abs=1e-9)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    half = stats.t.ppf(0.975, len(first) - 2) * expected.stderr
    assert found.ci95 == pytest.approx((found.slope - half, found.slope + half), abs=1e-9)


def test_a_reader_who_exaggerates_is_found():
    first, second = readings(9, n=40, k=2, noise=1.0).T
    assert bland_altman(first, second).proportional.p > 0.05
    found = bland_altman(first, 30.0 + 1.3 * (second - 30.0)).proportional
    assert found.slope == pytest.approx(0.26, abs=0.05)
    assert found.p < 0.001


def test_differences_on_a_line_and_means_in_a_point():
    first = np.array([10.0, 20.0, 30.0, 40.0])
    growing = bland_altman(first, 1.5 * first).proportional
    assert growing.slope == pytest.approx(0.4)
    assert growing.p == 0.0
    level = bland_altman(first, first + 2.0).proportional
    assert level.slope == pytest.approx(0.0, abs=1e-12)
    assert level.p == 1.0
    still = bland_altman([29.0, 31.0, 28.0], [31.0, 29.0, 32.0]).proportional
    assert still.slope is None
    assert "same mean" in still.reason


def test_exchanging_the_readers_turns_the_sign():
    first, second = readings(10, k=2, bias=2.0).T
    one, other = bland_altman(first, second), bland_altman(second, first)
    assert one.bias > 0.0
    assert other.bias == pytest.approx(-one.bias)
    assert other.limits == pytest.approx((-one.limits[1], -one.limits[0]))
    assert other.dahlberg == pytest.approx(one.dahlberg)


@QUICK
@given(seed=st.integers(0, 10_000), bias=st.floats(-10.0, 10.0))
def test_for_two_readers_dahlberg_is_the_standard_error_of_agreement(seed, bias):
    found = observer_agreement(readings(seed, k=2, bias=bias))
    assert found.sem_agreement == pytest.approx(found.pair.dahlberg)
    assert found.pair.rmsd == pytest.approx(sqrt(2.0) * found.pair.dahlberg)


def test_pairs_need_matching_lists():
    with pytest.raises(AgreementError, match="3 and 4 hips"):
        bland_altman([1, 2, 3], [1, 2, 3, 4])
    dropped = bland_altman([1.0, 2.0, None, 4.0], [1.5, 2.5, 3.0, 4.0])
    assert (dropped.n, dropped.n_dropped) == (3, 1)


# Points.


def placed(seed, n=400, covariance=((4.0, 1.5), (1.5, 1.0)), bias=(0.0, 0.0)):
    rng = np.random.default_rng(seed)
    truth = rng.uniform(-50.0, 50.0, (n, 2))
    return truth, truth + rng.multivariate_normal(bias, covariance, n)


def test_distances_between_two_readers():
    first = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 5.0]])
    second = first + np.array([[3.0, 4.0], [0.0, 1.0], [6.0, 8.0]])
    found = point_agreement(first, second)
    assert (found.mean, found.median, found.largest) == pytest.approx((16.0 / 3.0, 5.0, 10.0))
    assert found.bias == pytest.approx((3.0, 13.0 / 3.0))
    assert found.covariance[0][0] == pytest.approx(9.0)


def test_the_ellipse_holds_nineteen_of_twenty_offsets():
    first, second = placed(11, bias=(1.0, -2.0))
    found = point_agreement(first, second)
    offsets = second - first - found.bias
    distance = np.einsum("ni,ij,nj->n", offsets, np.linalg.inv(found.covariance), offsets)
    assert np.mean(distance <= stats.chi2.ppf(0.95, 2)) == pytest.approx(0.95, abs=0.03)
    assert found.bias == pytest.approx((1.0, -2.0), abs=0.4)
    expected = np.degrees(np.arctan2(2 * 1.5, 4.0 - 1.0)) / 2
    assert found.ellipse.angle_deg == pytest.approx(expected, abs=4.0)


@QUICK
@given(long=st.floats(1.0, 9.0), short=st.floats(0.01, 0.9), angle=st.floats(-89.9, 89.9))
def test_an_ellipse_is_read_off_its_covariance(long, short, angle):
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, -s], [s, c]])
    found = Ellipse.of((turn @ np.diag([long**2, short**2]) @ turn.T).tolist())
    scale = sqrt(stats.chi2.ppf(0.95, 2))
    assert found.semi_axes == pytest.approx((scale * long, scale * short), rel=1e-6)
    gap = (found.angle_deg - angle + 90.0) % 180.0 - 90.0
    assert gap == pytest.approx(0.0, abs=1e-4)
    assert -90.0 < found.angle_deg <= 90.0


def test_the_scatter_of_one_reader_is_recovered():
    truth, _ = placed(12)
    rng = np.random.default_rng(13)
    covariance = np.array([[4.0, 1.5], [1.5, 1.0]])
    points = np.stack(
        [truth + rng.multivariate_normal((0.0, 0.0), covariance, len(truth)) for _ in range(3)],
        axis=1,
    )
    found = reader_spread(points)
    assert np.array(found.covariance) == pytest.approx(covariance, abs=0.4)
    assert (found.n, found.n_readers) == (400, 3)


def test_a_reader_who_is_always_off_is_seen():
    truth, _ = placed(14, n=10)
    found = reader_spread(np.stack([truth, truth, truth + np.array([3.0, 0.0])], axis=1))
    assert found.offsets[2] == pytest.approx((2.0, 0.0))
    assert found.offsets[0] == pytest.approx((-1.0, 0.0))
    assert hypot(*found.ellipse.semi_axes) > 0.0


def test_points_that_were_not_placed_are_left_out_and_counted():
    first, second = placed(15, n=10)
    second[4] = nan
    found = point_agreement(first, second)
    assert (found.n, found.n_dropped) == (9, 1)
    spread = reader_spread(np.stack([first, second], axis=1))
    assert (spread.n, spread.n_dropped) == (9, 1)


def test_points_must_match():
    with pytest.raises(AgreementError, match="must be"):
        point_agreement(np.zeros((4, 2)), np.zeros((3, 2)))
    with pytest.raises(AgreementError, match="2 or more readers"):
        reader_spread(np.zeros((4, 1, 2)))
    with pytest.raises(AgreementError, match="at least 3 hips"):
        point_agreement(np.full((4, 2), nan), np.zeros((4, 2)))


# Proportions.


@QUICK
@given(trials=st.integers(1, 200), data=st.data())
def test_exact_intervals_agree_with_the_binomial_test(trials, data):
    successes = data.draw(st.integers(0, trials))
    low, high = exact_interval(successes, trials)
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, "exact")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert low <= successes / trials <= high


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes, trials):
    with pytest.raises(AgreementError, match="no proportion"):
        exact_interval(successes, trials)
    with pytest.raises(AgreementError, match="confidence"):
        exact_interval(1, 2, 95)


def test_an_interval_that_is_no_number_is_no_interval():
    """Three hips in great noise leave next to no degrees of freedom."""
    table = readings(666, n=3, k=4, bias=1.0, noise=8.0)
    for icc in observer_agreement(table).icc.values():
        assert icc.ci95 is None or np.isfinite(icc.ci95).all()
        if icc.value is not None and icc.ci95 is None:
            assert "No 95 % interval" in icc.reason
