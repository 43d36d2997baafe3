"""Each of two views shows the points and drawings of its own study only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...anatomy import Midline, Side
from ..study import HipStudy


class OwnViews:
    """Restricts display nodes to a view, and gives them back as they were."""

    def __init__(self) -> None:
        """Nothing is restricted yet."""
        self._before: list[tuple[Any, tuple[str, ...]]] = []

    def keep(self, study: HipStudy, view: Any) -> None:
        """Show the points and drawings of a study in this view and no other slice view."""
        for display in _displays(study):
            self._before.append((display, tuple(display.GetViewNodeIDs())))
            display.SetViewNodeIDs([view.GetID()])

    def give_back(self) -> None:
        """Show everything where it was shown before."""
        for display, views in self._before:
            display.SetViewNodeIDs(list(views))
        self._before.clear()


def _displays(study: HipStudy) -> Iterator[Any]:
    sides = (*Side, Midline.PELVIS)
    nodes = [study.points_node(side) for side in sides]
    nodes += [n for side in sides for id_ in study.marks for n in study.mark_nodes(side, id_)]
    for node in nodes:
        if node is not None and node.GetDisplayNode() is not None:
            yield node.GetDisplayNode()
