"""Preprocessing as one affine chain: what is done to pixels is undone exactly on points.

Points are (x, y) = (column, row) with pixel centres at integers; the unit of the chain is the
pixel of the source plane on one end and of the network input on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class PlaneTransform:
    """Affine map from source pixels to output pixels, with the output's size.

    Attributes:
        matrix: 3x3, source (x, y, 1) -> output (x, y, 1).
        shape: (height, width) of the output in pixels.

    Raises:
        ValueError: when the matrix is singular, so that points could not be mapped back.
    """

    matrix: NDArray[np.float64]
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        determinant = float(np.linalg.det(self.matrix[:2, :2]))
        if not np.isfinite(determinant) or abs(determinant) < 1e-12:
            raise ValueError(
                "This step cannot be undone: it flattens the image (a scale of zero?)."
            )

    @property
    def scale(self) -> float:
        """Output pixels per source pixel: the root of the ratio of their areas."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:2, :2]))))

    @classmethod
    def identity(cls, shape: tuple[int, int]) -> PlaneTransform:
        """Leave an image of ``shape`` (height, width) as it is."""
        return cls(np.eye(3), shape)

    def then(self, matrix: ArrayLike, shape: tuple[int, int] | None = None) -> PlaneTransform:
        """Append a 3x3 step; ``shape`` defaults to the present output size."""
        step = np.asarray(matrix, dtype=np.float64)
        return PlaneTransform(step @ self.matrix, shape or self.shape)

    def resized(self, scale_x: float, scale_y: float) -> PlaneTransform:
        """Append a resize by the given factors about the image corner (pixel areas scale)."""
        height, width = self.shape
        new = (max(1, round(height * scale_y)), max(1, round(width * scale_x)))
        step = np.diag([scale_x, scale_y, 1.0])
        step[:2, 2] = (scale_x - 1) / 2, (scale_y - 1) / 2
        return self.then(step, new)

    def shifted(self, dx: float, dy: float) -> PlaneTransform:
        """Append a translation of the content by (dx, dy) output pixels."""
        return self.then(_translation(dx, dy))

    def cropped_or_padded(self, shape: tuple[int, int]) -> PlaneTransform:
        """Append a centred crop or pad to ``shape`` (height, width), by whole pixels."""
        dy = (shape[0] - self.shape[0]) // 2
        dx = (shape[1] - self.shape[1]) // 2
        return self.then(_translation(dx, dy), shape)

    def flipped_horizontally(self) -> PlaneTransform:
        """Append a mirror of the columns."""
        step = np.diag([-1.0, 1.0, 1.0])
        step[0, 2] = self.shape[1] - 1
        return self.then(step)

    def about_centre(
        self, linear: ArrayLike, shift: tuple[float, float] = (0, 0)
    ) -> PlaneTransform:
        """Append a 2x2 linear map about the output's centre, then a shift in pixels."""
        centre = np.array([(self.shape[1] - 1) / 2, (self.shape[0] - 1) / 2])
        step = np.eye(3)
        step[:2, :2] = linear
        step[:2, 2] = centre - step[:2, :2] @ centre + np.asarray(shift)
        return self.then(step)

    def forward(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map (..., 2) source points to output points."""
        xy = np.asarray(points, dtype=np.float64)
        return xy @ self.matrix[:2, :2].T + self.matrix[:2, 2]

    def backward(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map (..., 2) output points to source points."""
        xy = np.asarray(points, dtype=np.float64)
        inverse = np.linalg.inv(self.matrix)
        return xy @ inverse[:2, :2].T + inverse[:2, 2]

    def warp(self, pixels: ArrayLike, fill: float = 0.0, order: int = 1) -> NDArray[np.float32]:
        """Resample a (rows, columns) image; ``fill`` lies outside the source.

        Shrinking smooths first (Gaussian of half the step), so that fine texture does not alias.
        """
        from scipy import ndimage

        image = np.asarray(pixels, dtype=np.float32)
        inverse = np.linalg.inv(self.matrix)
        steps = np.linalg.norm(inverse[:2, :2], axis=1)  # source pixels per output pixel (x, y)
        sigma = np.where(steps > 1.2, steps / 2 * 0.8, 0.0)
        if sigma.any():
            image = ndimage.gaussian_filter(image, (sigma[1], sigma[0]))
        swap = inverse[:2, :2][::-1, ::-1]  # (x, y) -> (row, column)
        return np.asarray(
            ndimage.affine_transform(
                image, swap, inverse[:2, 2][::-1], self.shape, order=order, cval=fill
            ),
            dtype=np.float32,
        )


def _translation(dx: float, dy: float) -> NDArray[np.float64]:
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]])
