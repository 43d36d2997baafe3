"""The plane in which angles are measured, placed in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import acos, degrees, isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ImageError
from .vector import Vec2, Vec3, cross3, dot3, unit3

if TYPE_CHECKING:
    from ..imaging import HipImage

_MOST_OBLIQUE_DEG = 60.0


@dataclass(frozen=True)
class ViewPlane:
    """Plane of an image with patient-fixed axes: x to the patient's left, y cranial.

    The axes come from the patient, not from pixel rows, so that a mirrored display or a turned
    image changes nothing (measurement specification, section 2).

    Attributes:
        normal: unit normal of the plane in LPS, pointing to the patient's back (+P).
        spacing: (row, column) pixel steps in mm, for the record of a result and for the
            pixel limit of degenerate constructions.
        x_axis: unit vector in the plane, towards the patient's left, LPS.
        y_axis: unit vector in the plane, cranial (projection of patient superior), LPS.

    Raises:
        ImageError: when the plane is nearer to axial or sagittal than to coronal, or no plane.
    """

    normal: Vec3
    spacing: tuple[float, float] = (1.0, 1.0)
    x_axis: Vec3 = field(init=False)
    y_axis: Vec3 = field(init=False)

    def __post_init__(self) -> None:
        numbers = (*self.normal, *self.spacing)
        if not all(isfinite(v) for v in numbers) or not any(self.normal) or min(self.spacing) <= 0:
            raise ImageError(
                "The geometry of the image is damaged: its slice normal or pixel size is no number."
            )
        normal = unit3(self.normal)
        if normal[1] < 0.0:
            normal = (-normal[0], -normal[1], -normal[2])
        object.__setattr__(self, "normal", normal)
        if self.obliquity_deg > _MOST_OBLIQUE_DEG:
            raise ImageError(
                f"The slices are {self.obliquity_deg:.0f} degrees away from coronal; hip "
                "measurements need a coronal series or an AP radiograph."
            )
        # superior minus its part along the normal
        up = unit3((-normal[2] * normal[0], -normal[2] * normal[1], 1.0 - normal[2] * normal[2]))
        object.__setattr__(self, "y_axis", up)
        object.__setattr__(self, "x_axis", cross3(normal, up))

    @classmethod
    def coronal(cls, spacing: tuple[float, float] = (1.0, 1.0)) -> ViewPlane:
        """The true coronal plane."""
        return cls((0.0, 1.0, 0.0), spacing)

    @classmethod
    def from_image(cls, image: HipImage) -> ViewPlane:
        """The plane of the slices of ``image``.

        Raises:
            ImageError: when the slices are axial or sagittal.
        """
        x, y, z = (float(v) for v in image.slice_normal)
        column_step, row_step, _ = image.spacing
        return cls((x, y, z), (row_step, column_step))

    @property
    def obliquity_deg(self) -> float:
        """Angle in degrees between the plane and the coronal plane."""
        return degrees(acos(min(1.0, abs(self.normal[1]))))

    @property
    def pixel_mm(self) -> float:
        """Edge of a square with the area of one pixel, mm."""
        return (self.spacing[0] * self.spacing[1]) ** 0.5

    def project_point(self, point: Vec3) -> Vec2:
        """LPS mm to (left, cranial) mm in the plane."""
        return (dot3(self.x_axis, point), dot3(self.y_axis, point))

    def unproject_point(self, point: Vec2, near: Vec3) -> Vec3:
        """(left, cranial) mm to LPS mm, at the depth of ``near``."""
        depth = dot3(self.normal, near)
        x, y, n = self.x_axis, self.y_axis, self.normal
        u, v = point
        return (
            u * x[0] + v * y[0] + depth * n[0],
            u * x[1] + v * y[1] + depth * n[1],
            u * x[2] + v * y[2] + depth * n[2],
        )

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """LPS mm of shape (..., 3) to (left, cranial) mm of shape (..., 2)."""
        axes = np.array([self.x_axis, self.y_axis])
        return np.asarray(np.asarray(points, dtype=np.float64) @ axes.T, dtype=np.float64)

    def unproject(self, points: ArrayLike, near: ArrayLike) -> NDArray[np.float64]:
        """(left, cranial) mm of shape (..., 2) to LPS mm (..., 3), at the depth of ``near`` (3)."""
        axes = np.array([self.x_axis, self.y_axis])
        normal = np.array(self.normal)
        depth = float(normal @ np.asarray(near, dtype=np.float64))
        in_plane = np.asarray(points, dtype=np.float64) @ axes
        return np.asarray(in_plane + depth * normal, dtype=np.float64)

    def project_covariance(
        self, covariance: tuple[tuple[float, float, float], ...]
    ) -> tuple[float, float, float]:
        """3x3 covariance (mm^2, LPS) to (xx, xy, yy) in the plane, mm^2."""
        (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = covariance
        (a, b, c), (d, e, f) = self.x_axis, self.y_axis
        x_by_x, y_by_x, z_by_x = (
            xx * a + xy * b + xz * c,
            yx * a + yy * b + yz * c,
            zx * a + zy * b + zz * c,
        )
        return (
            a * x_by_x + b * y_by_x + c * z_by_x,
            d * x_by_x + e * y_by_x + f * z_by_x,
            d * (xx * d + xy * e + xz * f)
            + e * (yx * d + yy * e + yz * f)
            + f * (zx * d + zy * e + zz * f),
        )
