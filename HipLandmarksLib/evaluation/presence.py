"""Does the prediction know which landmarks are there, and which of its points to trust?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import LandmarkPair, Outcome

LARGE_ERROR_MM = 4.0
"""A landmark further off changes an alpha angle by about 10 degrees."""


@dataclass(frozen=True)
class RiskCoverage:
    """Mean error of the landmarks kept, when the least trusted ones are left out step by step.

    Attributes:
        by: what the landmarks are ordered by: ``stated spread`` or ``confidence``.
        coverage: share kept, ascending to 1.
        risk_mm: mean radial error of those kept.
        area_mm: area under the curve; ``best_area_mm`` the same for a perfect order, and
            ``random_area_mm`` without any (the plain mean error).
        auroc_large: probability that a landmark more than 4 mm off is trusted less than one
            within 4 mm; None when one of the kinds does not occur.
    """

    by: str
    coverage: tuple[float, ...]
    risk_mm: tuple[float, ...]
    area_mm: float
    best_area_mm: float
    random_area_mm: float
    auroc_large: float | None


class AbsenceSign(str, Enum):
    """What may tell that a landmark is not there."""

    CONFIDENCE = "confidence"
    """Presence by the heatmap; low for absent landmarks."""
    PRESENCE_HEAD = "presence head"
    """Presence by a head of its own; low for absent landmarks."""
    SURPRISAL = "surprisal of the limbs"
    """High for absent landmarks."""
    PAPER_UNCERTAINTY = "uncertainty of paper 2"
    """Meant to be high for absent landmarks."""

    def doubt(self, pair: LandmarkPair) -> float | None:
        """Larger when absence is more likely; None when the prediction does not say."""
        evidence = pair.evidence
        if self is AbsenceSign.CONFIDENCE:
            return _negative(pair.confidence)
        if evidence is None:
            return None
        if self is AbsenceSign.PRESENCE_HEAD:
            return _negative(evidence.presence_head)
        if self is AbsenceSign.SURPRISAL:
            return evidence.surprisal
        return evidence.paper_uncertainty


@dataclass(frozen=True)
class AbsenceTest:
    """How well one sign tells absent landmarks from those that are there.

    Attributes:
        sign: what is tested.
        auroc: probability that an absent landmark is doubted more than one that is there; None
            when one of the kinds does not occur.
        there, absent: landmarks of each kind that the sign speaks of.
        not_assessed: landmarks of which the prediction gives no such sign; they do not enter.
    """

    sign: AbsenceSign
    auroc: float | None
    there: int
    absent: int
    not_assessed: int


@dataclass(frozen=True)
class PresenceSummary:
    """How well presence is told; a landmark that is there is the positive case.

    Attributes:
        there, absent: landmarks of the reference of each kind.
        found, missed, invented, rightly_absent: outcomes.
        precision, recall, f1: of "is there"; None where not defined.
        auroc_absence: probability that an absent landmark has less confidence than one that is
            there; None without absent landmarks or without confidences.
        risk: None without a stated confidence or spread.
        absence: the same test for every sign of absence that the predictions give.
    """

    there: int
    absent: int
    found: int
    missed: int
    invented: int
    rightly_absent: int
    precision: float | None
    recall: float | None
    f1: float | None
    auroc_absence: float | None
    risk: RiskCoverage | None
    absence: tuple[AbsenceTest, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return asdict(self)


def summarise_presence(pairs: Sequence[LandmarkPair]) -> PresenceSummary:
    """Presence metrics over all landmarks that the reference speaks of."""
    count = {outcome: sum(p.outcome is outcome for p in pairs) for outcome in Outcome}
    found, missed = count[Outcome.FOUND], count[Outcome.MISSED]
    invented, quiet = count[Outcome.INVENTED], count[Outcome.RIGHTLY_ABSENT]
    precision = found / (found + invented) if found + invented else None
    recall = found / (found + missed) if found + missed else None
    f1 = 2 * found / (2 * found + missed + invented) if found + missed + invented else None
    absence = absence_tests(pairs)
    by_sign = {test.sign: test.auroc for test in absence}
    return PresenceSummary(
        there=found + missed,
        absent=invented + quiet,
        found=found,
        missed=missed,
        invented=invented,
        rightly_absent=quiet,
        precision=precision,
        recall=recall,
        f1=f1,
        auroc_absence=by_sign.get(AbsenceSign.CONFIDENCE),
        risk=risk_coverage(pairs),
        absence=absence,
    )


def absence_tests(pairs: Sequence[LandmarkPair]) -> tuple[AbsenceTest, ...]:
    """One test for each sign that the predictions give of at least one landmark."""
    tests = (_absence_test(pairs, sign) for sign in AbsenceSign)
    return tuple(test for test in tests if test.there + test.absent > 0)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Probability that a positive scores higher than a negative, ties half; None without both.

    Source: H. B. Mann, D. R. Whitney, 1947.
    """
    if not len(positive) or not len(negative):
        return None
    high, low = np.asarray(positive, dtype=np.float64), np.asarray(negative, dtype=np.float64)
    higher = (high[:, None] > low[None, :]).mean()
    return float(higher + 0.5 * (high[:, None] == low[None, :]).mean())


def risk_coverage(pairs: Sequence[LandmarkPair]) -> RiskCoverage | None:
    """Risk-coverage curve of the found landmarks with an error in mm.

    Ordered by the spread that the prediction states; by its confidence where it states none.
    """
    found = [pair for pair in pairs if pair.error_mm is not None]
    by, doubts = _doubts(found)
    if doubts is None:
        return None
    errors = np.array([pair.error_mm for pair in found], dtype=np.float64)
    risk = _risk(errors[np.argsort(doubts, kind="stable")])
    best = _risk(np.sort(errors))
    large = errors > LARGE_ERROR_MM
    n = len(errors)
    return RiskCoverage(
        by=by,
        coverage=tuple((np.arange(n) + 1.0) / n),
        risk_mm=tuple(risk),
        area_mm=float(risk.mean()),
        best_area_mm=float(best.mean()),
        random_area_mm=float(errors.mean()),
        auroc_large=auroc(list(doubts[large]), list(doubts[~large])),
    )


def _risk(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cumsum(ordered) / (np.arange(len(ordered)) + 1.0)


def _doubts(found: Sequence[LandmarkPair]) -> tuple[str, NDArray[np.float64] | None]:
    if len(found) < 2:
        return "", None
    spreads = [sqrt(p.covariance[0] + p.covariance[2]) for p in found if p.covariance is not None]
    if len(spreads) == len(found):
        return "stated spread", np.array(spreads)
    confidences = [pair.confidence for pair in found if pair.confidence is not None]
    if len(confidences) == len(found):
        return "confidence", -np.array(confidences)
    return "", None


def _absence_test(pairs: Sequence[LandmarkPair], sign: AbsenceSign) -> AbsenceTest:
    doubts = [(pair.is_present, sign.doubt(pair)) for pair in pairs]
    there = [doubt for is_there, doubt in doubts if is_there and doubt is not None]
    absent = [doubt for is_there, doubt in doubts if not is_there and doubt is not None]
    not_assessed = len(pairs) - len(there) - len(absent)
    return AbsenceTest(sign, auroc(absent, there), len(there), len(absent), not_assessed)


def _negative(value: float | None) -> float | None:
    return None if value is None else -value
