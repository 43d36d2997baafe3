"""Comparison: the same measurements of two images of one patient, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import slicer

from ...i18n import tr as _
from ...panel import Badge, ComparisonView
from ...scene.comparison import LinkedViews, leave_layout, show_comparison_layout
from ...session.compared_studies import ComparedStudies
from ...session.explorers import Explorers
from .choices import ChoiceBox
from .colours import coloured
from .desk import Desk
from .messages import told
from .tables import CellTable

_NAME_WIDTH = 150


class ComparisonSection:
    """Compares the study that is shown with another one of the scene.

    Args:
        desk: what the sections share.
        explorers: tell whether a study shows another slice than it is measured on.
    """

    def __init__(self, desk: Desk, explorers: Explorers) -> None:
        self.desk = desk
        self._compared = ComparedStudies(desk, explorers, _Layout(desk.session.scene))
        ui = desk.ui
        self._table = CellTable(ui.compared, _NAME_WIDTH)
        self._box = ChoiceBox(ui.compareWith, self.choose)
        ui.compared.connect("currentCellChanged(int,int,int,int)", self._row_chosen)
        ui.sideBySide.connect("clicked(bool)", self.show_side_by_side)
        ui.copyCompared.connect("clicked(bool)", self.copy)
        ui.comparisonSection.connect("contentsCollapsed(bool)", self._folded)

    @property
    def linked(self) -> LinkedViews | None:
        """The views of both studies; None while they are not shown side by side."""
        return self._compared.linked

    def show(self) -> None:
        """Bring the section in line with the studies of the scene."""
        self._compared.forget()  # colours may have changed: everything is written anew
        self.update()

    def update(self) -> None:
        """Compare anew; nothing is measured while the section is folded."""
        ui = self.desk.ui
        if ui.comparisonSection.collapsed:
            return
        before, compared = self._compared.view, self._compared
        view = compared.update()
        self._box.show(view.choice)
        self._fill(before, view)
        self._show_badges(compared.badges)
        ui.comparisonLabel.text = "<br>".join(map(escape, compared.lines))
        ui.compared.visible = bool(view.rows)
        ui.copyCompared.enabled = bool(view.rows)
        ui.sideBySide.enabled = self.linked is not None or compared.other is not None
        ui.sideBySide.checked = self.linked is not None

    def _show_badges(self, badges: Sequence[Badge]) -> None:
        label = self.desk.ui.comparisonBadges
        lines = [coloured(label, badge.severity, badge.line) for badge in badges]
        label.text, label.visible = "<br>".join(lines), bool(lines)
        label.toolTip = " ".join(badge.tooltip for badge in badges)

    @told
    def choose(self, chosen: str) -> None:
        """Compare with another study."""
        self._compared.choose(chosen)
        self.update()

    @told
    def show_side_by_side(self, on: bool) -> None:
        """Show both images beside each other, or go back."""
        self._compared.show_side_by_side(on)
        self.update()

    @told
    def copy(self, *_event: Any) -> None:
        """Put the table on the clipboard."""
        text = self._compared.text()
        if text:
            slicer.app.clipboard().setText(text)
            self.desk.say(_("The comparison is on the clipboard."))

    def leave(self) -> None:
        """Link the views no more and go back to the layout before."""
        self._compared.leave()

    def _fill(self, before: ComparisonView, view: ComparisonView) -> None:
        names = [[row.cells[0] for row in each.rows] for each in (before, view)]
        if names[0] != names[1] or before.columns != view.columns:
            self._table.fill(view.columns, [row.cells for row in view.rows])
            return
        for row, line in enumerate(view.rows):
            self._table.write(row, line.cells)

    def _row_chosen(self, row: int, *_rest: int) -> None:
        self._compared.look_at(row)

    def _folded(self, *_event: Any) -> None:
        with self.desk.messages.telling():
            self.update()


class _Layout:
    """Slicer's own arrangement of views."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._before: int | None = None

    def enter(self) -> bool:
        before = show_comparison_layout(self._scene)
        self._before = before
        return before is not None

    def leave(self) -> None:
        if self._before is not None:
            leave_layout(self._scene, self._before)
