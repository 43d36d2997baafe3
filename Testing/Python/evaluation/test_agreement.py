"""Observer agreement: worked examples and intraclass correlations."""

from __future__ import annotations

import json
from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.evaluation import (
    AgreementError,
    IccForm,
    exact_interval,
    observer_agreement,
)

CASES = json.loads((Path(__file__).parent / "agreement_cases.json").read_text("utf-8"))
QUICK = settings(max_examples=60, deadline=None)
SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
FORMS = {
    "icc_1_1": IccForm.ONE_WAY,
    "icc_2_1": IccForm.AGREEMENT,
    "icc_3_1": IccForm.CONSISTENCY,
    "icc_2_k": IccForm.AGREEMENT_MEAN,
}
PINGOUIN = {  # names of older and newer versions
    IccForm.ONE_WAY: {"ICC1", "ICC(1,1)"},
    IccForm.AGREEMENT: {"ICC2", "ICC(A,1)"},
    IccForm.CONSISTENCY: {"ICC3", "ICC(C,1)"},
    IccForm.AGREEMENT_MEAN: {"ICC2k", "ICC(A,k)"},
}


def readings(seed, n=20, k=3, bias=0.0, noise=2.0, spread=6.0):
    """Angles of ``n`` hips by ``k`` readers, of whom each next one reads ``bias`` more."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(30.0, spread, (n, 1))
    return truth + rng.normal(0.0, noise, (n, k)) + bias * np.arange(k)


def numbers_of(case):
    """Everything the product says about a case, by the names of the worked examples."""
    table = case.get("data") or np.column_stack([case["reader_a"], case["reader_b"]])
    found = observer_agreement(table, "deg")
    numbers = {name: found.icc[form].value for name, form in FORMS.items()}
    numbers |= {
        "sem_agreement": found.sem_agreement,
        "sem_consistency": found.sem_consistency,
        "mdc95": found.mdc95,
    }
    if found.pair is not None:
        pair = found.pair
        numbers |= {"bias": pair.bias, "sd": pair.sd, "mae": pair.mae, "rmsd": pair.rmsd}
        numbers |= {"loa_low": pair.limits[0], "loa_high": pair.limits[1]}
        numbers["dahlberg"] = pair.dahlberg
    return numbers


@pytest.mark.parametrize(
    ("case", "name"),
    [(case, name) for case in CASES["agreement"] for name in case["expected"]],
    ids=lambda value: value if isinstance(value, str) else value["id"],
)
def test_worked_examples(case, name):
    assert numbers_of(case)[name] == pytest.approx(case["expected"][name], abs=1e-6)


@pytest.mark.parametrize("case", CASES["screening_proportions"], ids=lambda c: str(c["successes"]))
def test_worked_proportions(case):
    found = exact_interval(case["successes"], case["trials"])
    assert found == pytest.approx(case["expected"], abs=1e-6)


# Intraclass correlations.


@pytest.mark.parametrize(
    ("form", "low", "high"),
    [
        (IccForm.ONE_WAY, -0.133, 0.723),
        (IccForm.AGREEMENT, 0.019, 0.761),
        (IccForm.CONSISTENCY, 0.342, 0.946),
        (IccForm.AGREEMENT_MEAN, 0.071, 0.927),
    ],
)
def test_published_intervals_of_the_shrout_fleiss_table(form, low, high):
    """As printed by the ICC function of the R package psych for these data."""
    interval = observer_agreement(SHROUT_FLEISS).icc[form].ci95
    assert interval == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize("form", IccForm)
@pytest.mark.parametrize(
    "table",
    [
        SHROUT_FLEISS,
        readings(1),
        readings(2, n=8, k=2, bias=4.0),
        readings(3, n=40, k=5, noise=9.0),
    ],
    ids=["shrout-fleiss", "good", "biased", "poor"],
)
def test_values_and_intervals_agree_with_pingouin(table, form):
    pingouin = pytest.importorskip("pingouin")
    pandas = pytest.importorskip("pandas")
    rows = [(i, j, value) for i, row in enumerate(table) for j, value in enumerate(row)]
    frame = pandas.DataFrame(rows, columns=["hip", "reader", "value"])
    theirs = pingouin.intraclass_corr(frame, "hip", "reader", "value")
    row = theirs[theirs["Type"].isin(PINGOUIN[form])].iloc[0]
    interval = row["CI95"] if "CI95" in theirs else row["CI95%"]
    ours = observer_agreement(table).icc[form]
    assert ours.value == pytest.approx(row["ICC"], abs=1e-9)
    assert ours.ci95 == pytest.approx(list(interval), abs=0.0051)  # printed with two digits


@pytest.mark.parametrize("form", [IccForm.AGREEMENT, IccForm.CONSISTENCY])
def test_intervals_hold_the_truth_in_nineteen_of_twenty_studies(form):
    truth = 36.0 / (36.0 + 4.0)
    intervals = [observer_agreement(readings(seed)).icc[form].ci95 for seed in range(400)]
    held = np.mean([low <= truth <= high for low, high in intervals])
    assert 0.92 <= held <= 0.98


def test_consistency_forgives_a_constant_difference_and_agreement_does_not():
    first = readings(4, k=1)
    shifted = observer_agreement(np.hstack([first, first + 5.0]))
    assert shifted.icc[IccForm.CONSISTENCY].value == pytest.approx(1.0)
    assert shifted.icc[IccForm.AGREEMENT].value < 0.9
    assert shifted.sem_consistency == 0.0
    assert shifted.pair.bias == pytest.approx(5.0)


def test_perfect_agreement_has_a_value_and_no_interval():
    same = readings(5, k=1)
    found = observer_agreement(np.hstack([same, same]))
    for icc in found.icc.values():
        assert icc.value == pytest.approx(1.0)
        assert icc.ci95 is None
        assert "interval" in icc.reason
    assert found.mdc95 == 0.0


def test_one_value_for_all_hips_cannot_be_correlated():
    found = observer_agreement(np.full((6, 2), 30.0))
    for icc in found.icc.values():
        assert icc.value is None
        assert "same value to every hip" in icc.reason


def test_a_reader_who_always_says_the_same_is_named():
    table = readings(6, k=2)
    table[:, 1] = 30.0
    icc = observer_agreement(table).icc[IccForm.AGREEMENT]
    assert "Reader 2 gave the same value" in icc.reason


def test_hips_alike_and_readers_apart_have_no_mean_agreement():
    """More spread between readers' errors than between hips: the ratio has no meaning."""
    found = observer_agreement([[30.0, 40.0], [40.0, 30.0], [31.0, 39.0], [39.0, 31.0]])
    assert found.icc[IccForm.AGREEMENT].value < 0.0
    assert found.icc[IccForm.AGREEMENT_MEAN].value is None
    assert "not defined" in found.icc[IccForm.AGREEMENT_MEAN].reason


