"""From tissue signal to a magnitude image: blur, texture, receive field, border, Rician noise."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .implicit import Field
from .parameters import Acquisition
from .waves import Waves


def blurred(signal: Field, scan: Acquisition) -> Field:
    """Gaussian in-plane point spread function."""
    sigma = scan.psf_fwhm_mm / 2.3548
    if sigma == 0:
        return signal
    steps = (sigma / scan.spacing_mm[1], sigma / scan.spacing_mm[0])
    return np.asarray(ndimage.gaussian_filter(signal, steps, truncate=3.0), dtype=np.float32)


def textured(signal: Field, scan: Acquisition, rng: np.random.Generator) -> Field:
    """Multiplicative tissue texture: a fine grain of about 2 mm and a mottle of about 8 mm."""
    if scan.texture == 0:
        return signal
    steps = np.asarray(scan.spacing_mm[1::-1])
    field = np.ones(signal.shape, dtype=np.float32)
    for size_mm, share in ((0.9, 1.0), (3.0, 0.5)):
        grain = rng.standard_normal(signal.shape, dtype=np.float32)
        grain = ndimage.gaussian_filter(grain, size_mm / steps, truncate=2.0, mode="wrap")
        field += np.float32(share * scan.texture / grain.std()) * grain
    return np.asarray(signal * field, dtype=np.float32)


def receive_field(x: Field, y: float, z: Field, scan: Acquisition, seed: int) -> Field:
    """Smooth positive field, mean about 1, relative amplitude ``scan.bias``."""
    waves = Waves.random(np.random.default_rng([seed, 21]), 6, (300.0, 700.0))
    return np.asarray(np.exp(np.float32(scan.bias * 0.6) * waves.on_plane(x, y, z)))


def border(shape: tuple[int, int], scan: Acquisition) -> Field:
    """0 in the curved border that gradient unwarping leaves without data, 1 inside."""
    rows = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    edge_x = scan.field_edge_mm / scan.spacing_mm[0] * (0.25 + 0.75 * rows * rows)
    edge_z = scan.field_edge_mm / scan.spacing_mm[1] * 0.8 * columns * columns
    inside_x = (1 - np.abs(columns)) * shape[1] / 2 - edge_x
    inside_z = (1 - np.abs(rows)) * shape[0] / 2 - edge_z
    return np.asarray(np.clip(np.minimum(inside_x, inside_z) + 0.5, 0, 1))


def magnitude(signal: Field, scan: Acquisition, rng: np.random.Generator) -> Field:
    """Rician magnitude of ``signal`` (fraction of fat) with complex Gaussian noise."""
    if scan.noise == 0:
        return np.abs(signal)
    real = signal + np.float32(scan.noise) * rng.standard_normal(signal.shape, dtype=np.float32)
    imaginary = np.float32(scan.noise) * rng.standard_normal(signal.shape, dtype=np.float32)
    return np.asarray(np.hypot(real, imaginary))
