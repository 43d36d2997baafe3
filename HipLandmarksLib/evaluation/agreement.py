"""Observer agreement of one measurement: everything a reader study reports, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from numpy.typing import ArrayLike

from .agreement_icc import Icc, IccForm, MeanSquares, intraclass_correlations
from .agreement_pairs import BlandAltman, bland_altman_of
from .agreement_ratings import AgreementError, Ratings


@dataclass(frozen=True)
class ObserverAgreement:
    """Agreement of readers on one measurement. Research software, not a medical device.

    Attributes:
        unit: unit of the readings, sems and Bland-Altman numbers.
        n, n_dropped, n_readers: hips compared, hips left out because a reader gave no value,
            and readers.
        icc: intraclass correlations by form.
        sem_agreement: standard error of measurement between any readers.
        sem_consistency: the same without the mean difference between readers.
        mdc95: smallest difference between two readings beyond measurement error.
        pair: Bland-Altman analysis, None unless there are exactly two readers.
        reason: sentence on hips left out, empty when there is nothing to say.
    """

    unit: str
    n: int
    n_dropped: int
    n_readers: int
    icc: Mapping[IccForm, Icc]
    sem_agreement: float
    sem_consistency: float
    mdc95: float
    pair: BlandAltman | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        fields = asdict(self)
        fields["icc"] = {
            form.value: {"value": icc.value, "ci95": icc.ci95, "reason": icc.reason}
            for form, icc in self.icc.items()
        }
        return fields


def observer_agreement(ratings: ArrayLike, unit: str = "") -> ObserverAgreement:
    """Agreement of two or more readers on one measurement.

    Only hips that every reader measured are used; the others are counted.

    Args:
        ratings: (hips, readers); None or NaN where a reader gave no value.
        unit: ``deg``, ``mm``, ``%`` or ``ratio``.

    Raises:
        AgreementError: with fewer than two readers or three complete hips.
    """
    complete = Ratings.of(ratings)
    squares = MeanSquares.of(complete)
    return ObserverAgreement(
        unit=unit,
        n=complete.n_subjects,
        n_dropped=complete.n_dropped,
        n_readers=complete.n_readers,
        icc=intraclass_correlations(complete),
        sem_agreement=squares.sem_agreement,
        sem_consistency=squares.sem_consistency,
        mdc95=squares.mdc95,
        pair=bland_altman_of(complete) if complete.n_readers == 2 else None,
        reason=complete.note,
    )


def exact_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a proportion, such as a sensitivity of 6 in 11.

    Raises:
        AgreementError: when the counts or the confidence are impossible.
    """
    from scipy.special import betaincinv

    if trials < 1 or not 0 <= successes <= trials:
        raise AgreementError(f"{successes} of {trials} is no proportion.")
    if not 0.0 < confidence < 1.0:
        raise AgreementError("The confidence must lie between 0 and 1, such as 0.95.")
    tail = (1.0 - confidence) / 2.0
    failures = trials - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1.0 - tail))
    return (low, high)
