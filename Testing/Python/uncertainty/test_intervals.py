"""Intervals of measurements: they cover, follow the drag, and know whose points they are of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uncertainty.drawn_doubt import MODEL, PROVENANCE

from HipLandmarksLib.anatomy import (
    ErrorBin,
    HipLandmarks,
    Landmark,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.errors import UncertaintyError
from HipLandmarksLib.imaging import Calibration as PixelCalibration
from HipLandmarksLib.imaging import SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane, measure
from HipLandmarksLib.uncertainty import (
    Calibration,
    ConformalTable,
    ErrorBins,
    MeasurementObservation,
    PositionModel,
    Spread,
    measurement_doubt,
    sampled_spreads,
    with_measurements,
)

PLANE = ViewPlane.coronal()
SETTINGS = MeasurementSettings(calibration=PixelCalibration(SpacingProvenance.PATIENT_PLANE))
POINTS = {"FHC": (-90.0, 0.0), "NA": (-110.0, -18.0), "LAE": (-108.0, 22.0), "LCP": (-108.0, 14.0)}
RIGHT_LCP = (Side.RIGHT, "LCP")
FLAT = ((2.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 2.0))
CALIBRATED = PresenceEvidence(error_bin=ErrorBin.GREEN)
BASE = Calibration(PROVENANCE, position=PositionModel(), bins=ErrorBins.fit([1.0], [1.0], ["p0"]))


def hip(shift=(0.0, 0.0)):
    points = []
    for key, (x, z) in POINTS.items():
        dx, dz = shift if key == "LCP" else (0.0, 0.0)
        place = (x + dx, 0.0, z + dz)
        points.append(
            Landmark(Side.RIGHT, key, place, source=MODEL, covariance=FLAT, evidence=CALIBRATED)
        )
    return HipLandmarks.of(points, "toy")


def alpha_of(landmarks):
    (found,) = measure(landmarks, PLANE, SETTINGS, ["alpha"], [Side.RIGHT])
    return found


def calibrated(seed=0, patients=40, widening=1.0, hips=2):
    """Errors ``widening`` times as large as the landmarks' covariances say."""
    rng = np.random.default_rng(seed)
    cases = [
        MeasurementObservation(f"p{n}", "alpha", float(rng.normal(0, widening * s)), s, s)
        for n in range(patients)
        for s in rng.uniform(2.0, 8.0, hips)
    ]
    return with_measurements(BASE, cases)


def doubt_of(calibration, landmarks=None, spread=None, level=None):
    landmarks = hip() if landmarks is None else landmarks
    return measurement_doubt(calibration, alpha_of(landmarks), landmarks, spread, level)


# Conformal.


@pytest.mark.parametrize("patients", [9, 40])
def test_intervals_cover_the_truth_of_new_patients(patients):
    measurement, landmarks = alpha_of(hip()), hip()
    rng = np.random.default_rng(1)
    shares = []
    for seed in range(60):
        found = measurement_doubt(calibrated(seed, patients, 1.7), measurement, landmarks)
        low, high = found.interval
        truth = measurement.value + rng.normal(0.0, 1.7 * measurement.sigma, 50)
        shares.append(np.mean((low <= truth) & (truth <= high)))
    assert 0.88 <= np.mean(shares) <= 0.9 + 1.0 / patients


def test_the_interval_is_as_wide_as_the_errors_of_the_calibration_cases_ask_for():
    honest, bold = (
        doubt_of(calibrated(patients=100)),
        doubt_of(calibrated(patients=100, widening=3.0)),
    )
    widths = [found.interval[1] - found.interval[0] for found in (honest, bold)]
    assert widths[1] == pytest.approx(3.0 * widths[0], rel=1e-6)
    assert honest.conformal and honest.reason == ""
    assert widths[0] == pytest.approx(2 * 1.645 * alpha_of(hip()).sigma, rel=0.2)


def test_with_too_few_patients_the_interval_is_unbounded_and_says_so():
    found = doubt_of(calibrated(patients=8))
    assert found.interval is None and "more calibration cases needed" in found.reason
    assert doubt_of(calibrated(patients=18), level=0.95).interval is None
    assert doubt_of(calibrated(patients=19), level=0.95).interval is not None


def test_the_probability_of_exceeding_the_threshold_is_calibrated():
    """Of hips with a stated probability near p, about p truly exceed the threshold."""
    rng = np.random.default_rng(3)
    table = calibrated(patients=100, widening=1.7).measurements["alpha"]
    value, sigma = rng.uniform(45.0, 75.0, 4000), rng.uniform(2.0, 8.0, 4000)
    truth = value + rng.normal(0.0, 1.7 * sigma)
    stated = np.array([table.share_above((60 - v) / s) for v, s in zip(value, sigma, strict=True)])
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        group = (stated >= low) & (stated < low + 0.2)
        assert (truth > 60)[group].mean() == pytest.approx(stated[group].mean(), abs=0.07)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=3), min_size=1, max_size=12),
    st.floats(-50, 50),
    st.floats(0, 50),
)
def test_higher_thresholds_are_never_exceeded_more_often(groups, limit, more):
    table = ConformalTable(tuple(map(tuple, groups)))
    high, low = table.share_above(limit), table.share_above(limit + more)
    assert 0.0 <= low <= high + 1e-12 <= 1.0 + 1e-12


def test_one_patient_does_not_make_anything_sure():
    table = ConformalTable(((0.0,),))
    assert table.share_above(0.0) == pytest.approx(0.5)
    assert ConformalTable(()).share_above(3.0) == 0.5


