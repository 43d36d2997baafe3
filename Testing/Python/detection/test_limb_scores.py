"""Limbs bear points out by hand-computed figures; what cannot be assessed is never certain."""

from math import log

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.detection import Channels, LimbChannels, limb_agreement
from HipLandmarksLib.detection.limb_scores import (
    LEAST_PROJECTION,
    LimbScore,
    LimbState,
    UncertaintyFormula,
    limb_score,
    limb_scores,
)
from HipLandmarksLib.detection.views import mirrored_fields
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.evaluation import auroc
from HipLandmarksLib.training.fields import limb_fields

SURPRISAL, PAPER = UncertaintyFormula.SURPRISAL, UncertaintyFormula.PAPER
SHAPE = (48, 64)
PAIR = LimbChannels(Channels.of_keys(("FHC",)), ((0, 1),))
"""Two landmarks, one limb."""
CHAIN = LimbChannels(Channels.of_keys(("FHC", "NA")), ((0, 1), (1, 2), (2, 3)))
"""Four landmarks 0-1-2-3 in a row."""


def uniform(x, y, shape=SHAPE):
    field = np.zeros((2, *shape))
    field[0], field[1] = x, y
    return field


def measured(*projections):
    return [LimbScore(LimbState.MEASURED, w) for w in projections]


def scores_of(agreements):
    return [agreement.score for agreement in agreements]


def test_a_field_along_the_limb_is_certain():
    score = limb_score(uniform(0.6, 0.8), (5, 5), (11, 13))  # 6-8-10
    assert score.projection == pytest.approx(1)
    assert score.uncertainty() == pytest.approx(0)


def test_a_field_against_the_limb_counts_as_nothing():
    score = limb_score(uniform(-1, 0), (5, 5), (30, 5))
    assert score.mean == pytest.approx(-1)
    assert score.projection == LEAST_PROJECTION
    assert score.uncertainty() == pytest.approx(1)


def test_no_field_is_as_uncertain_as_can_be():
    assert limb_score(uniform(0, 0), (5, 5), (30, 5)).uncertainty() == pytest.approx(1)


def test_half_of_the_field_gives_the_hand_computed_uncertainty():
    score = limb_score(uniform(0.5, 0.0), (5, 5), (30, 5))
    assert score.projection == pytest.approx(0.5)
    assert score.uncertainty() == pytest.approx(log(2) / log(1000))  # 0.1003
    assert score.uncertainty(PAPER) == pytest.approx(-0.5 * log(0.501))  # 0.3456


def test_a_field_at_60_degrees_to_the_limb_projects_by_a_half():
    assert limb_score(uniform(0.5, 0.75**0.5), (5, 5), (40, 5)).projection == pytest.approx(0.5)


def test_samples_lie_between_pixels():
    """A field that grows by 1/64 per column has its mean at the middle of the line."""
    ramp = np.zeros((2, *SHAPE))
    ramp[0] = np.arange(SHAPE[1]) / SHAPE[1]
    assert limb_score(ramp, (10.25, 7.5), (13.75, 7.5)).projection == pytest.approx(12 / 64)


def test_a_short_limb_has_at_least_ten_samples():
    """Of samples at x = 20, 20 + 2/9, ... 22 only the first five, nearer than one px, see it."""
    single = np.zeros((2, *SHAPE))
    single[0, 10, 20] = 1
    seen = [1 - 2 * n / 9 for n in range(5)]
    assert limb_score(single, (20, 10), (22, 10)).projection == pytest.approx(sum(seen) / 10)


def test_a_field_longer_than_one_projects_by_one_at_most():
    assert limb_score(uniform(3, 0), (5, 5), (30, 5)).projection == 1


@pytest.mark.parametrize("end", [(5, 5), (5.5, 5.5)])
def test_points_at_one_place_have_no_projection(end):
    score = limb_score(uniform(1, 0), (5, 5), end)
    assert score.state is LimbState.POINTS_COINCIDE
    assert score.projection is None and score.uncertainty() is None


@pytest.mark.parametrize("outside", [(-0.6, 5), (63.6, 5), (5, -0.6), (5, 47.6), (np.nan, 5)])
def test_a_point_outside_the_image_has_no_projection(outside):
    score = limb_score(uniform(1, 0), (30, 30), outside)
    assert score.state is LimbState.OUTSIDE
    assert score.projection is None


