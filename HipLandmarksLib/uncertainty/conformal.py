"""Split-conformal regions that hold at any number of patients, hips grouped by patient.

A patient's hips (and images) are not independent, patients are. The scores of one patient
together weigh as much as those of any other, and a patient who has not been seen yet weighs as
much again, at infinity. The quantile of this mixture covers a random hip of a new patient with at
least the nominal probability, whatever the distribution (hierarchical conformal prediction:
Y. Lee, R. F. Barber, R. Willett, 2023; for one hip per patient it is the usual split-conformal
quantile). ``Grouping.WORST`` covers all hips of a new patient at once instead, and is wider.

With n patients the new one weighs 1 / (n + 1): below 9 patients at 90 %, and 19 at 95 %, nothing
finite is covered often enough, and the region is unbounded.
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
        _check_level(level)
        radius = _quantile(self._each if grouping is Grouping.EACH else self._worst, level)
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
        values, reached = self._signed
        below = reached - np.diff(reached, prepend=0.0) / 2 + 0.5 / (self.patients + 1)
        spread = max(float(np.sqrt(np.mean(values**2))), float(np.abs(values).max()) / 8, 1e-12)
        first, last = float(values[0]), float(values[-1])
        if limit > last:
            return (1.0 - float(below[-1])) * _tail(limit / spread) / _tail(last / spread)
        if limit < first:
            return 1.0 - float(below[0]) * _tail(-limit / spread) / _tail(-first / spread)
        return 1.0 - float(np.interp(limit, values, below))

    @cached_property
    def _signed(self) -> _Weighted:
        return _weighted(self.scores)

    @cached_property
    def _each(self) -> _Weighted:
        return _weighted([[abs(score) for score in group] for group in self.scores])

    @cached_property
    def _worst(self) -> _Weighted:
        return _weighted([[max(abs(score) for score in group)] for group in self.scores])

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
    """Smallest score that covers a random member of a new group with probability ``level``.

    Args:
        groups: scores by group (patient); every group weighs 1 / (n + 1), its members alike.
        level: nominal coverage in (0, 1).

    Returns:
        The quantile; infinite when there are too few groups.

    Raises:
        UncertaintyError: when the level does not lie between 0 and 1.
    """
    _check_level(level)
    return _quantile(_weighted(groups), level)


def _weighted(groups: Sequence[Sequence[float]]) -> _Weighted:
    """Sorted scores with their summed weights, which end at n / (n + 1) for n groups."""
    values = np.array([score for group in groups for score in group], dtype=np.float64)
    shares = np.array([1.0 / len(group) for group in groups for _ in group])
    order = np.argsort(values, kind="stable")
    return values[order], np.cumsum(shares[order]) / (len(groups) + 1)


def _quantile(scores: _Weighted, level: float) -> float:
    values, reached = scores
    first = int(np.searchsorted(reached, level - _ROUNDING))
    return float(values[first]) if first < len(values) else inf


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
