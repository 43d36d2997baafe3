"""Measurements: the table, how it is measured, definitions, export."""

from __future__ import annotations

from ...anatomy import AnySide
from ...panel import (
    Change,
    Column,
    Control,
    MeasurementRow,
    columns,
    group_title,
    marks_with,
    measurement_choices,
    with_choice,
)
from ..bricks import Brick, cell_brick, choice_brick, line_bricks, words_brick
from ..desk import Desk

CHOICES = (Control.REFERENCE, Control.EDGE, Control.THRESHOLDS)


class MeasurementSection:
    """Shows the numbers; a click on a row shows its construction and definition."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._row: MeasurementRow | None = None
        self._side: AnySide | None = None
        desk.state.update(
            {
                "result_columns": [words_brick(words) for words in columns()],
                "result_rows": [],
                "result_choices": {},
                "result_hidden": "",
                "result_summary": [],
                "result_current": "",
                "every_result": False,
                "definition": {"shown": False},
            }
        )

    def show(self) -> None:
        """Show everything anew, for another study."""
        study = self.desk.study
        choices = measurement_choices(study.settings) if study else ()
        shown = {choice.control: choice for choice in choices}
        self.desk.state.result_choices = {c.value: choice_brick(shown.get(c)) for c in CHOICES}
        self._row = None
        self.desk.state.definition = {"shown": False}
        self.desk.state.result_current = ""
        self.fill()

    def update(self, change: Change) -> None:
        """Write what changed."""
        if change.results or change.measurements:
            self.fill()
            self._renew()

    def fill(self) -> None:
        """Send the rows; those that wait for landmarks only when asked for."""
        panel, state = self.desk.panel, self.desk.state
        rows = [row for row in panel.measurements if state.every_result or not row.not_placed]
        group, sent = None, list[Brick]()
        for row in rows:
            sent.append(_row(row, "" if row.group is group else group_title(row.group)))
            group = row.group
        state.result_rows = sent
        state.result_hidden = panel.hidden_line
        state.result_summary = list(panel.summary)

    def show_every(self, on: bool) -> None:
        """Show the rows that wait for landmarks, too."""
        self.desk.state.every_result = on
        self.fill()

    def choose(self, name: str, chosen: str) -> None:
        """Measure in another way."""
        study = self.desk.study
        if study is not None:
            with self.desk.telling():
                study.measure_with(with_choice(study.settings, Control(name), chosen))
            self.desk.reopen()

    def text(self) -> str:
        """The table for the clipboard."""
        return self.desk.panel.clipboard_text()

    def click(self, id_: str) -> None:
        """Show the definition of a row, on the first side that has a value."""
        rows = {row.id: row for row in self.desk.panel.measurements}
        self._row = rows.get(id_)
        if self._row is None:
            return
        valued = [side for side, value in self._row.values if value.exists]
        self._side = next(iter(valued), None)
        self.desk.state.result_current = id_
        self._renew()

    def draw(self, on: bool) -> None:
        """Draw the construction in the views, or no more."""
        study = self.desk.study
        if study is not None and self._row is not None:
            study.show_marks(marks_with(study.marks, self._row.measurement, on))
            self._renew()
            self.desk.views.render()

    def _renew(self) -> None:
        """The present value of what is defined."""
        study = self.desk.study
        if self._row is None or study is None:
            return
        found = self.desk.panel.definition(self._row, self._side)
        self.desk.state.definition = {
            "shown": True,
            "title": found.title,
            "sentence": found.sentence,
            "result": line_bricks(found.result),
            "facts": line_bricks(found.facts),
            "svg": found.svg,
            "caption": found.caption,
            "drawn": found.id in study.marks,
        }


def _row(row: MeasurementRow, heading: str) -> Brick:
    cells = [cell_brick(row.cell(column)) for column in Column]
    return {"id": row.id, "heading": heading, "cells": cells, "faint": row.not_placed}
