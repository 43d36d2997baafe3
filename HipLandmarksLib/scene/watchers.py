"""Who wants to know when a study changes: panels, editors; nobody is kept alive by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from weakref import WeakMethod

from ..anatomy import LandmarkId


class StudyEvent(Enum):
    """What happened to a study."""

    POINTS = "points"
    """Points were moved, placed or removed, and what depends on them was measured."""
    REPLACED = "replaced"
    """All points are other ones, as after a detection."""
    NUMBERS = "numbers"
    """Everything was measured and drawn anew."""
    DRAG_BEGINS = "drag begins"
    DRAG_ENDS = "drag ends"
    LIST_REMOVED = "list removed"
    """A whole point list was removed from the scene."""


@dataclass(frozen=True)
class StudyChange:
    """An event and the points that it concerns; none where it concerns the whole study."""

    event: StudyEvent
    points: frozenset[LandmarkId] = frozenset()


class Watchers:
    """Bound methods that are called when something changes, in the order of adding."""

    def __init__(self) -> None:
        self._methods: list[WeakMethod[Callable[..., Any]]] = []

    def add(self, method: Callable[..., Any]) -> None:
        """Call a bound method as long as its object lives; adding it twice changes nothing."""
        if WeakMethod(method) not in self._methods:
            self._methods.append(WeakMethod(method))

    def drop(self, method: Callable[..., Any]) -> None:
        """Do not call it any more."""
        self._methods = [each for each in self._methods if each != WeakMethod(method)]

    def tell(self, event: StudyEvent, points: Iterable[LandmarkId] = ()) -> None:
        """Call them all with what happened to a study."""
        self.call(StudyChange(event, frozenset(points)))

    def call(self, *arguments: Any) -> None:
        """Call them all; those whose object is gone are forgotten."""
        gone = False
        for weak in tuple(self._methods):
            method = weak()
            if method is None:
                gone = True
            else:
                method(*arguments)
        if gone:
            self._methods = [each for each in self._methods if each() is not None]
