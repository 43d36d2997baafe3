"""``SimulatedFilm``: a film with everything that is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...anatomy import (
    HipLandmarkId,
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    Source,
    SourceKind,
)
from ...errors import ConfigurationError
from ...imaging import HipImage
from .camera import Camera
from .view import TruePoint

SOURCE = Source(SourceKind.SIMULATION, "hiplandmarks simulate", __version__)


@dataclass(frozen=True, eq=False)
class SimulatedFilm:
    """A film, as seen on a screen (bone bright), with its truth.

    Attributes:
        name: of the case.
        pixels: (H, W) brightness, 0 to 1; columns to the patient's left, rows to the feet.
        camera: of the projection, for the grid of ``pixels``.
        landmarks: true places on the grid and states on this very film.
        magnification: at the centres of the femoral heads.
        licence: under which the film may be used, one sentence.
        origin: what decides its contents (source, seed, number); equal ones give equal files.
        subject: whose bones it shows; films of one subject never lie in two parts of a split.
        stored_inverted: store it as MONOCHROME1.
        parameters: pose and shape that made it.
        objects: kind and parameters of what lies on the film, such as a calibration ball's true
            size.

    Raises:
        ConfigurationError: when pixels and camera do not fit.
    """

    name: str
    pixels: NDArray[np.float32]
    camera: Camera
    landmarks: Mapping[HipLandmarkId, TruePoint]
    magnification: float
    licence: str
    origin: str
    subject: str = ""
    stored_inverted: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)
    objects: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        if self.pixels.shape != self.camera.shape:
            raise ConfigurationError(
                f"The film has {self.pixels.shape} pixels, its camera {self.camera.shape}."
            )

    @property
    def pixel_mm(self) -> tuple[float, float]:
        """Distance of neighbouring rows and of neighbouring columns on the detector, mm."""
        camera = self.camera
        return float(np.linalg.norm(camera.row_step)), float(np.linalg.norm(camera.column_step))

    @property
    def source_detector_mm(self) -> float:
        """Distance of the focal spot from the detector's plane, mm."""
        normal = np.cross(self.camera.column_step, self.camera.row_step)
        across = (self.camera.origin - self.camera.source) @ normal
        return float(abs(across) / np.linalg.norm(normal))

    @property
    def only_side(self) -> Side | None:
        """The side of a film that shows the head of one hip only; None for a pelvis."""
        height, width = self.camera.shape
        shown = []
        for side in Side:
            head = self.landmarks[side, "FHC"]
            replaced = head.state is LandmarkState.PROSTHESIS  # only of a hip on the film
            place = head.xy
            if replaced or (place and 0 <= place[0] <= width - 1 and 0 <= place[1] <= height - 1):
                shown.append(side)
        return shown[0] if len(shown) == 1 else None


def landmarks_on_file(film: SimulatedFilm, image: HipImage) -> HipLandmarks:
    """The film's landmarks in the frame of ``image``, LPS mm.

    Args:
        film: with places on its grid.
        image: the film's file as it was read: it knows the pixel size and the orientation.
    """
    points = [_landmark(side, key, point, image) for (side, key), point in film.landmarks.items()]
    return HipLandmarks.of(points, case_id=film.name)


def _landmark(side: Side, key: str, point: TruePoint, image: HipImage) -> Landmark:
    position = None
    if point.state.has_position:
        if point.xy is None:
            raise ConfigurationError(f"The {side.word} {key} is {point.state.value} without place.")
        x, y, z = image.to_lps([*point.xy, 0.0])
        position = (float(x), float(y), float(z))
    confidence = 1.0 if point.state is LandmarkState.VISIBLE else None
    return Landmark(side, key, position, point.state, SOURCE, None, confidence, point.note)
