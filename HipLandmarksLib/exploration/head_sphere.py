"""The sphere of a femoral head, from its rim on every slice of a stack that cuts it.

Research software, not a medical device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..anatomy import Side
from ..measurement.vector import Vec3
from ..measurement.volume import HeadSphere

Covariance4 = tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class RimSection:
    """The rim of a femoral head on one slice.

    Attributes:
        index: of the slice.
        centre: of the circle through the rim, LPS mm.
        radius: of that circle, mm.
        points: edge of the marrow along the rim, LPS mm.
        trusted: share of the points, in [0, 1], that lie on the sphere of all slices; 0 without
            a sphere.
    """

    index: int
    centre: Vec3
    radius: float
    points: tuple[Vec3, ...]
    trusted: float


@dataclass(frozen=True)
class HeadSphereFit:
    """Femoral head as a sphere. Its surface is the edge of the marrow: bone ends 1 mm outside.

    Attributes:
        side: hip.
        sphere: centre (LPS mm) and radius (mm), None when the slices do not define one.
        residual_mm: root mean square distance of the rim points from the sphere, None without one.
        covariance: 4x4 of (x, y, z, radius) in mm^2, None without a sphere. Points of one slice
            are not independent; each slice counts as if it had a few points only.
        sections: the rim on every slice that was looked at, in the order of the slices.
        reason: why there is no sphere, or what to check; empty when there is nothing to say.
    """

    side: Side
    sphere: HeadSphere | None
    residual_mm: float | None
    covariance: Covariance4 | None
    sections: tuple[RimSection, ...]
    reason: str

    @property
    def used_slices(self) -> tuple[int, ...]:
        """Indices of the slices of which at least half of the rim lies on the sphere."""
        return tuple(section.index for section in self.sections if section.trusted >= 0.5)

    @property
    def sigma_mm(self) -> tuple[float, float, float, float] | None:
        """Standard deviations of x, y, z and the radius; None without a sphere."""
        if self.covariance is None:
            return None
        x, y, z, radius = (self.covariance[n][n] ** 0.5 for n in range(4))
        return (x, y, z, radius)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; lengths in mm, points in LPS."""
        sphere = self.sphere
        return {
            "side": self.side.value,
            "centre_lps_mm": None if sphere is None else list(sphere.centre),
            "radius_mm": None if sphere is None else sphere.radius,
            "residual_mm": self.residual_mm,
            "sigma_mm": None if self.sigma_mm is None else list(self.sigma_mm),
            "slices": list(self.used_slices),
            "reason": self.reason,
        }
