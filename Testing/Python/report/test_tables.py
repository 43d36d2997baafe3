"""CSV and JSON: every number carries unit, side, status, reference, calibration and source."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, PresenceEvidence, Side
from HipLandmarksLib.detection.limb_scores import LimbScore, LimbState
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import Measurement, MeasurementSettings, Sex, ViewPlane, measure
from HipLandmarksLib.report import CaseReport
from HipLandmarksLib.report.tables import COLUMNS, DIFFERENCE, csv_text, write_csv, write_json

SIDES = ("right", "left", "pelvis")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


@pytest.fixture
def case(image: HipImage, landmarks: HipLandmarks, measurements: list[Measurement]) -> CaseReport:
    return CaseReport.of(image, landmarks, measurements)


def test_csv_has_one_row_per_measurement_and_side(tmp_path: Path, case: CaseReport) -> None:
    write_csv(tmp_path / "m.csv", case)
    rows = _rows(tmp_path / "m.csv")
    assert [(row["side"], row["measurement"]) for row in rows if row["side"] != DIFFERENCE] == [
        (m.side.word, m.id) for m in case.measurements
    ]
    assert {"right", "left"} <= {row["side"] for row in rows} <= {*SIDES, DIFFERENCE}


def test_csv_has_one_row_per_side_difference(tmp_path: Path, case: CaseReport) -> None:
    write_csv(tmp_path / "m.csv", case)
    rows = _rows(tmp_path / "m.csv")
    differences = [row for row in rows if row["side"] == DIFFERENCE]
    assert [row["measurement"] for row in differences] == [d.id for d in case.differences]
    sides = {row["side"]: row for row in rows if row["measurement"] == "lce"}
    right, left, both = (sides[side] for side in ("right", "left", DIFFERENCE))
    assert float(both["value"]) == pytest.approx(float(right["value"]) - float(left["value"]))
    assert both["unit"] == "deg"
    assert both["words"]
    assert both["reference"] == right["reference"]
    nsa = next(row for row in differences if row["measurement"] == "nsa")
    assert nsa["value"] == ""
    assert "no value" in nsa["reason"]


def test_csv_gives_the_usual_range_with_its_source(tmp_path: Path, case: CaseReport) -> None:
    write_csv(tmp_path / "m.csv", case)
    row = next(r for r in _rows(tmp_path / "m.csv") if r["measurement"] == "lce")
    assert (float(row["usual_low"]), float(row["usual_high"])) == (25.0, 39.0)
    assert "Tannast" in row["range_source"]


def test_csv_opens_in_a_spreadsheet_with_its_umlauts(tmp_path: Path, case: CaseReport) -> None:
    """Without a byte order mark Excel reads UTF-8 as another encoding."""
    write_csv(tmp_path / "m.csv", case)
    data = (tmp_path / "m.csv").read_bytes()
    assert data.startswith("\ufeff".encode())
    assert data.decode("utf-8-sig") == csv_text(case)
    numbers = [row["value"] for row in _rows(tmp_path / "m.csv") if row["value"]]
    assert all(float(number) is not None for number in numbers), "no unit, no comma, no dash"


def test_csv_tells_what_the_whole_pelvis_has(
    tmp_path: Path, case: CaseReport, image: HipImage
) -> None:
    with_teardrops = case.landmarks
    for side, x in ((Side.RIGHT, -57.0), (Side.LEFT, 57.0)):
        with_teardrops = with_teardrops.with_landmark(Landmark(side, "TD", (x, 0.0, -17.0)))
    settings = MeasurementSettings.for_image(image)
    measured = measure(with_teardrops, ViewPlane.from_image(image), settings)
    write_csv(tmp_path / "m.csv", replace(case, landmarks=with_teardrops, measurements=measured))
    rows = [row for row in _rows(tmp_path / "m.csv") if row["side"] == "pelvis"]
    obliquity = next(row for row in rows if row["measurement"] == "obliquity_teardrop")
    assert float(obliquity["value"]) == pytest.approx(0.0, abs=1e-9)


def test_csv_explains_every_value(tmp_path: Path, case: CaseReport) -> None:
    write_csv(tmp_path / "m.csv", case)
    row = next(r for r in _rows(tmp_path / "m.csv") if r["measurement"] == "lce")
    value = next(m.value for m in case.measurements if m.id == "lce")
    assert float(row["value"]) == pytest.approx(value, rel=1e-5)
    assert float(row["ci95_low"]) < float(row["value"]) < float(row["ci95_high"])
    assert row["unit"] == "deg"
    assert row["reference"] == "fhc"
    assert "REFERENCE_FALLBACK" in row["status"]
    assert row["calibration"] == "PATIENT_PLANE"
    assert "R FHC: model mri-coronal 1.0" in row["landmark_sources"]
    assert "not a medical device" in row["notice"]


def test_csv_leaves_a_missing_value_empty_and_gives_the_reason(
    tmp_path: Path, case: CaseReport
) -> None:
    write_csv(tmp_path / "m.csv", case)
    row = next(r for r in _rows(tmp_path / "m.csv") if r["measurement"] == "nsa")
    assert row["value"] == ""
    assert row["status"] == "MISSING_LANDMARK"
    assert "SHD" in row["reason"]


def test_csv_survives_quotes_commas_and_line_breaks(tmp_path: Path, case: CaseReport) -> None:
    awkward = 'the reader said: "no, not here",\nand left; Müller'
    changed = [replace(m, reason=awkward) for m in case.measurements]
    write_csv(tmp_path / "m.csv", replace(case, measurements=changed))
    rows = _rows(tmp_path / "m.csv")
    of_sides = [row for row in rows if row["side"] != DIFFERENCE]
    assert len(of_sides) == len(changed)
    assert {row["reason"] for row in of_sides} == {awkward}
    assert all(set(row) == set(COLUMNS) for row in rows)


def test_csv_lines_end_as_rfc_4180_says(tmp_path: Path, case: CaseReport) -> None:
    write_csv(tmp_path / "m.csv", case)
    data = (tmp_path / "m.csv").read_bytes()
    assert (
        data.count(b"\r\n")
        == data.count(b"\n")
        == 1 + len(case.measurements) + len(case.differences)
    )


def test_json_describes_itself(tmp_path: Path, case: CaseReport) -> None:
    write_json(tmp_path / "m.json", case)
    data = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert data["format"] == "hiplandmarks-results-1"
    assert "not a medical device" in data["notice"]
    assert data["slices"] == {"right": 2, "left": 3}
    assert data["image"]["spacing_column_row_slice_mm"] == pytest.approx([2, 2, 5])
    assert HipLandmarks.from_dict(data["landmarks"]) == case.landmarks
    assert [m["value"] for m in data["measurements"]] == [m.value for m in case.measurements]
    for entry in data["measurements"]:
        assert entry["unit"] in ("deg", "mm", "%", "ratio")
        assert entry["side"] in ("R", "L", "B")
        assert entry["spacing"]["provenance"] == "PATIENT_PLANE"
    assert [d["value"] for d in data["side_differences"]] == [d.value for d in case.differences]


def test_json_says_how_it_was_measured(tmp_path: Path, case: CaseReport) -> None:
    settings = MeasurementSettings(calibration=case.calibration, sex=Sex.FEMALE)
    write_json(tmp_path / "m.json", replace(case, settings=settings))
    told = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["settings"]
    assert (told["sex"], told["threshold_set"]) == ("F", "consensus_60")
    assert told["reference_requested"] == "teardrop"


def test_a_case_without_image_says_so(
    tmp_path: Path, landmarks: HipLandmarks, measurements: list[Measurement]
) -> None:
    write_json(tmp_path / "m.json", CaseReport.of(None, landmarks, measurements))
    data = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert data["image"] is None
    assert data["slices"] == {}
    assert data["detection"]["model"] is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [("case_7", "case_7"), ("a/b c", "a_b_c"), ("../../etc", "etc"), ("", "case"), ("Ä 1", "Ä_1")],
)
def test_a_case_name_never_leaves_the_results_folder(
    landmarks: HipLandmarks, name: str, safe: str
) -> None:
    case = CaseReport.of(None, replace(landmarks, case_id=""), [], name)
    assert case.name == safe


def test_each_hip_is_shown_on_its_own_slice(case: CaseReport) -> None:
    assert case.slices == {Side.RIGHT: 2, Side.LEFT: 3}


def test_the_json_of_a_model_with_fields_has_the_evidence_of_landmarks_and_limbs(
    tmp_path: Path, case: CaseReport
) -> None:
    lae, lcp = (Side.RIGHT, "LAE"), (Side.RIGHT, "LCP")
    evidence = PresenceEvidence(0.8, 0.5, 0.1003, 0.3456)
    marked = replace(case.landmarks[lae], evidence=evidence)
    limbs = {
        (lae, lcp): LimbScore(LimbState.MEASURED, -0.3),
        ((Side.RIGHT, "FHC"), lae): LimbScore(LimbState.POINTS_COINCIDE),
    }
    case = replace(case, landmarks=case.landmarks.with_landmark(marked), limbs=limbs)
    write_json(tmp_path / "m.json", case)
    data = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    (stored,) = [row for row in data["landmarks"]["landmarks"] if "evidence" in row]
    assert (stored["side"], stored["key"]) == ("R", "LAE")
    assert stored["evidence"] == evidence.to_dict()
    against, coincide = data["detection"]["limbs"]
    assert (against["start"], against["end"]) == ("R:LAE", "R:LCP")
    assert (against["projection"], against["surprisal"]) == pytest.approx((0.001, 1.0))
    assert coincide["projection"] is None and "coincide" in coincide["state"]


def test_the_json_of_a_model_without_fields_does_not_mention_limbs(
    tmp_path: Path, case: CaseReport
) -> None:
    write_json(tmp_path / "m.json", case)
    assert "limbs" not in json.loads((tmp_path / "m.json").read_text("utf-8"))["detection"]
