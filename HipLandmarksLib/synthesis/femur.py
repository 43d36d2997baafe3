"""The proximal femur as an implicit surface, with its exact landmarks on any coronal plane.

Hip-local coordinates in mm, origin at the head centre: ``x`` lateral, ``y`` backwards, ``z`` up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from .implicit import Field, capsule, ellipsoid, intersection, union
from .junction import LANDMARK_BUMP_DEG, Junction
from .neck import NeckProfile
from .parameters import HipParameters

Point2 = tuple[float, float]

_WAIST_RADII = 1.1  # distance of the narrowest neck from the head centre, in head radii
_NECK = NeckProfile(_WAIST_RADII, turn_deg=22.0, clearance=(0.2, 0.04), flare_per_mm=0.006)
_STEEP = 6.0
_NECK_BASE = 0.74  # position of the neck base along the neck
_SHAFT_START_MM = 42.0  # proximal shaft midpoint below the neck's foot
_SAGITTAL_SLOPE = -0.06  # the distal shaft comes forward


@dataclass(frozen=True)
class Femur:
    """One proximal femur.

    Attributes:
        hip: its parameters.
        plane_depth_mm: depth of the landmark plane behind the head centre; the dialled angles
            hold on this plane.
    """

    hip: HipParameters
    plane_depth_mm: float

    @cached_property
    def neck_direction(self) -> Point2:
        """Projected neck axis (x, z), from the head centre outwards, unit length."""
        tilt = self._neck_tilt
        return (math.sin(tilt), -math.cos(tilt))

    @cached_property
    def shaft_direction(self) -> Point2:
        """Projected shaft axis (x, z), distal, unit length."""
        adduction = math.radians(self.hip.shaft_adduction_deg)
        return (-math.sin(adduction), -math.cos(adduction))

    @cached_property
    def foot(self) -> tuple[float, float, float]:
        """Where the neck axis meets the shaft axis, (x, y, z)."""
        length = self.hip.neck_length_mm
        x, z = self.neck_direction
        return (length * x, length * math.tan(self._anteversion), length * z)

    @cached_property
    def trochanter_ball(self) -> tuple[tuple[float, float, float], float]:
        """Centre (x, y, z) and radius of the ball that forms the greater trochanter's tip."""
        radius = 0.72 * self.hip.shaft_radius_mm
        x, y, z = self.foot
        up = self.hip.trochanter_height_mm - radius
        lateral = x + (up - z) * math.tan(math.radians(self.hip.shaft_adduction_deg)) + 6.0
        return ((lateral, y + 5.0, up), radius)

    @property
    def neck_axis(self) -> tuple[float, float, float]:
        """Unit vector (x, y, z) from the head centre along the neck, in space."""
        x, y, z = (float(value) for value in self._frame[0])
        return (x, y, z)

    def alpha_deg_at(self, theta_deg: float) -> float:
        """Exact alpha in the radial plane at a place of the clock face, degrees."""
        return math.degrees(float(self._junction.alpha(self._around(theta_deg))))

    def signed_distance(self, x: Any, y: float, z: Any) -> Field:
        """Approximate signed distance of the bone's outer surface."""
        head = self._head(x, y, z)
        neck = self._neck(x, y, z)
        # No blending at the head: its contour must stay a circle up to the leaving point.
        blend = np.clip(head - 0.1 * self.hip.head_radius_mm, 0.05, 6.0)
        return union(np.minimum(head, neck), self._shaft_and_trochanters(x, y, z), blend)

    def cortex_thickness(self, x: Any, y: float, z: Any) -> Field:
        """Thickness of cortical bone in mm: thin on the head, thick along calcar and shaft."""
        s, c2, _ = self._neck_coordinates(x, y, z)
        down, _ = self._shaft_coordinates(x, y, z)
        shaft = _step(down, -5.0, 50.0) * np.float32(self.hip.shaft_cortex_mm - 1.1)
        calcar = _step(s, 0.7 * self.hip.head_radius_mm, 1.6 * self.hip.head_radius_mm)
        calcar = calcar * _step(-c2, 2.0, 9.0) * _step(-down, -45.0, 5.0)
        return np.asarray(1.1 + np.maximum(shaft, 2.4 * calcar), dtype=np.float32)

    def sleeve(self, x: Any, y: float, z: Any) -> Field:
        """Signed distance of the joint capsule around head and neck, open at the neck's base."""
        s, _, _ = self._neck_coordinates(x, y, z)
        length = self.hip.neck_length_mm
        thickness = 5.2 - 5.2 * _step(s, 0.5 * length, 0.95 * length)
        around = np.minimum(self._head(x, y, z) - 3.4, self._neck(x, y, z) - thickness)
        return intersection(around, np.asarray(s - 0.95 * length, dtype=np.float32), 8.0)

    def landmarks_on(self, y: float, lowest_z: float) -> dict[str, Point2]:
        """Exact (x, z) of each landmark whose definition holds on the plane at depth ``y``.

        Args:
            y: depth of the plane behind the head centre, mm.
            lowest_z: lowest height inside the field of view, mm.
        """
        points: dict[str, Point2] = {}
        if abs(y) <= 0.7 * self.hip.head_radius_mm:
            points["FHC"] = (0.0, 0.0)
        self._add_neck_points(points, y)
        self._add_shaft_points(points, y, lowest_z)
        (x, ball_y, z), radius = self.trochanter_ball
        if abs(y - ball_y) <= 0.5 * radius:
            points["GT"] = (x, z + math.sqrt(radius**2 - (y - ball_y) ** 2))
        return points

    def axis_points(self, lowest_z: float) -> dict[str, tuple[Point2 | None, float]]:
        """NB, SHP and SHD: projected point (x, z), None when out of the field, and its depth."""
        x, z = self.neck_direction
        base = _NECK_BASE * self.hip.neck_length_mm
        points: dict[str, tuple[Point2 | None, float]] = {
            "NB": ((base * x, base * z), base * math.tan(self._anteversion))
        }
        for key, down in zip(("SHP", "SHD"), self._shaft_levels(lowest_z), strict=True):
            point = None if down is None else self._shaft_point(down)
            points[key] = (point, 0.0 if down is None else self._shaft_depth(down))
        return points

    def _shaft_point(self, down_mm: float) -> Point2:
        """Projected point (x, z) of the shaft axis ``down_mm`` below the neck's foot."""
        x, _, z = self.foot
        return (x + down_mm * self.shaft_direction[0], z + down_mm * self.shaft_direction[1])

    def _shaft_levels(self, lowest_z: float) -> tuple[float | None, float | None]:
        """Distances of SHP and SHD below the neck's foot; None where out of the field."""
        room = (self.foot[2] - lowest_z) / -self.shaft_direction[1] - 11.0
        proximal = _SHAFT_START_MM if room >= _SHAFT_START_MM else None
        distal = min(room, _SHAFT_START_MM + 90.0)
        return proximal, distal if distal >= _SHAFT_START_MM + 25.0 else None

    def leaving_point(self, y: float) -> Point2 | None:
        """Where the section's contour leaves the head circle superolaterally, (x, z), or None."""
        radius2 = self.hip.head_radius_mm**2 - y * y
        if radius2 <= 0:
            return None
        radius, tilt = math.sqrt(radius2), self._neck_tilt

        def on_circle(angle: Any) -> tuple[Any, Any]:  # angle from the neck axis, upwards
            return radius * np.sin(tilt + angle), -radius * np.cos(tilt + angle)

        def excess(angle: Any) -> Any:  # negative where the neck covers the circle
            x, z = on_circle(angle)
            return self._leaving_excess(x, y, z)

        angles = np.radians(np.arange(150.0, 5.0, -1.0))
        covered = excess(angles) < 0
        first = int(np.argmax(covered))
        if first == 0 or not covered[first:].all():
            return None  # no neck on this plane, or the contour comes back to the circle
        x, z = on_circle(brentq(excess, angles[first], angles[first - 1], xtol=1e-12))
        return float(x), float(z)

    def _shaft_depth(self, down_mm: float) -> float:
        """Depth of the shaft axis ``down_mm`` below the neck's foot."""
        return self.foot[1] + _SAGITTAL_SLOPE * down_mm

    # --- geometry -----------------------------------------------------------------------------
    @cached_property
    def _neck_tilt(self) -> float:
        hip = self.hip
        return math.radians(180.0 - hip.neck_shaft_angle_deg - hip.shaft_adduction_deg)

    @cached_property
    def _anteversion(self) -> float:
        return math.radians(self.hip.anteversion_deg)

    @cached_property
    def _frame(self) -> NDArray[np.float64]:
        """Rows: neck axis, upper normal, rear normal, each as (x, y, z)."""
        x, z = self.neck_direction
        c, s = math.cos(self._anteversion), math.sin(self._anteversion)
        return np.array([[x * c, s, z * c], [-z, 0.0, x], [-x * s, c, -z * s]])

    def _around(self, theta_deg: float) -> float:
        """Angle (rad) around the neck axis, from the upper to the rear normal, of a clock place."""
        superior = math.atan2(self._frame[2, 2], self._frame[1, 2])
        return superior - math.radians(theta_deg)

    @cached_property
    def _junction(self) -> Junction:
        """Where the neck leaves the head, around the neck axis."""
        hip, cam = self.hip, self.hip.cam
        if cam is not None:
            angles = (hip.alpha_deg, cam.alpha_deg, cam.half_width_deg)
            base, peak, width = (math.radians(angle) for angle in angles)
            return Junction(base, peak, self._around(cam.theta_deg), width)
        slimmest = math.asin(min(hip.neck_radius_mm / hip.head_radius_mm, 0.97))
        middle, peak = self._leaving_on_plane()
        return Junction(slimmest + math.radians(4.0), peak, middle, math.radians(LANDMARK_BUMP_DEG))

    def _leaving_on_plane(self) -> tuple[float, float]:
        """(angle around the neck, 3D alpha), rad, of the point dialled on the landmark slice."""
        hip, y = self.hip, self.plane_depth_mm
        radius = math.sqrt(hip.head_radius_mm**2 - y * y)
        angle = self._neck_tilt + math.radians(hip.alpha_deg)
        point = np.array([radius * math.sin(angle), y, -radius * math.cos(angle)])
        s, c2, c3 = self._frame @ point
        return math.atan2(c3, c2), math.atan2(math.hypot(c2, c3), s)

    def _neck_coordinates(self, x: Any, y: float, z: Any) -> tuple[Any, Any, Any]:
        rows = [[float(v) for v in row] for row in self._frame]
        s, c2, c3 = (row[0] * x + row[1] * y + row[2] * z for row in rows)
        return s, c2, c3

    def _shaft_coordinates(self, x: Any, y: float, z: Any) -> tuple[Any, Any]:
        """(distance below the neck's foot, distance from the shaft axis)."""
        fx, fy, fz = self.foot
        dx, dz = self.shaft_direction
        down = (x - fx) * dx + (z - fz) * dz
        side = (x - fx) * dz - (z - fz) * dx
        depth = y - fy - _SAGITTAL_SLOPE * down
        return down, np.sqrt(side * side + depth * depth)

    def _head(self, x: Any, y: float, z: Any) -> Any:
        return np.sqrt(x * x + z * z + y * y) - self.hip.head_radius_mm

    def _neck_profile(self, s: Any, c2: Any, c3: Any) -> tuple[Any, Any, Any]:
        """(start of the neck along its axis, radius there, radius at ``s``)."""
        alpha = self._junction.alpha(np.arctan2(c3, c2))
        radius, neck = self.hip.head_radius_mm, self.hip.neck_radius_mm
        return _NECK.at(radius, neck, alpha, s)

    def _leaving_excess(self, x: Any, y: float, z: Any) -> Any:
        s, c2, c3 = self._neck_coordinates(x, y, z)
        start, height, profile = self._neck_profile(s, c2, c3)
        rho = np.sqrt(c2 * c2 + c3 * c3)
        before = start - s  # steep inside: the marrow's edge turns where the bone's surface does
        before = np.where(before < 0, _STEEP * before, before)
        return np.maximum(rho - np.where(s < start, height, profile), before)

    def _neck(self, x: Any, y: float, z: Any) -> Any:
        s, _, _ = self._neck_coordinates(x, y, z)
        end = self.hip.neck_length_mm / math.cos(self._anteversion)
        return np.maximum(self._leaving_excess(x, y, z) * 0.95, s - end)

    def _shaft_and_trochanters(self, x: Any, y: float, z: Any) -> Field:
        hip = self.hip
        down, distance = self._shaft_coordinates(x, y, z)
        widening = 0.42 * hip.shaft_radius_mm * np.exp(-((np.maximum(down, 0) / 30.0) ** 2))
        shaft = np.maximum(distance - hip.shaft_radius_mm - widening, -down - 4.0)
        ball, radius = self.trochanter_ball
        fx, fy, fz = self.foot
        base = (fx + 5.0, fy + 1.0, fz - 16.0)
        greater = capsule((x, y, z), base, ball, (1.15 * hip.shaft_radius_mm, radius))
        dx, dz = self.shaft_direction
        lesser_at = (fx + 28 * dx - 0.9 * hip.shaft_radius_mm, fy + 9.0, fz + 28 * dz)
        lesser = ellipsoid((x, y, z), lesser_at, (9.0, 8.0, 13.0))
        return union(union(shaft, greater, 8.0), lesser, 7.0)

    def _add_neck_points(self, points: dict[str, Point2], y: float) -> None:
        x, z = self.neck_direction
        waist = _WAIST_RADII * self.hip.head_radius_mm * math.cos(self._anteversion)
        base = _NECK_BASE * self.hip.neck_length_mm
        limit = 0.75 * self.hip.neck_radius_mm
        for key, along in (("NA", waist), ("NB", base)):
            if self._off_axis(y, along) <= limit:
                points[key] = (along * x, along * z)
        if "NA" in points and abs(y) <= 0.5 * self.hip.head_radius_mm:
            leaving = self.leaving_point(y)
            if leaving is not None:
                points["LCP"] = leaving

    def _off_axis(self, y: float, along: float) -> float:
        return abs(y - along * math.tan(self._anteversion)) * math.cos(self._anteversion)

    def _add_shaft_points(self, points: dict[str, Point2], y: float, lowest_z: float) -> None:
        limit = 0.6 * self.hip.shaft_radius_mm
        for key, down in zip(("SHP", "SHD"), self._shaft_levels(lowest_z), strict=True):
            if down is not None and abs(y - self._shaft_depth(down)) <= limit:
                points[key] = self._shaft_point(down)


def _step(value: Any, low: float, high: float) -> Any:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
