"""A stack holds the landmarks of every slice, tells what a person changed, and survives a file."""

import json
from dataclasses import replace

import pytest
from hip_points import hip_points
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    LandmarkStack,
    Side,
    Source,
    SourceKind,
    StackSlice,
    read_stack,
    write_stack,
)
from HipLandmarksLib.errors import ConfigurationError, LandmarkFileError

MODEL, READER = Source(SourceKind.MODEL, "m", "1"), Source(SourceKind.READER, "ann")


def landmarks(depth):
    points = [
        *hip_points(Side.RIGHT, 50.0, 31.0, -depth),
        *hip_points(Side.LEFT, 55.0, 29.0, -depth),
    ]
    return HipLandmarks.of((replace(point, source=MODEL) for point in points), case_id="case")


def stack(indices=range(5), spacing=4.0, chosen=None):
    slices = [StackSlice(k, -spacing * k, landmarks(-spacing * k)) for k in indices]
    return LandmarkStack.of(slices, chosen or {}, "case")


def test_slices_are_found_by_their_number_in_the_image_not_by_their_place():
    some = stack((7, 3, 4))
    assert some.indices == (3, 4, 7)
    assert some.at(7).index == 7 and some[2].index == 7
    assert some.has(4) and not some.has(5)
    with pytest.raises(ConfigurationError, match=r"no slice 5 .* from 3 to 7 \(3 slices\)"):
        some.at(5)


def test_one_walks_from_slice_to_slice_across_what_is_missing():
    some = stack((3, 4, 7))
    assert [some.after(k) for k in (2, 3, 4, 5, 7)] == [3, 4, 7, 7, None]
    assert [some.before(k) for k in (3, 4, 6, 7, 9)] == [None, 3, 4, 4, 7]
    assert some.nearest(-17.0).index == 4
    assert some.nearest(-99.0).index == 7


def test_spacing_is_the_usual_one_and_gaps_are_named():
    some = stack((0, 1, 2, 5, 6))
    assert some.spacing_mm == pytest.approx(4.0)
    assert some.gaps == ((2, 5),)
    assert stack((4,)).spacing_mm is None and stack((4,)).gaps == ()


def test_a_blank_slice_makes_a_gap_and_cannot_be_measured():
    slices = [*stack((0, 1, 3, 4)), StackSlice(2, -8.0, unread="it is blank")]
    some = LandmarkStack.of(slices)
    assert some.gaps == ((1, 3),)
    assert sorted(some.by_depth()) == [-16.0, -12.0, -4.0, 0.0]
    with pytest.raises(ConfigurationError, match=r"Slice 2 was not read .it is blank."):
        some.with_chosen(Side.RIGHT, 2)


def test_an_edit_marks_its_slice_and_its_point_and_undoing_it_takes_the_mark_away():
    before = stack()
    point = before.at(2).landmarks[(Side.LEFT, "FHC")]
    after = before.with_landmark(2, point.moved((1.0, 2.0, 3.0), READER))
    assert after.edited == (2,)
    assert after.at(2).edited == {(Side.LEFT, "FHC")}
    assert before.edited == ()
    assert after.with_landmark(2, point).edited == ()


def test_a_point_that_a_person_calls_absent_is_an_edit_too():
    point = stack().at(1).landmarks[(Side.LEFT, "LCP")]
    assert stack().with_landmark(1, point.absent(READER)).at(1).is_edited


def test_an_edited_stack_shares_every_other_slice():
    before = stack(range(200))
    point = before.at(100).landmarks[(Side.LEFT, "FHC")]
    after = before.with_landmark(100, point.moved((1.0, 2.0, 3.0), READER))
    assert sum(a is b for a, b in zip(before, after, strict=True)) == 199


def test_the_case_takes_each_hip_from_the_slice_that_was_chosen_for_it():
    some = stack(chosen={Side.RIGHT: 1, Side.LEFT: 3})
    case = some.case()
    assert case.case_id == "case"
    assert case[(Side.RIGHT, "FHC")] == some.at(1).landmarks[(Side.RIGHT, "FHC")]
    assert case[(Side.LEFT, "LAE")] == some.at(3).landmarks[(Side.LEFT, "LAE")]
    assert not stack(chosen={Side.LEFT: 3}).case().side(Side.RIGHT)


@pytest.mark.parametrize(
    ("slices", "why"),
    [
        ([], "at least one slice"),
        ([StackSlice(1, 0.0), StackSlice(1, 4.0)], "Slice 1 is given twice"),
        ([StackSlice(0, 0.0), StackSlice(1, 4.0), StackSlice(2, 3.0)], "Slices 1 and 2 do not fol"),
        ([StackSlice(0, 0.0), StackSlice(1, float("nan"))], "must be a number"),
    ],
)
def test_slices_that_are_no_stack_are_refused(slices, why):
    with pytest.raises(ConfigurationError, match=why):
        LandmarkStack.of(slices)


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=6, unique=True),
    st.floats(0.3, 8.0),
    st.booleans(),
)
def test_a_file_keeps_everything(indices, spacing, edit):
    before = stack(indices, spacing, {Side.LEFT: indices[0]})
    if edit:
        point = before[0].landmarks[(Side.RIGHT, "NA")]
        before = before.with_landmark(before[0].index, point.absent(READER, "covered"))
    assert LandmarkStack.from_dict(json.loads(json.dumps(before.to_dict()))) == before


def test_a_stack_is_written_and_read_with_its_unread_slices(tmp_path):
    slices = [*stack((0, 1, 3)), StackSlice(2, -8.0, HipLandmarks({}, case_id="case"), "blank")]
    some = LandmarkStack.of(slices, {Side.RIGHT: 1}, "case")
    write_stack(tmp_path / "stack.json", some)
    assert read_stack(tmp_path / "stack.json") == some


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "not a file of landmarks by slice"),
        ({"slices": [{"index": 0}]}, "it lacks"),
        ({"slices": [{"index": "0", "depth_mm": 0, "landmarks": []}]}, "whole number"),
        ({"chosen": {"R": 17}}, "no slice 17"),
        ({"chosen": {"X": 1}}, "damaged: export it again"),
        ({"slices": 3}, "damaged: export it again"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(tmp_path, change, why):
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({**stack().to_dict(), **change}))
    with pytest.raises(LandmarkFileError, match=rf"stack.json: .*{why}"):
        read_stack(path)
