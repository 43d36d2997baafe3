"""Models of several folds become one run, with the calibration of each for whom it read."""

from __future__ import annotations

from types import SimpleNamespace

from HipLandmarksLib.cli.evaluation_names import Answer, joined_by_seed


def _answer(patients: list[str], calibration: object) -> Answer:
    cases = [SimpleNamespace(case=SimpleNamespace(patient=name)) for name in patients]
    return Answer("fold", {"model": "m", "seed": 17}, cases, [], calibration)


def test_each_patient_keeps_the_calibration_of_the_fold_that_read_them():
    one, two = object(), object()
    (run,) = joined_by_seed([_answer(["a", "b"], one), _answer(["c"], two)])
    assert run.by_patient == {"a": one, "b": one, "c": two}
    assert run.calibration is None


def test_a_fold_without_calibration_or_a_patient_read_twice_leaves_the_run_uncalibrated():
    for other in (_answer(["c"], None), _answer(["a"], object())):
        (run,) = joined_by_seed([_answer(["a", "b"], object()), other])
        assert run.by_patient is None
