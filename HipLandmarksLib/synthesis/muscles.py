"""The muscles around the hip as chains of rounded cones in hip-local coordinates.

Template positions (lateral, backwards, up) in mm for a head distance of 174 mm; right and left
are mirror images.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .canvas import Canvas
from .implicit import Field, capsule
from .waves import Waves

Point3 = tuple[float, float, float]
Place = tuple[Field, float, Field]


@dataclass(frozen=True)
class Muscle:
    """A muscle belly: points joined by rounded cones.

    Attributes:
        name: anatomical name; bellies of one name that follow each other melt together.
        points: centre line (lateral, backwards, up), mm.
        radii: radius at each point, mm.
        stretch: widening along (lateral, backwards, up).
        swell: how far the belly grows towards its neighbours, mm.
    """

    name: str
    points: tuple[Point3, ...]
    radii: tuple[float, ...]
    stretch: Point3 = (1.0, 1.0, 1.0)
    swell: float = 6.0


MUSCLES: tuple[Muscle, ...] = (
    Muscle("erector spinae", ((-64, 62, 95), (-60, 52, 240)), (17, 24), (1.0, 1.0, 1.0), 1.0),
    Muscle("quadratus lumborum", ((-28, 38, 150), (-36, 34, 240)), (10, 12), (1.5, 1.0, 1.0), 1.0),
    Muscle("gluteus maximus", ((-52, 66, 100), (48, 46, 12)), (17, 15)),
    Muscle("gluteus maximus", ((-58, 68, 66), (52, 50, -14)), (19, 15)),
    Muscle("gluteus maximus", ((-60, 66, 34), (48, 54, -42)), (19, 14)),
    Muscle("gluteus maximus", ((-58, 62, 4), (40, 54, -68)), (17, 12)),
    Muscle("gluteus medius", ((-6, 44, 112), (36, 16, 12)), (15, 11)),
    Muscle("gluteus medius", ((38, 12, 128), (46, 9, 4)), (14, 9), (1.15, 1.6, 1.0)),
    Muscle("gluteus medius", ((58, -22, 122), (48, -4, 2)), (13, 9), (1.0, 1.5, 1.0)),
    Muscle("gluteus minimus", ((18, 0, 84), (28, -2, 40), (46, 4, 2)), (9, 8, 6), (1.0, 2.4, 1.0)),
    Muscle("tensor fasciae latae", ((62, -36, 112), (66, -22, -30)), (9, 8), (1.0, 1.7, 1.0)),
    Muscle("sartorius", ((50, -48, 112), (6, -62, -130)), (8, 8), (1.2, 1.0, 1.0)),
    Muscle("rectus femoris", ((12, -34, 18), (26, -46, -60), (28, -48, -150)), (7, 13, 16)),
    Muscle("iliacus", ((26, -22, 108), (-2, -38, 34)), (12, 12), (1.0, 1.6, 1.0), 1.5),
    Muscle("iliacus", ((2, 10, 112), (-14, -26, 40)), (13, 11), (1.0, 1.6, 1.0), 1.5),
    Muscle(
        "psoas",
        ((-50, 10, 240), (-42, -10, 120), (-14, -38, 28), (6, -26, -20), (16, 2, -58)),
        (12, 15, 13, 12, 7),
        (1.0, 1.1, 1.0),
        0.5,
    ),
    Muscle("piriformis", ((-62, 40, 66), (30, 10, 16)), (10, 6), (1.0, 1.0, 1.0), 1.0),
    Muscle("obturator internus", ((-41, -14, -20), (-40, 18, 8)), (5, 5), (1.0, 1.6, 3.4), 1.0),
    Muscle("gemelli", ((-36, 30, 0), (28, 13, 6)), (6, 5)),
    Muscle("quadratus femoris", ((-12, 30, -36), (26, 22, -38)), (9, 9), (1.0, 0.7, 1.5)),
    Muscle("obturator externus", ((-56, -18, -46), (-16, 8, -30), (24, 14, -6)), (12, 11, 4)),
    Muscle("pectineus", ((-62, -36, -40), (4, -8, -84)), (11, 13)),
    Muscle("adductor longus", ((-74, -38, -58), (-22, -24, -150)), (10, 17)),
    Muscle("adductor brevis", ((-64, -18, -62), (-14, -4, -120)), (12, 15)),
    Muscle("adductor minimus", ((-46, 10, -62), (2, 12, -92)), (12, 10)),
    Muscle("adductor magnus", ((-44, -2, -100), (-24, 0, -150)), (13, 17)),
    Muscle("adductor magnus", ((-50, 8, -78), (-14, 14, -150)), (16, 21)),
    Muscle("adductor magnus", ((-30, 22, -74), (-12, 28, -150)), (11, 18)),
    Muscle("gracilis", ((-78, -22, -68), (-64, -8, -150)), (5, 8), (0.8, 1.4, 1.0)),
    Muscle("hamstrings", ((-20, 42, -62), (-10, 46, -150)), (12, 20)),
    Muscle("vastus medialis", ((16, -14, -84), (8, -18, -150)), (8, 15)),
    Muscle("vastus intermedius", ((38, -22, -48), (34, -26, -150)), (10, 15)),
    Muscle("vastus lateralis", ((56, -2, -32), (56, -4, -150)), (9, 17), (1.0, 1.5, 1.0)),
)


def paint_muscles(
    canvas: Canvas, scale: float, bulk: float, signals: tuple[float, float], seed: int
) -> None:
    """Paint all muscles of one side onto its hip-local canvas.

    The bellies are swollen until they press against each other; where two meet, a septum of fat
    of varying thickness is left.

    Args:
        canvas: hip-local canvas.
        scale: size relative to the template.
        bulk: thickness relative to the template.
        signals: (muscle, fat).
        seed: seed of the septa's irregularity.
    """
    first = np.full(canvas.pixels.shape, 1e3, dtype=np.float32)
    second = first.copy()
    for _, bellies in groupby(MUSCLES, key=lambda muscle: muscle.name):
        _press_against_others(canvas, list(bellies), (first, second), scale, bulk)
    waves = Waves.random(np.random.default_rng([seed, 14]), 10, (18.0, 60.0))
    wobble = waves.on_plane(canvas.x, canvas.y, canvas.z)
    width = np.clip(1.5 + 1.1 * wobble, 0.25, 4.0).astype(np.float32)
    septum = np.exp(-(((second - first) / width) ** 2)) * np.float32(0.9)
    muscle, fat = signals
    canvas.paint(first, muscle + (fat - muscle) * septum)


def _press_against_others(
    canvas: Canvas, bellies: list[Muscle], nearest: tuple[Field, Field], scale: float, bulk: float
) -> None:
    """Update the distances to the nearest and second-nearest muscle by one muscle's bellies."""
    boxes = np.array([_box(belly, scale, belly.swell * scale * bulk + 8.0) for belly in bellies])
    near = [n for n, box in enumerate(boxes) if box[2] <= canvas.y <= box[3]]
    if not near:
        return
    low, high = boxes[near].min(axis=0), boxes[near].max(axis=0)
    rows, columns = canvas.spans((low[0], high[1], low[4], high[5]))
    if rows is None or columns is None:
        return
    p = (canvas.x[:, columns], canvas.y, canvas.z[rows])
    parts = [part for n in near for part in _strands(p, bellies[n], scale, bulk)]
    f = np.minimum.reduce(parts)
    first, second = nearest[0][rows, columns], nearest[1][rows, columns]
    np.minimum(second, np.maximum(first, f), out=second)
    np.minimum(first, f, out=first)


def _strands(p: Place, belly: Muscle, scale: float, bulk: float) -> list[Field]:
    """Signed distances of the rounded cones of one belly."""
    swell = np.float32(belly.swell * scale * bulk)
    points = [_scaled(point, scale) for point in belly.points]
    radii = [radius * scale * bulk for radius in belly.radii]
    return [
        capsule(p, points[n], points[n + 1], (radii[n], radii[n + 1]), belly.stretch) - swell
        for n in range(len(points) - 1)
    ]


def _scaled(point: Point3, scale: float) -> Point3:
    return (point[0] * scale, point[1] * scale, point[2] * scale)


def _box(belly: Muscle, scale: float, margin: float) -> tuple[float, ...]:
    """(x low, x high, y low, y high, z low, z high) around a belly."""
    points = np.array(belly.points) * scale
    reach = max(belly.radii) * scale * 1.3 * np.array(belly.stretch) + margin
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    return tuple(float(v) for pair in zip(low, high, strict=True) for v in pair)