def test_the_probability_follows_a_drag_without_jumps():
    table = calibrated(patients=12).measurements["alpha"]
    limits = np.linspace(-4, 4, 801)
    steps = -np.diff([table.share_above(float(limit)) for limit in limits])
    assert steps.min() >= -1e-12 and steps.max() < 0.05


# Whose points.


def test_a_points_of_a_reader_has_the_readers_doubt():
    moved = hip()
    reader = Source(SourceKind.READER, "r1")
    moved = moved.with_landmark(moved[RIGHT_LCP].moved((-109.0, 0.0, 13.0), reader))
    assert "not known" in doubt_of(calibrated(), moved).reason
    stated = replace(SETTINGS, reader_sigma_mm=1.0)
    (alpha,) = measure(moved, PLANE, stated, ["alpha"], [Side.RIGHT])
    found = measurement_doubt(calibrated(widening=9.0), alpha, moved, level=0.95)
    assert not found.conformal and "not all of its points" in found.reason
    assert found.interval == pytest.approx(alpha.ci95)
    assert found.p_above == pytest.approx(alpha.p_above_threshold)


def test_raw_points_of_the_model_are_not_taken_for_calibrated_ones():
    raw = HipLandmarks.of([replace(each, evidence=None) for each in hip().values()])
    assert not doubt_of(calibrated(), raw).conformal


def test_a_measurement_without_calibration_cases_has_the_normal_interval_and_says_so():
    found = doubt_of(BASE)
    assert "no calibration case" in found.reason and not found.conformal
    assert found.interval is not None and found.p_above is not None


def test_what_could_not_be_measured_keeps_its_reason():
    landmarks = HipLandmarks.of([each for each in hip().values() if each.key != "LCP"])
    found = doubt_of(calibrated(), landmarks)
    assert found.interval is None and found.p_above is None and "LCP" in found.reason


def test_a_doubt_is_ready_for_json():
    told = doubt_of(calibrated()).to_dict()
    assert told["level"] == 0.9 and len(told["interval"]) == 2 and told["conformal"] is True


# Samples.


def drawn_places(shares, rng=None, count=2000):
    """LCP seen at its place and, for the rest, 9 mm further down the neck."""
    rng = np.random.default_rng(5) if rng is None else rng
    noise = rng.multivariate_normal((0, 0, 0), FLAT, count)
    other = rng.random(count) >= shares
    return np.array([-108.0, 0.0, 14.0]) + noise + np.outer(other, [-8.0, 0.0, -9.0])


def spread_of(places, landmarks=None):
    landmarks = hip() if landmarks is None else landmarks
    alpha = alpha_of(landmarks)
    found = sampled_spreads([alpha], landmarks, {RIGHT_LCP: places}, PLANE, SETTINGS)
    return alpha, found[(Side.RIGHT, "alpha")]


def test_samples_of_one_place_agree_with_the_derivatives():
    alpha, spread = spread_of(drawn_places(1.0))
    assert spread.below == pytest.approx(alpha.sigma, rel=0.12)
    assert spread.above == pytest.approx(alpha.sigma, rel=0.12)


def test_a_second_place_widens_the_interval_to_its_side_only():
    alpha, spread = spread_of(drawn_places(0.6))
    assert spread.below > 3.0 * alpha.sigma
    assert spread.above == pytest.approx(alpha.sigma, rel=0.15)
    found = doubt_of(calibrated(patients=100), spread=spread)
    low, high = found.interval
    assert alpha.value - low > 2.5 * (high - alpha.value)


def test_the_probability_counts_the_second_place():
    _, spread = spread_of(drawn_places(0.6))
    one, two = doubt_of(calibrated()), doubt_of(calibrated(), spread=spread)
    assert one.p_above > 0.97 and two.p_above == pytest.approx(0.6, abs=0.06)


def test_the_same_case_gives_the_same_interval():
    places = drawn_places(0.6, count=200)
    assert spread_of(places) == spread_of(places)


def test_only_measurements_of_the_doubted_landmark_are_sampled():
    landmarks = hip()
    measured = measure(landmarks, PLANE, SETTINGS, ["alpha", "lce"], [Side.RIGHT])
    places = {RIGHT_LCP: drawn_places(0.6, count=100)}
    found = sampled_spreads(measured, landmarks, places, PLANE, SETTINGS)
    assert set(found) == {(Side.RIGHT, "alpha")}
    assert sampled_spreads(measured, landmarks, {}, PLANE, SETTINGS) == {}


def test_samples_that_mostly_cannot_be_measured_give_no_spread():
    sure = tuple(tuple(1e-9 * value for value in row) for row in FLAT)
    landmarks = HipLandmarks.of([replace(each, covariance=sure) for each in hip().values()])
    places = drawn_places(1.0, count=100)
    places[:60] = landmarks.position(Side.RIGHT, "FHC")
    alpha = alpha_of(landmarks)
    assert sampled_spreads([alpha], landmarks, {RIGHT_LCP: places}, PLANE, SETTINGS) == {}


def test_unequal_numbers_of_samples_are_refused():
    places = {RIGHT_LCP: np.zeros((5, 3)), (Side.RIGHT, "NA"): np.zeros((6, 3))}
    with pytest.raises(UncertaintyError, match="same number"):
        sampled_spreads([alpha_of(hip())], hip(), places, PLANE, SETTINGS)


@pytest.mark.parametrize("sigma", [0.0, -1.0, float("inf"), float("nan")])
def test_a_spread_of_nothing_is_refused(sigma):
    with pytest.raises(UncertaintyError, match="above 0"):
        Spread.of_sigma(sigma)
    with pytest.raises(UncertaintyError, match="above 0"):
        MeasurementObservation("p", "alpha", 1.0, sigma, 1.0)
