"""Mineral density and trabecular pattern of cancellous bone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .body_frame import BodyFrame
from .bowel import Bubble, Plane
from .fields import blurred, generator, grown_steps, shrunk, texture
from .habitus import BoneQuality
from .materials import Material, MaterialPaths
from .trabeculae import strands, stress_density

_PATCH_MM = 8.0
_SMALLEST_CHANNEL_MM = 0.6  # coarser pixels do not show vascular channels
_WALL_MM = 4.0  # walls are judged by the dense bone within about this distance
_THIN_MM, _THICK_MM = 2.5, 9.0
_STRAND_MM = 6.0  # pieces of cancellous bone of this length are independent of each other


def with_bone_quality(
    materials: MaterialPaths,
    quality: BoneQuality,
    rng: np.random.Generator,
    frame: BodyFrame | None = None,
) -> MaterialPaths:
    """Cancellous bone resolved into mineral (as CORTICAL) and fatty marrow (as FAT).

    The total length of every ray stays the same: bone that is less dense holds more marrow.

    Args:
        materials: with CORTICAL and CANCELLOUS.
        quality: density and texture.
        rng: source of chance.
        frame: where the patient lies, so that strands follow the lines of stress; None lays them
            without direction.
    """
    source, pixel = generator(rng, materials.device), materials.pixel_mm
    uneven = texture(materials.shape, (_PATCH_MM / pixel, _PATCH_MM / pixel), source)
    pattern = strands(materials.shape, pixel, quality.grain_mm, frame, source)
    dense, cancellous = materials.of(Material.CORTICAL), materials.of(Material.CANCELLOUS)
    mineral = dense * _compactness(dense, pixel, quality, pattern, uneven)
    spongy = _loaded(cancellous, pixel, quality, frame, rng)
    spongy = spongy + trabecular_pattern(spongy, pattern, uneven, quality)
    mineral = mineral + torch.minimum(spongy.clamp_(min=0).mul_(quality.trabecular), cancellous)
    lengths: dict[Material, Tensor] = dict(materials.lengths)
    lengths.pop(Material.CANCELLOUS, None)
    lengths[Material.CORTICAL] = mineral
    lengths[Material.FAT] = (dense + cancellous).sub_(mineral).add_(materials.of(Material.FAT))
    return MaterialPaths(lengths, pixel)


def _loaded(
    cancellous: Tensor,
    pixel_mm: float,
    quality: BoneQuality,
    frame: BodyFrame | None,
    rng: np.random.Generator,
) -> Tensor:
    """Cancellous bone with vascular channels, as dense as the load on it."""
    if frame is None:
        return cancellous
    if quality.channels and pixel_mm < _SMALLEST_CHANNEL_MM:
        cancellous = _with_channels(cancellous, frame, quality.channels, rng)
    if quality.stress > 0:
        shape = (int(cancellous.shape[0]), int(cancellous.shape[1]))
        cancellous = cancellous * stress_density(frame, shape, quality.stress, cancellous.device)
    return cancellous


def _compactness(
    dense: Tensor, pixel_mm: float, quality: BoneQuality, pattern: Tensor, uneven: Tensor
) -> Tensor:
    """(H, W) density of dense bone relative to the tabulated one.

    Thick walls are compact, thin shells around cancellous bone are full of holes; none is even.
    """
    step = max(1, min(round(0.6 * _WALL_MM / pixel_mm), min(dense.shape) // 8))
    amount = blurred(shrunk(dense, step), _WALL_MM / pixel_mm / step)
    thick = ((amount - _THIN_MM) / (_THICK_MM - _THIN_MM)).clamp_(0, 1)
    coarse = quality.shell + (1 - quality.shell) * thick
    relative = grown_steps(coarse, (int(dense.shape[0]), int(dense.shape[1])), step)
    relative = relative.add(uneven, alpha=0.05).add_(pattern, alpha=0.15 * quality.texture)
    return relative.clamp_(0.2, 1.0).mul_(quality.cortical)


def _with_channels(
    cancellous: Tensor, frame: BodyFrame, count: int, rng: np.random.Generator
) -> Tensor:
    """With marrow along the vessels of the iliac wings: branching dark lines."""
    shape = (int(cancellous.shape[0]), int(cancellous.shape[1]))
    step = max(1, round(0.7 * frame.pixels_per_mm))
    plane = Plane.of(frame, shape, step)
    hollow = np.zeros_like(plane.x)
    for sign in (-1.0, 1.0):
        for _ in range(count):
            place = np.array([sign * rng.uniform(75, 105), rng.uniform(70, 110)])
            angle, half = rng.uniform(0.5, 2.6), float(rng.uniform(0.8, 1.4))
            for _ in range(int(rng.integers(4, 11))):
                bubble = Bubble((float(place[0]), float(place[1])), (3.2, half), float(angle), 3.0)
                plane.add(hollow, bubble, merge=True)
                place = place + 3.0 * np.array([np.cos(angle), np.sin(angle)])
                angle += rng.normal(0, 0.2)
    lost = grown_steps(torch.from_numpy(hollow).to(cancellous.device), shape, step)
    return (cancellous - lost).clamp_(min=0)


def trabecular_pattern(
    cancellous: Tensor, pattern: Tensor, uneven: Tensor, quality: BoneQuality
) -> Tensor:
    """(H, W) mm by which cancellous bone seems thicker or thinner than ``cancellous``.

    Strands that lie behind each other add up at random: their contrast grows with the square root
    of the thickness. Uneven density over centimetres grows with the thickness itself.
    """
    depth = (cancellous * _STRAND_MM).clamp_(min=0).sqrt_()
    return (
        (pattern * depth).mul_(quality.texture).addcmul_(uneven, cancellous, value=quality.patches)
    )
