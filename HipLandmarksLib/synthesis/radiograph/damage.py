"""What happens to a finished film: quantisation, JPEG, scanning, and hiding parts in training."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from .fields import blurred, texture
from .look import Disturbance

_JPEG_BLOCK = 8


def quantised(film: Tensor, bits: int) -> Tensor:
    """Rounded to 2^bits grey levels over 0 to 1."""
    top = float(2**bits - 1)
    return (film * top).round() / top


def jpeg_damaged(film: Tensor, quality: float) -> Tensor:
    """What JPEG of ``quality`` (1 to 100) loses: cosine coefficients of 8x8 blocks are rounded.

    The steps grow with frequency like those of the standard's luminance table.
    """
    height, width = film.shape
    pad = (-height % _JPEG_BLOCK, -width % _JPEG_BLOCK)
    padded = torch.nn.functional.pad(film[None, None], (0, pad[1], 0, pad[0]), mode="replicate")
    basis = _cosines(film.device)
    rows, columns = padded.shape[-2] // _JPEG_BLOCK, padded.shape[-1] // _JPEG_BLOCK
    blocks = padded.reshape(rows, _JPEG_BLOCK, columns, _JPEG_BLOCK).permute(0, 2, 1, 3)
    coefficients = basis @ blocks @ basis.T
    steps = _steps(quality, film.device)
    restored = basis.T @ ((coefficients / steps).round() * steps) @ basis
    whole = restored.permute(0, 2, 1, 3).reshape(padded.shape[-2:])
    return whole[:height, :width].clamp(0, 1)


def disturbed(
    film: Tensor,
    pixel_mm: float,
    look: Disturbance,
    rng: np.random.Generator,
    source: torch.Generator,
) -> Tensor:
    """A scanned film's grain, vignette and dust; in training also blur, noise, lines, boxes."""
    shape = (int(film.shape[0]), int(film.shape[1]))
    film = blurred(film, look.blur_mm / pixel_mm)
    if look.vignette > 0:
        y = torch.linspace(-1, 1, shape[0], device=film.device)[:, None]
        x = torch.linspace(-1, 1, shape[1], device=film.device)[None, :]
        film = film * (1 - look.vignette * 0.5 * (x * x + y * y))
    if look.grain > 0:
        film = film + look.grain * texture(shape, (1.0, 1.0), source)
    if look.noise > 0:
        size = float(rng.uniform(1.0, 3.0))
        film = film + look.noise * texture(shape, (size, size), source)
    if look.dust or look.lines or look.boxes:
        film = film.clone()
    for _ in range(look.dust):
        _speck(film, rng)
    for _ in range(look.lines):
        _line(film, rng)
    for _ in range(look.boxes):
        _box(film, rng)
    film = film.clamp(0, 1)
    return 1 - film if look.inverted else film


def _speck(film: Tensor, rng: np.random.Generator) -> None:
    height, width = film.shape
    row, column = int(rng.integers(height)), int(rng.integers(width))
    tall, wide = (int(n) for n in rng.integers(1, 3, 2))
    film[row : row + tall, column : column + wide] += float(rng.uniform(-0.5, 0.5))


def _line(film: Tensor, rng: np.random.Generator) -> None:
    """A straight line from border to border, one or two pixels wide."""
    height, width = film.shape
    count = 2 * max(height, width)
    along = np.linspace(0, 1, count)
    start, end = rng.uniform(0, 1, 2), rng.uniform(0, 1, 2)
    start[int(rng.integers(2))] = 0.0
    rows = np.rint((start[0] + (end[0] - start[0]) * along) * (height - 1)).astype(int)
    columns = np.rint((start[1] + (end[1] - start[1]) * along) * (width - 1)).astype(int)
    value = float(rng.uniform(0, 1))
    film[rows, columns] = value
    if rng.random() < 0.5:
        film[np.minimum(rows + 1, height - 1), columns] = value


def _box(film: Tensor, rng: np.random.Generator) -> None:
    """A rectangle of one brightness, at most a fifth of the film's side long."""
    height, width = film.shape
    tall, wide = (max(1, int(n * rng.uniform(0.04, 0.2))) for n in (height, width))
    row = int(rng.integers(max(1, height - tall)))
    column = int(rng.integers(max(1, width - wide)))
    film[row : row + tall, column : column + wide] = float(rng.uniform(0, 1))


def _cosines(device: torch.device) -> Tensor:
    k = torch.arange(_JPEG_BLOCK, device=device, dtype=torch.float32)
    basis = torch.cos(math.pi * (2 * k[None, :] + 1) * k[:, None] / (2 * _JPEG_BLOCK))
    basis[0] *= math.sqrt(0.5)
    return basis * math.sqrt(2 / _JPEG_BLOCK)


def _steps(quality: float, device: torch.device) -> Tensor:
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    k = torch.arange(_JPEG_BLOCK, device=device, dtype=torch.float32)
    table = 11 + 3.5 * (k[:, None] + k[None, :]) + 0.6 * (k[:, None] * k[None, :])
    return (table * scale / 255).clamp(min=1 / 255)
