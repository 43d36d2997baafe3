"""``ObjectScene``: the objects on one film, drawn on any crop of it, with the exact states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ....anatomy import Side
from ....imaging import PlaneTransform
from ..body_frame import BodyFrame
from ..film import Overlay
from ..materials import MaterialPaths
from ..view import BoneView
from .base import OPAQUE, FilmObject, Piece, on_detector, optical_depth, path_lengths_of
from .film import Collimation, FilmDrawing
from .hiding import hidden
from .implant import HipProsthesis
from .rays import FilmGrid
from .side_marker import SideMarker

Matter = Callable[[MaterialPaths, BodyFrame], MaterialPaths]
_Kind = TypeVar("_Kind", bound=FilmObject)


@dataclass(frozen=True, eq=False)
class ObjectScene:
    """Objects on a view, in the order in which they alter it.

    Attributes:
        source: the view without them.
        objects: what lies on or in the patient or on the film.
        view: the view with altered bone and with the exact states of its landmarks: make the film
            of this one.
        pieces: all matter of the objects.
    """

    source: BoneView
    objects: tuple[FilmObject, ...]
    view: BoneView = field(init=False)
    pieces: tuple[Piece, ...] = field(init=False)

    def __post_init__(self) -> None:
        pieces = tuple(piece for item in self.objects for piece in item.pieces(self.source))
        view = self.source
        for item in self.objects:
            view = item.altered(view)
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "view", self._with_hidden(view, pieces))

    def _with_hidden(self, view: BoneView, pieces: Sequence[Piece]) -> BoneView:
        def opaque(xy: NDArray[np.float64]) -> NDArray[np.bool_]:
            return optical_depth(pieces, view.camera, xy) > OPAQUE

        if pieces:
            view = hidden(view, opaque, "hidden by an opaque object")
        for shutter in self._of(Collimation):
            view = hidden(view, shutter.shades, "outside the collimated field")
        return view

    def _of(self, kind: type[_Kind]) -> list[_Kind]:
        return [item for item in self.objects if isinstance(item, kind)]

    @property
    def artificial_heads(self) -> Mapping[Side, tuple[float, float]]:
        """(column, row) of the middle of every artificial femoral head on the detector."""
        found = {p.side: p.head_place(self.source) for p in self._of(HipProsthesis)}
        camera = self.source.camera
        return {side: xy for side, xy in found.items() if xy and on_detector(camera, xy)}

    @property
    def letters(self) -> tuple[tuple[Side, tuple[float, float]], ...]:
        """What every letter says and where on the detector its middle lies, if it is exposed."""
        found = []
        for item in self._of(SideMarker):
            place = np.array(item.place)
            if not any(bool(shutter.shades(place)) for shutter in self._of(Collimation)):
                found.append((item.side, item.place))
        return tuple(found)

    def describe(self) -> list[dict[str, Any]]:
        """Kind and parameters of every object, as JSON values."""
        return [item.describe() for item in self.objects]

    def matter(
        self, plane: PlaneTransform | None = None, relabelled: bool = False
    ) -> Matter | None:
        """Adds the objects to what is in the beam, as :func:`.simulate_film` asks for it.

        Args:
            plane: from the view's pixels to the film's; the view itself by default.
            relabelled: True when a film that shows the view mirrored stands for another patient
                whose left hip is the view's right one: letters are then lettered for him.

        Returns:
            None when nothing is in the beam.
        """
        pieces = self._relabelled() if relabelled else self.pieces
        if not pieces:
            return None

        def add(matter: MaterialPaths, body: BodyFrame) -> MaterialPaths:
            grid = FilmGrid.of(self.source, plane, matter.device)
            inner, outer = (
                path_lengths_of([p for p in pieces if p.inside is inside], grid)
                for inside in (True, False)
            )
            if inner:
                matter = matter.with_implant(MaterialPaths(inner, matter.pixel_mm))
            return matter.plus(MaterialPaths(outer, matter.pixel_mm)) if outer else matter

        return add

    def _relabelled(self) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for item in self.objects:
            if isinstance(item, SideMarker):
                item = replace(item, side=item.side.opposite, mirrored=not item.mirrored)
            found += item.pieces(self.source)
        return tuple(found)

    def overlay(
        self, plane: PlaneTransform | None = None, relabelled: bool = False
    ) -> Overlay | None:
        """Draws text, lines and scatter around the field; None when there are none of these."""
        drawings, shutters = self._of(FilmDrawing), self._of(Collimation)
        if not drawings and not shutters:
            return None
        middle = (self.source.camera.shape[1] - 1) / 2 if relabelled else None

        def draw(film: Tensor) -> Tensor:
            grid = FilmGrid.of(self.source, plane, film.device)
            for shutter in shutters:
                film = shutter.drawn(film, grid)
            for drawing in drawings:
                film = drawing.drawn(film, grid, middle)
            return film

        return draw

    def field_of_view(
        self, plane: PlaneTransform | None = None, device: str | torch.device = "cpu"
    ) -> Tensor | None:
        """(H, W) bool: the collimated field on the film; None when all of it is exposed."""
        shutters = self._of(Collimation)
        if not shutters:
            return None
        grid = FilmGrid.of(self.source, plane, device)
        exposed = [shutter.outside(grid) <= 0 for shutter in shutters]
        return torch.stack(exposed).all(dim=0)
