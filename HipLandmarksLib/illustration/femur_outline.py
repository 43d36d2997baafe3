"""The proximal femur as line art, hip-local mm: x lateral, z cranial, origin at the head centre.

Head, neck axis, shaft axis, trochanter tip and leaving point are those of the phantom's femur, so
that what is drawn is what is measured; only the contour between them is drawn by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import asin, atan2, cos, degrees, hypot, radians, sin

from ..synthesis import HipParameters
from ..synthesis.femur import Femur
from .curves import Curve, Point, arc, joined, smooth

LOWEST_MM = -152.0
"""Height of the lower border of the picture below the head centre."""
_TURN_DEG = 22.0  # the contour turns away from the head circle by this angle
_CAM_FROM_DEG, _CAM_MM_PER_DEG = 56.0, 0.11  # from this alpha on a bump is drawn
_FOVEA_DEG = 16.0  # fovea above the horizontal
_NOTCH_DEG, _NOTCH_MM = 12.0, 1.3  # half width and depth of the foveal notch
_SCAR_SLOPE_DEG = 24.0  # physeal scar, lateral end higher
_LESSER_MM = 24.0  # tip of the lesser trochanter below the neck's foot


@dataclass(frozen=True)
class FemurOutline:
    """Contour and points of one femur.

    Attributes:
        hip: shape; the neck lies in the plane of the picture (no anteversion).
    """

    hip: HipParameters

    @cached_property
    def bone(self) -> Femur:
        """The phantom's femur, seen in the plane through the head centre."""
        return Femur(self.hip, 0.0)

    @cached_property
    def points(self) -> dict[str, Point]:
        """Landmarks of the femur by key."""
        found = self.bone.landmarks_on(0.0, LOWEST_MM)
        axis = self.bone.axis_points(LOWEST_MM)
        found.update({key: point for key, (point, _) in axis.items() if point is not None})
        (x, _, z), radius = self.bone.trochanter_ball
        along = self._waist_mm
        found["GT"] = (x, z + radius)
        found["FOV"] = self._on_head(180.0 - _FOVEA_DEG, -_NOTCH_MM)
        found["LT"] = self._by_shaft(_LESSER_MM, -self.hip.shaft_radius_mm - 6.5)
        found["NCS"] = self._by_neck(along, self.hip.neck_radius_mm)
        found["NCI"] = self._by_neck(along, -self.hip.neck_radius_mm)
        found["HEDGE"] = self._on_head(248.0)
        for number, angle in enumerate((104.0, 138.0, 196.0, 224.0, 260.0), start=1):
            found[f"RIM{number}"] = self._on_head(angle)
        found["PH1"], found["PH2"] = self._scar_third
        found["Q"] = self._upper_contour_at(self.hip.head_radius_mm / 2)
        found["QFOOT"] = self._by_neck(self.hip.head_radius_mm / 2, 0.0)
        found["NECK"] = self._medial_side.samples(8)[2]
        return {key: (float(x), float(z)) for key, (x, z) in found.items()}

    @cached_property
    def outline(self) -> Curve:
        """Closed contour from the lateral shaft over trochanter, neck, head and medial shaft."""
        upper = self._upper_neck
        head = self._head_arc
        return joined(self._lateral_side, upper.reversed(), head, self._medial_side)

    @cached_property
    def head_circle(self) -> Curve:
        """The whole head circle."""
        return arc((0.0, 0.0), self.hip.head_radius_mm, 0.0, 360.0)

    @cached_property
    def scar(self) -> Curve:
        """The physeal scar across the head."""
        (x1, z1), (x2, z2) = self._scar_third
        step = ((x2 - x1) * 0.9, (z2 - z1) * 0.9)
        bend = (-0.10 * step[1], 0.10 * step[0])
        return smooth(
            [
                (x1 - step[0] - bend[0], z1 - step[1] - bend[1]),
                (x1, z1),
                (x2, z2),
                (x2 + step[0] - bend[0], z2 + step[1] - bend[1]),
            ]
        )

    @cached_property
    def intertrochanteric(self) -> Curve:
        """The line between the trochanters."""
        x, z = self.points["GT"]
        return smooth(
            [
                (x - 1.0, z - 13.0),
                self._by_neck(0.98 * self.hip.neck_length_mm, 2.0),
                self._by_shaft(13.0, -0.72 * self.hip.shaft_radius_mm),
            ]
        )

    @cached_property
    def marrow(self) -> tuple[Curve, Curve]:
        """Inner borders of the shaft's cortex, lateral and medial."""
        inner = self.hip.shaft_radius_mm - self.hip.shaft_cortex_mm
        end = self._shaft_end_mm
        lateral = [self._by_shaft(d, s) for d, s in ((end, inner), (60.0, inner), (24, inner + 3))]
        medial = [
            self._by_shaft(d, -s) for d, s in ((end, inner), (60.0, inner), (34.0, inner + 0.5))
        ]
        return smooth(lateral), smooth(medial)

    # --- pieces of the contour ------------------------------------------------------------------
    @property
    def _shaft_end_mm(self) -> float:
        """Distance of the picture's lower border below the neck's foot."""
        return (self.bone.foot[2] - LOWEST_MM) / -self.bone.shaft_direction[1] + 4.0

    @property
    def _waist_mm(self) -> float:
        """Distance of the narrowest neck from the head centre: the phantom's neck-axis point."""
        return float(hypot(*self.bone.landmarks_on(0.0, LOWEST_MM)["NA"]))

    @cached_property
    def _upper_neck(self) -> Curve:
        """From the leaving point along the upper contour to the narrowest neck."""
        hip, along = self.hip, self._waist_mm
        angle = radians(hip.alpha_deg - 90.0 + _TURN_DEG)
        start = (
            hip.head_radius_mm * cos(radians(hip.alpha_deg)),
            hip.head_radius_mm * sin(radians(hip.alpha_deg)),
        )
        bump = smooth(
            [start, *self._cam_top, (along, hip.neck_radius_mm)],
            leaving=(cos(angle), sin(angle)),
            arriving=(1.0, 0.0),
        )
        return bump.moved(lambda p: self._by_neck(*p))

    @property
    def _cam_top(self) -> list[Point]:
        """Highest point of a cam over the head circle, (along, above) the neck; else nothing."""
        hip = self.hip
        excess = _CAM_MM_PER_DEG * (hip.alpha_deg - _CAM_FROM_DEG)
        if excess <= 0.0:
            return []
        angle, radius = radians(hip.alpha_deg - _TURN_DEG), hip.head_radius_mm + excess
        return [(radius * cos(angle), radius * sin(angle))]

    @cached_property
    def _head_arc(self) -> Curve:
        """From the leaving point over the pole to the lower end of the round head."""
        x, z = self.bone.neck_direction
        axis = degrees(atan2(z, x))
        below = degrees(asin(min(self.hip.neck_radius_mm / self.hip.head_radius_mm, 0.97))) + 9.0
        start = axis + self.hip.alpha_deg
        end = axis + 360.0 - below
        notch = 180.0 - _FOVEA_DEG
        first, last = radians(notch - _NOTCH_DEG), radians(notch + _NOTCH_DEG)
        dip = smooth(
            [
                self._on_head(notch + turn * _NOTCH_DEG, -_NOTCH_MM * depth)
                for turn, depth in (
                    (-1.0, 0.0),
                    (-0.45, 0.62),
                    (0.0, 1.0),
                    (0.45, 0.62),
                    (1.0, 0.0),
                )
            ],
            leaving=(-sin(first), cos(first)),
            arriving=(-sin(last), cos(last)),
        )
        radius = self.hip.head_radius_mm
        origin = (0.0, 0.0)
        return joined(
            arc(origin, radius, start, notch - _NOTCH_DEG),
            dip,
            arc(origin, radius, notch + _NOTCH_DEG, end),
            closed=False,
        )

    @cached_property
    def _medial_side(self) -> Curve:
        hip, along = self.hip, self._waist_mm
        r, length = hip.shaft_radius_mm, hip.neck_length_mm
        by = self._by_shaft
        end = self._head_arc.end
        bend = radians(-0.5 * _TURN_DEG)
        ahead = (-end[1] * cos(bend) - end[0] * sin(bend), end[0] * cos(bend) - end[1] * sin(bend))
        return smooth(
            [
                end,
                self._by_neck(along, -hip.neck_radius_mm),
                self._by_neck(0.70 * length, -hip.neck_radius_mm - 0.8),
                by(12.0, -r - 2.2),
                by(18.5, -r - 5.4),
                by(_LESSER_MM, -r - 6.5),
                by(30.0, -r - 4.6),
                by(39.0, -r - 0.8),
                by(52.0, -r),
                by(self._shaft_end_mm, -r),
            ],
            leaving=ahead,
        )

    @cached_property
    def _lateral_side(self) -> Curve:
        """From the lower border of the picture to the tip and down to the narrowest neck."""
        r = self.hip.shaft_radius_mm
        (bx, _, bz), radius = self.bone.trochanter_ball
        tip = self.points["GT"]
        neck, waist = self.bone.neck_direction, self._upper_neck.end
        by = self._by_shaft
        shaft = smooth(
            [
                by(self._shaft_end_mm, r),
                by(55.0, r),
                by(26.0, r + 1.6),
                by(6.0, r + 4.2),
                (bx + 1.12 * radius, bz - 8.0),
                (bx + 1.02 * radius, bz + 0.2 * radius),
                tip,
            ],
            arriving=(-1.0, 0.0),
        )
        inner = smooth(
            [
                tip,
                (bx - 0.50 * radius, bz + 0.80 * radius),
                (bx - 0.86 * radius, bz + 0.30 * radius),
                self._by_neck(0.65 * self.hip.neck_length_mm, self.hip.neck_radius_mm + 0.5),
                waist,
            ],
            leaving=(-1.0, 0.0),
            arriving=(-neck[0], -neck[1]),
        )
        return joined(shaft, inner, closed=False)

    # --- frames ----------------------------------------------------------------------------------
    def _on_head(self, angle_deg: float, outside_mm: float = 0.0) -> Point:
        """Point of the head circle, angle from lateral over cranial."""
        radius = self.hip.head_radius_mm + outside_mm
        return (radius * cos(radians(angle_deg)), radius * sin(radians(angle_deg)))

    def _by_neck(self, along: float, up: float) -> Point:
        """Point by its distance along the neck axis and above it."""
        x, z = self.bone.neck_direction
        return (along * x - up * z, along * z + up * x)

    def _by_shaft(self, down: float, lateral: float) -> Point:
        """Point by its distance below the neck's foot along the shaft, and lateral of the axis."""
        (fx, _, fz), (dx, dz) = self.bone.foot, self.bone.shaft_direction
        return (fx + down * dx - lateral * dz, fz + down * dz + lateral * dx)

    @cached_property
    def _scar_third(self) -> tuple[Point, Point]:
        radius, (x, z) = self.hip.head_radius_mm, self.bone.neck_direction
        middle = (0.16 * radius * x, 0.16 * radius * z)
        half = 0.33 * radius
        c, s = cos(radians(_SCAR_SLOPE_DEG)), sin(radians(_SCAR_SLOPE_DEG))
        return (
            (middle[0] - half * c, middle[1] - half * s),
            (middle[0] + half * c, middle[1] + half * s),
        )

    def _upper_contour_at(self, along: float) -> Point:
        """Point of the upper contour on the perpendicular to the neck axis at ``along``."""
        radius = self.hip.head_radius_mm
        if along <= radius * cos(radians(self.hip.alpha_deg)):
            return self._by_neck(along, (radius**2 - along**2) ** 0.5)
        x, z = self.bone.neck_direction
        line = [(p[0] * x + p[1] * z, p[1] * x - p[0] * z) for p in self._upper_neck.samples(64)]
        after = next(n for n, point in enumerate(line) if point[0] >= along)
        (s0, h0), (s1, h1) = line[max(after - 1, 0)], line[after]
        t = 0.0 if s1 == s0 else (along - s0) / (s1 - s0)
        return self._by_neck(along, h0 + t * (h1 - h0))
