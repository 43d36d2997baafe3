"""Construction and illustrated definition of the measurement that was clicked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from ...anatomy import AnySide
from ...panel import MeasurementRow, marks_with
from ...scene import HipStudy
from .desk import Desk
from .illustration import show_svg
from .messages import told


class DefinitionView:
    """Below the table: what the measurement is, how it came about here, and its drawing."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._row: MeasurementRow | None = None
        self._side: AnySide | None = None
        self._drawn = ""
        self._study: HipStudy | None = None
        desk.ui.draw.connect("clicked(bool)", self.draw)
        self.clear()

    def show(self, row: MeasurementRow) -> None:
        """Show the definition of a row, on the first side that has a value."""
        self._row = row
        valued = [side for side, value in row.values if value.exists]
        self._side = next(iter(valued), None)
        self.renew()

    def follow(self, study: HipStudy | None) -> None:
        """Keep the definition while the same study is shown."""
        if study is not self._study:
            self._study = study
            self.clear()
        self.renew()

    def renew(self, changed: Collection[str] | None = None) -> None:
        """Show the present value of the same measurement.

        Args:
            changed: ids of the rows that changed; None: any may have.
        """
        study = self.desk.study
        if self._row is None or study is None:
            return
        if changed is not None and self._row.id not in changed:
            return
        found = self.desk.panel.definition(self._row, self._side)
        ui = self.desk.ui
        head = f"<b>{escape(found.title)}</b><p>{escape(found.sentence)}</p>"
        ui.definitionLabel.text = head + _as_table(found.result)
        ui.factsLabel.text = _as_table(found.facts)
        ui.draw.checked = found.id in study.marks
        if found.svg != self._drawn:
            self._drawn = found.svg
            show_svg(ui.illustrationLabel, found.svg)
        ui.definitionFrame.visible = True

    def clear(self) -> None:
        """Show nothing."""
        self._row, self._drawn = None, ""
        self.desk.ui.definitionFrame.visible = False

    @told
    def draw(self, *_event: Any) -> None:
        """Draw the construction in the views, or no more."""
        study = self.desk.study
        if study is not None and self._row is not None:
            on = bool(self.desk.ui.draw.checked)
            study.show_marks(marks_with(study.marks, self._row.measurement, on))


def _as_table(lines: Sequence[tuple[str, str]]) -> str:
    rows = [
        f"<tr><td><b>{escape(heading)}</b>&nbsp;</td><td>{escape(text)}</td></tr>"
        for heading, text in lines
    ]
    return f"<table>{''.join(rows)}</table>"
