"""The sphere of a femoral head, from its rim on every slice of a stack that cuts it.

Research software, not a medical device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..geometry import GeometryError, Sphere, fit_sphere
from ..imaging import HipImage
from ..imaging.marrow_rim import MarrowRim, SliceRays, marrow_rim
from ..measurement.vector import Vec3
from ..measurement.volume import HeadSphere

Covariance4 = tuple[tuple[float, float, float, float], ...]

_NECK_DOWN_DEG = 36.0
"""A neck runs from its head outwards and so far down in a frontal view, unless it is known."""

_NECK_CONE_DEG = 60.0
"""The sphere is open towards the neck, by so much to either side of its axis."""

_ROUNDS = 2
_LEAST_SECTION = 0.5
"""Slices whose section is smaller than this share of the sphere cut its cap too flatly."""

_OFF_LINE_MM = 10.0
"""Sections of a sphere are centred on one line; a rim farther off it is something else."""

_ALIKE_MM = 15.0
"""Edges closer together along the rim than this err alike: they count as one observation."""

_RADII_MM = (11.0, 34.0)
_SCATTER_MM = 1.5
"""Edges that lie farther off the sphere than this on the whole are no head."""


@dataclass(frozen=True)
class RimSection:
    """The rim of a femoral head on one slice.

    Attributes:
        index: of the slice.
        centre: of the circle through the rim, LPS mm.
        radius: of that circle, mm.
        points: edge of the marrow along the rim, LPS mm.
        trusted: share of the points, in [0, 1], that lie on the sphere of all slices; 0 without
            a sphere.
    """

    index: int
    centre: Vec3
    radius: float
    points: tuple[Vec3, ...]
    trusted: float


@dataclass(frozen=True)
class HeadSphereFit:
    """Femoral head as a sphere. Its surface is the edge of the marrow: bone ends 1 mm outside.

    Attributes:
        side: hip.
        sphere: centre (LPS mm) and radius (mm), None when the slices do not define one.
        residual_mm: root mean square distance of the rim points from the sphere, None without one.
        covariance: 4x4 of (x, y, z, radius) in mm^2, None without a sphere. Points of one slice
            are not independent; each slice counts as if it had a few points only.
        sections: the rim on every slice that was looked at, in the order of the slices.
        reason: why there is no sphere, or what to check; empty when there is nothing to say.
    """

    side: Side
    sphere: HeadSphere | None
    residual_mm: float | None
    covariance: Covariance4 | None
    sections: tuple[RimSection, ...]
    reason: str

    @property
    def used_slices(self) -> tuple[int, ...]:
        """Indices of the slices of which at least half of the rim lies on the sphere."""
        return tuple(section.index for section in self.sections if section.trusted >= 0.5)

    @property
    def sigma_mm(self) -> tuple[float, float, float, float] | None:
        """Standard deviations of x, y, z and the radius; None without a sphere."""
        if self.covariance is None:
            return None
        x, y, z, radius = (self.covariance[n][n] ** 0.5 for n in range(4))
        return (x, y, z, radius)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; lengths in mm, points in LPS."""
        sphere = self.sphere
        return {
            "side": self.side.value,
            "centre_lps_mm": None if sphere is None else list(sphere.centre),
            "radius_mm": None if sphere is None else sphere.radius,
            "residual_mm": self.residual_mm,
            "sigma_mm": None if self.sigma_mm is None else list(self.sigma_mm),
            "slices": list(self.used_slices),
            "reason": self.reason,
        }


def fit_head_sphere(
    image: HipImage, side: Side, centres: Mapping[int, Vec3], neck: Vec3 | None = None
) -> HeadSphereFit:
    """Fit the sphere of a femoral head to its rim on all slices that show it.

    The rim is traced on every slice about the proposed centre, a sphere fitted through all edges,
    and the rims traced again about the section that the sphere has on each slice.

    Args:
        image: MRI with bright marrow, two slices or more through the head.
        side: hip.
        centres: where the head's centre is proposed on each slice that shows the head, LPS mm.
        neck: direction of the neck from the head, LPS; the usual one by default.

    Returns:
        The fit; without a sphere, and with the reason, where the slices do not define one.
    """
    direction = _usual_neck(side) if neck is None else np.asarray(neck, dtype=np.float64)
    direction = direction / np.linalg.norm(direction)
    rays = cache(partial(SliceRays, image))  # a slice is smoothed once
    rims = _on_one_line(
        image,
        [
            rim
            for index, centre in sorted(centres.items())
            if (rim := marrow_rim(rays(index), centre, direction)) is not None
        ],
    )
    if len(rims) < 2:
        seen = f"{len(centres)} slice{'s' if len(centres) != 1 else ''}"
        return _without(
            side,
            rims,
            f"A head sphere needs its rim on two slices or more; {len(rims)} of {seen} with the "
            f"{side.word} head show it.",
        )
    try:
        return _fitted(image, rays, side, rims, direction)
    except GeometryError as error:
        return _without(side, rims, str(error))


def _usual_neck(side: Side) -> NDArray[np.float64]:
    lateral = 1.0 if side is Side.LEFT else -1.0
    down = np.radians(_NECK_DOWN_DEG)
    return np.array([lateral * np.cos(down), 0.0, -np.sin(down)])


