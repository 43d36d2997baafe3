"""The clock face of a femoral head: planes through the neck axis, and alpha in them.

Looking along the neck, 12 o'clock (0 degrees) is superior and 3 o'clock (90 degrees) anterior on
both sides: the left clock is not mirrored. Points are LPS mm.
Sources: Dijkstra 2022 (radial planes, alpha as a number); hny006 2018 (clock of both sides).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin

from ...anatomy import HipLandmarks, LandmarkId, Side
from ..vector import Vec3, cross3, dot3, unit3
from .construction import SpacePoints, VolumeDefinition, VolumeRun
from .result import VolumeMeasurement
from .space import (
    PATIENT,
    ConstructionError,
    PatientAxes,
    add3,
    angle3,
    length3,
    reject3,
    scale3,
    separated,
    sub3,
)

_ON_AXIS_MM = 0.1  # nearer to the neck axis a point has no place on the clock
_PARALLEL = 1e-3  # about 0.06 degrees between neck axis and superior

CLOCK_ALPHA = VolumeDefinition(
    "alpha_clock",
    "Alpha angle in a radial plane",
    "deg",
    "1",
    "Angle at the head centre between the neck axis and the point where the contour leaves the "
    "head circle, in the plane through the neck axis and that point.",
    "Noetzli 2002; Dijkstra 2022",
    (20.0, 140.0),
)


@dataclass(frozen=True)
class ClockFrame:
    """Head centre and three unit vectors at right angles, LPS.

    Attributes:
        head: head centre, mm.
        neck: from the head centre along the neck axis.
        superior: 12 o'clock, theta 0.
        anterior: 3 o'clock, theta 90 degrees.
    """

    head: Vec3
    neck: Vec3
    superior: Vec3
    anterior: Vec3

    @classmethod
    def of(cls, head: Vec3, neck_centre: Vec3, axes: PatientAxes = PATIENT) -> ClockFrame:
        """Frame of a hip from its head centre and a point on the neck axis (LPS mm).

        Raises:
            ConstructionError: when both coincide, or the neck runs straight up.
        """
        neck = unit3(separated(neck_centre, head, "The head centre and the neck centre"))
        up = reject3(axes.superior, neck)
        if length3(up) < _PARALLEL:
            raise ConstructionError("The neck axis runs straight up: 12 o'clock is not defined.")
        superior = unit3(up)
        anterior = cross3(superior, neck)
        ahead = dot3(anterior, axes.anterior)
        if abs(ahead) < _PARALLEL:
            raise ConstructionError("The neck axis runs straight forwards: 3 o'clock is undefined.")
        return cls(head, neck, superior, anterior if ahead > 0.0 else scale3(anterior, -1.0))

    def direction(self, theta_deg: float) -> Vec3:
        """Unit vector at right angles to the neck, at a place on the clock face."""
        theta = radians(theta_deg)
        return add3(scale3(self.superior, cos(theta)), scale3(self.anterior, sin(theta)))

    def theta_deg(self, point: Vec3) -> float:
        """Place of a point (LPS mm) on the clock face, 0 <= theta < 360 degrees.

        Raises:
            ConstructionError: when the point is the head centre or lies on the neck axis.
        """
        arm = separated(point, self.head, "The point and the head centre")
        if length3(reject3(arm, self.neck)) < _ON_AXIS_MM:
            raise ConstructionError("The point lies on the neck axis: it has no clock position.")
        theta = degrees(atan2(dot3(arm, self.anterior), dot3(arm, self.superior)))
        return on_circle(theta)

    def alpha_deg(self, point: Vec3) -> float:
        """Angle at the head centre between the neck axis and a point, 0 to 180 degrees.

        Raises:
            ConstructionError: when the point is the head centre.
        """
        return angle3(self.neck, separated(point, self.head, "The point and the head centre"))

    def in_plane(self, point: Vec3, theta_deg: float) -> tuple[float, float, float]:
        """A point in the radial plane of ``theta_deg``: mm along the neck, away from it, off it.

        The third number is the distance from the plane, signed.
        """
        arm, out = sub3(point, self.head), self.direction(theta_deg)
        return (dot3(arm, self.neck), dot3(arm, out), dot3(arm, cross3(self.neck, out)))

    def place(self, along: float, away: float, theta_deg: float) -> Vec3:
        """The point (LPS mm) ``along`` the neck and ``away`` from it in a radial plane."""
        offset = add3(scale3(self.neck, along), scale3(self.direction(theta_deg), away))
        return add3(self.head, offset)


def on_circle(theta_deg: float) -> float:
    """An angle in 0 <= theta < 360 degrees; rounding noise below zero becomes 0."""
    theta = theta_deg % 360.0
    return 0.0 if theta > 360.0 - 1e-9 else theta


def clock_hour(theta_deg: float) -> float:
    """Hour as a number: theta / 30, and 12 at the very top."""
    return on_circle(theta_deg) / 30.0 or 12.0


def clock_words(theta_deg: float) -> str:
    """Clock position for readers, such as ``1:30`` or ``12:30``."""
    minutes = round(on_circle(theta_deg) * 2.0) % 720
    return f"{minutes // 60 or 12}:{minutes % 60:02d}"


def clock_alpha(
    landmarks: HipLandmarks, side: Side, key: str = "LCP", axes: PatientAxes = PATIENT
) -> VolumeMeasurement:
    """Alpha in the radial plane through a point, from FHC, NC and the point ``key``.

    The result's ``theta_deg`` tells where on the clock face the point lies.

    Args:
        landmarks: points in LPS mm.
        side: hip.
        key: point where the contour leaves the head circle in its radial plane.
        axes: the patient's directions.
    """
    ids: dict[str, LandmarkId] = {name: (side, name) for name in ("FHC", "NC", key)}

    def frame(p: SpacePoints) -> ClockFrame:
        return ClockFrame.of(p["FHC"], p["NC"], axes)

    run = VolumeRun(CLOCK_ALPHA, landmarks, side, ids, f"radial plane through {key}")
    return run.result(
        lambda p: frame(p).alpha_deg(p[key]), theta=lambda p: frame(p).theta_deg(p[key])
    )


def alpha_samples(frame: ClockFrame, points: Mapping[str, Vec3]) -> list[tuple[float, float]]:
    """(theta, alpha) in degrees of several exit points (LPS mm), ordered by theta.

    Raises:
        ConstructionError: when a point has no clock position.
    """
    return sorted((frame.theta_deg(p), frame.alpha_deg(p)) for p in points.values())
