"""Observers that keep nothing alive and can be taken off again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakMethod

from vtkmodules.util.vtkConstants import VTK_OBJECT


class Observers:
    """Keeps the tags of the observers it adds.

    VTK objects hold their callbacks; callbacks that held their owner in turn would be cycles
    through C++, and a scene that dies in the garbage collector calls back into dead objects.
    So only weak references to the owner are handed out.
    """

    def __init__(self) -> None:
        self._tags: list[tuple[Any, int]] = []

    def add(
        self, subject: Any, events: Iterable[Any], method: Callable[..., None], *args: Any
    ) -> None:
        """Call the bound ``method(*args)`` on any of ``events`` of a VTK object."""
        weak = WeakMethod(method)

        def call(_subject: Any, _event: str) -> None:
            alive = weak()
            if alive is not None:
                alive(*args)

        self._tags += [(subject, subject.AddObserver(event, call)) for event in events]

    def add_with_object(self, subject: Any, event: Any, method: Callable[[Any], None]) -> None:
        """Call the bound ``method(object)`` with the VTK object that the event carries."""
        weak = WeakMethod(method)

        def call(_subject: Any, _event: str, data: Any) -> None:
            alive = weak()
            if alive is not None:
                alive(data)

        call.CallDataType = VTK_OBJECT  # type: ignore[attr-defined]
        self._tags.append((subject, subject.AddObserver(event, call)))

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
