"""Thickness of the patient along the rays: trunk, thighs, buttocks, hanging belly, skin folds.

All shapes are analytic; (x, z) mm of :class:`.BodyFrame`. Widths and depths are usual ones of
adults lying on their back, our choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from .body_frame import BodyFrame, Thigh
from .habitus import Habitus

Field = NDArray[np.float32]

# Levels in mm from the hips upwards; half width and depth of a lean trunk at them.
_LEVELS = (-160.0, -90.0, -30.0, 20.0, 70.0, 130.0, 190.0, 280.0)
_HALF_WIDTH = (160.0, 176.0, 178.0, 172.0, 164.0, 154.0, 146.0, 152.0)
_DEPTH = (150.0, 160.0, 168.0, 172.0, 172.0, 170.0, 168.0, 175.0)
_OVER_WING_MM = 12.0  # muscle beside the iliac wings
_FAT_AT_SIDE = (1.0, 1.0, 1.0, 1.05, 1.0, 0.9, 1.0, 1.0)


def smooth_step(value: Field, low: float, high: float) -> Field:
    """0 below ``low``, 1 above ``high``, smooth between."""
    share = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def dome(radius_squared: Field) -> Field:
    """Relative length of a ray through a ball: sqrt(1 - r^2) inside, 0 outside."""
    inside = np.maximum(1 - radius_squared, 0, dtype=np.float32)
    return np.asarray(np.sqrt(inside, out=inside))


def body_thickness(x: Field, z: Field, frame: BodyFrame, habitus: Habitus) -> tuple[Field, Field]:
    """Lengths in mm inside the skin, and of these within the muscular body (without the fat)."""
    skin = _layer(x, z, frame, habitus, habitus.fat_mm)
    lean = _layer(x, z, frame, habitus, 0.0)
    skin = skin + _panniculus(_beside(x, z, habitus), z, frame, habitus)
    skin = np.clip(skin - _creases(x, z, habitus), 0, None)
    return skin, np.minimum(lean, skin)


def _layer(x: Field, z: Field, frame: BodyFrame, habitus: Habitus, fat: float) -> Field:
    """Body without what hangs: the trunk passes into the thighs along the groin."""
    legs = np.maximum(*(_thigh(x, z, frame.thighs[s], habitus, fat, s) for s in Side))
    if habitus.genitals_mm > 0:
        legs = np.maximum(legs, _genitals(x, z, habitus.genitals_mm))
    # From the perineum the end of the trunk rises to the sides.
    bottom = -92.0 - 0.25 * fat + 0.3 * np.abs(x)
    trunk = smooth_step((z - bottom).astype(np.float32), -34.0, 58.0)
    whole = legs + trunk * (_trunk(_beside(x, z, habitus), z, frame, habitus, fat) - legs)
    return np.asarray(whole + _seat(x, z, habitus, fat), dtype=np.float32)


def _beside(x: Field, z: Field, habitus: Habitus) -> Field:
    """x from the trunk's own midline."""
    slope = np.float32(np.tan(np.radians(habitus.lean_deg)))
    return np.asarray(x - np.float32(habitus.shift_mm) - slope * z, dtype=np.float32)


def _trunk(x: Field, z: Field, frame: BodyFrame, habitus: Habitus, fat: float) -> Field:
    width = _half_width(z, frame, habitus, fat)
    depth = _by_level(z, _DEPTH) * habitus.depth + 1.3 * fat
    u = np.clip(np.abs(x) / width, 0, 1).astype(np.float32)
    return np.asarray(depth * np.sqrt(1 - u**3.0, dtype=np.float32), dtype=np.float32)


def _by_level(z: Field, values: tuple[float, ...]) -> Field:
    return np.interp(z, _LEVELS, values).astype(np.float32)


def _half_width(z: Field, frame: BodyFrame, habitus: Habitus, fat: float) -> Field:
    """The trunk is wider than the pelvis, whatever the habitus."""
    (wing, level), shift = frame.wing, abs(habitus.shift_mm) + 1.5 * abs(habitus.lean_deg)
    needed = (wing + shift + _OVER_WING_MM) / float(np.interp(level, _LEVELS, _HALF_WIDTH))
    lean = _by_level(z, _HALF_WIDTH) * max(habitus.width, needed)
    return np.asarray(lean + fat * _by_level(z, _FAT_AT_SIDE), dtype=np.float32)


def _seat(x: Field, z: Field, habitus: Habitus, fat: float) -> Field:
    """The buttocks stand out below the trunk and end in the gluteal folds."""
    across, along = (np.abs(x) - 74) / (74 + 0.5 * fat), (z + 45) / (80 + 0.5 * fat)
    radius = (across * across + along * along).astype(np.float32)
    below = smooth_step(-z, 30.0, 95.0)
    softness = 2.2 - 1.7 * habitus.gluteal_fold * below  # 1 is an ellipsoid
    return np.asarray((18.0 + 0.25 * fat) * dome(radius) ** softness, dtype=np.float32)


def _genitals(x: Field, z: Field, radius: float) -> Field:
    across, along = (x - 4) / radius, (z + 90 + 0.4 * radius) / (1.3 * radius)
    return np.float32(2.6 * radius) * dome((across * across + along * along).astype(np.float32))


def _thigh(x: Field, z: Field, thigh: Thigh, habitus: Habitus, fat: float, side: Side) -> Field:
    sign = np.float32(1 if side is Side.LEFT else -1)
    (x0, z0), (dx, dz) = thigh.start, thigh.direction
    along = (x - x0) * dx + (z - z0) * dz
    across = ((x - x0) * -dz + (z - z0) * dx) * sign  # to the side
    below = np.clip(along, -60, 250)
    radius = habitus.thigh_mm * (1.2 - 0.0012 * below) + 0.8 * fat
    offset = -24.0 - 0.1 * fat  # the muscles of the inner side outweigh
    u = (across - offset) / radius
    depth = habitus.thigh_mm * (1.85 - 0.0012 * below) + 1.0 * fat
    return np.asarray(depth * dome((np.abs(u) ** 2.5).astype(np.float32)), dtype=np.float32)


def _panniculus(x: Field, z: Field, frame: BodyFrame, habitus: Habitus) -> Field:
    """A fold of the belly that hangs down in front, with a sharp lower edge."""
    if habitus.panniculus_mm <= 0:
        return np.zeros_like(x)
    half = _half_width(z, frame, habitus, habitus.fat_mm)
    edge = habitus.panniculus_z + habitus.panniculus_tilt * x + 60.0 * (x / half) ** 4
    edge = edge + habitus.panniculus_sag * (x / half) ** 2
    above = np.clip((z - edge) / 90.0, 0, 1)
    rise = np.sqrt(1 - (1 - above) ** 2)
    side = dome(((x / half) ** 2).astype(np.float32)) ** np.float32(1.5)
    return np.asarray(habitus.panniculus_mm * rise * side, dtype=np.float32)


def _creases(x: Field, z: Field, habitus: Habitus) -> Field:
    """Air in the folds of the groin: steep above, fading below."""
    if habitus.crease_mm <= 0:
        return np.zeros_like(x)
    line = -95.0 + habitus.crease_slope * np.abs(x) + 0.0012 * habitus.crease_bend * x * x
    distance = z - line
    band = np.where(distance > 0, np.exp(-((distance / 2.5) ** 2)), np.exp(distance / 16.0))
    reach = smooth_step(np.abs(x), 10.0, 60.0) * (1 - smooth_step(np.abs(x), 110.0, 190.0))
    return np.asarray(habitus.crease_mm * band * reach, dtype=np.float32)
