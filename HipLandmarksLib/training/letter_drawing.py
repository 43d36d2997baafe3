"""Letters and other signs drawn on crops of films, as lead or software would leave them there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..anatomy import Side
from ..synthesis.radiograph.objects.glyphs import glyph_strokes
from ..synthesis.radiograph.objects.side_marker import FlatShape, SideMarker

Image = NDArray[np.float32]

_SIGNS = "ABCDEFGHIKMNOPQSTUVWXYZ02345689+-"
"""No J, which is nearly a mirror-written L, and no 1 and 7, which are nearly an L upside down."""
_TURNED = 0.25
"""Share of further letters that do not stand upright: an L on its side looks much like a
mirror-written one, and only the lengths of its arms tell them apart."""
_WORDS = (
    *("RECHTS", "LINKS", "RIGHT", "LEFT", "DROITE", "GAUCHE", "STEHEND", "LIEGEND", "SUPINE"),
    *("ERECT", "PORTABLE", "PELVIS", "HIP AP", "BECKEN", "AXIAL", "CROSS TABLE", "LAT"),
    *("12.08.2019", "14:35", "KV 75", "25.4 MM", "RELAXED", "ROLLED"),
)


def drawn_letter(crop: Image, pixel_mm: float, side: Side, rng: np.random.Generator) -> Image:
    """(H, W) crop with a random side marker about its middle."""
    height = float(np.exp(rng.uniform(np.log(6.5), np.log(23))))
    marker = SideMarker.of_size(rng, side, (0.0, 0.0), height)
    turn = marker.turn_deg
    if rng.random() < _TURNED:
        turn = float(rng.choice((90, 180, -90)) + rng.normal(0, 10))
    return _blended(crop, marker.flat_shapes(), turn, pixel_mm, rng)


def drawn_sign(crop: Image, pixel_mm: float, rng: np.random.Generator) -> Image:
    """(H, W) crop with something else about its middle: another letter, a word, rings, lines."""
    height = float(np.exp(rng.uniform(np.log(5), np.log(22))))
    draw = rng.random()
    if draw < 0.45:
        strokes = (glyph_strokes(str(rng.choice(list(_SIGNS)))) - [0.35, 0.5]) * height
    elif draw < 0.8:
        height = min(height, 12.0)
        word = str(rng.choice(_WORDS))
        strokes = (glyph_strokes(word) - [rng.uniform(0.2, len(word) - 0.5), 0.5]) * height
    elif draw < 0.9:
        angle = np.linspace(0, 2 * np.pi, 25)
        ring = 0.5 * height * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        strokes = np.stack([ring[:-1], ring[1:]], axis=1)
    elif draw < 0.95:
        strokes = _corner(rng)
        height = float(rng.uniform(4, 12))
    else:
        strokes = rng.uniform(-1, 1, (int(rng.integers(1, 5)), 2, 2)) * height
    pen = max(0.5, height * float(rng.uniform(0.06, 0.2)))
    turn = float(rng.choice((0, 90, 180, -90), p=(0.85, 0.05, 0.05, 0.05)) + rng.normal(0, 8))
    return _blended(crop, [FlatShape(strokes, pen)], turn, pixel_mm, rng)


def _corner(rng: np.random.Generator) -> NDArray[np.float64]:
    """A rectangle, larger than letters are, with a corner or an edge about the middle."""
    size = rng.uniform(22, 90, 2)
    ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * size
    offset = ring[int(rng.integers(4))] + rng.uniform(-6, 6, 2)
    if rng.random() < 0.3:
        offset = offset * rng.uniform(0.2, 0.8)
    return np.stack([ring[:-1], ring[1:]], axis=1) - offset


def _blended(
    crop: Image,
    shapes: Sequence[FlatShape],
    turn_deg: float,
    pixel_mm: float,
    rng: np.random.Generator,
) -> Image:
    """Sheets of lead are of one brightness, soft at the rim; software draws sharp."""
    cover = covered(shapes, turn_deg, crop.shape, pixel_mm, rng.uniform(-1.5, 1.5, 2))
    if rng.random() < 0.8:
        cover = ndimage.gaussian_filter(cover, rng.uniform(0, 0.5) / pixel_mm)
    brightest = float(np.nanmax(crop))
    level = 1.0 if rng.random() < 0.4 else max(brightest, 0.5) * rng.uniform(0.75, 1.0)
    cover = cover * (1.0 if rng.random() < 0.75 else rng.uniform(0.35, 1.0))
    return np.asarray(crop + cover * (level - crop), dtype=np.float32)


def covered(
    shapes: Sequence[FlatShape],
    turn_deg: float,
    shape: tuple[int, ...],
    pixel_mm: float,
    shift_mm: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(H, W) 0 to 1: how much of each pixel lies under lead.

    Args:
        shapes: sheets in mm about the middle.
        turn_deg: rotation.
        shape: (height, width).
        pixel_mm: size of a pixel.
        shift_mm: (2,) from the middle of the picture to that of the shapes.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    x = (columns - (shape[1] - 1) / 2) * pixel_mm - shift_mm[0]
    y = (rows - (shape[0] - 1) / 2) * pixel_mm - shift_mm[1]
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    x, y = cos * x + sin * y, cos * y - sin * x
    total = np.zeros(x.shape)
    for part in shapes:
        depth = np.full(x.shape, -np.inf)
        for start, end in part.strokes:
            np.maximum(depth, part.pen_mm / 2 - _distance(x, y, start, end), out=depth)
        if len(part.outline):
            np.maximum(depth, _within(x, y, part.outline), out=depth)
        total += part.amount * np.clip(depth / pixel_mm + 0.5, 0, 1)
    return np.asarray(np.clip(total, 0, 1))


def _distance(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> NDArray[np.float64]:
    dx, dy = end - start
    share = ((x - start[0]) * dx + (y - start[1]) * dy) / max(dx * dx + dy * dy, 1e-12)
    share = np.clip(share, 0, 1)
    return np.asarray(np.hypot(x - start[0] - share * dx, y - start[1] - share * dy))


def _within(
    x: NDArray[np.float64], y: NDArray[np.float64], corners: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Depth below the rim of a convex sheet whose corners go clockwise on the film."""
    depth = np.full(x.shape, np.inf)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / np.hypot(*(end - start))
        np.minimum(depth, along[0] * (y - start[1]) - along[1] * (x - start[0]), out=depth)
    return depth
