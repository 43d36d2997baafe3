"""The history against a model so simple that it must be right: a list of whole states."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from review_case import LEFT, MODEL, PLACE, READER, RIGHT, Clock, calibrated_hips

from HipLandmarksLib.anatomy import HipLandmarks, LandmarkId
from HipLandmarksLib.review import NOT_PLACED, EditKind, PointState, Review, ReviewError
from HipLandmarksLib.review.actions import absent, accepted, placed
from HipLandmarksLib.review.history import MOST_EDITS
from HipLandmarksLib.review.store import ReviewText, review_from_text

IDS: list[LandmarkId] = [(RIGHT, "FHC"), (LEFT, "FHC"), (RIGHT, "MSO"), (LEFT, "GT")]
KINDS = [kind for kind in EditKind if kind is not EditKind.NUDGE]
States = dict[LandmarkId, PointState]
coordinates = st.tuples(*[st.floats(-300, 300, allow_nan=False, width=32)] * 3)


class HistoryMachine(RuleBasedStateMachine):
    """A review, and beside it all states it ever had with a finger on the present one."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.text = ReviewText()
        self.review = Review.begin(calibrated_hips(), PLACE)
        self.all: list[tuple[States, HipLandmarks]] = [self.now()]
        self.finger = 0

    def now(self) -> tuple[States, HipLandmarks]:
        return dict(self.review.present), self.review.original

    def do(self, states: States, original: HipLandmarks | None = None) -> None:
        before = dict(self.review.present)
        edit = self.review.planned(EditKind.MOVE, states, self.clock(), "anna", original)
        if edit is None:
            assert all(before.get(id_, NOT_PLACED) == states[id_] for id_ in states)
            return
        self.review = self.review.with_edit(edit)
        present = {id_: s for id_, s in {**before, **states}.items() if s != NOT_PLACED}
        known = self.all[self.finger][1] if original is None else original
        self.all = [*self.all[: self.finger + 1], (present, known)]
        self.finger += 1

    @rule(id_=st.sampled_from(IDS), position=coordinates)
    def place(self, id_: LandmarkId, position: tuple[float, float, float]) -> None:
        self.do({id_: placed(id_, self.review.state(id_), position, READER)})

    @rule(ids=st.sets(st.sampled_from(IDS), min_size=1), position=coordinates)
    def place_several(self, ids: set[LandmarkId], position: tuple[float, float, float]) -> None:
        self.do({id_: placed(id_, self.review.state(id_), position, READER) for id_ in ids})

    @rule(id_=st.sampled_from(IDS))
    def mark_absent(self, id_: LandmarkId) -> None:
        self.do({id_: absent(id_, self.review.state(id_), READER)})

    @rule(id_=st.sampled_from(IDS))
    def unset(self, id_: LandmarkId) -> None:
        self.do({id_: NOT_PLACED})

    @rule(id_=st.sampled_from(IDS))
    def accept(self, id_: LandmarkId) -> None:
        state = self.review.state(id_)
        if state.landmark is not None:
            self.do({id_: accepted(id_, state)})

    @rule()
    def reset_all(self) -> None:
        original = self.review.original
        self.do({id_: PointState(original.items_.get(id_)) for id_ in IDS})

    @rule(shift=st.floats(-5, 5, allow_nan=False, width=32))
    def detect_again(self, shift: float) -> None:
        fhc = calibrated_hips()[(RIGHT, "FHC")].moved((shift, 0.0, 0.0), MODEL)
        found = calibrated_hips().with_landmark(fhc)
        self.do({id_: PointState(found.items_.get(id_)) for id_ in IDS}, found)

    @precondition(lambda self: self.finger > 0)
    @rule()
    def undo(self) -> None:
        self.review = self.review.undo()
        self.finger -= 1

    @precondition(lambda self: self.finger + 1 < len(self.all))
    @rule()
    def redo(self) -> None:
        self.review = self.review.redo()
        self.finger += 1

    @rule()
    def save_and_reload(self) -> None:
        self.review = review_from_text(self.text.write(self.review))

    @invariant()
    def is_where_the_finger_is(self) -> None:
        assert self.now() == self.all[self.finger]
        assert len(self.review.done) == self.finger
        assert len(self.review.undone) == len(self.all) - 1 - self.finger


HistoryMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
test_history_agrees_with_a_list_of_states = HistoryMachine.TestCase


def nudge(review: Review, clock: Clock, x: float, id_: LandmarkId = IDS[0]) -> Review:
    state = placed(id_, review.state(id_), (x, 0.0, 0.0), READER)
    edit = review.planned(EditKind.NUDGE, {id_: state}, clock())
    assert edit is not None
    return review.with_edit(edit)


def test_nudges_in_a_row_are_one_step() -> None:
    clock, review = Clock(), Review.begin(calibrated_hips(), PLACE)
    for x in (1.0, 2.0, 3.0):
        review = nudge(review, clock, x)
        clock.wait(0.4)
    assert len(review.done) == 1
    assert review.undo().present == Review.begin(calibrated_hips(), PLACE).present
    assert review.undo().redo().present == review.present


@pytest.mark.parametrize("other", ["later", "other point", "after undo"])
def test_nudges_that_do_not_follow_each_other_are_steps_of_their_own(other: str) -> None:
    clock, review = Clock(), nudge(Review.begin(calibrated_hips(), PLACE), Clock(), 1.0)
    if other == "later":
        clock.wait(3.0)
        review = nudge(review, clock, 2.0)
    elif other == "other point":
        review = nudge(review, clock, 2.0, IDS[1])
    else:
        review = nudge(nudge(review, clock, 2.0, IDS[1]).undo(), clock, 3.0)
        assert not review.undone
    assert len(review.done) == 2


def test_a_long_review_forgets_its_first_steps_and_never_the_originals() -> None:
    clock, review = Clock(), Review.begin(calibrated_hips(), PLACE)
    for step in range(MOST_EDITS + 5):
        clock.wait(5.0)
        review = nudge(review, clock, float(step))
    assert len(review.done) == MOST_EDITS
    assert review.original == calibrated_hips()


def test_what_did_not_change_is_not_written_anew() -> None:
    text, review = ReviewText(), Review.begin(calibrated_hips(), PLACE)
    first = text.write(review)
    assert text.write(review) == first
    assert review_from_text(first).original == calibrated_hips()


@pytest.mark.parametrize("damage", ["cut", "format", "position", "zone"])
def test_a_damaged_review_is_told(damage: str) -> None:
    review = nudge(Review.begin(calibrated_hips(), PLACE), Clock(), 1.0)
    data = json.loads(ReviewText().write(review))
    if damage == "format":
        data["format"] = "something else"
    elif damage == "position":
        data["present"][0][2]["landmark"]["position"] = [1.0, "x", 3.0]
    elif damage == "zone":
        data["done"][0]["at"] = "2026-03-01T09:00:00"
    text = json.dumps(data)
    with pytest.raises(ReviewError, match="cannot be read"):
        review_from_text(text[: len(text) // 2] if damage == "cut" else text)


def test_a_step_keeps_who_did_it_and_when() -> None:
    clock, review = Clock(), Review.begin(calibrated_hips(), PLACE)
    edit = review.planned(EditKind.UNSET, {IDS[0]: NOT_PLACED}, clock(), "anna")
    assert edit is not None
    again = review_from_text(ReviewText().write(review.with_edit(edit))).done[0]
    assert again == edit and (again.by, again.at) == ("anna", clock())
    assert replace(again, by="bert") != edit
