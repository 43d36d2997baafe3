"""Comparison: the same measurements of two images of one patient, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import slicer

from ...i18n import tr as _
from ...panel import (
    Badge,
    ComparisonView,
    Severity,
    comparison_text,
    comparison_view,
    in_order,
)
from ...panel.explorer import slice_badge
from ...scene import HipStudy, show_only
from ...scene.comparison import LinkedViews, leave_layout, show_comparison_layout
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
        self.desk, self._explorers = desk, explorers
        self._chosen = ""
        self._view = ComparisonView(None)
        self._linked: LinkedViews | None = None
        self._before: int | None = None
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
        return self._linked

    def show(self) -> None:
        """Bring the section in line with the studies of the scene."""
        if self._linked is not None and not self._are_there(self._linked):
            self.leave()
        self._view = ComparisonView(None)  # colours may have changed: everything is written anew
        self.update()

    def update(self) -> None:
        """Compare anew; nothing is measured while the section is folded."""
        ui = self.desk.ui
        if ui.comparisonSection.collapsed:
            return
        before = self._view
        studies = self.desk.session.studies
        self._view = view = comparison_view(self.desk.study, studies, self._chosen)
        other = self._other()
        if other is not None:
            other.watch(self.desk.refresh)  # the shown study is watched by the panel
        self._box.show(view.choice)
        self._fill(before, view)
        self._show_badges([*view.badges, *self._slice_badges()] if view.rows else [])
        lines = [view.reason] if view.reason else view.summary
        ui.comparisonLabel.text = "<br>".join(map(escape, lines))
        ui.compared.visible = bool(view.rows)
        ui.copyCompared.enabled = bool(view.rows)
        ui.sideBySide.enabled = self._linked is not None or other is not None
        ui.sideBySide.checked = self._linked is not None

    def _slice_badges(self) -> list[Badge]:
        studies = (self.desk.study, self._other())
        found = [slice_badge(self._explorers.of(study)) for study in studies]
        return [badge for badge in found if badge is not None]

    def _show_badges(self, badges: Sequence[Badge]) -> None:
        label = self.desk.ui.comparisonBadges
        lines = [coloured(label, badge.severity, badge.line) for badge in badges]
        label.text, label.visible = "<br>".join(lines), bool(lines)
        label.toolTip = " ".join(badge.tooltip for badge in badges)

    @told
    def choose(self, chosen: str) -> None:
        """Compare with another study."""
        self._chosen = chosen
        shown = self._linked is not None
        self.leave()
        self.update()
        if shown:
            self._link()

    @told
    def show_side_by_side(self, on: bool) -> None:
        """Show both images beside each other, or go back."""
        if on:
            self._link()
        else:
            self.leave()
        self.update()

    @told
    def copy(self, *_event: Any) -> None:
        """Put the table on the clipboard."""
        study = self.desk.study
        if study is not None:
            slicer.app.clipboard().setText(comparison_text(self._view, study.landmarks.case_id))
            self.desk.say(_("The comparison is on the clipboard."))

    def leave(self) -> None:
        """Link the views no more and go back to the layout before."""
        if self._linked is None:
            return
        linked, self._linked = self._linked, None
        linked.close()
        study = self.desk.study
        show_only([] if study is None else [study], self.desk.session.studies)
        if self._before is not None:
            leave_layout(self.desk.session.scene, self._before)

    def _link(self) -> None:
        study, other = self.desk.study, self._other()
        if study is None or other is None:
            return
        show_only([study, other], self.desk.session.studies)
        before = show_comparison_layout(self.desk.session.scene)
        linked = LinkedViews(*in_order(study, other))
        if before is None or not linked.show():
            self.desk.say(_("There are no views to show both images in."), Severity.CAUTION)
            return
        self._before, self._linked = before, linked

    def _other(self) -> HipStudy | None:
        choice = self._view.choice
        if choice is None:
            return None
        node = self.desk.session.scene.GetNodeByID(choice.chosen)
        return self.desk.session.study(node)

    def _are_there(self, linked: LinkedViews) -> bool:
        live = self.desk.session.studies
        shown = self.desk.study in linked.studies
        return shown and all(s in live and s.volume_node is not None for s in linked.studies)

    def _fill(self, before: ComparisonView, view: ComparisonView) -> None:
        names = [[row.cells[0] for row in each.rows] for each in (before, view)]
        if names[0] != names[1] or before.columns != view.columns:
            self._table.fill(view.columns, [row.cells for row in view.rows])
            return
        for row, line in enumerate(view.rows):
            self._table.write(row, line.cells)

    def _row_chosen(self, row: int, *_rest: int) -> None:
        if self._linked is not None and 0 <= row < len(self._view.rows):
            self._linked.look_at(self._view.rows[row].difference.side)

    def _folded(self, *_event: Any) -> None:
        with self.desk.messages.telling():
            self.update()
