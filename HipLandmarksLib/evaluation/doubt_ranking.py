"""Is the doubt larger where the error is, and where nothing is to be seen?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cases import LandmarkPair
from .clusters import cluster_interval
from .landmark_metrics import expected_radial_error
from .presence import LARGE_ERROR_MM, AbsenceSign

RESAMPLES = 500
_LEAST = 5
ALL = "all"


@dataclass(frozen=True)
class Ranking:
    """How well one number orders landmarks.

    Attributes:
        value: Spearman's rho, or an AUROC; None when not defined.
        ci95: resampled by patient; None with fewer than three patients.
        n: landmarks.
        positive: of them the ones to be found (large error, absent); None for a correlation.
    """

    value: float | None
    ci95: tuple[float, float] | None
    n: int
    positive: int | None = None


def error_correlation(pairs: Sequence[LandmarkPair], seed: int = 17) -> dict[str, Ranking]:
    """Spearman's rho of expected and real error per landmark, and of ``all`` at the end.

    None below five landmarks, or when all are stated alike.
    """
    known = _known(pairs)
    keys = dict.fromkeys(key for key, *_ in known)
    table = {key: _spearman([row for row in known if row[0] == key], seed) for key in keys}
    return {**table, ALL: _spearman(known, seed)} if known else {}


def large_error_auroc(pairs: Sequence[LandmarkPair], seed: int = 17) -> Ranking | None:
    """AUROC of the expected error for errors above 4 mm; None without stated covariances."""
    known = _known(pairs)
    if not known:
        return None
    rows = np.array([[doubt, error > LARGE_ERROR_MM] for _, _, doubt, error in known])
    return _auroc(rows, [patient for _, patient, _, _ in known], seed)


def absence_auroc(
    pairs: Sequence[LandmarkPair], sign: AbsenceSign, seed: int = 17
) -> dict[str, Ranking]:
    """AUROC of one sign for absent landmarks, per landmark and of ``all`` at the end.

    Landmarks of which the sign says nothing do not enter; empty when it says nothing at all.
    """
    known = [
        (p.key, p.patient, d, not p.is_present) for p in pairs if (d := sign.doubt(p)) is not None
    ]
    if not known:
        return {}
    table = {}
    for key in [*dict.fromkeys(key for key, *_ in known), ALL]:
        own = [row for row in known if key in (ALL, row[0])]
        rows = np.array([[doubt, absent] for _, _, doubt, absent in own], dtype=np.float64)
        table[key] = _auroc(rows, [patient for _, patient, _, _ in own], seed)
    return table


def ranked_auroc(rows: NDArray[np.float64]) -> float:
    """AUROC of (doubt, is positive) rows by their ranks, ties half; NaN without both kinds.

    Source: H. B. Mann, D. R. Whitney, 1947.
    """
    positive = rows[:, 1] > 0
    count = int(positive.sum())
    rest = len(rows) - count
    if not count or not rest:
        return float("nan")
    ranks = _ranks(rows[:, 0])
    return float((ranks[positive].sum() - count * (count + 1) / 2.0) / (count * rest))


_Known = tuple[str, str, float, float]
"""Key, patient, expected error, error."""


def _known(pairs: Sequence[LandmarkPair]) -> list[_Known]:
    return [
        (p.key, p.patient, expected_radial_error(p.covariance), p.error_mm)
        for p in pairs
        if p.covariance is not None and p.error_mm is not None
    ]


def _spearman(known: Sequence[_Known], seed: int) -> Ranking:
    rows = np.array([[doubt, error] for _, _, doubt, error in known], dtype=np.float64)
    value = _rho(rows) if len(rows) >= _LEAST else float("nan")
    if not np.isfinite(value):
        return Ranking(None, None, len(rows))
    patients = [patient for _, patient, _, _ in known]
    interval = cluster_interval(rows, patients, _rho, seed=seed, resamples=RESAMPLES)
    return Ranking(value, interval, len(rows))


def _rho(rows: NDArray[np.float64]) -> float:
    """Pearson correlation of the ranks; NaN when a column is constant."""
    ranks = np.stack([_ranks(column) for column in rows.T])
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    norm = float(np.sqrt((centred**2).sum(axis=1).prod()))
    return float(centred[0] @ centred[1]) / norm if norm > 0.0 else float("nan")


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1, 2, ... in ascending order; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[place], dtype=np.float64)


def _auroc(rows: NDArray[np.float64], patients: Sequence[str], seed: int) -> Ranking:
    value, positive = ranked_auroc(rows), int((rows[:, 1] > 0).sum())
    if not np.isfinite(value):
        return Ranking(None, None, len(rows), positive)
    interval = cluster_interval(rows, patients, ranked_auroc, seed=seed, resamples=RESAMPLES)
    return Ranking(value, interval, len(rows), positive)
