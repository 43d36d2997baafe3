"""Agreement with vectors made by an independent implementation, to 1e-6 degrees or mm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementStatus,
    Reference,
    ViewPlane,
    probability_above,
)

VECTORS = json.loads((Path(__file__).parent / "worked_examples_step1.json").read_text("utf-8"))
TOLERANCE = VECTORS["tolerance"]
DETECTOR_PLANE = Calibration(SpacingProvenance.DETECTOR_PLANE)
UNIT_COVARIANCE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

DATASET_VALUES = [
    (name, side, key)
    for name, dataset in VECTORS["datasets"].items()
    for side in "RL"
    for key in dataset["expected"][side]
]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_single_case(case, from_pixels, by_id):
    landmarks = from_pixels(
        {case["side"]: case["landmarks_px_col_row"]}, case["spacing_row_col_mm"]
    )
    results = by_id(landmarks, Reference.IMAGE)
    result = results[(Side(case["side"]), case["measurement"])]
    expected = case["expected"]
    assert MeasurementStatus(expected["status"]) in result.status
    assert result.unit == expected["unit"]
    if expected["value"] is None:
        assert result.value is None
        assert result.reason
        assert list(result.missing) == case.get("missing", [])
    else:
        assert result.value == pytest.approx(expected["value"], abs=TOLERANCE)


@pytest.mark.parametrize(("name", "side", "key"), DATASET_VALUES)
def test_dataset(name, side, key, from_pixels, by_id):
    dataset = VECTORS["datasets"][name]
    landmarks = from_pixels(
        dataset["landmarks_px_col_row"],
        dataset["spacing_row_col_mm"],
        dataset["mirrored_display"],
    )
    id_, _, reference = key.partition("@")
    chosen = Reference(reference or "teardrop")
    plane = ViewPlane.coronal(tuple(dataset["spacing_row_col_mm"]))
    result = by_id(landmarks, chosen, DETECTOR_PLANE, plane)[(Side(side), id_)]
    assert result.value == pytest.approx(dataset["expected"][side][key], abs=TOLERANCE)
    assert result.reference is (chosen if reference else Reference.NONE)


@pytest.mark.parametrize("side", ["R", "L"])
def test_spacing_is_never_ignored(side, from_pixels, by_id):
    dataset = VECTORS["datasets"]["D3"]
    landmarks = from_pixels(dataset["landmarks_px_col_row"], dataset["spacing_row_col_mm"])
    results = by_id(landmarks)
    for key, wrong in dataset["WRONG_if_spacing_ignored"][side].items():
        assert abs(results[(Side(side), key.partition("@")[0])].value - wrong) > 5.0


@pytest.mark.parametrize("side", ["R", "L"])
def test_a_later_calibration_corrects_lengths_and_keeps_angles(side, from_pixels, by_id):
    dataset = VECTORS["datasets"]["D5"]
    landmarks = from_pixels(dataset["landmarks_px_col_row"], dataset["spacing_row_col_mm"])
    plane = ViewPlane.coronal(tuple(dataset["spacing_row_col_mm"]))
    before = by_id(landmarks, calibration=DETECTOR_PLANE, plane=plane)
    known = Calibration(SpacingProvenance.USER_MAGNIFICATION, 1 / dataset["true_magnification"])
    after = by_id(landmarks, calibration=known)
    offset = (Side(side), "femoral_offset_mm")
    expected = dataset["expected_after_calibration"][side]["femoral_offset_mm"]
    assert before[offset].status == (MeasurementStatus.UNCALIBRATED,)
    assert before[offset].classification is None
    assert after[offset].status == (MeasurementStatus.OK,)
    assert after[offset].value == pytest.approx(expected, abs=TOLERANCE)
    for angle in ("alpha", "lce", "nsa"):
        key = (Side(side), angle)
        assert after[key].value == pytest.approx(before[key].value, abs=1e-9)


@pytest.mark.parametrize("case", VECTORS["error_propagation"], ids=lambda case: case["id"])
def test_sigma_of_one_millimetre_on_every_landmark(case, from_pixels, by_id):
    """D1's right hip; its pixels are rounded to 0.001, hence the wider tolerance."""
    dataset = VECTORS["datasets"]["D1"]
    landmarks = from_pixels(
        dataset["landmarks_px_col_row"],
        dataset["spacing_row_col_mm"],
        covariance=UNIT_COVARIANCE,
    )
    result = by_id(landmarks, Reference.IMAGE)[(Side.RIGHT, case["id"].removeprefix("sigma-"))]
    assert result.value == pytest.approx(case["value"], abs=1e-3)
    assert result.sigma == pytest.approx(case["expected_sigma_linear"], abs=2e-5)
    assert result.sigma == pytest.approx(case["monte_carlo_sigma"], rel=0.06)
    low, high = result.ci95
    assert high - low == pytest.approx(2 * 1.96 * result.sigma, rel=1e-4)


@pytest.mark.parametrize("case", VECTORS["error_propagation"], ids=lambda case: case["id"])
def test_share_of_each_landmark(case, from_pixels, by_id):
    dataset = VECTORS["datasets"]["D1"]
    id_ = case["id"].removeprefix("sigma-")
    for key, share in case["contribution_per_landmark"].items():
        landmarks = from_pixels(
            dataset["landmarks_px_col_row"],
            dataset["spacing_row_col_mm"],
            covariance=((0.0,) * 3,) * 3,
        )
        noisy = from_pixels(
            {"R": {key: dataset["landmarks_px_col_row"]["R"][key]}},
            dataset["spacing_row_col_mm"],
            covariance=UNIT_COVARIANCE,
        )
        landmarks = landmarks.with_landmark(noisy[(Side.RIGHT, key)])
        result = by_id(landmarks, Reference.IMAGE)[(Side.RIGHT, id_)]
        assert result.sigma == pytest.approx(share, abs=2e-5)


def test_the_teardrop_line_adds_its_own_uncertainty(from_pixels, by_id):
    """0.69 degrees in quadrature for 1 mm on teardrops 118 mm apart."""
    dataset = VECTORS["datasets"]["D1"]
    landmarks = from_pixels(
        dataset["landmarks_px_col_row"], dataset["spacing_row_col_mm"], covariance=UNIT_COVARIANCE
    )
    lce = (Side.RIGHT, "lce")
    against_image = by_id(landmarks, Reference.IMAGE)[lce].sigma
    against_line = by_id(landmarks, Reference.TEARDROP)[lce].sigma
    assert against_line**2 - against_image**2 == pytest.approx(0.6867**2, abs=1e-3)


@pytest.mark.parametrize("case", VECTORS["classification_probability"], ids=lambda case: case["id"])
def test_probability_above_a_threshold(case):
    p = probability_above(case["value"], case["sigma"], case["threshold"])
    assert p == pytest.approx(case["expected_p_above"], abs=1e-6)
