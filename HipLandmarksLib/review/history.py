"""The steps that can be undone, and those that can be done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarks, LandmarkId
from .changes import NOT_PLACED, Change, Edit, EditKind, PointState

MOST_EDITS = 1000
"""Steps that are kept; the original landmarks can be recovered however long a review is."""

_ONE_NUDGE = timedelta(seconds=1.0)
"""Nudges of one point that follow each other faster are one step."""


@dataclass(frozen=True, eq=False)
class Review:
    """The points of one image under review, with their original state and history; immutable.

    Attributes:
        original: the landmarks as they were when the review began, such as a model's prediction.
        ijk_to_lps: 4x4 of the image in whose place all positions of the review (LPS mm) are meant.
        present: state of every point now; a point that is not in it is :data:`NOT_PLACED`.
        done: the steps that led here, oldest first.
        undone: the steps that were taken back, in the order in which they were done.
    """

    original: HipLandmarks
    ijk_to_lps: NDArray[np.float64]
    present: Mapping[LandmarkId, PointState] = field(default_factory=dict)
    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()

    @classmethod
    def begin(cls, original: HipLandmarks, ijk_to_lps: NDArray[np.float64]) -> Review:
        """A review in which nothing was done yet."""
        return cls(original, ijk_to_lps, {id_: PointState(p) for id_, p in original.items()})

    def state(self, id_: LandmarkId) -> PointState:
        """What holds of a point now."""
        return self.present.get(id_, NOT_PLACED)

    @property
    def landmarks(self) -> HipLandmarks:
        """The points that have a state now."""
        found = [s.landmark for s in self.present.values() if s.landmark is not None]
        return HipLandmarks.of(found, case_id=self.original.case_id)

    def planned(
        self,
        kind: EditKind,
        states: Mapping[LandmarkId, PointState],
        at: datetime,
        by: str = "",
        original: HipLandmarks | None = None,
    ) -> Edit | None:
        """The step that gives these points these states; None when it would change nothing.

        Args:
            kind: what is done.
            states: of the points that are touched.
            at: now, with time zone.
            by: pseudonym of the reader.
            original: other original landmarks that the step brings.
        """
        pairs = ((id_, self.state(id_), after) for id_, after in states.items())
        changes = tuple(Change(id_, old, new) for id_, old, new in pairs if old != new)
        originals = None
        if original is not None and original != self.original:
            originals = (self.original, original)
        if not changes and originals is None:
            return None
        return Edit(kind, changes, at, by, originals)

    def with_edit(self, edit: Edit) -> Review:
        """The review after ``edit``; what was undone before cannot be done again any more."""
        earlier = self._merged(edit)
        if earlier is None:
            return self._at(edit.after, edit, 1, (*self.done, edit)[-MOST_EDITS:], ())
        begun = {change.id: change.before for change in earlier.changes}
        changes = tuple(replace(c, before=begun[c.id]) for c in edit.changes)
        moved = any(change.before != change.after for change in changes)
        merged = (replace(edit, changes=changes),) if moved else ()
        return self._at(edit.after, edit, 1, (*self.done[:-1], *merged), ())

    def undo(self) -> Review:
        """The review before its last step; itself when there is none."""
        if not self.done:
            return self
        edit = self.done[-1]
        return self._at(edit.before, edit, 0, self.done[:-1], (edit, *self.undone))

    def redo(self) -> Review:
        """The review after the step that was undone last; itself when there is none."""
        if not self.undone:
            return self
        edit = self.undone[0]
        return self._at(edit.after, edit, 1, (*self.done, edit), self.undone[1:])

    def _merged(self, edit: Edit) -> Edit | None:
        """The last step when ``edit`` only goes on with it."""
        last = self.done[-1] if self.done and not self.undone else None
        if last is None or not last.kind is edit.kind is EditKind.NUDGE or last.ids != edit.ids:
            return None
        return last if edit.at - last.at <= _ONE_NUDGE else None

    def _at(
        self,
        states: Mapping[LandmarkId, PointState],
        edit: Edit,
        which: int,
        done: tuple[Edit, ...],
        undone: tuple[Edit, ...],
    ) -> Review:
        present = {**self.present, **states}
        kept = {id_: state for id_, state in present.items() if state != NOT_PLACED}
        original = self.original if edit.originals is None else edit.originals[which]
        return Review(original, self.ijk_to_lps, kept, done, undone)
