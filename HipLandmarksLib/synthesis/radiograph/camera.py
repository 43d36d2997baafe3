"""``Camera``: X-ray source and flat detector, a cone beam (pinhole) projection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Camera:
    """Source and detector in LPS mm; pixel (column, row) = (0, 0) is a pixel's centre.

    Attributes:
        source: (3,) focal spot.
        origin: (3,) centre of the detector's first pixel.
        column_step: (3,) mm from a pixel to the next one in its row (towards the patient's left
            in the usual display).
        row_step: (3,) mm from a pixel to the next one in its column (towards the feet).
        shape: (height, width) of the detector in pixels.
    """

    source: NDArray[np.float64]
    origin: NDArray[np.float64]
    column_step: NDArray[np.float64]
    row_step: NDArray[np.float64]
    shape: tuple[int, int]

    @classmethod
    def anteroposterior(
        cls,
        shape: tuple[int, int],
        pixel_mm: float,
        source_detector_mm: float = 1150.0,
        object_detector_mm: float = 180.0,
        centre_mm: tuple[float, float] = (0.0, 0.0),
        beam_mm: tuple[float, float] = (0.0, 0.0),
    ) -> Camera:
        """A detector behind the patient, parallel to the coronal plane.

        Args:
            shape: (height, width) in pixels.
            pixel_mm: pixel pitch on the detector.
            source_detector_mm: distance of the focal spot from the detector.
            object_detector_mm: distance of the pelvic frame's origin from the detector.
            centre_mm: LPS (x, z) of the detector's centre.
            beam_mm: LPS (x, z) where the central (perpendicular) ray meets the detector, relative
                to the detector's centre.
        """
        y = object_detector_mm
        height, width = shape
        x0, z0 = centre_mm
        origin = [x0 - (width - 1) / 2 * pixel_mm, y, z0 + (height - 1) / 2 * pixel_mm]
        source = [x0 + beam_mm[0], y - source_detector_mm, z0 + beam_mm[1]]
        return cls(
            np.array(source),
            np.array(origin),
            np.array([pixel_mm, 0.0, 0.0]),
            np.array([0.0, 0.0, -pixel_mm]),
            shape,
        )

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) LPS mm to (..., 2) (column, row) on the detector.

        A point beside the detector has coordinates outside the image; a point level with the
        source or behind it has none (NaN).
        """
        relative = np.asarray(points, dtype=np.float64) - self.source
        basis = np.stack([self.column_step, self.row_step, self.origin - self.source], axis=1)
        weights = relative @ np.linalg.inv(basis).T
        depth = np.where(weights[..., 2:] > 1e-9, weights[..., 2:], np.nan)
        return np.asarray(weights[..., :2] / depth, dtype=np.float64)

    def magnification(self, point: ArrayLike) -> float:
        """How much larger than life a small object at ``point`` (3,) appears on the detector."""
        normal = np.cross(self.column_step, self.row_step)
        whole = float((self.origin - self.source) @ normal)
        return whole / float((np.asarray(point, dtype=np.float64) - self.source) @ normal)
