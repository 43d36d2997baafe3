"""What may be measured on which slice of a coronal stack.

Everything is worked out from positions in the patient, never from slice numbers.
Source: measurement specification, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot, isfinite, sqrt

from ...errors import ImageError
from ..flags import CORONAL_LIMIT_DEG
from ..plane import ViewPlane
from ..vector import Vec3, cross3, dot3
from .space import add3, direction3, length3, reject3, scale3

_SKEWED = 1e-2


@dataclass(frozen=True)
class SlicePlane:
    """One slice as DICOM describes it; pixels are (column, row) with centres at integers.

    Attributes:
        column_axis, row_axis: unit vectors (LPS) in which the column and the row index grow.
        position: centre of the first pixel, LPS mm.
        spacing: (row, column) spacing in mm, the order of PixelSpacing.
    """

    column_axis: Vec3
    row_axis: Vec3
    position: Vec3
    spacing: tuple[float, float]

    @classmethod
    def of_dicom(
        cls,
        orientation: tuple[float, float, float, float, float, float],
        position: Vec3,
        spacing: tuple[float, float],
    ) -> SlicePlane:
        """From ImageOrientationPatient, ImagePositionPatient and PixelSpacing.

        Raises:
            ImageError: when they describe no plane of square corners.
        """
        a, b, c, d, e, f = orientation
        if not all(isfinite(v) for v in (*orientation, *position, *spacing)) or min(spacing) <= 0:
            raise ImageError("Position, orientation or spacing of the slice is invalid.")
        column, row = (a, b, c), (d, e, f)
        unit = abs(length3(column) - 1.0) < _SKEWED and abs(length3(row) - 1.0) < _SKEWED
        if not unit or abs(dot3(column, row)) > _SKEWED:
            raise ImageError(
                "The slice orientation is not two directions at right angles; export it again."
            )
        across = direction3(column, "The column direction")
        down = direction3(reject3(row, across), "The row direction")
        return cls(across, down, position, spacing)

    def to_lps(self, column: float, row: float) -> Vec3:
        """LPS mm of a pixel."""
        across = scale3(self.column_axis, column * self.spacing[1])
        down = scale3(self.row_axis, row * self.spacing[0])
        return add3(self.position, add3(across, down))

    @property
    def normal(self) -> Vec3:
        """Unit normal, LPS."""
        return cross3(self.column_axis, self.row_axis)

    @property
    def coronal_angle_deg(self) -> float:
        """Angle to the true coronal plane, 0 to 90 degrees."""
        x, y, z = self.normal
        return degrees(atan2(hypot(x, z), abs(y)))

    @property
    def is_coronal(self) -> bool:
        """Whether LCE, roof and Sharp angles may be measured (15 degrees off at most)."""
        return self.coronal_angle_deg <= CORONAL_LIMIT_DEG


def anterior_mm(plane: ViewPlane, point: Vec3) -> float:
    """Depth of a point (LPS mm) in a stack of slices: mm along its normal, to the front."""
    return -dot3(plane.normal, point)


def through_head(offset_mm: float, slice_spacing_mm: float) -> bool:
    """Whether a slice runs through the head centre: not more than half a spacing away."""
    return abs(offset_mm) <= slice_spacing_mm / 2.0 + 1e-9


def offset_label(offset_mm: float, slice_spacing_mm: float) -> str:
    """Words for a slice off the head centre, such as ``at +6.6 mm anterior``; else empty."""
    if through_head(offset_mm, slice_spacing_mm):
        return ""
    return f"at {offset_mm:+.1f} mm {'anterior' if offset_mm > 0.0 else 'posterior'}"


def section_radius(radius: float, offset_mm: float) -> float | None:
    """Radius of the circle that a slice ``offset_mm`` off the centre cuts out of the head sphere.

    None when the slice passes the sphere by.
    """
    square = radius * radius - offset_mm * offset_mm
    return sqrt(square) if square > 0.0 else None


def clock_resolution_deg(slice_spacing_mm: float, radius: float) -> float:
    """Degrees of the clock face between neighbouring slices: omega is not known more finely.

    Raises:
        ImageError: when a length is not above 0.
    """
    if not (slice_spacing_mm > 0.0 and radius > 0.0):
        raise ImageError("Slice spacing and head radius must be above 0 mm.")
    return degrees(slice_spacing_mm / radius)
