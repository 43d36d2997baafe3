"""Paper 2's tables 4 and 5: errors on structured and unstructured images, with and without doubt.

An image is unstructured when some landmark is not there: removed, covered, out of the field. A
model that always answers puts such a landmark somewhere; where the true place is known (simulated
films, covered slices) that answer has an error too. Suppression is to take these answers away and
nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarks, Landmark, LandmarkId, LandmarkState
from .cases import EvaluationCase
from .clusters import cluster_interval

RESAMPLES = 1000

Place = tuple[float, float, float]


@dataclass(frozen=True)
class DoubtCase:
    """One image as a model with its doubt reads it.

    Attributes:
        case: reference and prediction; a landmark that the model suppresses is absent there, and
            its evidence tells where the model would have put it.
        hidden: true places, LPS mm, of landmarks that the reference calls absent; empty where
            nobody knows them.
        is_covered: whether it is a copy of another case with landmarks covered or cut off.
    """

    case: EvaluationCase
    hidden: Mapping[LandmarkId, Place] = field(default_factory=dict)
    is_covered: bool = False


@dataclass(frozen=True)
class ErrorSummary:
    """Errors of one set of answers.

    Attributes:
        answers: landmarks that are answered and whose true place is known.
        mre_mm: their mean distance, None without answers.
        sdr_2mm: share of the answers within 2 mm.
        hidden: how many of the answers are of landmarks that are not to be seen.
        withheld: landmarks that are to be seen and are not answered.
    """

    answers: int
    mre_mm: float | None
    sdr_2mm: float | None
    hidden: int
    withheld: int


@dataclass(frozen=True)
class SuppressionTable:
    """One kind of images with and without suppression.

    Attributes:
        images, patients: how many.
        without: the model answers every landmark.
        with_doubt: as the model answers, suppressed landmarks left out.
        change: relative change of the mean error, -0.6 = 60 % less; None when not defined.
        change_ci95: of the change, resampled by patient; None with fewer than three patients.
    """

    images: int
    patients: int
    without: ErrorSummary
    with_doubt: ErrorSummary
    change: float | None
    change_ci95: tuple[float, float] | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return asdict(self)


def unsuppressed(landmarks: HipLandmarks) -> HipLandmarks:
    """The landmarks with every suppressed one put where the model would have put it."""
    return HipLandmarks.of([_raised(each) for each in landmarks.values()], landmarks.case_id)


def suppression_tables(
    cases: Sequence[DoubtCase], seed: int = 17
) -> dict[str, SuppressionTable | None]:
    """Errors on ``structured`` and ``unstructured`` images; None where there is no such image."""
    kinds = {"structured": True, "unstructured": False}
    return {
        name: _table([each for each in cases if each.case.structured is structured], seed)
        for name, structured in kinds.items()
    }


@dataclass(frozen=True)
class _Answer:
    """One landmark with a known true place; ``error`` None when the model gives no place at all."""

    patient: str
    error: float | None
    kept: bool
    hidden: bool


def _table(cases: Sequence[DoubtCase], seed: int) -> SuppressionTable | None:
    if not cases:
        return None
    answers = [answer for each in cases for answer in _answers(each)]
    placed = [answer for answer in answers if answer.error is not None]
    kept = [answer for answer in placed if answer.kept]
    rows = np.array([[answer.error, answer.kept] for answer in placed], dtype=np.float64)
    rows = rows.reshape(-1, 2)
    change = _change(rows)
    interval = None
    if np.isfinite(change):
        patients = [answer.patient for answer in placed]
        interval = cluster_interval(rows, patients, _change, seed=seed, resamples=RESAMPLES)
    return SuppressionTable(
        images=len(cases),
        patients=len({each.case.patient for each in cases}),
        without=_summary(answers, placed),
        with_doubt=_summary(answers, kept),
        change=float(change) if np.isfinite(change) else None,
        change_ci95=interval,
    )


def _change(rows: NDArray[np.float64]) -> float:
    """Relative change of the mean error by leaving out what is not kept; NaN when not defined."""
    kept = rows[rows[:, 1] > 0, 0]
    if not len(kept) or not rows[:, 0].any():
        return float("nan")
    return float(kept.mean() / rows[:, 0].mean() - 1.0)


def _summary(every: Sequence[_Answer], answered: Sequence[_Answer]) -> ErrorSummary:
    errors = np.array([answer.error for answer in answered], dtype=np.float64)
    there = sum(not answer.hidden for answer in every)
    return ErrorSummary(
        answers=len(answered),
        mre_mm=float(errors.mean()) if errors.size else None,
        sdr_2mm=float((errors <= 2.0).mean()) if errors.size else None,
        hidden=sum(answer.hidden for answer in answered),
        withheld=there - sum(not answer.hidden for answer in answered),
    )


def _answers(one: DoubtCase) -> list[_Answer]:
    case, every = one.case, unsuppressed(one.case.predicted)
    found = []
    for id_, truth in case.reference.items():
        place = truth.position or one.hidden.get(id_)
        if place is None:
            continue
        answer, final = every.position(*id_), case.predicted.get(id_)
        kept = final is not None and final.position is not None
        error = None
        if answer is not None:
            error = hypot(*(float(v) for v in case.plane.project(answer - np.asarray(place))))
        found.append(_Answer(case.patient, error, kept, truth.position is None))
    return found


def _raised(landmark: Landmark) -> Landmark:
    place = None if landmark.evidence is None else landmark.evidence.suppressed_position
    if landmark.position is not None or place is None:
        return landmark
    return replace(landmark, position=place, state=LandmarkState.VISIBLE)
