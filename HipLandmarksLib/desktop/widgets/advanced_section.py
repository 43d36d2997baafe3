"""Advanced: the patient, further points, the keys and the folder of models."""

from __future__ import annotations

from typing import Any

import qt

from ...detection.catalogue import user_models_folder
from ...i18n import tr as _
from ...panel import (
    Cell,
    Control,
    Severity,
    Words,
    key_help,
    key_notice,
    patient_choices,
    with_age,
    with_choice,
    with_reader_sd,
)
from ...review import Command
from .choices import ChoiceBox
from .desk import Desk
from .keyboard import Keyboard
from .messages import told
from .tables import CellTable

_UNKNOWN_AGE = -1.0


class AdvancedSection:
    """What is set once and seldom changed."""

    def __init__(self, desk: Desk, keyboard: Keyboard) -> None:
        self.desk = desk
        self._keyboard = keyboard
        self._busy = False
        self._commands: list[tuple[Command, ...]] = []
        ui = desk.ui
        self._sex = ChoiceBox(ui.sex, self.choose_sex)
        self._table = CellTable(ui.keys)
        ui.age.connect("valueChanged(double)", self.set_age)
        ui.readerSd.connect("valueChanged(double)", self.set_reader_sd)
        ui.openPhyses.connect("clicked(bool)", self.set_physes)
        ui.extraPoints.connect("clicked(bool)", self.set_extra_points)
        ui.modelsFolder.connect("clicked(bool)", self.open_models_folder)
        ui.keys.connect("cellDoubleClicked(int,int)", self.ask_key)

    def show(self) -> None:
        """Bring the section in line with the study."""
        study, ui = self.desk.study, self.desk.ui
        choices = patient_choices(study.settings) if study else ()
        shown = {choice.control: choice for choice in choices}
        self._sex.show(shown.get(Control.SEX))
        self._busy = True
        for control in (Control.OPEN_PHYSES, Control.EXTRA_POINTS):
            box = getattr(ui, control.object_name)
            box.enabled = control in shown
            box.checked = control in shown and shown[control].chosen == "on"
        age = study.settings.patient_age_years if study else None
        ui.age.enabled = study is not None
        ui.age.value = _UNKNOWN_AGE if age is None else float(age)
        sigma = study.settings.reader_sigma_mm if study else None
        ui.readerSd.enabled = study is not None
        ui.readerSd.value = sigma or 0.0
        self._busy = False
        self.show_keys()

    def show_keys(self) -> None:
        """List all keys."""
        lines = key_help(self._keyboard.keys)
        self._commands = [line.commands for line in lines]
        rows = [
            (Cell(line.keys, key_notice()), Cell(line.words.label, line.words.tooltip))
            for line in lines
        ]
        columns = (Words(_("Key"), key_notice()), Words(_("Command"), key_notice()))
        self._table.fill(columns, rows)

    @told
    def choose_sex(self, chosen: str) -> None:
        """State the patient's sex."""
        self._choose(Control.SEX, chosen)

    @told
    def set_physes(self, on: bool) -> None:
        """State that growth plates are open."""
        self._choose(Control.OPEN_PHYSES, "on" if on else "off")

    @told
    def set_extra_points(self, on: bool) -> None:
        """Measure with further points, too."""
        self._choose(Control.EXTRA_POINTS, "on" if on else "off")

    @told
    def set_age(self, age: float) -> None:
        """State the patient's age in years."""
        study = self.desk.study
        if study is not None and not self._busy:
            text = "" if age < 0 else f"{age:g}"
            study.measure_with(with_age(study.settings, text))
            self.desk.refresh()

    @told
    def set_reader_sd(self, millimetres: float) -> None:
        """State how far points of the reader scatter, mm per axis."""
        study = self.desk.study
        if study is not None and not self._busy:
            study.measure_with(with_reader_sd(study.settings, float(millimetres)))
            self.desk.refresh()

    @told
    def open_models_folder(self, *_event: Any) -> None:
        """Show the folder of models in the file manager."""
        folder = user_models_folder()
        folder.mkdir(parents=True, exist_ok=True)
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(folder)))
        self.desk.say(str(folder), Severity.NOTE)

    @told
    def ask_key(self, row: int, *_column: int) -> None:
        """Let the user type another key for a command."""
        commands = self._commands[row]
        if len(commands) != 1:
            return
        title, old = self.desk.ui.keysLabel.text, self._keyboard.keys.keys(commands[0])
        text = qt.QInputDialog.getText(
            self.desk.ui.keys, title, title, qt.QLineEdit.Normal, ", ".join(old)
        )
        if text:
            self.set_keys(commands[0], str(text))

    def set_keys(self, command: Command, text: str) -> None:
        """Give a command other keys, such as ``Ctrl+Y, F5``.

        Raises:
            ReviewError: when a key means something else already.
        """
        self._keyboard.change(command, *(key.strip() for key in text.split(",")))
        self.desk.reopen()

    def _choose(self, control: Control, chosen: str) -> None:
        study = self.desk.study
        if study is not None:
            study.measure_with(with_choice(study.settings, control, chosen))
            self.desk.refresh()
