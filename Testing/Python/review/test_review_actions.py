"""What a reader does to one point."""

from __future__ import annotations

from dataclasses import replace

import pytest
from review_case import MODEL, READER, RIGHT, SUPPRESSED_AT, calibrated_hips

from HipLandmarksLib.anatomy import LandmarkState, Midline, Side
from HipLandmarksLib.anatomy.point_note import decode_note, encode_note
from HipLandmarksLib.review import NOT_PLACED, EditKind, PointState, ReviewError
from HipLandmarksLib.review.actions import (
    absent,
    accepted,
    mirrored,
    occluded,
    placed,
    suggested,
    unset,
)
from HipLandmarksLib.review.recognise import after_move, kind_of

FHC, MSO = (RIGHT, "FHC"), (RIGHT, "MSO")


@pytest.fixture
def head() -> PointState:
    return PointState(calibrated_hips()[FHC])


def test_accepting_leaves_the_models_point_and_its_doubt(head: PointState) -> None:
    state = accepted(FHC, head)
    assert state.landmark is head.landmark and state.accepted
    with pytest.raises(ReviewError, match="Right FHC is not placed"):
        accepted(FHC, NOT_PLACED)


def test_an_absent_point_has_no_position_and_no_probability(head: PointState) -> None:
    for state in (head, NOT_PLACED):
        gone = absent(FHC, state, READER).landmark
        assert gone is not None and gone.state is LandmarkState.ABSENT
        assert (gone.source, gone.confidence, gone.covariance) == (READER, None, None)


def test_occluded_keeps_the_place_and_can_be_taken_back(head: PointState) -> None:
    state = occluded(FHC, head, None, READER)
    hidden = state.landmark
    assert hidden is not None and head.landmark is not None
    assert (hidden.state, hidden.source) == (LandmarkState.ESTIMATED, READER)
    assert (hidden.position, hidden.covariance) == (
        head.landmark.position,
        head.landmark.covariance,
    )
    seen = occluded(FHC, state, None, READER).landmark
    assert seen is not None and seen.state is LandmarkState.VISIBLE


def test_an_occluded_point_without_a_place_takes_the_suppressed_one() -> None:
    original = calibrated_hips()[MSO]
    state = occluded(MSO, PointState(original), original, READER).landmark
    assert state is not None and state.position == SUPPRESSED_AT
    with pytest.raises(ReviewError, match="has no position: place it where it must be"):
        occluded(FHC, NOT_PLACED, None, READER)


def test_what_is_occluded_stays_so_where_it_is_put(head: PointState) -> None:
    hidden = occluded(FHC, head, None, READER)
    by_command = placed(FHC, hidden, (1.0, 2.0, 3.0), READER).landmark
    dragged = hidden.landmark.moved((1.0, 2.0, 3.0), READER) if hidden.landmark else None
    by_mouse = after_move(hidden, dragged).landmark
    assert by_command is not None and by_mouse is not None
    assert by_command.state is by_mouse.state is LandmarkState.ESTIMATED


def test_a_mirror_guess_that_is_corrected_counts_as_seen() -> None:
    hips = calibrated_hips()
    guess = mirrored(FHC, NOT_PLACED, hips, READER)
    moved = placed(FHC, guess, (-91.0, 0.0, 0.0), READER).landmark
    assert moved is not None and (moved.state, moved.note) == (LandmarkState.VISIBLE, "")


def test_every_state_survives_the_note_of_its_point(head: PointState) -> None:
    hips = calibrated_hips()
    for state in (
        occluded(FHC, head, None, READER),
        absent(FHC, head, READER),
        mirrored(FHC, head, hips, READER),
        placed(FHC, head, (1.0, 2.0, 3.0), READER),
    ):
        assert state.landmark is not None
        note = decode_note(encode_note(state.landmark), "FHC")
        assert note is not None and note.at(state.landmark.position) == state.landmark


def test_the_reader_can_overrule_a_suppression() -> None:
    original = calibrated_hips()[MSO]
    point = suggested(MSO, PointState(original), original, READER).landmark
    assert point is not None and (point.position, point.source) == (SUPPRESSED_AT, READER)
    with pytest.raises(ReviewError, match="The model suggests no place for right FHC"):
        suggested(FHC, NOT_PLACED, calibrated_hips()[FHC], READER)


def test_unset_makes_a_point_placeable_again(head: PointState) -> None:
    assert unset(FHC, head) is NOT_PLACED
    with pytest.raises(ReviewError, match="is not placed"):
        unset(FHC, NOT_PLACED)


def shifted(
    by: float, *keys: str
) -> dict[tuple[Side | Midline, str], tuple[PointState, PointState]]:
    found = {}
    for key in keys:
        old = calibrated_hips()[(RIGHT, key)]
        new = old.moved((old.point() + by).tolist(), READER)
        found[(RIGHT, key)] = (PointState(old), PointState(new))
    return found


def test_what_was_done_is_told_from_before_and_after(head: PointState) -> None:
    assert kind_of(shifted(2.0, "FHC"), dragged=True) is EditKind.DRAG
    assert kind_of(shifted(2.0, "FHC"), dragged=False) is EditKind.MOVE
    assert kind_of(shifted(2.0, "FHC", "LAE", "TD"), dragged=True) is EditKind.MOVE_ALL
    two_ways = {**shifted(2.0, "FHC"), **shifted(3.0, "LAE")}
    assert kind_of(two_ways, dragged=False) is EditKind.MOVE
    gone = absent(FHC, head, READER)
    assert kind_of({FHC: (head, gone)}, dragged=False) is EditKind.ABSENT
    assert kind_of({FHC: (head, NOT_PLACED)}, dragged=False) is EditKind.UNSET
    assert kind_of({FHC: (gone, head)}, dragged=False) is EditKind.PLACE


def test_a_models_estimate_is_not_an_occlusion_that_stays_for_nothing(head: PointState) -> None:
    """A point that nobody moved is taken as it is."""
    assert head.landmark is not None
    guess = replace(head.landmark, state=LandmarkState.ESTIMATED, source=MODEL)
    assert after_move(PointState(guess), guess) == PointState(guess)
