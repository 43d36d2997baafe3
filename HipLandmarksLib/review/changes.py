"""What was changed in a review: the vocabulary of its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..anatomy import HipLandmarks, Landmark, LandmarkId


class EditKind(str, Enum):
    """What somebody did, as one step that is undone at once."""

    DRAG = "drag"
    """One point was dragged with the mouse."""
    MOVE = "move"
    """Points were moved otherwise: by a script or another module."""
    MOVE_ALL = "move all"
    """Several points were moved together by the same way, as by dragging a whole list."""
    NUDGE = "nudge"
    PLACE = "place"
    SUGGESTED = "suggested"
    """Placed where the model would have put a point that it reports absent."""
    MIRROR = "mirror"
    ABSENT = "absent"
    OCCLUDED = "occluded"
    VISIBLE = "visible"
    UNSET = "unset"
    ACCEPT = "accept"
    UNACCEPT = "unaccept"
    RESET = "reset"
    RESET_ALL = "reset all"
    DELETE_LIST = "delete list"
    """A whole point list was removed from the scene."""
    DETECT = "detect"
    """Other landmarks were shown, as by a new detection."""
    OUTSIDE = "outside"
    """Changed while nobody kept the history, such as in another program."""
    RESTORE = "restore"
    """Taken from an autosaved review."""


@dataclass(frozen=True)
class PointState:
    """What holds of one point at one time.

    Attributes:
        landmark: as it is; None while the point is still to be placed.
        accepted: somebody looked and left it as it is.
    """

    landmark: Landmark | None = None
    accepted: bool = False


NOT_PLACED = PointState()
"""The state of a point that nobody has looked at."""


@dataclass(frozen=True)
class Change:
    """One point before and after an edit."""

    id: LandmarkId
    before: PointState
    after: PointState


@dataclass(frozen=True)
class Edit:
    """One step of the history.

    Attributes:
        kind: what was done.
        changes: the points that it changed, each once.
        at: when it ended, with time zone.
        by: pseudonym of the reader, "" when not known.
        originals: of a step that brought other original landmarks, those before and after.
    """

    kind: EditKind
    changes: tuple[Change, ...]
    at: datetime
    by: str = ""
    originals: tuple[HipLandmarks, HipLandmarks] | None = None

    @property
    def ids(self) -> tuple[LandmarkId, ...]:
        """The points that it changed."""
        return tuple(change.id for change in self.changes)

    @property
    def before(self) -> Mapping[LandmarkId, PointState]:
        """The changed points before it."""
        return {change.id: change.before for change in self.changes}

    @property
    def after(self) -> Mapping[LandmarkId, PointState]:
        """The changed points after it."""
        return {change.id: change.after for change in self.changes}
