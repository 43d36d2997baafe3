"""``random_phantom``: a plausible, varied population of surface phantoms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...errors import ConfigurationError
from ..population import HipShape
from .phantom_parameters import HipSurfaceParameters, PelvisPhantomParameters

_ATTEMPTS = 100

Spread = tuple[float, float, float, float]
"""Mean, standard deviation, lowest and highest value."""

_SHARES: Mapping[HipShape, float] = {
    HipShape.NORMAL: 0.40,
    HipShape.CAM: 0.25,
    HipShape.DYSPLASTIC: 0.18,
    HipShape.OVERCOVERED: 0.17,
}
_NECK_ANGLE_SHARES = (0.80, 0.10, 0.10)  # usual, coxa vara, coxa valga


@dataclass(frozen=True)
class _Build:
    """Sizes that differ between men and women on average."""

    head_radius_mm: Spread
    interhead_mm: Spread
    size: Spread
    inlet_share: Spread  # inlet width over interhead distance
    subpubic_deg: Spread
    alpha_deg: Spread


_BUILDS = (
    _Build(
        (24.4, 1.3, 20.5, 28.5), (178.0, 7.5, 155, 205), (1.02, 0.045, 0.88, 1.15),
        (0.700, 0.022, 0.63, 0.77), (71.0, 7.0, 54, 90), (47.0, 5.5, 36, 62),
    ),
    _Build(
        (21.6, 1.2, 18.2, 25.2), (173.0, 7.5, 152, 200), (0.95, 0.045, 0.83, 1.09),
        (0.755, 0.025, 0.68, 0.82), (87.0, 8.0, 66, 110), (43.5, 4.5, 35, 58),
    ),
)  # fmt: skip
"""A man-like and a woman-like build.

