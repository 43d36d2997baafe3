"""How films of the pelvis are taken: random cameras and crops.

Sources. Textbook positioning: perpendicular beam half way between the anterior superior spines and
the symphysis (pelvis) or on the femoral neck (hip), upper edge of a 43 x 35 cm detector 3 to 5 cm
above the iliac crests (low pelvis: at the spines), distance of 100 to 120 cm. The spreads, table,
habitus and crops are our choice; together they give magnifications of 1.1 to 1.3, published means
being 1.20 (1.17 to 1.23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...errors import ConfigurationError
from ..surfaces import BoneName, PelvisAnatomy
from .camera import Camera
from .sampling import Generator, within

_Option = TypeVar("_Option")

_SOURCE_DETECTOR_MM = {1000.0: 0.2, 1100.0: 0.2, 1150.0: 0.4, 1200.0: 0.2}
_DETECTORS_MM = {(430.0, 350.0): 0.5, (430.0, 430.0): 0.4, (350.0, 430.0): 0.1}
_HIP_DETECTORS_MM = {
    (240.0, 300.0): 0.35,
    (180.0, 240.0): 0.2,
    (280.0, 350.0): 0.25,
    (350.0, 430.0): 0.2,
}
"""(width, height) and how often it is used."""

_LEAST_MM = 120.0
"""No crop is narrower or lower: a hip with its joint and neck needs as much."""
_HEAD_MM = 42.0
"""From a head's centre to the edge of the film at least, on the detector."""


class Framing(str, Enum):
    """What a film shows."""

    PELVIS = "pelvis"
    """The whole pelvis, from above the crests to the proximal femora."""
    LOW_PELVIS = "low pelvis"
    """Centred on the hips: crests cut off, more of the femora."""
    CLOSE = "close"
    """A pelvis film cropped to both hips."""
    HIP = "hip"
    """One hip: its own exposure, or cut out of a pelvis film."""


@dataclass(frozen=True)
class CameraSettings:
    """What films to take.

    Attributes:
        pixel_mm: smallest and largest pixel pitch on the detector.
        shares: relative frequency of each framing.

    Raises:
        ConfigurationError: when a pitch is not positive or no framing is left.
    """

    pixel_mm: tuple[float, float] = (0.8, 0.9)
    shares: Mapping[Framing, float] = field(
        default_factory=lambda: {
            Framing.PELVIS: 0.6,
            Framing.LOW_PELVIS: 0.12,
            Framing.CLOSE: 0.1,
            Framing.HIP: 0.18,
        }
    )

    def __post_init__(self) -> None:
        if not 0.0 < self.pixel_mm[0] <= self.pixel_mm[1]:
            raise ConfigurationError(f"{self.pixel_mm} is no range of pixel sizes in mm.")
        if min(self.shares.values(), default=0.0) < 0.0 or sum(self.shares.values()) <= 0.0:
            raise ConfigurationError("The shares of the framings must be positive numbers.")


def random_camera(
    rng: Generator, anatomy: PelvisAnatomy, settings: CameraSettings | None = None
) -> tuple[Camera, Framing]:
    """Source, detector and crop for a posed anatomy.

    Args:
        rng: source of chance.
        anatomy: as it lies (room axes: x to the patient's left, y to the table, z to the head).
        settings: which films; the usual mixture by default.

    Returns:
        The camera (its grid covers the cropped film only) and what it was meant to show.

    Raises:
        ConfigurationError: when the anatomy has no hip bone.
    """
    settings = settings or CameraSettings()
    framing = _choose(rng, settings.shares)
    side = Side.RIGHT if rng.random() < 0.5 else Side.LEFT
    room = _Room.around(anatomy, rng)
    window = _window(rng, framing, side, room)
    for shown in [side] if framing is Framing.HIP else list(Side):
        window = window.holding(room.on_detector(room.head(shown), window.beam))
    return _camera(rng, room, window, settings), framing


