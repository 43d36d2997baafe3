"""What somebody did to points, told from where they were and are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from ..anatomy import Landmark, LandmarkId, LandmarkState
from ..anatomy.point_note import MOVED_MM
from .actions import is_occluded
from .changes import EditKind, PointState

_SAME_WAY_MM = 1e-3
Pair = tuple[PointState, PointState]


def kind_of(pairs: Mapping[LandmarkId, Pair], dragged: bool) -> EditKind:
    """The kind of a change that came from outside the review's own commands.

    Args:
        pairs: state before and after of every point that changed.
        dragged: whether it was done with the mouse in a view.
    """
    if _moved_together(pairs.values()):
        return EditKind.MOVE_ALL
    if dragged and len(pairs) == 1:
        return EditKind.DRAG
    kinds = {_kind(before.landmark, after.landmark) for before, after in pairs.values()}
    return kinds.pop() if len(kinds) == 1 else EditKind.MOVE


def after_move(before: PointState, now: Landmark | None) -> PointState:
    """State of a point that somebody moved or placed; what is occluded stays so where it goes."""
    was = before.landmark
    if now is None or was is None or now.state is not LandmarkState.VISIBLE:
        return PointState(now)
    return PointState(replace(now, state=was.state) if is_occluded(was) else now)


def _kind(before: Landmark | None, after: Landmark | None) -> EditKind:
    if after is None:
        return EditKind.UNSET
    if after.position is None:
        return EditKind.ABSENT
    return EditKind.PLACE if before is None or before.position is None else EditKind.MOVE


def _moved_together(pairs: Iterable[Pair]) -> bool:
    """Whether two points or more went the same way: nobody does that with one point at a time."""
    ways = []
    for before, after in pairs:
        old, new = before.landmark, after.landmark
        if old is None or new is None or old.position is None or new.position is None:
            return False
        ways.append(np.subtract(new.position, old.position))
    same = len(ways) > 1 and bool(np.ptp(ways, axis=0).max() <= _SAME_WAY_MM)
    return same and float(np.linalg.norm(ways[0])) > MOVED_MM
