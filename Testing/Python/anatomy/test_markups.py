"""Slicer markups files: nothing that a landmark knows is lost, and nothing is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    Source,
    SourceKind,
)
from HipLandmarksLib.anatomy.markups import markups_name, read_markups, sigma_mm, write_markups
from HipLandmarksLib.errors import LandmarkFileError

MODEL = Source(SourceKind.MODEL, "mri-coronal", "1.0")
COVARIANCE = ((4.0, 0.5, 0.0), (0.5, 1.0, 0.0), (0.0, 0.0, 0.25))


def right_hip() -> HipLandmarks:
    """Every state that a point can have, on the right side; NB is not annotated."""
    return HipLandmarks.of(
        [
            Landmark(
                Side.RIGHT,
                "FHC",
                (-90.5, 12.25, 3.125),
                source=MODEL,
                covariance=COVARIANCE,
                confidence=0.97,
            ),
            Landmark(
                Side.RIGHT,
                "NA",
                (-104.0, 12.0, -9.0),
                LandmarkState.ESTIMATED,
                note="behind the implant",
            ),
            Landmark(Side.RIGHT, "LCP", None, LandmarkState.ABSENT, MODEL, confidence=0.02),
            Landmark(Side.RIGHT, "SHD", None, LandmarkState.PROSTHESIS, note="Schaft ä"),
        ],
        case_id="case_03",
    )


def edit(path: Path, change: dict[str, object]) -> None:
    """Change fields of the only markup in a file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    data["markups"][0].update(change)
    path.write_text(json.dumps(data), encoding="utf-8")


def first_point(path: Path) -> dict[str, object]:
    """The first control point of a file."""
    return json.loads(path.read_text(encoding="utf-8"))["markups"][0]["controlPoints"][0]


coordinate = st.floats(-2000, 2000, allow_nan=False)
triple = st.tuples(coordinate, coordinate, coordinate)
source = st.builds(Source, st.sampled_from(SourceKind), st.text(max_size=8), st.text(max_size=4))
optional_covariance = st.none() | st.tuples(triple, triple, triple)


@st.composite
def hips(draw: st.DrawFn) -> HipLandmarks:
    """A case with any states, sources and texts on both sides."""
    points = []
    for side in Side:
        for key in draw(
            st.lists(st.sampled_from(["FHC", "NA", "LAE", "SHP", "RIM12"]), unique=True, min_size=1)
        ):
            state = draw(st.sampled_from(LandmarkState))
            points.append(
                Landmark(
                    side,
                    key,
                    draw(triple) if state.has_position else None,
                    state,
                    draw(source),
                    draw(optional_covariance),
                    draw(st.none() | st.floats(0, 1)),
                    draw(st.text(max_size=20)),
                )
            )
    return HipLandmarks.of(points, case_id=draw(st.text(max_size=10)))


@settings(max_examples=60, deadline=None)
@given(case=hips(), side=st.sampled_from(Side))
def test_a_side_survives_the_round_trip_whole(
    tmp_path_factory: pytest.TempPathFactory, case: HipLandmarks, side: Side
) -> None:
    path = tmp_path_factory.mktemp("markups") / "hip.mrk.json"
    write_markups(path, case, side)
    back = read_markups(path)
    assert list(back.values()) == case.side(side)
    assert back.case_id == case.case_id


def test_status_follows_state_and_unplaced_points_carry_no_position(tmp_path: Path) -> None:
    write_markups(tmp_path / "hip.mrk.json", right_hip(), Side.RIGHT, keys=["FHC", "NB"])
    data = json.loads((tmp_path / "hip.mrk.json").read_text(encoding="utf-8"))
    markup = data["markups"][0]
    assert data["@schema"].endswith("markups-schema-v1.0.3.json#")
    assert markup["name"] == markups_name(Side.RIGHT, "case_03") == "case_03 right hip"
    status = {p["label"]: p["positionStatus"] for p in markup["controlPoints"]}
    assert status == {
        "FHC": "defined",
        "NA": "defined",
        "LCP": "missing",
        "SHD": "missing",
        "NB": "undefined",
    }
    placed = {p["label"] for p in markup["controlPoints"] if "position" in p}
    assert placed == {"FHC", "NA"}


def test_doubt_is_also_a_measurement_per_point(tmp_path: Path) -> None:
    write_markups(tmp_path / "hip.mrk.json", right_hip(), Side.RIGHT)
    markup = json.loads((tmp_path / "hip.mrk.json").read_text(encoding="utf-8"))["markups"][0]
    values = markup["measurements"][0]["controlPointValues"]
    assert values == [sigma_mm(right_hip()[(Side.RIGHT, "FHC")]), -1, -1, -1]
    assert values[0] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("status", ["missing", "undefined", "preview"])
