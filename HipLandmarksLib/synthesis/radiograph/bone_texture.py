"""Mineral density and trabecular pattern of cancellous bone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .fields import generator, texture
from .habitus import BoneQuality
from .materials import Material, MaterialPaths


def with_bone_quality(
    materials: MaterialPaths, quality: BoneQuality, rng: np.random.Generator
) -> MaterialPaths:
    """Cancellous bone resolved into mineral (as CORTICAL) and fatty marrow (as FAT).

    The total length of every ray stays the same: bone that is less dense holds more marrow.
    """
    lengths = dict(materials.lengths)
    cancellous = lengths.pop(Material.CANCELLOUS, None)
    dense = lengths.get(Material.CORTICAL)
    zero = torch.zeros(materials.shape, device=materials.device)
    marrow, mineral = zero, zero
    if dense is not None:
        mineral = dense * quality.cortical
        marrow = (dense - mineral).clamp(min=0)
    if cancellous is not None:
        pattern = trabecular_pattern(materials, quality, rng)
        bone = cancellous * (quality.trabecular * pattern).clamp_(0, 0.95)
        mineral = mineral + bone
        marrow = marrow + (cancellous - bone)
    lengths[Material.CORTICAL] = mineral
    lengths[Material.FAT] = lengths[Material.FAT] + marrow if Material.FAT in lengths else marrow
    return MaterialPaths(lengths, materials.pixel_mm)


def trabecular_pattern(
    materials: MaterialPaths, quality: BoneQuality, rng: np.random.Generator
) -> Tensor:
    """(H, W) relative density, mean about 1: crossing strands and uneven patches."""
    source = generator(rng, materials.device)
    shape, pixel = materials.shape, materials.pixel_mm
    pattern = torch.ones(shape, device=materials.device)
    grain = quality.grain_mm / pixel
    if quality.texture > 0:
        strands = texture(shape, (4.5 * grain, grain), source)
        strands = strands + texture(shape, (grain, 2.5 * grain), source)
        strands = strands + texture(shape, (2 * grain, 2 * grain), source)
        # Strands thinner than a pixel average out.
        pattern = pattern + strands * (0.35 * quality.texture * min(1.0, grain))
    if quality.patches > 0:
        wide = 9.0 / pixel
        pattern = pattern + texture(shape, (wide, wide), source) * quality.patches
    return pattern
