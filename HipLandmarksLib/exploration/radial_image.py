"""Radial reformats: flat images through the neck axis, every one with its place on the clock face.

A plane through the neck axis cuts the head twice: at ``theta`` and on the opposite side. Each
image is a :class:`HipImage` of one slice, so that its mapping to the patient is exact and it can
be shown as any other.
Sources: Dijkstra 2022 (radial planes every 30 degrees); measurement specification, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from ..errors import ConfigurationError
from ..imaging import HipImage
from ..measurement.vector import cross3
from ..measurement.volume import ClockFrame, clock_words

STEPS_DEG = (5.0, 45.0)
"""Least and largest step between radial planes."""

_BEHIND_RADII, _ALONG_RADII, _AWAY_RADII = 1.6, 2.6, 2.0
_LEAST_SPACING_MM = 0.3
_WHOLE = 1e-9


@dataclass(frozen=True)
class RadialImage:
    """One plane through the neck axis.

    Attributes:
        image: one slice with isotropic pixels. The column grows along the neck; the first row
            lies on the side of ``theta_deg``, the last on the opposite side of the clock.
        frame: head centre, neck axis and clock directions, LPS.
        theta_deg: place of the upper half on the clock face.
    """

    image: HipImage
    frame: ClockFrame
    theta_deg: float

    @property
    def clock(self) -> str:
        """Of the upper half, such as ``1:30``."""
        return clock_words(self.theta_deg)

    @property
    def opposite_clock(self) -> str:
        """Of the lower half, such as ``7:30``."""
        return clock_words(self.theta_deg + 180.0)


def radial_thetas(step_deg: float) -> tuple[float, ...]:
    """Places on the clock face, 0 <= theta < 360 degrees, ``step_deg`` apart.

    Raises:
        ConfigurationError: unless the step divides 180 degrees and lies between 5 and 45.
    """
    low, high = STEPS_DEG
    if not low <= step_deg <= high or abs(180.0 / step_deg - round(180.0 / step_deg)) > _WHOLE:
        raise ConfigurationError(
            f"A step of {step_deg:g} degrees between radial planes is not possible; choose one of "
            "5, 10, 15, 30 or 45."
        )
    return tuple(n * step_deg for n in range(round(360.0 / step_deg)))


def reformat(
    image: HipImage,
    frame: ClockFrame,
    theta_deg: float,
    radius_mm: float,
    spacing_mm: float | None = None,
) -> RadialImage:
    """Resample a volume in the plane through the neck axis at ``theta_deg`` (linear).

    Args:
        image: volume; outside of it the plane is as dark as the darkest voxel.
        frame: clock frame of the hip.
        theta_deg: place of the upper half of the plane.
        radius_mm: of the head; the plane reaches 1.6 radii behind its centre, 2.6 along the neck
            and 2 to either side.
        spacing_mm: pixel size; the finest step of the volume by default.

    Raises:
        ConfigurationError: when radius or pixel size are not above 0.
        ImageError: when the plane lies outside the image.
    """
    spacing = max(min(image.spacing), _LEAST_SPACING_MM) if spacing_mm is None else spacing_mm
    if not (radius_mm > 0.0 and spacing > 0.0):
        raise ConfigurationError("Head radius and pixel size of a radial plane must be above 0.")
    before, after, away = (
        round(radii * radius_mm / spacing) for radii in (_BEHIND_RADII, _ALONG_RADII, _AWAY_RADII)
    )
    mapping = _mapping(frame, theta_deg, spacing, before, away)
    rows, columns = np.mgrid[: 2 * away + 1, : before + after + 1]
    places = np.stack([columns, rows, np.zeros_like(rows)], axis=-1)
    points = places @ mapping[:3, :3].T + mapping[:3, 3]
    plane = HipImage(
        sampled(image, points)[None],
        mapping,
        image.modality,
        image.calibration,
        name=f"{image.name} radial {clock_words(theta_deg)}",
        metadata=dict(image.metadata),
    )
    return RadialImage(plane, frame, theta_deg)


def sampled(image: HipImage, points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Brightness at points (..., 3) in LPS mm, linear between voxels; the darkest outside."""
    i, j, k = np.moveaxis(image.to_ijk(points), -1, 0)
    if image.n_slices == 1:
        k = np.zeros_like(k)
    values = map_coordinates(
        image.pixels, [k, j, i], output=np.float32, order=1, cval=float(image.pixels.min())
    )
    return np.asarray(values, dtype=np.float32)


def _mapping(
    frame: ClockFrame, theta_deg: float, spacing: float, before: int, away: int
) -> NDArray[np.float64]:
    """(4, 4) from (column, row, 0, 1) to LPS mm; the head centre is the pixel (before, away)."""
    down = np.negative(frame.direction(theta_deg))
    across = np.asarray(frame.neck)
    mapping = np.eye(4)
    mapping[:3, 0], mapping[:3, 1] = across * spacing, down * spacing
    mapping[:3, 2] = np.asarray(cross3(frame.neck, tuple(down.tolist()))) * spacing
    mapping[:3, 3] = np.asarray(frame.head) - spacing * (before * across + away * down)
    return mapping
