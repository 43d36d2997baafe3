"""Small tools on (H, W) fields: separable blurs, random textures, resampling. Torch, no FFT."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...imaging import PlaneTransform


def generator(rng: np.random.Generator, device: str | torch.device = "cpu") -> torch.Generator:
    """A torch generator whose stream is decided by ``rng``."""
    return torch.Generator(device).manual_seed(int(rng.integers(2**62)))


def blurred(image: Tensor, sigma_px: float) -> Tensor:
    """Gaussian blur of (..., H, W), border values repeated.

    A wide Gaussian is computed on a coarser grid, which nobody sees; below a fifth of a pixel
    nothing happens.
    """
    if sigma_px < 0.2:
        return image
    height, width = image.shape[-2:]
    step = int(min(sigma_px / 2.0, height / 4, width / 4))
    if step >= 2:
        coarse = shrunk(image, step)
        return grown(blurred(coarse, sigma_px / step), (height, width))
    radius = max(1, math.ceil(2.5 * sigma_px))
    taps = np.exp(-0.5 * (np.arange(radius + 1) / sigma_px) ** 2)
    taps /= taps[0] + 2 * taps[1:].sum()
    return _symmetric(_symmetric(image, taps, -1), taps, -2)


def _symmetric(image: Tensor, taps: np.ndarray, axis: int) -> Tensor:
    radius, size = len(taps) - 1, image.shape[axis]
    ends = [image.narrow(axis, i, 1) for i in (0, size - 1)]
    shape = list(image.shape)
    shape[axis] = radius
    padded = torch.cat([ends[0].expand(shape), image, ends[1].expand(shape)], dim=axis)
    result = image * float(taps[0])
    for k in range(1, radius + 1):  # in place: a sum of each pair would need memory of its own
        for start in (radius - k, radius + k):
            result.add_(padded.narrow(axis, start, size), alpha=float(taps[k]))
    return result


def shrunk(image: Tensor, step: int, overlap: int = 0) -> Tensor:
    """Means over ``step`` x ``step`` pixels of (..., H, W); a partial last cell counts too.

    With an ``overlap`` (at most half a step) every mean takes that many pixels more on each side.
    """
    height, width = image.shape[-2:]
    flat = image.reshape(-1, 1, height, width)
    small = functional.avg_pool2d(
        flat, step + 2 * overlap, step, overlap, ceil_mode=True, count_include_pad=False
    )
    return small.reshape(*image.shape[:-2], *small.shape[-2:])


def grown(image: Tensor, shape: tuple[int, int]) -> Tensor:
    """(..., h, w) interpolated bilinearly to (..., *shape)."""
    flat = image.reshape(-1, 1, *image.shape[-2:])
    large = functional.interpolate(flat, size=shape, mode="bilinear", align_corners=False)
    return large.reshape(*image.shape[:-2], *shape)


def grown_steps(image: Tensor, shape: tuple[int, int], step: int) -> Tensor:
    """(..., ceil(H / step), ceil(W / step)) nodes at cell centres interpolated to (..., H, W)."""
    if step == 1:
        return image
    large = grown(image, (image.shape[-2] * step, image.shape[-1] * step))
    return large[..., : shape[0], : shape[1]]


def texture(
    shape: tuple[int, int], grain_px: tuple[float, float], source: torch.Generator
) -> Tensor:
    """Smooth random field of about unit variance with grains of (rows, columns) pixels."""
    small = [
        size if grain <= 1 else max(2, math.ceil(size / grain) + 1)
        for size, grain in zip(shape, grain_px, strict=True)
    ]
    noise = torch.randn(*small, generator=source, device=source.device)
    if tuple(small) != shape:
        noise = grown(noise, shape) * 1.4  # interpolation between nodes lowers the variance
    return noise


def warped(images: Tensor, transform: PlaneTransform) -> Tensor:
    """(N, H, W) resampled bilinearly to (N, *transform.shape); zero outside the source."""
    inverse = np.linalg.inv(transform.matrix)
    steps = np.linalg.norm(inverse[:2, :2], axis=1)  # source pixels per output pixel
    step = float(steps.mean())
    if step >= 2:
        whole = int(step)
        images, step = shrunk(images, whole, whole // 2), step / whole
        inverse[:2] /= whole
        inverse[:2, 2] += 0.5 / whole - 0.5  # cells' centres
    if step > 1.05:
        images = blurred(images, 0.4 * step)
    height, width = images.shape[-2:]
    rows, columns = transform.shape
    # grid_sample's coordinates: -1 and 1 are the outer edges of the first and last pixel.
    to_grid = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])
    matrix = torch.as_tensor(to_grid @ inverse, dtype=torch.float32, device=images.device)
    y = torch.arange(rows, dtype=torch.float32, device=images.device)[:, None]
    x = torch.arange(columns, dtype=torch.float32, device=images.device)[None, :]
    grid = torch.empty(rows, columns, 2, device=images.device)
    for i in (0, 1):
        torch.add(matrix[i, 0] * x + matrix[i, 2], matrix[i, 1] * y, out=grid[..., i])
    return functional.grid_sample(
        images[None], grid[None], mode="bilinear", padding_mode="zeros", align_corners=False
    )[0]
