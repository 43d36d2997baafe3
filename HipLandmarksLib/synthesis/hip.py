"""One hip of the phantom: femur and hemipelvis placed in the body, painted, with its landmarks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..anatomy import Side
from ..errors import ConfigurationError
from .canvas import Canvas
from .femur import Femur
from .implicit import Field, capsule
from .parameters import PhantomParameters
from .pelvis import HemiPelvis

Point3 = tuple[float, float, float]


@dataclass(frozen=True)
class HipModel:
    """Femur and hemipelvis of one side in the frame of the patient.

    Attributes:
        parameters: the whole phantom's parameters.
        side: the patient's side.
        head: LPS mm of the head centre.
        plane_index: landmark slice in the full volume.
        femur: the femur in hip-local coordinates.
        pelvis: the hip bone in hip-local coordinates.
    """

    parameters: PhantomParameters
    side: Side
    head: Point3
    plane_index: int
    femur: Femur
    pelvis: HemiPelvis

    @classmethod
    def of(cls, parameters: PhantomParameters, side: Side) -> HipModel:
        """Place one side; its landmark plane is the slice nearest to the wanted depth."""
        hip, scan = parameters.hip(side), parameters.acquisition
        sign = 1.0 if side is Side.LEFT else -1.0
        tilt = math.radians(parameters.obliquity_deg)
        half = parameters.interhead_distance_mm / 2
        head = (sign * half * math.cos(tilt), hip.head_depth_mm, sign * half * math.sin(tilt))
        first = scan.centre_lps_mm[1] - (scan.shape[0] - 1) / 2 * scan.spacing_mm[2]
        index = round((head[1] + hip.plane_depth_mm - first) / scan.spacing_mm[2])
        index = min(max(index, 0), scan.shape[0] - 1)
        depth = first + index * scan.spacing_mm[2] - head[1]
        if abs(depth) > 0.5 * hip.head_radius_mm:
            raise ConfigurationError(
                f"The nearest slice lies {depth:.1f} mm from the {side.word} head centre, too far "
                "for a landmark slice; move centre_lps_mm or use thinner slices."
            )
        return cls(
            parameters,
            side,
            head,
            index,
            Femur(hip, depth),
            HemiPelvis(hip, depth, half, parameters.body.scale),
        )

    @property
    def sign(self) -> float:
        """+1 where lateral is LPS +x (the left hip), -1 on the right."""
        return 1.0 if self.side is Side.LEFT else -1.0

    def to_lps(self, x: float, y: float, z: float) -> Point3:
        """LPS mm of hip-local lateral ``x``, height ``z`` on the plane at LPS depth ``y``."""
        return (self.head[0] + self.sign * x, y, self.head[2] + z)

    def points_at(self, y: float) -> dict[str, tuple[float, float]]:
        """Exact landmarks (x, z), hip-local, on the plane at LPS depth ``y``, inside the image."""
        depth = y - self.head[1]
        points = self.femur.landmarks_on(depth, self._lowest)
        rim = self.pelvis.rim_point(depth)
        if rim is not None:
            points["LAE"] = rim
        return {key: point for key, point in points.items() if self._inside(*point)}

    def best_points(self) -> dict[str, Point3 | None]:
        """(x, LPS y, z) of each landmark on its best slice; None when out of the image.

        Raises:
            ConfigurationError: when the landmark slice does not show what was dialled in.
        """
        y = self.head[1] + self.femur.plane_depth_mm
        found = self.points_at(y)
        best: dict[str, Point3 | None] = {}
        for key in ("FHC", "NA", "LAE", "LCP"):
            if key not in found:
                raise ConfigurationError(
                    f"{key} of the {self.side.word} hip is not defined on the landmark slice "
                    f"{self.femur.plane_depth_mm:.1f} mm behind the head centre; change "
                    "plane_depth_mm, anteversion_deg or the field of view."
                )
            best[key] = (found[key][0], y, found[key][1])
        for key, (point, depth) in self.femur.axis_points(self._lowest).items():
            if point is None:
                best[key] = None
            else:  # all on one slice where possible: that is where a reader looks
                best[key] = (point[0], y if key in found else self._nearest_slice(depth), point[1])
        depth = self.femur.trochanter_ball[0][1]
        y = self._nearest_slice(depth)
        best["GT"] = self._on_slice("GT", y)
        return best

    def half(self, canvas: Canvas) -> Canvas:
        """The canvas in hip-local coordinates, cut a little beyond the midline."""
        local = canvas.local(self.sign, self.head)
        part = local.window((-self.parameters.interhead_distance_mm / 2 - 3, 1e4, -1e4, 1e4))
        return local if part is None else part

    def paint(self, canvas: Canvas) -> None:
        """Paint hip bone, joint and femur onto a canvas in LPS coordinates."""
        tissues = self.parameters.tissues
        local = self.half(canvas)
        self._paint_pelvis(local)
        reach = 1.6 * self.pelvis.cup_radius_mm
        joint = local.window((-reach, reach, -reach, reach))
        if joint is not None and abs(joint.y) < reach:
            self._paint_joint(joint)
        fx, fy, _ = self.femur.foot
        reach_x = fx + 4 * self.femur.hip.shaft_radius_mm
        part = local.window((-40.0, reach_x, -1e4, 45.0))
        if part is None or abs(part.y - fy / 2) > 62:
            return
        bone = self.femur.signed_distance(part.x, part.y, part.z)
        cortex = self.femur.cortex_thickness(part.x, part.y, part.z)
        part.paint(bone, tissues.cortex)
        part.paint(bone + cortex, self._marrow(part))

    # --- painting -----------------------------------------------------------------------------
    def _paint_pelvis(self, local: Canvas) -> None:
        low, high = -80.0 * self.pelvis.scale, 165.0 * self.pelvis.scale
        part = local.window((-1e4, 85.0 * self.pelvis.scale, low, high))
        if part is None or not -55 <= part.y / self.pelvis.scale <= 70:
            return
        bone = self.pelvis.signed_distance(part.x, part.y, part.z)
        tissues = self.parameters.tissues
        part.paint(bone, tissues.cortex)
        radius = np.sqrt(part.x**2 + part.z**2 + np.float32(part.y**2))
        roof = np.clip(1 - (radius - self.pelvis.cup_radius_mm) / 6.0, 0, 1) * (part.z > 0)
        part.paint(bone + 1.9 + 0.9 * roof, tissues.pelvic_marrow)

    def _paint_joint(self, part: Canvas) -> None:
        """Cartilage inside the cup, fat in the fossa, capsule over the neck."""
        tissues, hip = self.parameters.tissues, self.femur.hip
        radius = np.sqrt(part.x**2 + part.z**2 + np.float32(part.y**2))
        cup = radius - self.pelvis.cup_radius_mm
        rim_x, rim_z = self.pelvis.rim_point(part.y) or (0.0, 0.0)
        across = (part.x - rim_x) * 0.76 - (part.z - rim_z) * 0.6
        covered = np.asarray(np.maximum(cup, across), dtype=np.float32)
        cartilage = np.where(radius < hip.head_radius_mm + hip.joint_space_mm / 2, 1.15, 0.95)
        part.paint(covered, tissues.cartilage * cartilage)
        self._paint_capsule(part, across)
        self._paint_labrum(part)
        fossa = np.maximum(cup, np.maximum(np.abs(part.z + 5) - 13.0, part.x + 9.0))
        part.paint(fossa, 0.9 * tissues.fat, 0.85)

    def _paint_capsule(self, part: Canvas, across: Field) -> None:
        """Capsule from the rim to the neck's base: a dark sleeve over grey synovium."""
        tissues = self.parameters.tissues
        sleeve = self.femur.sleeve(part.x, part.y, part.z)
        outside = np.asarray(np.maximum(sleeve, -across), dtype=np.float32)
        part.paint(outside, 0.45 * tissues.muscle)
        part.paint(outside + 1.9, 1.1 * tissues.muscle)

    def _paint_labrum(self, part: Canvas) -> None:
        """A dark wedge that lengthens the roof beyond the bony rim, along the head."""
        rim = self.pelvis.rim_point(part.y)
        if rim is None:
            return
        radius = math.hypot(*rim)
        angle = math.atan2(rim[0], rim[1]) + 6.0 / radius
        tip = (radius * math.sin(angle), part.y, radius * math.cos(angle))
        wedge = capsule((part.x, part.y, part.z), (rim[0], part.y, rim[1]), tip, (1.9, 0.7))
        part.paint(wedge, 0.4 * self.parameters.tissues.muscle)

    def _marrow(self, part: Canvas) -> Field:
        """Fatty marrow, darker with trabeculae towards the neck's base."""
        hip = self.femur.hip
        distance = np.sqrt(part.x**2 + part.z**2 + np.float32(part.y**2)) / hip.head_radius_mm
        fade = np.exp(-(((distance - 1.6) / 0.7) ** 2))
        return np.asarray(self.parameters.tissues.marrow * (1 - 0.14 * fade), dtype=np.float32)

    # --- field of view ------------------------------------------------------------------------
    @property
    def _lowest(self) -> float:
        scan = self.parameters.acquisition
        return scan.centre_lps_mm[2] - (scan.shape[1] - 1) / 2 * scan.spacing_mm[1] - self.head[2]

    def _inside(self, x: float, z: float) -> bool:
        scan = self.parameters.acquisition
        lps = self.to_lps(x, 0.0, z)
        reach = [(n - 1) / 2 * s for n, s in zip(scan.shape[:0:-1], scan.spacing_mm, strict=False)]
        centre = (scan.centre_lps_mm[0], scan.centre_lps_mm[2])
        return all(abs(v - c) <= r for v, c, r in zip((lps[0], lps[2]), centre, reach, strict=True))

    def _nearest_slice(self, depth: float) -> float:
        """LPS y of the slice nearest to hip-local ``depth``."""
        scan = self.parameters.acquisition
        first = scan.centre_lps_mm[1] - (scan.shape[0] - 1) / 2 * scan.spacing_mm[2]
        index = round((self.head[1] + depth - first) / scan.spacing_mm[2])
        return first + min(max(index, 0), scan.shape[0] - 1) * scan.spacing_mm[2]

    def _on_slice(self, key: str, y: float) -> Point3 | None:
        point: Any = self.points_at(y).get(key)
        return None if point is None else (point[0], y, point[1])
