"""Intervals of measurements and the probability that one exceeds a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarks, LandmarkId, SourceKind
from ..errors import UncertaintyError
from ..measurement import Measurement, MeasurementSettings, ViewPlane, measure, probability_above
from .calibration import Calibration
from .conformal import ConformalTable, Region

SAMPLES = 2000
SEED = 17
_ONE_SIGMA = NormalDist().cdf(1.0)
_LEAST_SHARE = 0.5
"""Of the samples must be measurable for their spread to mean anything."""


@dataclass(frozen=True)
class Spread:
    """How far the true value may lie below and above the measured one, one standard deviation.

    Attributes:
        below, above: in the measurement's unit, positive; alike when they come from derivatives.
        samples: sampled values, ascending; empty when they come from derivatives.

    Raises:
        UncertaintyError: when a standard deviation is not positive.
    """

    below: float
    above: float
    samples: tuple[float, ...] = ()

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
        return cls(max(value - float(low), sigma), max(float(high) - value, sigma), ordered)

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
        spread: from samples (:func:`sampled_spread`); None: from the measurement's own sigma.
        level: nominal coverage; None: that of the calibration.
    """
    level = level or calibration.level
    if measurement.value is None:
        return MeasurementDoubt(measurement.id, level, None, measurement.reason)
    if spread is None:
        if not measurement.sigma:
            why = "The doubt about one of its landmarks is not known."
            return MeasurementDoubt(measurement.id, level, None, why)
        spread = Spread.of_sigma(measurement.sigma)
    table = calibration.measurements.get(measurement.id)
    region = calibration.measurement_region(measurement.id, level)
    found = MeasurementDoubt(measurement.id, level, None, threshold=measurement.threshold)
    if table is None or not all_by_model(measurement, landmarks):
        return _normal(found, measurement.value, spread, table is None)
    return _conformal(found, measurement.value, spread, region, table)


def all_by_model(measurement: Measurement, landmarks: HipLandmarks) -> bool:
    """Whether a model placed every landmark that entered the measurement."""
    sources = (landmarks[(each.side, each.key)].source for each in measurement.inputs)
    return all(source.kind is SourceKind.MODEL for source in sources)


def sampled_spread(
    measurement: Measurement,
    landmarks: HipLandmarks,
    places: Mapping[LandmarkId, NDArray[np.float64]],
    plane: ViewPlane,
    settings: MeasurementSettings,
    seed: int = SEED,
) -> Spread | None:
    """Spread of a measurement when some of its landmarks are seen in several places.

    Landmarks in ``places`` are drawn from them, all others from their covariances.

    Args:
        measurement: with a value and a sigma.
        landmarks: those that were measured.
        places: (n, 3) samples in LPS mm by landmark, from :meth:`.HeatmapPlaces.sample`; of equal
            length.
        plane, settings: as it was measured.
        seed: of the draws from covariances: the same case gives the same interval.

    Returns:
        None without a sigma, or when fewer than half of the samples can be measured.

    Raises:
        UncertaintyError: when the numbers of samples differ.
    """
    used = {(each.side, each.key) for each in measurement.inputs}
    if measurement.value is None or not measurement.sigma or not used & set(places):
        return None
    counts = {len(each) for each in places.values()}
    if len(counts) != 1:
        raise UncertaintyError("Every landmark needs the same number of sampled places.")
    drawn = _drawn(landmarks, used, places, counts.pop(), np.random.default_rng(seed))
    values = _measured(measurement, landmarks, drawn, plane, settings)
    if len(values) < _LEAST_SHARE * len(next(iter(drawn.values()))):
        return None
    return Spread.of_samples(measurement.value, values, measurement.sigma)


def _drawn(
    landmarks: HipLandmarks,
    used: set[LandmarkId],
    places: Mapping[LandmarkId, NDArray[np.float64]],
    count: int,
    rng: np.random.Generator,
) -> dict[LandmarkId, NDArray[np.float64]]:
    found = {}
    for id_ in sorted(used, key=lambda each: (each[0].value, each[1])):
        if id_ in places:
            found[id_] = places[id_]
            continue
        landmark = landmarks[id_]
        if landmark.covariance is not None:
            values, vectors = np.linalg.eigh(np.asarray(landmark.covariance))
            axes = vectors * np.sqrt(np.maximum(values, 0.0))
            found[id_] = landmark.point() + rng.standard_normal((count, 3)) @ axes.T
    return found


def _measured(
    measurement: Measurement,
    landmarks: HipLandmarks,
    drawn: Mapping[LandmarkId, NDArray[np.float64]],
    plane: ViewPlane,
    settings: MeasurementSettings,
) -> list[float]:
    bare = {id_: replace(each, covariance=None) for id_, each in landmarks.items()}
    values = []
    for number in range(len(next(iter(drawn.values())))):
        moved = dict(bare)
        for id_, samples in drawn.items():
            x, y, z = (float(v) for v in samples[number])
            moved[id_] = replace(bare[id_], position=(x, y, z))
        found = measure(
            replace(landmarks, items_=moved), plane, settings, [measurement.id], [measurement.side]
        )
        values += [each.value for each in found if each.value is not None]
    return [value for value in values if isfinite(value)]


def _normal(
    found: MeasurementDoubt, value: float, spread: Spread, uncalibrated: bool
) -> MeasurementDoubt:
    radius = NormalDist().inv_cdf((1.0 + found.level) / 2.0)
    why = (
        "no calibration case has this measurement"
        if uncalibrated
        else "not all of its points are the model's"
    )
    reason = f"From the landmarks' covariances, not conformal: {why}."
    interval = (value - radius * spread.below, value + radius * spread.above)
    p_above = None
    if found.threshold is not None:
        sigma = spread.above if found.threshold >= value else spread.below
        p_above = probability_above(value, sigma, found.threshold)
    return replace(found, interval=interval, reason=reason, p_above=p_above)


def _conformal(
    found: MeasurementDoubt, value: float, spread: Spread, region: Region, table: ConformalTable
) -> MeasurementDoubt:
    p_above = None
    if found.threshold is not None:
        p_above = table.share_above(spread.score(found.threshold - value))
    if region.radius is None:
        return replace(found, reason=region.reason, p_above=p_above)
    interval = (value - region.radius * spread.below, value + region.radius * spread.above)
    return replace(found, interval=interval, conformal=True, p_above=p_above)
