"""Calibration: the wizard that gives a film its true size by a ball, a ruler or a factor."""

from __future__ import annotations

from ...imaging import Modality
from ...panel import (
    CalibrationWizard,
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
from ..bricks import Brick, badge_brick, choice_brick
from ..desk import Desk


class CalibrationSection:
    """Leads through a calibration; nothing is measured anew before Apply is pressed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._wizard: CalibrationWizard | None = None
        self._study: HipStudy | None = None
        self._marks = CalibrationMarks(desk.session.scene, self._marked)
        self._marking = False
        desk.state.calibration = {"available": False}

    def show(self) -> None:
        """Begin anew for another study; MRI needs none."""
        study = self.desk.study
        if study is None or study is not self._study:
            self._study, self._marking = study, False
            self._marks.remove()
            image = study.image if study else None
            film = image is not None and image.modality not in (Modality.MR, Modality.CT)
            self._wizard = CalibrationWizard.of_study(study) if film and study else None
        self._write()

    def choose(self, chosen: str) -> None:
        """Calibrate by something else."""
        if self._wizard is not None:
            self._marks.remove()
            self._marking = False
            self._take(self._wizard.choose(Method(chosen)))

    def mark(self, on: bool) -> None:
        """Let clicks on the film be marks, or no more."""
        self._marking = bool(on) and self._wizard is not None
        if self._wizard is not None and on:
            self._marks.place(self._wizard.method.most_points)
        else:
            self._marks.stop()
        self._write()

    def unmark(self) -> None:
        """Take the last mark back."""
        self._marks.take_last()

    def resize(self, size: str) -> None:
        """State the true size: millimetres, or a factor."""
        if self._wizard is not None:
            with self.desk.telling():
                self._take(self._wizard.with_size(float(size or "nan")))

    def apply(self) -> None:
        """Measure all lengths with the result."""
        study = self.desk.study
        if study is not None and self._wizard is not None:
            with self.desk.telling():
                apply_calibration(study, self._wizard)
                self._marks.remove()
                self._marking = False
            self.desk.reopen()

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
        if not wizard.wants_points:
            self._marking = False
        self._take(wizard)
        self.desk.refresh()

    def _take(self, wizard: CalibrationWizard) -> None:
        self._wizard = wizard
        self._marks.show_rim(wizard.rim)
        self._write()

    def _write(self) -> None:
        wizard = self._wizard
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
            "marking": self._marking,
            "marks": len(wizard.points),
            "ready": wizard.calibration is not None,
            **self._result(wizard),
        }

    def _result(self, wizard: CalibrationWizard) -> Brick:
        study = self.desk.study
        badges, lengths = [*result_badges(wizard)], list[Brick]()
        if wizard.calibration is not None and study is not None:
            badges += plausibility_badges(study, wizard.calibration)
            lengths = [
                {"name": f"{c.name} {c.side.value}", "before": c.before, "after": c.after}
                for c in length_changes(study, wizard.calibration)
                if c.before != c.after
            ]
        return {"badges": [badge_brick(badge) for badge in badges], "lengths": lengths}
