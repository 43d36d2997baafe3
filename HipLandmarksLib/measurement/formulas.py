"""The formulas: one small function per measurement, named like its row in measurements.json.

Each takes the points of one hip in plane coordinates (mm, x to the patient's left, y cranial)
by landmark key, and the hip's frame; it returns degrees or mm. Absent points, coinciding points
and the like are dealt with before a formula is called. Construction and sign of each:
measurement specification, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import atan2, degrees

from .frames import HipFrame
from .vector import Vec2, angle, dot, perpendicular, sub

Points = Mapping[str, Vec2]
Formula = Callable[[Points, HipFrame], float]


def alpha(p: Points, frame: HipFrame) -> float:
    """Angle at the head centre between the neck axis and the point where the head leaves round.

    Noetzli 2002; unsigned, degrees.
    """
    return angle(sub(p["NA"], p["FHC"]), sub(p["LCP"], p["FHC"]))


def lce(p: Points, frame: HipFrame) -> float:
    """Lateral centre-edge angle of Wiberg, degrees; negative when the edge lies medially."""
    edge = sub(p["LAE"], p["FHC"])
    return degrees(atan2(dot(edge, frame.lat), dot(edge, frame.up)))


def nsa(p: Points, frame: HipFrame) -> float:
    """Neck-shaft (CCD) angle, degrees: between neck base -> head and the shaft, distally."""
    return angle(sub(p["FHC"], p["NB"]), sub(p["SHD"], p["SHP"]))


def femoral_offset_mm(p: Points, frame: HipFrame) -> float:
    """Distance from the head centre to the shaft axis, mm; negative = shaft medial of the head."""
    lateral = perpendicular(sub(p["SHD"], p["SHP"]), frame.lat)
    return dot(sub(p["SHP"], p["FHC"]), lateral)
