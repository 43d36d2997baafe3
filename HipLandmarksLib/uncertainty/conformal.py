"""Split-conformal regions that hold at small numbers of patients, hips grouped by patient.

A patient's hips (and images) are not independent, patients are. With one score of each of n
patients, the k-th smallest is exceeded by a new patient with a probability of 1 - k / (n + 1),
whatever the distribution (V. Vovk, A. Gammerman, G. Shafer, 2005). Where patients have several
hips, one of each is drawn; the radius is the mean over all such draws, which the sizes of the
groups cannot bias and luck cannot move (repeated subsampling: R. Dunn, L. Wasserman, A. Ramdas,
2022).

(n + 1) level is seldom a whole number: rounded up, 14 patients would cover 93 % for 90 %, 17 would
cover 94 %. A coin that takes the k-th score with the right chance and the one below it otherwise
covers exactly the nominal share; the mean over the coin is used instead of its throw. Means over
draws and coin cover no less than what they are the mean of where larger scores are rarer than
smaller ones, as in the tail of any error; whatever the distribution, the region is never smaller
than that of the score below. ``Grouping.WORST`` covers all hips of a new patient at once.

Below 9 patients at 90 %, and 19 at 95 %, k exceeds n, and the region is unbounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import ceil, erfc, inf, isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UncertaintyError

UNBOUNDED = "unbounded, more calibration cases needed"

_ROUNDING = 1e-9
"""Levels such as 0.9 are not exact in binary; sums of weights are compared with this slack."""

_Predicted = tuple[NDArray[np.float64], NDArray[np.float64], float]
"""Sorted signed scores, the chance of less than each, and how fast it falls off beyond them."""
_Weighted = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Scores, ascending, and the weight of those up to each."""


class Grouping(str, Enum):
    """What a region covers with the nominal probability."""

    EACH = "each"
    """A hip of a new patient, any one."""
    WORST = "worst"
    """All hips of a new patient at once."""


def least_patients(level: float) -> int:
    """Number of patients from which on a region of ``level`` is bounded: 9 at 90 %, 19 at 95 %."""
    _check_level(level)
    return ceil(level / (1.0 - level) - _ROUNDING)


@dataclass(frozen=True)
class Region:
    """A conformal region in standard deviations.

    Attributes:
        level: nominal coverage.
        radius: number of standard deviations (Mahalanobis distance, or |error| / sigma); None
            when the region is unbounded.
        reason: why it is unbounded; "" otherwise.
        patients: number of patients behind it.
    """

    level: float
    radius: float | None
    reason: str
    patients: int

    @property
    def is_bounded(self) -> bool:
        """Whether the region ends somewhere."""
        return self.radius is not None

    def contains(self, score: float) -> bool:
        """Whether a score (in standard deviations) lies in the region."""
        return self.radius is None or score <= self.radius


@dataclass(frozen=True)
class ConformalTable:
    """Scores of the calibration cases, those of one patient together.

    Attributes:
        scores: one tuple of scores per patient, none empty; may be signed for measurements.

    Raises:
        UncertaintyError: when a patient has no score or one is not finite.
    """

    scores: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not all(group and all(isfinite(s) for s in group) for group in self.scores):
            raise UncertaintyError("Every patient of a conformal table needs finite scores.")

    @classmethod
    def of(cls, scored: Iterable[tuple[str, float]]) -> ConformalTable:
        """Group (patient, score) pairs."""
        groups: dict[str, list[float]] = {}
        for patient, score in scored:
            groups.setdefault(patient, []).append(float(score))
        return cls(tuple(tuple(group) for group in groups.values()))

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(self.scores)

    def region(self, level: float, grouping: Grouping = Grouping.EACH) -> Region:
        """The region of nominal coverage ``level``, for the sizes of the scores.

        Raises:
            UncertaintyError: when the level does not lie between 0 and 1.
        """
        radius = self._radii.get((level, grouping))
        if radius is None:
            groups = [[abs(score) for score in group] for group in self.scores]
            if grouping is Grouping.WORST:
                groups = [[max(group)] for group in groups]
            radius = self._radii[(level, grouping)] = grouped_quantile(groups, level)
        if isfinite(radius):
            return Region(level, radius, "", self.patients)
        needed = least_patients(level)
        reason = f"{UNBOUNDED} ({self.patients} patients, at least {needed} for {level:.0%})"
        return Region(level, None, reason, self.patients)

    def share_above(self, limit: float) -> float:
        """Probability that the signed score of a new patient's hip exceeds ``limit``.

        A conformal predictive distribution, interpolated between the scores, in which the patient
        who has not been seen yet counts half on either side; beyond the outermost scores it falls
        off like a normal distribution. Continuous, falling with ``limit``, 0.5 without patients.
        """
        if not self.scores:
            return 0.5
        values, below, spread = self._predicted
        first, last = float(values[0]), float(values[-1])
        if limit > last:
            return (1.0 - float(below[-1])) * _tail(limit / spread) / _tail(last / spread)
        if limit < first:
            return 1.0 - float(below[0]) * _tail(-limit / spread) / _tail(-first / spread)
        return 1.0 - float(np.interp(limit, values, below))

    @cached_property
    def _predicted(self) -> _Predicted:
        """Once for all limits, since a drag asks again and again."""
        values, reached = _weighted(self.scores)
        below = reached - np.diff(reached, prepend=0.0) / 2 + 0.5 / (self.patients + 1)
        spread = max(float(np.sqrt(np.mean(values**2))), float(np.abs(values).max()) / 8, 1e-12)
        return values, below, spread

    @cached_property
    def _radii(self) -> dict[tuple[float, Grouping], float]:
        """Radii that were asked for, since a drag asks for them again and again."""
        return {}

    def to_list(self) -> list[list[float]]:
        """JSON-ready form, 5 significant digits."""
        return [[float(f"{score:.5g}") for score in group] for group in self.scores]

    @classmethod
    def from_list(cls, data: Sequence[Sequence[float]]) -> ConformalTable:
        """Read :meth:`to_list`.

        Raises:
            TypeError, ValueError, UncertaintyError: when it is damaged.
        """
        return cls(tuple(tuple(float(score) for score in group) for group in data))


