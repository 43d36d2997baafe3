"""How much of a femoral head lies under the roof of its socket, seen from above.

Research software, not a medical device. Source of the measure: Dandachli et al., "Analysis of cover
of the femoral head in normal and dysplastic hips" (CT): 73.9 % (SD 3.2) of 13 normal heads were
covered, 50.7 % (SD 7.9) of 10 dysplastic ones; its reference plane is the anterior pelvic plane,
here it is the patient as he lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..imaging import HipImage
from ..measurement import ViewPlane
from ..measurement.vector import Vec3, dot3
from ..measurement.volume import HeadSphere, anterior_mm

_LEAST_SEEN = 0.6
"""Coverage is told when slices with an edge of the roof show so much of the head's disc."""

_STEPS = 400
_NEIGHBOUR = 1.5
"""Between slices farther apart than this many usual steps the edge is not known."""


@dataclass(frozen=True)
class SliceCoverage:
    """What one slice shows of the roof.

    Attributes:
        index: of the slice.
        offset_mm: mm to the front of the head centre.
        half_width_mm: half of the width of the head sphere on this slice.
        edge: lateral edge of the roof, LPS mm; None where the slice shows none.
        share: of the width of the head that lies medial of the edge, in [0, 1]; None without edge.
    """

    index: int
    offset_mm: float
    half_width_mm: float
    edge: Vec3 | None
    share: float | None


@dataclass(frozen=True)
class HeadCoverage:
    """Coverage of one femoral head.

    Attributes:
        side: hip.
        total: share of the head's disc, seen from above, that lies under the roof, in [0, 1];
            None when too few slices show the edge of the roof.
        anterior, posterior: the same of the half in front of and behind the head centre.
        seen: share of the disc, in [0, 1], that lies on slices which show the edge.
        slices: from the back to the front.
        reason: why there is no number, or what to check; empty when there is nothing to say.
    """

    side: Side
    total: float | None
    anterior: float | None
    posterior: float | None
    seen: float
    slices: tuple[SliceCoverage, ...]
    reason: str

    @property
    def rim(self) -> tuple[Vec3, ...]:
        """Edge of the roof from the back to the front, LPS mm."""
        return tuple(entry.edge for entry in self.slices if entry.edge is not None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; shares in [0, 1], points in LPS mm."""
        return {
            "side": self.side.value,
            "total": self.total,
            "anterior": self.anterior,
            "posterior": self.posterior,
            "seen": self.seen,
            "slices": [entry.index for entry in self.slices if entry.edge is not None],
            "rim_lps_mm": [list(point) for point in self.rim],
            "reason": self.reason,
        }


def head_coverage(
    image: HipImage, side: Side, head: HeadSphere | None, edges: Mapping[int, Vec3]
) -> HeadCoverage:
    """How much of the head lies medial of the edge of the roof, slice by slice, seen from above.

    Between slices the edge is taken to run straight; what lies medial of it counts as covered.

    Args:
        image: coronal slices.
        side: hip.
        head: its sphere with a radius, None when there is none.
        edges: lateral edge of the roof (LAE) on each slice that shows it, LPS mm.

    Raises:
        ImageError: when the slices are axial or sagittal.
    """
    if head is None or head.radius is None:
        reason = f"Coverage needs the sphere of the {side.word} head."
        return HeadCoverage(side, None, None, None, 0.0, (), reason)
    plane = ViewPlane.from_image(image)
    slices = _slices(image, plane, side, head, head.radius, edges)
    offsets = np.linspace(-head.radius, head.radius, _STEPS + 1)
    covered, known = _strips(offsets, slices, head.radius)
    width = np.sqrt(np.maximum(head.radius**2 - offsets**2, 0.0))
    seen = float((width * known).sum() / width.sum())
    if seen < _LEAST_SEEN:
        reason = (
            f"Only {seen:.0%} of the {side.word} head lie on slices that show the edge of the "
            f"roof; {_LEAST_SEEN:.0%} are needed."
        )
        return HeadCoverage(side, None, None, None, seen, slices, reason)
    shares = [_mean(covered, width * known * part) for part in (1.0, offsets > 0, offsets < 0)]
    reason = "" if seen > 0.9 else f"{1 - seen:.0%} of the head lie on slices without an edge."
    return HeadCoverage(side, shares[0], shares[1], shares[2], seen, slices, reason)


def _slices(
    image: HipImage,
    plane: ViewPlane,
    side: Side,
    head: HeadSphere,
    radius: float,
    edges: Mapping[int, Vec3],
) -> tuple[SliceCoverage, ...]:
    lateral = 1.0 if side is Side.LEFT else -1.0
    middle = anterior_mm(plane, head.centre)
    found = []
    for index in range(image.n_slices):
        x, y, z = (float(value) for value in image.to_lps([0.0, 0.0, index]))
        offset = anterior_mm(plane, (x, y, z)) - middle
        if abs(offset) >= radius:
            continue
        half = sqrt(radius**2 - offset**2)
        edge = edges.get(index)
        share = None
        if edge is not None:
            away = lateral * (dot3(edge, plane.x_axis) - dot3(head.centre, plane.x_axis))
            share = min(1.0, max(0.0, (away + half) / (2 * half)))
        found.append(SliceCoverage(index, offset, half, edge, share))
    return tuple(sorted(found, key=lambda entry: entry.offset_mm))


def _strips(
    offsets: NDArray[np.float64], slices: Sequence[SliceCoverage], radius: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Covered share of each strip of the disc, and whether it is known."""
    marked = [(entry.offset_mm, entry.share) for entry in slices if entry.share is not None]
    if not marked:
        return np.zeros(len(offsets)), np.zeros(len(offsets), dtype=bool)
    places, shares = np.array(marked, dtype=np.float64).T
    all_places = np.array([entry.offset_mm for entry in slices])
    step = float(np.median(np.diff(all_places))) if len(all_places) > 1 else 2 * radius
    after = np.clip(np.searchsorted(places, offsets), 1, max(len(places) - 1, 1))
    last = len(places) - 1
    gap = places[np.minimum(after, last)] - places[after - 1]
    inside = (offsets >= places[0]) & (offsets <= places[-1]) & (gap <= _NEIGHBOUR * step)
    near = np.abs(offsets[:, None] - places).min(axis=1) <= step / 2
    return np.interp(offsets, places, shares), inside | near


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total > 0.0 else None
