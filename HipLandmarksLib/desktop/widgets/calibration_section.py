"""Calibration: the wizard that gives a film its true size by a ball, a ruler or a factor."""

from __future__ import annotations

from html import escape
from typing import Any

from ...imaging import Modality
from ...panel import (
    CalibrationWizard,
    LengthChange,
    Method,
    apply_calibration,
    instruction,
    length_changes,
    method_choice,
    plausibility_badges,
    result_badges,
    size_label,
)
from ...scene import HipStudy
from ...session.calibration_marks import CalibrationMarks
from .choices import ChoiceBox
from .colours import coloured
from .desk import Desk
from .messages import told


class CalibrationSection:
    """Leads through a calibration; nothing is measured anew before Apply is pressed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._wizard: CalibrationWizard | None = None
        self._study: HipStudy | None = None
        self._busy = False
        self._marks = CalibrationMarks(desk.session.scene, self._marked)
        ui = desk.ui
        self._method = ChoiceBox(ui.method, self.choose)
        ui.size.connect("valueChanged(double)", self._sized)
        ui.mark.connect("toggled(bool)", self.place)
        ui.unmark.connect("clicked(bool)", self.unmark)
        ui.apply.connect("clicked(bool)", self.apply)

    def show(self) -> None:
        """Begin anew for another study; MRI needs none."""
        study = self.desk.study
        if study is not None and study is self._study:
            self._write()
            return
        self._study = study
        self._marks.remove()
        image = study.image if study else None
        film = image is not None and image.modality not in (Modality.MR, Modality.CT)
        self._wizard = CalibrationWizard.of_study(study) if film and study is not None else None
        self.desk.ui.calibrationSection.enabled = self._wizard is not None
        self._write()

    @told
    def choose(self, chosen: str) -> None:
        """Calibrate by something else."""
        if self._wizard is not None:
            self._marks.remove()
            self.desk.ui.mark.checked = False
            self._take(self._wizard.choose(Method(chosen)))

    @told
    def place(self, on: bool) -> None:
        """Let clicks on the film be marks, or no more."""
        if self._wizard is not None and on:
            self._marks.place(self._wizard.method.most_points)
        else:
            self._marks.stop()

    @told
    def unmark(self, *_event: Any) -> None:
        """Take the last mark back."""
        self._marks.take_last()

    @told
    def apply(self, *_event: Any) -> None:
        """Measure all lengths with the result."""
        study = self.desk.study
        if study is not None and self._wizard is not None:
            apply_calibration(study, self._wizard)
            self._marks.remove()
            self.desk.ui.mark.checked = False
            self.desk.refresh()

    def close(self) -> None:
        """Take the marks out of the scene."""
        self._marks.remove()

    def _marked(self) -> None:
        """Marks were placed, moved or removed."""
        if self._wizard is None:
            return
        wizard = self._wizard
        while wizard.points:
            wizard = wizard.unmark()
        for position in self._marks.positions:
            wizard = wizard.mark(position)
        self._take(wizard)
        if not wizard.wants_points:
            self.desk.ui.mark.checked = False

    def _sized(self, size: float) -> None:
        if self._wizard is not None and not self._busy:
            self._take(self._wizard.with_size(float(size)))

    def _take(self, wizard: CalibrationWizard) -> None:
        self._wizard = wizard
        self._marks.show_rim(wizard.rim)
        self._write()

    def _write(self) -> None:
        ui, wizard = self.desk.ui, self._wizard
        self._method.show(method_choice(wizard) if wizard else None)
        ui.apply.enabled = wizard is not None and wizard.calibration is not None
        if wizard is None:
            ui.calibrationLabel.text = ui.calibrationResultLabel.text = ""
            return
        self._busy = True
        ui.size.value = wizard.size
        self._busy = False
        ui.size.visible = ui.sizeLabel.visible = wizard.has_size
        ui.sizeLabel.text = f"{size_label(wizard)}:"
        ui.mark.enabled = wizard.method.least_points > 0
        ui.unmark.enabled = bool(wizard.points)
        ui.calibrationLabel.text = escape(instruction(wizard))
        ui.calibrationResultLabel.text = self._result(wizard)

    def _result(self, wizard: CalibrationWizard) -> str:
        study, label = self.desk.study, self.desk.ui.calibrationResultLabel
        badges = [*result_badges(wizard)]
        changes: tuple[LengthChange, ...] = ()
        if wizard.calibration is not None and study is not None:
            badges += plausibility_badges(study, wizard.calibration)
            changes = length_changes(study, wizard.calibration)
        lines = [coloured(label, badge.severity, badge.line) for badge in badges]
        return "<br>".join(lines) + _as_table(changes)


def _as_table(changes: tuple[LengthChange, ...]) -> str:
    rows = [
        f"<tr><td>{escape(each.name)} {escape(each.side.value)}&nbsp;</td>"
        f"<td>{escape(each.before)}</td><td>&nbsp;→&nbsp;{escape(each.after)}</td></tr>"
        for each in changes
        if each.before != each.after
    ]
    return f"<table>{''.join(rows)}</table>" if rows else ""
