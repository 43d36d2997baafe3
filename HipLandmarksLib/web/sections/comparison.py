"""Comparison: the same measurements of two images of one patient, side by side."""

from __future__ import annotations

import asyncio

from ...scene.comparison import LinkedViews
from ...session.compared_studies import ComparedStudies
from ..bricks import badge_brick, cell_brick, choice_brick, words_brick
from ..comparison_views import ComparisonViews
from ..desk import Desk

LOOK_EVERY_S = 0.25
LOOKS = 40
"""New views get their size only when the page has drawn them."""


class ComparisonSection:
    """Compares the study that is shown with another one of the scene."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.compared = ComparedStudies(desk, desk.explorers, ComparisonViews(desk.views))
        desk.state.update(
            {
                "comparison": {"rows": 0, "other": False},
                "comparison_open": False,
                "compared_columns": [],
                "compared_rows": [],
            }
        )

    def show(self) -> None:
        """Bring the section in line with the studies of the scene."""
        self.compared.forget()
        self.update()

    def update(self) -> None:
        """Compare anew; nothing is measured while the section is folded."""
        if not self.desk.state.comparison_open:
            return
        before, state = self.compared.view, self.desk.state
        view = self.compared.update()
        if view.columns != before.columns:
            state.compared_columns = [words_brick(words) for words in view.columns]
        if view.rows != before.rows:
            state.compared_rows = [[cell_brick(c) for c in row.cells] for row in view.rows]
        linked = self.compared.linked is not None
        state.comparison = {
            "choice": choice_brick(view.choice),
            "badges": [badge_brick(badge) for badge in self.compared.badges],
            "lines": list(self.compared.lines),
            "rows": len(view.rows),
            "other": linked or self.compared.other is not None,
            "linked": linked,
        }

    def fold(self, folded: bool) -> None:
        """The section was folded or unfolded."""
        self.desk.state.comparison_open = not folded
        with self.desk.telling():
            self.update()

    def choose(self, chosen: str) -> None:
        """Compare with another study."""
        with self.desk.telling():
            self.compared.choose(chosen)
            self._shown()

    def show_side_by_side(self, on: bool) -> None:
        """Show both images beside each other, or go back."""
        with self.desk.telling():
            self.compared.show_side_by_side(on)
            self._shown()

    def look_at(self, row: int) -> None:
        """Let both images show the hip of a row."""
        self.compared.look_at(row)
        self.desk.views.render()

    def text(self) -> str:
        """The table for the clipboard."""
        return self.compared.text()

    def close(self) -> None:
        """Link the views no more."""
        self.compared.leave()

    def _shown(self) -> None:
        self.update()
        self.desk.views.render()
        if self.compared.linked is not None:
            self.desk.begin(self._fit(self.compared.linked))

    async def _fit(self, linked: LinkedViews) -> None:
        """Look at the hips again once the page has given the views their size."""
        sizes = _sizes(linked)
        for _look in range(LOOKS):
            await asyncio.sleep(LOOK_EVERY_S)
            if linked is not self.compared.linked:
                return
            if sizes != _sizes(linked):
                linked.look_at(linked.side)
                sizes = _sizes(linked)
                self.desk.views.render()


def _sizes(linked: LinkedViews) -> list[tuple[int, ...]]:
    return [tuple(view.GetDimensions()) for view in linked.views]
