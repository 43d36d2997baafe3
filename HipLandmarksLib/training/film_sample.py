"""Where a training sample of a film model lies on a bone view, and which points it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, Side
from ..errors import ImageError
from ..imaging import PlaneTransform
from ..synthesis.radiograph.view import BoneView
from .targets import inside

_HEAD = "FHC"
_HEAD_RADIUS_MM = 24.0
_SHAFT_HALF_MM = 15.0
_LEAST_SHAFT_MM = 50.0
_SHAFT_LEVELS = 61


@dataclass(frozen=True)
class SampleFrame:
    """Where a sample lies on a view.

    Attributes:
        film: from the view to the film.
        plane: from the view to the sample.
        mirrored: whether left and right are swapped.
        view_shape: (height, width) of the view.
    """

    film: PlaneTransform
    plane: PlaneTransform
    mirrored: bool
    view_shape: tuple[int, int]

    def seen(self) -> NDArray[np.bool_]:
        """(H, W) pixels of the sample that lie on the film and on the view."""
        height, width = self.plane.shape
        grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
        return self.shows(self.plane.backward(grid))

    def on_film(self) -> NDArray[np.bool_]:
        """(H, W) pixels of the sample that lie on the film."""
        height, width = self.plane.shape
        grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
        return self._on_film(self.plane.backward(grid))

    def shows(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(...) whether (..., 2) points of the view lie on the film and on the view."""
        return _within(points, self.view_shape) & self._on_film(points)

    def place(self, xy: tuple[float, float]) -> tuple[float, float] | None:
        """A point of the view in the sample, None when it is not to be seen there."""
        if not self.shows(np.array(xy)):
            return None
        x, y = (float(value) for value in self.plane.forward(xy))
        return (x, y) if inside((x, y), self.plane.shape) else None

    def _on_film(self, on_view: NDArray[np.float64]) -> NDArray[np.bool_]:
        return _within(self.film.forward(on_view), self.film.shape)


def _within(points: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(...) whether (..., 2) points (x, y) lie on an image of ``shape``."""
    limit = np.array([shape[1], shape[0]]) - 0.5
    return np.asarray(np.all((points >= -0.5) & (points <= limit), axis=-1))


@dataclass(frozen=True)
class FilmSample:
    """One training sample.

    Attributes:
        pixels: (H, W) network input.
        points: (x, y) in the sample by landmark, None where absent; a landmark that is not here
            is not annotated.
        mm_per_px: size of a pixel at the hip when its head measures 48 mm; 0 without a hip.
    """

    pixels: NDArray[np.float32]
    points: Mapping[HipLandmarkId, tuple[float, float] | None]
    mm_per_px: float = 0.0


def head_places(view: BoneView) -> dict[Side, tuple[tuple[float, float], float]]:
    """Centre and radius of the femoral heads on a view, those beside it only if both are.

    Raises:
        ImageError: when the view has no head.
    """
    found = {}
    for side in Side:
        point = view.landmarks.get((side, _HEAD))
        radius = view.head_radius_px.get(side.value)
        if point is not None and point.xy is not None and radius:
            found[side] = (point.xy, float(radius))
    if not found:
        raise ImageError("the view shows no femoral head")
    shown = {s: h for s, h in found.items() if _within(np.array(h[0]), view.camera.shape)}
    return shown or found


def known_points(
    view: BoneView, frame: SampleFrame, keys: Sequence[str], named: Mapping[Side, Side]
) -> dict[HipLandmarkId, tuple[float, float] | None]:
    """What is known of every landmark of a sample.

    Args:
        view: with the true points.
        frame: of the sample.
        keys: landmarks.
        named: side of the view by side of the sample, before it was mirrored.
    """
    found: dict[HipLandmarkId, tuple[float, float] | None] = {}
    for shown, own in named.items():
        label = shown.opposite if frame.mirrored else shown
        for key in keys:
            point = view.landmarks.get((own, key))
            if point is None:
                continue
            xy = point.xy if point.state.has_position else None
            if key == "SHD" and xy is not None:
                xy = lowest_shaft(view, frame, own, xy)
            found[(label, key)] = None if xy is None else frame.place(xy)
    return found


def lowest_shaft(
    view: BoneView, frame: SampleFrame, side: Side, lowest: tuple[float, float]
) -> tuple[float, float] | None:
    """Where SHD lies on a film that shows less of the shaft than the view does.

    By definition SHD is the lowest level of the straight shaft with both cortices on the film, at
    least 50 mm below SHP.

    Args:
        view: with SHP and the head.
        frame: of the film.
        side: of the shaft.
        lowest: SHD on the view.

    Returns:
        The point on the view, None where too little of the shaft is on the film.
    """
    top = view.landmarks.get((side, "SHP"))
    radius = view.head_radius_px.get(side.value)
    if top is None or top.xy is None or not radius:
        return lowest
    start, span = np.array(top.xy), np.subtract(lowest, top.xy)
    length = float(np.hypot(*span))
    if length == 0:
        return None
    half = _SHAFT_HALF_MM / _HEAD_RADIUS_MM * radius * np.array([-span[1], span[0]]) / length
    share = np.linspace(1, 0, _SHAFT_LEVELS)[:, None]
    middle = start + share * span
    shown = frame.shows(middle + half) & frame.shows(middle - half)
    if not shown.any():
        return None
    best = int(np.argmax(shown))
    if float(share[best, 0]) * length < _LEAST_SHAFT_MM / _HEAD_RADIUS_MM * radius:
        return None
    return float(middle[best, 0]), float(middle[best, 1])
