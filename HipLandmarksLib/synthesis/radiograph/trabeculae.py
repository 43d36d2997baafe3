"""Strands of cancellous bone along the lines of stress around the hip, as they show on films.

In the proximal femur the principal compressive strands fan out from the medial cortex of the shaft
to the top of the head, the tensile ones arch from the lateral cortex through the neck (Ward 1838;
Singh, J Bone Joint Surg Am 1970); above the socket strands fan out from the head's centre. Centres
and curves are our approximation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ...anatomy import Side
from .body_frame import BodyFrame
from .fields import grown_steps, texture

_DENSITY_MM = 3.5  # grid of the density
_COARSEST_PX = 1.5  # strands thinner than that have no direction on the film
_LENGTH = 9.0  # length of a strand, in its widths


@dataclass(frozen=True)
class _Blob:
    """A part of the proximal femur that is denser (positive) or less dense than the rest.

    Attributes:
        start, end: of its middle line; (towards the body's side, up) mm from the shaft's middle
            below the lesser trochanter for femora, which stand 35 mm lateral of and 73 mm below
            the centre of the head when legs lie straight.
        width: standard deviation across, mm.
        change: of the relative density.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    change: float


_BLOBS = (
    _Blob((-16.0, 22.0), (-39.0, 86.0), 8.0, 0.45),  # principal compressive strands
    _Blob((-36.0, 78.0), (-36.0, 78.0), 16.0, 0.15),  # middle of the head
    _Blob((-10.0, 50.0), (-10.0, 50.0), 9.0, -0.45),  # Ward's triangle
    _Blob((14.0, 46.0), (10.0, 30.0), 11.0, -0.3),  # greater trochanter
)


@dataclass(frozen=True)
class _Fan:
    """A family of strands around a point of the body plane, on both sides of the midline.

    Attributes:
        centre: (distance from the midline, z) mm.
        radius: where strands have their nominal width, mm.
        arches: True for arcs around the centre, False for rays from it.
        above, below: the family fades out below / above these levels of z, mm.
    """

    centre: tuple[float, float]
    radius: float
    arches: bool
    above: float = -1e3
    below: float = 1e3


_FANS = (
    _Fan((112.0, -88.0), 75.0, False, below=32.0),
    _Fan((104.0, -62.0), 45.0, True, below=22.0),
    _Fan((89.0, -12.0), 50.0, False, above=12.0),
)


def strands(
    shape: tuple[int, int],
    pixel_mm: float,
    grain_mm: float,
    frame: BodyFrame | None,
    source: torch.Generator,
) -> Tensor:
    """(H, W) field of about unit variance of crossing strands.

    Args:
        shape: of the film.
        pixel_mm: its pixel pitch.
        grain_mm: width of the strands.
        frame: where the patient lies; None gives strands without direction.
        source: random stream, on the device of the result.
    """
    grain = grain_mm / pixel_mm
    if grain < _COARSEST_PX:
        return texture(shape, (1.0, 1.0), source) * (0.6 * min(1.0, grain))
    knots = texture(shape, (grain, grain), source) + texture(shape, (3 * grain, 3 * grain), source)
    if frame is None:
        return knots * 0.7
    step = max(1, int(grain / _COARSEST_PX))
    x, z = (torch.from_numpy(c).to(source.device) for c in frame.grid(shape, step))
    lines = torch.zeros_like(x)
    for fan in _FANS:
        weight = torch.sigmoid((z - fan.above) * 0.2) * torch.sigmoid((fan.below - z) * 0.2)
        lines.addcmul_(weight, _ridges(x, z, fan, grain_mm, source))
    return grown_steps(lines, shape, step).mul_(0.75).add_(knots, alpha=0.4)


def stress_density(
    frame: BodyFrame, shape: tuple[int, int], strength: float, device: torch.device
) -> Tensor:
    """(H, W) density of cancellous bone relative to its mean, following the load on the hip.

    Args:
        frame: where the patient lies.
        shape: of the film.
        strength: 0 (even) to 1 (strong; osteoporosis takes the lightly loaded strands first).
        device: of the result.
    """
    step = max(1, min(round(_DENSITY_MM * frame.pixels_per_mm), min(shape) // 8))
    x, z = frame.grid(shape, step)
    density = np.ones_like(x)
    for side, thigh in frame.thighs.items():
        sign = 1.0 if side is Side.LEFT else -1.0
        along, up = x - thigh.start[0], z - thigh.start[1]
        dx, dz = thigh.direction
        lateral = np.asarray(sign * (up * dx - along * dz), dtype=np.float32)
        cranial = np.asarray(-(along * dx + up * dz), dtype=np.float32)
        for blob in _BLOBS:
            squared = _squared_distance(lateral, cranial, blob)
            change = np.float32(strength * blob.change)
            density += change * np.exp(-squared / np.float32(2 * blob.width**2))
    coarse = torch.from_numpy(np.clip(density, 0.3, 1.8)).to(device)
    return grown_steps(coarse, shape, step)


def _squared_distance(
    x: NDArray[np.float32], y: NDArray[np.float32], blob: _Blob
) -> NDArray[np.float32]:
    (x0, y0), (x1, y1) = blob.start, blob.end
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    share: NDArray[np.float32] | float = 0.0
    if length > 0:
        share = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length, 0, 1)
    return np.asarray((x - x0 - share * (x1 - x0)) ** 2 + (y - y0 - share * (y1 - y0)) ** 2)


def _ridges(x: Tensor, z: Tensor, fan: _Fan, width_mm: float, source: torch.Generator) -> Tensor:
    """Bright and dark lines of a family: noise in polar coordinates around its centre."""
    across, up = x.abs() - fan.centre[0], z - fan.centre[1]
    angle = torch.atan2(up, across) / math.pi  # -1 to 1
    radius = torch.hypot(across, up)
    reach = 4.0 * fan.radius
    arc, step = math.pi * fan.radius, (_LENGTH * width_mm, 1.4 * width_mm)
    radial, angular = (step[1], step[0]) if fan.arches else step
    nodes = (1, 1, max(4, round(reach / radial)), max(8, round(4 * arc / angular)))
    tile = torch.randn(nodes, generator=source, device=source.device)
    # Each side of the body has its own half of the tile.
    turn = (angle + torch.where(x < 0, -1.0, 1.0)) * 0.5
    grid = torch.stack([turn, radius * (2 / reach) - 1], dim=-1)[None]
    value = functional.grid_sample(tile, grid, padding_mode="reflection", align_corners=False)
    return torch.exp(-3.0 * value[0, 0] ** 2).sub_(0.38).mul_(2.2)
