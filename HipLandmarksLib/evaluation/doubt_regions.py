"""Which conformal region a landmark or measurement of a report is tested with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import sqrt

from ..uncertainty import Calibration, ConformalTable, Region
from .cases import LandmarkPair
from .doubt_coverage import mahalanobis_squared
from .measurement_metrics import MeasuredPair

_MOST_GROUPS = 20

RegionOfLandmark = Callable[[LandmarkPair], Region]
RegionOfMeasurement = Callable[[MeasuredPair], Region]
_Score = tuple[str, str, float]
"""Name, patient, score."""


def stored_regions(
    calibration: Calibration, level: float
) -> tuple[RegionOfLandmark, RegionOfMeasurement]:
    """The regions of the calibration, for patients that it has not seen."""

    @cache
    def of_key(key: str) -> Region:
        return calibration.region(key, level)

    @cache
    def of_id(id_: str) -> Region:
        return calibration.measurement_region(id_, level)

    return lambda pair: of_key(pair.key), lambda pair: of_id(pair.id)


def regions_by_patient(
    calibrations: Mapping[str, Calibration], level: float
) -> tuple[RegionOfLandmark, RegionOfMeasurement]:
    """For a cross-validation: each patient by the calibration of the model that read them.

    Args:
        calibrations: by patient, of every patient of the report.
        level: nominal coverage.
    """
    stored = {patient: stored_regions(own, level) for patient, own in calibrations.items()}
    return lambda pair: stored[pair.patient][0](pair), lambda pair: stored[pair.patient][1](pair)


def left_out_regions(
    pairs: Sequence[LandmarkPair], measured: Sequence[MeasuredPair], level: float
) -> tuple[RegionOfLandmark, RegionOfMeasurement]:
    """For the calibration cases themselves: each patient by the scores of others.

    Of many patients, one in twenty is left out together.
    """
    squares = [(pair, mahalanobis_squared(pair)) for pair in pairs]
    points = [(p.key, p.patient, sqrt(square)) for p, square in squares if square is not None]
    values = [
        (p.id, p.patient, p.error / p.sigma) for p in measured if p.error is not None and p.sigma
    ]
    of_key, of_id = _without(points, level), _without(values, level)
    return lambda pair: of_key(pair.key, pair.patient), lambda pair: of_id(pair.id, pair.patient)


def _without(scores: Sequence[_Score], level: float) -> Callable[[str, str], Region]:
    by_name: dict[str, list[tuple[str, float]]] = {}
    for name, patient, score in scores:
        by_name.setdefault(name, []).append((patient, score))
    patients = sorted({patient for _, patient, _ in scores})
    group_of = {patient: number % _MOST_GROUPS for number, patient in enumerate(patients)}

    @cache
    def region(name: str, group: int) -> Region:
        others = [each for each in by_name.get(name, ()) if group_of[each[0]] != group]
        return ConformalTable.of(others).region(level)

    return lambda name, patient: region(name, group_of[patient])