@dataclass(frozen=True)
class _Room:
    """Where tube and detector stand around a patient, mm.

    Attributes:
        anatomy: the patient.
        source_detector: distance of the focal spot from the detector.
        detector_y: position of the detector.
        crest_z: highest point of the hip bones.
    """

    anatomy: PelvisAnatomy
    source_detector: float
    detector_y: float
    crest_z: float

    @classmethod
    def around(cls, anatomy: PelvisAnatomy, rng: Generator) -> _Room:
        """Detector below table and buttocks; what lies between them varies with habitus."""
        hips = [b.vertices for n, b in anatomy.bones.items() if n in _HIP_BONES]
        if not hips:
            raise ConfigurationError(f"{anatomy.subject} has no hip bone to aim a film at.")
        back = max(float(bone.vertices[:, 1].max()) for bone in anatomy.bones.values())
        flesh = within(rng.normal(28.0, 16.0), 6.0, 90.0)
        table = rng.uniform(40.0, 90.0)
        crest = max(float(vertices[:, 2].max()) for vertices in hips)
        return cls(anatomy, _choose(rng, _SOURCE_DETECTOR_MM), back + flesh + table, crest)

    def on_detector(
        self, point: NDArray[np.float64], beam: tuple[float, float]
    ) -> tuple[float, float]:
        """(x, z) on the detector of a point, with the central ray at ``beam`` (x, z)."""
        source = np.array([beam[0], self.detector_y - self.source_detector, beam[1]])
        scale = self.source_detector / (point[1] - source[1])
        there = source + (point - source) * scale
        return float(there[0]), float(there[2])

    def head(self, side: Side) -> NDArray[np.float64]:
        """Centre of a femoral head."""
        return self.anatomy.hips[side].head_centre


_HIP_BONES = (BoneName.HIP_RIGHT, BoneName.HIP_LEFT)


