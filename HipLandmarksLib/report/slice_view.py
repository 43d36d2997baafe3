"""One slice as a reader expects it: the patient's right on the viewer's left, head up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..imaging import HipImage

_LEFT, _INFERIOR = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True)
class SliceView:
    """A slice turned by quarter turns and mirrors only, with the map from LPS to the picture.

    Picture coordinates are (x, y) in mm, x towards the viewer's right = the patient's left,
    y downwards; (0, 0) is the centre of the picture's first pixel.

    Attributes:
        pixels: (rows, columns) float32 as displayed.
        spacing: (row step, column step) in mm.
        index: the slice, counted from 0.
        axes: 2x3, rows are the LPS unit vectors of x and y.
        origin: LPS mm of the first displayed pixel, shape (3,).
    """

    pixels: NDArray[np.float32]
    spacing: tuple[float, float]
    index: int
    axes: NDArray[np.float64]
    origin: NDArray[np.float64]

    @classmethod
    def of(cls, image: HipImage, index: int) -> SliceView:
        """Slice ``index`` (from 0) of ``image``.

        Raises:
            ImageError: when there is no such slice.
        """
        pixels = image.slice_pixels(index)
        steps = image.ijk_to_lps[:3, :2]  # columns: one step along i, one along j
        units = steps / np.linalg.norm(steps, axis=0)
        if abs(units[:, 0] @ _LEFT) < abs(units[:, 1] @ _LEFT):
            pixels, order = pixels.T, (1, 0)
        else:
            order = (0, 1)
        corner = np.array([0.0, 0.0, float(index)])
        step_x, step_y = steps[:, order[0]], steps[:, order[1]]
        if step_x @ _LEFT < 0:
            pixels, step_x = pixels[:, ::-1], -step_x
            corner[order[0]] = pixels.shape[1] - 1
        if step_y @ _INFERIOR < 0:
            pixels, step_y = pixels[::-1], -step_y
            corner[order[1]] = pixels.shape[0] - 1
        size_x, size_y = float(np.linalg.norm(step_x)), float(np.linalg.norm(step_y))
        axes = np.stack([step_x / size_x, step_y / size_y])
        return cls(pixels, (size_y, size_x), index, axes, image.to_lps(corner))

    def project(self, lps: ArrayLike) -> NDArray[np.float64]:
        """Map (..., 3) LPS mm to (..., 2) picture mm along the slice normal."""
        return (np.asarray(lps, dtype=np.float64) - self.origin) @ self.axes.T

    def project_covariance(self, covariance: ArrayLike) -> NDArray[np.float64]:
        """2x2 covariance in the picture (mm^2) of a 3x3 covariance in LPS."""
        return self.axes @ np.asarray(covariance, dtype=np.float64) @ self.axes.T

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """(left, right, bottom, top) of the pixel areas in picture mm, for ``imshow``."""
        rows, columns = self.pixels.shape
        dy, dx = self.spacing
        return (-dx / 2, (columns - 0.5) * dx, (rows - 0.5) * dy, -dy / 2)


def slice_of(image: HipImage, points: ArrayLike) -> int:
    """The slice (from 0) nearest to the median of (n, 3) LPS ``points``, kept inside the image."""
    k = float(np.median(image.to_ijk(np.atleast_2d(points))[:, 2]))
    return int(np.clip(round(k), 0, image.n_slices - 1))
