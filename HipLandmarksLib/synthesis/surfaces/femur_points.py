"""Points of one femur from its shape: trochanters, fovea, centres of the shaft.

Every point in LPS mm of the frame in which surface and axes are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import ConfigurationError
from .femur_axes import FemurAxes
from .mesh import Section, plane_sections
from .types import BoneSurface

_FOVEA_CONE_DEG = 50.0
"""The fovea lies within this angle of the line that leaves the head opposite the neck."""

_FOVEA_DEPTH_MM = 1.2
"""A notch less deep than this cannot be told from the head's own unevenness."""

_NOTCH_MM = (2.5, 6.5, 10.0)
"""Radius of the notch's bottom, and radii of the ring that it is compared with."""

_BELOW_LESSER_RADII = 0.9
"""How far below the tip of the lesser trochanter its ridge has run out into the shaft."""

_LESSER_RADII = (1.5, 3.6)
"""How far below the head's centre along the shaft the tip of the lesser trochanter may lie."""

_BUMP_RADII = 0.8
"""Half the length of the lesser trochanter's ridge along the shaft."""

_STRAIGHT_FRACTION = 0.32
"""Height above the condyles, as a share of the femur's length, where the shaft begins to flare."""


@dataclass(frozen=True, eq=False)
class FemurPoints:
    """Points on and in a femur, (3,) LPS mm; see :class:`.HipGeometry` for each."""

    trochanter_tip: NDArray[np.float64]
    lesser_trochanter: NDArray[np.float64]
    shaft_proximal: NDArray[np.float64]
    shaft_distal: NDArray[np.float64]
    fovea: NDArray[np.float64] | None


def femur_points(femur: BoneSurface, axes: FemurAxes) -> FemurPoints:
    """Find the points of a femur whose axes are known.

    Raises:
        ConfigurationError: when the shaft is not closed where it should be.
    """
    lesser = _lesser_trochanter(femur, axes)
    height = femur.vertices @ axes.up
    low, length = float(height.min()), float(np.ptp(height))
    proximal = float(lesser @ axes.up) - _BELOW_LESSER_RADII * axes.head.radius
    return FemurPoints(
        trochanter_tip=_trochanter_tip(femur, axes),
        lesser_trochanter=lesser,
        shaft_proximal=_shaft_section(femur, axes, proximal).centroid,
        shaft_distal=_shaft_section(femur, axes, low + _STRAIGHT_FRACTION * length).centroid,
        fovea=_fovea(femur, axes),
    )


def _shaft_section(femur: BoneSurface, axes: FemurAxes, level: float) -> Section:
    """Section square to the shaft at a height along it."""
    centre = axes.shaft_centre + (level - axes.shaft_centre @ axes.up) * axes.up
    outlines = plane_sections(femur, centre, axes.up)
    if not outlines:
        raise ConfigurationError("The femoral shaft is missing below the lesser trochanter.")
    return max(outlines, key=lambda outline: outline.area)


def _trochanter_tip(femur: BoneSurface, axes: FemurAxes) -> NDArray[np.float64]:
    """The highest point along the shaft of what lies beyond the neck."""
    vertices = femur.vertices
    beyond = (vertices - axes.neck.centroid) @ axes.lateral > 0.25 * axes.head.radius
    aside = np.linalg.norm(vertices - axes.head.centre, axis=1) > 1.35 * axes.head.radius
    candidates = vertices[beyond & aside]
    return np.asarray(candidates[np.argmax(candidates @ axes.up)], dtype=np.float64)


