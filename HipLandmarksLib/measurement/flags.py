"""What a reader must know about a value: each rule yields a status, a sentence, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..anatomy import Landmark, LandmarkId, LandmarkState, Side
from .case import CaseGeometry
from .definitions import MeasurementDefinition
from .frames import IMAGE_UP
from .types import MeasurementStatus
from .vector import Vec2, dot, perpendicular, sub

CORONAL_LIMIT_DEG = 15.0

Flag = tuple[MeasurementStatus | None, str]
"""A status (None: only worth saying) and its sentence."""


@dataclass(frozen=True)
class Evidence:
    """A value with everything the rules look at.

    Attributes:
        points: points of the hip in the plane by landmark key of the formula.
        used: landmarks that entered, those of the reference line included.
    """

    case: CaseGeometry
    definition: MeasurementDefinition
    side: Side
    value: float
    points: Mapping[str, Vec2]
    used: Mapping[LandmarkId, Landmark]


def flags(evidence: Evidence) -> Iterator[Flag]:
    """All flags of a value (measurement specification, section 4)."""
    yield from _reference(evidence)
    yield from _inputs(evidence)
    yield from _side(evidence)
    yield from _cranial_point(evidence)
    yield from _obliquity(evidence)
    yield from _limits(evidence)
    yield from _calibration(evidence)


def _reference(e: Evidence) -> Iterator[Flag]:
    if not e.definition.reference:
        return
    requested, used = e.case.settings.reference, e.case.line.reference
    if used is not requested:
        yield (
            MeasurementStatus.REFERENCE_FALLBACK,
            f"Measured against {used.words}, because {requested.words} is not available.",
        )


def _inputs(e: Evidence) -> Iterator[Flag]:
    limit = e.case.settings.min_confidence
    for landmark in e.used.values():
        if landmark.state is LandmarkState.ESTIMATED:
            why = "estimated"
        elif landmark.confidence is not None and landmark.confidence < limit:
            why = f"uncertain (confidence {landmark.confidence:.2f}, limit {limit:.2f})"
        else:
            continue
        sentence = f"The {landmark.side.word} {landmark.key} is {why}."
        yield MeasurementStatus.ESTIMATED_INPUT, sentence


def _side(e: Evidence) -> Iterator[Flag]:
    problem = e.case.side_problem(e.side)
    if not problem and e.definition.negative_means_wrong_side and e.value < 0.0:
        problem = "The value is negative: check the side labels and the order of the points."
    if problem:
        yield MeasurementStatus.SIDE_INCONSISTENT, problem


def _cranial_point(e: Evidence) -> Iterator[Flag]:
    spec = e.definition.cranial_point
    if spec is None:
        return
    start, end = (e.points[key] for key in spec["axis"])
    cranial = perpendicular(sub(end, start), IMAGE_UP)
    if dot(sub(e.points[spec["point"]], start), cranial) <= 0.0:
        yield None, f"{spec['point']} lies below the neck axis: check the point."


def _obliquity(e: Evidence) -> Iterator[Flag]:
    tilt = e.case.plane.obliquity_deg
    if tilt > CORONAL_LIMIT_DEG:
        yield None, f"Measured on oblique-coronal slices, {tilt:.0f} degrees off coronal."


def _limits(e: Evidence) -> Iterator[Flag]:
    low, high = e.definition.hard_limits
    if not low <= e.value <= high:
        unit = e.definition.unit
        sentence = f"{e.value:.1f} {unit} is outside {low:g} to {high:g} {unit}."
        yield MeasurementStatus.IMPLAUSIBLE, sentence


def _calibration(e: Evidence) -> Iterator[Flag]:
    calibration = e.case.settings.calibration
    if e.definition.is_length and not calibration.calibrated:
        yield (
            MeasurementStatus.UNCALIBRATED,
            f"The pixel size is not calibrated ({calibration.provenance.value}): the length is "
            "not in true millimetres.",
        )
