"""Everything around the hip bones: body outline, abdominal wall, organs, spine and sacrum.

World coordinates in mm: x to the patient's left, y backwards, z up, origin midway between the
femoral heads of the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .canvas import Canvas
from .implicit import Field, capsule, ellipsoid, intersection
from .parameters import BodyParameters, TissueIntensities
from .waves import Waves

_WAIST_Z = (-160.0, -60.0, 0.0, 70.0, 140.0, 240.0)
_WAIST_WIDTH = (0.93, 1.0, 1.0, 0.95, 0.87, 0.92)
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
        self._paint_gut(canvas)
        self._paint_vessels(canvas)
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
        """Sacrum, lumbar vertebrae with discs, laminae."""
        self.paint_posterior_elements(canvas)
        self._paint_sacrum(canvas)
        g = self.parameters.scale
        for n in range(5):
            centre_z = g * (112.0 + 33.0 * n)
            centre_y = g * (22.0 - 16.0 * n + 2.2 * n * n)
            self._paint_vertebra(canvas, centre_y, centre_z, g * (26.0 - 0.8 * n))

    def paint_posterior_elements(self, canvas: Canvas) -> None:
        """Laminae, facets and spinous processes behind the lumbar bodies."""
        g = self.parameters.scale
        for n in range(5):
            y, z = g * (52.0 - 13.0 * n + 2.0 * n * n), g * (118.0 + 33.0 * n)
            for x in (-15.0 * g, 15.0 * g):
                self._paint_bone(canvas, (x, y, z), (9 * g, 9 * g, 12 * g))
            self._paint_bone(canvas, (0.0, y + 16 * g, z - 8 * g), (4 * g, 14 * g, 10 * g))

    # --- parts --------------------------------------------------------------------------------
    def _outline(self, canvas: Canvas) -> Field:
        middle, half = (_FRONT_MM + _BACK_MM) / 2, (_BACK_MM - _FRONT_MM) / 2
        grow = max(self.parameters.half_width_mm / 182.0, 0.8)
        across = abs((canvas.y - middle) / (half * grow))
        narrowing = max(1.0 - across**3.2, 0.0) ** (1 / 2.6)
        waist = np.interp(canvas.z / self.parameters.scale, _WAIST_Z, _WAIST_WIDTH)
        width = (self.parameters.half_width_mm * narrowing * waist).astype(np.float32)
        return np.asarray(np.abs(canvas.x) - width, dtype=np.float32)

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
        part.paint(wall, t.fat * (1 - 0.1 * np.clip((part.z - 95 * g) / (60 * g), 0, 1)))

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

    def _paint_bone(
        self, canvas: Canvas, centre: tuple[float, float, float], radii: tuple[float, float, float]
    ) -> None:
        part = canvas.around(centre, centre, radii)
        if part is not None:
            f = ellipsoid((part.x, part.y, part.z), centre, radii)
            part.paint(f, self.tissues.cortex)
            part.paint(f + 1.6, self.tissues.vertebra)

    def _paint_gut(self, canvas: Canvas) -> None:
        """Irregular bowel between mesenteric fat above the pelvic inlet."""
        t, g = self.tissues, self.parameters.scale
        room = 1.0 - ((canvas.y + 35 * g) / (58 * g)) ** 2
        part = canvas.window((-140 * g, 140 * g, 20 * g, 1e3))
        if part is None or room <= 0.05 or self.parameters.bowel_loops == 0:
            return
        share = min(self.parameters.bowel_loops / 26.0, 1.6)
        rng = np.random.default_rng([self.parameters.variant, 15])
        shape = Waves.random(rng, 24, (32.0, 90.0)).on_plane(part.x, part.y, part.z)
        inner = Waves.random(rng, 16, (14.0, 40.0)).on_plane(part.x, part.y, part.z)
        width = np.interp(part.z, (20 * g, 60 * g, 120 * g, 250 * g), (22, 38, 92, 118))
        inside = np.abs(part.x) - (width * g * np.sqrt(room)).astype(np.float32)
        bowel = np.maximum((0.95 - 0.35 * share - shape) * np.float32(9.0), inside)
        part.paint(bowel, t.muscle * 1.1, 0.85)
        part.paint(bowel + 2.5, t.bowel * (1 + 0.22 * inner), 0.85)
        part.paint(np.maximum(bowel + 6.0, (1.7 - inner) * np.float32(8.0)), t.gas, 0.8)

    def _paint_vessels(self, canvas: Canvas) -> None:
        """Iliac vessels: flow voids along the psoas."""
        g = self.parameters.scale
        for side in (-1.0, 1.0):
            for shift, radius in ((0.0, 3.4), (10.0, 4.2)):
                path = (
                    (22, 2, 130),
                    (48 - shift / 2, -6, 74),
                    (64 - shift, -40, 24),
                    (72, -62, -45),
                )
                for a, b in pairwise(path):
                    start = (side * a[0] * g, (a[1] + shift) * g, a[2] * g)
                    end = (side * b[0] * g, (b[1] + shift * 0.6) * g, b[2] * g)
                    part = canvas.around(start, end, (6 * g, 6 * g, 6 * g))
                    if part is not None:
                        tube = capsule((part.x, part.y, part.z), start, end, (radius * g,) * 2)
                        part.paint(tube, 0.12)

    @cached_property
    def _loops(self) -> tuple[Loop, ...]:
        rng = np.random.default_rng([self.parameters.variant, 11])
        g = self.parameters.scale
        loops = []
        for _ in range(self.parameters.bowel_loops):
            z = rng.uniform(18, 210)
            width = float(np.interp(z, (18, 90, 130, 210), (30, 48, 80, 100)))
            centre = (rng.uniform(-width, width) * g, rng.uniform(-75, 14) * g, z * g)
            radii = tuple(rng.uniform(8, 19, 3) * g)
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
        depth, height = 17.5 * g, 12.6 * g
        part = canvas.window((-half - 8, half + 8, z - 26 * g, z + 26 * g))
        offset = abs(canvas.y - y) / depth
        if part is None or offset >= 1.1:
            return
        width = half * max(1.0 - offset**2.5, 0.02) ** 0.5
        up = (part.z - z) + np.float32(0.35 * (canvas.y - y)) * (1 if z < 150 * g else 0)
        bow = np.float32(1.6 * g) * (1 - np.clip(part.x / width, -1, 1) ** 2)
        waist = np.abs(part.x) - width * (0.92 + 0.08 * (up / height) ** 2).astype(np.float32)
        disc = intersection(np.abs(part.x) - width, np.abs(up) - 17.0 * g, 6.0)
        part.paint(disc, t.disc)
        body = intersection(waist, np.abs(up) + bow - height, 4.0)
        part.paint(body, t.cortex)
        part.paint(body + 1.2, t.vertebra)

    def _paint_sacrum(self, canvas: Canvas) -> None:
        t, g = self.tissues, self.parameters.scale
        part = canvas.window((-75 * g, 75 * g, 0.0, 140 * g))
        y = canvas.y / g
        if part is None or not 4 <= y <= 92:
            return
        z = part.z / g
        front = np.interp(z, (5, 40, 80, 118), (68, 54, 28, 4))
        back = np.interp(z, (5, 40, 80, 125), (80, 86, 80, 58))
        half = np.interp(z, (5, 20, 45, 75, 100, 125), (7, 17, 31, 47, 58, 52))
        thick = np.maximum(front - y, y - back).astype(np.float32) * np.float32(0.8 * g)
        wings = np.interp(y, (4, 14, 24, 40, 70, 90), (0.44, 0.7, 0.98, 0.95, 0.9, 0.7))
        f = np.abs(part.x) - (half * wings * g).astype(np.float32)
        dip = np.float32(0.10) * np.abs(part.x)
        f = intersection(intersection(f, thick, 10.0), part.z + dip - 124 * g, 8.0)
        part.paint(f, t.cortex)
        part.paint(f + 1.4, t.pelvic_marrow)
        mirror = (np.abs(part.x), part.y, part.z)
        for level, height in enumerate((101.0, 77.0, 55.0, 36.0)):
            x = (20.0 - 3.5 * level) * g
            tunnel = capsule(
                mirror, (x, 10.0, (height - 6) * g), (x, 90.0, (height + 4) * g), (4.6 * g, 3.6 * g)
            )
            part.paint(np.maximum(tunnel, f), 0.8 * t.fat)
            part.paint(np.maximum(tunnel + 2.6, f), t.muscle)
        canal = ellipsoid((part.x, part.y, part.z), (0, 66 * g, 96 * g), (10 * g, 8 * g, 36 * g))
        part.paint(canal, 0.6 * t.muscle)


def streaks(body: BodyParameters, canvas: Canvas) -> Field:
    """Fat streaks between muscle fibres as a fraction 0..1 per pixel, mostly along the body."""
    rng = np.random.default_rng([body.variant, 12])
    fine = Waves.random(rng, 48, (3.5, 13.0), (1.0, 2.0, 4.0)).on_plane(
        canvas.x, canvas.y, canvas.z
    )
    coarse = Waves.random(rng, 10, (50.0, 120.0)).on_plane(canvas.x, canvas.y, canvas.z)
    threshold = 2.3 - 1.5 * body.fat_streaks - 0.6 * coarse
    return np.asarray(np.clip((fine - threshold) * 1.2, 0, 1) * min(1.0, 2 * body.fat_streaks))
