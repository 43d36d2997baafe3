"""Calibration: the wizard that gives a film its true size by a ball, a ruler or a factor."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ...panel import LengthChange, instruction, method_choice, size_label
from ...session.film_calibration import FilmCalibration
from .choices import ChoiceBox
from .colours import coloured
from .desk import Desk
from .messages import told


class CalibrationSection:
    """Leads through a calibration; nothing is measured anew before Apply is pressed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._busy = False
        self.steps = FilmCalibration(desk, self._write)
        ui = desk.ui
        self._method = ChoiceBox(ui.method, self.choose)
        ui.size.connect("valueChanged(double)", self._sized)
        ui.mark.connect("toggled(bool)", self.place)
        ui.unmark.connect("clicked(bool)", self.unmark)
        ui.apply.connect("clicked(bool)", self.apply)

    def show(self) -> None:
        """Begin anew for another study; MRI needs none."""
        self.steps.begin()
        self.desk.ui.calibrationSection.enabled = self.steps.wizard is not None
        self._write()

    @told
    def choose(self, chosen: str) -> None:
        """Calibrate by something else."""
        self.steps.choose(chosen)

    @told
    def place(self, on: bool) -> None:
        """Let clicks on the film be marks, or no more."""
        if not self._busy:
            self.steps.mark(bool(on))

    @told
    def unmark(self, *_event: Any) -> None:
        """Take the last mark back."""
        self.steps.marks.take_last()

    @told
    def apply(self, *_event: Any) -> None:
        """Measure all lengths with the result."""
        self.steps.apply()
        self._write()
        self.desk.refresh()

    def close(self) -> None:
        """Take the marks out of the scene."""
        self.steps.close()

    def _sized(self, size: float) -> None:
        if not self._busy:
            self.steps.resize(float(size))

    def _write(self) -> None:
        ui, wizard = self.desk.ui, self.steps.wizard
        self._method.show(method_choice(wizard) if wizard else None)
        ui.apply.enabled = wizard is not None and wizard.calibration is not None
        if wizard is None:
            ui.calibrationLabel.text = ui.calibrationResultLabel.text = ""
            return
        self._busy = True
        ui.size.value = wizard.size
        ui.mark.checked = self.steps.marking
        self._busy = False
        ui.size.visible = ui.sizeLabel.visible = wizard.has_size
        ui.sizeLabel.text = f"{size_label(wizard)}:"
        ui.mark.enabled = wizard.method.least_points > 0
        ui.unmark.enabled = bool(wizard.points)
        ui.calibrationLabel.text = escape(instruction(wizard))
        ui.calibrationResultLabel.text = self._result()

    def _result(self) -> str:
        label = self.desk.ui.calibrationResultLabel
        lines = [coloured(label, badge.severity, badge.line) for badge in self.steps.badges]
        return "<br>".join(lines) + _as_table(self.steps.changes)


def _as_table(changes: Sequence[LengthChange]) -> str:
    rows = [
        f"<tr><td>{escape(each.name)} {escape(each.side.value)}&nbsp;</td>"
        f"<td>{escape(each.before)}</td><td>&nbsp;→&nbsp;{escape(each.after)}</td></tr>"
        for each in changes
    ]
    return f"<table>{''.join(rows)}</table>" if rows else ""