def test_the_outer_half_of_a_border_pixel_is_in_the_image():
    assert limb_score(uniform(1, 0), (-0.5, 47.5), (63.5, 47.5)).projection == pytest.approx(1)


@given(st.floats(LEAST_PROJECTION, 1), st.floats(LEAST_PROJECTION, 1))
def test_surprisal_falls_with_the_projection(one, other):
    low, high = sorted((one, other))
    assert 0 <= SURPRISAL.of(high) <= SURPRISAL.of(low) <= 1


def test_the_formula_of_paper_2_rises_before_it_falls():
    """The text says that U decreases as w increases; eq. 1 does so from w = 1/e on only."""
    nothing, some, all_ = (PAPER.of(w) for w in (LEAST_PROJECTION, np.exp(-1), 1.0))
    assert nothing < 0.01 < some and all_ < 0.01 < some
    assert some == pytest.approx(np.exp(-1), abs=2e-3)


@given(st.integers(0, 10_000))
def test_the_fields_of_the_true_points_bear_them_out(seed):
    channels = Channels.of_keys(("FHC", "NA", "LAE", "LCP"))
    limbs = LimbChannels.of(channels)
    points = np.random.default_rng(seed).uniform(0, 47, (1, len(channels), 2))
    placed = torch.ones(1, len(channels), dtype=torch.bool)
    fields = limb_fields(torch.from_numpy(points), placed, limbs, SHAPE, 3.0)
    found = limb_scores(fields[0].numpy(), points[0], limbs)
    start, end = points[0][[a for a, _ in limbs.pairs]], points[0][[b for _, b in limbs.pairs]]
    lengths = np.hypot(*(end - start).T)
    # the field of an oblique limb ends one pixel beyond the point: its last sample is not whole
    assert all(s.mean > 1 - 0.5 / n for s, n in zip(found, lengths, strict=True) if n > 2)


@given(st.integers(0, 10_000))
def test_a_mirror_leaves_every_projection(seed):
    rng = np.random.default_rng(seed)
    channels = Channels.of_keys(("FHC", "LAE", "TD", "ISCH"))
    limbs = LimbChannels.of(channels)
    fields = rng.uniform(-1, 1, (len(limbs), 2, *SHAPE))
    points = rng.uniform(0, 47, (len(channels), 2))
    turned = points[channels.mirrored]
    turned[:, 0] = SHAPE[1] - 1 - turned[:, 0]
    mirrored = mirrored_fields(torch.from_numpy(fields)[None], limbs)[0].numpy()
    straight, flipped = limb_scores(fields, points, limbs), limb_scores(mirrored, turned, limbs)
    for number, score in enumerate(straight):
        partner = flipped[limbs.mirrored[number]]
        assert partner.state is score.state
        assert partner.mean == pytest.approx(score.mean, abs=1e-9)


def test_with_everybody_there_a_landmark_has_the_mean_of_its_limbs():
    found = limb_agreement(measured(1.0, 0.5, 0.2), np.ones(4), CHAIN, passes=1)
    assert scores_of(found) == pytest.approx([1.0, 0.75, 0.35, 0.2])
    assert found[1].uncertainty() == pytest.approx(SURPRISAL.of(0.75))


def test_a_partner_counts_by_its_presence():
    found = limb_agreement(measured(1.0, 0.2, 1.0), [1, 1, 0.25, 1], CHAIN, passes=1)
    assert found[1].score == pytest.approx((1 * 1.0 + 0.25 * 0.2) / 1.25)


def test_the_second_pass_believes_a_partner_by_its_own_limbs():
    """Landmarks 0 and 1 are there, 2 and 3 are not, although all heatmaps say they are."""
    first = (0.8, (0.8 + 0.1) / 2, (0.1 + 0.1) / 2, 0.1)
    found = limb_agreement(measured(0.8, 0.1, 0.1), np.ones(4), CHAIN)
    second = (first[0] * 0.8 + first[2] * 0.1) / (first[0] + first[2])
    assert found[1].score == pytest.approx(second)  # 0.722 instead of 0.45
    assert found[2].score == pytest.approx(0.1)


def test_short_fields_of_a_hesitant_model_change_no_weights():
    """Belief is relative: a model whose w is a tenth throughout gives a tenth of every s."""
    presence = [1, 0.9, 0.8, 0.7]
    whole = limb_agreement(measured(0.9, 0.6, 0.5), presence, CHAIN)
    short = limb_agreement(measured(0.09, 0.06, 0.05), presence, CHAIN)
    assert scores_of(short) == pytest.approx([score / 10 for score in scores_of(whole)])


