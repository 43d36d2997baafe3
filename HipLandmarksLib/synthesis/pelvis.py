"""One half of the pelvis as an implicit surface, with the exact lateral acetabular edge.

Hip-local coordinates in mm, origin at the head centre: ``x`` lateral, ``y`` backwards, ``z`` up.
The ilium is a column between two curves x(z) that are tables over depth and height, hollowed by
the acetabular sphere and cut by the plane of the acetabular rim.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from .implicit import Field, capsule, ellipsoid, intersection, union
from .parameters import HipParameters

_RIM_NORMAL = np.array([0.76, -0.24, -0.60]) / math.sqrt(0.76**2 + 0.24**2 + 0.60**2)

# Middle (x) and half thickness of the hip bone over depth (rows) and height (columns), mm.
_DEPTHS = (-48.0, -38.0, -28.0, -15.0, 0.0, 12.0, 24.0, 36.0, 50.0, 64.0)
_HEIGHTS = (-45.0, -22.0, 0.0, 20.0, 42.0, 65.0, 90.0, 115.0, 140.0)
_MIDDLE = (
    (-20, -15, -5, 5, 14, 28, 42, 52, 58),
    (-22, -16, -8, 2, 10, 22, 36, 49, 56),
    (-24, -20, -14, -4, 4, 15, 30, 44, 53),
    (-30, -28, -20, -10, -2, 9, 24, 38, 48),
    (-33, -31, -28, -16, -7, 3, 17, 32, 43),
    (-28, -26, -24, -16, -9, -1, 10, 23, 34),
    (-18, -16, -14, -14, -14, -13, -8, 0, 9),
    (-18, -15, -13, -14, -21, -26, -26, -21, -14),
    (-18, -16, -14, -16, -25, -34, -38, -37, -32),
    (-18, -16, -14, -16, -24, -36, -43, -44, -42),
)
_HALF = (
    (-9, -9, -9, -9, -9, -8, -4, 3.0, 4.0),
    (-9, -9, -9, -6, 1, 4.0, 4.5, 4.2, 5.5),
    (-8, -6, 2, 9, 9, 5.0, 4.4, 4.0, 5.5),
    (-6, -2, 9, 13, 12, 7.0, 5.0, 4.2, 5.5),
    (-6, 3, 4.5, 13, 13, 9.0, 6.0, 4.6, 5.5),
    (-4, 6, 8, 13, 13, 11.0, 7.5, 5.4, 5.5),
    (2, 11, 13, 13, 12, 11.0, 9.0, 7.5, 5.0),
    (6, 8, 4, -7, -4, 9.0, 10.5, 9.0, 5.0),
    (-2, 0, -4, -9, -5, 7.5, 9.5, 9.0, 5.0),
    (-9, -9, -9, -9, -4, 5.0, 6.5, 5.5, 1.0),
)
_CREST = (128.0, 138.0, 146.0, 152.0, 154.0, 152.0, 146.0, 138.0, 126.0, 108.0)
_FLOOR = (100.0, 45.0, 8.0, -8.0, -21.0, -26.0, -40.0, -56.0, -40.0, 40.0)


@dataclass(frozen=True)
class HemiPelvis:
    """Hip bone of one side.

    Attributes:
        hip: parameters of that side.
        plane_depth_mm: depth of the landmark plane; the LCE is ``hip.lce_deg`` there.
        half_distance_mm: distance of the head centre from the midline.
        scale: size relative to the template.
    """

    hip: HipParameters
    plane_depth_mm: float
    half_distance_mm: float
    scale: float = 1.0

    @property
    def cup_radius_mm(self) -> float:
        """Radius of the acetabulum's bony sphere."""
        return self.hip.head_radius_mm + self.hip.joint_space_mm

    def rim_point(self, y: float) -> tuple[float, float] | None:
        """Exact lateral acetabular edge (x, z) on the plane at depth ``y``, or None."""
        if abs(y) > 0.62 * self.cup_radius_mm:
            return None
        return self._rim(y)

    def signed_distance(self, x: Any, y: float, z: Any) -> Field:
        """Approximate signed distance of the hip bone; ``x`` (1, columns), ``z`` (rows, 1)."""
        bone = self._column(x, y, z)
        low = np.flatnonzero(np.ravel(z) < 20.0 * self.scale)
        if len(low) and -60 < y / self.scale < 60:
            rows = slice(int(low[0]), int(low[-1]) + 1)
            bone[rows] = union(bone[rows], self._pubis_and_ischium(x, y, z[rows]), 6.0)
        cup = self.cup_radius_mm - np.sqrt(x * x + z * z + y * y)
        fossa = -ellipsoid((x, y, z), (-0.62 * self.cup_radius_mm, 1.0, -4.0), (11.5, 12.0, 12.0))
        return np.asarray(np.maximum(np.maximum(bone, cup), fossa), dtype=np.float32)

    def medial_edge(self, y: float, z: Any) -> NDArray[np.float64]:
        """x of the pelvic (inner) surface at heights ``z``."""
        middle, half = self._curves(y, np.ravel(z))
        return (middle - half).reshape(np.shape(z))

    def lateral_edge(self, y: float, z: Any) -> NDArray[np.float64]:
        """x of the gluteal (outer) surface at heights ``z``."""
        middle, half = self._curves(y, np.ravel(z))
        return (middle + half).reshape(np.shape(z))

    def vertical_range(self, y: float) -> tuple[float, float]:
        """Lowest and highest z of the hip bone's column at depth ``y``."""
        depth = y / self.scale
        low, high = np.interp(depth, _DEPTHS, _FLOOR), np.interp(depth, _DEPTHS, _CREST)
        return float(low * self.scale), float(high * self.scale)

    @cached_property
    def _tables(self) -> RegularGridInterpolator:
        values = np.stack([np.array(_MIDDLE, dtype=float), np.array(_HALF, dtype=float)], axis=-1)
        return RegularGridInterpolator(
            (_DEPTHS, _HEIGHTS), values, method="linear", bounds_error=False, fill_value=None
        )

    def _curves(self, y: float, z: NDArray[np.float64]) -> tuple[Any, Any]:
        fine = np.linspace(-60.0, 165.0, 76)
        depth = float(np.clip(y / self.scale, _DEPTHS[0], _DEPTHS[-1]))
        columns = self._tables(np.stack([np.full_like(fine, depth), fine], axis=-1))
        kernel = np.hanning(13)[1:-1]
        padded = np.pad(columns, ((5, 5), (0, 0)), mode="edge")
        smooth = [np.convolve(padded[:, n], kernel / kernel.sum(), "valid") for n in (0, 1)]
        grow = self.cup_radius_mm / 26.6
        near = np.exp(-((fine / 60.0) ** 2))
        smooth[0] = smooth[0] * (self.scale + (grow - self.scale) * near)
        at = fine * self.scale
        return np.interp(z, at, smooth[0]), np.interp(z, at, smooth[1] * self.scale)

    def _rim(self, y: float) -> tuple[float, float]:
        normal, radius = _RIM_NORMAL, self.cup_radius_mm
        lce, y0 = math.radians(self.hip.lce_deg), self.plane_depth_mm
        r0 = math.sqrt(radius**2 - y0**2)
        offset = normal @ np.array([r0 * math.sin(lce), y0, r0 * math.cos(lce)])
        section = math.sqrt(max(radius**2 - y * y, (0.5 * radius) ** 2))
        swing, centre = math.hypot(normal[0], normal[2]), math.atan2(normal[0], normal[2])
        cosine = float(np.clip((offset - normal[1] * y) / (section * swing), -1.0, 1.0))
        angle = centre - math.acos(cosine)
        return section * math.sin(angle), section * math.cos(angle)

    def _column(self, x: Any, y: float, z: Any) -> Any:
        heights = np.ravel(z).astype(np.float64)
        middle, half = self._curves(y, heights)
        inner = middle - half
        outer = self._outer_with_rim(y, heights, middle + half)
        low, high = self.vertical_range(y)
        inner, outer = inner.astype(np.float32)[:, None], outer.astype(np.float32)[:, None]
        f = np.maximum((inner - x) * _lean(inner, z), (x - outer) * _lean(outer, z))
        return intersection(f, np.maximum(low - z, z - high), 7.0)

    def _outer_with_rim(self, y: float, z: Any, outer: Any) -> Any:
        """The outer curve, led through the rim point: above it up the ilium, below it inwards."""
        fade = float(np.clip((self.cup_radius_mm - abs(y)) / 6.0, 0, 1))
        if fade == 0:
            return outer
        rim_x, rim_z = self._rim(y)
        t = np.clip((z - rim_z) / max(55.0 * self.scale - rim_z, 15.0), 0, 1)
        above = rim_x - 0.05 * (z - rim_z) * (1 - t) + (outer - rim_x) * t * t * (3 - 2 * t)
        slope = -_RIM_NORMAL[2] / _RIM_NORMAL[0]
        floor = np.minimum(outer, np.interp(z, (-45.0, -15.0, 10.0), (-12.0, -4.0, 0.0)))
        below = np.maximum(floor, rim_x + slope * (z - rim_z))
        led = np.where(z >= rim_z, above, below)
        return outer + fade * (led - outer)

    def _pubis_and_ischium(self, x: Any, y: float, z: Any) -> Field:
        g, mid = self.scale, self.half_distance_mm
        p = (x, y, z)
        symphysis = (-mid + 10 * g, -34 * g, -45 * g)
        ramus = capsule(p, (-24 * g, -16 * g, -6 * g), symphysis, (10 * g, 8 * g), (1, 1, 1.15))
        body = ellipsoid(p, (-mid + 13 * g, -33 * g, -50 * g), (9.5 * g, 8 * g, 19 * g))
        lower = capsule(
            p, (-mid + 15 * g, -28 * g, -62 * g), (-30 * g, 12 * g, -68 * g), (5.5 * g, 6 * g)
        )
        ischium = capsule(
            p, (-14 * g, 22 * g, -8 * g), (-19 * g, 36 * g, -52 * g), (13 * g, 12 * g)
        )
        lower = union(lower, ischium, 9.0)
        return union(union(ramus, body, 7.0), lower, 5.0)


def _lean(curve: Any, z: Any) -> Any:
    """1 / sqrt(1 + slope^2) of x(z), so that the horizontal distance becomes a true one."""
    slope = np.gradient(np.ravel(curve), np.ravel(z)) if np.size(z) > 1 else np.zeros(1)
    return (1.0 / np.sqrt(1.0 + slope * slope)).astype(np.float32)[:, None]
