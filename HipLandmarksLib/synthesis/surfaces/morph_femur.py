"""Shape changes of a proximal femur: neck-shaft angle, neck length, head size, cam.

Every field leaves the shaft and the knee where they are and moves head and neck; afterwards the
whole femur is brought back so that its head lies where it was and the leg keeps its direction.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...anatomy import Side
from .hip_measures import EXIT_TOLERANCE, NeckFrame
from .morph_fields import Points, SpaceField, moved_femoral_points, moved_surface, smoothstep
from .morph_fields import turned as turned_points
from .rigid import Similarity, move_femoral_points, rotation
from .types import BoneSurface, HipGeometry

_BEND_RADII = (0.7, 1.5)
"""Along the neck from the head's centre: beyond the first the bone bends, past the second not."""

_STRETCH_RADII = (0.8, 2.0)
_SCALE_RADII = (1.1, 2.0)

_CAM_PLATEAU_DEG, _CAM_END_DEG = 42.0, 85.0
"""Clock angle from the bump's middle up to which it has its full height, and where it has none."""

_CAM_NECK_DEG = 25.0
"""Angle to the neck's line below which the neck is as it was."""

_CAM_FULL_DEG = (41.0, 54.0)
"""Limits of the angle to the neck's line above which all is bump: 4 degrees below the dial."""

_CAM_CURVE_RADII = 2.0
"""Radius of the bump's outline."""

_CAM_REACH_RADII = (1.3, 1.5)
"""From the head's centre: the trochanter lies beyond and is left as it is."""

_CAM_POLE_DEG = (8.0, 26.0)
"""How far past the tangent point, towards the pole, the head is made round, and left."""


def bend_field(hip: HipGeometry, side: Side, change_deg: float) -> SpaceField:
    """The head turned about the middle of the neck; positive opens the neck-shaft angle."""
    frame = NeckFrame.of(hip, side)
    # Turning about the anterior axis by a positive angle lowers the head of a left femur.
    sign = -1.0 if side is Side.LEFT else 1.0

    def field(points: Points) -> Points:
        weight = _headwards(points, frame, hip.head_radius_mm, _BEND_RADII)
        return turned_points(points, hip.neck_centre, frame.anterior, sign * change_deg * weight)

    return field


def stretch_field(hip: HipGeometry, side: Side, change_mm: float) -> SpaceField:
    """The head moved along the neck; positive makes the neck longer."""
    frame = NeckFrame.of(hip, side)

    def field(points: Points) -> Points:
        weight = _headwards(points, frame, hip.head_radius_mm, _STRETCH_RADII)
        return np.asarray(points - change_mm * weight[:, None] * frame.neck)

    return field


def head_field(hip: HipGeometry, factor: float) -> SpaceField:
    """The head larger or smaller about its centre, the neck less and less so."""
    centre, radius = hip.head_centre, hip.head_radius_mm

    def field(points: Points) -> Points:
        ray = points - centre
        distance = np.linalg.norm(ray, axis=1)
        weight = smoothstep(distance, _SCALE_RADII[1] * radius, _SCALE_RADII[0] * radius)
        return np.asarray(points + (factor - 1.0) * weight[:, None] * ray)

    return field


def cam_field(hip: HipGeometry, side: Side, alpha_deg: float, clock_deg: float) -> SpaceField:
    """Head and neck joined by a flat arc that leaves the head's circle at ``alpha_deg``.

    In every plane through the neck's line around ``clock_deg`` the outline follows the head's
    circle up to a point, then an arc of twice its radius that touches it there, and runs out into
    the neck as it was. A waist is filled (cam), a bump that lies outside is taken off.
    """
    frame, radius = NeckFrame.of(hip, side), hip.head_radius_mm
    touch = alpha_deg + _arc_angle_deg(1.0 + EXIT_TOLERANCE)

    def field(points: Points) -> Points:
        ray = points - frame.centre
        distance = np.maximum(np.linalg.norm(ray, axis=1), 1e-9)
        polar = np.degrees(np.arccos(np.clip(ray @ frame.neck / distance, -1, 1)))
        clock = np.degrees(np.arctan2(ray @ frame.anterior, ray @ frame.superior)) - clock_deg
        aside = np.abs((clock + 180.0) % 360.0 - 180.0)
        weight = smoothstep(aside, _CAM_END_DEG, _CAM_PLATEAU_DEG)
        weight *= smoothstep(polar, _CAM_NECK_DEG, float(np.clip(alpha_deg - 4, *_CAM_FULL_DEG)))
        weight *= smoothstep(polar, touch + _CAM_POLE_DEG[1], touch + _CAM_POLE_DEG[0])
        weight *= smoothstep(distance, 0.4 * radius, 0.75 * radius)
        weight *= smoothstep(distance / radius, *_CAM_REACH_RADII[::-1])
        change = radius * _arc_reach(np.clip(touch - polar, 0.0, 90.0)) - distance
        return np.asarray(points + (weight * change / distance)[:, None] * ray)

    return field


def _arc_reach(below_deg: Points) -> Points:
    """Distance of the arc from the head's centre, in radii, so far below the touching point."""
    shift, cosine = _CAM_CURVE_RADII - 1.0, np.cos(np.radians(below_deg))
    root = np.sqrt(_CAM_CURVE_RADII**2 - shift**2 * (1.0 - cosine**2))
    return np.asarray(root - shift * cosine, dtype=np.float64)


def _arc_angle_deg(reach: float) -> float:
    """How far below the touching point the arc lies so many radii from the head's centre."""
    shift = _CAM_CURVE_RADII - 1.0
    cosine = (_CAM_CURVE_RADII**2 - shift**2 - reach**2) / (2.0 * reach * shift)
    return float(np.degrees(np.arccos(cosine)))


def _headwards(
    points: Points, frame: NeckFrame, radius: float, limits: tuple[float, float]
) -> Points:
    """1 at the head, 0 at the trochanters and the shaft."""
    along = (points - frame.centre) @ frame.neck / radius
    return smoothstep(along, limits[1], limits[0])


def reshaped_femur(
    femur: BoneSurface, hip: HipGeometry, field: SpaceField, head_factor: float = 1.0
) -> tuple[BoneSurface, HipGeometry]:
    """Femur and its points under ``field``, brought back to where the head and the knee point."""
    up = hip.shaft_proximal - hip.shaft_distal
    height = femur.vertices @ up
    knee = femur.vertices[height < height.min() + 0.06 * np.ptp(height)].mean(axis=0)
    surface = moved_surface(femur, field)
    moved = moved_femoral_points(hip, field)
    moved = replace(moved, head_radius_mm=hip.head_radius_mm * head_factor)
    back = _back(moved.head_centre, hip.head_centre, knee)
    return back.surface(surface), move_femoral_points(moved, back)


def _back(moved: Points, target: Points, knee: Points) -> Similarity:
    """Head to ``target``, and the line from it to the knee as it was."""
    before, after = target - knee, moved - knee
    axis = np.cross(after, before)
    sine = float(np.linalg.norm(axis) / (np.linalg.norm(before) * np.linalg.norm(after)))
    if sine < 1e-9:
        return Similarity.shift(target - moved)
    turn = rotation(axis, float(np.degrees(np.arcsin(min(sine, 1.0)))))
    return Similarity(turn, target - turn @ moved)
