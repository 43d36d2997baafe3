"""The axis of a femoral neck in space.

Research software, not a medical device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..anatomy import Side
from ..measurement.vector import Vec3
from ..measurement.volume import PATIENT, ClockFrame, PatientAxes


@dataclass(frozen=True)
class NeckAxis:
    """From the head centre through the middle of the neck.

    Attributes:
        side: hip.
        head: head centre, LPS mm; None when it is not known.
        neck_centre: middle of the narrowest cross-section (the landmark NC), LPS mm, or None.
        width_mm: diameter of a circle of the area of that cross-section, None without one.
        off_axis_mm: how far the head centre lies beside the line through the middles of all
            cross-sections, None without one: a head that sits askew on its neck.
        middles: middle of every cross-section that was measured, from the head outwards, LPS mm.
        reason: why there is no axis, or what to check; empty when there is nothing to say.
    """

    side: Side
    head: Vec3 | None
    neck_centre: Vec3 | None
    width_mm: float | None
    off_axis_mm: float | None
    middles: tuple[Vec3, ...]
    reason: str

    def clock(self, axes: PatientAxes = PATIENT) -> ClockFrame | None:
        """Clock face about the axis; None without an axis.

        Raises:
            ConstructionError: when the neck runs straight up or straight forwards.
        """
        if self.head is None or self.neck_centre is None:
            return None
        return ClockFrame.of(self.head, self.neck_centre, axes)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; lengths in mm, points in LPS."""
        return {
            "side": self.side.value,
            "head_lps_mm": None if self.head is None else list(self.head),
            "neck_centre_lps_mm": None if self.neck_centre is None else list(self.neck_centre),
            "width_mm": self.width_mm,
            "off_axis_mm": self.off_axis_mm,
            "middles_lps_mm": [list(point) for point in self.middles],
            "reason": self.reason,
        }
