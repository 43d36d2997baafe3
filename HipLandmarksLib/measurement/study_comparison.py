"""The same measurements of two studies of one patient, with the interval of their difference.

A radiograph is a projection and an MRI a slice; nothing is warped or registered here. Both studies
are measured against the same reference line, and what cannot be compared says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from math import hypot
from statistics import NormalDist
from typing import Any

from ..anatomy import HipLandmarks, Side
from .case import CaseGeometry
from .engine import BOTH_SIDES, measure
from .frames import FALLBACK_ORDER
from .plane import ViewPlane
from .result import PIXELS, Measurement
from .types import MeasurementSettings, MeasurementStatus, Reference

Interval = tuple[float, float]
IntervalOf = Callable[[Measurement], Interval | None]

LEVEL = 0.95
_CONSTRUCTION = frozenset(
    {
        MeasurementStatus.NECK_AXIS_NA,
        MeasurementStatus.NECK_AXIS_MIDPOINT,
        MeasurementStatus.HEAD_CENTRE_FIT,
        MeasurementStatus.HEAD_RADIUS_FIT,
    }
)
"""Statuses that name the construction: values of unlike ones differ for that reason alone."""


@dataclass(frozen=True)
class ComparedStudy:
    """One of the two studies.

    Attributes:
        landmarks: LPS mm.
        plane: in which they are measured.
        settings: how; the reference line is replaced by the one that both studies have.
        interval_of: interval of one of its measurements at the level of the comparison; None: the
            normal interval of the landmarks' covariances.
    """

    landmarks: HipLandmarks
    plane: ViewPlane
    settings: MeasurementSettings
    interval_of: IntervalOf | None = None


@dataclass(frozen=True)
class StudyDifference:
    """Second minus first study, of one measurement of one hip. Research software: no diagnosis.

    Attributes:
        first, second: the values as they were compared.
        value: second minus first; None when they may not be compared, then ``reason`` says why.
        interval: of the difference; None where an interval of a value is not known.
        level: its nominal coverage, 0 to 1.
        reason: why there is no difference, else what a reader must know of it.
    """

    first: Measurement
    second: Measurement
    value: float | None
    interval: Interval | None
    level: float
    reason: str

    @property
    def id(self) -> str:
        """Of the measurement."""
        return self.first.id

    @property
    def side(self) -> Side:
        """Of the hip."""
        return Side(self.first.side.value)

    @property
    def unit(self) -> str:
        """Of the difference."""
        return self.first.unit

    @property
    def beyond_doubt(self) -> bool | None:
        """Whether the interval leaves out 0; None without an interval."""
        return None if self.interval is None else not self.interval[0] <= 0.0 <= self.interval[1]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "id": self.id,
            "side": self.side.value,
            "unit": self.unit,
            "first": self.first.value,
            "second": self.second.value,
            "difference": self.value,
            "interval": None if self.interval is None else list(self.interval),
            "level": self.level,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class StudyComparison:
    """All that two studies have in common.

    Attributes:
        differences: by side, then in the order of the measurement table; only measurements that
            have a value in at least one of the studies.
        reference: the line against which both were measured.
        level: nominal coverage of the intervals.
    """

    differences: tuple[StudyDifference, ...]
    reference: Reference
    level: float


def compare_studies(
    first: ComparedStudy,
    second: ComparedStudy,
    ids: Collection[str] | None = None,
    level: float = LEVEL,
) -> StudyComparison:
    """Measure two studies in the same way and subtract.

    Args:
        first, second: the studies; differences are second minus first.
        ids: measurements; None for all that the first study's settings ask for.
        level: nominal coverage of the intervals, which ``interval_of`` must have, too.

    Raises:
        ConfigurationError: when a measurement is unknown.
    """
    reference = common_reference(first, second)
    extra = first.settings.extra_points or second.settings.extra_points
    found = [_measured(each, reference, ids, extra) for each in (first, second)]
    pairs = zip(*found, strict=True)
    differences = tuple(
        study_difference(a, b, first, second, level)
        for a, b in pairs
        if a.value is not None or b.value is not None
    )
    return StudyComparison(differences, reference, level)


def common_reference(first: ComparedStudy, second: ComparedStudy) -> Reference:
    """The reference line of the first study if both have it, else the most trusted common one."""
    cases = [CaseGeometry(each.landmarks, each.plane, each.settings) for each in (first, second)]
    for reference in (first.settings.reference, second.settings.reference, *FALLBACK_ORDER):
        if all(case.line_of(reference) is not None for case in cases):
            return reference
    raise AssertionError("the axes of the image are always there")


def difference_interval(
    first: float, of_first: Interval, second: float, of_second: Interval
) -> Interval:
    """Interval of ``second - first`` from those of two independent values, of the same level.

    The distances from each value to the ends of its interval are added in quadrature, on each side
    by itself (Zou and Donner, Stat Med 2008; 27: 1693-1702). For normal intervals it is the normal
    interval of the difference.
    """
    value = second - first
    below = hypot(second - of_second[0], of_first[1] - first)
    above = hypot(of_second[1] - second, first - of_first[0])
    return (value - below, value + above)


def normal_interval(measurement: Measurement, level: float = LEVEL) -> Interval | None:
    """Interval of a value from the landmarks' covariances; None when one is not known."""
    if measurement.value is None or measurement.sigma is None:
        return None
    reach = NormalDist().inv_cdf((1.0 + level) / 2.0) * measurement.sigma
    return (measurement.value - reach, measurement.value + reach)


