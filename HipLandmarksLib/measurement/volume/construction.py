"""From landmarks in space to a result: what every volume measurement has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt

from ...anatomy import HipLandmarks, Landmark, LandmarkId, LandmarkState, Side
from ..result import MeasurementInput
from ..types import MeasurementStatus
from ..uncertainty import interval95
from ..vector import Vec3, dot3
from .result import VolumeMeasurement
from .space import ConstructionError

SpacePoints = Mapping[str, Vec3]
SpaceFormula = Callable[[SpacePoints], float]
Note = tuple[MeasurementStatus | None, str]
"""A status (None: only worth saying) and its sentence."""

_MIN_CONFIDENCE = 0.5
_STEP_MM = 1e-3


@dataclass(frozen=True)
class VolumeDefinition:
    """What is measured.

    Attributes:
        id, name, unit, definition, source: as in the result.
        version: raised whenever the construction changes.
        hard_limits: values outside are implausible.
    """

    id: str
    name: str
    unit: str
    version: str
    definition: str
    source: str
    hard_limits: tuple[float, float]


@dataclass
class VolumeRun:
    """A measurement under way; :meth:`result` is called once.

    Attributes:
        definition: what is measured.
        landmarks: the case, LPS mm.
        side: hip.
        ids: landmark of each name that the formula reads.
        method: construction in words.
        notes: what is already known to be worth saying.
    """

    definition: VolumeDefinition
    landmarks: HipLandmarks
    side: Side
    ids: Mapping[str, LandmarkId]
    method: str
    notes: list[Note] = field(default_factory=list)

    def result(
        self,
        formula: SpaceFormula,
        check: Callable[[SpacePoints], list[Note]] = lambda points: [],
        theta: SpaceFormula | None = None,
    ) -> VolumeMeasurement:
        """Measure, or say why not.

        Args:
            formula: value from the points by name; may raise ``ConstructionError``.
            check: further notes about the points, for a value that exists.
            theta: place on the clock face, degrees.
        """
        refusal, missing = self._refusal()
        if refusal is not None:
            return self._make(None, [refusal], missing)
        points = {name: self._position(id_) for name, id_ in self.ids.items()}
        try:
            value = formula(points)
            at = None if theta is None else theta(points)
        except ConstructionError as error:
            return self._make(None, [(MeasurementStatus.DEGENERATE, str(error))])
        notes = [*self.notes, *self._inputs(), *check(points), *self._limits(value)]
        return self._make(value, notes, sigma=self._sigma(formula, points), theta=at)

    def _landmark(self, id_: LandmarkId) -> Landmark | None:
        landmark = self.landmarks.get(id_)
        return None if landmark is None or landmark.position is None else landmark

    def _position(self, id_: LandmarkId) -> Vec3:
        position = self.landmarks[id_].position
        assert position is not None  # checked by _refusal
        return position

    def _refusal(self) -> tuple[Note | None, tuple[str, ...]]:
        if any(
            landmark.side is self.side and landmark.state is LandmarkState.PROSTHESIS
            for landmark in self.landmarks.values()
        ):
            sentence = f"There is a prosthesis on the {self.side.word} side."
            return (MeasurementStatus.NOT_APPLICABLE, sentence), ()
        absent = [id_ for id_ in self.ids.values() if self._landmark(id_) is None]
        if not absent:
            return None, ()
        words = " and ".join(self._describe(id_) for id_ in absent)
        missing = tuple(id_[1] for id_ in absent)
        return (MeasurementStatus.MISSING_LANDMARK, f"Needs the {words}."), missing

    def _describe(self, id_: LandmarkId) -> str:
        known = self.landmarks.get(id_)
        state = "not annotated" if known is None else known.state.value
        return f"{id_[0].word} {id_[1]} ({state})"

    def _inputs(self) -> list[Note]:
        notes: list[Note] = []
        for id_ in self.ids.values():
            landmark = self.landmarks[id_]
            doubtful = landmark.confidence is not None and landmark.confidence < _MIN_CONFIDENCE
            if landmark.state is LandmarkState.ESTIMATED or doubtful:
                why = "uncertain" if doubtful else "estimated"
                sentence = f"The {id_[0].word} {id_[1]} is {why}."
                notes.append((MeasurementStatus.ESTIMATED_INPUT, sentence))
        return notes

    def _limits(self, value: float) -> list[Note]:
        low, high = self.definition.hard_limits
        if low <= value <= high:
            return []
        unit = self.definition.unit
        sentence = f"{value:.1f} {unit} is outside {low:g} to {high:g} {unit}: check the landmarks."
        return [(MeasurementStatus.IMPLAUSIBLE, sentence)]

    def _sigma(self, formula: SpaceFormula, points: SpacePoints) -> float | None:
        variance = 0.0
        for name, id_ in self.ids.items():
            covariance = self.landmarks[id_].covariance
            if covariance is None:
                return None
            try:
                gradient = _gradient(formula, points, name)
            except ConstructionError:
                return None  # so near to degenerate that a thousandth of a millimetre decides
            for slope, (x, y, z) in zip(gradient, covariance, strict=True):
                variance += slope * dot3((x, y, z), gradient)
        return sqrt(max(0.0, variance))

    def _make(
        self,
        value: float | None,
        notes: list[Note],
        missing: tuple[str, ...] = (),
        sigma: float | None = None,
        theta: float | None = None,
    ) -> VolumeMeasurement:
        statuses = tuple(dict.fromkeys(status for status, _ in notes if status is not None))
        used = [self._landmark(id_) for id_ in self.ids.values()]
        return VolumeMeasurement(
            id=self.definition.id,
            name=self.definition.name,
            side=self.side,
            value=value,
            unit=self.definition.unit,
            status=statuses or (MeasurementStatus.OK,),
            reason=" ".join(note for _, note in notes),
            missing=missing,
            method=self.method,
            method_version=f"{self.definition.id}/{self.definition.version}",
            definition=self.definition.definition,
            source=self.definition.source,
            inputs=tuple(_input(landmark) for landmark in used if landmark is not None),
            sigma=sigma,
            ci95=None if value is None or sigma is None else interval95(value, sigma),
            theta_deg=theta,
        )


def _gradient(formula: SpaceFormula, points: SpacePoints, name: str) -> Vec3:
    """Central difference by the coordinates of one point; angles are taken the short way."""

    def slope(axis: int) -> float:
        after, before = list(points[name]), list(points[name])
        after[axis] += _STEP_MM
        before[axis] -= _STEP_MM
        high = formula({**points, name: (after[0], after[1], after[2])})
        low = formula({**points, name: (before[0], before[1], before[2])})
        return ((high - low + 180.0) % 360.0 - 180.0) / (2.0 * _STEP_MM)

    return (slope(0), slope(1), slope(2))


def _input(landmark: Landmark) -> MeasurementInput:
    assert landmark.position is not None  # only landmarks with a position get here
    covariance = landmark.covariance
    trace = None if covariance is None else sum(covariance[axis][axis] for axis in range(3))
    return MeasurementInput(
        landmark.side,
        landmark.key,
        landmark.position,
        landmark.state,
        None if trace is None else sqrt(trace / 3.0),
    )
