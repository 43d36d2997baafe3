"""Do regions and intervals hold the truth as often as they say?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from statistics import NormalDist

import numpy as np

from ..uncertainty import Region
from .cases import LandmarkPair
from .clusters import cluster_interval
from .measurement_metrics import MeasuredPair

NOMINAL = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Levels of the curve of observed over nominal coverage."""
ALL = "all"


@dataclass(frozen=True)
class Coverage:
    """How often one kind of region or interval held the truth.

    Attributes:
        level: how often it should.
        n: regions that say something and whose truth is known.
        patients: whom they are of.
        unbounded: regions that make no statement; they do not enter.
        covered: share that held the truth, None when n is 0.
        ci95: of the share, resampled by patient; None with fewer than three patients.
        size: mean size: radius in mm of a disc of the region's area, or half-width of the
            interval in the unit of the measurement.
    """

    level: float
    n: int
    patients: int
    unbounded: int
    covered: float | None
    ci95: tuple[float, float] | None
    size: float | None


@dataclass(frozen=True)
class Check:
    """One region that was compared with the truth.

    Attributes:
        patient: whose it is.
        inside: whether it held the truth; None when it makes no statement.
        size: see :class:`Coverage`.
    """

    patient: str
    inside: bool | None
    size: float = 0.0


RegionCheck = Callable[[LandmarkPair], Check | None]
IntervalCheck = Callable[[MeasuredPair], Check | None]


def mahalanobis_squared(pair: LandmarkPair) -> float | None:
    """Squared distance of the truth from the point in units of the stated covariance; None
    without one, or when it is flat."""
    if pair.covariance is None or pair.offset_mm is None:
        return None
    xx, xy, yy = pair.covariance
    determinant = xx * yy - xy * xy
    if determinant <= 0.0:
        return None
    dx, dy = pair.offset_mm
    return (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / determinant


def ellipse_radius(covariance: tuple[float, float, float], limit: float) -> float:
    """Radius in mm of the disc with the area of the ellipse at squared distance ``limit``."""
    xx, xy, yy = covariance
    return sqrt(limit * sqrt(max(xx * yy - xy * xy, 0.0)))


def stated_ellipse(level: float) -> RegionCheck:
    """The ellipse that a normal distribution of the stated covariance fills to ``level``."""
    limit = -2.0 * log(1.0 - level)  # chi-squared with two degrees of freedom

    def check(pair: LandmarkPair) -> Check | None:
        distance = mahalanobis_squared(pair)
        if distance is None or pair.covariance is None:
            return None
        return Check(pair.patient, distance <= limit, ellipse_radius(pair.covariance, limit))

    return check


def conformal_ellipse(region_of: Callable[[LandmarkPair], Region]) -> RegionCheck:
    """The ellipse of the conformal region of each landmark."""

    def check(pair: LandmarkPair) -> Check | None:
        distance = mahalanobis_squared(pair)
        if distance is None or pair.covariance is None:
            return None
        radius = region_of(pair).radius
        if radius is None:
            return Check(pair.patient, None)
        limit = radius * radius
        return Check(pair.patient, distance <= limit, ellipse_radius(pair.covariance, limit))

    return check


def stated_interval(level: float) -> IntervalCheck:
    """The interval that a normal distribution of the stated sigma fills to ``level``."""
    reach = NormalDist().inv_cdf(0.5 + level / 2.0)

    def check(pair: MeasuredPair) -> Check | None:
        if pair.error is None or pair.sigma is None:
            return None
        half = reach * pair.sigma
        return Check(pair.patient, abs(pair.error) <= half, half)

    return check


def conformal_interval(region_of: Callable[[MeasuredPair], Region]) -> IntervalCheck:
    """The conformal interval of each measurement."""

    def check(pair: MeasuredPair) -> Check | None:
        if pair.error is None or not pair.sigma:
            return None
        radius = region_of(pair).radius
        if radius is None:
            return Check(pair.patient, None)
        half = radius * pair.sigma
        return Check(pair.patient, abs(pair.error) <= half, half)

    return check


def region_coverage(
    pairs: Sequence[LandmarkPair], check: RegionCheck, level: float, seed: int = 17
) -> dict[str, Coverage]:
    """Coverage per landmark, right and left pooled, and of ``all`` at the end."""
    found = [(pair.key, one) for pair in pairs if (one := check(pair)) is not None]
    return _by_name(found, level, seed)


def interval_coverage(
    pairs: Sequence[MeasuredPair], check: IntervalCheck, level: float, seed: int = 17
) -> dict[str, Coverage]:
    """Coverage per measurement, and of ``all`` at the end (whose size has no unit: None)."""
    found = [(pair.id, one) for pair in pairs if (one := check(pair)) is not None]
    rows = _by_name(found, level, seed)
    return {n: replace(row, size=None) if n == ALL else row for n, row in rows.items()}


def nominal_curve(pairs: Sequence[LandmarkPair]) -> tuple[tuple[float, float], ...]:
    """(nominal, observed) coverage of the stated ellipses over several levels."""
    found = [mahalanobis_squared(pair) for pair in pairs]
    distances = np.array([d for d in found if d is not None])
    if not distances.size:
        return ()
    limits = {level: -2.0 * log(1.0 - level) for level in NOMINAL}
    return tuple((level, float((distances <= limit).mean())) for level, limit in limits.items())


def _by_name(found: Sequence[tuple[str, Check]], level: float, seed: int) -> dict[str, Coverage]:
    if not found:
        return {}
    names = dict.fromkeys(name for name, _ in found)
    table = {
        name: _coverage([one for own, one in found if own == name], level, seed) for name in names
    }
    return {**table, ALL: _coverage([one for _, one in found], level, seed)}


def _coverage(checks: Sequence[Check], level: float, seed: int) -> Coverage:
    bounded = [one for one in checks if one.inside is not None]
    inside = np.array([one.inside for one in bounded], dtype=np.float64)
    patients = [one.patient for one in bounded]
    return Coverage(
        level=level,
        n=len(bounded),
        patients=len(set(patients)),
        unbounded=len(checks) - len(bounded),
        covered=float(inside.mean()) if bounded else None,
        ci95=cluster_interval(inside, patients, seed=seed) if bounded else None,
        size=float(np.mean([one.size for one in bounded])) if bounded else None,
    )
