"""Agreement with vectors made by an independent implementation, to 1e-6 degrees or mm."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import Midline, Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    MeasurementStatus,
    Reference,
    ViewPlane,
    probability_above,
    side_differences,
)

VECTORS = json.loads((Path(__file__).parent / "worked_examples_ap.json").read_text("utf-8"))
TOLERANCE = VECTORS["tolerance"]
DETECTOR_PLANE = Calibration(SpacingProvenance.DETECTOR_PLANE)
UNIT_COVARIANCE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
DATASETS = VECTORS["datasets"]
OTHER_LINES = ("teardrop", "ischium", "image")
INDEX_OF_OTHER_LINES = {f"ai_hilgenreiner@{line}" for line in OTHER_LINES}
"""Measured on request only: see the test of the index of a child against other lines."""

HIP_VALUES = [
    (name, side, key)
    for name, side in product(DATASETS, "RL")
    for key in DATASETS[name]["expected"][side]
    if key not in INDEX_OF_OTHER_LINES
]
PELVIC_VALUES = [
    (name, key) for name in DATASETS for key in DATASETS[name]["expected"]["bilateral"]
]
AFTER_VALUES = [
    (side, key)
    for side in ("R", "L", "bilateral")
    for key in DATASETS["D5"]["expected_after_calibration"][side]
]


@pytest.fixture(scope="module")
def measured(from_pixels, by_id):
    """Results of a dataset against a reference line, by (side, id)."""
    kept = {}

    def run(name, reference, calibration=DETECTOR_PLANE):
        if (name, reference, calibration) not in kept:
            data = DATASETS[name]
            spacing = data["spacing_row_col_mm"]
            case = from_pixels(data["landmarks_px_col_row"], spacing, data["mirrored_display"])
            plane = ViewPlane.coronal(tuple(spacing))
            results = by_id(case, Reference(reference), calibration, plane)
            kept[(name, reference, calibration)] = (case, plane, results)
        return kept[(name, reference, calibration)]

    return run


def split(key):
    """``lce@ischium`` as id and reference line."""
    name, _, reference = key.partition("@")
    return name, reference or "teardrop"


def difference(results, id_):
    return next(each for each in side_differences(results.values()) if each.id == id_)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_single_case(case, from_pixels, by_id):
    landmarks = from_pixels(
        {case["side"]: case["landmarks_px_col_row"]}, case["spacing_row_col_mm"]
    )
    results = by_id(landmarks, Reference.IMAGE)
    side, expected = Side(case["side"]), case["expected"]
    result = results[(side, case["measurement"])]
    assert MeasurementStatus(expected["status"]) in result.status
    assert result.unit == expected["unit"]
    if expected["value"] is None:
        assert result.value is None
        assert result.reason
        assert list(result.missing) == case.get("missing", [])
    else:
        assert result.value == pytest.approx(expected["value"], abs=TOLERANCE)
    others = {"mpfa_deg": "mpfa", "ratio": "head_neck_offset_ratio"}
    for key in ("cor_height_mm", "kohler_fhc_mm", "ctd_mm", "mpfa_deg", "ratio"):
        if key in case:
            other = results[(side, others.get(key, key))]
            assert other.value == pytest.approx(case[key], abs=TOLERANCE)


@pytest.mark.parametrize("case", [c for c in VECTORS["cases"] if "relation" in c], ids=str)
def test_relation_of_the_fovea(case, from_pixels, by_id):
    case_ = from_pixels({case["side"]: case["landmarks_px_col_row"]}, case["spacing_row_col_mm"])
    finding = by_id(case_)[(Side(case["side"]), "skinner_mm")].finding
    assert finding == (
        "fovea above the line" if "ABOVE" in case["relation"] else "fovea below the line"
    )


@pytest.mark.parametrize("case", [c for c in VECTORS["cases"] if "protrusio" in c], ids=str)
def test_protrusio_needs_no_calibration(case, from_pixels, by_id):
    case_ = from_pixels({case["side"]: case["landmarks_px_col_row"]}, case["spacing_row_col_mm"])
    for calibration in (DETECTOR_PLANE, Calibration(SpacingProvenance.PATIENT_PLANE)):
        result = by_id(case_, calibration=calibration)[(Side(case["side"]), "kohler_head_mm")]
        assert (result.finding != "no protrusio") is case["protrusio"]


@pytest.mark.parametrize(("name", "side", "key"), HIP_VALUES)
def test_dataset(name, side, key, measured):
    id_, reference = split(key)
    if reference == "triradiate":
        reference = "teardrop"
    result = measured(name, reference)[2][(Side(side), id_)]
    assert result.value == pytest.approx(DATASETS[name]["expected"][side][key], abs=TOLERANCE)
    if "@" in key:
        assert result.reference is Reference(split(key)[1])


@pytest.mark.parametrize(("name", "side", "reference"), list(product(DATASETS, "RL", OTHER_LINES)))
def test_the_index_of_a_child_against_other_lines(name, side, reference, measured, by_id):
    case, plane, _ = measured(name, reference)
    line = Reference(reference)
    results = by_id(case, calibration=DETECTOR_PLANE, plane=plane, hilgenreiner_reference=line)
    result = results[(Side(side), "ai_hilgenreiner")]
    expected = DATASETS[name]["expected"][side][f"ai_hilgenreiner@{reference}"]
    assert result.value == pytest.approx(expected, abs=TOLERANCE)
    assert result.reference is line


@pytest.mark.parametrize(("name", "key"), PELVIC_VALUES)
def test_pelvis_and_side_differences(name, key, measured):
    expected = DATASETS[name]["expected"]["bilateral"][key]
    id_, reference = split(key.removeprefix("delta_R_minus_L:"))
    results = measured(name, reference)[2]
    if key.startswith("delta"):
        assert difference(results, id_).value == pytest.approx(expected, abs=TOLERANCE)
    else:
        value = results[(Midline.PELVIS, id_)].value
        assert value == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("side", ["R", "L"])
def test_spacing_is_never_ignored(side, measured):
    for key, wrong in DATASETS["D3"]["WRONG_if_spacing_ignored"][side].items():
        id_, reference = split(key)
        assert abs(measured("D3", reference)[2][(Side(side), id_)].value - wrong) > 1.0


@pytest.mark.parametrize(("side", "key"), AFTER_VALUES)
def test_a_later_calibration_corrects_lengths(side, key, measured):
    data = DATASETS["D5"]
    known = Calibration(SpacingProvenance.USER_MAGNIFICATION, 1 / data["true_magnification"])
    id_, reference = split(key.removeprefix("delta_R_minus_L:"))
    results = measured("D5", reference, known)[2]
    expected = data["expected_after_calibration"][side][key]
    if key.startswith("delta"):
        value = difference(results, id_).value
    else:
        value = results[(Midline.PELVIS if side == "bilateral" else Side(side), id_)].value
    assert value == pytest.approx(expected, abs=TOLERANCE)


def test_a_later_calibration_keeps_everything_else(measured):
    known = Calibration(SpacingProvenance.USER_MAGNIFICATION, 1 / 1.2)
    before, after = measured("D5", "teardrop")[2], measured("D5", "teardrop", known)[2]
    for key, result in before.items():
        if result.unit == "mm" and result.value is not None:
            assert MeasurementStatus.UNCALIBRATED in result.status
            assert result.classification is None
            assert MeasurementStatus.UNCALIBRATED not in after[key].status
            assert after[key].value == pytest.approx(result.value / 1.2, abs=1e-9)
        elif result.value is not None:
            assert after[key].value == pytest.approx(result.value, abs=1e-9)


@pytest.mark.parametrize("case", VECTORS["error_propagation"], ids=lambda case: case["id"])
def test_sigma_of_one_millimetre_on_every_landmark(case, from_pixels, by_id):
    """D1's right hip; its pixels are rounded to 0.001, hence the wider tolerance."""
    dataset = DATASETS["D1"]
    landmarks = from_pixels(
        dataset["landmarks_px_col_row"],
        dataset["spacing_row_col_mm"],
        covariance=UNIT_COVARIANCE,
    )
    result = by_id(landmarks, Reference.IMAGE)[(Side.RIGHT, case["id"].removeprefix("sigma-"))]
    assert result.value == pytest.approx(case["value"], abs=1e-3)
    assert result.sigma == pytest.approx(case["expected_sigma_linear"], abs=3e-5)
    assert result.sigma == pytest.approx(case["monte_carlo_sigma"], rel=0.06)
    low, high = result.ci95
    assert high - low == pytest.approx(2 * 1.96 * result.sigma, rel=1e-4)


