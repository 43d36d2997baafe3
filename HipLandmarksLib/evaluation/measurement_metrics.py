"""Agreement of measurements: predicted and reference landmarks through the same engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import AnySide
from ..measurement import Measurement, measure
from .agreement_icc import Icc, IccForm, intraclass_correlations
from .agreement_pairs import BlandAltman, bland_altman_of
from .agreement_ratings import MIN_SUBJECTS, Ratings
from .cases import EvaluationCase
from .clusters import cluster_interval


@dataclass(frozen=True)
class MeasuredPair:
    """One measurement of one hip, from the reference and from the predicted landmarks.

    Attributes:
        case, patient: image and patient.
        side, id: what was measured.
        name, unit: of the measurement.
        reference, predicted: values, None where there is none.
        reference_line: horizontal of the reference value.
        same_line: whether the predicted value has the same one.
        sigma: standard deviation that the prediction states, None when unknown.
        threshold: published limit nearest to the predicted value, None without one.
        p_above: stated probability that the true value lies above it, None without sigma.
    """

    case: str
    patient: str
    side: AnySide
    id: str
    name: str
    unit: str
    reference: float | None
    predicted: float | None
    reference_line: str
    same_line: bool
    sigma: float | None
    threshold: float | None = None
    p_above: float | None = None

    @property
    def error(self) -> float | None:
        """Predicted minus reference, None when one is missing."""
        if self.reference is None or self.predicted is None:
            return None
        return self.predicted - self.reference


@dataclass(frozen=True)
class MeasurementAgreement:
    """Agreement of one measurement.

    Attributes:
        id, name, unit: of the measurement.
        n: hips with both values; n_without_value: with a reference value and no predicted one.
        lines: how many hips have which horizontal in the reference.
        n_other_line: hips measured against another horizontal than the reference.
        mae, median: of the absolute errors; mae_ci95: resampled by patient.
        mae_constant: mean absolute error of a predictor that always says the mean reference value:
            a model that is not better has learnt nothing about this measurement. None with fewer
            than three hips.
        icc: ICC(2,1) with interval; None with fewer than three hips.
        bland_altman: None with fewer than three hips; predicted minus reference.
        covered95: share of hips whose stated 95 % interval holds the reference value, of the
            ``n_sigma`` that state one.
    """

    id: str
    name: str
    unit: str
    n: int
    n_without_value: int
    lines: Mapping[str, int]
    n_other_line: int
    mae: float | None
    median: float | None
    mae_ci95: tuple[float, float] | None
    mae_constant: float | None
    icc: Icc | None
    bland_altman: BlandAltman | None
    n_sigma: int
    covered95: float | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        fields = asdict(self)
        if self.icc is not None:
            fields["icc"]["form"] = self.icc.form.value
        return fields


def measured_pairs(case: EvaluationCase, ids: Sequence[str] | None = None) -> list[MeasuredPair]:
    """Both sets of landmarks of a case measured; only measurements that the reference allows.

    Lengths are left out where the millimetres of the case are not known.
    """
    truth = measure(case.reference, case.plane, case.settings, ids)
    found = {(m.side, m.id): m for m in measure(case.predicted, case.plane, case.settings, ids)}
    return [
        _pair(case, m, found[(m.side, m.id)])
        for m in truth
        if m.value is not None and (case.lengths_known or m.unit not in ("mm", "px"))
    ]


def _pair(case: EvaluationCase, truth: Measurement, found: Measurement) -> MeasuredPair:
    return MeasuredPair(
        case=case.name,
        patient=case.patient,
        side=truth.side,
        id=truth.id,
        name=truth.name,
        unit=truth.unit,
        reference=truth.value,
        predicted=found.value,
        reference_line=truth.reference.value,
        same_line=found.value is None or found.reference is truth.reference,
        sigma=found.sigma,
        threshold=found.threshold,
        p_above=found.p_above_threshold,
    )


def measurement_agreement(
    pairs: Sequence[MeasuredPair], seed: int = 17
) -> dict[str, MeasurementAgreement]:
    """Agreement per measurement id, in the order of the table of measurements."""
    ids = dict.fromkeys(pair.id for pair in pairs)
    return {id_: _agreement([pair for pair in pairs if pair.id == id_], seed) for id_ in ids}


def _agreement(pairs: Sequence[MeasuredPair], seed: int) -> MeasurementAgreement:
    both = [pair for pair in pairs if pair.error is not None]
    errors = np.abs([pair.error or 0.0 for pair in both])
    first, n = pairs[0], len(both)
    values = np.array([[p.reference, p.predicted] for p in both], dtype=np.float64).reshape(-1, 2)
    ratings = Ratings(values, len(pairs) - n) if n >= MIN_SUBJECTS else None
    stated = [p for p in both if p.sigma is not None]
    inside = [abs(p.error or 0.0) <= 1.96 * (p.sigma or 0.0) for p in stated]
    return MeasurementAgreement(
        id=first.id,
        name=first.name,
        unit=first.unit,
        n=n,
        n_without_value=len(pairs) - n,
        lines=dict(Counter(pair.reference_line for pair in pairs)),
        n_other_line=sum(not pair.same_line for pair in both),
        mae=float(errors.mean()) if n else None,
        median=float(np.median(errors)) if n else None,
        mae_ci95=cluster_interval(errors, [p.patient for p in both], seed=seed) if n else None,
        mae_constant=None if ratings is None else _mae_of_constant(values[:, 0]),
        icc=None if ratings is None else intraclass_correlations(ratings)[IccForm.AGREEMENT],
        bland_altman=None if ratings is None else bland_altman_of(ratings),
        n_sigma=len(stated),
        covered95=float(np.mean(inside)) if inside else None,
    )


def _mae_of_constant(reference: NDArray[np.float64]) -> float:
    return float(np.abs(reference - reference.mean()).mean())
