"""Targets of part affinity fields, made from points on the processor that trains."""

from __future__ import annotations

import torch
from torch import Tensor

from ..detection.limbs import LimbChannels

_BEYOND_PX = 1.0
"""A field reaches this far beyond its two ends, so that a bilinear sample at an end is whole."""


def limb_fields(
    points: Tensor, placed: Tensor, limbs: LimbChannels, shape: tuple[int, int], width: float
) -> Tensor:
    """Unit vectors along every limb, zero elsewhere (Cao et al. 2017; paper 2).

    Args:
        points: (B, L, 2) (column, row) in pixels, centres at integers.
        placed: (B, L), true where the landmark is in the image.
        limbs: which points are joined.
        shape: (H, W).
        width: a pixel belongs to the limb when its distance from the line is at most this.

    Returns:
        (B, M, 2, H, W): x to the right and y down, from start to end. The field of a limb with
        an end that is not placed is zero.
    """
    start, end, both = _ends(points, placed, limbs)
    span = end - start
    length = torch.linalg.vector_norm(span, dim=-1)
    drawn = both & (length > 1e-6)
    direction = torch.where(drawn[..., None], span / length.clamp(min=1e-6)[..., None], 0.0)
    rows = torch.arange(shape[0], device=points.device, dtype=points.dtype)[:, None]
    columns = torch.arange(shape[1], device=points.device, dtype=points.dtype)[None, :]
    dx, dy = columns - _per_pixel(start[..., 0]), rows - _per_pixel(start[..., 1])
    ux, uy = _per_pixel(direction[..., 0]), _per_pixel(direction[..., 1])
    along, across = dx * ux + dy * uy, (dx * uy - dy * ux).abs()
    reach = _per_pixel(length) + _BEYOND_PX
    inside = (along >= -_BEYOND_PX) & (along <= reach) & (across <= width)
    return direction[..., None, None] * inside.unsqueeze(2)


def limb_weights(weight: Tensor, absent: Tensor, limbs: LimbChannels) -> Tensor:
    """(B, M) trust in each limb's target; 0 masks it.

    A limb with a known absent end is known to be absent, and so supervised, whatever is known of
    the other end; otherwise both ends must be annotated.

    Args:
        weight: (B, L), 0 where not annotated.
        absent: (B, L), 1 where known to be absent.
        limbs: which points are joined.
    """
    start, end = _indices(limbs, weight.device)
    gone = weight * absent
    gone_start, gone_end = gone[:, start], gone[:, end]
    known_absent = torch.maximum(gone_start, gone_end)
    both = torch.minimum(weight[:, start], weight[:, end])
    return torch.where(known_absent > 0, known_absent, both)


def _ends(points: Tensor, placed: Tensor, limbs: LimbChannels) -> tuple[Tensor, Tensor, Tensor]:
    start, end = _indices(limbs, points.device)
    return points[:, start], points[:, end], placed[:, start] & placed[:, end]


def _indices(limbs: LimbChannels, device: torch.device) -> tuple[Tensor, Tensor]:
    pairs = torch.tensor(limbs.pairs, dtype=torch.long, device=device).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _per_pixel(values: Tensor) -> Tensor:
    return values[..., None, None]