@dataclass(frozen=True)
class _Window:
    """The exposed and cropped field on the detector; (x, z) mm in the room.

    Attributes:
        low, high: corners (patient's right and caudal, left and cranial).
        beam: where the central ray meets the detector.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    beam: tuple[float, float]

    @classmethod
    def centred(
        cls, centre: tuple[float, float], size: tuple[float, float], beam: tuple[float, float]
    ) -> _Window:
        """A field of a size (width, height) about a centre."""
        half = (size[0] / 2, size[1] / 2)
        low = (centre[0] - half[0], centre[1] - half[1])
        return cls(low, (centre[0] + half[0], centre[1] + half[1]), beam)

    def cropped(self, right: float, caudal: float, left: float, cranial: float) -> _Window:
        """Without strips of these widths, never narrower or lower than a hip."""
        width, height = self.high[0] - self.low[0], self.high[1] - self.low[1]
        across = min(1.0, max(0.0, width - _LEAST_MM) / max(right + left, 1e-9))
        along = min(1.0, max(0.0, height - _LEAST_MM) / max(caudal + cranial, 1e-9))
        low = (self.low[0] + right * across, self.low[1] + caudal * along)
        high = (self.high[0] - left * across, self.high[1] - cranial * along)
        return _Window(low, high, self.beam)

    def holding(self, head: tuple[float, float]) -> _Window:
        """Wide enough for the head that is to be seen, with its joint."""
        low = (min(self.low[0], head[0] - _HEAD_MM), min(self.low[1], head[1] - _HEAD_MM))
        high = (max(self.high[0], head[0] + _HEAD_MM), max(self.high[1], head[1] + _HEAD_MM))
        return _Window(low, high, self.beam)


def _window(rng: Generator, framing: Framing, side: Side, room: _Room) -> _Window:
    if framing is Framing.HIP:
        return _hip_window(rng, side, room)
    middle = (room.head(Side.RIGHT) + room.head(Side.LEFT)) / 2
    low = framing is Framing.LOW_PELVIS
    beam = (
        float(middle[0] + rng.normal(0.0, 8.0)),
        float(middle[2] + (rng.normal(-8.0, 15.0) if low else rng.normal(30.0, 16.0))),
    )
    if framing is Framing.CLOSE:
        return _close_window(rng, room, beam)
    size = _choose(rng, _DETECTORS_MM)
    window = _Window.centred(_framed(rng, room, beam, size[1], low), size, beam)
    return window.cropped(*_strips(rng, (25.0, 35.0, 25.0, 35.0)))


def _framed(
    rng: Generator, room: _Room, beam: tuple[float, float], height: float, low: bool
) -> tuple[float, float]:
    """Centre of the detector: beneath the beam, or with the crests on the film as taught."""
    if low or rng.random() < 0.4:
        return beam[0] + float(rng.normal(0.0, 6.0)), beam[1] + float(rng.normal(0.0, 8.0))
    crest = np.array([0.0, room.head(Side.RIGHT)[1], room.crest_z])
    top = room.on_detector(crest, beam)[1] + float(rng.normal(22.0, 18.0))
    return beam[0] + float(rng.normal(0.0, 6.0)), top - height / 2


def _close_window(rng: Generator, room: _Room, beam: tuple[float, float]) -> _Window:
    """Both hips with little around them, as pictures in talks and theses are cropped."""
    heads = [room.on_detector(room.head(side), beam) for side in (Side.RIGHT, Side.LEFT)]
    across = [x for x, _ in heads]
    level = float(np.mean([z for _, z in heads]))
    right, left = rng.uniform(55.0, 115.0, size=2)
    low = (min(across) - float(right), level - float(rng.uniform(60.0, 160.0)))
    high = (max(across) + float(left), level + float(rng.uniform(50.0, 120.0)))
    return _Window(low, high, beam)


def _hip_window(rng: Generator, side: Side, room: _Room) -> _Window:
    head = room.head(side)
    neck = room.anatomy.hips[side].neck_centre
    if rng.random() < 0.6:  # its own exposure
        aim = head + rng.uniform(0.0, 1.2) * (neck - head)
        beam = (float(aim[0] + rng.normal(0.0, 8.0)), float(aim[2] + rng.normal(0.0, 12.0)))
        size = _choose(rng, _HIP_DETECTORS_MM)
        centre = (beam[0] + float(rng.normal(0.0, 8.0)), beam[1] + float(rng.normal(0.0, 12.0)))
        window = _Window.centred(centre, size, beam)
        return window.cropped(*_strips(rng, (20.0, 25.0, 20.0, 25.0)))
    beam = (float(rng.normal(0.0, 8.0)), float(head[2] + rng.normal(25.0, 18.0)))
    x, z = room.on_detector(head, beam)
    outwards = -1.0 if side is Side.RIGHT else 1.0
    size = (float(rng.uniform(140.0, 240.0)), float(rng.uniform(150.0, 300.0)))
    centre = (
        x + outwards * float(rng.uniform(-10.0, 35.0)),
        z - float(rng.uniform(-30.0, 0.3 * size[1])),
    )
    return _Window.centred(centre, size, beam)


def _strips(rng: Generator, largest: tuple[float, ...]) -> tuple[float, float, float, float]:
    """Widths cut off each edge; half of the films are not cropped at all."""
    if rng.random() < 0.5:
        return (0.0, 0.0, 0.0, 0.0)
    right, caudal, left, cranial = (float(rng.uniform(0.0, most)) for most in largest)
    return (right, caudal, left, cranial)


def _camera(rng: Generator, room: _Room, window: _Window, settings: CameraSettings) -> Camera:
    pixel = float(rng.uniform(*settings.pixel_mm))
    width = round((window.high[0] - window.low[0]) / pixel)
    height = round((window.high[1] - window.low[1]) / pixel)
    centre = (
        (window.low[0] + window.high[0]) / 2,
        (window.low[1] + window.high[1]) / 2,
    )
    beam = (window.beam[0] - centre[0], window.beam[1] - centre[1])
    return Camera.anteroposterior(
        (height, width), pixel, room.source_detector, room.detector_y, centre, beam
    )


def _choose(rng: Generator, options: Mapping[_Option, float]) -> _Option:
    """One of the options, by their shares."""
    shares = np.array(list(options.values()), dtype=np.float64)
    return list(options)[int(rng.choice(len(shares), p=shares / shares.sum()))]
