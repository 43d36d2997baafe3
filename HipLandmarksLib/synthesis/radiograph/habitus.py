"""``Habitus`` and ``BoneQuality``: how a patient's soft tissue and bone may differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .preset import Preset, check, log_uniform


@dataclass(frozen=True)
class Habitus:
    """Build of a patient; lengths in mm of a body of usual size.

    Attributes:
        fat_mm: subcutaneous fat at the hips.
        width, depth: muscular trunk relative to a usual one.
        thigh_mm: radius of the muscular thigh.
        panniculus_mm: depth of a belly that hangs in front; 0 without.
        panniculus_z, panniculus_tilt, panniculus_sag: its lower edge (level at the midline, slope,
            and how much higher it lies at the sides).
        crease_mm: depth of the folds of the groin; ``crease_slope``, ``crease_bend`` their course.
        gluteal_fold: 0 (soft buttocks) to 1 (they end below in a sharp fold).
        shift_mm, lean_deg: the trunk's midline against the pelvis's, to the patient's left.
        genitals_mm: radius of the soft tissue below the symphysis; 0 without.
        bladder_mm: radius of the filled bladder.
        gas: amount of bowel gas, 0 to 1 (usual: 0.4).
        faeces: amount of mottled faeces, 0 to 1.
        calcifications: number of small round ones in the pelvis.
        unevenness: contrast of muscles, fat planes and bowel, 0 to 1.
        spine: True adds lumbar vertebrae above the sacrum.
    """

    fat_mm: float = 22.0
    width: float = 1.0
    depth: float = 1.0
    thigh_mm: float = 76.0
    panniculus_mm: float = 0.0
    panniculus_z: float = 0.0
    panniculus_tilt: float = 0.0
    panniculus_sag: float = 0.0
    crease_mm: float = 0.0
    crease_slope: float = 0.5
    crease_bend: float = 0.0
    gluteal_fold: float = 0.3
    shift_mm: float = 0.0
    lean_deg: float = 0.0
    genitals_mm: float = 0.0
    bladder_mm: float = 35.0
    gas: float = 0.4
    faeces: float = 0.3
    calcifications: int = 0
    unevenness: float = 0.5
    spine: bool = True

    def __post_init__(self) -> None:
        check(
            self,
            fat_mm=(1, 150),
            width=(0.6, 1.5),
            depth=(0.5, 2),
            thigh_mm=(35, 130),
            panniculus_mm=(0, 200),
            panniculus_z=(-200, 200),
            panniculus_tilt=(-0.5, 0.5),
            panniculus_sag=(-150, 150),
            crease_mm=(0, 60),
            crease_slope=(-1, 3),
            crease_bend=(-3, 3),
            gluteal_fold=(0, 1),
            shift_mm=(-60, 60),
            lean_deg=(-25, 25),
            genitals_mm=(0, 60),
            bladder_mm=(0, 80),
            gas=(0, 1),
            faeces=(0, 1),
            calcifications=(0, 50),
            unevenness=(0, 1),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> Habitus:
        """Lean to obese adults."""
        wild = preset is Preset.ROBUST
        fat = log_uniform(rng, 6, 75) if wild else log_uniform(rng, 9, 60)
        hanging = rng.random() < min(0.8, fat / 60)
        return cls(
            fat_mm=fat,
            width=float(np.clip(rng.normal(1.0, 0.04), 0.88, 1.15)),
            depth=float(np.clip(rng.normal(1.1, 0.12), 0.75, 1.45)),
            thigh_mm=float(np.clip(rng.normal(72, 8), 50, 100)),
            panniculus_mm=float(fat * rng.uniform(0.4, 1.3)) if hanging else 0.0,
            panniculus_z=float(rng.normal(-25, 35)),
            panniculus_tilt=float(rng.normal(0, 0.05)),
            panniculus_sag=float(rng.normal(15, 25)),
            crease_mm=float(rng.uniform(4, 22)) if rng.random() < 0.45 else 0.0,
            crease_slope=float(rng.uniform(0.25, 0.8)),
            crease_bend=float(rng.normal(0, 0.7)),
            gluteal_fold=float(rng.random() ** 2),
            shift_mm=float(np.clip(rng.normal(0, 6), -30, 30)),
            lean_deg=float(np.clip(rng.normal(0, 2), -10, 10)),
            genitals_mm=float(rng.uniform(18, 34)) if rng.random() < 0.5 else 0.0,
            bladder_mm=float(rng.uniform(0, 55)),
            gas=float(np.clip(rng.normal(0.42, 0.25), 0, 1)),
            faeces=float(np.clip(rng.normal(0.3, 0.3), 0, 1)),
            calcifications=int(rng.integers(1, 9)) if rng.random() < 0.4 else 0,
            unevenness=float(rng.uniform(0.3, 1.0)),
        )


@dataclass(frozen=True)
class BoneQuality:
    """Mineral and texture of bone.

    Attributes:
        trabecular: mineralised share of the volume of cancellous bone, 0.05 (osteoporosis) to 0.4.
        cortical: density of dense bone relative to the tabulated one.
        shell: the same of thin shells relative to thick walls.
        texture: relative amplitude of the trabecular pattern.
        grain_mm: width of its strands as they add up on a film.
        patches: relative amplitude of uneven density over centimetres.
        stress: contrast between loaded and unloaded parts of the proximal femur, 0 to 1.
        channels: number of vascular channels in each iliac wing.
    """

    trabecular: float = 0.17
    cortical: float = 1.0
    shell: float = 0.6
    texture: float = 0.3
    grain_mm: float = 0.7
    patches: float = 0.05
    stress: float = 0.5
    channels: int = 0

    def __post_init__(self) -> None:
        check(
            self,
            trabecular=(0.02, 0.6),
            cortical=(0.4, 1.0),
            shell=(0.1, 1),
            texture=(0, 1),
            grain_mm=(0.1, 5),
            patches=(0, 0.6),
            stress=(0, 1),
            channels=(0, 9),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> BoneQuality:
        """Osteoporotic to dense adults."""
        wild = preset is Preset.ROBUST
        trabecular = 0.17 * math.exp(rng.normal(0, 0.45 if wild else 0.3))
        return cls(
            trabecular=float(np.clip(trabecular, 0.05, 0.4)),
            cortical=float(rng.uniform(0.7 if wild else 0.8, 1.0)),
            shell=float(rng.uniform(0.3, 1.0) if wild else rng.uniform(0.35, 0.85)),
            texture=float(rng.uniform(0.1, 0.6 if wild else 0.4)),
            grain_mm=float(rng.uniform(0.4, 0.85)),
            patches=float(rng.uniform(0.01, 0.2 if wild else 0.07)),
            stress=float(rng.uniform(0.15, 0.85)),
            channels=int(rng.integers(0, 3)),
        )
