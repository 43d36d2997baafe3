"""One measurement of one hip, from the landmarks to the result."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..anatomy import Landmark, LandmarkId, Side
from .case import CaseGeometry
from .classification import Classification, classify
from .definitions import MeasurementDefinition
from .drawing import Drawing, draw
from .flags import Evidence, flags
from .frames import HipFrame
from .result import Measurement, MeasurementInput
from .types import MeasurementStatus, Reference
from .uncertainty import Covariance2, interval95, propagate
from .vector import Vec2, distance


@dataclass
class MeasurementRun:
    """A measurement under way; :meth:`result` is called once."""

    case: CaseGeometry
    definition: MeasurementDefinition
    side: Side
    status: list[MeasurementStatus] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    ids: dict[str, LandmarkId] = field(default_factory=dict)  # key of the formula -> landmark
    used: dict[LandmarkId, Landmark] = field(default_factory=dict)
    points: dict[LandmarkId, Vec2] = field(default_factory=dict)
    covariances: dict[LandmarkId, Covariance2] = field(default_factory=dict)

    def result(self) -> Measurement:
        """Measure, or say why not."""
        if not self._applicable() or not self._complete() or not self._well_defined():
            return self._make(None, None, Classification())
        value = self._value(self.points)
        by_key = {key: self.points[id_] for key, id_ in self.ids.items()}
        evidence = Evidence(self.case, self.definition, self.side, value, by_key, self.used)
        for status, note in flags(evidence):
            self._add(status, note)
        sigma = self._sigma()
        classification = self._classify(value, sigma)
        return self._make(value, sigma, classification, self._draw())

    # Conditions for a value.

    def _applicable(self) -> bool:
        if self.case.has_prosthesis(self.side):
            return self._refuse(
                MeasurementStatus.NOT_APPLICABLE,
                f"There is a prosthesis on the {self.side.word} side.",
            )
        limit = self.definition.max_obliquity_deg
        tilt = self.case.plane.obliquity_deg
        if limit is not None and tilt > limit:
            return self._refuse(
                MeasurementStatus.NOT_APPLICABLE,
                f"The slices are {tilt:.0f} degrees off coronal; up to {limit:.0f} are accepted.",
            )
        return True

    def _complete(self) -> bool:
        found = {key: self._find(key) for key in self.definition.points}
        self.missing = tuple(key for key, landmark in found.items() if landmark is None)
        if self.missing:
            words = " and ".join(self._describe(key) for key in self.missing)
            return self._refuse(MeasurementStatus.MISSING_LANDMARK, f"Needs the {words}.")
        for key, landmark in found.items():
            if landmark is not None:
                self.ids[key] = landmark.id
                self._use(landmark)
        if self.definition.reference:
            for id_ in self.case.line.ids:
                self._use(self.case.landmarks.items_[id_])
        return True

    def _find(self, key: str) -> Landmark | None:
        landmark = self.case.landmark((self.side, key))
        substitute = self.definition.substitutes.get(key)
        if landmark is not None or substitute is None:
            return landmark
        landmark = self.case.landmark((self.side, substitute.key))
        if landmark is not None:
            self._add(substitute.flag, f"{substitute.key} stands in for {key}.")
        return landmark

    def _use(self, landmark: Landmark) -> None:
        point = self.case.point(landmark.id)
        assert point is not None  # only landmarks with a position get here
        self.used[landmark.id] = landmark
        self.points[landmark.id] = point

    def _describe(self, key: str) -> str:
        known = self.case.landmarks.items_.get((self.side, key))
        state = "not annotated" if known is None else known.state.value
        return f"{self.side.word} {key} ({state})"

    def _well_defined(self) -> bool:
        keys = list(self.ids)
        for i, first in enumerate(keys):
            for second in keys[i + 1 :]:
                shaft = first == "SHP" and second == "SHD"
                limit = self.case.min_shaft if shaft else self.case.min_distance
                a, b = self.ids[first], self.ids[second]
                if distance(self.points[a], self.points[b]) < limit:
                    return self._refuse(
                        MeasurementStatus.DEGENERATE,
                        f"The {self.side.word} {a[1]} and {b[1]} are too close together.",
                    )
        return True

    def _refuse(self, status: MeasurementStatus, note: str) -> bool:
        self.status, self.notes = [status], [note]
        return False

    def _add(self, status: MeasurementStatus | None, note: str) -> None:
        if status is not None and status not in self.status:
            self.status.append(status)
        self.notes.append(note)

    # The value and what belongs to it.

    def _frame(self, points: dict[LandmarkId, Vec2]) -> HipFrame:
        if not self.definition.reference:
            return HipFrame.of_image(self.side)
        return self.case.line.frame(self.side, points)

    def _value(self, points: dict[LandmarkId, Vec2]) -> float:
        by_key = {key: points[id_] for key, id_ in self.ids.items()}
        return self.definition.formula(by_key, self._frame(points))

    def _sigma(self) -> float | None:
        for id_, landmark in self.used.items():
            covariance = self.case.covariance(landmark)
            if covariance is not None:
                self.covariances[id_] = covariance
        if len(self.covariances) < len(self.used):
            return None
        return propagate(self._value, self.points, self.covariances)

    def _classify(self, value: float, sigma: float | None) -> Classification:
        allowed = all(status.may_be_classified for status in self.status)
        found = classify(self.definition, value, sigma, self.case.settings, allowed)
        if found.note:
            self._add(MeasurementStatus.BORDERLINE if found.borderline else None, found.note)
        return found

    def _draw(self) -> Drawing:
        by_key = {key: self.points[id_] for key, id_ in self.ids.items()}
        near = self.used[self.ids[self.definition.points[0]]].position
        assert near is not None  # a landmark in use has a position
        place = self.case.place
        spec = self.definition.drawing
        return draw(spec, by_key, self._frame(self.points), lambda point: place(point, near))

    def _make(
        self,
        value: float | None,
        sigma: float | None,
        found: Classification,
        drawing: Drawing | None = None,
    ) -> Measurement:
        definition, settings = self.definition, self.case.settings
        reference = self.case.line.reference if definition.reference else Reference.NONE
        return Measurement(
            id=definition.id,
            side=self.side,
            value=value,
            unit=definition.unit,
            status=tuple(self.status) or (MeasurementStatus.OK,),
            reason=" ".join(self.notes),
            missing=self.missing,
            reference=reference,
            edge=settings.edge if definition.named_by_edge else None,
            inputs=tuple(self._input(landmark) for landmark in self.used.values()),
            sigma=sigma,
            ci95=None if value is None or sigma is None else interval95(value, sigma),
            classification=found.text,
            threshold=found.threshold,
            p_above_threshold=found.p_above,
            usual=found.usual,
            range_source=found.source,
            threshold_set=settings.threshold_set,
            method_version=definition.method_version,
            name=definition.display_name(settings.edge),
            short_name=definition.short_name,
            definition=definition.definition,
            calibration=settings.calibration,
            pixel_spacing=self.case.plane.spacing,
            drawing=drawing,
        )

    def _input(self, landmark: Landmark) -> MeasurementInput:
        assert landmark.position is not None  # a landmark in use has a position
        covariance = self.covariances.get(landmark.id)
        sigma = None if covariance is None else ((covariance[0] + covariance[2]) / 2) ** 0.5
        return MeasurementInput(
            landmark.side, landmark.key, landmark.position, landmark.state, sigma
        )
