"""Cases in, calibration out: honest for patients that it has not seen, and split by patient."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from evaluation.calibration_samples import doubt_cases

from HipLandmarksLib.anatomy import HipLandmarks, LandmarkState
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.evaluation.calibration_fit import fit_on_cases, landmark_observations
from HipLandmarksLib.evaluation.doubt import doubt_report
from HipLandmarksLib.evaluation.doubt_run import evaluate_with_doubt
from HipLandmarksLib.evaluation.trained_on import calibrated_on, refuse_seen, trained_names
from HipLandmarksLib.uncertainty import CalibrationProvenance, LengthUnit, apply

MM = LengthUnit.MILLIMETRE


def fitted(patients, seed=5, level=0.9, **law):
    told = CalibrationProvenance("test", patients, 2 * patients, "2000-01-01")
    return fit_on_cases(doubt_cases(seed, patients, **law), told, MM, level)


def calibrated(calibration, cases):

    return [
        replace(one, case=replace(one.case, predicted=apply(calibration, one.case.predicted)))
        for one in cases
    ]


@pytest.fixture(scope="module")
def too_sure():
    """A model that states a third of its errors."""
    return fitted(40, stated=1 / 3)


def test_a_model_that_is_too_sure_is_honest_after_calibration(too_sure):
    cases = calibrated(too_sure.calibration, doubt_cases(77, 60, stated=1 / 3))
    found = doubt_report(cases, too_sure.calibration, 0.9)
    assert found.calibrated
    assert 0.86 <= found.regions["all"].covered <= 0.95
    assert 0.86 <= found.conformal_regions["all"].covered <= 0.95
    assert found.conformal_regions["all"].unbounded == 0
    assert 0.86 <= found.conformal_intervals["alpha"].covered <= 0.97
    assert found.error.difference < 0.6


def test_the_cross_check_on_the_calibration_cases_foresees_it(too_sure):
    run = evaluate_with_doubt(too_sure.crossed, "checked", too_sure.calibration, left_out=True)
    assert 0.86 <= run.doubt.conformal_regions["all"].covered <= 0.95
    assert len(run.cases) == 40  # copies with covered landmarks have no errors of their own
    assert run.to_dict()["doubt"]["calibrated"] is True


def test_hidden_landmarks_are_withheld_and_the_error_of_what_is_kept_falls(too_sure):
    cases = calibrated(too_sure.calibration, doubt_cases(78, 30, stated=1 / 3))
    found = doubt_report(cases, too_sure.calibration, 0.9)
    odd, plain = found.suppression["unstructured"], found.suppression["structured"]
    assert odd.change < -0.6
    assert abs(plain.change) < 0.05
    assert found.presence.difference < 0.1
    gone = [p for one in cases for p in one.case.predicted.values() if p.position is None]
    assert gone and all(p.state is LandmarkState.ABSENT and p.note for p in gone)


def test_grades_say_what_new_landmarks_of_them_do(too_sure):
    cases = calibrated(too_sure.calibration, doubt_cases(79, 60, stated=1 / 3))
    grades = list(doubt_report(cases, too_sure.calibration, 0.9).grades.values())
    assert sum(grade.n for grade in grades) > 400
    assert grades[0].median < grades[-1].median
    for grade in grades:
        assert grade.median == pytest.approx(grade.stated_median, rel=0.35)


def test_few_patients_leave_regions_unbounded():
    found = fitted(8)
    assert found.calibration.region("FHC").radius is None
    cases = calibrated(found.calibration, doubt_cases(80, 5))
    report = doubt_report(cases, found.calibration, 0.9)
    assert report.conformal_regions["all"].n == 0
    assert report.conformal_regions["all"].unbounded > 0
    assert report.regions["all"].n > 0  # the ellipse of the covariance makes its statement


def test_each_patient_is_tested_with_the_calibration_of_the_model_that_read_them(too_sure):
    cases = doubt_cases(77, 40, stated=1 / 3)
    few = fitted(8).calibration
    by_patient = {
        each.case.patient: too_sure.calibration if number < len(cases) / 2 else few
        for number, each in enumerate(cases)
    }
    read = [calibrated(by_patient[each.case.patient], [each])[0] for each in cases]
    found = doubt_report(read, None, 0.9, by_patient=by_patient)
    first = [each for each in read if by_patient[each.case.patient] is too_sure.calibration]
    alone = doubt_report(first, too_sure.calibration, 0.9).conformal_regions["all"]
    regions = found.conformal_regions["all"]
    assert found.calibrated and not found.grades
    assert (regions.n, regions.covered, regions.size) == (alone.n, alone.covered, alone.size)
    assert regions.unbounded > 100


def test_copies_with_covered_landmarks_teach_presence_and_no_positions():
    plain, copy = doubt_cases(3, 1)
    assert all(seen.offset is not None for seen in landmark_observations(plain, MM))
    learned = landmark_observations(copy, MM)
    assert sum(not seen.is_present for seen in learned) == 2
    assert all(seen.offset is None and seen.covariance is None for seen in learned)


def test_a_model_that_places_nothing_cannot_be_calibrated():

    cases = [
        replace(one, case=replace(one.case, predicted=HipLandmarks.of([])))
        for one in doubt_cases(3, 2)
    ]
    told = CalibrationProvenance("test", 2, 4, "2000-01-01")
    with pytest.raises(ConfigurationError, match="nothing to calibrate"):
        fit_on_cases(cases, told, MM, 0.9)


def card(**training):
    return SimpleNamespace(id="tested", version="1", training=training)


def test_patients_of_the_training_are_refused_by_name():
    model = card(patients=["a", "b"])
    assert refuse_seen(model, ["c", "d"]) == []
    with pytest.raises(ConfigurationError, match=r"trained on 1 of these patients \(b\)"):
        refuse_seen(model, ["b", "c"])
    (told,) = refuse_seen(model, ["b", "c"], allow=True)
    assert "too small" in told and "allowed" in told


def test_a_card_that_names_nobody_is_refused_unless_allowed():
    with pytest.raises(ConfigurationError, match="does not say on which patients"):
        refuse_seen(card(), ["a"])
    assert len(refuse_seen(card(), ["a"], allow=True)) == 1


def test_subjects_of_films_are_those_of_both_passes_but_the_held_out_ones():
    def of(*names):
        return [{"source": {"subjects": dict.fromkeys(names)}}]

    model = card(
        data=of("z1", "z2", "z3"),
        held_out_subjects=["z3"],
        second_pass={"data": of("z4"), "held_out_subjects": ["z3"]},
    )
    assert trained_names(model) == {"z1", "z2", "z4"}
    assert refuse_seen(model, ["z3"]) == []


def test_a_test_on_calibrated_patients_or_on_the_same_bones_is_warned_of():
    told = CalibrationProvenance("test", 2, 2, "2000-01-01", ("z1, view 3", "z1, view 4"))
    model = SimpleNamespace(id="m", version="1", calibration=SimpleNamespace(provenance=told))
    (same,) = calibrated_on(model, ["z1, view 3", "z2, view 1"])
    assert "calibrated on 1 of these 2 patients" in same
    (bones,) = calibrated_on(model, ["z1, view 5"])
    assert "other shapes of the same bones (z1)" in bones
    assert calibrated_on(model, ["z2, view 3"]) == []
