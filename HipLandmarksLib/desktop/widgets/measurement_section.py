"""Measurements: the table, how it is measured, export."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import qt
import slicer

from ...i18n import tr as _
from ...panel import (
    Change,
    Control,
    MeasurementRow,
    Severity,
    columns,
    measurement_choices,
    with_choice,
    write_csv_of,
)
from .choices import ChoiceBox
from .definition_view import DefinitionView
from .desk import Desk
from .messages import told
from .tables import CellTable

_NAME_WIDTH = 150


class MeasurementSection:
    """Shows the numbers; a click on a row shows its construction and definition."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        ui = desk.ui
        self._table = CellTable(ui.results, _NAME_WIDTH)
        self._rows: list[MeasurementRow] = []
        self._definition = DefinitionView(desk)
        self._boxes = {
            Control.REFERENCE: ChoiceBox(ui.reference, self.choose_reference),
            Control.EDGE: ChoiceBox(ui.edge, self.choose_edge),
            Control.THRESHOLDS: ChoiceBox(ui.thresholds, self.choose_thresholds),
        }
        ui.results.connect("currentCellChanged(int,int,int,int)", self._chosen)
        ui.showEmpty.connect("toggled(bool)", self.fill)
        ui.copy.connect("clicked(bool)", self.copy)
        ui.saveCsv.connect("clicked(bool)", self.save)

    def show(self) -> None:
        """Show everything anew, for another study."""
        study = self.desk.study
        choices = measurement_choices(study.settings) if study else ()
        shown = {choice.control: choice for choice in choices}
        for control, box in self._boxes.items():
            box.show(shown.get(control))
        for button in (self.desk.ui.copy, self.desk.ui.saveCsv):
            button.enabled = study is not None
        self.fill()
        self._definition.follow(study)

    def fill(self, *_event: Any) -> None:
        """Show the rows anew."""
        every = bool(self.desk.ui.showEmpty.checked)
        rows = self.desk.panel.measurements
        self._rows = [row for row in rows if every or not row.not_placed]
        self._table.fill(columns(), [row.cells for row in self._rows])
        self._below()

    def update(self, change: Change) -> None:
        """Write the rows that changed."""
        rows = self.desk.panel.measurements
        changed = {rows[index].id: rows[index] for index in change.measurements}
        listed = {row.id for row in self._rows}
        every = bool(self.desk.ui.showEmpty.checked)
        moved = any(
            (every or not row.not_placed) != (id_ in listed) for id_, row in changed.items()
        )
        if change.results or moved:
            self.fill()
            return
        for place, row in enumerate(self._rows):
            if row.id in changed:
                self._rows[place] = changed[row.id]
                self._table.write(place, changed[row.id].cells)
        if changed or change.badges:
            self._below()
        if changed:
            self._definition.renew(list(changed))

    def _below(self) -> None:
        ui, panel = self.desk.ui, self.desk.panel
        ui.hiddenLabel.text = escape(panel.hidden_line)
        ui.summaryLabel.text = "<br>".join(escape(line) for line in panel.summary)

    def _chosen(self, row: int, *_rest: int) -> None:
        if 0 <= row < len(self._rows):
            with self.desk.messages.telling():
                self._definition.show(self._rows[row])

    @told
    def choose_reference(self, chosen: str) -> None:
        """Measure against another line of the pelvis."""
        self._choose(Control.REFERENCE, chosen)

    @told
    def choose_edge(self, chosen: str) -> None:
        """Take LAE for another edge of the roof."""
        self._choose(Control.EDGE, chosen)

    @told
    def choose_thresholds(self, chosen: str) -> None:
        """Compare with other published limits."""
        self._choose(Control.THRESHOLDS, chosen)

    def _choose(self, control: Control, chosen: str) -> None:
        study = self.desk.study
        if study is not None:
            study.measure_with(with_choice(study.settings, control, chosen))
            self.desk.refresh()

    @told
    def copy(self, *_event: Any) -> None:
        """Put the table on the clipboard."""
        slicer.app.clipboard().setText(self.desk.panel.clipboard_text())
        self.desk.say(_("The table is on the clipboard."))

    @told
    def save(self, *_event: Any) -> None:
        """Let the user choose where to save the numbers."""
        caption, name = self.desk.ui.saveCsv.text, f"{self.desk.volume.GetName()}.csv"
        path = qt.QFileDialog.getSaveFileName(self.desk.ui.saveCsv, caption, name, "CSV (*.csv)")
        if path:
            self.save_as(Path(str(path)))

    def save_as(self, path: Path) -> None:
        """Save every number as CSV.

        Raises:
            OSError: when the file cannot be written.
        """
        study = self.desk.study
        if study is None:
            return
        write_csv_of(study, path)
        told, caution = _("Saved as {path}.").format(path=path), self.desk.panel.caution
        self.desk.say(f"{told} {caution}".strip(), Severity.CAUTION if caution else Severity.GOOD)