def test_hips_without_a_value_of_every_reader_are_left_out_and_counted():
    table = readings(7, n=12).tolist()
    table[3][1], table[8][0] = None, nan
    found = observer_agreement(table)
    whole = observer_agreement([row for i, row in enumerate(table) if i not in (3, 8)])
    assert (found.n, found.n_dropped, found.n_readers) == (10, 2, 3)
    assert found.icc == whole.icc
    assert "2 hips were left out" in found.reason
    assert whole.reason == ""


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[1.0, 2.0], [2.0, 3.0]], "at least 3 hips"),
        ([[1.0, 2.0], [2.0, 3.0], [None, 1.0], [4.0, None]], "2 of 4 are complete"),
        ([[1.0], [2.0], [3.0]], "at least 2 readers"),
        ([1.0, 2.0, 3.0], "hips and readers"),
        ([[1.0, 2.0], [2.0, float("inf")], [3.0, 4.0]], "infinite"),
        ([["a", "b"], ["c", "d"], ["e", "f"]], "no table of numbers"),
        ([[1.0, 2.0], [2.0], [3.0, 4.0]], "no table of numbers"),
        ([], "hips and readers"),
    ],
)
def test_readings_that_cannot_be_compared_are_refused_in_words(table, words):
    with pytest.raises(AgreementError, match=words):
        observer_agreement(table)


@QUICK
@given(
    seed=st.integers(0, 10_000),
    scale=st.floats(0.1, 50.0),
    shift=st.floats(-500.0, 500.0),
    bias=st.floats(-5.0, 5.0),
)
def test_the_unit_does_not_matter(seed, scale, shift, bias):
    """ICCs have no unit; standard errors scale with it."""
    table = readings(seed, n=10, bias=bias)
    before, after = observer_agreement(table), observer_agreement(scale * table + shift)
    for form in IccForm:
        assert after.icc[form].value == pytest.approx(before.icc[form].value, abs=1e-7)
        assert after.icc[form].ci95 == pytest.approx(before.icc[form].ci95, abs=1e-6)
    assert after.mdc95 == pytest.approx(scale * before.mdc95, rel=1e-6)


@QUICK
@given(seed=st.integers(0, 10_000), noise=st.floats(0.5, 20.0), n=st.integers(3, 12))
def test_hips_and_readers_may_come_in_any_order(seed, noise, n):
    table = readings(seed, n=n, k=4, bias=1.0, noise=noise)
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(rng.permutation(table, axis=0), axis=1)
    before, after = observer_agreement(table), observer_agreement(mixed)
    for form in IccForm:
        icc = before.icc[form]
        assert after.icc[form].value == pytest.approx(icc.value, abs=1e-9)
        if icc.ci95 is not None:
            assert icc.ci95[0] <= icc.value <= icc.ci95[1]


def test_a_report_can_be_written_to_json():
    written = json.loads(json.dumps(observer_agreement(readings(8, k=2), "deg").to_dict()))
    assert written["icc"]["ICC(2,1)"]["ci95"][0] < written["icc"]["ICC(2,1)"]["value"]
    assert written["pair"]["n"] == 20
    assert written["unit"] == "deg"