def test_nothing_borne_out_at_all_is_doubt_about_everything():
    found = limb_agreement(measured(-0.2, 0.001, 0.0), np.ones(4), CHAIN)
    assert [agreement.uncertainty() for agreement in found] == pytest.approx([1.0] * 4)


def test_a_limb_between_two_doubtful_points_does_not_tell_which_one_is_wrong():
    """Landmarks 2 and 3 contradict each other; 2 has 1 to judge it by, 3 has nobody else."""
    found = limb_agreement(measured(1.0, 0.001, 0.001), np.ones(4), CHAIN)
    assert found[2].score == pytest.approx(0.001)
    assert found[3].score is None and "sure to be there" in found[3].reason


def test_a_limb_that_varies_less_weighs_more():
    """Weights 1/0.01 and 1/0.04: four parts to one."""
    found = limb_agreement(measured(1, 0.5, 1), np.ones(4), CHAIN, [0.01, 0.04, 0.01], passes=1)
    assert found[1].score == pytest.approx((4 * 1 + 1 * 0.5) / 5)


def test_the_unit_of_the_variances_does_not_matter():
    variances = np.array([0.01, 0.04, 0.02])
    one, other = (
        limb_agreement(measured(1, 0.5, 0.3), [1, 1, 0.5, 0.1], CHAIN, scale * variances)
        for scale in (1, 1e4)
    )
    assert scores_of(one) == pytest.approx(scores_of(other))


def test_without_a_partner_a_landmark_is_not_assessable():
    found = limb_agreement(measured(1, 1, 1), [1, 0.05, 1, 1], CHAIN)
    assert found[0].score is None and found[0].uncertainty() is None
    assert "sure to be there" in found[0].reason
    assert found[3].score is not None and found[3].reason == ""


def test_a_landmark_whose_limbs_cannot_be_measured_is_not_assessable():
    coincide = LimbScore(LimbState.POINTS_COINCIDE)
    found = limb_agreement([coincide, *measured(1, 1)], np.ones(4), CHAIN)
    assert found[0].score is None and "measured" in found[0].reason
    assert found[1].score == pytest.approx(1)  # by its other limb


def test_a_landmark_without_limbs_is_not_assessable():
    limbs = LimbChannels(Channels.of_keys(("FHC", "NA")), ((0, 1),))
    found = limb_agreement(measured(1), np.ones(4), limbs)
    assert found[2].score is None and "no limb" in found[2].reason


def test_surprisal_tells_absent_landmarks_in_noise_and_the_formula_of_paper_2_does_not():
    """500 simulated images: a tenth of the landmarks is absent, heatmaps are half fooled."""
    channels = Channels.of_keys(("FHC", "NA", "LAE", "LCP", "SHP", "SHD"))
    limbs, rng = LimbChannels.of(channels), np.random.default_rng(1)
    doubts = {(formula, there): [] for formula in UncertaintyFormula for there in (True, False)}
    for _ in range(500):
        there = rng.random(len(channels)) > 0.1
        presence = np.where(there, rng.uniform(0.7, 1, there.shape), rng.uniform(0, 1, there.shape))
        both = there[np.array(limbs.pairs)].all(axis=1)
        means = np.where(both, rng.normal(0.8, 0.15, both.shape), rng.normal(0, 0.1, both.shape))
        found = limb_agreement(measured(*np.clip(means, -1, 1)), presence, limbs)
        for is_there, agreement in zip(there, found, strict=True):
            for formula in UncertaintyFormula:
                if agreement.score is not None:
                    doubts[formula, bool(is_there)].append(agreement.uncertainty(formula))
    area = {
        formula: auroc(doubts[formula, False], doubts[formula, True])
        for formula in (SURPRISAL, PAPER)
    }
    assert area[SURPRISAL] > 0.99
    assert area[PAPER] < 0.65


def test_numbers_that_do_not_belong_together_are_refused():
    with pytest.raises(ConfigurationError, match="2 fields"):
        limb_scores(np.zeros((2, 2, 8, 8)), np.zeros((2, 2)), PAIR)
    with pytest.raises(ConfigurationError, match="positive variance"):
        limb_agreement(measured(1), [1, 1], PAIR, variances=[0.0])
    with pytest.raises(ConfigurationError, match="presence"):
        limb_agreement(measured(1), [1, 1, 1], PAIR)
