"""The axis of a femoral neck in space.

Research software, not a medical device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates

from ..anatomy import Side
from ..geometry.polar_contour import best_path
from ..imaging import HipImage
from ..measurement.vector import Vec3
from ..measurement.volume import PATIENT, ClockFrame, HeadSphere, PatientAxes

_REACH = (0.9, 1.5)
"""Cross-sections lie so far from the head centre, in radii of the head: beyond the head, before the
trochanter."""

_BETWEEN_MM = 1.5
_EDGES = (0.3, 1.15)
"""Distances from the middle, in radii of the head, at which the edge of the neck may lie."""

_STEP_MM = 0.2
_DIRECTIONS = 48
_MOST_STEP = 6
_STEP_COST = 0.03
_SMOOTHING_MM = 0.8
_SHARP_PERCENT = 90.0
_FALL_LIMITS = (-1.0, 2.0)
"""Falls of brightness, in units of the sharp ones of the cross-section, count from and up to."""
_ROUNDS = 3
_LEAST_SECTIONS = 4
_TURNED_DEG = 40.0
"""An axis that turns farther than this away from the marked neck follows something else."""

_THICK_MM = 12.0
"""The image must show the neck on slices no farther apart than this."""


@dataclass(frozen=True)
class NeckAxis:
    """From the head centre through the middle of the neck.

    Attributes:
        side: hip.
        head: head centre, LPS mm; None when it is not known.
        neck_centre: middle of the narrowest cross-section (the landmark NC), LPS mm, or None.
        width_mm: diameter of a circle of the area of that cross-section, None without one.
        off_axis_mm: root mean square distance of the middles from the axis, None without one:
            large where head and neck are not in line, or the edge was lost.
        middles: middle of every cross-section that was measured, from the head outwards, LPS mm.
        reason: why there is no axis, or what to check; empty when there is nothing to say.
    """

    side: Side
    head: Vec3 | None
    neck_centre: Vec3 | None
    width_mm: float | None
    off_axis_mm: float | None
    middles: tuple[Vec3, ...]
    reason: str

    def clock(self, axes: PatientAxes = PATIENT) -> ClockFrame | None:
        """Clock face about the axis; None without an axis.

        Raises:
            ConstructionError: when the neck runs straight up or straight forwards.
        """
        if self.head is None or self.neck_centre is None:
            return None
        return ClockFrame.of(self.head, self.neck_centre, axes)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; lengths in mm, points in LPS."""
        return {
            "side": self.side.value,
            "head_lps_mm": None if self.head is None else list(self.head),
            "neck_centre_lps_mm": None if self.neck_centre is None else list(self.neck_centre),
            "width_mm": self.width_mm,
            "off_axis_mm": self.off_axis_mm,
            "middles_lps_mm": [list(point) for point in self.middles],
            "reason": self.reason,
        }


def fit_neck_axis(
    image: HipImage, side: Side, head: HeadSphere | None, neck: Mapping[int, Vec3]
) -> NeckAxis:
    """Follow the neck outwards from the head in cross-sections through the volume.

    The edge of the marrow is traced around each cross-section (a closed path of steepest fall of
    brightness); the axis runs from the head centre through the mean of the middles, and the
    cross-sections are laid anew across it until it stands still.

    Args:
        image: MRI with bright marrow; several slices through the neck.
        side: hip.
        head: its sphere with a radius, None when there is none.
        neck: a point on the neck axis (NA) on each slice that shows it, LPS mm.
    """
    if head is None or head.radius is None:
        return _without(side, None, f"The neck axis needs the sphere of the {side.word} head.")
    start = _start(head, neck)
    if start is None:
        return _without(side, head, f"No slice shows the {side.word} neck beyond the head.")
    if image.n_slices < 2 or image.spacing[2] > _THICK_MM:
        return _without(side, head, "The neck axis in space needs several slices through the neck.")
    axis, sections = start, list[_CrossSection]()
    for _ in range(_ROUNDS):
        sections = _sections(image, head, head.radius, axis)
        if len(sections) < _LEAST_SECTIONS:
            return _without(side, head, "The neck runs out of the image.")
        arms = np.array([section.middle for section in sections]) - np.asarray(head.centre)
        axis = np.median(arms / np.linalg.norm(arms, axis=1, keepdims=True), axis=0)
        axis = axis / np.linalg.norm(axis)
    if np.degrees(np.arccos(np.clip(axis @ start, -1.0, 1.0))) > _TURNED_DEG:
        return _without(side, head, f"The edge of the {side.word} neck cannot be followed.")
    return _axis(side, head, axis, sections)