@pytest.mark.parametrize("position", ["", None, [0.0, 0.0, 0.0]])
def test_unplaced_points_are_read_in_every_spelling(
    tmp_path: Path, status: str, position: object
) -> None:
    path = tmp_path / "right.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    point: dict[str, object] = {"label": "FHC", "positionStatus": status, "position": position}
    edit(path, {"controlPoints": [point]})
    back = read_markups(path)
    if status == "missing":
        assert back[(Side.RIGHT, "FHC")].state is LandmarkState.ABSENT
    else:
        assert len(back) == 0


def test_ras_files_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "hip.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    point = first_point(path) | {"position": [90.5, -12.25, 3.125]}
    edit(path, {"coordinateSystem": "RAS", "controlPoints": [point]})
    assert read_markups(path)[(Side.RIGHT, "FHC")] == right_hip()[(Side.RIGHT, "FHC")]


def test_a_point_moved_elsewhere_becomes_the_readers_without_covariance(tmp_path: Path) -> None:
    path = tmp_path / "hip.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    edit(path, {"controlPoints": [first_point(path) | {"position": [-91.5, 12.25, 3.125]}]})
    moved = read_markups(path)[(Side.RIGHT, "FHC")]
    assert moved.source.kind is SourceKind.READER
    assert moved.covariance is None and moved.confidence is None
    assert moved.position == (-91.5, 12.25, 3.125)


def test_a_readers_name_stays_with_a_point_that_is_moved_again(tmp_path: Path) -> None:
    path = tmp_path / "hip.mrk.json"
    anna = Source(SourceKind.READER, "anna")
    landmark = Landmark(Side.LEFT, "FHC", (90.0, 0.0, 0.0), source=anna)
    write_markups(path, HipLandmarks.of([landmark]), Side.LEFT)
    edit(path, {"controlPoints": [first_point(path) | {"position": [91.0, 0.0, 0.0]}]})
    moved = read_markups(path)[(Side.LEFT, "FHC")]
    assert moved == landmark.moved((91.0, 0.0, 0.0), anna)


def test_a_point_marked_missing_elsewhere_becomes_absent_by_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "hip.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    point = first_point(path) | {"position": "", "positionStatus": "missing"}
    edit(path, {"controlPoints": [point]})
    gone = read_markups(path)[(Side.RIGHT, "FHC")]
    assert gone.state is LandmarkState.ABSENT
    assert gone.source.kind is SourceKind.READER


@pytest.mark.parametrize(
    ("file_name", "markup_name", "side"),
    [
        ("case_03_right.mrk.json", "", Side.RIGHT),
        ("x.mrk.json", "Left hip", Side.LEFT),
        ("case-L.mrk.json", "", Side.LEFT),
        ("bright_left.mrk.json", "", Side.LEFT),
    ],
)
def test_the_side_is_found_in_the_names_when_the_points_do_not_say(
    tmp_path: Path, file_name: str, markup_name: str, side: Side
) -> None:
    path = tmp_path / file_name
    write_markups(path, right_hip(), Side.RIGHT)
    point = first_point(path) | {"description": "a remark of the reader"}
    edit(path, {"name": markup_name, "controlPoints": [point]})
    landmark = read_markups(path)[(side, "FHC")]
    assert landmark.note == "a remark of the reader"
    assert landmark.source.kind is SourceKind.READER


@pytest.mark.parametrize("file_name", ["hip.mrk.json", "right_or_left.mrk.json"])
def test_an_unknown_side_is_never_guessed(tmp_path: Path, file_name: str) -> None:
    path = tmp_path / file_name
    write_markups(path, right_hip(), Side.RIGHT)
    edit(path, {"name": "", "controlPoints": [first_point(path) | {"description": ""}]})
    with pytest.raises(LandmarkFileError, match="side of"):
        read_markups(path)
    assert (Side.LEFT, "FHC") in read_markups(path, side=Side.LEFT)