def _on_one_line(image: HipImage, rims: Sequence[MarrowRim]) -> list[MarrowRim]:
    """Rims about the same line across the slices."""
    if not rims:
        return []
    centres = np.array([rim.centre for rim in rims])
    across = centres - np.outer(centres @ image.slice_normal, image.slice_normal)
    off = np.linalg.norm(across - np.median(across, axis=0), axis=1)
    return [rim for rim, distance in zip(rims, off, strict=True) if distance <= _OFF_LINE_MM]


def _without(side: Side, rims: Sequence[MarrowRim], reason: str) -> HeadSphereFit:
    return HeadSphereFit(side, None, None, None, tuple(_section(rim, 0.0) for rim in rims), reason)


def _fitted(
    image: HipImage,
    rays: Callable[[int], SliceRays],
    side: Side,
    rims: Sequence[MarrowRim],
    neck: NDArray[np.float64],
) -> HeadSphereFit:
    """Raises GeometryError when the rims are not those of one sphere."""
    sphere, trust = _through(rims, neck)
    for _ in range(_ROUNDS):
        rims = _traced_again(image, rays, sphere, [rim.index for rim in rims], neck)
        if len(rims) < 2:
            raise GeometryError("Less than two slices show the rim of the head.")
        sphere, trust = _through(rims, neck)
    if not _RADII_MM[0] < sphere.radius < _RADII_MM[1] or sphere.rms > _SCATTER_MM:
        raise GeometryError(
            f"The rims lie on no femoral head: radius {sphere.radius:.0f} mm, scatter "
            f"{sphere.rms:.1f} mm. Check the head centre on the slices."
        )
    sections = tuple(_section(rim, share) for rim, share in zip(rims, trust, strict=True))
    return HeadSphereFit(
        side=side,
        sphere=HeadSphere(sphere.centre, sphere.radius),
        residual_mm=sphere.rms,
        covariance=_covariance(sphere, rims),
        sections=sections,
        reason=_remark(sections),
    )


def _through(rims: Sequence[MarrowRim], neck: NDArray[np.float64]) -> tuple[Sphere, list[float]]:
    """The sphere through all rims, and the share of each rim that lies on it."""
    points = np.concatenate([rim.points for rim in rims])
    trust = np.concatenate([rim.weights for rim in rims])
    sphere = fit_sphere(points, trust)
    arms = points - np.asarray(sphere.centre)
    along = arms @ neck / np.linalg.norm(arms, axis=1)
    open_side = along > np.cos(np.radians(_NECK_CONE_DEG))
    sphere = fit_sphere(points, np.where(open_side, 0.0, trust))
    ends = np.cumsum([len(rim.points) for rim in rims])[:-1]
    shares = [float(np.mean(own > 0.0)) for own in np.split(sphere.weights, ends)]
    return sphere, shares


def _traced_again(
    image: HipImage,
    rays: Callable[[int], SliceRays],
    sphere: Sphere,
    indices: Sequence[int],
    neck: NDArray[np.float64],
) -> list[MarrowRim]:
    """Rims about the sections of the sphere, on the slices from the first to the last."""
    rims = []
    for index in _cut(image, sphere, indices):
        centre, radius = section_of(image, index, sphere.centre, sphere.radius)
        rim = marrow_rim(rays(index), centre, neck, radius)
        if rim is not None:
            rims.append(rim)
    return rims


def _cut(image: HipImage, sphere: Sphere, indices: Sequence[int]) -> list[int]:
    """Slices, one beyond those that were read on either end, on which the section is large."""
    first, last = max(0, min(indices) - 1), min(image.n_slices - 1, max(indices) + 1)
    limit = _LEAST_SECTION * sphere.radius
    return [
        index
        for index in range(first, last + 1)
        if section_of(image, index, sphere.centre, sphere.radius)[1] > limit
    ]


def section_of(
    image: HipImage, index: int, centre: Vec3, radius: float
) -> tuple[NDArray[np.float64], float]:
    """Centre (LPS mm) and radius (mm, 0 beside the sphere) of the circle that a slice cuts out."""
    origin = image.to_lps([0.0, 0.0, index])
    offset = float((origin - np.asarray(centre)) @ image.slice_normal)
    middle = np.asarray(centre) + offset * image.slice_normal
    return middle, float(np.sqrt(max(radius**2 - offset**2, 0.0)))


def _covariance(sphere: Sphere, rims: Sequence[MarrowRim]) -> Covariance4:
    spacing = np.mean([2 * np.pi * rim.radius / 120.0 for rim in rims])
    alike = max(1.0, _ALIKE_MM / float(spacing))
    rows = (sphere.covariance * alike).tolist()
    return tuple((a, b, c, d) for a, b, c, d in rows)


def _section(rim: MarrowRim, trusted: float) -> RimSection:
    x, y, z = (float(value) for value in rim.centre)
    points = tuple((float(a), float(b), float(c)) for a, b, c in rim.points)
    return RimSection(rim.index, (x, y, z), rim.radius, points, trusted)


def _remark(sections: Sequence[RimSection]) -> str:
    used = sum(section.trusted >= 0.5 for section in sections)
    if used >= 3:
        return ""
    return f"Only {used} slices show most of the rim: look whether the sphere fits."
