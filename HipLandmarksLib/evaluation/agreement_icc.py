"""Intraclass correlations with 95 % intervals, and the standard error of measurement.

Sources: P. E. Shrout, J. L. Fleiss, Psychological Bulletin 86 (1979) 420; K. O. McGraw,
S. P. Wong, Psychological Methods 1 (1996) 30 and its correction 1 (1996) 390 (intervals).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import isfinite, sqrt

import numpy as np

from .agreement_ratings import Ratings

_TAIL = 0.975
_ROUNDING = 1e-12  # share of the total variation that is only rounding of the input
Z = 1.96
"""As published formulas for MDC95 and limits of agreement have it."""


class IccForm(str, Enum):
    """Which question an intraclass correlation answers."""

    ONE_WAY = "ICC(1,1)"
    """Each hip was read by other readers; a single reading."""
    AGREEMENT = "ICC(2,1)"
    """Absolute agreement of any readers; a single reading. Use this to compare readers."""
    CONSISTENCY = "ICC(3,1)"
    """Consistency of these very readers, whose mean difference is ignored; a single reading."""
    AGREEMENT_MEAN = "ICC(2,k)"
    """Absolute agreement of the mean of all readers."""


@dataclass(frozen=True)
class Icc:
    """An intraclass correlation.

    Attributes:
        form: which one.
        value: at most 1, may be negative; None with a reason when it is not defined.
        ci95: 95 % interval, None with a reason when it is not defined.
        reason: sentence, empty when there is nothing to say.
    """

    form: IccForm
    value: float | None
    ci95: tuple[float, float] | None
    reason: str = ""


@dataclass(frozen=True)
class MeanSquares:
    """Two-way analysis of variance without replication, hips by readers.

    Attributes:
        hips, readers, error: mean squares of rows, columns and the rest.
        within: mean square within hips (readers and error together).
        n, k: number of hips and readers.
    """

    hips: float
    readers: float
    error: float
    within: float
    n: int
    k: int

    @classmethod
    def of(cls, ratings: Ratings) -> MeanSquares:
        """Mean squares of complete readings; what is only rounding becomes 0."""
        x, n, k = ratings.values, ratings.n_subjects, ratings.n_readers
        mean = x.mean()
        hips, readers = x.mean(axis=1) - mean, x.mean(axis=0) - mean
        rest = x - mean - hips[:, None] - readers[None, :]
        noise = _ROUNDING * max(float(((x - mean) ** 2).sum()), _ROUNDING * mean**2)

        def square(values: float) -> float:
            return values if values > noise else 0.0

        ss_hips = square(k * float((hips**2).sum()))
        ss_readers = square(n * float((readers**2).sum()))
        ss_error = square(float((rest**2).sum()))
        return cls(
            ss_hips / (n - 1),
            ss_readers / (k - 1),
            ss_error / ((n - 1) * (k - 1)),
            (ss_readers + ss_error) / (n * (k - 1)),
            n,
            k,
        )

    @property
    def sem_consistency(self) -> float:
        """Standard error of measurement of one reader against herself, unit of the readings."""
        return sqrt(self.error)

    @property
    def sem_agreement(self) -> float:
        """Standard error of measurement between any readers, unit of the readings.

        The variance between readers, (readers - error) / n, is not cut off at 0, so that it goes
        with ICC(2,1) and equals Dahlberg's error for two readers.
        """
        return sqrt(self.error + (self.readers - self.error) / self.n)

    @property
    def mdc95(self) -> float:
        """Smallest difference between two readings that is no measurement error (95 %)."""
        return Z * sqrt(2.0) * self.sem_agreement


def intraclass_correlations(ratings: Ratings) -> dict[IccForm, Icc]:
    """ICC(1,1), ICC(2,1), ICC(3,1) and ICC(2,k) of complete readings."""
    squares = MeanSquares.of(ratings)
    if squares.hips == squares.readers == squares.error == 0.0:
        reason = "All readers gave the same value to every hip: there is nothing to correlate."
        return {form: Icc(form, None, None, reason) for form in IccForm}
    return {form: _icc(form, squares, ratings) for form in IccForm}


def _icc(form: IccForm, m: MeanSquares, ratings: Ratings) -> Icc:
    value = _VALUES[form](m)
    if value is None:
        reason = "The hips differ less from one another than the readers do: not defined."
        return Icc(form, None, None, reason)
    interval = None if value > 1.0 - _ROUNDING else _INTERVALS[form](m, value)
    notes = [_constant_readers(ratings)]
    if interval is None:
        notes.append("No 95 % interval: these readings do not determine one.")
    return Icc(form, value, interval, " ".join(filter(None, notes)))


def _constant_readers(ratings: Ratings) -> str:
    constant = np.flatnonzero(np.ptp(ratings.values, axis=0) == 0.0)
    if not constant.size:
        return ""
    numbers = " and ".join(str(i + 1) for i in constant)
    return f"Reader {numbers} gave the same value to every hip."


def _one_way(m: MeanSquares) -> float | None:
    return (m.hips - m.within) / (m.hips + (m.k - 1) * m.within)


def _consistency(m: MeanSquares) -> float | None:
    total = m.hips + (m.k - 1) * m.error
    return (m.hips - m.error) / total if total > 0.0 else None


def _agreement(m: MeanSquares) -> float | None:
    total = m.hips + (m.k - 1) * m.error + m.k * (m.readers - m.error) / m.n
    return (m.hips - m.error) / total


def _agreement_mean(m: MeanSquares) -> float | None:
    total = m.hips + (m.readers - m.error) / m.n
    return (m.hips - m.error) / total if total > 0.0 else None


def _f_quantile(numerator: float, denominator: float) -> float:
    from scipy.special import fdtri

    return float(fdtri(numerator, denominator, _TAIL))


def _f_interval(f: float, k: int, between: float, within: float) -> tuple[float, float]:
    low = f / _f_quantile(between, within)
    high = f * _f_quantile(within, between)
    return ((low - 1.0) / (low + k - 1.0), (high - 1.0) / (high + k - 1.0))


def _one_way_interval(m: MeanSquares, value: float) -> tuple[float, float] | None:
    return _f_interval(m.hips / m.within, m.k, m.n - 1, m.n * (m.k - 1))


def _consistency_interval(m: MeanSquares, value: float) -> tuple[float, float] | None:
    return _f_interval(m.hips / m.error, m.k, m.n - 1, (m.n - 1) * (m.k - 1))


def _satterthwaite(m: MeanSquares, value: float) -> float:
    """Degrees of freedom of the mixed error term of ICC(2,1), whose value is given."""
    share = m.k * value / (m.n * (1.0 - value))
    readers, error = share * m.readers, (1.0 + share * (m.n - 1)) * m.error
    parts = readers**2 / (m.k - 1) + error**2 / ((m.n - 1) * (m.k - 1))
    return (readers + error) ** 2 / parts if parts > 0.0 else 0.0


def _agreement_interval(m: MeanSquares, value: float) -> tuple[float, float] | None:
    freedom = _satterthwaite(m, value)
    if freedom <= 0.0:
        return None
    low, high = _f_quantile(m.n - 1, freedom), _f_quantile(freedom, m.n - 1)
    if not (isfinite(low) and isfinite(high)):  # next to no degrees of freedom are left
        return None
    mixed = m.k * m.readers + (m.k * m.n - m.k - m.n) * m.error
    return (
        m.n * (m.hips - low * m.error) / (low * mixed + m.n * m.hips),
        m.n * (high * m.hips - m.error) / (mixed + m.n * high * m.hips),
    )


def _agreement_mean_interval(m: MeanSquares, value: float) -> tuple[float, float] | None:
    single = _agreement(m)
    interval = None if single is None else _agreement_interval(m, single)
    if interval is None or interval[0] * (m.k - 1) <= -1.0:
        return None
    low, high = (m.k * limit / (1.0 + (m.k - 1) * limit) for limit in interval)
    return (low, high)


_VALUES: dict[IccForm, Callable[[MeanSquares], float | None]] = {
    IccForm.ONE_WAY: _one_way,
    IccForm.AGREEMENT: _agreement,
    IccForm.CONSISTENCY: _consistency,
    IccForm.AGREEMENT_MEAN: _agreement_mean,
}
_INTERVALS: dict[IccForm, Callable[[MeanSquares, float], tuple[float, float] | None]] = {
    IccForm.ONE_WAY: _one_way_interval,
    IccForm.AGREEMENT: _agreement_interval,
    IccForm.CONSISTENCY: _consistency_interval,
    IccForm.AGREEMENT_MEAN: _agreement_mean_interval,
}
