"""Intervals that know that two hips of one patient are not two patients."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from .agreement_ratings import AgreementError

RESAMPLES = 2000
MIN_CLUSTERS = 3
"""With fewer patients resampling them says nothing."""

Statistic = Callable[[NDArray[np.float64]], float]


def cluster_interval(
    values: Sequence[float] | NDArray[np.float64],
    clusters: Sequence[Hashable],
    statistic: Statistic | None = None,
    *,
    seed: int = 17,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
) -> tuple[float, float] | None:
    """Percentile bootstrap interval in which whole patients are drawn, with replacement.

    Args:
        values: shape (n,) or (n, m); rows belong to ``clusters``.
        clusters: patient of each row.
        statistic: of the drawn rows; the mean when None.
        seed: of the draws: the same data give the same interval.
        resamples: number of draws.
        confidence: share of draws inside the interval.

    Returns:
        (low, high), or None with fewer than three patients.

    Raises:
        AgreementError: when the lists do not match.

    Source: A. C. Davison, D. V. Hinkley, Bootstrap Methods and their Application, 1997, 3.8.
    """
    table = np.asarray(values, dtype=np.float64)
    if len(table) != len(clusters):
        raise AgreementError(f"{len(table)} values and {len(clusters)} patients do not match.")
    rows = _rows_by_cluster(clusters)
    if len(rows) < MIN_CLUSTERS:
        return None
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(rows), size=(resamples, len(rows)))
    found = (
        _means(table, rows, draws) if statistic is None else _each(table, rows, draws, statistic)
    )
    found = found[np.isfinite(found)]
    if not found.size:
        return None
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(found, [tail, 1.0 - tail])
    return (float(low), float(high))


def _rows_by_cluster(clusters: Sequence[Hashable]) -> list[NDArray[np.intp]]:
    rows: dict[Hashable, list[int]] = {}
    for row, cluster in enumerate(clusters):
        rows.setdefault(cluster, []).append(row)
    return [np.array(members) for members in rows.values()]


def _means(
    table: NDArray[np.float64], rows: list[NDArray[np.intp]], draws: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Means of all draws at once."""
    sums = np.array([table[members].sum() for members in rows])
    counts = np.array([len(members) for members in rows], dtype=np.float64)
    return np.asarray(sums[draws].sum(axis=1) / counts[draws].sum(axis=1))


def _each(
    table: NDArray[np.float64],
    rows: list[NDArray[np.intp]],
    draws: NDArray[np.int64],
    statistic: Statistic,
) -> NDArray[np.float64]:
    return np.array([statistic(table[np.concatenate([rows[c] for c in draw])]) for draw in draws])
