"""Omega: over how much of the clock face alpha exceeds a threshold.

Sources: Rego 2016, Mascarenhas 2017; measurement specification, section 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import median

from ...errors import ConfigurationError
from ..types import MeasurementStatus
from .clock import clock_words, on_circle
from .construction import VolumeDefinition

Sample = tuple[float, float]

OMEGA = VolumeDefinition(
    "omega",
    "Omega angle",
    "deg",
    "1",
    "Width of the widest contiguous part of the clock face of the femoral head in which the alpha "
    "angle exceeds a threshold. It tells how far a cam reaches around the neck; alpha in one plane "
    "does not. It is not known more finely than the step between the radial planes.",
    "Rego 2016; Mascarenhas 2017",
    (0.0, 360.0),
)

_ALWAYS_BRIDGED_DEG = 30.0  # radial planes every 30 degrees are the agreed sampling
_BRIDGED_STEPS = 1.5
_NEVER_BRIDGED_DEG = 180.0
_MIN_SAMPLES = 2
_SAME_PLANE_DEG = 1e-6


@dataclass(frozen=True)
class ClockArc:
    """A part of the clock face.

    Attributes:
        start_theta, end_theta: degrees, 0 <= theta < 360; it runs clockwise from start to end.
        span_deg: its width.
        cut: whether an end is the edge of what was sampled, so that the arc may be wider.
    """

    start_theta: float
    end_theta: float
    span_deg: float
    cut: bool


@dataclass(frozen=True)
class OmegaSpan:
    """Result of :func:`omega`. Research software: not a diagnosis.

    Attributes:
        omega_deg: width of the widest contiguous arc above the threshold; 0 when none of the
            samples lies above, None when it cannot be told.
        start_theta, end_theta: its ends, None when there is no arc or it is the whole circle.
        max_alpha, max_at_theta: largest sample and its place, None without samples.
        threshold: degrees.
        arcs: all arcs above the threshold, the widest first.
        resolution_deg: widest step between neighbouring samples that was interpolated; omega is
            not known more finely.
        status: OK, MISSING_LANDMARK (no samples) or DEGENERATE.
        reason: sentence, empty when there is nothing to say.
    """

    omega_deg: float | None
    start_theta: float | None
    end_theta: float | None
    max_alpha: float | None
    max_at_theta: float | None
    threshold: float
    arcs: tuple[ClockArc, ...]
    resolution_deg: float | None
    status: MeasurementStatus
    reason: str


def omega(samples: Iterable[tuple[float, float | None]], threshold: float) -> OmegaSpan:
    """Width of the widest contiguous arc with alpha above ``threshold``.

    Alpha is taken as linear between neighbouring samples and the clock face as closed. Steps of
    up to 30 degrees, or 1.5 times the usual step if that is more, are bridged; a wider gap was
    not sampled and ends an arc.

    Args:
        samples: (theta, alpha) in degrees in any order; planes without alpha (None) are left out.
        threshold: degrees; alpha must exceed it.

    Raises:
        ConfigurationError: when numbers are not finite, or a place has two different alphas.
    """
    known = _unique([(theta, alpha) for theta, alpha in samples if alpha is not None])
    if not isfinite(threshold):
        raise ConfigurationError("The alpha threshold must be a number.")
    if len(known) < _MIN_SAMPLES:
        status = MeasurementStatus.DEGENERATE if known else MeasurementStatus.MISSING_LANDMARK
        reason = f"Needs alpha in at least {_MIN_SAMPLES} radial planes; {len(known)} given."
        peak = known[0] if known else None
        return _result(None, peak, threshold, (), None, status, reason)
    chains, resolution = _chains(known)
    peak = max(known, key=lambda sample: sample[1])
    if len(chains) == 1 and chains[0][-1][0] - chains[0][0][0] == 360.0:
        if min(alpha for _, alpha in known) > threshold:
            whole = ClockArc(0.0, 0.0, 360.0, False)
            reason = "Alpha lies above the threshold all round the head."
            return _result(
                whole, peak, threshold, (whole,), resolution, MeasurementStatus.OK, reason
            )
        chains = [_from_below(chains[0], threshold)]
    arcs = sorted(
        (arc for chain in chains for arc in _arcs(chain, threshold)),
        key=lambda arc: -arc.span_deg,
    )
    return _widest(tuple(arcs), peak, threshold, resolution)


def _widest(
    arcs: tuple[ClockArc, ...], peak: Sample, threshold: float, resolution: float | None
) -> OmegaSpan:
    status = MeasurementStatus.OK
    if not arcs:
        return _result(None, peak, threshold, (), resolution, status, "", 0.0)
    arc = arcs[0]
    if arc.span_deg == 0.0:
        at = clock_words(arc.start_theta)
        reason = f"Only the lone plane at {at} lies above the threshold: its neighbours are needed."
        status = MeasurementStatus.DEGENERATE
        return _result(None, peak, threshold, arcs, resolution, status, reason)
    reason = "The arc reaches the edge of the sampled planes and may be wider." if arc.cut else ""
    return _result(arc, peak, threshold, arcs, resolution, status, reason)


def _result(
    arc: ClockArc | None,
    peak: Sample | None,
    threshold: float,
    arcs: tuple[ClockArc, ...],
    resolution: float | None,
    status: MeasurementStatus,
    reason: str,
    without_arc: float | None = None,
) -> OmegaSpan:
    ends = arc is not None and arc.span_deg < 360.0
    return OmegaSpan(
        omega_deg=without_arc if arc is None else arc.span_deg,
        start_theta=arc.start_theta if arc is not None and ends else None,
        end_theta=arc.end_theta if arc is not None and ends else None,
        max_alpha=None if peak is None else peak[1],
        max_at_theta=None if peak is None else peak[0],
        threshold=threshold,
        arcs=arcs,
        resolution_deg=resolution,
        status=status,
        reason=reason,
    )


def _unique(samples: list[Sample]) -> list[Sample]:
    """Samples ordered by theta; the first may be repeated as the last of a closed list."""
    ordered: list[Sample] = []
    for theta, alpha in sorted((on_circle(theta), alpha) for theta, alpha in samples):
        if not (isfinite(theta) and isfinite(alpha)):
            raise ConfigurationError("Theta and alpha of the radial planes must be numbers.")
        if ordered and theta - ordered[-1][0] < _SAME_PLANE_DEG:
            if abs(alpha - ordered[-1][1]) > _SAME_PLANE_DEG:
                raise ConfigurationError(
                    f"Two alpha angles are given for the plane at {clock_words(theta)}; keep one."
                )
            continue
        ordered.append((theta, alpha))
    return ordered


def _chains(samples: list[Sample]) -> tuple[list[list[Sample]], float | None]:
    """Runs of samples without a gap, theta rising beyond 360; and the widest bridged step.

    A closed circle is one run whose last sample is the first one, 360 degrees on.
    """
    closed = [*samples, (samples[0][0] + 360.0, samples[0][1])]
    steps = [after[0] - before[0] for before, after in pairwise(closed)]
    limit = max(_ALWAYS_BRIDGED_DEG, _BRIDGED_STEPS * median(steps)) + _SAME_PLANE_DEG
    gaps = [i for i, step in enumerate(steps) if step > limit or step >= _NEVER_BRIDGED_DEG]
    bridged = [step for i, step in enumerate(steps) if i not in gaps]
    resolution = max(bridged) if bridged else None
    if not gaps:
        return [closed], resolution
    chains: list[list[Sample]] = []
    turned = [(theta + 360.0, alpha) for theta, alpha in samples]
    twice = [*samples, *turned]
    for gap, following in pairwise([*gaps, gaps[0] + len(samples)]):
        chains.append(twice[gap + 1 : following + 1])
    return chains, resolution


def _from_below(closed: list[Sample], threshold: float) -> list[Sample]:
    """The same circle, beginning at a sample that is not above the threshold."""
    ring = closed[:-1]
    first = next(i for i, (_, alpha) in enumerate(ring) if alpha <= threshold)
    turned = [*ring[first:], *((theta + 360.0, alpha) for theta, alpha in ring[:first])]
    return [*turned, (turned[0][0] + 360.0, turned[0][1])]


def _arcs(chain: list[Sample], threshold: float) -> list[ClockArc]:
    arcs: list[ClockArc] = []
    start: float | None = chain[0][0] if chain[0][1] > threshold else None
    cut = start is not None
    for before, after in pairwise(chain):
        if start is None and after[1] > threshold:
            start, cut = _crossing(before, after, threshold), False
        if start is not None and after[1] <= threshold:
            arcs.append(_arc(start, _crossing(before, after, threshold), cut))
            start = None
    if start is not None:
        arcs.append(_arc(start, chain[-1][0], True))
    return arcs


def _crossing(before: Sample, after: Sample, threshold: float) -> float:
    share = (threshold - before[1]) / (after[1] - before[1])
    return before[0] + share * (after[0] - before[0])


def _arc(start: float, end: float, cut: bool) -> ClockArc:
    return ClockArc(on_circle(start), on_circle(end), end - start, cut)