@dataclass(frozen=True, eq=False)
class _CrossSection:
    """Middle (LPS mm), distance from the head centre along the axis and area of one section."""

    middle: NDArray[np.float64]
    away: float
    area: float


def _without(side: Side, head: HeadSphere | None, reason: str) -> NeckAxis:
    centre = None if head is None else head.centre
    return NeckAxis(side, centre, None, None, None, (), reason)


def _start(head: HeadSphere, neck: Mapping[int, Vec3]) -> NDArray[np.float64] | None:
    """Direction from the head centre to the middle of the points marked on the neck."""
    if not neck:
        return None
    arm = np.median(np.array(list(neck.values())), axis=0) - np.asarray(head.centre)
    length = float(np.linalg.norm(arm))
    return None if length < 2.0 else arm / length


def _sections(
    image: HipImage, head: HeadSphere, radius: float, axis: NDArray[np.float64]
) -> list[_CrossSection]:
    across = _across(axis)
    found = []
    for away in np.arange(_REACH[0] * radius, _REACH[1] * radius, _BETWEEN_MM):
        middle = np.asarray(head.centre) + away * axis
        for _ in range(2):  # again about the middle that was found
            outline = _outline(image, middle, across, radius)
            if outline is None:
                break
            area, shift = _area_and_middle(outline)
            middle = middle + shift @ across
        else:
            found.append(_CrossSection(middle, float(away), area))
    return found


def _across(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) unit vectors at right angles to the axis."""
    first = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    first = first / np.linalg.norm(first)
    return np.stack([first, np.cross(axis, first)])


def _outline(
    image: HipImage, middle: NDArray[np.float64], across: NDArray[np.float64], radius: float
) -> NDArray[np.float64] | None:
    """(A, 2) edge of the marrow about a point of the neck, mm from it along ``across``."""
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    flat = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    radii = np.arange(_EDGES[0] * radius, _EDGES[1] * radius, _STEP_MM)
    places = middle + radii[:, None] * (flat @ across)[:, None, :]
    i, j, k = np.moveaxis(image.to_ijk(places), -1, 0)
    if not (k.min() >= -0.5 and k.max() <= image.n_slices - 0.5):
        return None
    values = map_coordinates(image.pixels, [k, j, i], np.float64, order=1, mode="nearest")
    fall = -gaussian_filter1d(values, _SMOOTHING_MM / _STEP_MM, axis=1, order=1)
    score = np.clip(fall / (np.percentile(np.abs(fall), _SHARP_PERCENT) + 1e-12), *_FALL_LIMITS)
    twice = best_path(np.concatenate([score, score]), _MOST_STEP, _STEP_COST)
    half = _DIRECTIONS // 2  # the middle of two turns closes upon itself
    path = np.roll(twice[half : half + _DIRECTIONS], half)
    return np.asarray(radii[path][:, None] * flat)


def _area_and_middle(outline: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Area, mm^2, and centroid of a polygon."""
    after = np.roll(outline, -1, axis=0)
    twice = outline[:, 0] * after[:, 1] - after[:, 0] * outline[:, 1]
    area = float(twice.sum()) / 2
    centroid = ((outline + after) * twice[:, None]).sum(axis=0) / (6 * area)
    return abs(area), np.asarray(centroid)


def _axis(
    side: Side,
    head: HeadSphere,
    axis: NDArray[np.float64],
    sections: Sequence[_CrossSection],
) -> NeckAxis:
    narrowest = min(sections, key=lambda section: section.area)
    middles = np.array([section.middle for section in sections])
    centre = np.asarray(head.centre)
    neck_centre = centre + axis * narrowest.away
    arms = middles - centre
    aside = arms - np.outer(arms @ axis, axis)
    off = float(np.sqrt((aside**2).sum(axis=1).mean()))
    return NeckAxis(
        side=side,
        head=head.centre,
        neck_centre=_triple(neck_centre),
        width_mm=float(2 * np.sqrt(narrowest.area / np.pi)),
        off_axis_mm=off,
        middles=tuple(_triple(point) for point in middles),
        reason="",
    )


def _triple(values: NDArray[np.float64]) -> Vec3:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
