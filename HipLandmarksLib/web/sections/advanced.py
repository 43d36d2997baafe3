"""Advanced: the patient and further points."""

from __future__ import annotations

from collections.abc import Callable

from ...detection.catalogue import user_models_folder
from ...measurement import MeasurementSettings
from ...panel import (
    Control,
    Severity,
    patient_choices,
    with_age,
    with_choice,
    with_reader_sd,
)
from ..bricks import choice_brick
from ..desk import Desk

SWITCHES = (Control.OPEN_PHYSES, Control.EXTRA_POINTS)


class AdvancedSection:
    """What is set once and seldom changed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.state.patient = {"available": False}

    def show(self) -> None:
        """Bring the section in line with the study."""
        study = self.desk.study
        if study is None:
            self.desk.state.patient = {"available": False}
            return
        shown = {choice.control: choice for choice in patient_choices(study.settings)}
        age = study.settings.patient_age_years
        self.desk.state.patient = {
            "available": True,
            "sex": choice_brick(shown[Control.SEX]),
            "age": "" if age is None else f"{age:g}",
            "reader_sd": study.settings.reader_sigma_mm or 0.0,
            **{control.value: shown[control].chosen == "on" for control in SWITCHES},
        }

    def choose(self, name: str, chosen: str) -> None:
        """State the sex, open growth plates, or ask for further points."""
        self._measure(lambda settings: with_choice(settings, Control(name), chosen))

    def set_age(self, text: str) -> None:
        """State the age in years; empty: not known."""
        self._measure(lambda settings: with_age(settings, text))

    def set_reader_sd(self, text: str) -> None:
        """State how far points of the reader scatter, mm per axis; empty: not known."""
        self._measure(lambda settings: with_reader_sd(settings, float(text or 0.0)))

    def tell_models_folder(self) -> None:
        """Tell where models lie; a page cannot open a folder."""
        self.desk.say(str(user_models_folder()), Severity.NOTE)

    def _measure(self, changed: Callable[[MeasurementSettings], MeasurementSettings]) -> None:
        study = self.desk.study
        if study is not None:
            with self.desk.telling():
                study.measure_with(changed(study.settings))
            self.desk.reopen()
