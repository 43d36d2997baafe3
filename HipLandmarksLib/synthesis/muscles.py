"""The muscles around the hip as chains of rounded cones in hip-local coordinates.

Template positions (lateral, backwards, up) in mm for a head distance of 174 mm; right and left
are mirror images.
"""

from __future__ import annotations

from dataclasses import dataclass

from .canvas import Canvas
from .implicit import capsule

Point3 = tuple[float, float, float]


@dataclass(frozen=True)
class Muscle:
    """A muscle belly: points joined by rounded cones.

    Attributes:
        name: anatomical name.
        points: centre line (lateral, backwards, up), mm.
        radii: radius at each point, mm.
        stretch: widening along (lateral, backwards, up).
    """

    name: str
    points: tuple[Point3, ...]
    radii: tuple[float, ...]
    stretch: Point3 = (1.0, 1.0, 1.0)


MUSCLES: tuple[Muscle, ...] = (
    Muscle("erector spinae", ((-64, 62, 95), (-60, 52, 240)), (17, 24), (1.0, 1.0, 1.0)),
    Muscle("quadratus lumborum", ((-28, 38, 150), (-36, 34, 240)), (10, 12), (1.5, 1.0, 1.0)),
    Muscle("gluteus maximus 1", ((-52, 66, 100), (46, 40, 8)), (17, 17)),
    Muscle("gluteus maximus 2", ((-58, 68, 66), (48, 42, -18)), (19, 18)),
    Muscle("gluteus maximus 3", ((-60, 66, 34), (46, 44, -46)), (19, 17)),
    Muscle("gluteus maximus 4", ((-58, 62, 4), (40, 44, -72)), (17, 14)),
    Muscle("gluteus medius posterior", ((-6, 44, 112), (30, 20, 32)), (15, 13)),
    Muscle("gluteus medius middle", ((38, 12, 128), (42, 8, 22)), (14, 10), (1.15, 1.6, 1.0)),
    Muscle("gluteus medius anterior", ((58, -22, 122), (46, -4, 18)), (13, 9), (1.0, 1.5, 1.0)),
    Muscle("gluteus minimus", ((20, 2, 84), (34, 0, 16)), (9, 7), (1.0, 2.2, 1.0)),
    Muscle("tensor fasciae latae", ((62, -36, 112), (66, -22, -30)), (9, 8), (1.0, 1.7, 1.0)),
    Muscle("sartorius", ((50, -48, 112), (6, -62, -130)), (8, 8), (1.2, 1.0, 1.0)),
    Muscle("rectus femoris", ((12, -34, 18), (26, -46, -60), (28, -48, -150)), (7, 13, 16)),
    Muscle("iliacus anterior", ((26, -22, 108), (-2, -38, 34)), (12, 12), (1.0, 1.6, 1.0)),
    Muscle("iliacus posterior", ((2, 10, 112), (-14, -26, 40)), (13, 11), (1.0, 1.6, 1.0)),
    Muscle(
        "psoas",
        ((-50, 10, 240), (-42, -10, 120), (-14, -38, 28), (6, -26, -20), (16, 2, -58)),
        (18, 19, 13, 12, 7),
        (1.0, 1.1, 1.0),
    ),
    Muscle("piriformis", ((-62, 40, 66), (30, 10, 16)), (10, 6)),
    Muscle("obturator internus", ((-45, -14, -22), (-41, 16, 8)), (6, 6), (1.0, 1.6, 3.0)),
    Muscle("gemelli", ((-36, 30, 0), (28, 13, 6)), (6, 5)),
    Muscle("quadratus femoris", ((-12, 30, -36), (26, 22, -38)), (9, 9), (1.0, 0.7, 1.5)),
    Muscle("obturator externus", ((-56, -18, -46), (-16, 8, -30), (24, 14, -6)), (12, 11, 4)),
    Muscle("pectineus", ((-62, -36, -40), (4, -8, -84)), (11, 13)),
    Muscle("adductor longus", ((-74, -38, -58), (-22, -24, -150)), (10, 17)),
    Muscle("adductor brevis", ((-66, -20, -66), (-14, -4, -120)), (12, 15)),
    Muscle("adductor magnus", ((-50, 8, -78), (-14, 14, -150)), (16, 21)),
    Muscle("gracilis", ((-78, -22, -68), (-64, -8, -150)), (5, 8), (0.8, 1.4, 1.0)),
    Muscle("hamstrings", ((-20, 42, -62), (-10, 46, -150)), (12, 20)),
    Muscle("vastus medialis", ((16, -14, -84), (8, -18, -150)), (8, 15)),
    Muscle("vastus intermedius", ((38, -22, -48), (34, -26, -150)), (10, 15)),
    Muscle("vastus lateralis", ((56, -2, -32), (56, -4, -150)), (9, 17), (1.0, 1.5, 1.0)),
)


def paint_muscles(canvas: Canvas, scale: float, bulk: float, muscle: float, fat: float) -> None:
    """Paint all muscles of one side onto its hip-local canvas, each in a thin coat of fat."""
    for belly in MUSCLES:
        for n in range(len(belly.points) - 1):
            _paint_segment(canvas, belly, n, scale, bulk, (muscle, fat))


def _paint_segment(
    canvas: Canvas, belly: Muscle, n: int, scale: float, bulk: float, signal: tuple[float, float]
) -> None:
    start, end = (tuple(scale * v for v in belly.points[m]) for m in (n, n + 1))
    radii = (belly.radii[n] * scale * bulk, belly.radii[n + 1] * scale * bulk)
    reach = [max(radii) * s + 3.0 for s in belly.stretch]
    lows = [min(a, b) - r for a, b, r in zip(start, end, reach, strict=True)]
    highs = [max(a, b) + r for a, b, r in zip(start, end, reach, strict=True)]
    if not lows[1] <= canvas.y <= highs[1]:
        return
    part = canvas.window((lows[0] - 8, highs[0] + 8, lows[2] - 8, highs[2] + 8))
    if part is None:
        return
    f = capsule((part.x, part.y, part.z), start, end, radii, belly.stretch)
    if n == 0:  # the joints inside a chain get no coat
        part.paint(f - 1.3, signal[1], 0.8)
    part.paint(f, signal[0])
