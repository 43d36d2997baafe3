"""Rigid motions, scaling and mirroring of surfaces and of the points that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .types import BoneSurface, HipGeometry


@dataclass(frozen=True, eq=False)
class Similarity:
    """x -> linear @ x + offset, with ``linear`` a rotation, perhaps times a scale or a mirror.

    Attributes:
        linear: (3, 3).
        offset: (3,) mm.
    """

    linear: NDArray[np.float64]
    offset: NDArray[np.float64]

    @classmethod
    def about(cls, centre: ArrayLike, linear: ArrayLike) -> Similarity:
        """The motion that leaves ``centre`` (3,) where it is."""
        fixed, matrix = np.asarray(centre, dtype=np.float64), np.asarray(linear, dtype=np.float64)
        return cls(matrix, fixed - matrix @ fixed)

    @classmethod
    def shift(cls, offset: ArrayLike) -> Similarity:
        """A translation by (3,) mm."""
        return cls(np.eye(3), np.asarray(offset, dtype=np.float64))

    @classmethod
    def into_frame(cls, origin: ArrayLike, axes: ArrayLike) -> Similarity:
        """Into the coordinates of a frame with ``origin`` (3,) and unit ``axes`` as rows (3, 3)."""
        rows = np.asarray(axes, dtype=np.float64)
        return cls(rows, -rows @ np.asarray(origin, dtype=np.float64))

    @property
    def scale(self) -> float:
        """How much larger lengths become."""
        return float(abs(np.linalg.det(self.linear)) ** (1 / 3))

    def points(self, points: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) moved."""
        return np.asarray(np.asarray(points) @ self.linear.T + self.offset, dtype=np.float64)

    def surface(self, surface: BoneSurface) -> BoneSurface:
        """Moved; a mirror also turns the faces round, so that they keep looking outwards."""
        mirrored = np.linalg.det(self.linear) < 0
        faces = np.ascontiguousarray(surface.faces[:, ::-1]) if mirrored else surface.faces
        return BoneSurface(self.points(surface.vertices), faces)

    def then(self, other: Similarity) -> Similarity:
        """This motion first, ``other`` afterwards."""
        return Similarity(other.linear @ self.linear, other.points(self.offset))


def rotation(axis: ArrayLike, degrees: float) -> NDArray[np.float64]:
    """(3, 3) rotation about ``axis`` (3,), counter-clockwise seen against it (Rodrigues)."""
    x, y, z = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(degrees)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def move_pelvic_points(hip: HipGeometry, motion: Similarity) -> HipGeometry:
    """The points of the hip bone moved, those of the femur left."""
    return replace(
        hip,
        socket_centre=motion.points(hip.socket_centre),
        socket_radius_mm=hip.socket_radius_mm * motion.scale,
        ischium=motion.points(hip.ischium),
        triradiate=motion.points(hip.triradiate),
        rim=motion.points(hip.rim),
    )


def move_femoral_points(hip: HipGeometry, motion: Similarity) -> HipGeometry:
    """The points of the femur moved, those of the hip bone left."""
    return replace(
        hip,
        head_centre=motion.points(hip.head_centre),
        head_radius_mm=hip.head_radius_mm * motion.scale,
        neck_centre=motion.points(hip.neck_centre),
        shaft_proximal=motion.points(hip.shaft_proximal),
        shaft_distal=motion.points(hip.shaft_distal),
        trochanter_tip=motion.points(hip.trochanter_tip),
        lesser_trochanter=motion.points(hip.lesser_trochanter),
        fovea=None if hip.fovea is None else motion.points(hip.fovea),
    )
