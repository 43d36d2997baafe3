"""Names of planes and directions, and the guard that hips are measured on coronal images."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ImageError
from .image import HipImage

_PLANES = ("sagittal", "coronal", "axial")
_DIRECTIONS = ("LR", "PA", "SI")
_CORONAL_LIMIT_DEG = 45.0
_STRAIGHT_DEG = 15.0


def plane_name(normal: ArrayLike) -> str:
    """Name of the plane with this LPS normal: ``coronal``, ``oblique axial``, ...

    Oblique means more than 15 degrees off the nearest patient plane.
    """
    unit = np.abs(np.asarray(normal, dtype=float))
    unit = unit / np.linalg.norm(unit)
    plane = _PLANES[int(np.argmax(unit))]
    angle = np.degrees(np.arccos(min(1.0, float(unit.max()))))
    return f"oblique {plane}" if angle > _STRAIGHT_DEG else plane


def direction_letter(vector: ArrayLike) -> str:
    """Letter of the patient direction (L, R, P, A, S, I) nearest to an LPS vector."""
    components = np.asarray(vector, dtype=float)
    axis = int(np.argmax(np.abs(components)))
    return _DIRECTIONS[axis][0 if components[axis] > 0 else 1]


def axis_letters(image: HipImage) -> str:
    """Three letters: where i, j and k grow to, such as ``LIP`` (left, inferior, posterior)."""
    return "".join(direction_letter(image.ijk_to_lps[:3, axis]) for axis in range(3))


def coronal_angle_deg(image: HipImage) -> float:
    """Angle in degrees between the slices and the coronal plane, 0 to 90."""
    return float(np.degrees(np.arccos(min(1.0, abs(float(image.slice_normal[1]))))))


def require_coronal(image: HipImage) -> None:
    """Refuse an image whose slices are not coronal (45 degrees oblique at most).

    Raises:
        ImageError: says which stack was found, and what to do.
    """
    angle = coronal_angle_deg(image)
    if image.orientation == "coronal" and angle <= _CORONAL_LIMIT_DEG + 1e-6:
        return
    plane = plane_name(image.slice_normal)
    apart = f", {image.spacing[2]:.1f} mm apart" if image.n_slices > 1 else ""
    slices = f"{image.n_slices} slice{'s' if image.n_slices > 1 else ''}{apart}"
    article = "an" if plane[0] in "ao" else "a"
    told = image.metadata.get("orientation", "")
    assumed = f"; its orientation is {told}" if told.startswith("assumed") else ""
    raise ImageError(
        f"{image.name} is {article} {plane} stack ({slices}; {angle:.0f} degrees off the coronal "
        f"plane{assumed}), and hips are measured on coronal images: choose the coronal series or "
        "reformat the volume to coronal slices."
    )
