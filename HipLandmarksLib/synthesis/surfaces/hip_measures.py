"""Angles and lengths of one hip, measured on its surfaces and points in three dimensions.

Femoral values do not depend on the femur's pose (anteversion excepted, which needs the condyles
and is measured when the bones are read); acetabular values hold for the pelvic frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...geometry import GeometryError
from .mesh import plane_sections
from .types import BoneSurface, HipGeometry

EXIT_TOLERANCE = 0.02
"""Share of the head's radius by which a contour must leave its circle to have left it."""

_CLOCK_DEG = tuple(range(0, 91, 15))
_NECK_RADII = 2.1
"""Head and neck lie within so many radii of the head's centre."""

_WAIST_RADII = 1.45
"""Up to so many radii from it there is no trochanter yet."""

_STEP_DEG = 1.0
_FROM_DEG, _TO_DEG = 30.0, 150.0
"""Angles to the neck's line between which the outline may leave the head; nearer lies the neck."""


@dataclass(frozen=True, eq=False)
class NeckFrame:
    """Clock frame of a femoral neck.

    Attributes:
        centre: (3,) of the head.
        neck: (3,) unit, from the head's centre to the middle of the narrowest neck.
        superior: (3,) unit, 12 o'clock: towards the shaft's upper end, square to the neck.
        anterior: (3,) unit, 3 o'clock on both sides.
    """

    centre: NDArray[np.float64]
    neck: NDArray[np.float64]
    superior: NDArray[np.float64]
    anterior: NDArray[np.float64]

    @classmethod
    def of(cls, hip: HipGeometry, side: Side) -> NeckFrame:
        """From the points of a hip, in any pose of the femur."""
        neck = _unit(hip.neck_centre - hip.head_centre)
        up = _unit(hip.shaft_proximal - hip.shaft_distal)
        superior = _unit(up - (up @ neck) * neck)
        front = np.cross(neck, superior) * (1.0 if side is Side.LEFT else -1.0)
        return cls(hip.head_centre, neck, superior, front)

    def direction(self, clock_deg: float) -> NDArray[np.float64]:
        """(3,) unit, square to the neck, at a place on the clock face (0 superior, 90 front)."""
        angle = np.radians(clock_deg)
        return np.asarray(np.cos(angle) * self.superior + np.sin(angle) * self.anterior)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def measure_hip(femur: BoneSurface | None, hip: HipGeometry, side: Side) -> dict[str, float]:
    """What points and femur of a hip in the pelvic frame define, the femur in neutral pose.

    Returns:
        By name: ``neck_shaft_angle_deg`` (true angle between neck's line and shaft),
        ``neck_length_mm`` (head's centre to the shaft's axis along the neck),
        ``femoral_offset_mm`` (square to the shaft), ``trochanter_height_mm`` (of its tip above the
        head's centre, along the shaft), ``lce_deg`` (rim in the coronal plane through the head's
        centre), ``version_deg`` (rim in the axial plane there); with a femur also ``alpha_deg``
        (seen from the front) and ``alpha_radial_deg`` (the largest from 12 to 3 o'clock).

    Raises:
        GeometryError: when the rim does not surround the head, or the neck is as wide as it.
    """
    values = {**_femoral_lines(hip), **_acetabular_angles(hip, side)}
    if femur is not None:
        values["alpha_deg"] = frontal_alpha_deg(femur, hip, side)
        near = _around_head(femur, hip, _NECK_RADII)
        radial = (radial_alpha_deg(near, hip, side, float(clock)) for clock in _CLOCK_DEG)
        values["alpha_radial_deg"] = max(radial)
    return values


def _femoral_lines(hip: HipGeometry) -> dict[str, float]:
    up = _unit(hip.shaft_proximal - hip.shaft_distal)
    line = hip.head_centre - hip.shaft_proximal
    offset = float(np.linalg.norm(line - (line @ up) * up))
    neck = _unit(hip.neck_centre - hip.head_centre)
    angle = float(np.degrees(np.arccos(neck @ up)))
    return {
        "neck_shaft_angle_deg": angle,
        "femoral_offset_mm": offset,
        "neck_length_mm": offset / float(np.sin(np.radians(angle))),
        "trochanter_height_mm": float((hip.trochanter_tip - hip.head_centre) @ up),
    }


def _acetabular_angles(hip: HipGeometry, side: Side) -> dict[str, float]:
    outwards = 1.0 if side is Side.LEFT else -1.0
    coronal = _crossings(hip.rim, hip.head_centre, axis=1)
    roof = max(coronal, key=lambda point: float(outwards * point[0] + point[2])) - hip.head_centre
    axial = _crossings(hip.rim, hip.head_centre, axis=2)
    front = min(axial, key=lambda point: float(point[1]))
    back = max(axial, key=lambda point: float(point[1]))
    line = back - front
    return {
        "lce_deg": float(np.degrees(np.arctan2(outwards * roof[0], roof[2]))),
        "version_deg": float(np.degrees(np.arctan2(outwards * line[0], line[1]))),
    }


