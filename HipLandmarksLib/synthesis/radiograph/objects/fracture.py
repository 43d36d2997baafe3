"""A broken proximal femur: the part below a rough line is moved and turned in the image plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ....anatomy import HipLandmarkId, LandmarkState, Side
from ...surfaces import BoneName
from ..look import check
from ..view import BonePaths, BoneView
from .base import FilmObject, with_moved, with_states
from .rays import HipPlace

_FEMORAL = ("FHC", "NA", "NB", "LCP", "FOV", "GT", "SHP", "SHD")
_FARTHEST_MM = 150.0  # no part of a femur moves farther
_BROKEN_MM = 7.0  # a landmark so near the line has lost what defines it
Place = tuple[float, float]
_LEAST_SHAFT_PX = 1.0  # a shorter rest of a shaft at the film's edge has no direction
_NOTE = "destroyed by a fracture"


class FractureKind(str, Enum):
    """Where the femur is broken."""

    NECK = "neck"
    TROCHANTERIC = "trochanteric"


@dataclass(frozen=True)
class FemurFracture(FilmObject):
    """A displaced fracture.

    Attributes:
        side: which hip.
        kind: where.
        proximal_mm, lateral_mm: how far the shaft's part has moved.
        varus_deg: how far it has turned about the middle of the fracture; positive moves the knee
            inwards against the head.
        gap_mm: missing bone along the line.
        roughness_mm: of the line.
        slant_deg: tilt of the line.
        seed: of its shape.
    """

    side: Side
    kind: FractureKind = FractureKind.NECK
    proximal_mm: float = 12.0
    lateral_mm: float = 4.0
    varus_deg: float = 15.0
    gap_mm: float = 1.0
    roughness_mm: float = 2.5
    slant_deg: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        check(
            self,
            proximal_mm=(-20, 60),
            lateral_mm=(-30, 30),
            varus_deg=(-40, 50),
            gap_mm=(0, 10),
            roughness_mm=(0, 8),
            slant_deg=(-40, 40),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, side: Side) -> FemurFracture:
        """From hardly displaced to shortened by several centimetres."""
        degree = float(rng.random())
        return cls(
            side,
            FractureKind.NECK if rng.random() < 0.5 else FractureKind.TROCHANTERIC,
            degree * float(rng.uniform(2, 30)),
            degree * float(rng.normal(4, 5)),
            degree * float(rng.normal(12, 10)),
            float(rng.uniform(0, 3)),
            float(rng.uniform(0.8, 4)),
            float(np.clip(rng.normal(0, 12), -35, 35)),
            int(rng.integers(2**31)),
        )

    def altered(self, view: BoneView) -> BoneView:
        """Two fragments; landmarks of the lower one move, those of the line are absent."""
        place = HipPlace.of(view, self.side)
        name = BoneName.femur(self.side)
        if place is None or name not in view.paths or not {"NA", "GT"} <= set(place.points):
            return view
        break_ = _Break.of(self, view, place)
        changed = self._with_landmarks(view, place, break_)
        return replace(changed, paths={**view.paths, name: self._parted(view.paths[name], break_)})

    def _parted(self, bone: BonePaths, break_: _Break) -> BonePaths:
        rows, columns = _around(bone.total, round(_FARTHEST_MM * break_.pixels_per_mm))
        corner = np.array([columns.start, rows.start], dtype=np.float64)
        y, x = np.mgrid[rows, columns].astype(np.float64)
        below = break_.below(np.stack([x, y], axis=-1))
        gap = self.gap_mm * break_.pixels_per_mm / 2
        lower = np.clip(below - gap + 0.5, 0, 1).astype(np.float32)
        upper = np.clip(-below - gap + 0.5, 0, 1).astype(np.float32)
        total, cortical = bone.total.copy(), bone.cortical.copy()
        for field in (total, cortical):
            part = field[rows, columns]
            field[rows, columns] = part * upper + break_.moved(part * lower, corner)
        return BonePaths(total, np.minimum(cortical, total))

    def _with_landmarks(self, view: BoneView, place: HipPlace, break_: _Break) -> BoneView:
        near = _BROKEN_MM * break_.pixels_per_mm
        moved: dict[HipLandmarkId, Place] = {}
        lost: list[str] = []
        for key in _FEMORAL:
            point = view.landmarks.get((self.side, key))
            if point is None or point.xy is None or key == "FHC":
                continue
            level = float(break_.below(np.array(point.xy)))
            if self.kind is FractureKind.NECK and key == "GT":
                level = near  # the trochanter stays whole, however near its wall the tip is
            if abs(level) < near or (self.kind is FractureKind.NECK and key in ("NA", "NB")):
                lost.append(key)
            elif level > 0:
                x, y = break_.forward(np.array(point.xy))
                moved[(self.side, key)] = (float(x), float(y))
        if (self.side, "SHD") in moved:
            moved[(self.side, "SHD")] = _lowest(view, self.side, moved, place)
        return with_states(with_moved(view, moved), self.side, lost, LandmarkState.ABSENT, _NOTE)


def _lowest(
    view: BoneView, side: Side, moved: Mapping[HipLandmarkId, Place], place: HipPlace
) -> Place:
    """The lowest level of the moved shaft with both cortices in the view.

    A shaft that ended within the view (not at its border) keeps its end.
    """
    old = view.landmarks[side, "SHD"].xy
    top, end = moved.get((side, "SHP")), np.array(moved[side, "SHD"])
    limit = np.array(view.camera.shape[::-1]) - 1.0
    half = place.shaft_half_mm * view.head_radius_px[side.value] / place.head_radius_mm
    if top is None or old is None or np.hypot(*(end - top)) < _LEAST_SHAFT_PX:
        return float(end[0]), float(end[1])
    along = (end - top) / np.linalg.norm(end - top)
    across = half * np.array([-along[1], along[0]])
    steps = np.arange(0.0, float(limit.sum()), 1.0)[:, None]

    def fits(xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        sides = np.stack([xy + across, xy - across])
        return np.asarray(np.all((sides >= 0) & (sides <= limit), axis=(0, -1)))

    if fits(np.array(old) + 6.0 * along):  # it ended within the view
        return float(end[0]), float(end[1])
    inside = np.flatnonzero(fits(top + steps * along))
    lowest = top + (float(inside[-1]) if len(inside) else 0.0) * along
    return float(lowest[0]), float(lowest[1])


@dataclass(frozen=True, eq=False)
class _Break:
    """The line of a fracture and the motion of what lies below it, in view pixels.

    Attributes:
        middle: (2,) on the line.
        normal: (2,) unit, towards the shaft.
        pixels_per_mm: at the height of the hips.
        wall, wall_normal: (2,) on the inner wall of the greater trochanter and away from the head:
            what lies beyond belongs to the shaft whatever the line is.
        matrix, shift: the motion ``matrix @ (p - middle) + middle + shift``.
        waves: (K, 3) amplitude, wave number and phase of the line's roughness.
    """

    middle: NDArray[np.float64]
    normal: NDArray[np.float64]
    pixels_per_mm: float
    wall: NDArray[np.float64]
    wall_normal: NDArray[np.float64]
    matrix: NDArray[np.float64]
    shift: NDArray[np.float64]
    waves: NDArray[np.float64]

    @classmethod
    def of(cls, fracture: FemurFracture, view: BoneView, place: HipPlace) -> _Break:
        camera = view.camera
        head, shaft = (camera.project(place.points[key]) for key in ("FHC", "SHP"))
        pixels_per_mm = view.head_radius_px[fracture.side.value] / place.head_radius_mm
        if fracture.kind is FractureKind.NECK:
            middle = camera.project(place.points["NA"])
            across = middle - head
        else:
            half = place.points["SHP"] + 0.55 * (place.points["NA"] - place.points["SHP"])
            middle = camera.project(half)
            outwards = camera.project(place.point(30.0, 0.0)) - shaft
            across = (shaft - middle) / np.linalg.norm(shaft - middle)
            across = across - 0.8 * outwards / np.linalg.norm(outwards)
        lateral, distal = (
            camera.project(place.point(*step)) - shaft for step in ((1.0, 0.0), (0.0, 1.0))
        )
        handed = np.sign(lateral[0] * distal[1] - lateral[1] * distal[0])
        normal = _turned(np.radians(fracture.slant_deg)) @ (across / np.linalg.norm(across))
        shift = fracture.lateral_mm * lateral - fracture.proximal_mm * distal
        matrix = _turned(handed * np.radians(fracture.varus_deg))
        wall = camera.project(place.point(place.beside_trochanter(), 0.0))
        outwards = lateral / np.linalg.norm(lateral)
        if fracture.kind is FractureKind.TROCHANTERIC:  # the trochanter breaks too
            wall = wall + 1e6 * outwards
        waves = _waves(fracture, pixels_per_mm)
        return cls(middle, normal, pixels_per_mm, wall, outwards, matrix, shift, waves)

    def below(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """(...) pixels of (..., 2) places beyond the break, on the shaft's side."""
        relative = xy - self.middle
        along = relative @ np.array([-self.normal[1], self.normal[0]])
        rough = sum(a * np.sin(k * along + phase) for a, k, phase in self.waves)
        beyond = (xy - self.wall) @ self.wall_normal
        return np.asarray(np.maximum(relative @ self.normal + rough, beyond), dtype=np.float64)

    def forward(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where a place of the shaft's part goes."""
        return np.asarray(self.matrix @ (xy - self.middle) + self.middle + self.shift)

    def moved(self, field: NDArray[np.float32], corner: NDArray[np.float64]) -> NDArray[np.float32]:
        """(H, W) a part of a field after the motion; ``corner`` (2,) is its first pixel."""
        inverse = np.linalg.inv(self.matrix)
        # In (row, column): where every output pixel comes from.
        turned = inverse[::-1, ::-1]
        middle = self.middle - corner
        offset = (middle - inverse @ (middle + self.shift))[::-1]
        # A shaft that leaves the view goes on below it.
        moved = ndimage.affine_transform(field, turned, offset, order=1, mode="nearest")
        return np.asarray(moved, dtype=np.float32)


def _around(field: NDArray[np.float32], margin: int) -> tuple[slice, slice]:
    """Rows and columns of what is not zero, and some more around."""
    found = []
    for axis, length in ((1, field.shape[0]), (0, field.shape[1])):
        used = np.flatnonzero(field.any(axis=axis))
        if not len(used):
            return slice(0, 0), slice(0, 0)
        found.append(slice(max(int(used[0]) - margin, 0), min(int(used[-1]) + margin + 1, length)))
    return found[0], found[1]


def _waves(fracture: FemurFracture, pixels_per_mm: float) -> NDArray[np.float64]:
    """Amplitude, wave number and phase of some waves: finer ones are lower."""
    rng = np.random.default_rng(fracture.seed)
    length = np.array([28.0, 13.0, 6.0]) * rng.uniform(0.7, 1.4, 3) * pixels_per_mm
    amplitude = fracture.roughness_mm * pixels_per_mm * np.array([0.7, 0.4, 0.2])
    return np.stack([amplitude, 2 * np.pi / length, rng.uniform(0, 2 * np.pi, 3)], axis=1)


def _turned(angle: float) -> NDArray[np.float64]:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
