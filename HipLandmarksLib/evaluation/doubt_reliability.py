"""Do stated probabilities and stated errors come true? Reliability curves and their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cases import LandmarkPair
from .landmark_metrics import expected_radial_error
from .measurement_metrics import MeasuredPair

_PROBABILITY_EDGES = (0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98, 1.0)
_ERROR_GROUPS = 8
_LEAST_IN_GROUP = 5
_LEAST_STATEMENTS = 10


@dataclass(frozen=True)
class ReliabilityPoint:
    """A group of similar statements: what they stated on average, what came true, how many."""

    stated: float
    observed: float
    n: int


@dataclass(frozen=True)
class Reliability:
    """Stated against observed.

    Attributes:
        points: groups in ascending order of the statement.
        n: statements.
        difference: mean of |stated - observed| over the groups, weighted by their sizes (for
            probabilities: the expected calibration error).
        brier: mean squared difference of probability and outcome; None for errors.
    """

    points: tuple[ReliabilityPoint, ...]
    n: int
    difference: float
    brier: float | None = None


def presence_reliability(pairs: Sequence[LandmarkPair]) -> Reliability | None:
    """Stated presence against the share that is there; None when no presence is stated."""
    stated = [(p.confidence, p.is_present) for p in pairs if p.confidence is not None]
    return _of_probabilities(stated)


def threshold_reliability(pairs: Sequence[MeasuredPair], id_: str) -> Reliability | None:
    """Stated probability that a measurement lies above its limit, against how often it does.

    Against the reference value; None when no such probability is stated.
    """
    stated = [
        (pair.p_above, pair.reference > pair.threshold)
        for pair in pairs
        if pair.id == id_
        and pair.p_above is not None
        and pair.threshold is not None
        and pair.reference is not None
    ]
    return _of_probabilities(stated)


def error_reliability(pairs: Sequence[LandmarkPair]) -> Reliability | None:
    """Expected radial error by the stated covariance against the mean error, in mm.

    Groups of equal size; None with too few landmarks for two of them.
    """
    known = [
        (expected_radial_error(pair.covariance), pair.error_mm)
        for pair in pairs
        if pair.covariance is not None and pair.error_mm is not None
    ]
    groups = min(_ERROR_GROUPS, len(known) // _LEAST_IN_GROUP)
    if groups < 2:
        return None
    rows = np.array(known, dtype=np.float64)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return _of_groups(np.array_split(rows, groups), None)


def _of_probabilities(stated: Sequence[tuple[float, bool]]) -> Reliability | None:
    if not stated:
        return None
    rows = np.array(stated, dtype=np.float64)
    place = np.clip(np.searchsorted(_PROBABILITY_EDGES, rows[:, 0], side="right"), 1, None)
    groups = _merged([rows[place == number] for number in np.unique(place)])
    return _of_groups(groups, float(((rows[:, 0] - rows[:, 1]) ** 2).mean()))


def _merged(groups: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Neighbouring groups joined until each is large enough to mean something."""
    found: list[NDArray[np.float64]] = []
    for group in groups:
        if found and min(len(group), len(found[-1])) < _LEAST_STATEMENTS:
            found[-1] = np.concatenate([found[-1], group])
        else:
            found.append(group)
    return found


def _of_groups(groups: Sequence[NDArray[np.float64]], brier: float | None) -> Reliability:
    points = tuple(
        ReliabilityPoint(float(g[:, 0].mean()), float(g[:, 1].mean()), len(g)) for g in groups
    )
    n = sum(point.n for point in points)
    difference = sum(point.n * abs(point.stated - point.observed) for point in points) / n
    return Reliability(points, n, difference, brier)
