"""What a whole stack of slices shows of a hip, computed after the detection.

Research software, not a medical device.
"""

from __future__ import annotations

from .coverage import HeadCoverage, SliceCoverage, head_coverage
from .explore import explore, points_by_slice
from .head_sphere import HeadSphereFit, RimSection, fit_head_sphere
from .hip_exploration import ExploredPart, HipExploration, SideExploration
from .neck_axis import NeckAxis, fit_neck_axis
from .radial_image import RadialImage, radial_thetas, reformat
from .radial_map import RadialSettings, radial_map
from .radial_result import RadialMap, RadialSection, Sight

__all__ = [
    "ExploredPart",
    "HeadCoverage",
    "HeadSphereFit",
    "HipExploration",
    "NeckAxis",
    "RadialImage",
    "RadialMap",
    "RadialSection",
    "RadialSettings",
    "RimSection",
    "SideExploration",
    "Sight",
    "SliceCoverage",
    "explore",
    "fit_head_sphere",
    "fit_neck_axis",
    "head_coverage",
    "points_by_slice",
    "radial_map",
    "radial_thetas",
    "reformat",
]
