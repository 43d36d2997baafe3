"""Observers that can be taken off again, all at once or per object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Observers:
    """Keeps the tags of the observers it adds."""

    def __init__(self) -> None:
        self._tags: list[tuple[Any, int]] = []

    def add(self, subject: Any, events: Iterable[Any], callback: Callable[..., None]) -> None:
        """Call ``callback(subject, event)`` on any of ``events`` of a VTK object."""
        self._tags += [(subject, subject.AddObserver(event, callback)) for event in events]

    def drop(self, subject: Any) -> None:
        """Remove all observers of one object."""
        for owner, tag in self._tags:
            if owner is subject:
                owner.RemoveObserver(tag)
        self._tags = [entry for entry in self._tags if entry[0] is not subject]

    def drop_all(self) -> None:
        """Remove every observer that was added here."""
        for owner, tag in self._tags:
            owner.RemoveObserver(tag)
        self._tags = []
