"""The calibration of a film step by step: method, size, marks on the film, result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..imaging import Modality
from ..panel import (
    Badge,
    CalibrationWizard,
    LengthChange,
    Method,
    apply_calibration,
    length_changes,
    plausibility_badges,
    result_badges,
)
from ..scene import HipStudy
from .calibration_marks import CalibrationMarks
from .face import Face


class FilmCalibration:
    """Leads through a calibration; nothing is measured anew before :meth:`apply`.

    Args:
        face: what shows the film.
        changed: called when there is something else to show.

    Attributes:
        wizard: the calibration in the making; None where the image needs none.
        marks: that are clicked on the film.
        marking: whether clicks on the film are marks.
    """

    def __init__(self, face: Face, changed: Callable[[], None]) -> None:
        self._face, self._changed = face, changed
        self._study: HipStudy | None = None
        self.wizard: CalibrationWizard | None = None
        self.marks = CalibrationMarks(face.session.scene, self._marked)
        self.marking = False

    def begin(self) -> None:
        """Begin anew for another study; the same one is gone on with."""
        study = self._face.study
        if study is not None and study is self._study:
            return
        self._study, self.marking = study, False
        self.marks.remove()
        image = study.image if study else None
        film = image is not None and image.modality not in (Modality.MR, Modality.CT)
        self.wizard = CalibrationWizard.of_study(study) if film and study is not None else None

    def choose(self, chosen: str) -> None:
        """Calibrate by something else."""
        if self.wizard is not None:
            self.marks.remove()
            self.marking = False
            self._take(self.wizard.choose(Method(chosen)))

    def mark(self, on: bool) -> None:
        """Let clicks on the film be marks, or no more."""
        self.marking = on and self.wizard is not None
        if self.marking and self.wizard is not None:
            self.marks.place(self.wizard.method.most_points)
        else:
            self.marks.stop()

    def resize(self, size: float) -> None:
        """State the true size: millimetres, or a factor."""
        if self.wizard is not None:
            self._take(self.wizard.with_size(size))

    def apply(self) -> None:
        """Measure all lengths with the result.

        Raises:
            CalibrationError: when there is none.
        """
        study = self._face.study
        if study is not None and self.wizard is not None:
            apply_calibration(study, self.wizard)
            self.marks.remove()
            self.marking = False

    def close(self) -> None:
        """Take the marks out of the scene."""
        self.marks.remove()

    @property
    def badges(self) -> Sequence[Badge]:
        """The calibration that was found and what speaks against it, or why there is none."""
        wizard, study = self.wizard, self._face.study
        if wizard is None:
            return []
        found = [*result_badges(wizard)]
        if wizard.calibration is not None and study is not None:
            found += plausibility_badges(study, wizard.calibration)
        return found

    @property
    def changes(self) -> Sequence[LengthChange]:
        """Lengths that would become others."""
        wizard, study = self.wizard, self._face.study
        if wizard is None or wizard.calibration is None or study is None:
            return []
        found = length_changes(study, wizard.calibration)
        return [each for each in found if each.before != each.after]

    def _marked(self) -> None:
        """Marks were placed, moved or removed."""
        if self.wizard is None:
            return
        wizard = self.wizard
        while wizard.points:
            wizard = wizard.unmark()
        for position in self.marks.positions:
            wizard = wizard.mark(position)
        if not wizard.wants_points:
            self.marking = False
            self.marks.stop()
        self._take(wizard)

    def _take(self, wizard: CalibrationWizard) -> None:
        self.wizard = wizard
        self.marks.show_rim(wizard.rim)
        self._changed()
