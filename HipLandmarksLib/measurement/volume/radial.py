"""Alpha and bump height in radial planes from drawn contours: the cam map of a head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..contour import REFERENCE_ANGLE_DEG, bump_height, contour_exit
from ..types import MeasurementStatus
from ..vector import Vec3
from .clock import ClockFrame, clock_words, on_circle

_OFF_PLANE_MM = 2.0


@dataclass(frozen=True)
class RadialPlane:
    """What the contour in one radial plane shows. Research software: not a diagnosis.

    Attributes:
        theta_deg: place on the clock face.
        exit_point: where the contour leaves the head circle, LPS mm; a suggestion to confirm.
        alpha_deg: alpha there.
        cam_height_mm: height of the bump above the head sphere, 0 without a bump.
        status: OK or DEGENERATE.
        reason: why a value is None, empty when there is nothing to say.
    """

    theta_deg: float
    exit_point: Vec3 | None
    alpha_deg: float | None
    cam_height_mm: float | None
    status: MeasurementStatus
    reason: str

    @property
    def clock(self) -> str:
        """Such as ``1:30``."""
        return clock_words(self.theta_deg)


def radial_plane(
    frame: ClockFrame,
    theta_deg: float,
    contour: Sequence[Vec3],
    radius: float,
    tolerance: float = 0.0,
    reference_angle_deg: float = REFERENCE_ANGLE_DEG,
) -> RadialPlane:
    """Measure the contour of one radial plane.

    Args:
        frame: clock frame of the hip.
        theta_deg: place of the plane on the clock face.
        contour: cortex from the pole of the head to the neck, LPS mm, in the half-plane.
        radius: radius of the head sphere, mm (not of a circle fitted to this plane).
        tolerance, reference_angle_deg: see :mod:`HipLandmarksLib.measurement.contour`.
    """
    theta = on_circle(theta_deg)
    placed = [frame.in_plane(point, theta) for point in contour]
    off = max((abs(distance) for _, _, distance in placed), default=0.0)
    if off > _OFF_PLANE_MM:
        reason = f"The contour leaves the radial plane at {clock_words(theta)} by {off:.1f} mm."
        return RadialPlane(theta, None, None, None, MeasurementStatus.DEGENERATE, reason)
    flat = [(along, away) for along, away, _ in placed]
    left = contour_exit(flat, (0.0, 0.0), radius, (1.0, 0.0), tolerance)
    bump = bump_height(flat, (0.0, 0.0), radius, (1.0, 0.0), reference_angle_deg)
    degenerate = MeasurementStatus.DEGENERATE in (left.status, bump.status)
    return RadialPlane(
        theta_deg=theta,
        exit_point=None if left.point is None else frame.place(*left.point, theta),
        alpha_deg=left.alpha_deg,
        cam_height_mm=bump.height_mm,
        status=MeasurementStatus.DEGENERATE if degenerate else MeasurementStatus.OK,
        reason=" ".join(dict.fromkeys(filter(None, (left.reason, bump.reason)))),
    )


def cam_map(
    frame: ClockFrame,
    contours: Mapping[float, Sequence[Vec3]],
    radius: float,
    tolerance: float = 0.0,
    reference_angle_deg: float = REFERENCE_ANGLE_DEG,
) -> tuple[RadialPlane, ...]:
    """Alpha and bump height round the head, ordered by theta.

    Feed ``[(plane.theta_deg, plane.alpha_deg) for plane in ...]`` to
    :func:`HipLandmarksLib.measurement.volume.omega`.

    Args:
        contours: contour (LPS mm) by place on the clock face in degrees.
        frame, radius, tolerance, reference_angle_deg: see :func:`radial_plane`.
    """
    planes = (
        radial_plane(frame, theta, contour, radius, tolerance, reference_angle_deg)
        for theta, contour in contours.items()
    )
    return tuple(sorted(planes, key=lambda plane: plane.theta_deg))
