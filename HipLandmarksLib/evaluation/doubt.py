"""The calibration report: is the stated doubt honest, does it order errors, does it help?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import hypot
from typing import Any

import numpy as np

from ..anatomy import ErrorBin
from ..uncertainty import Calibration, LengthUnit, MeasuredError
from .cases import LandmarkPair, NormDistance, pairs_of
from .doubt_coverage import (
    Coverage,
    conformal_ellipse,
    conformal_interval,
    interval_coverage,
    nominal_curve,
    region_coverage,
    stated_ellipse,
    stated_interval,
)
from .doubt_ranking import Ranking, absence_auroc, error_correlation, large_error_auroc
from .doubt_regions import left_out_regions, regions_by_patient
from .doubt_reliability import (
    Reliability,
    error_reliability,
    presence_reliability,
    threshold_reliability,
)
from .measurement_metrics import MeasuredPair, measured_pairs
from .presence import AbsenceSign, RiskCoverage, risk_coverage
from .suppression import DoubtCase, SuppressionTable, suppression_tables

_THRESHOLDED = ("alpha", "lce")


@dataclass(frozen=True)
class GradeErrors:
    """Errors of the landmarks of one grade.

    Attributes:
        n: landmarks with a known error.
        median, q90: of their errors in the calibration's unit, None without landmarks.
        stated_median, stated_bound: what the calibration says of the grade, None when nothing.
    """

    n: int
    median: float | None
    q90: float | None
    stated_median: float | None
    stated_bound: float | None


@dataclass(frozen=True)
class DoubtReport:
    """Everything that is measured of a model's doubt.

    Attributes:
        level: nominal coverage of regions and intervals.
        calibrated: whether the model carries a calibration; unit: that it uses for lengths.
        regions, intervals: coverage of what the stated covariances and sigmas mean for a normal
            distribution, by landmark and by measurement.
        conformal_regions, conformal_intervals: coverage of the calibration's regions; empty
            without one.
        curve: (nominal, observed) coverage of the stated ellipses.
        presence, error, thresholds: reliability of stated presence, of the expected error, and
            of the probability to lie above the limit, by measurement.
        large_error: AUROC of the expected error for errors above 4 mm.
        absence: AUROC for absent landmarks by sign, then by landmark.
        correlation: Spearman's rho of expected and real error by landmark.
        risk: risk-coverage curve.
        grades: errors by grade of the expected error.
        suppression: paper 2's tables 4 (structured) and 5 (unstructured).
    """

    level: float
    calibrated: bool
    unit: LengthUnit
    regions: Mapping[str, Coverage]
    intervals: Mapping[str, Coverage]
    conformal_regions: Mapping[str, Coverage]
    conformal_intervals: Mapping[str, Coverage]
    curve: tuple[tuple[float, float], ...]
    presence: Reliability | None
    error: Reliability | None
    thresholds: Mapping[str, Reliability]
    large_error: Ranking | None
    absence: Mapping[AbsenceSign, Mapping[str, Ranking]]
    correlation: Mapping[str, Ranking]
    risk: RiskCoverage | None
    grades: Mapping[ErrorBin, GradeErrors]
    suppression: Mapping[str, SuppressionTable | None]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        data = {**asdict(self), "unit": self.unit.value}
        data["absence"] = {sign.value: rows for sign, rows in data["absence"].items()}
        data["grades"] = {grade.value: row for grade, row in data["grades"].items()}
        return data


def doubt_report(
    cases: Sequence[DoubtCase],
    calibration: Calibration | None,
    level: float,
    norm: NormDistance = NormDistance.HEAD_CENTRES,
    seed: int = 17,
    left_out: bool = False,
    by_patient: Mapping[str, Calibration] | None = None,
) -> DoubtReport:
    """Measure the doubt of a model on cases that it was neither trained nor calibrated on.

    Args:
        cases: as the model reads them, with its calibration applied when it has one. Copies with
            covered landmarks count for presence and suppression alone.
        calibration: of the model, None when it is not calibrated.
        level: nominal coverage.
        norm: see :func:`pairs_of`.
        seed: of the resampling.
        left_out: for the calibration cases themselves, each with the calibration of the other
            patients: conformal regions are those of the other patients, too.
        by_patient: for the models of a cross-validation, in place of ``calibration``: that of the
            model that read a patient, for every patient. Grades are of one calibration: none here.
    """
    if calibration is not None:
        by_patient = {each.case.patient: calibration for each in cases}
    own = by_patient or {}
    every = [pair for each in cases for pair in pairs_of(each.case, norm)]
    plain = [each for each in cases if not each.is_covered]
    pairs = [pair for each in plain for pair in pairs_of(each.case, norm)]
    measured = _measured(plain, own)
    regions, intervals = _conformal(pairs, measured, own, level, seed, left_out)
    signs = {sign: absence_auroc(every, sign, seed) for sign in AbsenceSign}
    above = {id_: threshold_reliability(measured, id_) for id_ in _THRESHOLDED}
    return DoubtReport(
        level=level,
        calibrated=bool(own),
        unit=next((each.unit for each in own.values()), LengthUnit.MILLIMETRE),
        regions=region_coverage(pairs, stated_ellipse(level), level, seed),
        intervals=interval_coverage(measured, stated_interval(level), level, seed),
        conformal_regions=regions,
        conformal_intervals=intervals,
        curve=nominal_curve(pairs),
        presence=presence_reliability(every),
        error=error_reliability(pairs),
        thresholds={id_: found for id_, found in above.items() if found is not None},
        large_error=large_error_auroc(pairs, seed),
        absence={sign: rows for sign, rows in signs.items() if rows},
        correlation=error_correlation(pairs, seed),
        risk=risk_coverage(pairs),
        grades=_grades(plain, calibration),
        suppression=suppression_tables(cases, seed),
    )


def _conformal(
    pairs: Sequence[LandmarkPair],
    measured: Sequence[MeasuredPair],
    calibrations: Mapping[str, Calibration],
    level: float,
    seed: int,
    left_out: bool,
) -> tuple[dict[str, Coverage], dict[str, Coverage]]:
    """Coverage of conformal regions and intervals; empty without calibrated positions."""
    if not calibrations or any(own.position is None for own in calibrations.values()):
        return {}, {}
    of_point, of_value = regions_by_patient(calibrations, level)
    if left_out:
        of_point, of_value = left_out_regions(pairs, measured, level)
    regions = region_coverage(pairs, conformal_ellipse(of_point), level, seed)
    return regions, interval_coverage(measured, conformal_interval(of_value), level, seed)


def _measured(
    cases: Sequence[DoubtCase], calibrations: Mapping[str, Calibration]
) -> list[MeasuredPair]:
    pairs = [pair for each in cases for pair in measured_pairs(each.case)]
    return [_with_conformal_probability(pair, calibrations.get(pair.patient)) for pair in pairs]


def _grades(
    cases: Sequence[DoubtCase], calibration: Calibration | None
) -> dict[ErrorBin, GradeErrors]:
    """Errors in the calibration's unit; empty without grades."""
    if calibration is None or calibration.bins is None:
        return {}
    errors: dict[ErrorBin, list[float]] = {grade: [] for grade in ErrorBin}
    for one in cases:
        for pair in pairs_of(one.case):
            grade = None if pair.evidence is None else pair.evidence.error_bin
            if grade is not None and pair.offset_mm is not None:
                length = one.case.scale.length_of(calibration.unit, pair.side)
                errors[grade].append(hypot(*pair.offset_mm) / length)
    return {grade: _grade(own, calibration.bins.measured[grade]) for grade, own in errors.items()}


def _grade(errors: Sequence[float], stated: MeasuredError) -> GradeErrors:
    return GradeErrors(
        n=len(errors),
        median=float(np.median(errors)) if errors else None,
        q90=float(np.quantile(errors, 0.9)) if errors else None,
        stated_median=stated.median,
        stated_bound=stated.bound90,
    )


def _with_conformal_probability(
    pair: MeasuredPair, calibration: Calibration | None
) -> MeasuredPair:
    """The probability that the product shows: by the errors of the calibration where it can."""
    table = None if calibration is None else calibration.measurements.get(pair.id)
    if table is None or pair.threshold is None or pair.predicted is None or not pair.sigma:
        return pair
    limit = (pair.threshold - pair.predicted) / pair.sigma
    return replace(pair, p_above=table.share_above(limit))
