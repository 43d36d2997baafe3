"""All that is around the bones: skin, fat, muscle, bladder, bowel gas, lumbar spine."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .body_frame import BodyFrame
from .body_outline import Field, body_thickness, smooth_step
from .bowel import SPONGE_MM, Bubble, Plane, bowel_gas, mottle
from .fields import grown, grown_steps
from .habitus import Habitus
from .lumbar import calcifications, lumbar_spine
from .materials import Material, MaterialPaths

_SMOOTH_MM = 3.0  # grid of the body's outline
_FINE_MM = 1.4  # grid of gas and vertebrae


def soft_tissue(
    bones: MaterialPaths, frame: BodyFrame, habitus: Habitus, rng: np.random.Generator
) -> MaterialPaths:
    """Bones with a body around them.

    Analytic path lengths, laid relative to the hips; bone takes the place of muscle. Computed on
    coarse grids in NumPy and interpolated on the device of ``bones``.

    Args:
        bones: path lengths in bone on the film's grid.
        frame: where the patient lies on that grid.
        habitus: his build.
        rng: places of gas, textures.

    Returns:
        All of ``bones`` (with lumbar vertebrae and calcifications added) and MUSCLE, FAT, WATER
        and GAS.
    """
    lengths = dict(bones.lengths)
    muscle, fat, *water = _smooth_part(bones, frame, habitus, rng)
    gas, cortical, cancellous = _fine_part(bones, frame, habitus, rng)
    for material, added in ((Material.CORTICAL, cortical), (Material.CANCELLOUS, cancellous)):
        lengths[material] = lengths[material] + added if material in lengths else added
    solid = bones.of(*bones.lengths).add(cortical).add_(cancellous)
    gas = torch.minimum(gas, (muscle + fat).sub_(solid).clamp_(min=0).mul_(0.6))
    missing = (solid.add_(gas)).sub_(muscle)  # what muscle alone cannot make room for
    lengths[Material.MUSCLE] = (-missing).clamp_(min=0)
    lengths[Material.FAT] = fat.sub(missing.clamp_(min=0)).clamp_(min=0)
    lengths[Material.GAS] = gas
    if water:
        lengths[Material.WATER] = water[0]
    return MaterialPaths(lengths, bones.pixel_mm)


def _smooth_part(
    bones: MaterialPaths, frame: BodyFrame, habitus: Habitus, rng: np.random.Generator
) -> tuple[Tensor, ...]:
    """(H, W) muscle and fat in mm before bone takes their place, and water if there is any."""
    step = max(2, _step(frame, bones.shape, _SMOOTH_MM))
    plane = Plane.of(frame, bones.shape, step)
    skin, lean = body_thickness(plane.x, plane.z, frame, habitus)
    skin = skin + habitus.unevenness * _folds(plane, rng) * (skin > 0)
    share = 0.8 + 0.16 * habitus.unevenness * _noise(plane, (26.0, 20.0), rng)
    share -= 0.12 * _cavity(plane)
    muscle = lean * np.clip(share, 0.3, 1.0) + habitus.unevenness * _bellies(plane, frame, rng)
    muscle = np.clip(muscle, 0, skin)
    water = _bladder(plane, habitus, rng)
    if not water.any():
        return tuple(_full(np.stack([muscle, skin - muscle]), bones, step))
    of_muscle = np.minimum(0.5 * water, muscle)
    of_fat = np.minimum(water - of_muscle, skin - muscle)
    fields = [muscle - of_muscle, skin - muscle - of_fat, of_muscle + of_fat]
    return tuple(_full(np.stack(fields), bones, step))


def _folds(plane: Plane, rng: np.random.Generator) -> Field:
    """(h, w) mm: folds of skin and sheets, sharp on one side and fading on the other."""
    field = np.zeros_like(plane.x)
    for _ in range(rng.poisson(5.0)):
        x, z = plane.x - rng.uniform(-200, 200), plane.z - rng.uniform(-220, 160)
        angle = rng.normal(0, 0.5) + (rng.random() < 0.3) * np.pi / 2
        along = x * np.float32(np.cos(angle)) + z * np.float32(np.sin(angle))
        across = z * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
        across += np.float32(rng.normal(0, 0.0015)) * along * along
        width, length = rng.uniform(6, 35), rng.uniform(50, 160)
        fading = np.exp(-np.abs(across) / width - (along / length) ** 2)
        field += np.float32(rng.uniform(1.0, 7.0)) * fading * (across > 0)
    return field


def _bladder(plane: Plane, habitus: Habitus, rng: np.random.Generator) -> Field:
    """(h, w) mm of water above the symphysis."""
    water = np.zeros_like(plane.x)
    if habitus.bladder_mm > 5:
        place = (float(rng.normal(0, 5)), -22 + 0.6 * habitus.bladder_mm)
        half = (habitus.bladder_mm * 1.1, habitus.bladder_mm * 0.75)
        plane.add(water, Bubble(place, half, 0.0, 1.4 * habitus.bladder_mm))
    return water


def _fine_part(
    bones: MaterialPaths, frame: BodyFrame, habitus: Habitus, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """(H, W) gas, cortical and cancellous bone that the body adds, in mm."""
    step = _step(frame, bones.shape, _FINE_MM)
    plane = _bent(Plane.of(frame, bones.shape, step), rng)
    gas = bowel_gas(plane, habitus.gas, rng) + _contents(plane, habitus, rng)
    if habitus.faeces > 0:
        gas += mottle(plane, habitus.faeces, _noise(plane, (SPONGE_MM, SPONGE_MM), rng), rng)
    cortical, cancellous = np.zeros_like(gas), np.zeros_like(gas)
    if habitus.spine:
        cortical, cancellous = lumbar_spine(plane, frame.sacrum_top, rng)
    if habitus.calcifications:
        cortical = cortical + calcifications(plane, habitus.calcifications, rng)
    full = _full(np.stack([gas, np.clip(cortical, 0, None), cancellous]), bones, step)
    return full[0], full[1], full[2]


def _step(frame: BodyFrame, shape: tuple[int, int], size_mm: float) -> int:
    """Film pixels per node of a coarse grid."""
    return max(1, min(round(size_mm * frame.pixels_per_mm), min(shape) // 8))


def _full(stack: Field, bones: MaterialPaths, step: int) -> Tensor:
    """A coarse (N, h, w) stack on the film's grid and device."""
    coarse = torch.from_numpy(stack.astype(np.float32)).to(bones.device)
    return grown_steps(coarse, bones.shape, step)


