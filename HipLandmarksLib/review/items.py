"""The list of a review: one item per point, the most doubtful first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..anatomy import HipLandmarks, Landmark, LandmarkId, LandmarkTable
from ..anatomy.point_note import MOVED_MM
from ..anatomy.table import is_landmark
from .changes import PointState
from .doubt import Doubt, doubt_of
from .history import Review

_SIDES = "RLB"


class Progress(Enum):
    """How far the review of a point is."""

    OPEN = "open"
    """Nobody has looked at it."""
    ACCEPTED = "accepted"
    EDITED = "edited"
    """It is not what it was when the review began."""
    UNPLACED = "unplaced"
    """There is nothing to review; it can be placed."""


@dataclass(frozen=True)
class ReviewItem:
    """One point of the list.

    Attributes:
        id: side and key.
        number: by which it is called, the same on both sides; counts from 1.
        landmark: as it is now, None while it is not placed.
        original: as it was when the review began, such as the model's prediction.
        progress: how far its review is.
        doubt: of the model about ``original``.
    """

    id: LandmarkId
    number: int
    landmark: Landmark | None
    original: Landmark | None
    progress: Progress
    doubt: Doubt

    @property
    def reviewed(self) -> bool:
        """Whether somebody looked at it."""
        return self.progress in (Progress.ACCEPTED, Progress.EDITED)

    @property
    def asked(self) -> bool:
        """Whether it belongs to what is to be reviewed: it is, or was, there to look at."""
        return self.landmark is not None or self.original is not None


class ReviewList:
    """Makes the list of a review again and again: what did not change stays the same object.

    The order depends on the original points alone, so that no row moves while somebody reviews.
    """

    def __init__(self) -> None:
        self._original = HipLandmarks({})
        self._ids: tuple[LandmarkId, ...] = ()
        self._order: tuple[LandmarkId, ...] = ()
        self._numbers: dict[str, int] = {}
        self._doubts: dict[LandmarkId, Doubt] = {}
        self._items: dict[LandmarkId, ReviewItem] = {}

    def update(
        self, review: Review, now: HipLandmarks, offered: Iterable[LandmarkId]
    ) -> tuple[ReviewItem, ...]:
        """The items, the most doubtful first.

        Args:
            review: originals and states.
            now: the points as they are now, also in the middle of a drag.
            offered: further points that can be placed; those of no landmark are passed over.
        """
        every = dict.fromkeys([*review.original, *now, *offered])
        ids = tuple(id_ for id_ in every if is_landmark(*id_))
        if ids != self._ids or review.original is not self._original:
            self._sort(review.original, ids)
        self._items = {id_: self._item(id_, review, now) for id_ in self._order}
        return tuple(self._items.values())

    def _sort(self, original: HipLandmarks, ids: tuple[LandmarkId, ...]) -> None:
        self._original, self._ids = original, ids
        self._numbers = landmark_numbers([key for _, key in original], [key for _, key in ids])
        self._doubts = {id_: doubt_of(original.items_.get(id_)) for id_ in ids}
        self._items = {}
        self._order = tuple(sorted(ids, key=self._place))

    def _place(self, id_: LandmarkId) -> tuple[object, ...]:
        side, key = id_
        rank = self._doubts[id_].rank
        return (id_ not in self._original, rank, self._numbers[key], _SIDES.index(side.value))

    def _item(self, id_: LandmarkId, review: Review, now: HipLandmarks) -> ReviewItem:
        landmark, known = now.items_.get(id_), self._items.get(id_)
        original = review.original.items_.get(id_)
        progress = progress_of(review.state(id_), original)
        if known is not None and known.landmark is landmark and known.progress is progress:
            return known
        number, doubt = self._numbers[id_[1]], self._doubts[id_]
        return ReviewItem(id_, number, landmark, original, progress, doubt)


def landmark_numbers(asked: Iterable[str], others: Iterable[str]) -> dict[str, int]:
    """Number of every key, from 1: the keys that are asked for first, in the table's order."""
    rank = {key: index for index, key in enumerate(LandmarkTable.load().keys)}

    def in_order(keys: Iterable[str]) -> list[str]:
        return sorted(dict.fromkeys(keys), key=lambda key: (_table_rank(rank, key), key))

    first = in_order(asked)
    rest = [key for key in in_order(others) if key not in first]
    return {key: number for number, key in enumerate([*first, *rest], start=1)}


def differs(landmark: Landmark | None, original: Landmark | None) -> bool:
    """Whether a point is not what it was: elsewhere, of another state or somebody else's."""
    if landmark is original or landmark is None or original is None:
        return landmark is not original
    same_words = (landmark.state, landmark.source) == (original.state, original.source)
    if not same_words or landmark.position is None or original.position is None:
        return not same_words
    shift = np.linalg.norm(np.subtract(landmark.position, original.position))
    return bool(shift > MOVED_MM)


def progress_of(state: PointState, original: Landmark | None) -> Progress:
    """How far the review of a point is."""
    if differs(state.landmark, original):
        return Progress.EDITED
    if state.accepted:
        return Progress.ACCEPTED
    return Progress.UNPLACED if state.landmark is None else Progress.OPEN


def _table_rank(rank: dict[str, int], key: str) -> int:
    """Place in the table; the numbered points of a list stand where their list does."""
    return rank.get(key, rank.get(key.rstrip("0123456789"), len(rank)))


def next_open(items: Sequence[ReviewItem], current: LandmarkId | None) -> ReviewItem | None:
    """The least sure point that nobody has looked at, but not ``current``; None when none is left.

    The current point is returned when it is the only one left.
    """
    left = [item for item in items if item.progress is Progress.OPEN]
    others = [item for item in left if item.id != current]
    return next(iter(others or left), None)
