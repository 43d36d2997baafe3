"""Each of two views shows the points and drawings of its own study only."""

from __future__ import annotations

from typing import Any

from ..showing import displays_of
from ..study import HipStudy


class OwnViews:
    """Restricts display nodes to a view, and gives them back as they were."""

    def __init__(self) -> None:
        """Nothing is restricted yet."""
        self._before: list[tuple[Any, tuple[str, ...]]] = []

    def keep(self, study: HipStudy, view: Any) -> None:
        """Show points, drawings and explored hips of a study in this view and no other one."""
        for display in displays_of(study):
            self._before.append((display, tuple(display.GetViewNodeIDs())))
            display.SetViewNodeIDs([view.GetID()])

    def give_back(self) -> None:
        """Show everything where it was shown before."""
        for display, views in self._before:
            display.SetViewNodeIDs(list(views))
        self._before.clear()
