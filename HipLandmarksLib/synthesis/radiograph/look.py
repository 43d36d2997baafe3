"""``FilmLook``: everything that makes two films of the same patient look different."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from ...errors import ConfigurationError
from .preset import Preset, check, log_uniform


class ToneCurve(str, Enum):
    """How exposure becomes brightness."""

    LINEAR = "linear"
    SIGMOID = "sigmoid"
    FILM = "film"


@dataclass(frozen=True)
class Exposure:
    """Tube, beam and scatter.

    Attributes:
        kvp: peak tube voltage.
        filter_mm_al: total filtration.
        quanta_per_mm2: detected at the film's median signal (what automatic exposure control
            keeps constant); noise variance is inverse to it.
        scatter_to_primary: behind 20 cm of tissue; about 0.3 to 1 with a grid, 2 to 4 without.
        scatter_mm: width (sigma) of the scatter on the detector.
        focal_spot_mm: size of the focal spot.
        magnification: of the hips on the detector.
        heel: relative fall of the intensity over the half image (heel effect, off-centre tube).
        heel_deg: direction of the fall.
    """

    kvp: float = 75.0
    filter_mm_al: float = 3.0
    quanta_per_mm2: float = 1.5e4
    scatter_to_primary: float = 0.6
    scatter_mm: float = 45.0
    focal_spot_mm: float = 1.0
    magnification: float = 1.18
    heel: float = 0.08
    heel_deg: float = 90.0

    def __post_init__(self) -> None:
        check(
            self,
            kvp=(45, 100),
            filter_mm_al=(1, 20),
            quanta_per_mm2=(50, 1e7),
            scatter_to_primary=(0, 8),
            scatter_mm=(5, 200),
            focal_spot_mm=(0, 3),
            magnification=(1, 2),
            heel=(0, 0.6),
            heel_deg=(-360, 360),
        )

    @property
    def penumbra_mm(self) -> float:
        """Standard deviation of the focal spot's image on the detector."""
        return self.focal_spot_mm * (self.magnification - 1) / math.sqrt(12)

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> Exposure:
        """Usual exposures of a pelvis; the robust ones include bad ones."""
        wild = preset is Preset.ROBUST
        with_grid = rng.random() < (0.6 if wild else 0.85)
        return cls(
            kvp=float(rng.uniform(55, 95) if wild else rng.uniform(68, 86)),
            filter_mm_al=float(rng.uniform(2.5, 4.5)),
            quanta_per_mm2=log_uniform(rng, 1500, 6e4) if wild else log_uniform(rng, 3e3, 5e4),
            scatter_to_primary=float(
                rng.uniform(0.25, 1.0) if with_grid else rng.uniform(0.8, 2.0 if wild else 1.5)
            ),
            scatter_mm=float(rng.uniform(20, 55)),
            focal_spot_mm=float(rng.uniform(0.6, 1.3)),
            magnification=float(rng.uniform(1.1, 1.25)),
            heel=float(rng.uniform(0, 0.25) if wild else rng.uniform(0, 0.12)),
            heel_deg=float(rng.uniform(-180, 180)),
        )


