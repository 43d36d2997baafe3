"""How far readers place a landmark apart: radial error and covariance ellipse.

Points are (lateral, cranial) mm in the image plane of a hip, so that both sides may be pooled.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .agreement_ratings import AgreementError, as_table, complete

Covariance = tuple[tuple[float, float], tuple[float, float]]
"""2 x 2, mm^2, (lateral, cranial)."""

_SCALE95 = sqrt(-2.0 * log(0.05))  # root of the 95 % quantile of chi-squared with 2 degrees


@dataclass(frozen=True)
class Ellipse:
    """Ellipse that holds 95 % of a normal distribution.

    Attributes:
        semi_axes: half of the long and of the short axis, mm.
        angle_deg: direction of the long axis from lateral towards cranial, -90 < angle <= 90.
    """

    semi_axes: tuple[float, float]
    angle_deg: float

    @classmethod
    def of(cls, covariance: Covariance) -> Ellipse:
        """The 95 % ellipse of a covariance."""
        variances, axes = np.linalg.eigh(np.asarray(covariance))
        short, long = (_SCALE95 * sqrt(max(0.0, float(v))) for v in variances)
        angle = degrees(atan2(axes[1, 1], axes[0, 1]))
        if not -90.0 < angle <= 90.0:  # a long axis has no head and tail
            angle += 180.0 if angle <= -90.0 else -180.0
        return cls((long, short), angle)


@dataclass(frozen=True)
class PointAgreement:
    """Two readers of one landmark, mm.

    Attributes:
        n, n_dropped: hips compared, and left out because a reader placed no point.
        mean, median, sd, largest: of the distances between the two points.
        bias: mean offset (lateral, cranial), second minus first reader.
        covariance: of the offsets.
        ellipse: 95 % ellipse of the offsets about their bias.
    """

    n: int
    n_dropped: int
    mean: float
    median: float
    sd: float
    largest: float
    bias: tuple[float, float]
    covariance: Covariance
    ellipse: Ellipse


@dataclass(frozen=True)
class ReaderSpread:
    """How widely readers scatter about their common point, pooled over hips, mm.

    Attributes:
        n, n_dropped: hips used, and left out because a reader placed no point.
        n_readers: number of readers.
        covariance: of a single reader's point; fit for the covariance of a landmark.
        ellipse: its 95 % ellipse.
        offsets: mean (lateral, cranial) offset of each reader from the common point.
    """

    n: int
    n_dropped: int
    n_readers: int
    covariance: Covariance
    ellipse: Ellipse
    offsets: tuple[tuple[float, float], ...]


def point_agreement(first: ArrayLike, second: ArrayLike) -> PointAgreement:
    """Compare the points of two readers.

    Args:
        first, second: (hips, 2) mm, in the same order; NaN where a reader placed no point.

    Raises:
        AgreementError: when the lists do not match or fewer than three hips are complete.
    """
    one, other = as_table(first, 2, "hips and axes"), as_table(second, 2, "hips and axes")
    if one.shape != other.shape or one.shape[1] != 2:
        raise AgreementError(
            f"The points of both readers must be (hips, 2); got {one.shape} and {other.shape}."
        )
    offsets, dropped = complete(other - one)
    distances = np.hypot(offsets[:, 0], offsets[:, 1])
    covariance = _covariance(offsets - offsets.mean(axis=0), len(offsets) - 1)
    return PointAgreement(
        n=len(offsets),
        n_dropped=dropped,
        mean=float(distances.mean()),
        median=float(np.median(distances)),
        sd=float(distances.std(ddof=1)),
        largest=float(distances.max()),
        bias=_pair(offsets.mean(axis=0)),
        covariance=covariance,
        ellipse=Ellipse.of(covariance),
    )


def reader_spread(points: ArrayLike) -> ReaderSpread:
    """Scatter of any number of readers about the mean point of each hip.

    The systematic offset of a reader counts as scatter: it is an error of a single reading.

    Args:
        points: (hips, readers, 2) mm; NaN where a reader placed no point.

    Raises:
        AgreementError: with fewer than two readers or three complete hips.
    """
    table = as_table(points, 3, "hips, readers and axes")
    if table.shape[1] < 2 or table.shape[2] != 2:
        raise AgreementError(f"Points must be (hips, 2 or more readers, 2); got {table.shape}.")
    kept, dropped = complete(table)
    n, k, _ = kept.shape
    deviations = kept - kept.mean(axis=1, keepdims=True)
    covariance = _covariance(deviations.reshape(-1, 2), n * (k - 1))
    return ReaderSpread(
        n=n,
        n_dropped=dropped,
        n_readers=k,
        covariance=covariance,
        ellipse=Ellipse.of(covariance),
        offsets=tuple(_pair(offset) for offset in deviations.mean(axis=0)),
    )


def _covariance(deviations: NDArray[np.float64], freedom: int) -> Covariance:
    (xx, xy), (_, yy) = (deviations.T @ deviations / freedom).tolist()
    return ((xx, xy), (xy, yy))


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return (float(values[0]), float(values[1]))
