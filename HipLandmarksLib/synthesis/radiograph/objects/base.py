"""``FilmObject``: what every object on a film can do, and how it enters the beam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ....anatomy import HipLandmarkId, LandmarkState, Side
from ..camera import Camera
from ..materials import Material, attenuation
from ..view import BoneView, TruePoint
from .rays import FilmGrid
from .solids import Plate, Solid

SAMPLES = 2  # rays across a pixel, so that thin wires do not break up
OPAQUE = 2.3  # optical depth at 60 keV that leaves a tenth of the beam
_ENERGY_KEV = 60.0


@dataclass(frozen=True, eq=False)
class Piece:
    """A body of one material.

    Attributes:
        shape: where it is.
        material: what it is made of.
        amount: +1; -1 for a hollow; less for a material of lower density.
        inside: True within the patient, where it takes the place of tissue.
    """

    shape: Solid | Plate
    material: Material
    amount: float = 1.0
    inside: bool = False


class FilmObject:
    """Something on or in the patient, or on the film; a frozen dataclass of its parameters.

    A subclass overrides what it does; the rest leaves the film as it is.
    """

    def pieces(self, view: BoneView) -> list[Piece]:
        """Matter in the beam, placed in the view; empty when the view has no place for it."""
        return []

    def altered(self, view: BoneView) -> BoneView:
        """The view with bone moved or taken away and with the landmarks that this changes."""
        return view

    def describe(self) -> dict[str, Any]:
        """Name of the class (``object``) and parameters, as JSON values."""
        assert is_dataclass(self)
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {"object": type(self).__name__, **{n: _plain(v) for n, v in values.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value


def path_lengths_of(
    pieces: Iterable[Piece], grid: FilmGrid, samples: int = SAMPLES
) -> dict[Material, Tensor]:
    """(H, W) mm in each material on the film's grid."""
    lengths: dict[Material, Tensor] = {}
    for piece in pieces:
        window = grid.window(piece.shape.corners, piece.shape.pad_mm)
        if window is None:
            continue
        column, row = grid.view_pixels(window, samples)
        fine = piece.shape.chord(grid.camera, column, row)
        chord = torch.nn.functional.avg_pool2d(fine[None, None], samples)[0, 0]
        field = lengths.setdefault(piece.material, grid.empty())
        field[window] += piece.amount * chord
    return {material: field.clamp(min=0) for material, field in lengths.items()}


def optical_depth(pieces: Iterable[Piece], camera: Camera, xy: ArrayLike) -> NDArray[np.float64]:
    """(...) how much the pieces weaken the rays to (..., 2) view pixels, at 60 keV."""
    places = torch.as_tensor(np.asarray(xy, dtype=np.float64))
    total = torch.zeros(places.shape[:-1], dtype=torch.float64)
    for piece in pieces:
        chord = piece.shape.chord(camera, places[..., 0], places[..., 1])
        total += piece.amount * float(attenuation(piece.material, _ENERGY_KEV)) * chord
    return np.asarray(total.numpy(), dtype=np.float64)


def with_states(
    view: BoneView, side: Side, keys: Iterable[str], state: LandmarkState, note: str
) -> BoneView:
    """The view with another state of some landmarks of one side; a replaced one has no place.

    A landmark outside the field of view stays absent: nobody sees what became of it.
    """
    points = dict(view.landmarks)
    for key in keys:
        old = points.get((side, key))
        if old is None or (old.xy is not None and not on_detector(view.camera, old.xy)):
            continue
        place = None if state is LandmarkState.PROSTHESIS else old.xy
        points[(side, key)] = TruePoint(place, state, note)
    return replace(view, landmarks=points)


def on_detector(camera: Camera, xy: tuple[float, float]) -> bool:
    """Whether (column, row) lies on the detector."""
    height, width = camera.shape
    return 0 <= xy[0] <= width - 1 and 0 <= xy[1] <= height - 1


def with_moved(view: BoneView, places: Mapping[HipLandmarkId, tuple[float, float]]) -> BoneView:
    """The view with some landmarks elsewhere; one that leaves the detector is absent."""
    points = dict(view.landmarks)
    for id_, xy in places.items():
        old = points[id_]
        state, note = old.state, old.note
        if not on_detector(view.camera, xy):
            state, note = LandmarkState.ABSENT, "outside the field of view"
        elif old.xy is not None and not on_detector(view.camera, old.xy):
            state, note = LandmarkState.VISIBLE, ""
        points[id_] = TruePoint(xy, state, note)
    return replace(view, landmarks=points)
