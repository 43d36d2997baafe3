"""What a calibration changes: every length before and after, and whether it is believable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..anatomy import AnySide
from ..errors import CalibrationError
from ..i18n import tr as _
from ..imaging import Calibration, head_diameter_warning
from ..measurement import Measurement, MeasurementSettings, ViewPlane, measure
from .bricks import Badge
from .severity import Severity

if TYPE_CHECKING:
    from ..scene import HipStudy
    from .calibration import CalibrationWizard

_LENGTH_UNITS = ("mm", "px")
_HEAD_DIAMETER = "head_diameter_mm"


@dataclass(frozen=True, slots=True)
class LengthChange:
    """One length, as it is told now and as it would be."""

    side: AnySide
    name: str
    before: str
    after: str


def calibrated_settings(settings: MeasurementSettings, found: Calibration) -> MeasurementSettings:
    """The settings with another calibration, else as they are."""
    return replace(settings, calibration=found)


def length_changes(study: HipStudy, found: Calibration) -> tuple[LengthChange, ...]:
    """Every length of a study before and after a calibration."""
    before = [m for m in study.measurements if m.unit in _LENGTH_UNITS and m.value is not None]
    after = {(m.id, m.side): m for m in _measured(study, found, before)}
    return tuple(
        LengthChange(m.side, m.name, m.display, after[(m.id, m.side)].display) for m in before
    )


def plausibility_badges(study: HipStudy, found: Calibration) -> tuple[Badge, ...]:
    """What the size of the femoral heads says against a calibration."""
    heads = [m for m in study.measurements if m.id == _HEAD_DIAMETER and m.value is not None]
    age = study.settings.patient_age_years
    told = []
    for m in _measured(study, found, heads):
        if m.value is not None:
            told.append(head_diameter_warning(m.value, found, age))
    sentences = dict.fromkeys(sentence for sentence in told if sentence)
    head = _("Unlikely size of the femoral head")
    return tuple(Badge(head, sentence, Severity.CAUTION) for sentence in sentences)


def apply_calibration(study: HipStudy, wizard: CalibrationWizard) -> None:
    """Measure all lengths of the study with the wizard's calibration; no landmark moves.

    Raises:
        CalibrationError: when there is none yet.
    """
    if wizard.calibration is None:
        wanting = wizard.problem or "Mark the film as it is told, then apply the calibration."
        raise CalibrationError(wanting)
    study.measure_with(calibrated_settings(study.settings, wizard.calibration))


def _measured(study: HipStudy, found: Calibration, which: list[Measurement]) -> list[Measurement]:
    ids = list(dict.fromkeys(m.id for m in which))
    if not ids:
        return []
    settings = calibrated_settings(study.settings, found)
    return measure(study.landmarks, ViewPlane.from_image(study.image), settings, ids)
