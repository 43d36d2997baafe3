"""Two readers, hip by hip: Bland-Altman analysis and single-number errors.

Differences are second minus first reader. Sources: J. M. Bland, D. G. Altman, Lancet 1986 I 307,
and Statistical Methods in Medical Research 8 (1999) 135 (intervals); G. Dahlberg, 1940.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .agreement_icc import Z
from .agreement_ratings import AgreementError, Ratings

_ROUNDING = 1e-12


@dataclass(frozen=True)
class ProportionalBias:
    """Regression of the differences on the means: does disagreement grow with the value?

    Attributes:
        slope: change of the difference per unit of the mean, None when it is not defined.
        ci95: 95 % interval of the slope.
        p: two-sided probability of such a slope without proportional bias.
        reason: why there is no slope, else empty.
    """

    slope: float | None
    ci95: tuple[float, float] | None
    p: float | None
    reason: str = ""


@dataclass(frozen=True)
class BlandAltman:
    """Agreement of two readers, in the unit of the readings.

    Attributes:
        n, n_dropped: hips compared, and left out because a reader gave no value.
        bias: mean difference, second minus first reader.
        bias_ci95: its 95 % interval.
        sd: standard deviation of the differences (n - 1).
        limits: lower and upper limit of agreement, bias -/+ 1.96 sd.
        lower_ci95, upper_ci95: 95 % intervals of the two limits.
        proportional: proportional bias.
        mae: mean absolute difference.
        rmsd: root mean square difference.
        dahlberg: Dahlberg's error, sqrt(sum of squared differences / 2 n).
    """

    n: int
    n_dropped: int
    bias: float
    bias_ci95: tuple[float, float]
    sd: float
    limits: tuple[float, float]
    lower_ci95: tuple[float, float]
    upper_ci95: tuple[float, float]
    proportional: ProportionalBias
    mae: float
    rmsd: float
    dahlberg: float


def bland_altman(first: ArrayLike, second: ArrayLike) -> BlandAltman:
    """Compare two readers; hips without a value (None, NaN) of either are left out and counted.

    Args:
        first, second: one value per hip, in the same order.

    Raises:
        AgreementError: when the lists do not match or fewer than three hips are complete.
    """
    return bland_altman_of(Ratings.of_pair(first, second))


def bland_altman_of(ratings: Ratings) -> BlandAltman:
    """Compare the two readers of complete readings.

    Raises:
        AgreementError: when there are not exactly two readers.
    """
    if ratings.n_readers != 2:
        raise AgreementError(f"Bland-Altman compares 2 readers; {ratings.n_readers} given.")
    first, second = ratings.values.T
    difference, n = second - first, ratings.n_subjects
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    quantile = _t_quantile(n - 1)
    of_bias = quantile * sd / sqrt(n)
    of_limit = quantile * sd * sqrt(1.0 / n + Z**2 / (2.0 * (n - 1)))
    lower, upper = bias - Z * sd, bias + Z * sd
    mean_square = float((difference**2).mean())
    return BlandAltman(
        n=n,
        n_dropped=ratings.n_dropped,
        bias=bias,
        bias_ci95=(bias - of_bias, bias + of_bias),
        sd=sd,
        limits=(lower, upper),
        lower_ci95=(lower - of_limit, lower + of_limit),
        upper_ci95=(upper - of_limit, upper + of_limit),
        proportional=_proportional((first + second) / 2.0, difference),
        mae=float(np.abs(difference).mean()),
        rmsd=sqrt(mean_square),
        dahlberg=sqrt(mean_square / 2.0),
    )


def _proportional(means: NDArray[np.float64], differences: NDArray[np.float64]) -> ProportionalBias:
    from scipy.special import stdtr

    x, y = means - means.mean(), differences - differences.mean()
    xx, freedom = float((x**2).sum()), len(x) - 2
    if xx <= _ROUNDING * float((means**2).sum()):
        return ProportionalBias(None, None, None, "All hips have the same mean value.")
    slope = float((x * y).sum()) / xx
    error = sqrt(max(0.0, float(((y - slope * x) ** 2).sum())) / freedom / xx)
    if error <= _ROUNDING * max(1.0, abs(slope)):  # the differences lie on one line
        return ProportionalBias(slope, (slope, slope), 0.0 if abs(slope) > _ROUNDING else 1.0)
    half = _t_quantile(freedom) * error
    p = 2.0 * float(stdtr(freedom, -abs(slope) / error))
    return ProportionalBias(slope, (slope - half, slope + half), p)


def _t_quantile(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
