"""Where objects lie: rays of a film's pixels, and places at a hip in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ....anatomy import Side
from ....errors import ConfigurationError
from ....imaging import PlaneTransform
from ...surfaces import BoneName
from ..camera import Camera
from ..view import BoneView

HEAD_MM = 24.0
"""Radius of a usual femoral head; implants come in sizes."""
_SHAFT_HALF = 0.65  # half the width of the shaft relative to the head's radius


@dataclass(frozen=True, eq=False)
class FilmGrid:
    """Pixels of a film (a crop, turn or scale of a view) and the rays that meet them.

    Attributes:
        camera: of the view.
        plane: from the view's pixels to the film's; its ``shape`` is the film's.
        device: torch device for the fields.
    """

    camera: Camera
    plane: PlaneTransform
    device: torch.device

    @classmethod
    def of(
        cls, view: BoneView, plane: PlaneTransform | None, device: str | torch.device = "cpu"
    ) -> FilmGrid:
        """The grid of a view, or of the film that ``plane`` makes of it."""
        chosen = PlaneTransform.identity(view.camera.shape) if plane is None else plane
        return cls(view.camera, chosen, torch.device(device))

    @property
    def pixels_per_view_pixel(self) -> float:
        """How much larger things are on the film than on the view."""
        return self.plane.scale

    def window(self, corners: NDArray[np.float64], pad_mm: float) -> tuple[slice, slice] | None:
        """Rows and columns of the film that the hull of (N, 3) points, grown, can touch."""
        pitch = float(np.linalg.norm(self.camera.column_step))
        enlarged = max(self.camera.magnification(corner) for corner in corners)
        pad = 1.1 * pad_mm * enlarged / pitch * self.pixels_per_view_pixel + 1.0
        return self.pixel_window(self.camera.project(corners), pad)

    def pixel_window(
        self, places: NDArray[np.float64], pad_px: float
    ) -> tuple[slice, slice] | None:
        """Rows and columns of the film that hold (N, 2) view pixels, and some more around."""
        on_film = self.plane.forward(places)
        limit = np.array(self.plane.shape[::-1])
        low = np.clip(np.floor(on_film.min(axis=0) - pad_px), 0, limit).astype(int)
        high = np.clip(np.ceil(on_film.max(axis=0) + pad_px) + 1, 0, limit).astype(int)
        if np.any(high <= low):
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def view_pixels(self, window: tuple[slice, slice], samples: int = 1) -> tuple[Tensor, Tensor]:
        """(column, row) on the view of the window's pixels, ``samples`` x ``samples`` in each."""
        rows, columns = (self._steps(part, samples) for part in window)
        inverse = np.linalg.inv(self.plane.matrix)
        x, y = columns[None, :], rows[:, None]
        first, second = (float(i[0]) * x + float(i[1]) * y + float(i[2]) for i in inverse[:2])
        return first, second

    def _steps(self, part: slice, samples: int) -> Tensor:
        count = (part.stop - part.start) * samples
        offset = part.start - 0.5 + 0.5 / samples
        steps = torch.arange(count, dtype=torch.float32, device=self.device)
        return steps / samples + offset

    def empty(self) -> Tensor:
        """(H, W) zeros."""
        return torch.zeros(self.plane.shape, device=self.device)


