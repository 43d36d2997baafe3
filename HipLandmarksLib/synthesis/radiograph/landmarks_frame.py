"""Directions and head circles of both hips on a film, in millimetres on the detector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...anatomy import Side
from ...geometry import fit_circle
from ..surfaces import HipGeometry, PelvisAnatomy
from .camera import Camera

_RIM_POINTS = 72
_AXES = ((0.0, 0.0, 0.0), (10.0, 0.0, 0.0), (0.0, 0.0, 10.0))


@dataclass(frozen=True, eq=False)
class HeadCircle:
    """The shadow of a femoral head's sphere on the detector.

    A cone beam makes a slightly drawn-out ellipse of it, by half a per cent at the edge of a film:
    the circle is its least squares fit.

    Attributes:
        centre: (2,) mm on the detector.
        radius: mm on the detector.
        deviation: largest distance of the shadow's outline from the circle, mm on the detector.
    """

    centre: NDArray[np.float64]
    radius: float
    deviation: float


@dataclass(frozen=True, eq=False)
class HipFrame:
    """One hip on the film, seen alike on both sides.

    Attributes:
        side: patient's side.
        camera: of the projection.
        lateral: (2,) unit on the detector, away from the midline, along the line through both
            head centres.
        up: (2,) unit on the detector, towards the patient's head, square to ``lateral``.
        geometry: of the hip.
        head: its circle.
        magnification: at the head's centre: mm on the detector per mm in the patient.
    """

    side: Side
    camera: Camera
    lateral: NDArray[np.float64]
    up: NDArray[np.float64]
    geometry: HipGeometry
    head: HeadCircle
    magnification: float

    def flat(self, points: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) LPS mm to (..., 2) mm on the detector."""
        return project_mm(self.camera, points)

    def across(self, xy: ArrayLike) -> NDArray[np.float64]:
        """(...,) how far lateral of the head's centre, mm on the detector."""
        return np.asarray((np.asarray(xy) - self.head.centre) @ self.lateral)

    def height(self, xy: ArrayLike) -> NDArray[np.float64]:
        """(...,) how far above the head's centre, mm on the detector."""
        return np.asarray((np.asarray(xy) - self.head.centre) @ self.up)

    def place(self, across: ArrayLike, height: ArrayLike) -> NDArray[np.float64]:
        """(..., 2) mm on the detector; inverse of :meth:`across` and :meth:`height`."""
        x, y = np.asarray(across, dtype=np.float64), np.asarray(height, dtype=np.float64)
        return np.asarray(self.head.centre + x[..., None] * self.lateral + y[..., None] * self.up)


def hip_frames(anatomy: PelvisAnatomy, camera: Camera) -> dict[Side, HipFrame]:
    """The frames of the hips that an anatomy has.

    With a single hip, up is the projection of the pelvic frame's z axis.
    """
    circles = {
        side: head_circle(camera, hip.head_centre, hip.head_radius_mm)
        for side, hip in anatomy.hips.items()
    }
    left, up = _directions(anatomy, camera, circles)
    return {
        side: HipFrame(
            side,
            camera,
            left if side is Side.LEFT else -left,
            up,
            hip,
            circles[side],
            camera.magnification(hip.head_centre),
        )
        for side, hip in anatomy.hips.items()
    }


def head_circle(camera: Camera, centre: NDArray[np.float64], radius: float) -> HeadCircle:
    """Circle through the shadow of a sphere: of the rays that touch it."""
    ray = centre - camera.source
    distance = float(np.linalg.norm(ray))
    ray = ray / distance
    first = np.cross(ray, [0.0, 0.0, 1.0])
    first = first / np.linalg.norm(first)
    second = np.cross(ray, first)
    angle = np.arange(_RIM_POINTS) / _RIM_POINTS * 2 * np.pi
    circle = np.cos(angle)[:, None] * first + np.sin(angle)[:, None] * second
    share = radius / distance
    touching = centre - share * radius * ray + radius * np.sqrt(1.0 - share**2) * circle
    xy = project_mm(camera, touching)
    fitted = fit_circle(xy.tolist())
    middle = np.array(fitted.centre)
    deviation = np.abs(np.linalg.norm(xy - middle, axis=1) - fitted.radius)
    return HeadCircle(middle, fitted.radius, float(deviation.max()))


def detector_pitch(camera: Camera) -> NDArray[np.float64]:
    """(2,) mm on the detector per column and per row."""
    return np.array([np.linalg.norm(camera.column_step), np.linalg.norm(camera.row_step)])


def project_mm(camera: Camera, points: ArrayLike) -> NDArray[np.float64]:
    """(..., 3) LPS mm to (..., 2) mm on the detector, from its first pixel's centre."""
    return np.asarray(camera.project(points) * detector_pitch(camera), dtype=np.float64)


def _directions(
    anatomy: PelvisAnatomy, camera: Camera, circles: dict[Side, HeadCircle]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors to the patient's left and up on the detector."""
    hip = next(iter(anatomy.hips.values()))
    here, left, up = project_mm(camera, hip.head_centre + np.array(_AXES))
    left, up = left - here, up - here
    if len(circles) == 2:
        left = circles[Side.LEFT].centre - circles[Side.RIGHT].centre
        left = left / np.linalg.norm(left)
        up = up - (up @ left) * left
    else:
        up = up / np.linalg.norm(up)
        left = left - (left @ up) * up
    return left / np.linalg.norm(left), up / np.linalg.norm(up)
