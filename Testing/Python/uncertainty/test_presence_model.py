"""Presence: probabilities that mean what they say, monotone in every sign, honest without one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uncertainty.drawn_doubt import KEYS, landmark, observations, signs

from HipLandmarksLib.anatomy import PresenceEvidence
from HipLandmarksLib.errors import UncertaintyError
from HipLandmarksLib.uncertainty import (
    LandmarkObservation,
    PresenceModel,
    PresenceSigns,
    SignWeight,
    fit_presence,
)
from HipLandmarksLib.uncertainty.presence_fit import LEAST_KEPT, best_threshold

FITTED = fit_presence(observations(patients=60))
FOR, AGAINST = ("peak", "nowhere_logit"), ("entropy", "surprisal")

any_signs = st.builds(
    PresenceSigns,
    peak=st.floats(0, 1),
    entropy=st.floats(0, 1),
    surprisal=st.none() | st.floats(0, 1),
    nowhere_logit=st.floats(-8, 8),
)


def auroc(there, absent):
    return np.mean([[a > b for b in absent] for a in there])


def new_landmarks(seed=99, count=3000):
    rng = np.random.default_rng(seed)
    return [(there, signs(rng, there)) for there in (rng.random(count) < 0.8).tolist()]


def test_new_landmarks_are_told_apart():
    told = [(there, FITTED.probability("FHC", each)) for there, each in new_landmarks()]
    there, absent = ([p for t, p in told if t is kind] for kind in (True, False))
    assert auroc(there, absent) > 0.93


def test_of_those_called_70_percent_about_70_percent_are_there():
    """Reliability on new cases with the same share of absent landmarks."""
    told = [(there, FITTED.probability("FHC", each)) for there, each in new_landmarks()]
    for low, high in ((0.05, 0.35), (0.35, 0.65), (0.65, 0.95)):
        group = [(t, p) for t, p in told if low <= p < high]
        stated, true = np.mean([p for _, p in group]), np.mean([t for t, _ in group])
        assert true == pytest.approx(stated, abs=0.12), (low, len(group))


@settings(deadline=None)
@given(any_signs, st.floats(0, 1), st.sampled_from(FOR + AGAINST))
def test_more_of_a_sign_never_speaks_the_other_way(given_signs, more, name):
    value = getattr(given_signs, name)
    if value is None:
        return
    larger = replace(given_signs, **{name: value + more})
    step = FITTED.log_odds("FHC", larger) - FITTED.log_odds("FHC", given_signs)
    assert step >= -1e-9 if name in FOR else step <= 1e-9


@settings(deadline=None)
@given(any_signs, st.sampled_from((*KEYS, "TD")))
def test_probabilities_are_probabilities(given_signs, key):
    assert 0.0 <= FITTED.probability(key, given_signs) <= 1.0


def test_a_sign_that_misleads_gets_no_weight_instead_of_a_wrong_one():
    cases = [
        LandmarkObservation(
            f"p{n}", "FHC", n % 2 == 0, PresenceSigns(peak=0.2 if n % 2 == 0 else 0.8)
        )
        for n in range(40)
    ]
    assert fit_presence(cases).signs["peak"].weight == pytest.approx(0.0, abs=1e-9)


def test_signs_that_cannot_be_assessed_are_learned_as_such():
    """Here the limbs cannot be assessed beside absent landmarks mostly."""
    rng = np.random.default_rng(1)

    def told(there):
        unknown = rng.random() < (0.1 if there else 0.8)
        return PresenceSigns(peak=0.5, surprisal=None if unknown else 0.2)

    cases = [
        LandmarkObservation(f"p{n}", "FHC", t, told(t)) for n in range(200) for t in (True, False)
    ]
    model = fit_presence(cases)
    assert model.signs["surprisal"].missing < -1.0
    unknown = model.probability("FHC", PresenceSigns(peak=0.5))
    assert unknown == pytest.approx(0.1 / 0.9, abs=0.07)


def test_a_sign_that_was_never_missing_counts_as_average_when_it_is():
    cases = [each for each in observations(patients=60) if each.signs.surprisal is not None]
    model = fit_presence(cases)
    average = model.signs["surprisal"].mean
    given_signs = PresenceSigns(peak=0.6, entropy=0.4, nowhere_logit=1.0)
    same = replace(given_signs, surprisal=average)
    assert model.probability("FHC", given_signs) == pytest.approx(model.probability("FHC", same))


def test_signs_that_no_case_gives_are_left_out():
    assert set(FITTED.signs) == {"peak", "entropy", "surprisal", "nowhere_logit"}


def test_thresholds_are_per_landmark_and_pooled_for_the_others():
    assert set(FITTED.thresholds) == set(KEYS)
    assert FITTED.is_pooled("TD") and not FITTED.is_pooled("FHC")
    assert FITTED.threshold("TD") == FITTED.pooled_threshold


def test_a_landmark_that_is_rarely_absent_shares_the_threshold_of_all():
    cases = [
        *observations(patients=60),
        *observations(seed=3, patients=60, keys=("TD",), absent=0.0),
    ]
    assert fit_presence(cases).is_pooled("TD")


def test_thresholds_keep_nearly_all_landmarks_that_are_there():
    cases = [each for each in observations(patients=60) if each.is_present]
    for key in KEYS:
        own = [FITTED.probability(key, each.signs) for each in cases if each.key == key]
        assert np.mean([p >= FITTED.threshold(key) for p in own]) >= LEAST_KEPT


def test_the_threshold_lies_in_the_middle_of_the_gap():
    assert best_threshold(np.array([1.0, 3.0]), np.array([-1.0, -5.0])) == pytest.approx(0.5)


def test_one_odd_case_moves_no_threshold_away_from_that_of_all_others():
    rng = np.random.default_rng(7)
    gone = np.tile([-4.0, -3.5, -3.0, -2.5], 8)
    there = np.append(rng.normal(5, 1, 400), -2.1)
    common = rng.normal(5, 1, 5000), np.append(rng.normal(-3, 1, 480), rng.uniform(-2, 0, 20))
    assert best_threshold(there, gone) < 0.15
    assert best_threshold(there, gone, common) > 0.4


def test_hopeless_signs_suppress_nothing_that_is_there():
    same = np.linspace(-1, 1, 50)
    limit = best_threshold(same, same)
    assert np.mean(1 / (1 + np.exp(-same)) >= limit) >= LEAST_KEPT


def test_the_order_of_cases_does_not_matter():
    turned = fit_presence(observations(patients=60)[::-1])
    assert turned.intercept == pytest.approx(FITTED.intercept, abs=1e-3)
    assert turned.thresholds == pytest.approx(FITTED.thresholds, abs=1e-3)


def test_perfectly_told_cases_give_finite_weights():
    cases = [
        LandmarkObservation(
            f"p{n}", "FHC", n < 20, PresenceSigns(nowhere_logit=8.0 if n < 20 else -8.0)
        )
        for n in range(40)
    ]
    model = fit_presence(cases)
    assert 0.5 < model.probability("FHC", PresenceSigns(nowhere_logit=8.0)) < 1.0


def test_too_few_absent_landmarks_are_refused_with_a_remedy():
    with pytest.raises(UncertaintyError, match=r"60 landmarks .* and 0 absent.*add cases"):
        fit_presence(observations(patients=15, absent=0.0))


def test_a_hip_that_was_not_found_at_all_teaches_nothing():
    nothing = LandmarkObservation(
        "x", "FHC", True, PresenceSigns(nowhere_logit=-8.0), has_place=False
    )
    with_lost = fit_presence([*observations(patients=60), *([nothing] * 50)])
    assert with_lost == FITTED


def test_signs_come_from_the_raw_heatmap_also_after_calibration():
    raw = landmark(evidence=PresenceEvidence(peak=0.4))
    raw = replace(raw, confidence=0.9)
    after = replace(raw, confidence=0.2, evidence=PresenceEvidence(peak=0.4, heatmap_presence=0.9))
    assert PresenceSigns.of(raw) == PresenceSigns.of(after)


@pytest.mark.parametrize("presence", [0.0, 1.0, 1e-300, 1 - 1e-16])
def test_saturated_networks_give_finite_signs(presence):
    assert abs(PresenceSigns.of(replace(landmark(), confidence=presence)).nowhere_logit) <= 8.0
    evidence = PresenceEvidence(heatmap_presence=presence)
    assert abs(PresenceSigns.of(landmark(evidence=evidence)).nowhere_logit) == pytest.approx(8.0)


def test_a_model_of_presence_survives_json():
    assert PresenceModel.from_dict(json.loads(json.dumps(FITTED.to_dict()))) == FITTED


@pytest.mark.parametrize(
    "changes",
    [
        {"signs": {"colour": SignWeight(1.0)}},
        {"signs": {"peak": SignWeight(-1.0)}},
        {"signs": {"entropy": SignWeight(1.0)}},
        {"signs": {"peak": SignWeight(1.0, spread=0.0)}},
        {"intercept": float("nan")},
        {"thresholds": {"FHC": 1.2}},
    ],
)
def test_a_model_of_presence_that_makes_no_sense_is_refused(changes):
    with pytest.raises(UncertaintyError):
        replace(FITTED, **changes)


def test_what_is_more_likely_there_than_not_is_never_withheld() -> None:
    sure, wrong = np.array([4.0, 5.0, 6.0]), np.array([1.0, 2.0])
    assert best_threshold(sure, wrong) <= 0.5
    assert best_threshold(sure, -wrong) <= 0.5
