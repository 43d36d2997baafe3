"""Landmarks that neither hip owns, and lists of numbered points."""

from __future__ import annotations

from math import nan

import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    LandmarkTable,
    Midline,
    Side,
    parse_side,
    read_landmarks,
    read_markups,
    write_landmarks,
    write_markups,
)
from HipLandmarksLib.anatomy.markups import markups_name
from HipLandmarksLib.anatomy.serialisation import landmarks_from_dict
from HipLandmarksLib.errors import LandmarkFileError

PELVIS = Midline.PELVIS
CASE = HipLandmarks.of(
    [
        Landmark(PELVIS, "SYM", (0.5, 1.0, -60.0)),
        Landmark(PELVIS, "SCJ", None, LandmarkState.ABSENT),
        Landmark(Side.LEFT, "FHC", (90.0, 0.0, 0.0)),
    ],
    case_id="case_7",
)


def test_the_midline_is_no_third_hip():
    assert list(Side) == [Side.RIGHT, Side.LEFT]
    assert PELVIS.opposite is PELVIS
    assert PELVIS.word == "pelvis"


@pytest.mark.parametrize("side", [Side.RIGHT, Side.LEFT, PELVIS])
def test_a_side_is_read_from_its_letter(side):
    assert parse_side(side.value) is side


def test_another_letter_is_no_side():
    with pytest.raises(ValueError):
        parse_side("M")


def test_midline_landmarks_survive_the_landmark_file(tmp_path):
    write_landmarks(tmp_path / "case.json", CASE)
    assert read_landmarks(tmp_path / "case.json") == CASE


def test_midline_landmarks_are_a_point_list_of_their_own(tmp_path):
    path = tmp_path / "points.mrk.json"
    write_markups(path, CASE, PELVIS)
    found = read_markups(path)
    assert [landmark.id for landmark in found.values()] == [(PELVIS, "SYM"), (PELVIS, "SCJ")]
    assert found[(PELVIS, "SYM")] == CASE[(PELVIS, "SYM")]
    assert found.case_id == "case_7"


def test_the_name_tells_the_midline(tmp_path):
    assert markups_name(PELVIS, "case_7") == "case_7 pelvis midline"
    path = tmp_path / "pelvis_midline.mrk.json"
    write_markups(path, CASE, PELVIS)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("hiplandmarks-point-1", "foreign"), encoding="utf-8")
    assert {landmark.side for landmark in read_markups(path).values()} == {PELVIS}
    other = tmp_path / "unknown.mrk.json"
    other.write_text(
        path.read_text(encoding="utf-8").replace("pelvis midline", ""), encoding="utf-8"
    )
    with pytest.raises(LandmarkFileError, match="midline"):
        read_markups(other)


def test_numbered_points_come_in_order():
    rim = {n: Landmark(Side.LEFT, f"RIM{n}", (float(n), 0.0, 0.0)) for n in range(1, 12)}
    rim[3] = Landmark(Side.LEFT, "RIM3", None, LandmarkState.ABSENT)
    del rim[11]
    case = HipLandmarks.of(reversed(rim.values()))
    keys = [landmark.key for landmark in case.series(Side.LEFT, "RIM")]
    assert keys == [f"RIM{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9, 10)]
    assert case.series(Side.RIGHT, "RIM") == []


def test_a_numbered_point_has_the_definition_of_its_list():
    table = LandmarkTable.load()
    assert table["RIM12"].key == "RIM" and table["AW1"].key == "AW"
    assert table["PH1"].key == "PH1"
    with pytest.raises(LandmarkFileError, match="'FHC2'"):
        table["FHC2"]


@pytest.mark.parametrize(
    "broken",
    [
        {"position": (nan, 0.0, 0.0)},
        {"covariance": ((1.0, 0.0, 0.0), (0.0, nan, 0.0), (0.0, 0.0, 1.0))},
        {"confidence": nan},
    ],
)
def test_a_landmark_that_is_not_a_number_is_refused(broken):
    with pytest.raises(ValueError, match=r"left FHC.*finite"):
        Landmark(Side.LEFT, "FHC", **{"position": (0.0, 0.0, 0.0), **broken})


def entry(**changes):
    """A case file with one point."""
    point = {"side": "R", "key": "FHC", "position": [1.0, 2.0, 3.0], "state": "visible"}
    source = {"kind": "reader", "name": "", "version": ""}
    return {
        "format": "hiplandmarks-landmarks-1",
        "frame": "LPS",
        "landmarks": [{**point, "source": source, **changes}],
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "Fhc"}, "There is no landmark 'Fhc'; known are"),
        ({"key": "SYM"}, "SYM is a landmark of the middle"),
        ({"side": "B"}, "FHC is a landmark of a hip"),
        ({"side": "Q"}, "the side must be R, L or B"),
        ({"position": ["a", 0, 0]}, "three numbers in mm"),
        ({"position": [0, 0]}, "three numbers in mm"),
        ({"position": [nan, 0, 0]}, "right FHC has no number for its position: place the point"),
        ({"position": [-10_001.0, 0, 0]}, "right FHC lies more than 10 m from the origin"),
        ({"state": "lost"}, "'lost' is no state; known are visible, estimated"),
        ({"source": {"kind": "ghost"}}, "'ghost' is no kind of source"),
        ({"source": []}, "damaged: export it again"),
        ({"covariance": [1, 2, 3]}, "three rows of three numbers"),
    ],
)
def test_a_point_that_nothing_would_read_is_refused(changes, words):
    with pytest.raises(LandmarkFileError, match=words):
        landmarks_from_dict(entry(**changes))


def test_points_of_lists_and_of_the_middle_are_read():
    assert (Side.RIGHT, "RIM12") in landmarks_from_dict(entry(key="RIM12"))
    assert (Midline.PELVIS, "SYM") in landmarks_from_dict(entry(side="B", key="SYM"))