def _crossings(
    rim: NDArray[np.float64], centre: NDArray[np.float64], axis: int
) -> list[NDArray[np.float64]]:
    """Where the rim's loop crosses the plane through ``centre`` square to one axis."""
    height = rim[:, axis] - centre[axis]
    following = np.roll(height, -1)
    places = np.flatnonzero((height >= 0) != (following >= 0))
    if len(places) < 2:
        raise GeometryError("The acetabular rim does not pass above, before and behind the head.")
    share = (height[places] / (height[places] - following[places]))[:, None]
    return list(rim[places] * (1 - share) + np.roll(rim, -1, axis=0)[places] * share)


def radial_alpha_deg(femur: BoneSurface, hip: HipGeometry, side: Side, clock_deg: float) -> float:
    """Alpha in the plane through the neck's line at a place on the clock face.

    The angle at the head's centre between the neck's line and the point where the outline leaves
    the head's circle for good, ``EXIT_TOLERANCE`` beyond its radius (Noetzli 2002).

    Raises:
        GeometryError: when the outline never leaves the circle.
    """
    frame = NeckFrame.of(hip, side)
    away = frame.direction(clock_deg)
    basis = np.array([frame.neck, away]).T
    outlines = plane_sections(femur, frame.centre, np.cross(frame.neck, away))
    starts = [(outline.points - frame.centre) @ basis for outline in outlines]
    ends = [np.roll(points, -1, axis=0) for points in starts]
    return _exit_deg(np.concatenate(starts), np.concatenate(ends), hip.head_radius_mm)


def frontal_alpha_deg(femur: BoneSurface, hip: HipGeometry, side: Side) -> float:
    """Alpha of the outline seen from the front by parallel rays, on the upper side of the neck.

    The trochanter, whose shadow may cover the neck's outline, is left out.

    Raises:
        GeometryError: when the outline never leaves the head's circle.
    """
    neck = (hip.neck_centre - hip.head_centre)[[0, 2]]
    neck = _unit(neck)
    up = np.array([-neck[1], neck[0]]) * (1.0 if side is Side.LEFT else -1.0)
    flat = (femur.vertices - hip.head_centre)[:, [0, 2]] @ np.array([neck, up]).T
    faces = _around_head(femur, hip, _WAIST_RADII).faces
    edges = _border(faces, flat)
    return _exit_deg(flat[edges[:, 0]], flat[edges[:, 1]], hip.head_radius_mm)


def _border(faces: NDArray[np.int64], flat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Edges where what looks one way ends: the outline of the projected triangles lies on them."""
    a, b, c = (flat[faces[:, k]] for k in range(3))
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    towards = faces[ux * vy - uy * vx > 0]
    edges = np.sort(np.concatenate([towards[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    _, first, count = np.unique(
        edges[:, 0] * np.int64(2**31) + edges[:, 1], return_index=True, return_counts=True
    )
    return edges[first[count == 1]]


def _around_head(femur: BoneSurface, hip: HipGeometry, radii: float) -> BoneSurface:
    """Only the triangles within so many radii of the head's centre (an open surface)."""
    distance = np.linalg.norm(femur.vertices - hip.head_centre, axis=1)
    near = distance < radii * hip.head_radius_mm
    return BoneSurface(femur.vertices, femur.faces[np.all(near[femur.faces], axis=1)])


def _exit_deg(starts: NDArray[np.float64], ends: NDArray[np.float64], radius: float) -> float:
    """From line segments of a region's outline and inside it: (along the neck, away from it)."""
    steps = np.arange(_FROM_DEG, _TO_DEG, _STEP_DEG)
    reach = _reach(starts, ends, np.radians(steps), 0.8 * radius)
    known = reach > 0
    reach = np.interp(steps, steps[known], reach[known])
    limit = radius * (1 + EXIT_TOLERANCE)
    within = reach <= limit
    neck = int(np.argmin(within))  # nearer to the neck's line the part may have been cut off
    if within[neck] or not within[neck:].any():
        raise GeometryError("The outline of the head never leaves its circle towards the neck.")
    # From the neck towards the pole: the first direction in which the outline is on the circle.
    first = neck + int(np.argmax(within[neck:]))
    share = (reach[first - 1] - limit) / (reach[first - 1] - reach[first])
    return float(steps[first - 1] + share * _STEP_DEG)


def _reach(
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    angles: NDArray[np.float64],
    least: float,
) -> NDArray[np.float64]:
    """Furthest crossing of the segments with rays at angles to the neck; 0 where there is none.

    What lies within ``least`` of the centre does not matter and is left out.
    """
    far = np.maximum(np.hypot(*starts.T), np.hypot(*ends.T)) > least
    starts, ends = starts[far], ends[far]
    along, aside = _rays(starts, angles)
    end_along, end_aside = _rays(ends, angles)
    crossing = (aside >= 0) != (end_aside >= 0)
    share = np.divide(aside, aside - end_aside, out=np.zeros_like(aside), where=crossing)
    distance = np.where(crossing, along + share * (end_along - along), 0.0)
    return np.asarray(distance.max(axis=0, initial=0.0))


def _rays(
    points: NDArray[np.float64], angles: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(points, angles) along every ray and to its left."""
    cosine, sine = np.cos(angles), np.sin(angles)
    return points @ np.array([cosine, sine]), points @ np.array([-sine, cosine])
