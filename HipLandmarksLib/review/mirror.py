"""The plane of symmetry of a pelvis, from the points that both of its sides have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarks, Midline, Side
from ..i18n import tr as _
from .errors import ReviewError

LEAST_PAIRS = 2
"""One pair fixes a plane only if both hips stand equally high; a second one tells."""

LARGEST_TILT_DEG = 30.0
"""A plane further off the patient's own is no plane of symmetry."""

LARGEST_MISFIT = 0.12
"""Of the distance between the sides: pairs that fit worse do not mirror each other."""

LEAST_SIGMA_MM = 1.0
"""However well the pairs fit: no two hips are more alike."""

Vec3 = tuple[float, float, float]


@dataclass(frozen=True)
class MirrorPlane:
    """A plane of symmetry in LPS mm.

    Attributes:
        normal: unit vector towards the patient's left.
        centre: a point of the plane.
        misfit: root mean square distance (mm) of the mirrored points from their partners.
        distance: mean distance (mm) of the pairs.
        pairs: points that both sides have.
        middle: points of the midline that helped.
    """

    normal: Vec3
    centre: Vec3
    misfit: float
    distance: float
    pairs: int
    middle: int

    @property
    def misfit_percent(self) -> float:
        """The misfit in per cent of the distance, for images whose unit is no millimetre."""
        return 100.0 * self.misfit / self.distance

    @property
    def sigma(self) -> float:
        """Standard deviation (mm) of a mirrored point; few pairs fit better than they tell."""
        n = self.pairs + self.middle
        return max(LEAST_SIGMA_MM, self.misfit * float(np.sqrt(n / (n - 1))))

    def mirrored(self, position: Vec3) -> Vec3:
        """A position (LPS mm) on the other side of the plane."""
        normal = np.asarray(self.normal)
        point = np.asarray(position, dtype=np.float64)
        x, y, z = (point - 2.0 * normal * (normal @ (point - np.asarray(self.centre)))).tolist()
        return (x, y, z)


def mirror_plane(landmarks: HipLandmarks, without: str = "") -> MirrorPlane:
    """The plane for which mirrored right points lie nearest to their left partners.

    The sum of squared distances is least; a point of the midline counts as its own partner.
    With p and q the right and left points about their means, and t the difference of the means,
    the normal is the last eigenvector of sum(2 (p q' + q p')) - N t t'.

    Args:
        landmarks: LPS mm.
        without: a key that does not count, such as that of the point to be guessed.

    Raises:
        ReviewError: when there are too few pairs, or they do not mirror each other.
    """
    right, left, middle = _pairs(landmarks, without)
    pairs = len(right) - middle
    if pairs < 1 or len(right) < LEAST_PAIRS:
        raise ReviewError(_too_few(pairs))
    p, q = (points - points.mean(axis=0) for points in (right, left))
    across = left.mean(axis=0) - right.mean(axis=0)
    cross = p.T @ q
    scatter = 2.0 * (cross + cross.T) - len(p) * np.outer(across, across)
    normal = np.linalg.eigh(scatter)[1][:, 0]
    normal = normal * (1.0 if normal[0] >= 0 else -1.0)
    centre = (right + left).mean(axis=0) / 2.0
    mirrored = right - 2.0 * np.outer((right - centre) @ normal, normal)
    misfit = float(np.sqrt(np.mean(np.sum((mirrored - left) ** 2, axis=1))))
    distance = float(np.linalg.norm((left - right)[:pairs], axis=1).mean())
    _check(normal, misfit, distance)
    return MirrorPlane(_triple(normal), _triple(centre), misfit, distance, pairs, middle)


def _pairs(
    landmarks: HipLandmarks, without: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Right and left points, shape (n, 3), those of the midline last; how many those are."""
    right, left = [], []
    for point in landmarks.side(Side.RIGHT):
        here, there = (landmarks.position(side, point.key) for side in Side)
        if here is not None and there is not None and point.key != without:
            right.append(here)
            left.append(there)
    middle = [p.point() for p in landmarks.side(Midline.PELVIS) if p.position is not None]
    arrays = [np.reshape([*points, *middle], (-1, 3)) for points in (right, left)]
    return arrays[0], arrays[1], len(middle)


def _check(normal: NDArray[np.float64], misfit: float, distance: float) -> None:
    tilt = float(np.degrees(np.arccos(min(1.0, abs(float(normal[0]))))))
    if tilt > LARGEST_TILT_DEG:
        words = _(
            "The points of both sides give a mirror plane that is tilted by {n:.0f} degrees: check "
            "their sides and positions first."
        )
        raise ReviewError(words.format(n=tilt))
    if misfit > LARGEST_MISFIT * distance:
        words = _(
            "The two sides do not mirror each other: mirrored points miss their partners by "
            "{n:.0f} % of the distance of the sides. Correct the points that both sides have first."
        )
        raise ReviewError(words.format(n=100.0 * misfit / distance))


def _too_few(pairs: int) -> str:
    if pairs:
        return _(
            "The mirror plane of the pelvis is not known: there is only one pair of points. Place "
            "more points on both sides first."
        )
    return _(
        "The mirror plane of the pelvis is not known: there is no point that both sides have. "
        "Place more points on both sides first."
    )


def _triple(values: Sequence[float] | NDArray[np.float64]) -> Vec3:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
