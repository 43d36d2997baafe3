"""Calibration: the wizard that gives a film its true size by a ball, a ruler or a factor."""

from __future__ import annotations

from ...panel import instruction, method_choice, size_label
from ...session.film_calibration import FilmCalibration
from ..bricks import badge_brick, choice_brick
from ..desk import Desk


class CalibrationSection:
    """Leads through a calibration; nothing is measured anew before Apply is pressed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.steps = FilmCalibration(desk, self._changed)
        desk.state.calibration = {"available": False}

    def show(self) -> None:
        """Begin anew for another study; MRI needs none."""
        self.steps.begin()
        self._write()

    def choose(self, chosen: str) -> None:
        """Calibrate by something else."""
        with self.desk.telling():
            self.steps.choose(chosen)

    def mark(self, on: bool) -> None:
        """Let clicks on the film be marks, or no more."""
        self.steps.mark(on)
        self._write()

    def unmark(self) -> None:
        """Take the last mark back."""
        self.steps.marks.take_last()

    def resize(self, size: str) -> None:
        """State the true size: millimetres, or a factor."""
        with self.desk.telling():
            self.steps.resize(float(size or "nan"))

    def apply(self) -> None:
        """Measure all lengths with the result."""
        with self.desk.telling():
            self.steps.apply()
        self.desk.reopen()

    def close(self) -> None:
        """Take the marks out of the scene."""
        self.steps.close()

    def _changed(self) -> None:
        """Also by clicks in the views, of which the page does not know."""
        self._write()
        self.desk.refresh()

    def _write(self) -> None:
        wizard, steps = self.steps.wizard, self.steps
        if wizard is None:
            self.desk.state.calibration = {"available": False}
            return
        self.desk.state.calibration = {
            "available": True,
            "method": choice_brick(method_choice(wizard)),
            "instruction": instruction(wizard),
            "has_size": wizard.has_size,
            "size": wizard.size,
            "size_label": size_label(wizard),
            "by_marks": wizard.method.least_points > 0,
            "marking": steps.marking,
            "marks": len(wizard.points),
            "ready": wizard.calibration is not None,
            "badges": [badge_brick(badge) for badge in steps.badges],
            "lengths": [
                {
                    "name": f"{each.name} {each.side.value}",
                    "before": each.before,
                    "after": each.after,
                }
                for each in steps.changes
            ],
        }
