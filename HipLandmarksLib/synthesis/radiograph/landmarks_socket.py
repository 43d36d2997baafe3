"""The socket on a film, and which contour points of the hip bone belong to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landmarks_contour import ContourLine
from .landmarks_frame import HipFrame


@dataclass(frozen=True, eq=False)
class FilmSocket:
    """The socket's sphere on the detector.

    Attributes:
        frame: of the hip.
        centre: (2,) mm on the detector.
        radius: mm on the detector.
    """

    frame: HipFrame
    centre: NDArray[np.float64]
    radius: float

    @classmethod
    def of(cls, frame: HipFrame) -> FilmSocket:
        """The socket of a hip."""
        centre = frame.geometry.socket_centre
        magnification = frame.camera.magnification(centre)
        return cls(frame, frame.flat(centre), frame.geometry.socket_radius_mm * magnification)

    def angle_deg(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """(...,) direction of places from the centre: 0 is up, positive lateral."""
        local = xy - self.centre
        angle = np.arctan2(local @ self.frame.lateral, local @ self.frame.up)
        return np.asarray(np.degrees(angle))

    def away(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """(...,) distance of places from the centre, mm on the detector."""
        return np.asarray(np.linalg.norm(xy - self.centre, axis=-1))

    def on_wall(
        self, line: ContourLine, depth_mm: tuple[float, float], facing: float
    ) -> NDArray[np.bool_]:
        """(N,) whether points of a curve lie on the socket's wall.

        Args:
            line: the curve.
            depth_mm: least and greatest distance outside the socket's sphere, in the patient.
            facing: least cosine between the surface's normal and the direction of the centre.
        """
        ray = line.points - self.frame.geometry.socket_centre
        distance = np.linalg.norm(ray, axis=1)
        depth = distance - self.frame.geometry.socket_radius_mm
        towards = -np.einsum("ij,ij->i", ray, line.normals) / distance
        return np.asarray((depth > depth_mm[0]) & (depth < depth_mm[1]) & (towards > facing))

    def outwards_deg(self, path: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
        """(N,) angle by which a path leads away from the centre, against a circle around it.

        Args:
            path: (N, 2) evenly sampled, mm on the detector.
            reach: samples before each point that tell the direction; the first ones have none (0).
        """
        angle = np.zeros(len(path))
        if len(path) > reach:
            ahead, radial = path[reach:] - path[:-reach], path[reach:] - self.centre
            sine = np.einsum("ij,ij->i", ahead, radial)
            sine /= np.linalg.norm(ahead, axis=1) * np.linalg.norm(radial, axis=1)
            angle[reach:] = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
        return angle