@pytest.mark.parametrize("case", VECTORS["error_propagation"], ids=lambda case: case["id"])
def test_share_of_each_landmark(case, from_pixels, by_id):
    dataset = DATASETS["D1"]
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
        assert result.sigma == pytest.approx(share, abs=3e-5)


def test_the_teardrop_line_adds_its_own_uncertainty(from_pixels, by_id):
    """0.69 degrees in quadrature for 1 mm on teardrops 118 mm apart."""
    dataset = DATASETS["D1"]
    landmarks = from_pixels(
        dataset["landmarks_px_col_row"], dataset["spacing_row_col_mm"], covariance=UNIT_COVARIANCE
    )
    for id_ in ("lce", "tonnis"):
        against_image = by_id(landmarks, Reference.IMAGE)[(Side.RIGHT, id_)].sigma
        against_line = by_id(landmarks, Reference.TEARDROP)[(Side.RIGHT, id_)].sigma
        assert against_line**2 - against_image**2 == pytest.approx(0.6867**2, abs=1e-3)


@pytest.mark.parametrize("case", VECTORS["classification_probability"], ids=lambda case: case["id"])
def test_probability_above_a_threshold(case):
    p = probability_above(case["value"], case["sigma"], case["threshold"])
    assert p == pytest.approx(case["expected_p_above"], abs=1e-6)
