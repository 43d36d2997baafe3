"""The review of a study, kept in the scene and autosaved at every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...anatomy import HipLandmarks, Landmark, LandmarkId
from ...anatomy.mapping import map_landmark, map_landmarks
from ...anatomy.table import is_landmark
from ...review import (
    NOT_PLACED,
    Edit,
    EditKind,
    Journal,
    JournalOffer,
    PointState,
    Review,
    ReviewError,
    image_key,
)
from ...review.items import differs
from ...review.store import ReviewText, review_from_text
from ..study import HipStudy
from .node import add_review_node, find_review_node, remember_page, shown_page
from .offering import page_key


@dataclass
class _Page:
    """A page that is not shown now."""

    review: Review
    text: ReviewText
    node: Any
    journal: Journal | None


class KeptReview:
    """States and history of a study's points; the points themselves are the study's.

    A study that shows one slice of a stack after the other has a page for each, with a history of
    its own; the first one has the name "".

    A review says where points are in the image as it lay when the review began, so that a
    transform that moves image and points takes the history along.

    Args:
        study: new, or reopened with the scene.
        folder: of the autosave; None for none.
        clock: tells the time, with time zone.

    Attributes:
        review: as it is now, of the page that is shown.
        page: its name.
        problem: what the reader must know of it, such as that it is not autosaved; else empty.
    """

    review: Review
    node: Any
    _journal: Journal | None

    def __init__(
        self,
        study: HipStudy,
        folder: Path | str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._study = study
        self._clock = clock
        self._folder = folder
        self._key = "" if folder is None else image_key(study.image.pixels)
        self._others: dict[str, _Page] = {}
        self.problem = ""
        self.page = shown_page(study.nodes)
        self._open(self._new_page())
        self._write()

    @property
    def original(self) -> HipLandmarks:
        """The original landmarks where the image lies now, LPS mm."""
        return map_landmarks(
            self.review.original, self.review.ijk_to_lps, self._study.image.ijk_to_lps
        )

    def now(self, id_: LandmarkId) -> Landmark | None:
        """A point of the study as it is now, in the place of the review."""
        landmark = self._study.landmarks.items_.get(id_)
        return self._moved(landmark, 1)

    def changed_outside(self) -> list[LandmarkId]:
        """Points that are not as the review left them."""
        every = dict.fromkeys([*self.review.present, *self._study.landmarks])
        ids = [id_ for id_ in every if is_landmark(*id_)]
        state = self.review.state
        return [id_ for id_ in ids if differs(self.now(id_), state(id_).landmark)]

    def shown(self, states: Mapping[LandmarkId, PointState]) -> dict[LandmarkId, Landmark | None]:
        """Points with these states as the study must show them now."""
        return {id_: self._moved(state.landmark, 0) for id_, state in states.items()}

    def in_review(self, states: Mapping[LandmarkId, PointState]) -> dict[LandmarkId, PointState]:
        """States of the study's points (LPS mm, world) in the place of the review."""
        return {
            id_: PointState(self._moved(state.landmark, 1), state.accepted)
            for id_, state in states.items()
        }

    def turn(self, page: str) -> None:
        """Go on with another page: the study shows its points from now on.

        A page that is opened for the first time begins with the points that are shown.
        """
        if page == self.page:
            return
        self.check_saved()
        self._others[self.page] = _Page(self.review, self._text, self.node, self._journal)
        self.page = page
        self._open(self._others.pop(page) if page in self._others else self._new_page())
        remember_page(self._study.nodes, page)

    def take_others(self, landmarks: HipLandmarks) -> None:
        """Other landmarks (LPS mm, world) are shown, which are the originals from here on.

        Those from before the last detection take it back: it failed later on.
        """
        places = (self._study.image.ijk_to_lps, self.review.ijk_to_lps)
        items = map_landmarks(landmarks, *places).items()
        found = {id_: point for id_, point in items if is_landmark(*id_)}
        last = self.review.done[-1] if self.review.done else None
        if last is not None and last.kind is EditKind.DETECT:
            before = self.review.undo().landmarks
            if dict(before) == found:
                self.undo()
                return
        states = {id_: PointState(point) for id_, point in found.items()}
        gone = dict.fromkeys(self.review.present, NOT_PLACED)
        original = HipLandmarks(found, case_id=landmarks.case_id)
        self.record(EditKind.DETECT, gone | states, original)

    def record(
        self,
        kind: EditKind,
        states: Mapping[LandmarkId, PointState],
        original: HipLandmarks | None = None,
    ) -> Edit | None:
        """Take up what was done to the study; None when it changes nothing.

        Points of a list that are no landmarks are nobody's business here.
        """
        known = {id_: state for id_, state in states.items() if is_landmark(*id_)}
        edit = self.review.planned(kind, known, self._clock(), self._study.reader.name, original)
        if edit is not None:
            self.check_saved()
            self.review = self.review.with_edit(edit)
            self._autosave(lambda journal: journal.edit(edit))
            self._write()
        return edit

    def undo(self) -> None:
        """Go back one step; the points are the caller's."""
        self.check_saved()
        self.review = self.review.undo()
        self._autosave(Journal.undo)
        self._write()

    def redo(self) -> None:
        """Do the step again that was undone last; the points are the caller's."""
        self.check_saved()
        self.review = self.review.redo()
        self._autosave(Journal.redo)
        self._write()

    def restore(self, offer: JournalOffer) -> dict[LandmarkId, PointState]:
        """Take up an autosaved review; the states that the study must show then.

        Its history comes along where nothing was done yet; otherwise it is one more step.
        """
        saved, done = offer.review, bool(self.review.done or self.review.undone)
        ids = {*self.review.present, *saved.present, *self._study.landmarks}
        if not done:
            self.review = saved
        else:
            places = (saved.ijk_to_lps, self.review.ijk_to_lps)
            found = map_landmarks(saved.landmarks, *places)
            states = {
                id_: PointState(found.items_.get(id_), saved.state(id_).accepted) for id_ in ids
            }
            self.record(EditKind.RESTORE, states, map_landmarks(saved.original, *places))
        self._autosave(lambda journal: journal.keep(self.review, offer.edits))
        self._write()
        return {id_: self.review.state(id_) for id_ in ids}

    def saved(self) -> None:
        """The scene is saved: nothing of the autosave is needed any more."""
        self._autosave(lambda journal: journal.restart(self.review))
        for page in self._others.values():
            if page.journal is not None:
                page.journal.restart(page.review)

    def check_saved(self) -> bool:
        """Drop the autosave when the scene was stored since the last step; whether it was.

        MRML fires no event when a scene is stored, but keeps the time.
        """
        stored = self._study.scene.GetStoredTime()
        saved = self.node is not None and stored > self.node.GetMTime()
        if saved:
            self.saved()
        return saved

    def close(self) -> None:
        """Let go of the autosave."""
        self.check_saved()
        self._autosave(Journal.close)
        for page in self._others.values():
            if page.journal is not None:
                page.journal.close()

    def forget(self, node: Any) -> Any:
        """A node leaves the scene; the one that is left, for the next step makes another one."""
        if node is self.node:
            self.node = None
        for page in self._others.values():
            page.node = None if node is page.node else page.node
        return self.node

    def _open(self, page: _Page) -> None:
        """Take a page up; what happened to its points meanwhile is a step of it."""
        self._moves: tuple[Any, Any] = (None, None)
        self.review, self._text = page.review, page.text
        self.node, self._journal = page.node, page.journal
        outside = {id_: PointState(self.now(id_)) for id_ in self.changed_outside()}
        self.record(EditKind.OUTSIDE, outside)
        if self._journal is None and self._folder is not None:
            self._journal = Journal(self._folder, page_key(self._key, self.page), self.review)

    def _new_page(self) -> _Page:
        node, place = find_review_node(self._study.nodes, self.page), self._study.image.ijk_to_lps
        begun = self._found(node) or Review.begin(_original(self._study, self.page), place)
        return _Page(begun, ReviewText(), node, None)

    def _found(self, node: Any) -> Review | None:
        """The review that a node keeps; a damaged one is told of and begun anew."""
        if node is None:
            return None
        try:
            return review_from_text(node.GetText() or "")
        except ReviewError as error:
            self.problem = str(error)
            return None

    def _write(self) -> None:
        if self.node is None:
            self.node = add_review_node(self._study.nodes, self.page)
        self.node.SetText(self._text.write(self.review))

    def _autosave(self, step: Callable[[Journal], None]) -> None:
        """A full disk must not keep anybody from correcting a point, but is told."""
        if self._journal is None:
            return
        try:
            step(self._journal)
        except ReviewError as error:
            self.problem = str(error)

    def _moved(self, landmark: Landmark | None, direction: int) -> Landmark | None:
        """From the review to the study (0) or back (1); most images never move."""
        place = self._study.image.ijk_to_lps
        if landmark is None or place is self.review.ijk_to_lps:
            return landmark
        if self._moves[0] is not place:
            self._moves = (place, _both_ways(self.review.ijk_to_lps, place))
        matrices = self._moves[1]
        return landmark if matrices is None else map_landmark(landmark, matrices[direction])


def _both_ways(before: NDArray[np.float64], after: NDArray[np.float64]) -> Any:
    """The move of the image and its inverse, 4x4 each; None when it did not move."""
    if np.allclose(before, after, atol=1e-9):
        return None
    move = after @ np.linalg.inv(before)
    return move, np.linalg.inv(move)


def _original(study: HipStudy, page: str) -> HipLandmarks:
    """The points as they are; a model whose reading is there tells what it said before.

    The reading is about the points of the first page.
    """
    read = {} if study.doubt is None or page else study.doubt.reading.landmarks
    points = {id_: p for id_, p in {**study.landmarks, **read}.items() if is_landmark(*id_)}
    return HipLandmarks(points, case_id=study.landmarks.case_id)
