"""Training targets from points."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigurationError


def gaussian_target(
    xy: tuple[float, float], shape: tuple[int, int], sigma: float
) -> NDArray[np.float32]:
    """Sub-pixel Gaussian of unit mass, renormalised inside the image.

    Args:
        xy: (column, row) in pixels, centres at integers; must lie in the image.
        shape: (H, W).
        sigma: width in pixels.

    Raises:
        ConfigurationError: when the point lies outside; such a landmark is absent.
    """
    height, width = shape
    if not inside(xy, shape):
        raise ConfigurationError(f"The point {xy} lies outside an image of {width} x {height}.")
    gx = np.exp(-0.5 * ((np.arange(width) - xy[0]) / sigma) ** 2)
    gy = np.exp(-0.5 * ((np.arange(height) - xy[1]) / sigma) ** 2)
    return np.asarray(np.outer(gy / gy.sum(), gx / gx.sum()), dtype=np.float32)


def inside(xy: tuple[float, float], shape: tuple[int, int]) -> bool:
    """Whether (column, row) lies on a pixel of an image of ``shape`` (H, W)."""
    return -0.5 <= xy[0] <= shape[1] - 0.5 and -0.5 <= xy[1] <= shape[0] - 0.5


def peak_maps(points: Tensor, placed: Tensor, shape: tuple[int, int], sigma: float) -> Tensor:
    """Gaussians of peak 1 at the sub-pixel points, for regression losses.

    Args:
        points: (B, L, 2) (column, row) in pixels, centres at integers.
        placed: (B, L), true where the landmark is in the image.
        shape: (H, W).
        sigma: width in pixels.

    Returns:
        (B, L, H, W), all zero where a landmark is not placed.
    """
    across, down = _profiles(points, shape, sigma)
    return _outer(across, down * placed[..., None])


def unit_maps(points: Tensor, placed: Tensor, shape: tuple[int, int], sigma: float) -> Tensor:
    """As :func:`gaussian_target` for every point at once; arguments as of :func:`peak_maps`.

    Returns:
        (B, L, H, W), each of unit mass inside the image, all zero where a landmark is not placed.
    """
    across, down = _profiles(points, shape, sigma)
    across, down = (along / along.sum(dim=-1, keepdim=True) for along in (across, down))
    return _outer(across, torch.where(placed[..., None], down, 0.0))


def _profiles(points: Tensor, shape: tuple[int, int], sigma: float) -> tuple[Tensor, Tensor]:
    """(B, L, W) and (B, L, H): a Gaussian is the product of one along x and one along y."""
    profiles = []
    for axis, size in ((0, shape[1]), (1, shape[0])):
        grid = torch.arange(size, device=points.device, dtype=points.dtype)
        profiles.append(torch.exp(-0.5 * ((grid - points[..., axis, None]) / sigma) ** 2))
    return profiles[0], profiles[1]


def _outer(across: Tensor, down: Tensor) -> Tensor:
    return down[..., :, None] * across[..., None, :]