def _lesser_trochanter(femur: BoneSurface, axes: FemurAxes) -> NDArray[np.float64]:
    """The point that stands out most from the bone above and below it, at the back and inside."""
    radius = axes.head.radius
    depth = axes.head.centre @ axes.up - femur.vertices @ axes.up
    low, high = (limit * radius for limit in _LESSER_RADII)
    span = _BUMP_RADII * radius
    zone = (depth > low - span) & (depth < high + span)
    vertices, depth = femur.vertices[zone], depth[zone]
    levels = np.arange(low - span, high + span, 1.0)
    inner = (levels > low) & (levels < high)
    best: tuple[float, float, NDArray[np.float64]] | None = None
    for angle in np.radians(np.arange(30.0, 91.0, 10.0)):
        direction = -axes.lateral * np.cos(angle) + axes.back * np.sin(angle)
        out = (vertices - axes.shaft_centre) @ direction
        bump = np.where(inner, _bump(levels, _profile(levels, depth, out), span), -np.inf)
        peak = int(np.argmax(bump))
        if best is None or bump[peak] > best[0]:
            best = (float(bump[peak]), float(levels[peak]), out)
    assert best is not None  # seven directions were tried
    candidates = np.flatnonzero(np.abs(depth - best[1]) < 0.2 * radius)
    return np.asarray(vertices[candidates[np.argmax(best[2][candidates])]], dtype=np.float64)


def _profile(
    levels: NDArray[np.float64], depth: NDArray[np.float64], out: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far the bone reaches out at each level (1 mm apart), gaps filled from beside."""
    bins = np.clip(np.digitize(depth, levels) - 1, 0, len(levels) - 1)
    profile = np.full(len(levels), -np.inf)
    np.maximum.at(profile, bins, out)
    known = np.isfinite(profile)
    return np.interp(levels, levels[known], profile[known])


def _bump(
    levels: NDArray[np.float64], profile: NDArray[np.float64], span: float
) -> NDArray[np.float64]:
    """How far a profile stands out from the line that joins it ``span`` above and below."""
    above = np.interp(levels - span, levels, profile)
    below = np.interp(levels + span, levels, profile)
    return np.asarray(profile - (above + below) / 2, dtype=np.float64)


def _fovea(femur: BoneSurface, axes: FemurAxes) -> NDArray[np.float64] | None:
    """Middle of the deepest notch on the inner part of the head; None when there is none."""
    inwards = axes.head.centre - axes.neck.centroid
    inwards = inwards / np.linalg.norm(inwards)
    ray = femur.vertices - axes.head.centre
    distance = np.linalg.norm(ray, axis=1)
    angle = np.degrees(np.arccos(np.clip(ray @ inwards / np.maximum(distance, 1e-9), -1, 1)))
    near = (angle < _FOVEA_CONE_DEG + 30.0) & (distance < 1.1 * axes.head.radius)
    points, depth = femur.vertices[near], axes.head.radius - distance[near]
    inner = np.flatnonzero(angle[near] < _FOVEA_CONE_DEG)
    notch = np.array([_notch_depth(points, depth, place) for place in inner.tolist()])
    if not len(notch) or notch.max() < _FOVEA_DEPTH_MM:
        return None
    close = np.linalg.norm(points[inner] - points[inner[np.argmax(notch)]], axis=1) < _NOTCH_MM[1]
    chosen = inner[close & (notch > notch.max() / 2)]
    middle = np.average(points[chosen], axis=0, weights=notch[close & (notch > notch.max() / 2)])
    return np.asarray(points[np.argmin(np.linalg.norm(points - middle, axis=1))], dtype=np.float64)


def _notch_depth(points: NDArray[np.float64], depth: NDArray[np.float64], place: int) -> float:
    """How much deeper the surface lies around one point than in the ring around that."""
    inside, start, end = _NOTCH_MM
    away = np.linalg.norm(points - points[place], axis=1)
    ring = (away > start) & (away < end)
    if not np.any(ring):
        return 0.0
    return float(depth[away < inside].mean() - depth[ring].mean())


def anteversion_deg(axes: FemurAxes) -> float:
    """Femoral anteversion: the neck's line against the line behind the condyles, seen from above.

    From the head's centre to the middle of the narrowest neck; positive when the head points
    forwards.
    """
    line = axes.head.centre - axes.neck.centroid
    return float(np.degrees(np.arctan2(-(line @ axes.back), -(line @ axes.lateral))))