@dataclass(frozen=True)
class Detector:
    """What the image receptor adds.

    Attributes:
        blur_mm: sigma of its point spread (screen, scintillator, sampling).
        electronic_noise: standard deviation per square root of mm2 relative to the median signal.
        grid_lines: relative amplitude of the anti-scatter grid's shadows.
        grid_pitch_mm: distance of the lines.
    """

    blur_mm: float = 0.12
    electronic_noise: float = 0.001
    grid_lines: float = 0.0
    grid_pitch_mm: float = 0.6

    def __post_init__(self) -> None:
        check(
            self,
            blur_mm=(0, 3),
            electronic_noise=(0, 0.2),
            grid_lines=(0, 0.3),
            grid_pitch_mm=(0.1, 20),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> Detector:
        """Flat panels and storage phosphors; grid lines are rare."""
        wild = preset is Preset.ROBUST
        lines = rng.random() < (0.08 if wild else 0.03)
        return cls(
            blur_mm=log_uniform(rng, 0.08, 0.6) if wild else log_uniform(rng, 0.08, 0.25),
            electronic_noise=log_uniform(rng, 2e-4, 6e-3 if wild else 2e-3),
            grid_lines=float(rng.uniform(0.005, 0.04)) if lines else 0.0,
            grid_pitch_mm=float(rng.uniform(0.4, 6.0 if wild else 2.5)),
        )


@dataclass(frozen=True)
class Processing:
    """From the detector's signal to displayed brightness.

    Attributes:
        window: quantiles of the logarithmic signal that become (nearly) black and white.
        curve: tone curve.
        contrast: its slope in the middle, relative to linear.
        midtone: exposure (0 to 1 in the window) that is shown half bright.
        gamma: exponent after the curve.
        detail: gains of the details finer than about 0.4, 1.5 and 6 mm.
        equalisation: share of the very coarse structure (30 mm) that is taken away.
        local_contrast: share of a locally normalised image, like adaptive equalisation.
        black, white: brightness of the two ends.
        bits: grey levels as a power of two.
        jpeg_quality: of JPEG damage, None without.
    """

    window: tuple[float, float] = (0.03, 0.995)
    curve: ToneCurve = ToneCurve.SIGMOID
    contrast: float = 1.2
    midtone: float = 0.5
    gamma: float = 1.0
    detail: tuple[float, float, float] = (0.3, 0.2, 0.2)
    equalisation: float = 0.4
    local_contrast: float = 0.0
    black: float = 0.0
    white: float = 1.0
    bits: int = 12
    jpeg_quality: float | None = None

    def __post_init__(self) -> None:
        check(
            self,
            contrast=(0.2, 8),
            midtone=(0.05, 0.95),
            gamma=(0.2, 5),
            equalisation=(0, 0.9),
            local_contrast=(0, 1),
            black=(0, 0.5),
            white=(0.5, 1),
            bits=(2, 16),
        )
        if not 0 <= self.window[0] < self.window[1] <= 1:
            raise ConfigurationError(f"The quantiles {self.window} are not 0 <= low < high <= 1.")
        if len(self.detail) != 3 or not all(-0.9 <= g <= 6 for g in self.detail):
            raise ConfigurationError(f"{self.detail} are not three gains between -0.9 and 6.")
        if self.jpeg_quality is not None and not 1 <= self.jpeg_quality <= 100:
            raise ConfigurationError(f"A JPEG quality of {self.jpeg_quality} is not in 1 to 100.")

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> Processing:
        """Processing of several vendors and of scanned films; or contrasts beyond all of them."""
        wild = preset is Preset.ROBUST
        spread = 1.7 if wild else 1.0
        curves = (ToneCurve.SIGMOID, ToneCurve.LINEAR, ToneCurve.FILM)
        gains = np.exp(rng.normal(0, 0.7 * spread, 3)) * (0.3, 0.25, 0.2) * (rng.random(3) < 0.8)
        damaged = rng.random() < (0.35 if wild else 0.15)
        even = rng.random() < (0.7 if wild else 0.9)
        return cls(
            window=(
                float(rng.uniform(0.0, 0.06 * spread)),
                float(1 - rng.uniform(0.0, 0.008 * spread**2)),
            ),
            curve=curves[rng.choice(3, p=(0.55, 0.25, 0.2))],
            contrast=float(math.exp(rng.normal(-0.1, 0.15 * spread))),
            midtone=float(np.clip(rng.normal(0.59, 0.045 * spread), 0.25, 0.8)),
            gamma=float(math.exp(rng.normal(0.05, 0.12 * spread))),
            detail=(
                float(min(gains[0], 4.0)),
                float(min(gains[1], 3.0)),
                float(min(gains[2], 3.0)),
            ),
            equalisation=float(rng.uniform(0.4, 0.85) if even else rng.uniform(0, 0.5)),
            local_contrast=float(rng.uniform(0.1, 0.4 * spread))
            if rng.random() < 0.2 * spread
            else 0.0,
            black=float(rng.uniform(0, 0.08) * (rng.random() < 0.4)),
            white=float(1 - rng.uniform(0, 0.42) * (rng.random() < 0.75)),
            bits=int(rng.choice((8, 10, 12))) if not wild else int(rng.integers(5, 13)),
            jpeg_quality=log_uniform(rng, 12 if wild else 40, 95) if damaged else None,
        )


@dataclass(frozen=True)
class Disturbance:
    """Damage after the processing: a scanned film's flaws, and what only training sees.

    Attributes:
        grain: standard deviation of film grain.
        vignette: darkening of the corners.
        dust: number of specks and hairs.
        blur_mm: additional blur.
        noise: standard deviation of additional noise that differs between images in coarseness.
        boxes: number of boxes that hide a part of the film (coarse dropout: the states of the
            landmarks below stay as they are).
        lines: number of thin drawn lines.
        inverted: True shows bone dark.
    """

    grain: float = 0.0
    vignette: float = 0.0
    dust: int = 0
    blur_mm: float = 0.0
    noise: float = 0.0
    boxes: int = 0
    lines: int = 0
    inverted: bool = False

    def __post_init__(self) -> None:
        check(
            self,
            grain=(0, 0.3),
            vignette=(0, 0.9),
            dust=(0, 500),
            blur_mm=(0, 10),
            noise=(0, 0.5),
            boxes=(0, 50),
            lines=(0, 50),
        )

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> Disturbance:
        """Realistic: a scanned film now and then. Robust: also boxes, lines, blur, inversion."""
        scanned = rng.random() < 0.12
        grain = float(rng.uniform(0.005, 0.03)) if scanned else 0.0
        vignette = float(rng.uniform(0, 0.3)) if scanned else 0.0
        dust = int(rng.integers(0, 25)) if scanned else 0
        if preset is Preset.REALISTIC:
            return cls(grain=grain, vignette=vignette, dust=dust)
        return cls(
            grain=grain,
            vignette=vignette,
            dust=dust,
            blur_mm=log_uniform(rng, 0.3, 2.0) if rng.random() < 0.25 else 0.0,
            noise=log_uniform(rng, 0.005, 0.05) if rng.random() < 0.4 else 0.0,
            boxes=int(rng.integers(1, 6)) if rng.random() < 0.35 else 0,
            lines=int(rng.integers(1, 6)) if rng.random() < 0.25 else 0,
            inverted=bool(rng.random() < 0.25),
        )


@dataclass(frozen=True)
class FilmLook:
    """One way of exposing and showing a film."""

    exposure: Exposure = field(default_factory=Exposure)
    detector: Detector = field(default_factory=Detector)
    processing: Processing = field(default_factory=Processing)
    disturbance: Disturbance = field(default_factory=Disturbance)

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> FilmLook:
        """A look that depends on nothing but ``rng`` and ``preset``."""
        preset = Preset(preset)
        return cls(
            Exposure.random(rng, preset),
            Detector.random(rng, preset),
            Processing.random(rng, preset),
            Disturbance.random(rng, preset),
        )
