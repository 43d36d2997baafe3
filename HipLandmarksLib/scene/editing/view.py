"""What can be asked of a review."""

from __future__ import annotations

from ...anatomy import LandmarkId
from ...i18n import tr as _
from ...review import (
    Edit,
    EditKind,
    PointState,
    ReviewError,
    ReviewItem,
    ReviewList,
    order_remark,
)
from ...review.actions import capital_name, suggested_place
from ...review.mirror import mirror_plane
from ..frames import Vec3
from ..study import HipStudy
from .kept import KeptReview


class ReviewView:
    """The present state of the review of a study; changes nothing."""

    study: HipStudy
    _kept: KeptReview
    _list: ReviewList
    _current: LandmarkId | None

    def _catch_up(self) -> None:
        """Take up what happened meanwhile."""

    @property
    def problem(self) -> str:
        """What the reader must know, such as that the review is not autosaved; else empty."""
        return self._kept.problem

    @property
    def items(self) -> tuple[ReviewItem, ...]:
        """The points, the most doubtful first; the order stays while somebody reviews."""
        self._catch_up()
        return self._list.update(self._kept.review, self.study.landmarks, self.study.offered)

    def item(self, id_: LandmarkId) -> ReviewItem:
        """One point of the list.

        Raises:
            ReviewError: when it is not in the list.
        """
        for item in self.items:
            if item.id == id_:
                return item
        words = _("{point} is not in this list of landmarks.")
        raise ReviewError(words.format(point=capital_name(id_)))

    @property
    def remark(self) -> str:
        """Why the order of the list is less than it could be; "" for calibrated doubt."""
        return order_remark([item.doubt for item in self.items if item.original is not None])

    @property
    def open_count(self) -> int:
        """How many points are still to be reviewed."""
        return sum(item.asked and not item.reviewed for item in self.items)

    @property
    def current(self) -> LandmarkId | None:
        """The point that commands are about."""
        return self._current

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        self._catch_up()
        return bool(self._kept.review.done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        self._catch_up()
        return bool(self._kept.review.undone)

    @property
    def last_edit(self) -> Edit | None:
        """The step that undo takes back."""
        self._catch_up()
        done = self._kept.review.done
        return done[-1] if done else None

    @property
    def undo_kind(self) -> EditKind | None:
        """What undo takes back."""
        return None if self.last_edit is None else self.last_edit.kind

    @property
    def redo_kind(self) -> EditKind | None:
        """What redo does again."""
        self._catch_up()
        undone = self._kept.review.undone
        return undone[0].kind if undone else None

    def state(self, id_: LandmarkId) -> PointState:
        """What holds of a point now, LPS mm, world."""
        accepted = self._kept.review.state(id_).accepted
        return PointState(self.study.landmarks.items_.get(id_), accepted)

    def original_state(self, id_: LandmarkId) -> PointState:
        """What held of a point when the review began, such as the model's prediction."""
        return PointState(self._kept.original.items_.get(id_))

    def place_of(self, id_: LandmarkId) -> Vec3 | None:
        """Where to look for a point, LPS mm; None when nothing is known.

        Where it is, or where the model would have put it, or where the other side suggests.
        """
        landmark = self.study.landmarks.items_.get(id_)
        if landmark is not None and landmark.position is not None:
            return landmark.position
        return suggested_place(self.original_state(id_).landmark) or self._mirrored(id_)

    def _mirrored(self, id_: LandmarkId) -> Vec3 | None:
        side, key = id_
        other = self.study.landmarks.items_.get((side.opposite, key))
        if other is None or other.position is None:
            return None
        try:
            return mirror_plane(self.study.landmarks, without=key).mirrored(other.position)
        except ReviewError:  # where to look is only a help
            return None
