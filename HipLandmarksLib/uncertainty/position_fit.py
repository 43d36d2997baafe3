"""Fit of the position model: which covariances explain the errors of the calibration cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from ..errors import UncertaintyError
from .observations import LandmarkObservation
from .position import PositionModel, PositionScale

LEAST_POINTS = 5
"""Keys with fewer points in the calibration share the scale of all."""

_DEGREES_OF_FREEDOM = 4.0
"""Of the t distribution of the fit: one point on the wrong bone does not widen all the others."""

_PRIOR = 2.0
"""Pull of a key's scale towards that of all, per squared log-ratio, in observations."""

_MEDIAN_SQUARE = 2.0 * log(2.0)
"""Median of a squared Mahalanobis distance in the plane (chi-squared, two degrees of freedom)."""

_LIMIT = 12.0
"""Reach of the search in logarithms, about the scale that the median error suggests."""

_TINY = 1e-12

_Pair = tuple[float, float]


def fit_position(observations: Sequence[LandmarkObservation]) -> PositionModel:
    """Fit temperature and added variance of every key, left and right pooled.

    The shape comes from a likelihood with heavy tails, whose scales by key are pulled towards
    that of all; the size then is set so that half of the points lie within the ellipse that
    should hold half of them. How far the other tail reaches is for the conformal regions to say.

    Raises:
        UncertaintyError: when fewer than five landmarks have an error and a covariance.
    """
    used = [each for each in observations if each.offset is not None]
    if len(used) < LEAST_POINTS:
        raise UncertaintyError(
            f"{len(used)} landmarks with a known error do not calibrate positions: give cases "
            f"with {LEAST_POINTS} or more."
        )
    everything = _Points.of(used)
    pooled = everything.fitted(None)
    by_key = {}
    for key in sorted({each.key for each in used}):
        own = [each for each in used if each.key == key]
        if len(own) >= LEAST_POINTS:
            by_key[key] = _scale(_Points.of(own).fitted(pooled))
    return PositionModel(by_key, _scale(pooled))


class _Points:
    """Errors in the axes of their covariances, where temperature and variance only add."""

    def __init__(self, squares: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        self.squares = squares
        self.values = values

    @classmethod
    def of(cls, observations: Sequence[LandmarkObservation]) -> _Points:
        """(n, 2) squared errors along, and variances of, the axes of n covariances."""
        rows = np.array([each.covariance for each in observations], dtype=np.float64)
        offsets = np.array([each.offset for each in observations], dtype=np.float64)
        matrices = rows[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
        values, vectors = np.linalg.eigh(matrices)
        along = np.einsum("nij,ni->nj", vectors, offsets)
        return cls(along**2, np.maximum(values, 0.0))

    def fitted(self, prior: _Pair | None) -> _Pair:
        """(temperature, variance), pulled towards ``prior``; None: half and half."""
        from scipy.optimize import minimize  # slow to import, and needed to calibrate only

        typical = max(float(np.median(self.values.mean(axis=1))), _TINY)
        error = max(float(np.median(self.squares.sum(axis=1))) / _MEDIAN_SQUARE, _TINY)
        centre = np.log([error / 2 / typical, error / 2] if prior is None else prior)
        middle = np.log([error / typical, error])

        def loss(logs: NDArray[np.float64]) -> float:
            temperature, variance = np.exp(logs)
            pull = _PRIOR * float(((logs - centre) ** 2).sum())
            return self._loss(temperature, variance) + pull

        limits = np.column_stack([middle - _LIMIT, middle + _LIMIT])
        begin = np.clip(centre, limits[:, 0], limits[:, 1])
        found = minimize(loss, begin, method="L-BFGS-B", bounds=limits)
        temperature, variance = (float(value) for value in np.exp(found.x))
        size = self._size(temperature, variance)
        return (temperature * size, variance * size)

    def _loss(self, temperature: float, variance: float) -> float:
        """Negative log-likelihood of the bivariate t distribution, without its constant."""
        total = temperature * self.values + variance
        distance = (self.squares / total).sum(axis=1)
        nu = _DEGREES_OF_FREEDOM
        tails = (nu + 2.0) / 2.0 * np.log1p(distance / nu)
        return float((tails + 0.5 * np.log(total).sum(axis=1)).sum())

    def _size(self, temperature: float, variance: float) -> float:
        """Factor by which the median point lies where it should."""
        total = temperature * self.values + variance
        median = float(np.median((self.squares / total).sum(axis=1)))
        return max(median, 1e-6) / _MEDIAN_SQUARE


def _scale(pair: _Pair) -> PositionScale:
    return PositionScale(*pair)