@dataclass(frozen=True, eq=False)
class HipPlace:
    """A hip of a view in three dimensions, as far as its projection tells: in one plane.

    All points are laid in the plane through the origin of the pelvic frame, parallel to the
    detector, which projects them to where they are on the film.

    Attributes:
        side: of the patient.
        points: (3,) LPS mm by landmark.
        head_radius_mm: of the femoral head.
        shaft_half_mm: half the width of the shaft below the lesser trochanter.
        lateral, distal, anterior: (3,) unit vectors; ``distal`` along the shaft.
    """

    side: Side
    points: dict[str, NDArray[np.float64]]
    head_radius_mm: float
    shaft_half_mm: float
    lateral: NDArray[np.float64]
    distal: NDArray[np.float64]
    anterior: NDArray[np.float64]

    @classmethod
    def of(cls, view: BoneView, side: Side) -> HipPlace | None:
        """None when the view does not tell where head and shaft are."""
        points = {
            key: on_plane(view.camera, point.xy)
            for (own, key), point in view.landmarks.items()
            if own is side and point.xy is not None
        }
        radius = view.head_radius_px.get(side.value)
        if not {"FHC", "SHP"} <= set(points) or not radius:
            return None
        head, shaft = points["FHC"], points["SHP"]
        # A short shaft on the film: taken to run straight down.
        span = points["SHD"] - shaft if "SHD" in points else np.zeros(3)
        distal = _unit(span if np.linalg.norm(span) > 1.0 else view.camera.row_step)
        anterior = _unit(-np.cross(view.camera.column_step, view.camera.row_step))
        if anterior @ (view.camera.source - head) < 0:
            anterior = -anterior
        across = shaft - head
        lateral = _unit(across - distal * (across @ distal))
        head_mm = radius * _mm_per_pixel(view.camera)
        half = _shaft_half(view, side, shaft, lateral) or _SHAFT_HALF * head_mm
        return cls(side, points, head_mm, half, lateral, distal, anterior)

    def beside_trochanter(self) -> float:
        """How far lateral of the shaft's axis (mm) the neck ends and the trochanter begins."""
        usual = 0.25 * self.head_radius_mm
        if "GT" not in self.points:
            return usual
        tip = (self.points["GT"] - self.points["SHP"]) @ self.lateral
        return min(usual, float(tip) - 5.0)

    def point(self, lateral: float, distal: float, anterior: float = 0.0) -> NDArray[np.float64]:
        """(3,) LPS mm at these distances in mm from the proximal shaft point."""
        return np.asarray(
            self.points["SHP"]
            + lateral * self.lateral
            + distal * self.distal
            + anterior * self.anterior
        )


def _shaft_half(
    view: BoneView, side: Side, shaft: NDArray[np.float64], lateral: NDArray[np.float64]
) -> float | None:
    """Half the width of the femur's shadow at the proximal shaft point; None where it is cut."""
    paths = view.paths.get(BoneName.femur(side))
    if paths is None:
        return None
    reach = np.arange(0.0, 40.0, 0.25)
    ends = []
    for sign in (-1.0, 1.0):
        xy = np.rint(view.camera.project(shaft + sign * reach[:, None] * lateral)).astype(int)
        if not np.all((xy >= 0) & (xy < view.camera.shape[::-1])):
            return None
        empty = np.flatnonzero(paths.total[xy[:, 1], xy[:, 0]] <= 0)
        ends.append(float(reach[empty[0]]) if len(empty) else np.nan)
    half = float(np.mean(ends))
    return half if 8.0 < half < 30.0 else None


def on_plane(camera: Camera, xy: ArrayLike, towards_source_mm: float = 0.0) -> NDArray[np.float64]:
    """(3,) LPS mm of the place that projects to ``xy`` (column, row) of the view.

    Args:
        camera: of the view.
        xy: (2,).
        towards_source_mm: distance of the place from the plane through the pelvic frame's origin
            (the height of the hips) parallel to the detector, towards the source.

    Raises:
        ConfigurationError: when that plane is not between the focal spot and the detector.
    """
    column, row = np.asarray(xy, dtype=np.float64)
    ray = camera.origin + column * camera.column_step + row * camera.row_step - camera.source
    normal = _unit(np.cross(camera.column_step, camera.row_step))
    depth = abs(float(-camera.source @ normal)) - towards_source_mm
    whole = abs(float((camera.origin - camera.source) @ normal))
    if not 0 < depth < whole:
        raise ConfigurationError(
            f"An object {towards_source_mm:g} mm from the hips is not between the focal spot and "
            "the detector."
        )
    return np.asarray(camera.source + ray * depth / whole, dtype=np.float64)


def room_below(camera: Camera) -> float:
    """Distance in mm of the detector from the plane through the pelvic frame's origin."""
    normal = np.cross(camera.column_step, camera.row_step)
    return float(abs(camera.origin @ normal) / np.linalg.norm(normal))


def film_axes(
    camera: Camera, turn_deg: float, mirrored: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors to the right and downwards on the film, turned."""
    right = camera.column_step / np.linalg.norm(camera.column_step)
    down = camera.row_step / np.linalg.norm(camera.row_step)
    angle = np.radians(turn_deg)
    x_axis = np.cos(angle) * right + np.sin(angle) * down
    y_axis = np.cos(angle) * down - np.sin(angle) * right
    return (-x_axis if mirrored else x_axis), y_axis


def _mm_per_pixel(camera: Camera) -> float:
    """Size of a view pixel at the height of the hips."""
    origin = on_plane(camera, (0.0, 0.0))
    return float(np.linalg.norm(camera.column_step)) / camera.magnification(origin)


def _unit(vector: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(vector, dtype=np.float64)
    return np.asarray(values / np.linalg.norm(values), dtype=np.float64)
