"""Agreement of landmark coordinates as paper 2 reports it: PCC, ICC and a paired t-test.

Coordinates of different landmarks differ far more than any prediction errs, so these numbers are
close to 1 even for poor models; the agreement of measurements says what matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .agreement_icc import IccForm, intraclass_correlations
from .agreement_ratings import MIN_SUBJECTS, AgreementError, Ratings, as_table
from .cases import LandmarkPair


@dataclass(frozen=True)
class CoordinateAgreement:
    """Agreement of x and y, in that order, and the means that the paper's tables have.

    Attributes:
        n: landmarks.
        pcc, icc, t_test_p: per coordinate; None where it is not defined.
    """

    n: int
    pcc: tuple[float | None, float | None]
    icc: tuple[float | None, float | None]
    t_test_p: tuple[float | None, float | None]

    @property
    def mean_pcc(self) -> float | None:
        """Mean of both coordinates."""
        return _mean(self.pcc)

    @property
    def mean_icc(self) -> float | None:
        """Mean of both coordinates."""
        return _mean(self.icc)

    @property
    def mean_t_test_p(self) -> float | None:
        """Mean of both coordinates."""
        return _mean(self.t_test_p)


def coordinate_agreement(found: Sequence[LandmarkPair]) -> CoordinateAgreement | None:
    """Agreement over the found landmarks, None with fewer than three."""
    both = [
        (*pair.reference_xy, *pair.predicted_xy)
        for pair in found
        if pair.reference_xy is not None and pair.predicted_xy is not None
    ]
    if len(both) < MIN_SUBJECTS:
        return None
    table = np.array(both)
    x, y = table[:, [0, 2]], table[:, [1, 3]]
    return CoordinateAgreement(
        n=len(both),
        pcc=(pearson(*x.T), pearson(*y.T)),
        icc=(_icc(x), _icc(y)),
        t_test_p=(paired_t_test(*x.T), paired_t_test(*y.T)),
    )


def pearson(first: ArrayLike, second: ArrayLike) -> float | None:
    """Pearson's correlation, None when one list does not vary."""
    x, y = as_table(first, 1, "pairs"), as_table(second, 1, "pairs")
    x, y = x - x.mean(), y - y.mean()
    scale = sqrt(float((x**2).sum()) * float((y**2).sum()))
    return float((x * y).sum()) / scale if scale > 0.0 else None


def paired_t_test(first: ArrayLike, second: ArrayLike) -> float | None:
    """Two-sided p of a mean difference as large as this one when there is none.

    A large p is no sign of agreement: noise makes it large. None when all differences are equal.

    Raises:
        AgreementError: when the lists differ in length or hold fewer than two pairs.
    """
    from scipy.special import stdtr

    x, y = as_table(first, 1, "pairs"), as_table(second, 1, "pairs")
    if len(x) != len(y) or len(x) < 2:
        raise AgreementError("A paired t-test needs two lists of equal length, of 2 or more.")
    difference = y - x
    error = float(difference.std(ddof=1)) / sqrt(len(x))
    if error == 0.0:
        return None
    return 2.0 * float(stdtr(len(x) - 1, -abs(float(difference.mean())) / error))


def _icc(columns: NDArray[np.float64]) -> float | None:
    return intraclass_correlations(Ratings.of(columns))[IccForm.AGREEMENT].value


def _mean(pair: tuple[float | None, float | None]) -> float | None:
    values = [value for value in pair if value is not None]
    return sum(values) / len(values) if values else None
