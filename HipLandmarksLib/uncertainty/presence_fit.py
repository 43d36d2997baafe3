"""Fit of the presence model: logistic regression with ridge, whose signs keep their direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ..errors import UncertaintyError
from .observations import LandmarkObservation
from .presence import PresenceModel, SignWeight
from .signs import DIRECTIONS

RIDGE = 1.0
"""Penalty on weights, in observations: a handful of cases decides, none decides alone."""

OFFSET_RIDGE = 4.0
"""Penalty on a key's own offset: keys that were rarely absent stay near the common one."""

LEAST_OF_EACH = 5
"""Fewer present or absent landmarks fix no probability."""

LEAST_KEPT = 0.95
"""At least this share of the landmarks that are there must be kept by a threshold."""

COMMON_CASES = 20
"""So many landmarks of either kind, of all keys, stand beside a key's own where its threshold is
chosen: one odd case among few does not decide alone."""

_LEAST_SPREAD = 1e-6
_EVEN_ODDS = 0.0


@dataclass(frozen=True, eq=False)
class _Design:
    """Columns of the regression: signs, indicators of missing signs, keys; then the intercept."""

    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    means: NDArray[np.float64]
    spreads: NDArray[np.float64]
    keys: tuple[str, ...]

    @property
    def penalties(self) -> NDArray[np.float64]:
        signs = np.full(2 * len(self.names), RIDGE)
        return np.concatenate([signs, np.full(len(self.keys), OFFSET_RIDGE), [0.0]])

    @property
    def bounds(self) -> list[tuple[float | None, float | None]]:
        own: list[tuple[float | None, float | None]] = [
            (0.0, None) if DIRECTIONS[name] > 0 else (None, 0.0) for name in self.names
        ]
        return own + [(None, None)] * (len(self.names) + len(self.keys) + 1)


def fit_presence(observations: Sequence[LandmarkObservation]) -> PresenceModel:
    """Fit weights, offsets and thresholds on calibration cases.

    Weights of signs keep their direction (a higher peak never speaks against presence), so that
    the probability is monotone in every sign. Landmarks for which the model says no place at all
    (a hip that it did not find) are not judged, and do not count.

    Raises:
        UncertaintyError: when fewer than five landmarks are there, or absent.
    """
    observations = [each for each in observations if each.has_place]
    present = np.array([each.is_present for each in observations], dtype=bool)
    absent = int((~present).sum())
    if min(absent, len(present) - absent) < LEAST_OF_EACH:
        raise UncertaintyError(
            f"{len(present) - absent} landmarks that are there and {absent} absent ones do not "
            f"calibrate presence: add cases until there are {LEAST_OF_EACH} of each."
        )
    design = _design(observations)
    weights = _ridge_logistic(design, present)
    log_odds = design.matrix @ weights
    own, pooled = _thresholds(observations, present, log_odds)
    return _model(design, weights, own, pooled)


def _design(observations: Sequence[LandmarkObservation]) -> _Design:
    rows = [each.signs.by_name() for each in observations]
    values = np.array([[row[name] for name in DIRECTIONS] for row in rows], dtype=np.float64)
    known = ~np.isnan(values)
    used = [n for n, _ in enumerate(DIRECTIONS) if known[:, n].any()]
    names = tuple(name for n, name in enumerate(DIRECTIONS) if n in used)
    values, known = values[:, used], known[:, used]
    counts = known.sum(axis=0)
    means = np.where(known, values, 0.0).sum(axis=0) / counts
    centred = np.where(known, values - means, 0.0)
    spreads = np.sqrt((centred**2).sum(axis=0) / counts)
    spreads = np.where(spreads > _LEAST_SPREAD, spreads, 1.0)
    keys = tuple(sorted({each.key for each in observations}))
    of_key = np.array([[each.key == key for key in keys] for each in observations], dtype=float)
    ones = np.ones((len(rows), 1))
    matrix = np.hstack([centred / spreads, (~known).astype(float), of_key, ones])
    return _Design(matrix, names, means, spreads, keys)


def _ridge_logistic(design: _Design, present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of the columns that minimise the penalised log-loss."""
    from scipy.optimize import minimize  # slow to import, and needed to calibrate only

    x, penalties = design.matrix, design.penalties
    target = present.astype(np.float64)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ weights
        value = np.logaddexp(0.0, z).sum() - target @ z + 0.5 * penalties @ weights**2
        return float(value), x.T @ (expit(z) - target) + penalties * weights

    start = np.zeros(x.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=design.bounds)
    return np.asarray(found.x, dtype=np.float64)


def _model(
    design: _Design,
    weights: NDArray[np.float64],
    thresholds: Mapping[str, float],
    pooled: float,
) -> PresenceModel:
    count = len(design.names)
    signs = {
        name: SignWeight(
            float(weights[n]),
            float(design.means[n]),
            float(design.spreads[n]),
            float(weights[count + n]),
        )
        for n, name in enumerate(design.names)
    }
    offsets = dict(zip(design.keys, map(float, weights[2 * count : -1]), strict=True))
    return PresenceModel(signs, float(weights[-1]), offsets, thresholds, pooled)


def _thresholds(
    observations: Sequence[LandmarkObservation],
    present: NDArray[np.bool_],
    log_odds: NDArray[np.float64],
) -> tuple[dict[str, float], float]:
    """Thresholds by key where it was absent often enough, and of all together."""
    keys = np.array([each.key for each in observations])
    common = log_odds[present], log_odds[~present]
    own = {}
    for key in sorted(set(keys.tolist())):
        of_key = keys == key
        there, gone = log_odds[of_key & present], log_odds[of_key & ~present]
        if min(len(there), len(gone)) >= LEAST_OF_EACH:
            own[key] = best_threshold(there, gone, common)
    return own, best_threshold(*common)


def best_threshold(
    there: NDArray[np.float64],
    absent: NDArray[np.float64],
    common: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> float:
    """Probability that parts absent landmarks from those that are there best (Youden's J).

    Among cuts that keep at least 95 % of those that are there; of equal cuts the middle one. It is
    0.5 at most: what is more likely there than not is never withheld from the reader.

    Args:
        there, absent: log-odds of the landmarks of either kind.
        common: the same of all landmarks together, which count as :data:`COMMON_CASES`.
    """
    levels = np.unique(np.concatenate([there, absent]))
    ends = [levels[0] - 1.0], [levels[-1] + 1.0], [_EVEN_ODDS]
    cuts = np.sort(np.concatenate([(levels[:-1] + levels[1:]) / 2, *ends]))
    cuts = cuts[cuts <= _EVEN_ODDS]
    kept = 1 - _below(there, cuts)
    suppressed = _below(absent, cuts)
    gain = kept + suppressed
    if common is not None:
        gain = _mixed(kept, 1 - _below(common[0], cuts), len(there))
        gain += _mixed(suppressed, _below(common[1], cuts), len(absent))
    gain = np.where(kept >= LEAST_KEPT, gain, -1.0)
    best = cuts[gain >= gain.max() - 1e-12]
    return float(expit((best[0] + best[-1]) / 2))


def _below(log_odds: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(C,) share of landmarks below every one of ``cuts``."""
    return np.asarray(np.searchsorted(np.sort(log_odds), cuts) / len(log_odds))


def _mixed(
    own: NDArray[np.float64], common: NDArray[np.float64], cases: int
) -> NDArray[np.float64]:
    """Shares among ``cases`` landmarks of a key together with those among all."""
    return (cases * own + COMMON_CASES * common) / (cases + COMMON_CASES)