def _noise(plane: Plane, size_mm: tuple[float, float], rng: np.random.Generator) -> Field:
    """(h, w) random field of about unit variance with grains of a size."""
    height, width = plane.x.shape
    pitch = plane.pitch_mm
    nodes = [
        max(2, round(n * pitch / s) + 1) for n, s in zip((height, width), size_mm, strict=True)
    ]
    noise = torch.from_numpy(rng.standard_normal(nodes, dtype=np.float32))
    return np.asarray(grown(noise, (height, width)).numpy() * np.float32(1.4))


def _bent(plane: Plane, rng: np.random.Generator) -> Plane:
    """The same grid with wavy coordinates, so that no shape on it is a perfect ellipse."""
    size = float(rng.uniform(9.0, 16.0))
    dx, dz = (1.6 * _noise(plane, (size, size), rng) for _ in range(2))
    return Plane(plane.x + dx, plane.z + dz, plane.to_index, bend_mm=6.0)


def _contents(plane: Plane, habitus: Habitus, rng: np.random.Generator) -> Field:
    """(h, w) mm of gas in many faint patches: bowel loops that are neither full nor empty."""
    patches = _noise(plane, (15.0, 15.0), rng) + 0.35 * _noise(plane, (6.0, 6.0), rng)
    grain = 1 + 0.35 * _noise(plane, (2.5, 2.5), rng)
    radius = (plane.x / 120) ** 2 + ((plane.z - 110) / 120) ** 2
    inside = 1 - smooth_step(radius.astype(np.float32), 0.6, 1.1)
    threshold = 1.0 - 1.2 * habitus.gas
    loops = np.clip(patches - threshold, 0, 1.6) ** 2 * np.clip(grain, 0, 2)
    return np.asarray(loops * inside * np.float32(4.0), dtype=np.float32)


def _cavity(plane: Plane) -> Field:
    """1 inside the true pelvis, which holds more fat and bowel than muscle."""
    radius = (plane.x / 62) ** 2 + ((plane.z - 25) / 62) ** 2
    return 1 - smooth_step(radius.astype(np.float32), 0.5, 1.2)


def _bellies(plane: Plane, frame: BodyFrame, rng: np.random.Generator) -> Field:
    """Muscles that stand out from the fat between them: mm more muscle, less fat."""
    field = np.zeros_like(plane.x)
    for side, thigh in frame.thighs.items():
        sign = 1.0 if side.value == "L" else -1.0
        along = float(np.arctan2(thigh.direction[1], thigh.direction[0]))
        for _ in range(5):
            offset = (sign * rng.uniform(-75, 45), rng.uniform(-150, 0))
            place = (thigh.start[0] + offset[0], thigh.start[1] + offset[1])
            half = (float(rng.uniform(50, 110)), float(rng.uniform(9, 26)))
            turn = along + sign * rng.normal(0.12, 0.12)
            plane.add(field, Bubble(place, half, turn, float(rng.uniform(6, 22))))
        psoas = (sign * rng.uniform(45, 62), float(rng.uniform(70, 110)))
        plane.add(field, Bubble(psoas, (110.0, 24.0), np.pi / 2 + sign * 0.25, 26.0))
        gluteus = (sign * rng.uniform(118, 135), float(rng.uniform(30, 60)))
        plane.add(field, Bubble(gluteus, (75.0, 32.0), np.pi / 2 + sign * 0.35, 22.0))
    return field