def grouped_quantile(groups: Sequence[Sequence[float]], level: float) -> float:
    """Score that a random member of a new group stays below with probability ``level``.

    Args:
        groups: scores by group (patient), none empty.
        level: nominal coverage in (0, 1).

    Returns:
        Mean over all draws of one member per group of the p-th smallest of the n drawn scores,
        p = (n + 1) level, interpolated where p is no whole number; infinite when there are too few
        groups.

    Raises:
        UncertaintyError: when the level does not lie between 0 and 1.
    """
    _check_level(level)
    place = (len(groups) + 1) * level
    rank = ceil(place - _ROUNDING)
    if rank > len(groups):
        return inf
    upper = _mean_of_rank(rank, groups)
    lower_share = max(rank - place, 0.0)
    if rank == 1 or lower_share < _ROUNDING:
        return upper
    return (1.0 - lower_share) * upper + lower_share * _mean_of_rank(rank - 1, groups)


def _mean_of_rank(rank: int, groups: Sequence[Sequence[float]]) -> float:
    """Mean over all draws of one member per group of the ``rank``-th smallest drawn score."""
    scores = np.unique(np.array([score for group in groups for score in group], dtype=np.float64))
    reached = _chance_of_at_most(len(groups) - rank, groups, scores)
    return float(np.diff(reached, prepend=0.0) @ scores)


def _chance_of_at_most(
    spare: int, groups: Sequence[Sequence[float]], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """For each score the chance that at most ``spare`` groups' drawn members exceed it."""
    chance = np.zeros((len(scores), spare + 1))  # of exactly so many; more of them drop out
    chance[:, 0] = 1.0
    for group in groups:
        above = 1.0 - np.searchsorted(np.sort(group), scores, side="right") / len(group)
        with_it = chance * above[:, None]
        chance *= 1.0 - above[:, None]
        chance[:, 1:] += with_it[:, :-1]
    return np.asarray(chance.sum(axis=1))


def _weighted(groups: Sequence[Sequence[float]]) -> _Weighted:
    """Sorted scores with their summed weights, which end at n / (n + 1) for n groups."""
    values = np.array([score for group in groups for score in group], dtype=np.float64)
    shares = np.array([1.0 / len(group) for group in groups for _ in group])
    order = np.argsort(values, kind="stable")
    return values[order], np.cumsum(shares[order]) / (len(groups) + 1)


def _tail(x: float) -> float:
    """Probability that a standard normal variable exceeds ``x``."""
    return 0.5 * erfc(x / sqrt(2.0))


def tables_to_dict(tables: Mapping[str, ConformalTable]) -> dict[str, Any]:
    """JSON-ready form of tables by key."""
    return {key: table.to_list() for key, table in tables.items()}


def tables_from_dict(data: Mapping[str, Any]) -> dict[str, ConformalTable]:
    """Inverse of :func:`tables_to_dict`."""
    return {str(key): ConformalTable.from_list(table) for key, table in data.items()}


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise UncertaintyError(f"A coverage lies between 0 and 1, not {level}.")
