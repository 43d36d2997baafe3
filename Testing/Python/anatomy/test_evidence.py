"""Signs of presence go into files and out again, and do not outlive a reader's change."""

import json

import pytest

from HipLandmarksLib.anatomy import (
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
