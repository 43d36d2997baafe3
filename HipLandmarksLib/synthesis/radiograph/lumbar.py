"""Lumbar vertebrae above the sacrum as simple shapes, since no surface of them is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body_outline import Field, smooth_step
from .bowel import Bubble, Plane

_HEIGHT_MM = 29.0
_DISC_MM = 9.5


@dataclass(frozen=True)
class _Vertebra:
    """One vertebra in mm of the body plane; ``z`` is the middle of its body."""

    x: float
    z: float
    half_width: float
    tilt: float  # depth of the end plates' ellipses on the film
    wear: float  # 0 to 1: bony spurs and sclerosis


def lumbar_spine(
    plane: Plane, sacrum_top: tuple[float, float], rng: np.random.Generator
) -> tuple[Field, Field]:
    """(h, w) mm of cortical and of cancellous bone of L5 and the vertebrae above it."""
    cortical, cancellous = np.zeros_like(plane.x), np.zeros_like(plane.x)
    half_width = float(rng.uniform(23, 28))
    lean = float(rng.normal(0, 0.06))
    density = float(rng.uniform(0.8, 1.5))
    wear = float(rng.random())
    foreshortened = float(rng.uniform(0.75, 1.0))  # L5 is tilted against the beam
    if plane.window((sacrum_top[0], sacrum_top[1] + 60), 120.0) is None:
        return cortical, cancellous
    z = sacrum_top[1] + 2 + _HEIGHT_MM / 2 * foreshortened
    for level in range(4):
        height = _HEIGHT_MM * (foreshortened if level == 0 else 1.0)
        x = sacrum_top[0] + lean * (z - sacrum_top[1])
        tilt = float(max(1.0, 9.0 * (1 - level / 2.5) + rng.normal(0, 1)))
        bone = _Vertebra(x, z, half_width, tilt, wear)
        _draw(plane, cortical, cancellous, bone, height, rng)
        z += height + _DISC_MM * float(rng.uniform(1 - 0.6 * wear, 1.1))
        half_width *= 0.97
    return density * np.clip(cortical, 0, None), cancellous


def _draw(
    plane: Plane,
    cortical: Field,
    cancellous: Field,
    bone: _Vertebra,
    height: float,
    rng: np.random.Generator,
) -> None:
    where = plane.window((bone.x, bone.z), bone.half_width + 10.0)
    if where is None:
        return
    x, z = plane.x[where] - np.float32(bone.x), plane.z[where] - np.float32(bone.z)
    waist = 1 - 0.12 * (1 - np.clip(2 * z / height, -1, 1) ** 2)
    outside = np.maximum(np.abs(x) - bone.half_width * waist, np.abs(z) - height / 2)
    outside = outside.astype(np.float32)
    body = smooth_step(-outside, -0.6, 0.8)
    cancellous[where] += body * 29.0
    cortical[where] += 4.0 * body * np.exp(-((outside + 1.2) ** 2) / 2)
    for end in (-1, 1):  # the end plates are seen obliquely: two arcs
        arc = z - end * height / 2
        for bend in (bone.tilt, -0.4 * bone.tilt):
            bow = arc + end * bend * (1 - (x / bone.half_width) ** 2) * 0.5
            line = np.exp(-((bow / (1.2 + bone.wear)) ** 2)) * (np.abs(x) < bone.half_width)
            cortical[where] += line.astype(np.float32) * np.float32(3.2)
    _spurs(plane, cortical, bone, height, rng)
    _arch(plane, cortical, cancellous, bone, height, rng)


def _spurs(
    plane: Plane, cortical: Field, bone: _Vertebra, height: float, rng: np.random.Generator
) -> None:
    """Osteophytes at the corners of the body."""
    for sign in (-1.0, 1.0):
        for end in (-0.5, 0.5):
            size = float(bone.wear * rng.uniform(1.0, 8.0))
            if size > 2:
                place = (bone.x + sign * (bone.half_width + 0.4 * size), bone.z + end * height)
                plane.add(cortical, Bubble(place, (size, 2.2), -end * sign * 0.8, 4.0))


def _arch(
    plane: Plane,
    cortical: Field,
    cancellous: Field,
    bone: _Vertebra,
    height: float,
    rng: np.random.Generator,
) -> None:
    """Pedicles, transverse processes, facets and the spinous process."""
    for sign in (-1.0, 1.0):
        pedicle = (bone.x + sign * 0.66 * bone.half_width, bone.z + 0.15 * height)
        plane.add(cortical, Bubble(pedicle, (5.0, 7.5), 0.1 * sign, 5.0))
        plane.add(cortical, Bubble(pedicle, (3.6, 6.0), 0.1 * sign, -3.4))
        wing = (bone.x + sign * (bone.half_width + 13), bone.z + 0.16 * height)
        plane.add(cancellous, Bubble(wing, (17.0, 4.6), sign * rng.normal(0.1, 0.1), 6.0))
        plane.add(cortical, Bubble(wing, (17.0, 4.6), sign * 0.1, 1.0))
        facet = (bone.x + sign * 0.62 * bone.half_width, bone.z - 0.55 * height)
        plane.add(cortical, Bubble(facet, (6.5, 12.0), -0.25 * sign, 4.0 + 3.0 * bone.wear))
        plane.add(cancellous, Bubble(facet, (8.0, 13.0), -0.25 * sign, 10.0))
    middle = (bone.x, bone.z - 0.3 * height)
    plane.add(cortical, Bubble(middle, (4.2, 9.0), 0.0, 6.0))
    plane.add(cortical, Bubble(middle, (2.6, 7.0), 0.0, -3.0))
    lamina = (bone.x, bone.z - 0.15 * height)
    plane.add(cancellous, Bubble(lamina, (0.7 * bone.half_width, 10.0), 0.0, 8.0))


def calcifications(plane: Plane, count: int, rng: np.random.Generator) -> Field:
    """(h, w) mm of mineral: round phleboliths in the pelvis, now and then a femoral artery.

    Args:
        plane: the grid.
        count: of phleboliths; arteries are the likelier the more there are.
        rng: source of chance.
    """
    field = np.zeros_like(plane.x)
    for _ in range(count):
        sign = rng.choice((-1.0, 1.0))
        place = (float(sign * rng.normal(55, 14)), float(rng.normal(-5, 18)))
        radius = float(rng.uniform(1.3, 3.2))
        plane.add(field, Bubble(place, (radius, radius * rng.uniform(0.8, 1.2)), 0.0, 1.3 * radius))
    if rng.random() < 0.05 * count:
        for sign in (-1.0, 1.0):
            _artery(plane, field, sign, rng)
    return field


def _artery(plane: Plane, field: Field, sign: float, rng: np.random.Generator) -> None:
    """Plaques in both walls of a vessel that runs over the groin into the thigh."""
    wave, phase = rng.uniform(3, 8), rng.uniform(0, 6)
    for z in np.arange(70.0, -220.0, -3.0):
        if rng.random() < 0.5:
            middle = 60 + 30 * (70 - z) / 200 + wave * np.sin(z / 22 + phase)
            for wall in (-3.2, 3.2):
                place = (float(sign * (middle + wall)), float(z + rng.normal(0, 1)))
                half = (float(rng.uniform(0.6, 1.1)), float(rng.uniform(1.2, 3.5)))
                plane.add(field, Bubble(place, half, sign * 0.15, float(rng.uniform(0.3, 1.2))))
