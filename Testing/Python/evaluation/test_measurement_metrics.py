"""Agreement of measurements, screening and presence against values worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import atan2, degrees

import numpy as np
import pytest

from HipLandmarksLib.evaluation import (
    Confusion,
    Evaluation,
    EvaluationCase,
    auroc,
    diagnosis_rules,
    evaluate_run,
    measured_pairs,
    measurement_agreement,
    pairs_of,
    risk_coverage,
    screen,
    spread_of,
    summarise_presence,
)
from HipLandmarksLib.evaluation.diagnosis import DiagnosisRule

HIP = {"FHC": (0.0, 0.0), "NA": (30.0, -25.0), "LAE": (14.0, 24.0), "LCP": (22.0, 12.0)}
Make = Callable[..., EvaluationCase]


def _rule(id_: str) -> DiagnosisRule:
    return next(rule for rule in diagnosis_rules() if rule.id == id_)


def test_paper_1s_screening_figures_follow_from_its_counts() -> None:
    cam = Confusion(tp=6, fp=0, tn=29, fn=5)
    shown = [
        round(100 * (rate.value or 0.0), 2)
        for rate in (cam.accuracy, cam.sensitivity, cam.specificity, cam.ppv, cam.npv)
    ]
    assert shown == [87.50, 54.55, 100.00, 100.00, 85.29]


def test_exact_intervals_of_paper_1s_figures_are_wide() -> None:
    """Clopper-Pearson: 6 of 11 is 23.4 to 83.3 %, 6 of 6 is 54.1 to 100 %."""
    cam = Confusion(tp=6, fp=0, tn=29, fn=5)
    assert cam.sensitivity.ci95 == pytest.approx((0.2338, 0.8325), abs=5e-4)
    assert cam.ppv.ci95 == pytest.approx((0.5407, 1.0), abs=5e-4)


def test_a_rate_of_no_trials_is_no_rate() -> None:
    nobody = Confusion(tp=0, fp=0, tn=4, fn=0)
    assert nobody.sensitivity.value is None and nobody.sensitivity.ci95 is None
    assert nobody.ppv.value is None
    assert nobody.specificity.value == 1.0


@pytest.mark.parametrize(
    ("positive", "at_threshold"),
    [("cam_65", False), ("cam_60", True), ("under_coverage_25", False)],
)
def test_the_threshold_itself_falls_where_the_rule_says(positive: str, at_threshold: bool) -> None:
    rule = _rule(positive)
    assert rule.holds(rule.threshold) is at_threshold


def test_alpha_errors_are_those_of_the_angle_in_the_plane(make_case: Make) -> None:
    """Turning LCP about the head centre by 10 degrees changes alpha by 10 degrees."""
    turn = np.radians(10.0)
    x, y = HIP["LCP"]
    turned = (x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn))
    pairs = measured_pairs(make_case("p1", {**HIP, "LCP": turned}))
    alphas = [pair for pair in pairs if pair.id == "alpha"]
    truth = degrees(atan2(25.0, 30.0)) + degrees(atan2(12.0, 22.0))
    assert [pair.reference for pair in alphas] == pytest.approx([truth, truth])
    assert [pair.error for pair in alphas] == pytest.approx([10.0, 10.0])


def test_agreement_of_three_patients(make_case: Make) -> None:
    cases = [
        make_case(f"p{n}", {**HIP, "LAE": (14.0 + n, 24.0)}, {**HIP, "LAE": (10.0 + 2 * n, 24.0)})
        for n in range(5)
    ]
    pairs = [pair for case in cases for pair in measured_pairs(case, ["lce"])]
    row = measurement_agreement(pairs)["lce"]
    errors = np.array([pair.error for pair in pairs])
    assert row.n == 10 and row.unit == "deg"
    assert row.mae == pytest.approx(np.abs(errors).mean())
    assert row.median == pytest.approx(np.median(np.abs(errors)))
    assert row.bland_altman is not None and row.icc is not None
    assert row.bland_altman.bias == pytest.approx(errors.mean())
    assert row.bland_altman.limits[1] == pytest.approx(errors.mean() + 1.96 * errors.std(ddof=1))
    assert row.bland_altman.proportional.slope is not None
    assert row.bland_altman.proportional.slope < 0  # the prediction varies half as much
    assert row.icc.ci95 is not None and row.mae_ci95 is not None


def test_a_constant_predictor_is_exposed(make_case: Make) -> None:
    """The model says the same of everyone: its MAE is that of a constant."""
    cases = [
        make_case(f"p{n}", {**HIP, "LCP": (22.0, 12.0)}, {**HIP, "LCP": (22.0, 8.0 + 2 * n)})
        for n in range(5)
    ]
    pairs = [pair for case in cases for pair in measured_pairs(case, ["alpha"])]
    row = measurement_agreement(pairs)["alpha"]
    assert row.mae_constant is not None and row.mae is not None
    assert row.mae == pytest.approx(row.mae_constant, rel=0.05)


def test_a_value_that_the_prediction_lacks_is_counted_and_not_invented(make_case: Make) -> None:
    cases = [make_case(f"p{n}", {**HIP, "LCP": None}) for n in range(3)]
    pairs = [pair for case in cases for pair in measured_pairs(case, ["alpha"])]
    row = measurement_agreement(pairs)["alpha"]
    assert (row.n, row.n_without_value) == (0, 6)
    assert row.mae is None and row.icc is None and row.bland_altman is None
    assert screen(_rule("cam_65"), pairs).n_without_value == 6


def test_lengths_are_left_out_where_millimetres_are_not_known(make_case: Make) -> None:
    hip = {**HIP, "SHP": (35.0, -90.0), "SHD": (34.0, -150.0)}
    known = {pair.unit for pair in measured_pairs(make_case("p1", hip, hip))}
    case = make_case("p1", hip, hip, lengths_known=False)
    unknown = {pair.unit for pair in measured_pairs(case)}
    assert "mm" in known and "mm" not in unknown and "deg" in unknown


def test_screening_counts_hips(make_case: Make) -> None:
    cam = {**HIP, "LCP": (16.0, 20.0)}  # alpha about 91 degrees
    none = {**HIP, "LCP": (22.0, 0.0)}  # about 40 degrees
    cases = [
        make_case("p1", cam, cam),
        make_case("p2", none, cam),
        make_case("p3", cam, none),
        make_case("p4", none, none),
    ]
    pairs = [pair for case in cases for pair in measured_pairs(case)]
    found = screen(_rule("cam_65"), pairs).confusion
    assert (found.tp, found.fn, found.fp, found.tn) == (2, 2, 2, 2)


def test_presence(make_case: Make) -> None:
    """Per hip: 2 found, 1 missed, 1 invented, none rightly absent."""
    case = make_case("p1", {**HIP, "NA": None}, {**HIP, "LCP": None})
    found = summarise_presence(pairs_of(case))
    assert (found.found, found.missed, found.invented, found.rightly_absent) == (4, 2, 2, 0)
    assert found.precision == pytest.approx(4 / 6)
    assert found.recall == pytest.approx(4 / 6)
    assert found.f1 == pytest.approx(4 / 6)


def test_confidence_that_separates_absent_from_present_has_an_auroc_of_1(make_case: Make) -> None:
    sure = make_case("p1", HIP, confidence=0.9)
    unsure = make_case("p2", dict.fromkeys(HIP), dict.fromkeys(HIP), confidence=0.1)
    pairs = [*pairs_of(sure), *pairs_of(unsure)]
    assert summarise_presence(pairs).auroc_absence == 1.0


def test_auroc_counts_ties_half_and_needs_both_kinds() -> None:
    assert auroc([2.0, 1.0], [1.0, 0.0]) == pytest.approx(0.875)
    assert auroc([], [1.0]) is None


def test_leaving_out_the_least_trusted_lowers_the_risk_when_the_order_is_right(
    make_case: Make,
) -> None:
    good = make_case("p1", {k: (x + 1.0, y) for k, (x, y) in HIP.items()}, covariance=1.0)
    bad = make_case("p2", {k: (x + 9.0, y) for k, (x, y) in HIP.items()}, covariance=16.0)
    curve = risk_coverage([*pairs_of(bad), *pairs_of(good)])
    assert curve is not None
    assert curve.by == "stated spread"
    assert curve.risk_mm[0] == pytest.approx(1.0)
    assert curve.risk_mm[-1] == pytest.approx(5.0)
    assert curve.area_mm == pytest.approx(curve.best_area_mm)
    assert curve.auroc_large == 1.0


def test_mean_and_sd_over_seeds(make_case: Make) -> None:
    runs = tuple(
        evaluate_run([make_case("p1", {k: (x + d, y) for k, (x, y) in HIP.items()})], f"seed {d}")
        for d in (1.0, 2.0, 3.0)
    )
    mre = Evaluation(runs).headline()["mre_mm"]
    assert (mre.mean, mre.sd, mre.n) == pytest.approx((2.0, 1.0, 3))
    assert spread_of([1.0, None]) is None
    single = spread_of([4.0])
    assert single is not None and single.sd is None


def test_the_json_of_an_evaluation_is_valid_and_holds_every_single_error(make_case: Make) -> None:
    run = evaluate_run([make_case("p1", HIP, covariance=1.0)], "run")
    text = json.dumps(Evaluation((run,)).to_dict(), allow_nan=False)
    data = json.loads(text)
    assert data["format"] == "hiplandmarks-evaluation-1"
    assert "not a medical device" in data["notice"]
    assert len(data["runs"][0]["points"]) == 8
    assert {value["id"] for value in data["runs"][0]["values"]} >= {"alpha", "lce"}
