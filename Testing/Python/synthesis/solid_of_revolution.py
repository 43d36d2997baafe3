"""A femur in closed form: a spherical head on a waisted neck, a solid of revolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    BoneSurface,
    HipGeometry,
    PelvisAnatomy,
)


@dataclass(frozen=True)
class WaistedFemur:
    """Head of radius ``radius``; neck radius ``waist + bend * (s - waist_at)^2`` at distance ``s``.

    The neck leaves the head where both radii are equal, and ends at ``length`` from its centre.
    """

    radius: float = 24.0
    waist: float = 15.0
    waist_at: float = 28.0
    bend: float = 0.01
    length: float = 46.0
    shaft_deg: float = 130.0

    def neck_radius(self, station: NDArray[np.float64]) -> NDArray[np.float64]:
        """Radius of the neck at distances from the head's centre."""
        return np.asarray(self.waist + self.bend * (station - self.waist_at) ** 2)

    def outline(self) -> NDArray[np.float64]:
        """(N, 2) station and radius from the head's pole to the neck's end."""
        station = np.linspace(-self.radius, self.length, 6000)
        head = np.sqrt(np.maximum(self.radius**2 - station**2, 0.0))
        on_head = station <= station[head > self.neck_radius(station)].max()
        return np.column_stack([station, np.where(on_head, head, self.neck_radius(station))])

    def alpha_deg(self, tolerance: float) -> float:
        """Angle at which the outline leaves the circle that is larger by ``tolerance``."""
        outline = self.outline()
        away = np.linalg.norm(outline, axis=1)
        last = int(np.flatnonzero(away <= self.radius * (1 + tolerance))[-1])
        return float(np.degrees(np.arctan2(outline[last, 1], outline[last, 0])))

    def surface(self, centre: NDArray[np.float64], axis: NDArray[np.float64]) -> BoneSurface:
        """Closed mesh about an axis through the head's centre."""
        outline = self.outline()
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(outline, axis=0), axis=1))])
        places = np.linspace(0.0, along[-1], 130)[1:-1]
        rings = np.column_stack([np.interp(places, along, outline[:, k]) for k in range(2)])
        first = np.cross(axis, [0.0, 1.0, 0.0])
        second = np.cross(axis, first)
        turn = np.arange(96) / 96 * 2 * np.pi
        round_ = np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second
        body = rings[:, None, :1] * axis + rings[:, None, 1:] * round_
        ends = np.array([-self.radius, self.length])[:, None] * axis
        vertices = centre + np.concatenate([body.reshape(-1, 3), ends])
        return BoneSurface(vertices, _faces(len(rings), len(turn)))

    def anatomy(self, side: Side = Side.LEFT) -> PelvisAnatomy:
        """One hip whose neck lies in the coronal plane; there is no hip bone and no shaft."""
        lateral = 1.0 if side is Side.LEFT else -1.0
        centre = np.array([85.0 * lateral, 0.0, 0.0])
        angle = np.radians(self.shaft_deg)
        axis = np.array([np.sin(angle) * lateral, 0.0, np.cos(angle)])
        end = centre + 60.0 * axis
        down = np.array([0.0, 0.0, -1.0])
        nowhere = centre + 30.0 * down
        hip = HipGeometry(
            head_centre=centre,
            head_radius_mm=self.radius,
            socket_centre=centre,
            socket_radius_mm=self.radius + 3.0,
            neck_centre=centre + self.waist_at * axis,
            shaft_proximal=end + 40.0 * down,
            shaft_distal=end + 160.0 * down,
            trochanter_tip=end + 30.0 * axis,
            lesser_trochanter=nowhere,
            ischium=nowhere,
            triradiate=centre - np.array([30.0 * lateral, 0.0, 0.0]),
            rim=centre + np.array([[20.0 * lateral, 0.0, 15.0]]),
        )
        bones = {BoneName.femur(side): self.surface(centre, axis)}
        return PelvisAnatomy("closed form", "test", bones, {side: hip})


def _faces(rings: int, around: int) -> NDArray[np.int64]:
    """Triangles between rings and two poles, counter-clockwise from outside."""
    here = np.arange(around)
    beside = (here + 1) % around
    strips = [
        np.concatenate(
            [
                np.column_stack([here, beside, here + around]) + row * around,
                np.column_stack([beside, beside + around, here + around]) + row * around,
            ]
        )
        for row in range(rings - 1)
    ]
    start, end = rings * around, rings * around + 1
    last = (rings - 1) * around
    caps = [
        np.column_stack([beside, here, np.full(around, start)]),
        np.column_stack([here + last, beside + last, np.full(around, end)]),
    ]
    return np.concatenate(strips + caps).astype(np.int64)
