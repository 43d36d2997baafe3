"""Covariances, intervals and probabilities of exceeding a threshold, first order."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt

Covariance2 = tuple[float, float, float]
"""(xx, xy, yy) in mm^2."""

Z95 = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


def probability_above(value: float, sigma: float, threshold: float) -> float:
    """Probability that the true value exceeds ``threshold``: normal CDF of (value - t) / sigma.

    ``sigma`` must be positive.
    """
    return 0.5 * erfc((threshold - value) / (sigma * sqrt(2.0)))


def interval95(value: float, sigma: float) -> tuple[float, float]:
    """95 % interval of a normally distributed value."""
    return (value - Z95 * sigma, value + Z95 * sigma)


def nearest(value: float, thresholds: Sequence[float]) -> float:
    """The threshold nearest to ``value``."""
    if len(thresholds) == 1:
        return thresholds[0]
    return min(thresholds, key=lambda threshold: abs(value - threshold))
