"""From calibration cases to a calibration; cross-fitted, so that its regions are honest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import UncertaintyError
from .bins import ErrorBins
from .calibration import Calibration, CalibrationProvenance
from .conformal import ConformalTable
from .observations import LandmarkObservation, MeasurementObservation
from .position import PositionModel, expected_error, mahalanobis
from .position_fit import fit_position
from .presence import PresenceModel
from .presence_fit import fit_presence
from .units import LengthUnit

FOLDS = 5


def fit_calibration(
    observations: Sequence[LandmarkObservation],
    provenance: CalibrationProvenance,
    *,
    unit: LengthUnit = LengthUnit.MILLIMETRE,
    level: float = 0.9,
    folds: int = FOLDS,
) -> Calibration:
    """Fit presence, positions, grades and the regions of landmarks.

    The scores behind regions and grades are cross-fitted: the covariance of a patient's points is
    scaled by what the other folds of patients say, as it will be for new patients. Regions and
    grades rest on the points that calibrated presence keeps. A part that the cases cannot fix is
    None, with its reason.

    Args:
        observations: of every landmark of every calibration case, also the absent ones.
        provenance: what the cases are.
        unit: of the observations.
        level: nominal coverage of regions and intervals.
        folds: of patients.

    Raises:
        UncertaintyError: when neither presence nor positions can be calibrated.
    """
    reasons: dict[str, str] = {}
    presence = _presence(observations, reasons)
    position = _position(observations, reasons)
    if presence is None and position is None:
        raise UncertaintyError(" ".join(reasons.values()))
    bins, tables = None, {}
    if position is not None:
        scored = _cross_scored(observations, folds)
        bins, tables = _bins(scored), _tables(scored)
    return Calibration(provenance, unit, level, presence, position, bins, tables, {}, reasons)


def with_measurements(
    calibration: Calibration, observations: Iterable[MeasurementObservation]
) -> Calibration:
    """The calibration with the regions of measurements, by the errors of calibration cases.

    The measurements come from landmarks to which :func:`cross_fitted` calibrations, or this one,
    were applied.
    """
    scored: dict[str, list[tuple[str, float]]] = {}
    for each in observations:
        scored.setdefault(each.id, []).append((each.patient, each.score))
    tables = {id_: ConformalTable.of(own) for id_, own in scored.items()}
    return replace(calibration, measurements=tables)


def cross_fitted(
    observations: Sequence[LandmarkObservation],
    calibration: Calibration,
    folds: int = FOLDS,
) -> dict[str, Calibration]:
    """For every patient the calibration that the other folds of patients would have given.

    It has no conformal tables; it is what a patient's own landmarks are calibrated with before
    they are measured for :func:`with_measurements`.
    """
    found: dict[str, Calibration] = {}
    for inside, outside in _folds(observations, folds):
        own = replace(calibration, landmarks={}, measurements={})
        reasons: dict[str, str] = {}
        others = _position(outside, reasons)
        if own.position is not None and others is not None:
            own = replace(own, position=others)
        judge = _presence(outside, reasons)
        if own.presence is not None and judge is not None:
            own = replace(own, presence=judge)
        found.update(dict.fromkeys(inside, own))
    return found


@dataclass(frozen=True)
class _Scored:
    """One point: Mahalanobis distance, expected error and error."""

    patient: str
    key: str
    distance: float
    expected: float
    error: float


def _cross_scored(observations: Sequence[LandmarkObservation], folds: int) -> list[_Scored]:
    scored: list[_Scored] = []
    for inside, outside in _folds(observations, folds):
        ignored: dict[str, str] = {}
        position, presence = _position(outside, ignored), _presence(outside, ignored)
        if position is None:
            position = fit_position(observations)
        for each in observations:
            if each.patient in inside and each.offset is not None and _kept(presence, each):
                scored.append(_scored(each, position))
    return scored


def _kept(presence: PresenceModel | None, each: LandmarkObservation) -> bool:
    if presence is None:
        return True
    return presence.probability(each.key, each.signs) >= presence.threshold(each.key)


def _scored(each: LandmarkObservation, position: PositionModel) -> _Scored:
    assert each.offset is not None and each.covariance is not None
    xx, xy, yy = each.covariance
    matrix = position.covariance(each.key, [[xx, xy], [xy, yy]])
    return _Scored(
        each.patient,
        each.key,
        mahalanobis(each.offset, matrix),
        expected_error(matrix),
        float(np.hypot(*each.offset)),
    )


def _bins(scored: Sequence[_Scored]) -> ErrorBins:
    return ErrorBins.fit(
        [each.expected for each in scored],
        [each.error for each in scored],
        [each.patient for each in scored],
    )


def _tables(scored: Sequence[_Scored]) -> dict[str, ConformalTable]:
    keys = dict.fromkeys(each.key for each in scored)
    return {
        key: ConformalTable.of((s.patient, s.distance) for s in scored if s.key == key)
        for key in sorted(keys)
    }


def _folds(
    observations: Sequence[LandmarkObservation], folds: int
) -> list[tuple[frozenset[str], list[LandmarkObservation]]]:
    """(patients of the fold, observations of all others); patients in the order of their names."""
    patients = sorted({each.patient for each in observations})
    count = max(2, min(folds, len(patients)))
    parts = [frozenset(patients[start::count]) for start in range(count)]
    return [
        (part, [each for each in observations if each.patient not in part])
        for part in parts
        if part
    ]


def _presence(
    observations: Sequence[LandmarkObservation], reasons: dict[str, str]
) -> PresenceModel | None:
    try:
        return fit_presence(observations)
    except UncertaintyError as error:
        reasons["presence"] = str(error)
        return None


def _position(
    observations: Sequence[LandmarkObservation], reasons: dict[str, str]
) -> PositionModel | None:
    try:
        return fit_position(observations)
    except UncertaintyError as error:
        reasons["position"] = str(error)
        return None
