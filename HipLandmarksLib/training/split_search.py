"""Seeded search for folds of patients whose attributes are distributed alike.

Paper 1 promises splits that are balanced by the two-sample Kolmogorov-Smirnov statistic. Here the
largest statistic of any fold against the rest, over all attributes, is minimised: random balanced
assignments first, then exchanges of two patients from the best of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .attributes import Attribute

_SHUFFLE_STREAM = 104_729
_SEARCH_STREAM = 15_485_867
_DRAWS = 2000
_STARTS = 4
_EXCHANGES = 64
_FRUITLESS_ROUNDS = 6
_CHUNK_NUMBERS = 4_000_000

Assignments = NDArray[np.int64]
"""(T, N) fold of each of N patients, for T assignments."""


def shuffled(patients: int, folds: int, seed: int) -> Assignments:
    """(1, N) folds by a seeded shuffle; sizes differ by one patient at most."""
    order = np.random.default_rng([seed, _SHUFFLE_STREAM]).permutation(patients)
    assignment = np.empty((1, patients), dtype=np.int64)
    assignment[0, order] = np.arange(patients) % folds
    return assignment


def searched(
    attributes: Sequence[Attribute], patients: Sequence[str], folds: int, seed: int
) -> Assignments:
    """(1, N) folds with the smallest largest KS that the search finds; never worse than a shuffle.

    Among equals the smallest mean KS decides. Sizes differ by one patient at most; equal
    arguments give equal folds.
    """
    score = _Score(attributes, patients, folds)
    rng = np.random.default_rng([seed, _SEARCH_STREAM])
    plain = shuffled(len(patients), folds, seed)
    drawn = rng.permuted(np.repeat(plain, _DRAWS, axis=0), axis=1)
    candidates = np.concatenate([plain, drawn])
    starts = candidates[score.order(candidates)[:_STARTS]]
    ends = [_exchanged(start, score, rng) for start in starts]
    finalists = np.concatenate([*ends, plain])
    return finalists[score.order(finalists)[:1]]


def _exchanged(start: NDArray[np.int64], score: _Score, rng: np.random.Generator) -> Assignments:
    """Exchange two patients of different folds as long as that helps."""
    best, fruitless = start[None], 0
    while fruitless < _FRUITLESS_ROUNDS:
        one, other = rng.integers(start.size, size=(2, _EXCHANGES))
        tried = np.repeat(best, _EXCHANGES, axis=0)
        rows = np.arange(_EXCHANGES)
        tried[rows, one], tried[rows, other] = best[0, other], best[0, one]
        both = np.concatenate([best, tried])  # the first of equals stays
        first = score.order(both)[:1]
        fruitless = fruitless + 1 if first[0] == 0 else 0
        best = both[first]
    return best


class _Score:
    """Largest and mean KS of many assignments at once."""

    def __init__(
        self, attributes: Sequence[Attribute], patients: Sequence[str], folds: int
    ) -> None:
        self._folds = folds
        self._counts = [_counts_up_to(attribute, patients) for attribute in attributes]

    def order(self, assignments: Assignments) -> NDArray[np.int64]:
        """Indices of the assignments, best first; equals keep their order."""
        width = self._folds * max((counts.shape[1] for counts in self._counts), default=1)
        size = max(1, _CHUNK_NUMBERS // width)
        parts = [
            self._ks(assignments[start : start + size])
            for start in range(0, len(assignments), size)
        ]
        ks = np.round(np.concatenate(parts), 12)
        return np.lexsort((ks.mean(axis=1), ks.max(axis=1)))

    def _ks(self, assignments: Assignments) -> NDArray[np.float64]:
        """(T, attributes x folds) statistics of each fold against the rest."""
        member = assignments[:, None, :] == np.arange(self._folds)[:, None]
        found = [_ks(member.astype(np.float64) @ counts, counts) for counts in self._counts]
        return np.concatenate([*found, np.zeros((len(assignments), 1))], axis=1)


def _counts_up_to(attribute: Attribute, patients: Sequence[str]) -> NDArray[np.float64]:
    """(N, U) how many values of each patient are at most each of the U distinct values."""
    values = [np.asarray(attribute.values.get(patient, ()), dtype=float) for patient in patients]
    levels = np.unique(np.concatenate(values))
    return np.array([(v[:, None] <= levels).sum(axis=0) for v in values], dtype=float)


def _ks(inside: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, folds) KS of (T, folds, U) cumulated counts against the rest; 1 for an empty side."""
    outside = counts.sum(axis=0) - inside
    empty = (inside[..., -1] == 0) | (outside[..., -1] == 0)
    share_inside = inside / np.maximum(inside[..., -1:], 1)
    share_outside = outside / np.maximum(outside[..., -1:], 1)
    return np.where(empty, 1.0, np.abs(share_inside - share_outside).max(axis=-1))
