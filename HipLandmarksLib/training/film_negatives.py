"""Pictures that show no hip: other parts of the body in outline, photographs, noise, blanks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

Image = NDArray[np.float32]


def negative_picture(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """(H, W) random picture without a hip, about 0 to 1; it may be letterboxed (NaN)."""
    kinds: tuple[Callable[[tuple[int, int], np.random.Generator], Image], ...]
    kinds = (_chest, _long_bones, _shapes, _texture, _blank)
    image = kinds[int(rng.choice(len(kinds), p=(0.3, 0.25, 0.2, 0.15, 0.1)))](shape, rng)
    noise = rng.normal(0, rng.uniform(0, 0.05), shape)
    image = ndimage.gaussian_filter(image + noise.astype(np.float32), rng.uniform(0, 1.2))
    if rng.random() < 0.2:
        image = image.max() - image
    return _letterboxed(image, rng)


def _axes(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Image, Image]:
    """x and y of every pixel, about -1 to 1, turned and shifted at random."""
    side = max(shape) / 2
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = (x - shape[1] / 2) / side, (y - shape[0] / 2) / side
    turn, zoom = rng.normal(0, 0.15), rng.uniform(0.6, 1.4)
    u = (np.cos(turn) * x - np.sin(turn) * y) * zoom + rng.uniform(-0.3, 0.3)
    v = (np.sin(turn) * x + np.cos(turn) * y) * zoom + rng.uniform(-0.3, 0.3)
    return u.astype(np.float32), v.astype(np.float32)


def _chest(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Two dark lungs with ribs, spine and heart."""
    x, y = _axes(shape, rng)
    width, height = rng.uniform(0.3, 0.42), rng.uniform(0.55, 0.8)
    image = np.full(shape, 0.55, np.float32)
    for sign in (-1, 1):
        lung = ((x - sign * rng.uniform(0.38, 0.48)) / width) ** 2 + (y / height) ** 2
        image -= 0.35 * expit((1 - lung) * 8)
    pitch, bend = rng.uniform(6, 10), rng.uniform(0.3, 0.8)
    ribs = np.sin(pitch * np.pi * (y - bend * x * x))
    image += rng.uniform(0.05, 0.15) * np.clip(ribs - 0.4, 0, 1)
    image += rng.uniform(0.1, 0.3) * np.exp(-((x / 0.1) ** 2))
    heart = ((x - 0.12) / 0.28) ** 2 + ((y - 0.25) / 0.3) ** 2
    return np.asarray(image + 0.25 * expit((1 - heart) * 6), dtype=np.float32)


def _long_bones(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """One to four shafts with bright cortices, widening towards a joint; no ball on a neck."""
    x, y = _axes(shape, rng)
    image = 0.15 + 0.25 * np.exp(-((x / rng.uniform(0.4, 0.9)) ** 2))
    for _ in range(int(rng.integers(1, 5))):
        axis = x - rng.uniform(-0.7, 0.7) - rng.uniform(-0.2, 0.2) * y
        joint = rng.uniform(-1, 1)
        flare = 1 + rng.uniform(0, 1.5) * np.exp(-(((y - joint) / 0.25) ** 2))
        half = rng.uniform(0.05, 0.16) * flare
        within = expit((half - np.abs(axis)) * 60)
        cortex = np.exp(-(((np.abs(axis) - 0.85 * half) / (0.18 * half)) ** 2))
        gap = 1 - 0.9 * np.exp(-(((y - joint) / 0.03) ** 2))
        image = image + (rng.uniform(0.1, 0.3) * within + rng.uniform(0.1, 0.3) * cortex) * gap
    return np.asarray(image, dtype=np.float32)


def _shapes(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Flat shapes one over the other, as in a photograph."""
    image = np.full(shape, rng.random(), np.float32)
    for _ in range(int(rng.integers(3, 15))):
        x, y = _axes(shape, rng)
        size = rng.uniform(0.1, 0.8, 2)
        power = rng.uniform(0.7, 6)
        inside = np.abs(x / size[0]) ** power + np.abs(y / size[1]) ** power < 1
        image = np.where(inside, np.float32(rng.random()) + 0.2 * x, image)
    return np.asarray(image, dtype=np.float32)


def _texture(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Sum of noises from fine to coarse."""
    image = np.zeros(shape, np.float32)
    for size in (1, 3, 9, 27):
        coarse = rng.normal(0, 1, (shape[0] // size + 2, shape[1] // size + 2))
        grown = ndimage.zoom(coarse, size, order=1)[: shape[0], : shape[1]]
        image[: grown.shape[0], : grown.shape[1]] += grown * rng.uniform(0, 1) * size**0.3
    return np.asarray(0.5 + 0.15 * image, dtype=np.float32)


def _blank(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Nothing but a smooth shade."""
    x, y = _axes(shape, rng)
    slope = rng.normal(0, 0.2, 3)
    return np.asarray(0.5 + slope[0] * x + slope[1] * y + slope[2] * x * y, dtype=np.float32)


def _letterboxed(image: Image, rng: np.random.Generator) -> Image:
    """Now and then with nothing at two opposite sides, as films of another shape have."""
    if rng.random() < 0.5:
        return image
    axis = int(rng.integers(2))
    free = int(image.shape[axis] * rng.uniform(0, 0.2))
    if free:
        edges = np.moveaxis(image, axis, 0)
        edges[:free], edges[-free:] = np.nan, np.nan
    return image
