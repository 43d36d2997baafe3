"""Names of planes and directions, and the guard that hips are measured on coronal images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ImageError
from .image import HipImage
from .reslice import is_nearly_isotropic, resliced_coronally

_PLANES = ("sagittal", "coronal", "axial")
_DIRECTIONS = ("LR", "PA", "SI")
_CORONAL_LIMIT_DEG = 45.0
_STRAIGHT_DEG = 15.0
_SQUARE_ENOUGH = 2.0  # ratio of row and column spacing that landmarks can still be read at
_SMALLEST_SIDE = 16


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


def as_coronal(image: HipImage) -> HipImage:
    """The image with coronal slices, if its voxels can be cut that way.

    A coronal image is returned as it is. Files that were turned to a standard axis order, and
    volumes of nearly equal spacing, hold good coronal images along another axis: the same voxels
    are returned in the order that makes them slices. A volume of nearly equal spacing whose axes
    all lie more than 15 degrees off the coronal plane is resampled along the patient's axes; a
    stack of thick slices is not, since what lies between them is not known.

    Raises:
        ImageError: when the image has other slices that are too thick to be cut coronally.
    """
    turned = image if _is_coronal(image) else _reordered(image)
    if turned is not None and coronal_angle_deg(turned) <= _STRAIGHT_DEG:
        return turned if turned is image else _in_one_piece(turned)
    if is_nearly_isotropic(image) and min(image.pixels.shape) >= _SMALLEST_SIDE:
        return _noted(resliced_coronally(image), image, "resampled from {} to coronal slices")
    if turned is not None and _is_coronal(turned):
        return turned if turned is image else _in_one_piece(turned)
    require_coronal(image if turned is None else turned)
    return image


def _reordered(image: HipImage) -> HipImage | None:
    """The voxels in the order that makes coronal slices; None when these are too coarse."""
    axes = np.abs(image.ijk_to_lps[:3, :3]) / np.asarray(image.spacing)
    depth = int(np.argmax(axes[1]))
    width, height = sorted((a for a in range(3) if a != depth), key=lambda a: -axes[0, a])
    order = [width, height, depth]
    steps = [image.spacing[axis] for axis in order[:2]]
    turned = image.pixels.transpose([2 - axis for axis in reversed(order)])
    if max(steps) > _SQUARE_ENOUGH * min(steps) or min(turned.shape[1:]) < _SMALLEST_SIDE:
        return None
    matrix = image.ijk_to_lps[:, [*order, 3]]
    result = replace(image, pixels=turned, ijk_to_lps=matrix)  # a view: it may not be taken
    return _noted(result, image, "voxels reordered from {} to coronal slices")


def _in_one_piece(image: HipImage) -> HipImage:
    """The image with its slices in one piece of memory; itself where they are."""
    if image.pixels.flags.c_contiguous:
        return image
    return replace(image, pixels=np.ascontiguousarray(image.pixels))


def _noted(result: HipImage, image: HipImage, what: str) -> HipImage:
    """``result`` that says what was done to ``image``."""
    note = what.format(plane_name(image.slice_normal))
    notes = "; ".join(filter(None, (image.metadata.get("notes"), note)))
    return replace(result, metadata={**image.metadata, "notes": notes})


def require_coronal(image: HipImage) -> None:
    """Refuse an image whose slices are not coronal (45 degrees oblique at most).

    Raises:
        ImageError: says which stack was found, and what to do.
    """
    if _is_coronal(image):
        return
    angle = coronal_angle_deg(image)
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


def _is_coronal(image: HipImage) -> bool:
    angle = coronal_angle_deg(image)
    return image.orientation == "coronal" and angle <= _CORONAL_LIMIT_DEG + 1e-6
