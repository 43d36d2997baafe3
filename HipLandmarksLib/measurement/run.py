"""One measurement of one hip or of the pelvis, from the landmarks to the result."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from ..anatomy import LandmarkId
from .case import CaseGeometry
from .classification import Classification, classify
from .definition import CalibrationNeed, MeasurementDefinition
from .drawing import Drawing, draw
from .flags import (
    CaseFlags,
    Flag,
    cranial_flag,
    input_flags,
    landmarks_behind,
    limit_flag,
    rim_flags,
    side_flag,
    stand_in_flags,
    wall_flag,
)
from .frames import FrameUse
from .hip import RIM, HipGeometry
from .quantity import ConstructionError, Quantity, SignAbsentError
from .refusal import Refusal, refusal
from .result import PIXELS, Measurement, MeasurementInput
from .types import MeasurementSettings, MeasurementStatus
from .uncertainty import Z95

_NOT_COMPARED = Classification()
_OK = (MeasurementStatus.OK,)


class MeasurementRun:
    """A measurement under way; :meth:`result` is called once, the rest when it is asked for."""

    __slots__ = (
        "_drawing",
        "_frame_in_use",
        "case",
        "definition",
        "frame",
        "hip",
        "notes",
        "shared",
        "status",
    )

    def __init__(
        self,
        case: CaseGeometry,
        shared: CaseFlags,
        definition: MeasurementDefinition,
        hip: HipGeometry,
    ) -> None:
        self.case = case
        self.shared = shared
        self.definition = definition
        self.hip = hip
        self._frame_in_use = hip.frame_in_use(definition.frame)
        self.frame = self._frame_in_use.frame
        self.status: list[MeasurementStatus] = []
        self.notes: list[str] = []
        self._drawing: Drawing | None = None

    def result(self) -> Measurement:
        """Measure, or say why not."""
        refused = refusal(self.case, self.definition, self.hip, self.frame)
        if refused is not None:
            return self._null(refused)
        try:
            quantity = self.definition.formula(self.hip, self.frame)
        except SignAbsentError as absent:
            return self._sign_absent(absent)
        except ConstructionError as error:
            return self._null(Refusal(MeasurementStatus.DEGENERATE, str(error)))
        value = quantity.value + 0.0  # no minus zero
        if not isfinite(value):
            note = "The landmarks are too far apart to measure: check their positions."
            return self._null(Refusal(MeasurementStatus.DEGENERATE, note))
        self._flag(value)
        sigma = self._sigma(quantity)
        finding = self._finding(value, sigma)
        return self._make(value, sigma, self._compare(value, sigma), (), finding)

    # What must be known about the value.

    def _flag(self, value: float) -> None:
        case, shared, definition, hip = self.case, self.shared, self.definition, self.hip
        if definition.frame is FrameUse.LINE:
            self._add(shared.of_line)
        elif definition.frame is FrameUse.IMAGE:
            self._add(shared.of_lines)
        if not hip.is_plain:
            self._add(stand_in_flags(definition, hip))
        if case.doubts:
            self._add(input_flags(case, landmarks_behind(case, definition, hip)))
        if RIM in definition.consulted:
            self._add(rim_flags(case, hip))
        if hip.side_problem or value < 0.0:
            self._add_one(side_flag(definition, hip, value))
        if definition.cranial_point is not None:
            self._add_one(cranial_flag(definition, hip, self.frame))
        self._add(shared.of_plane)
        low, high = definition.hard_limits
        if not low <= value <= high:
            self._add_one(limit_flag(definition, value, shared.calibrated))
        if definition.calibration is not CalibrationNeed.RATIO:
            self._add(shared.of_length)
        if definition.film_check:
            self._add_one(wall_flag(definition, hip, self.frame))
            self._add(shared.of_film)

    def _add(self, flags: Iterable[Flag]) -> None:
        for flag in flags:
            self._add_one(flag)

    def _add_one(self, flag: Flag | None) -> None:
        if flag is not None:
            status, note = flag
            if status is not None and status not in self.status:
                self.status.append(status)
            self.notes.append(note)

    # Uncertainty, words and classes.

    def _sigma(self, quantity: Quantity) -> float | None:
        """First-order standard deviation; None when a covariance is not known.

        Variance = sum over the landmarks of J C J^T, with J = (x, y) the derivative.
        """
        case = self.case
        if case.covariances_lack:
            return None
        variance, known = 0.0, case.covariances
        for id_, gradient in self._by_landmark(quantity).items():
            covariance = known.get(id_) or case.covariance(id_)
            if covariance is None:
                return None
            x, y = gradient.real, gradient.imag
            xx, xy, yy = covariance
            variance += x * x * xx + 2.0 * x * y * xy + y * y * yy
        return max(0.0, variance) ** 0.5

    def _by_landmark(self, quantity: Quantity) -> dict[LandmarkId, complex]:
        """Derivative by every placed landmark, those of the reference line included."""
        hip = self.hip
        if hip.is_plain:
            ids = hip.ids
            total = {ids[name]: gradient for name, gradient in quantity.gradient.items()}
        else:
            total = {}
            for name, gradient in quantity.gradient.items():
                for id_, part in hip.trace(name, gradient):
                    total[id_] = total.get(id_, 0.0) + part
        line = self._frame_in_use.line
        if line is not None:
            for id_, slope in line.slopes:
                total[id_] = total.get(id_, 0.0) + quantity.turn * slope
        return total

    def _finding(self, value: float, sigma: float | None) -> str | None:
        words = self.definition.finding
        if words is None or not all(status.sign_holds for status in self.status):
            return None
        if words.at and MeasurementStatus.UNCALIBRATED in self.status:
            return None
        band = self.case.limit(words.band_mm) if sigma is None else Z95 * sigma
        if words.on is not None and abs(value) <= band:
            return words.on
        return words.below if value < words.at else words.above

    def _compare(self, value: float, sigma: float | None) -> Classification:
        allowed = not self.status or all(s.may_be_classified for s in self.status)
        found = classify(self.definition, value, sigma, self.settings, allowed)
        if found.note:
            self._add_one((self._status_of(found), found.note))
        return found

    def _status_of(self, found: Classification) -> MeasurementStatus | None:
        """BORDERLINE; NOT_APPLICABLE where the patient's known age has no thresholds."""
        if found.borderline:
            return MeasurementStatus.BORDERLINE
        age_known = self.settings.patient_age_years is not None or self.settings.open_physes
        off = found.off_for_age and age_known
        return MeasurementStatus.NOT_APPLICABLE if off else None

    # The result.

    def _sign_absent(self, absent: SignAbsentError) -> Measurement:
        """No number, but a finding, unless something forbids to believe it."""
        self._flag(0.0)
        holds = all(status.sign_holds for status in self.status)
        self.status.insert(0, MeasurementStatus.NOT_APPLICABLE)
        self.notes.insert(0, str(absent))
        return self._make(None, None, _NOT_COMPARED, (), absent.finding if holds else None)

    def _null(self, refused: Refusal) -> Measurement:
        self.status, self.notes = [refused.status], [refused.reason]
        return self._make(None, None, _NOT_COMPARED, refused.missing)

    def _make(
        self,
        value: float | None,
        sigma: float | None,
        found: Classification,
        missing: tuple[str, ...],
        finding: str | None = None,
    ) -> Measurement:
        definition = self.definition
        return Measurement(
            definition.id,
            self.hip.side,
            value,
            self._unit,
            tuple(self.status) if self.status else _OK,
            " ".join(self.notes) if self.notes else "",
            missing,
            self._frame_in_use.reference,
            sigma,
            finding,
            found,
            self,
        )

    @property
    def _unit(self) -> str:
        """That of the definition; pixels for a length on an image without any size."""
        unit = self.definition.unit
        has_size = self.settings.calibration.provenance.has_millimetres
        return PIXELS if unit == "mm" and not has_size else unit

    # Made when asked for.

    @property
    def settings(self) -> MeasurementSettings:
        """How it was measured."""
        return self.case.settings

    @property
    def pixel_spacing(self) -> tuple[float, float]:
        """(row, column) in mm."""
        return self.case.plane.spacing

    def inputs(self) -> tuple[MeasurementInput, ...]:
        """The landmarks used, those of the reference line last."""
        found = []
        for landmark in landmarks_behind(self.case, self.definition, self.hip):
            assert landmark.position is not None  # a landmark in use has a position
            covariance = self.case.covariance(landmark.id)
            sigma = None if covariance is None else ((covariance[0] + covariance[2]) / 2) ** 0.5
            found.append(
                MeasurementInput(
                    landmark.side, landmark.key, landmark.position, landmark.state, sigma
                )
            )
        return tuple(found)

    def drawing(self) -> Drawing:
        """The construction in LPS mm, at the depth of the first landmark."""
        if self._drawing is None:
            near = self.inputs()[0].position
            spec = self.definition.drawing
            place = self.case.place
            self._drawing = draw(spec, self.hip, self.frame, lambda point: place(point, near))
        return self._drawing
