"""Slices of a volume in the patient: how deep they lie, and which of them show nothing new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .image import HipImage

_BLANK = "it is blank"


def posterior_normal(image: HipImage) -> NDArray[np.float64]:
    """Unit normal of the slices towards the patient's back (LPS, shape (3,))."""
    normal = image.slice_normal
    return -normal if normal[1] < 0 else normal


def slice_depths_mm(image: HipImage) -> NDArray[np.float64]:
    """Depth of every slice, mm to the front along the normal of the slices; shape (K,).

    The origin is that of the patient's frame, as for
    :func:`~HipLandmarksLib.measurement.volume.anterior_mm`.
    """
    steps = np.arange(image.n_slices)[:, np.newaxis] * image.ijk_to_lps[:3, 2]
    return np.asarray(-(steps + image.ijk_to_lps[:3, 3]) @ posterior_normal(image))


def unreadable_slices(image: HipImage) -> dict[int, str]:
    """Slices that show nothing, or the same as the one before, with the reason in words.

    Exports and conversions fill up missing slices in these two ways.
    """
    found: dict[int, str] = {}
    for index in range(image.n_slices):
        own = image.pixels[index]
        if own.min() == own.max():
            found[index] = _BLANK
        elif index and np.array_equal(own, image.pixels[index - 1]):
            found[index] = f"it repeats slice {index - 1}"
    return found
