"""How much of a femoral head lies under the roof of its socket, seen from above.

Research software, not a medical device. Source of the measure: Dandachli et al., "Analysis of cover
of the femoral head in normal and dysplastic hips" (CT): 73.9 % (SD 3.2) of 13 normal heads were
covered, 50.7 % (SD 7.9) of 10 dysplastic ones; its reference plane is the anterior pelvic plane,
here it is the patient as he lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..anatomy import Side
from ..measurement.vector import Vec3


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
