"""Intervals of measurements and the probability that one exceeds a threshold.

The doubt of the landmarks gives a standard deviation (by derivatives, or by samples where a heatmap
sees a landmark in several places), the errors of calibration cases say how many standard
deviations it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isclose
from statistics import NormalDist
from typing import Any

import numpy as np

from ..anatomy import HipLandmarks, SourceKind
from ..errors import UncertaintyError
from ..measurement import Measurement, probability_above
from .applied import is_calibrated
from .calibration import Calibration
from .conformal import ConformalTable, Region

_ONE_SIGMA = NormalDist().cdf(1.0)


@dataclass(frozen=True)
class Spread:
    """How far the true value may lie below and above the measured one, one standard deviation.

    Attributes:
        below, above: in the measurement's unit, positive; alike when they come from derivatives.
        samples: sampled values, ascending; empty when they come from derivatives.
        about: the measured value that samples belong to; None when they come from derivatives.

    Raises:
        UncertaintyError: when a standard deviation is not positive.
    """

    below: float
    above: float
    samples: tuple[float, ...] = ()
    about: float | None = None

    def __post_init__(self) -> None:
        if not (0 < self.below < inf and 0 < self.above < inf):
            raise UncertaintyError("The spread of a measurement must be above 0 and finite.")

    @classmethod
    def of_sigma(cls, sigma: float) -> Spread:
        """By first-order propagation."""
        return cls(sigma, sigma)

    @classmethod
    def of_samples(cls, value: float, samples: Sequence[float], sigma: float) -> Spread:
        """By sampled values: the 16 % and 84 % quantiles, never nearer than ``sigma``."""
        low, high = np.quantile(samples, [1.0 - _ONE_SIGMA, _ONE_SIGMA])
        ordered = tuple(float(each) for each in np.sort(samples))
        below, above = max(value - float(low), sigma), max(float(high) - value, sigma)
        return cls(below, above, ordered, value)

    def fits(self, value: float) -> bool:
        """Whether it is about this value: samples are not, once a point or a setting changed."""
        return self.about is None or isclose(self.about, value, rel_tol=1e-9, abs_tol=1e-9)

    def score(self, error: float) -> float:
        """True minus measured value in standard deviations of its side, signed."""
        return error / (self.above if error >= 0 else self.below)


@dataclass(frozen=True)
class MeasurementDoubt:
    """Interval of one measurement. Research software: not a diagnosis.

    Attributes:
        id: measurement.
        level: nominal coverage.
        interval: (low, high); None when there is none, and ``reason`` says why.
        reason: "" when the interval is conformal and whole; else what a reader must know.
        conformal: whether the interval holds without assumptions on the distribution.
        threshold: the nearest published threshold; None without one.
        p_above: probability that the true value exceeds it.
    """

    id: str
    level: float
    interval: tuple[float, float] | None
    reason: str = ""
    conformal: bool = False
    threshold: float | None = None
    p_above: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {**vars(self), "interval": None if self.interval is None else list(self.interval)}


def measurement_doubt(
    calibration: Calibration,
    measurement: Measurement,
    landmarks: HipLandmarks,
    spread: Spread | None = None,
    level: float | None = None,
) -> MeasurementDoubt:
    """Interval and probability of exceeding the threshold of one measurement.

    Conformal when all its landmarks are the model's. With points of a reader in it, or without
    calibration cases of this measurement, it is the normal interval of the landmarks' covariances,
    and ``reason`` says so: the model's calibration says nothing about a reader.

    Args:
        calibration: of the model.
        measurement: of calibrated landmarks.
        landmarks: those that were measured.
        spread: from samples (:func:`.sampled_spreads`); None, or samples of another value than is
            measured now: from the measurement's own sigma.
        level: nominal coverage; None: that of the calibration.

    The interval is as honest as the calibration's: a measurement whose landmarks are seen in
    several places needs the spread from samples here if it had it there.
    """
    level = level or calibration.level
    if measurement.value is None:
        return MeasurementDoubt(measurement.id, level, None, measurement.reason)
    if spread is None or not spread.fits(measurement.value):
        if not measurement.sigma:
            why = "The doubt about one of its landmarks is not known."
            return MeasurementDoubt(measurement.id, level, None, why)
        spread = Spread.of_sigma(measurement.sigma)
    table = calibration.measurements.get(measurement.id)
    region = calibration.measurement_region(measurement.id, level)
    found = MeasurementDoubt(measurement.id, level, None, threshold=measurement.threshold)
    if table is None or not all_calibrated(measurement, landmarks):
        return _normal(found, measurement.value, spread, table is None)
    return _conformal(found, measurement.value, spread, region, table)


def all_calibrated(measurement: Measurement, landmarks: HipLandmarks) -> bool:
    """Whether a calibrated model placed every landmark that entered the measurement."""
    used = (landmarks[(each.side, each.key)] for each in measurement.inputs)
    return all(each.source.kind is SourceKind.MODEL and is_calibrated(each) for each in used)


def _normal(
    found: MeasurementDoubt, value: float, spread: Spread, uncalibrated: bool
) -> MeasurementDoubt:
    radius = NormalDist().inv_cdf((1.0 + found.level) / 2.0)
    why = (
        "no calibration case has this measurement"
        if uncalibrated
        else "not all of its points are calibrated points of the model"
    )
    reason = f"From the landmarks' covariances, not conformal: {why}."
    interval = (value - radius * spread.below, value + radius * spread.above)
    p_above = None
    if spread.samples:
        p_above = _share_of_samples(found, spread, 0)
    elif found.threshold is not None:
        p_above = probability_above(value, spread.below, found.threshold)
    return replace(found, interval=interval, reason=reason, p_above=p_above)


def _conformal(
    found: MeasurementDoubt, value: float, spread: Spread, region: Region, table: ConformalTable
) -> MeasurementDoubt:
    p_above = None
    if spread.samples:
        p_above = _share_of_samples(found, spread, table.patients)
    elif found.threshold is not None:
        p_above = table.share_above(spread.score(found.threshold - value))
    if region.radius is None:
        return replace(found, reason=region.reason, p_above=p_above)
    interval = (value - region.radius * spread.below, value + region.radius * spread.above)
    return replace(found, interval=interval, conformal=True, p_above=p_above)


def _share_of_samples(found: MeasurementDoubt, spread: Spread, patients: int) -> float | None:
    """Share of the samples above the threshold; never surer than the number of patients allows."""
    if found.threshold is None:
        return None
    share = float(np.mean(np.asarray(spread.samples) > found.threshold))
    return (share * patients + 0.5) / (patients + 1) if patients else share
