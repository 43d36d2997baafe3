"""``BodyFrame``: where the patient lies on the film, so that soft tissue can be laid around him."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...imaging import PlaneTransform
from ..surfaces import BoneName
from .view import BoneView

HEAD_DISTANCE_MM = 178.0  # between the femoral heads of a body of size 1
_SACRUM_TOP = (0.0, 88.0)
_SPARSE = 6  # pixels between those that bones are looked up at
_WING = (135.0, 110.0)
_SHAFT_TOP = (124.0, -72.0)  # lateral, cranial: middle of the shaft below the lesser trochanter
_SHAFT_SLOPE = -0.09
_LEAST_SHAFT_MM = 1.0  # a shorter rest of a shaft at the film's edge has no direction


@dataclass(frozen=True)
class Thigh:
    """Axis of a femoral shaft in the body plane, (x, z) mm.

    Attributes:
        start: middle of the shaft below the lesser trochanter.
        direction: unit vector towards the knee.
    """

    start: tuple[float, float]
    direction: tuple[float, float]


@dataclass(frozen=True, eq=False)
class BodyFrame:
    """A plane through both femoral heads in mm of a body of size 1: x to the patient's left, z up.

    The origin lies midway between the heads; x runs from the right one to the left one.

    Attributes:
        matrix: 3x3, (x, z, 1) -> (column, row, 1) of the film.
        thighs: both shafts.
        sacrum_top: (x, z) of the sacrum's upper end at the midline.
        wing: (distance from the midline, z) of the most lateral point of the ilia.
    """

    matrix: NDArray[np.float64]
    thighs: Mapping[Side, Thigh]
    sacrum_top: tuple[float, float] = _SACRUM_TOP
    wing: tuple[float, float] = _WING

    @classmethod
    def of(cls, view: BoneView) -> BodyFrame:
        """From the places of both femoral heads and shafts and of the sacrum.

        Where a head has no place on the view, the axes of the pelvic frame as the camera sees
        them are used; a shaft without a place gets a usual one.
        """
        matrix = _matrix(view)
        thighs = {side: _thigh(view, matrix, side) for side in Side}
        return cls(matrix, thighs, _sacrum_top(view, matrix), _wing(view, matrix))

    @property
    def pixels_per_mm(self) -> float:
        """Film pixels per body millimetre."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:2, :2]))))

    def transformed(self, transform: PlaneTransform) -> BodyFrame:
        """The same body on the film after ``transform``."""
        return replace(self, matrix=transform.matrix @ self.matrix)

    def grid(
        self, shape: tuple[int, int], step: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """x and z, each (ceil(H / step), ceil(W / step)), at the centres of ``step`` x ``step``
        pixels of a film of ``shape``."""
        inverse = np.linalg.inv(self.matrix)
        columns = ((np.arange(-(-shape[1] // step)) + 0.5) * step - 0.5)[None, :]
        rows = ((np.arange(-(-shape[0] // step)) + 0.5) * step - 0.5)[:, None]
        x, z = (i[0] * columns + i[1] * rows + i[2] for i in inverse[:2])
        return x.astype(np.float32), z.astype(np.float32)


def _place(view: BoneView, key: str, side: Side) -> NDArray[np.float64] | None:
    point = view.landmarks.get((side, key))
    return None if point is None or point.xy is None else np.asarray(point.xy, dtype=np.float64)


def _matrix(view: BoneView) -> NDArray[np.float64]:
    right, left = (_place(view, "FHC", side) for side in (Side.RIGHT, Side.LEFT))
    if right is None or left is None:
        origin, x_axis = view.camera.project([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
        unit = x_axis - origin
    else:
        origin, unit = (right + left) / 2, (left - right) / HEAD_DISTANCE_MM
    up = np.array([unit[1], -unit[0]])  # x right, rows down: up is x turned counter-clockwise
    matrix = np.eye(3)
    matrix[:2] = np.stack([unit, up, origin], axis=1)
    return matrix


def _thigh(view: BoneView, matrix: NDArray[np.float64], side: Side) -> Thigh:
    sign = 1.0 if side is Side.LEFT else -1.0
    start = np.array([sign * _SHAFT_TOP[0], _SHAFT_TOP[1]])
    usual = np.array([sign * _SHAFT_SLOPE, -1.0])
    end = start + usual
    proximal, distal = (_place(view, key, side) for key in ("SHP", "SHD"))
    if proximal is not None and distal is not None:
        inverse = np.linalg.inv(matrix)
        start, end = (inverse[:2, :2] @ p + inverse[:2, 2] for p in (proximal, distal))
    if np.linalg.norm(end - start) < _LEAST_SHAFT_MM:
        end = start + usual
    direction = (end - start) / float(np.linalg.norm(end - start))
    return Thigh((float(start[0]), float(start[1])), (float(direction[0]), float(direction[1])))


def _sacrum_top(view: BoneView, matrix: NDArray[np.float64]) -> tuple[float, float]:
    x, z, cut = _outline(view, matrix, BoneName.SACRUM)
    if cut or len(x) < 20:  # its top lies outside the film
        return _SACRUM_TOP
    middle = np.abs(x - np.median(x)) < 15.0
    return float(np.median(x)), float(np.percentile(z[middle], 98))


def _wing(view: BoneView, matrix: NDArray[np.float64]) -> tuple[float, float]:
    found = [(0.0, _WING[1])]
    for side in Side:
        x, z, _ = _outline(view, matrix, BoneName.hip(side))
        ilium = z > 40.0
        if ilium.any():
            widest = int(np.argmax(np.where(ilium, np.abs(x), 0.0)))
            found.append((float(abs(x[widest])), float(z[widest])))
    return max(found) if len(found) > 1 else _WING


def _outline(
    view: BoneView, matrix: NDArray[np.float64], bone: BoneName
) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """x and z of some pixels on a bone, and whether the upper edge of the film cuts it."""
    paths = view.paths.get(bone)
    if paths is None:
        return np.zeros(0), np.zeros(0), True
    rows, columns = np.nonzero(paths.total[::_SPARSE, ::_SPARSE] > 3.0)
    inverse = np.linalg.inv(matrix)
    x, z = inverse[:2, :2] @ np.stack([columns, rows]) * _SPARSE + inverse[:2, 2:]
    return x, z, bool(len(rows) and rows.min() == 0)