def test_a_side_that_contradicts_the_points_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hip.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    with pytest.raises(LandmarkFileError, match="contradictory"):
        read_markups(path, side=Side.LEFT)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no json", "is not a landmark file or is damaged: export it again"),
        ("[]", "not a Slicer markups file"),
        ('{"@schema": "https://x/markups-schema-v2.0.0.json#", "markups": []}', "schema 1.x"),
        ('{"@schema": "markups-schema-v1.0.4.json#"}', "no list of markups"),
        ('{"@schema": "markups-schema-v1.0.4.json#", "markups": []}', "no markup"),
        ('{"@schema": "markups-schema-v1.0.4.json#", "markups": [{"type": "Line"}]}', "'Line'"),
        ('{"format": "hiplandmarks-landmarks-1"}', "not a Slicer markups file"),
    ],
)
def test_foreign_files_are_refused_in_one_sentence(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "right.mrk.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LandmarkFileError, match=message):
        read_markups(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "F-1"}, "no landmark key"),
        ({"position": [1.0, 2.0]}, "damaged"),
        ({"position": ""}, "damaged"),
        ({"position": ["a", 0, 0]}, "damaged"),
        ({"position": [float("nan"), 0, 0]}, "has no number for its position: place the point"),
        ({"position": [1, 2, float("inf")]}, "has no number for its position: place the point"),
        ({"position": [1, None, 3]}, "has no number for its position: place the point"),
        ({"position": [0, 0, 10_001]}, "10 m from the origin"),
        ({"position": [0, 0, 10**400]}, "10 m from the origin"),
        ({"positionStatus": "lost"}, "unknown status"),
        ({"description": '{"format":"hiplandmarks-point-1"}'}, "damaged"),
    ],
)
def test_damaged_points_are_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = tmp_path / "right.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    edit(path, {"controlPoints": [first_point(path) | change]})
    with pytest.raises(LandmarkFileError, match=message):
        read_markups(path)


@pytest.mark.parametrize("change", [{"coordinateUnits": "um"}, {"coordinateSystem": "IJK"}])
def test_units_and_frames_that_are_not_ours_are_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "right.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    edit(path, change)
    with pytest.raises(LandmarkFileError):
        read_markups(path)


def test_one_label_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "right.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT)
    edit(path, {"controlPoints": [first_point(path), first_point(path)]})
    with pytest.raises(LandmarkFileError, match="given twice"):
        read_markups(path)


def test_a_missing_file_is_a_landmark_file_error(tmp_path: Path) -> None:
    with pytest.raises(LandmarkFileError, match="Cannot read"):
        read_markups(tmp_path / "none.mrk.json")


def test_the_slicer_storage_node_reads_and_writes_our_files(tmp_path: Path) -> None:
    """Our file through the real node and back: every point, state and doubt survives."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    ours, theirs = tmp_path / "ours.mrk.json", tmp_path / "theirs.mrk.json"
    case = right_hip()
    write_markups(ours, case, Side.RIGHT, keys=["NB"])

    node = slicer.vtkMRMLMarkupsFiducialNode()
    storage = slicer.vtkMRMLMarkupsJsonStorageNode()
    storage.SetFileName(str(ours))
    assert storage.ReadData(node)
    assert node.GetName() == "case_03 right hip"
    assert node.GetFixedNumberOfControlPoints()
    labels = [node.GetNthControlPointLabel(i) for i in range(node.GetNumberOfControlPoints())]
    status = [node.GetNthControlPointPositionStatus(i) for i in range(len(labels))]
    assert labels == ["FHC", "NA", "LCP", "SHD", "NB"]
    defined, missing = node.PositionDefined, node.PositionMissing
    assert status == [defined, defined, missing, missing, node.PositionUndefined]
    assert node.GetNthControlPointPosition(0) == (90.5, -12.25, 3.125)  # RAS

    storage.SetFileName(str(theirs))
    assert storage.WriteData(node)
    assert "markups-schema-v1.0." in theirs.read_text(encoding="utf-8")
    assert read_markups(theirs) == case


def test_a_point_put_by_slicer_is_the_readers(tmp_path: Path) -> None:
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    path = tmp_path / "right.mrk.json"
    write_markups(path, right_hip(), Side.RIGHT, keys=["NB"])
    node = slicer.vtkMRMLMarkupsFiducialNode()
    storage = slicer.vtkMRMLMarkupsJsonStorageNode()
    storage.SetFileName(str(path))
    storage.ReadData(node)
    node.SetNthControlPointPosition(4, 100.0, 20.0, 30.0)
    node.SetNthControlPointPositionMissing(0)
    storage.WriteData(node)
    back = read_markups(path)
    assert back[(Side.RIGHT, "NB")].position == (-100.0, -20.0, 30.0)
    assert back[(Side.RIGHT, "FHC")].state is LandmarkState.ABSENT
    assert back[(Side.RIGHT, "NA")] == right_hip()[(Side.RIGHT, "NA")]
