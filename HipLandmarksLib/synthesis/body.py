"""Everything around the hip bones: body outline, abdominal wall, organs, spine and sacrum.

World coordinates in mm: x to the patient's left, y backwards, z up, origin midway between the
femoral heads of the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .canvas import Canvas
from .implicit import capsule, ellipsoid
from .parameters import BodyParameters, TissueIntensities
from .waves import Waves

_WAIST = ((-160.0, 0.93), (-60.0, 1.0), (0.0, 1.0), (70.0, 0.95), (140.0, 0.87), (240.0, 0.92))
_FRONT_MM, _BACK_MM = -118.0, 112.0
_DISC_GAP = 0.13


@dataclass(frozen=True)
class Loop:
    """One bowel loop: an ellipsoid with a wall and perhaps gas."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    gas: bool


@dataclass(frozen=True)
class Body:
    """Painter of the soft tissue and the axial skeleton.

    Attributes:
        parameters: size and variant.
        tissues: signals.
    """

    parameters: BodyParameters
    tissues: TissueIntensities

    def paint_background(self, canvas: Canvas) -> None:
        """Air, skin, subcutaneous fat, abdominal wall and cavity."""
        t, outline = self.tissues, self._outline(canvas)
        canvas.pixels[...] = t.air
        canvas.paint(outline, t.skin)
        canvas.paint(outline + 2.0, t.fat)
        self._paint_abdomen(canvas)
        self._paint_crotch(canvas)

    def paint_organs(self, canvas: Canvas) -> None:
        """Bowel, bladder, rectum and pelvic floor."""
        t, g = self.tissues, self.parameters.scale
        p = (canvas.x, canvas.y, canvas.z)
        for loop in self._loops:
            self._paint_loop(canvas, loop)
        floor = ellipsoid(p, (0, 8 * g, -38 * g), (13 * g, 40 * g, 22 * g))
        canvas.paint(floor, 1.35 * t.muscle)
        size = self.parameters.bladder_mm * g
        if size > 0:
            centre = (0.0, -14 * g, -4 * g)
            bladder = ellipsoid(p, centre, (size, 0.62 * size, 0.5 * size))
            canvas.paint(bladder - 2.2, 0.9 * t.muscle)
            canvas.paint(bladder, t.bladder)
        rectum = capsule(p, (0, 52 * g, 20 * g), (0, 34 * g, -40 * g), (13 * g, 10 * g))
        canvas.paint(rectum, t.muscle * 1.2)
        canvas.paint(rectum + 5.0 * g, t.bowel)

    def paint_spine(self, canvas: Canvas) -> None:
        """Lumbar vertebrae with discs, sacrum and the muscle-free canal."""
        self._paint_sacrum(canvas)
        g = self.parameters.scale
        for n in range(5):
            centre_z = g * (112.0 + 33.0 * n)
            centre_y = g * (22.0 - 16.0 * n + 2.2 * n * n)
            self._paint_vertebra(canvas, centre_y, centre_z, g * (26.0 - 0.8 * n))

    # --- parts --------------------------------------------------------------------------------
    def _outline(self, canvas: Canvas) -> np.ndarray:
        middle, half = (_FRONT_MM + _BACK_MM) / 2, (_BACK_MM - _FRONT_MM) / 2
        grow = max(self.parameters.half_width_mm / 182.0, 0.8)
        across = abs((canvas.y - middle) / (half * grow))
        narrowing = max(1.0 - across**3.2, 0.0) ** (1 / 2.6)
        waist = np.interp(canvas.z / self.parameters.scale, *zip(*_WAIST, strict=True))
        width = (self.parameters.half_width_mm * narrowing * waist).astype(np.float32)
        return np.abs(canvas.x) - width

    def _paint_abdomen(self, canvas: Canvas) -> None:
        """Muscular wall above the iliac crests and the cavity inside it."""
        t, g = self.tissues, self.parameters.scale
        part = canvas.window((-1e3, 1e3, 95 * g, 1e3))
        across = 1.0 - ((canvas.y - 0.0) / (98.0 * g)) ** 2
        if part is None or across <= 0.02:
            return
        flare = np.interp(part.z, (95 * g, 135 * g, 175 * g, 240 * g), (112, 137, 132, 128))
        wall = np.abs(part.x) - (flare * g * np.sqrt(across)).astype(np.float32)
        base = (124 * g) - part.z
        part.paint(np.maximum(wall - 9.0 * self.parameters.muscle, base), t.muscle)
        part.paint(np.abs(np.maximum(wall - 4.0, base)) - 0.6, t.fat, 0.7)
        part.paint(np.maximum(wall, base - 40 * g), 0.86 * t.fat)

    def _paint_crotch(self, canvas: Canvas) -> None:
        """The gap between the thighs."""
        g = self.parameters.scale
        part = canvas.window((-30 * g, 30 * g, -1e3, -70 * g))
        if part is None:
            return
        depth = -95.0 * g + 0.004 * canvas.y**2
        gap = np.abs(part.x) - np.clip((depth - part.z) * 0.5, -20.0, 9.0).astype(np.float32)
        part.paint(gap - 2.0, self.tissues.skin)
        part.paint(gap, self.tissues.air)

    @cached_property
    def _loops(self) -> tuple[Loop, ...]:
        rng = np.random.default_rng([self.parameters.variant, 11])
        g = self.parameters.scale
        loops = []
        for _ in range(self.parameters.bowel_loops):
            z = rng.uniform(18, 210)
            width = float(np.interp(z, (18, 90, 130, 210), (30, 48, 80, 100)))
            centre = (rng.uniform(-width, width) * g, rng.uniform(-75, 14) * g, z * g)
            radii = tuple(rng.uniform(9, 21, 3) * g)
            loops.append(Loop(centre, (radii[0], radii[1], radii[2]), bool(rng.random() < 0.35)))
        return tuple(loops)

    def _paint_loop(self, canvas: Canvas, loop: Loop) -> None:
        if abs(canvas.y - loop.centre[1]) > loop.radii[1]:
            return
        (cx, _, cz), (rx, _, rz) = loop.centre, loop.radii
        part = canvas.window((cx - rx - 4, cx + rx + 4, cz - rz - 4, cz + rz + 4))
        if part is None:
            return
        f = ellipsoid((part.x, part.y, part.z), loop.centre, loop.radii)
        part.paint(f, 1.15 * self.tissues.muscle, 0.9)
        part.paint(f + 2.4, self.tissues.bowel, 0.9)
        if loop.gas:
            part.paint(f + 5.0, self.tissues.gas, 0.8)

    def _paint_vertebra(self, canvas: Canvas, y: float, z: float, half: float) -> None:
        t, g = self.tissues, self.parameters.scale
        depth, height = 17.5 * g, 12.2 * g
        part = canvas.window((-half - 8, half + 8, z - 26 * g, z + 26 * g))
        offset = abs(canvas.y - y) / depth
        if part is None or offset >= 1.1:
            return
        width = half * max(1.0 - offset**2.5, 0.02) ** 0.5
        up = part.z - z
        waist = np.abs(part.x) - width * (0.93 + 0.07 * (up / height) ** 2)
        disc = np.maximum(np.abs(part.x) - width * 1.02, np.abs(up) - 17.0 * g)
        part.paint(disc, t.disc)
        body = np.maximum(waist, np.abs(up + 0.06 * canvas.y) - height)
        part.paint(body, t.cortex)
        part.paint(body + 1.3, t.vertebra)

    def _paint_sacrum(self, canvas: Canvas) -> None:
        t, g = self.tissues, self.parameters.scale
        part = canvas.window((-75 * g, 75 * g, 0.0, 135 * g))
        y, z = canvas.y / g, part.z / g if part is not None else None
        if part is None or z is None or not 4 <= y <= 92:
            return
        front = np.interp(z, (5, 40, 80, 118), (70, 66, 44, 14))
        back = np.interp(z, (5, 40, 80, 125), (80, 86, 80, 58))
        half = np.interp(z, (5, 25, 60, 95, 125), (9, 24, 40, 52, 40))
        thick = np.maximum(front - y, y - back).astype(np.float32) * np.float32(0.8 * g)
        wings = np.interp(y, (10, 25, 40, 70, 90), (0.46, 0.75, 1.0, 1.0, 0.7))
        f = np.maximum(np.abs(part.x) - (half * wings * g).astype(np.float32), thick)
        f = np.maximum(f, part.z - 128 * g)
        part.paint(f, t.cortex)
        part.paint(f + 1.5, t.pelvic_marrow)
        for level, height in enumerate((100.0, 76.0, 54.0)):
            hole = ((19.0 - 2.5 * level) * g, canvas.y, height * g)
            mirror = (np.abs(part.x), part.y, part.z)
            part.paint(ellipsoid(mirror, hole, (4.5 * g, 6 * g, 5.5 * g)), 0.8 * t.fat)
        canal = ellipsoid((part.x, part.y, part.z), (0, 64 * g, 95 * g), (9 * g, 8 * g, 34 * g))
        part.paint(canal, 0.5 * t.muscle)


def streaks(body: BodyParameters, canvas: Canvas) -> np.ndarray:
    """Fat streaks between muscle fibres as a fraction 0..1 per pixel, mostly along the body."""
    rng = np.random.default_rng([body.variant, 12])
    fine = Waves.random(rng, 36, (5.0, 16.0), (1.0, 2.0, 3.5)).on_plane(
        canvas.x, canvas.y, canvas.z
    )
    coarse = Waves.random(rng, 10, (50.0, 120.0)).on_plane(canvas.x, canvas.y, canvas.z)
    threshold = 2.6 - 1.5 * body.fat_streaks - 0.5 * coarse
    return np.asarray(np.clip((fine - threshold) * 1.2, 0, 1) * min(1.0, 2 * body.fat_streaks))
