"""Conformal regions cover what they promise, at the small numbers of patients that there are."""

from __future__ import annotations

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.errors import UncertaintyError
from HipLandmarksLib.uncertainty import (
    UNBOUNDED,
    ConformalTable,
    Grouping,
    grouped_quantile,
    least_patients,
)

SIZES = (9, 13, 14, 17, 19, 40, 100)
NEW_PATIENTS = 40
SLACK = 0.015
"""About three standard errors of a simulated coverage."""


def patients(rng, count):
    """Hips of one patient are alike, and those with more hips and images are worse ones."""
    hips = rng.integers(1, 5, count)
    size = np.exp(rng.normal(0.0, 0.7, count)) * hips
    return [list(s * np.abs(rng.standard_t(3, n))) for s, n in zip(size, hips, strict=True)]


def one_hip_each(rng, count):
    return [[score] for score in rng.exponential(size=count)]


def uniform(rng, count):
    return [[score] for score in rng.random(count)]


def coverage(draw, size, level, covers=np.mean, of=lambda groups: groups):
    """Mean share of new patients' hips that are covered, over many calibrations."""
    rng = np.random.default_rng(size)
    shares = []
    for _ in range(max(100, 4500 // size)):
        limit = grouped_quantile(of(draw(rng, size)), level)
        new = draw(rng, NEW_PATIENTS)
        shares.append(np.mean([covers(np.array(group) <= limit) for group in new]))
    return float(np.mean(shares))


@pytest.mark.parametrize("size", SIZES)
def test_a_hip_of_a_new_patient_lies_in_the_90_percent_region(size):
    assert 0.9 - SLACK <= coverage(patients, size, 0.9) <= 0.935 + SLACK


@pytest.mark.parametrize("size", SIZES)
def test_two_hips_of_a_patient_are_covered_without_waste(size):
    assert 0.9 - SLACK <= coverage(two_hips, size, 0.9) <= 0.925 + SLACK


def two_hips(rng, count):
    """Errors of both hips of patients who differ somewhat."""
    return [list(size * rng.rayleigh(size=2)) for size in np.exp(rng.normal(0.0, 0.35, count))]


@pytest.mark.parametrize("draw", [uniform, one_hip_each])
@pytest.mark.parametrize("size", SIZES)
def test_with_one_hip_per_patient_the_coverage_is_the_nominal_one(size, draw):
    """Exactly where scores are uniform, and hardly more where larger ones are rarer."""
    assert coverage(draw, size, 0.9) == pytest.approx(0.904, abs=SLACK)


def test_rounding_up_to_a_whole_patient_would_cover_too_much():
    """The test of the tests: 17 patients, of whom the 17th score is not exceeded by 94 %."""

    def rounded_up(groups):
        return [[max(score for group in groups for score in group)]] * 9

    assert coverage(one_hip_each, 17, 0.9, of=rounded_up) > 0.93


@pytest.mark.parametrize("size", SIZES)
def test_at_95_percent_fewer_than_19_patients_give_no_region(size):
    rng = np.random.default_rng(0)
    region = ConformalTable(tuple(map(tuple, patients(rng, size)))).region(0.95)
    assert region.is_bounded is (size >= 19)
    if size >= 19:
        assert coverage(patients, size, 0.95) >= 0.95 - SLACK


@pytest.mark.parametrize("size", [9, 19, 40])
def test_all_hips_of_a_new_patient_lie_in_the_region_of_the_worst(size):
    assert coverage(patients, size, 0.9, np.all, worst_hips) >= 0.9 - SLACK


def worst_hips(groups):
    return [[max(group)] for group in groups]


@pytest.mark.parametrize("size", [9, 40])
def test_many_films_of_few_bodies_are_covered_without_waste(size):
    assert 0.9 - SLACK <= coverage(bodies, size, 0.9) <= 0.95


def bodies(rng, count):
    """Many simulated films of each of few bodies, which differ by their size."""
    return [list(size * rng.rayleigh(size=25)) for size in np.exp(rng.normal(0.0, 0.25, count))]


@pytest.mark.parametrize("size", [9, 14, 19, 24, 40])
def test_scores_that_crowd_at_their_upper_end_are_covered_too(size):
    """Where the argument for the mean over draws does not hold."""
    assert coverage(crowded, size, 0.9) >= 0.9 - SLACK


def crowded(rng, count):
    return [list(rng.beta(6, 1, size=rng.integers(1, 5))) for _ in range(count)]


def test_the_radius_is_the_mean_over_all_draws_of_one_hip_per_patient():
    groups = [[1.0, 7.0], [2.0], [3.0, 4.0, 9.0]]
    draws = [np.sort(draw)[2] for draw in product(*groups)]  # 3 = 4 * 0.75
    assert grouped_quantile(groups, 0.75) == pytest.approx(np.mean(draws))


def test_between_two_ranks_the_radius_is_interpolated():
    assert grouped_quantile([[1.0], [2.0], [4.0]], 0.7) == pytest.approx(3.6)  # rank 4 * 0.7 = 2.8


def test_hips_counted_as_if_they_were_patients_would_promise_too_much():
    """The test of the tests: without grouping these data are not covered."""

    def hips_as_patients(groups):
        return [[score] for group in groups for score in group]

    naive = coverage(few_with_many_good_hips, 19, 0.9, of=hips_as_patients)
    assert naive < 0.87
    assert coverage(few_with_many_good_hips, 19, 0.9) >= 0.9 - SLACK


def few_with_many_good_hips(rng, count):
    """Followed for years with good images, while those who come once have bad ones."""
    often = rng.random(count) < 0.5
    return [list(rng.random(8)) if many else [1.0 + rng.random()] for many in often]


@pytest.mark.parametrize(("level", "needed"), [(0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)])
def test_the_number_of_patients_from_which_on_a_region_ends(level, needed):
    assert least_patients(level) == needed
    assert grouped_quantile([[1.0]] * needed, level) == 1.0
    assert grouped_quantile([[1.0]] * (needed - 1), level) == inf


def test_an_unbounded_region_says_why_and_contains_everything():
    region = ConformalTable(((1.0, 2.0),) * 8).region(0.9)
    assert not region.is_bounded and region.contains(1e9)
    assert region.reason.startswith(UNBOUNDED) and "8 patients, at least 9" in region.reason


def test_the_worst_hip_counts_where_a_patient_shall_be_covered_as_a_whole():
    table = ConformalTable(tuple((1.0, float(n)) for n in range(1, 20)))
    assert table.region(0.9, Grouping.WORST).radius == 18.0
    assert table.region(0.9).radius < 18.0


groups_of_scores = st.lists(
    st.lists(st.floats(0, 1e6).map(lambda score: round(score, 3)), min_size=1, max_size=4),
    min_size=1,
    max_size=20,
)


@settings(deadline=None)
@given(groups_of_scores, st.randoms(use_true_random=False), st.floats(1e-3, 1e3))
def test_the_order_of_patients_and_the_unit_of_scores_do_not_matter(groups, random, factor):
    radius = grouped_quantile(groups, 0.8)
    mixed = [list(group) for group in groups]
    random.shuffle(mixed)
    for group in mixed:
        random.shuffle(group)
    assert grouped_quantile(mixed, 0.8) == pytest.approx(radius)
    scaled = [[factor * score for score in group] for group in groups]
    assert grouped_quantile(scaled, 0.8) == pytest.approx(factor * radius)


@settings(deadline=None)
@given(groups_of_scores, st.floats(0.05, 0.9))
def test_more_coverage_is_never_a_smaller_region(groups, level):
    narrow, wide = (grouped_quantile(groups, each) for each in (level, level + 0.05))
    assert narrow <= wide * (1 + 1e-9) + 1e-9


@settings(deadline=None)
@given(groups_of_scores)
def test_a_hip_seen_twice_alike_changes_nothing(groups):
    twice = [group + group for group in groups]
    assert grouped_quantile(twice, 0.8) == pytest.approx(grouped_quantile(groups, 0.8))


@settings(deadline=None)
@given(groups_of_scores)
def test_the_worst_region_holds_the_other(groups):
    table = ConformalTable(tuple(map(tuple, groups)))
    each, worst = table.region(0.8), table.region(0.8, Grouping.WORST)
    assert (each.radius is None) is (worst.radius is None)
    if each.radius is not None:
        assert each.radius <= worst.radius * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 90.0, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(UncertaintyError, match="between 0 and 1"):
        ConformalTable(((1.0,),)).region(level)


def test_a_patient_without_scores_is_refused():
    with pytest.raises(UncertaintyError, match="scores"):
        ConformalTable(((1.0,), ()))