def _measured(
    study: ComparedStudy, reference: Reference, ids: Collection[str] | None, extra: bool
) -> Sequence[Measurement]:
    settings = replace(study.settings, reference=reference, extra_points=extra)
    return measure(study.landmarks, study.plane, settings, ids, BOTH_SIDES)


def study_difference(
    a: Measurement, b: Measurement, first: ComparedStudy, second: ComparedStudy, level: float
) -> StudyDifference:
    """Second minus first of one measurement.

    Args:
        a, b: the same measurement of the same hip in both studies, by the same line.
        first, second: the studies.
        level: nominal coverage of the interval.
    """
    refusal = _refusal(a, b)
    if refusal or a.value is None or b.value is None:
        return StudyDifference(a, b, None, None, level, refusal)
    of_a, of_b = _interval(a, first, level), _interval(b, second, level)
    interval = None
    if of_a is not None and of_b is not None:
        interval = difference_interval(a.value, of_a, b.value, of_b)
    return StudyDifference(a, b, b.value - a.value, interval, level, _remark(a, b))


def _interval(m: Measurement, study: ComparedStudy, level: float) -> Interval | None:
    return normal_interval(m, level) if study.interval_of is None else study.interval_of(m)


def _refusal(a: Measurement, b: Measurement) -> str:
    """Why two values may not be subtracted; empty when they may."""
    for order, each in (("first", a), ("second", b)):
        if each.value is None:
            return f"There is no value in the {order} study. {each.reason}".rstrip()
        if MeasurementStatus.SIDE_INCONSISTENT in each.status:
            return f"Right and left may be exchanged in the {order} study: check its side labels."
        if MeasurementStatus.UNCALIBRATED in each.status or each.unit == PIXELS:
            return f"The {order} study has no true millimetres: calibrate it first."
    if a.edge is not b.edge and a.edge is not None and b.edge is not None:
        return (
            f"LAE marks the {a.edge.value} in the first study and the {b.edge.value} in the "
            "second: the angle at the bony rim is larger by about 4 degrees."
        )
    return ""


def _remark(a: Measurement, b: Measurement) -> str:
    """What a reader must know of a difference: unlike constructions, unsure points."""
    texts = []
    if _CONSTRUCTION.intersection(a.status) != _CONSTRUCTION.intersection(b.status):
        texts.append("The two studies use different points for the same axis or centre.")
    for order, each in (("first", a), ("second", b)):
        unsure = {MeasurementStatus.ESTIMATED_INPUT, MeasurementStatus.IMPLAUSIBLE}
        if unsure.intersection(each.status):
            texts.append(f"In the {order} study: {each.reason}")
    return " ".join(texts)
