"""Patients are dealt out once each, the same way for the same seed, and alike on wish."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.training import Balance, PatientSplit, read_split, write_split
from HipLandmarksLib.training.attributes import Attribute
from HipLandmarksLib.training.splits import split_by_attributes

FEW = settings(max_examples=15, deadline=None)


def names(count):
    return [f"p{number:02d}" for number in range(count)]


def cohort(count, seed):
    """Attributes of ``count`` patients, some with one hip, some of unknown sex."""
    rng = np.random.default_rng(seed)
    alpha, side, sex = {}, {}, {}
    for patient in names(count):
        hips = int(rng.integers(1, 3))
        alpha[patient] = tuple(np.round(rng.normal(50, 9, hips)))
        side[patient] = (0.0, 1.0) if hips == 2 else (float(rng.integers(2)),)
        if rng.random() < 0.8:
            sex[patient] = (float(rng.integers(2)),)
    return [Attribute(n, n, v) for n, v in (("alpha", alpha), ("side", side), ("sex", sex))]


def made(count=13, folds=3, seed=1, balance=Balance.KS, attributes=None):
    found = cohort(count, seed) if attributes is None else attributes
    return split_by_attributes(names(count), found, folds, seed, balance)


@FEW
@given(st.integers(4, 24), st.integers(2, 4), st.integers(0, 1000), st.sampled_from(list(Balance)))
def test_every_patient_is_in_exactly_one_fold_and_folds_are_of_equal_size(
    count, folds, seed, balance
):
    split = made(count, folds, seed, balance)
    dealt = [patient for fold in split.folds for patient in fold]
    assert sorted(dealt) == names(count)
    sizes = [len(fold) for fold in split.folds]
    assert len(sizes) == folds and max(sizes) - min(sizes) <= 1


def test_equal_seeds_give_equal_splits_and_others_do_not():
    assert made(seed=5) == made(seed=5)
    attributes = cohort(13, 0)
    splits = {made(seed=seed, attributes=attributes).folds for seed in range(4)}
    assert len(splits) > 1


@FEW
@given(st.integers(8, 24), st.integers(2, 4), st.integers(0, 1000))
def test_the_search_is_never_worse_than_the_shuffle_of_the_same_seed(count, folds, seed):
    searched, shuffled = (
        made(count, folds, seed, balance) for balance in (Balance.KS, Balance.SHUFFLE)
    )
    assert searched.balance is Balance.KS
    assert searched.largest_ks <= shuffled.largest_ks + 1e-9


def test_the_search_finds_the_balanced_split_that_exists():
    """Pairs of equal patients: one of each pair in either fold makes all statistics zero."""
    values = {p: (float(n // 2),) for n, p in enumerate(names(12))}
    split = made(12, 2, 3, attributes=[Attribute("alpha", "deg", values)])
    assert split.largest_ks == 0


@FEW
@given(st.integers(6, 20), st.integers(2, 4), st.integers(0, 1000))
def test_the_statistics_are_those_of_scipy(count, folds, seed):
    attributes = cohort(count, seed)
    split = made(count, folds, seed, attributes=attributes)
    largest = 0.0
    for fold, compared in zip(split.folds, split.comparisons, strict=True):
        for attribute in attributes:
            inside = [v for p in fold for v in attribute.values.get(p, ())]
            outside = [
                v for p in names(count) if p not in fold for v in attribute.values.get(p, ())
            ]
            if attribute.name in compared and inside and outside:
                test = ks_2samp(inside, outside)
                assert compared[attribute.name].ks == pytest.approx(test.statistic)
                assert compared[attribute.name].p == pytest.approx(test.pvalue)
            largest = max(largest, compared[attribute.name].ks if compared else 0)
    assert split.largest_ks == pytest.approx(largest)


def test_what_the_search_minimises_is_what_scipy_says():
    """Every split of 6 patients into two folds, tried by hand: none is better."""
    from itertools import combinations

    attributes = cohort(6, 8)[:1]
    values = attributes[0].values
    least = min(
        ks_2samp(
            [v for p in fold for v in values[p]],
            [v for p in names(6) if p not in fold for v in values[p]],
        ).statistic
        for fold in combinations(names(6), 3)
    )
    assert made(6, 2, 8, attributes=attributes).largest_ks == pytest.approx(least)


def test_ks_of_a_binary_attribute_is_the_difference_of_shares():
    sex = {p: (float(n < 4),) for n, p in enumerate(names(10))}  # four of ten are male
    split = made(10, 2, 0, Balance.SHUFFLE, [Attribute("sex", "sex", sex)])
    shares = [np.mean([sex[p][0] for p in fold]) for fold in split.folds]
    assert split.comparisons[0]["sex"].ks == pytest.approx(abs(shares[0] - shares[1]))
    balanced = made(10, 2, 0, Balance.KS, [Attribute("sex", "sex", sex)])
    assert balanced.largest_ks == pytest.approx(0)


def test_what_cannot_be_compared_is_left_out_and_says_why():
    women = Attribute("sex", "sex", dict.fromkeys(names(6), (0.0,)))
    rare = Attribute("lce", "deg", {"p00": (30.0,)})
    unknown = Attribute("alpha", "deg", {})
    split = made(6, 2, 0, attributes=[women, rare, unknown])
    assert split.largest_ks is None
    assert "the same for all 6" in split.left_out["sex"]
    assert "known of 1" in split.left_out["lce"]
    assert "not known" in split.left_out["alpha"]


def test_a_fold_without_a_value_counts_as_entirely_apart():
    """Two of four patients have an alpha: the search puts one into either fold."""
    alpha = Attribute("alpha", "deg", {"p00": (40.0,), "p01": (50.0,)})
    for seed in range(5):
        split = made(4, 2, seed, attributes=[alpha])
        assert all("p00" in fold or "p01" in fold for fold in split.folds)


@pytest.mark.parametrize("folds", [0, 1, 6])
def test_too_few_patients_or_folds_are_refused(folds):
    with pytest.raises(ConfigurationError, match="folds"):
        made(5, folds)


def test_a_split_file_is_read_as_it_was_written(tmp_path):
    split = made()
    write_split(tmp_path / "new" / "split.json", split)
    assert read_split(tmp_path / "new" / "split.json") == split
    data = json.loads((tmp_path / "new" / "split.json").read_text())
    assert data["format"] == "hiplandmarks-split-1" and data["seed"] == 1
    assert set(data["folds"][0]["ks"]) == {"alpha", "side", "sex"}


def test_a_split_may_be_written_by_hand(tmp_path):
    folds = [{"patients": ["b", "a"]}, {"patients": ["c"]}]
    plain = {"format": "hiplandmarks-split-1", "seed": 0, "balance": "shuffle", "folds": folds}
    (tmp_path / "s.json").write_text(json.dumps(plain))
    split = read_split(tmp_path / "s.json")
    assert split.folds == (("a", "b"), ("c",))
    write_split(tmp_path / "t.json", split)
    assert read_split(tmp_path / "t.json").folds == split.folds


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"folds": [{"patients": ["a", "b"]}, {"patients": ["b"]}]}, "more than one place: b"),
        ({"folds": [{"patients": []}]}, "holds no patients"),
        ({"folds": [{"patients": [1]}]}, "not named by text"),
        ({"folds": "a"}, "damaged"),
        ({"balance": "luck"}, "damaged"),
        ({"format": "other"}, "format"),
    ],
)
def test_a_split_that_cannot_be_meant_is_refused(tmp_path, change, message):
    write_split(tmp_path / "s.json", made())
    data = json.loads((tmp_path / "s.json").read_text())
    (tmp_path / "s.json").write_text(json.dumps({**data, **change}))
    with pytest.raises(ConfigurationError, match=message):
        read_split(tmp_path / "s.json")


def test_a_missing_or_cut_off_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match="Cannot read"):
        read_split(tmp_path / "s.json")
    (tmp_path / "s.json").write_text('{"format":')
    with pytest.raises(ConfigurationError, match="damaged"):
        read_split(tmp_path / "s.json")


@pytest.mark.parametrize(
    ("patients", "folds", "message"),
    [
        (["a"], 2, "data do not hold: b"),
        (["a", "b", "c"], 2, "no fold: c"),
        (["a", "b"], 3, "set folds to 2"),
    ],
)
def test_a_split_must_fit_the_data(patients, folds, message):
    split = PatientSplit((("a",), ("b",)), 0, Balance.SHUFFLE)
    split.check(["a", "b"], 2, "s.json")
    with pytest.raises(ConfigurationError, match=message):
        split.check(patients, folds, "s.json")