Head radius: transverse diameters of 4.9 (SD 0.3) and 4.3 (0.3) cm in 170 German femora (Mall 2000,
Forensic Sci Int 113:315), drawn a little narrower since size varies too. Subpubic angle: 77 to 82
(SD 12 to 13) deg over both sexes on three-dimensional models (Egypt J Forensic Sci 2019, 9:62),
wider in women (75 against 90 deg and more in textbooks of anatomy). Inlet: about 13 cm in women.
Interhead distance: 158 to 194, mean 176 mm in the 11 adults of VSDFullBodyBoneModels (Fischer
2023). Alpha on anteroposterior films peaks near 45 deg (Agricola 2014).
"""

_COVER: Mapping[HipShape, Spread] = {
    HipShape.NORMAL: (32.0, 4.5, 22, 42),
    HipShape.CAM: (32.0, 5.5, 20, 44),
    HipShape.DYSPLASTIC: (15.0, 6.0, -3, 23),
    HipShape.OVERCOVERED: (45.0, 4.0, 39, 57),
}
"""Lateral centre-edge angle: 32 to 34 deg on average (Laborie 2012, Werner 2012); below 20 to 25
dysplasia, above 39 to 40 pincer."""

_ROOF: Mapping[HipShape, Spread] = {
    HipShape.NORMAL: (4.0, 3.5, -5, 12),
    HipShape.CAM: (4.0, 3.5, -5, 12),
    HipShape.DYSPLASTIC: (14.0, 5.0, 6, 28),
    HipShape.OVERCOVERED: (-2.0, 3.5, -11, 5),
}
"""Toennis angle: 0 to 10 deg is usual (Toennis 1987)."""

_NECK_ANGLES: tuple[Spread, ...] = (
    (127.5, 4.5, 117, 138),
    (114.0, 4.0, 105, 120),
    (140.0, 4.0, 135, 150),
)
"""Usual (126 deg on average, Boese 2016), coxa vara below 120, coxa valga above 135."""

_CAM_ALPHA = (58.0, 90.0)
"""Drawn evenly: small and large bumps must be met alike."""

_CAM_CLOCK: Spread = (32.0, 12.0, -10, 46)
_VERSION: Spread = (18.0, 5.5, -8, 34)
_ANTERIOR_SECTOR: Mapping[HipShape, Spread] = {
    HipShape.NORMAL: (63.0, 5.0, 50, 76),
    HipShape.CAM: (62.0, 5.5, 48, 76),
    HipShape.DYSPLASTIC: (53.0, 6.0, 42, 66),
    HipShape.OVERCOVERED: (69.0, 6.0, 55, 82),
}
"""Anterior sector 63 (SD 6), posterior 105 (8), version about 20 (7) deg: Anda 1991; in dysplasia
less in front."""

_ANTEVERSION: Spread = (13.0, 7.0, -6, 36)
"""Femoral anteversion: 10 to 25 deg is usual (Toennis and Heinecke 1999)."""


def random_phantom(rng: np.random.Generator) -> PelvisPhantomParameters:
    """Draw one phantom: size, sex-like build, cover, cam and femoral shape all vary.

    Two hips in five are unremarkable, a quarter have a cam, the rest are dysplastic or
    overcovered; one in ten has a coxa vara and one in ten a coxa valga. Right and left resemble
    each other without being equal.

    Raises:
        ConfigurationError: when no valid phantom was found in 100 draws (not expected).
    """
    for _ in range(_ATTEMPTS):
        try:
            return _draw(rng)
        except ConfigurationError:
            continue
    raise ConfigurationError(f"No valid phantom in {_ATTEMPTS} draws; use another seed.")


def _draw(rng: np.random.Generator) -> PelvisPhantomParameters:
    build = _BUILDS[int(rng.integers(len(_BUILDS)))]
    shapes = list(_SHARES)
    shape = shapes[int(rng.choice(len(shapes), p=list(_SHARES.values())))]
    size = _value(rng, build.size)
    stature = 0.6 * (size / build.size[0] - 1) + 1  # larger pelves have larger heads
    interhead = _value(rng, build.interhead_mm, stature)
    common = _hip(rng, build, shape, stature)
    return PelvisPhantomParameters(
        right=_variation(rng, common),
        left=_variation(rng, common),
        interhead_distance_mm=interhead,
        size=size,
        inlet_width_mm=_value(rng, build.inlet_share, interhead),
        subpubic_angle_deg=_value(rng, build.subpubic_deg),
        wing_height=_value(rng, (1.0, 0.04, 0.9, 1.1)),
        wing_flare_deg=_value(rng, (0.0, 4.0, -10, 10)),
        symphysis_gap_mm=_value(rng, (4.5, 1.0, 2.5, 8)),
        sacroiliac_gap_mm=float(rng.uniform(1.8, 3.0)),
        unevenness_mm=float(rng.uniform(0.2, 0.5)),
        variant=int(rng.integers(2**31)),
    )


def _hip(
    rng: np.random.Generator, build: _Build, shape: HipShape, stature: float
) -> HipSurfaceParameters:
    alpha = (
        float(rng.uniform(*_CAM_ALPHA)) if shape is HipShape.CAM else _value(rng, build.alpha_deg)
    )
    radius = _value(rng, build.head_radius_mm, stature)
    widest = 0.96 * radius * math.sin(math.radians(min(alpha, 90)))
    angle = _value(rng, _NECK_ANGLES[int(rng.choice(3, p=_NECK_ANGLE_SHARES))])
    offset = _value(rng, (1.74 * radius, 0.14 * radius, 1.3 * radius, 2.2 * radius))
    length = offset / math.sin(math.radians(angle))
    shaft = radius * float(rng.uniform(0.56, 0.68))
    return HipSurfaceParameters(
        head_radius_mm=radius,
        alpha_deg=alpha,
        cam_clock_deg=_value(rng, _CAM_CLOCK),
        lce_deg=_value(rng, _COVER[shape]),
        roof_inclination_deg=_value(rng, _ROOF[shape]),
        version_deg=_value(rng, _VERSION),
        anterior_sector_deg=_value(rng, _ANTERIOR_SECTOR[shape]),
        fossa_depth_mm=float(rng.uniform(2.0, 4.5)),
        neck_shaft_angle_deg=angle,
        neck_length_mm=float(np.clip(length, max(1.75 * radius, 36), 74)),
        neck_radius_mm=min(radius * float(rng.uniform(0.60, 0.72)), widest),
        anteversion_deg=_value(rng, _ANTEVERSION),
        shaft_radius_mm=shaft,
        shaft_adduction_deg=_value(rng, (5.0, 1.5, 0, 9)),
        trochanter_height_mm=_trochanter(rng, angle),
        joint_space_mm=float(rng.uniform(2.7, 4.8)),
    )


def _trochanter(rng: np.random.Generator, angle_deg: float) -> float:
    """The tip stands a little above the head's centre, higher in coxa vara, lower in valga."""
    return float(np.clip(rng.normal(6.5 - 0.55 * (angle_deg - 127.5), 4.0), -13, 24))


def _variation(rng: np.random.Generator, hip: HipSurfaceParameters) -> HipSurfaceParameters:
    """The same person's other hip: small differences."""
    alpha = float(np.clip(hip.alpha_deg + rng.normal(0, 3), 35, 93))
    widest = 0.96 * hip.head_radius_mm * math.sin(math.radians(min(alpha, 90)))
    return replace(
        hip,
        alpha_deg=alpha,
        neck_radius_mm=min(hip.neck_radius_mm, widest),
        lce_deg=hip.lce_deg + float(rng.normal(0, 2.0)),
        roof_inclination_deg=hip.roof_inclination_deg + float(rng.normal(0, 1.2)),
        version_deg=hip.version_deg + float(rng.normal(0, 2.0)),
        neck_shaft_angle_deg=float(
            np.clip(hip.neck_shaft_angle_deg + rng.normal(0, 1.5), 105, 150)
        ),
        anteversion_deg=hip.anteversion_deg + float(rng.normal(0, 2.0)),
    )


def _value(rng: np.random.Generator, spread: Spread, scale: float = 1.0) -> float:
    mean, deviation, low, high = spread
    return float(np.clip(rng.normal(mean, deviation), low, high) * scale)
