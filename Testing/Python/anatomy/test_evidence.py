"""Signs of presence go into files and out again, and do not outlive a reader's change."""

import json

import pytest

from HipLandmarksLib.anatomy import (
    ErrorBin,
    HipLandmarks,
    Landmark,
    LandmarkState,
    PresenceEvidence,
    Side,
    Source,
    SourceKind,
    read_landmarks,
    read_markups,
    write_landmarks,
    write_markups,
)
from HipLandmarksLib.errors import LandmarkFileError

ASSESSED = PresenceEvidence(0.98, 0.9, 0.0153, 0.0939)
ALONE = PresenceEvidence(not_assessable="none of its limbs can be measured")
SUPPRESSED = PresenceEvidence(
    surprisal=0.8,
    heatmap_presence=0.4,
    peak=0.2,
    template_match=-0.1,
    entropy=0.7,
    expected_error_mm=4.5,
    expected_error_percent=9.4,
    error_bin=ErrorBin.RED,
    suppressed_position=(1.5, -2.0, 3.25),
)
READER = Source(SourceKind.READER)


def case(evidence=ASSESSED):
    model = Source(SourceKind.MODEL, "m", "1")
    absent = LandmarkState.ABSENT
    points = [
        Landmark(Side.RIGHT, "FHC", (1, 2, 3), source=model, confidence=1.0, evidence=evidence),
        Landmark(Side.RIGHT, "NA", None, absent, model, confidence=0.1, evidence=ALONE),
    ]
    return HipLandmarks.of(points, "case")


def test_evidence_survives_the_landmark_file(tmp_path):
    write_landmarks(tmp_path / "case.json", case())
    assert dict(read_landmarks(tmp_path / "case.json")) == dict(case())


def test_evidence_survives_the_markups(tmp_path):
    write_markups(tmp_path / "case_right.mrk.json", case(), Side.RIGHT)
    found = read_markups(tmp_path / "case_right.mrk.json")
    assert {id_: point.evidence for id_, point in found.items()} == {
        (Side.RIGHT, "FHC"): ASSESSED,
        (Side.RIGHT, "NA"): ALONE,
    }


def test_files_of_models_without_evidence_do_not_mention_it(tmp_path):
    bare = HipLandmarks.of([Landmark(Side.RIGHT, "FHC", (1, 2, 3))])
    write_landmarks(tmp_path / "case.json", bare)
    assert "evidence" not in (tmp_path / "case.json").read_text()
    assert read_landmarks(tmp_path / "case.json")[(Side.RIGHT, "FHC")].evidence is None


def test_what_cannot_be_assessed_is_null_and_has_a_reason(tmp_path):
    write_landmarks(tmp_path / "case.json", case())
    stored = json.loads((tmp_path / "case.json").read_text())["landmarks"][1]["evidence"]
    assert stored["surprisal"] is None and stored["limb_agreement"] is None
    assert "measured" in stored["not_assessable"]


def test_evidence_says_nothing_about_a_point_that_a_reader_moved_or_removed():
    point = case()[(Side.RIGHT, "FHC")]
    assert point.moved((0, 0, 0), READER).evidence is None
    assert point.absent(READER).evidence is None


@pytest.mark.parametrize("value", ["much", float("nan"), True, [1]])
def test_evidence_that_is_no_number_is_refused(tmp_path, value):
    write_landmarks(tmp_path / "case.json", case())
    data = json.loads((tmp_path / "case.json").read_text())
    data["landmarks"][0]["evidence"]["surprisal"] = value
    (tmp_path / "case.json").write_text(json.dumps(data))
    with pytest.raises(LandmarkFileError, match=r"damaged.*surprisal"):
        read_landmarks(tmp_path / "case.json")


def test_all_signs_of_a_suppressed_landmark_survive_both_files(tmp_path):
    write_landmarks(tmp_path / "case.json", case(SUPPRESSED))
    assert read_landmarks(tmp_path / "case.json")[(Side.RIGHT, "FHC")].evidence == SUPPRESSED
    write_markups(tmp_path / "case_right.mrk.json", case(SUPPRESSED), Side.RIGHT)
    found = read_markups(tmp_path / "case_right.mrk.json")
    assert found[(Side.RIGHT, "FHC")].evidence == SUPPRESSED


def test_files_from_before_calibration_existed_are_read_and_written_as_they_were():
    old = {
        "presence_head": 0.98,
        "limb_agreement": 0.9,
        "surprisal": 0.0153,
        "paper_uncertainty": 0.0939,
        "not_assessable": "",
    }
    assert PresenceEvidence.from_dict(old) == ASSESSED
    assert ASSESSED.to_dict() == old


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("peak", "high", "peak"),
        ("entropy", float("inf"), "entropy"),
        ("error_bin", "purple", "green, amber, red"),
        ("suppressed_position", [1.0, 2.0], "three numbers"),
        ("suppressed_position", [1.0, 2.0, "x"], "must be a number"),
        ("suppressed_position", [1.0, 2.0, float("nan")], "finite"),
        ("suppressed_position", "here", "three numbers"),
    ],
)
def test_a_damaged_sign_is_refused_in_a_sentence(tmp_path, name, value, words):
    write_landmarks(tmp_path / "case.json", case(SUPPRESSED))
    data = json.loads((tmp_path / "case.json").read_text())
    data["landmarks"][0]["evidence"][name] = value
    (tmp_path / "case.json").write_text(json.dumps(data))
    with pytest.raises(LandmarkFileError, match=words):
        read_landmarks(tmp_path / "case.json")
