"""Reports of a calibrated model tell its intervals; of any other one, that it has none."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest

from HipLandmarksLib.anatomy import ErrorBin, PresenceEvidence, Side
from HipLandmarksLib.report import CaseReport, csv_text, format_case, format_value, json_text
from HipLandmarksLib.report.overlay import draw_overlay, make_panels
from HipLandmarksLib.uncertainty import (
    NOT_CALIBRATED,
    UNBOUNDED,
    Calibration,
    CalibrationProvenance,
    ConformalTable,
    ErrorBins,
    MeasuredError,
    MeasurementDoubt,
    PositionModel,
)

ROUND = ((4.0, 0.0, 0.0), (0.0, 4.0, 0.0), (0.0, 0.0, 4.0))
GRADED = PresenceEvidence(error_bin=ErrorBin.GREEN)
BINS = ErrorBins((1.0, 2.0), {each: MeasuredError(40, 9, 1.2, 3.4) for each in ErrorBin})
PROVENANCE = CalibrationProvenance("MRI of 12 women", 12, 14, "2026-01-01")


@pytest.fixture
def case(image, landmarks, measurements):
    doubts = {
        (m.side, m.id): MeasurementDoubt(m.id, 0.9, None, f"{UNBOUNDED} (3 patients)")
        for m in measurements
    }
    doubts[(Side.RIGHT, "alpha")] = MeasurementDoubt(
        "alpha", 0.9, (41.2, 55.4), conformal=True, threshold=60.0, p_above=0.083
    )
    return replace(
        CaseReport.of(image, landmarks, measurements),
        model="mri-coronal 1.0",
        doubts=doubts,
        model_calibration=Calibration(PROVENANCE),
    )


def test_the_table_tells_interval_probability_and_what_they_rest_on(case):
    text = " ".join(format_case(case).split())
    assert "90 % intervals, calibrated on 12 patients (MRI of 12 women):" in text
    assert "right 41° to 55° (p = 0.08 to lie above 60 deg)" in text


def test_pictures_tables_and_files_tell_the_same_interval(case):
    one = next(m for m in case.measurements if (m.side, m.id) == (Side.RIGHT, "alpha"))
    assert format_value(one, case.doubts[(Side.RIGHT, "alpha")]).endswith("(41 to 55)")
    words = format_value(one, case.doubts[(Side.RIGHT, "alpha")])
    assert words in " ".join(format_case(case).replace("\u00a0", " ").split())
    rows = {(r["side"], r["measurement"]): r for r in csv.DictReader(StringIO(csv_text(case)))}
    assert rows[("right", "alpha")]["words"] == words
    drawn = [
        mark.text for panel in make_panels(case) for hip in panel.hips for mark in hip.measurements
    ]
    assert any(words in text for text in drawn)
    assert not any("±" in text for text in drawn)


def test_lengths_tell_their_unit_once(measurements):
    doubt = MeasurementDoubt("femoral_offset_mm", 0.9, (38.2, 45.1), conformal=True)
    one = replace(measurements[0], value=41.3, unit="mm", sigma=2.0)
    assert format_value(one, doubt) == "41.5 mm (38.0 to 45.0)"
    assert format_value(one, replace(doubt, interval=None)) == "41.5 mm"
    assert format_value(one, replace(doubt, conformal=False)) == "41.5 mm"


def test_ellipses_are_the_regions_of_the_calibrated_model(case):
    known = replace(case.landmarks[(Side.RIGHT, "FHC")], covariance=ROUND, evidence=GRADED)
    person = replace(case.landmarks[(Side.RIGHT, "NA")], covariance=ROUND)
    table = ConformalTable.of((f"p{n}", 3.0) for n in range(9))
    calibration = Calibration(
        PROVENANCE, position=PositionModel(), bins=BINS, landmarks={"FHC": table}
    )
    shown = replace(
        case,
        landmarks=case.landmarks.with_landmark(known).with_landmark(person),
        model_calibration=calibration,
    )
    points = {
        p.key: p
        for panel in make_panels(shown)
        for hip in panel.hips
        for p in hip.points
        if hip.side is Side.RIGHT
    }
    assert points["FHC"].radius == pytest.approx(3.0)
    assert points["NA"].radius == pytest.approx(2.4477)
    foot = " ".join(text.get_text() for text in draw_overlay(shown).texts)
    assert "Ellipses: 90 % region" in foot and "90 % intervals" in foot


def test_the_table_tells_which_measurements_have_none_and_why(case):
    text = " ".join(format_case(case).split())
    assert "No 90 % interval for" in text and UNBOUNDED in text


def test_a_model_without_calibration_says_so(case):
    bare = replace(case, doubts={}, model_calibration=None)
    assert NOT_CALIBRATED in " ".join(format_case(bare).split())
    assert json.loads(json_text(bare))["detection"]["calibration"] is None


def test_points_of_a_person_need_no_calibration(case):
    by_hand = replace(case, model="", doubts={}, model_calibration=None)
    assert "calibrated" not in format_case(by_hand)
    assert "calibration" not in json.loads(json_text(by_hand))["detection"]


def test_json_holds_the_whole_doubt(case):
    told = json.loads(json_text(case))
    assert told["detection"]["calibration"]["patients"] == 12
    found = {(m["side"], m["id"]): m["doubt"] for m in told["measurements"]}
    assert found[("R", "alpha")]["interval"] == [41.2, 55.4]
    assert found[("L", "alpha")]["interval"] is None


def test_csv_holds_interval_and_reason(case):
    rows = {(r["side"], r["measurement"]): r for r in csv.DictReader(StringIO(csv_text(case)))}
    right, left = rows[("right", "alpha")], rows[("left", "alpha")]
    assert (right["interval_low"], right["interval_high"], right["level"]) == (
        "41.2",
        "55.4",
        "0.9",
    )
    assert right["p_above_calibrated"] == "0.083"
    assert left["interval_low"] == "" and UNBOUNDED in left["interval_reason"]
