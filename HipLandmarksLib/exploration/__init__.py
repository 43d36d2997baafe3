"""What a whole stack of slices shows of a hip, computed after the detection.

Research software, not a medical device.
"""

from __future__ import annotations

from .coverage import HeadCoverage, SliceCoverage
from .head_sphere import HeadSphereFit, RimSection, fit_head_sphere
from .hip_exploration import ExploredPart, HipExploration, SideExploration
from .neck_axis import NeckAxis

__all__ = [
    "ExploredPart",
    "HeadCoverage",
    "HeadSphereFit",
    "HipExploration",
    "NeckAxis",
    "RimSection",
    "SideExploration",
    "SliceCoverage",
    "fit_head_sphere",
]
