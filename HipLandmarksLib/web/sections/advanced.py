"""Advanced: the patient and further points."""

from __future__ import annotations

from ...panel import Control, patient_choices, with_age, with_choice
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
            **{control.value: shown[control].chosen == "on" for control in SWITCHES},
        }

    def choose(self, name: str, chosen: str) -> None:
        """State the sex, open growth plates, or ask for further points."""
        study = self.desk.study
        if study is not None:
            with self.desk.telling():
                study.measure_with(with_choice(study.settings, Control(name), chosen))
            self.desk.reopen()

    def set_age(self, text: str) -> None:
        """State the age in years; empty: not known."""
        study = self.desk.study
        if study is not None:
            with self.desk.telling():
                study.measure_with(with_age(study.settings, text))
            self.desk.reopen()
