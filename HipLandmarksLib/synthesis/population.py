"""``random_parameters``: a plausible, varied population of hips for training."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum

import numpy as np

from ..errors import ConfigurationError
from .parameters import (
    Acquisition,
    BodyParameters,
    HipParameters,
    PhantomParameters,
    TissueIntensities,
)

_ATTEMPTS = 50


class HipShape(str, Enum):
    """Kinds of hip that the population mixes."""

    NORMAL = "normal"
    CAM = "cam"
    DYSPLASTIC = "dysplastic"
    OVERCOVERED = "overcovered"


_ALPHA = {
    HipShape.NORMAL: (42.0, 5.0),
    HipShape.DYSPLASTIC: (46.0, 6.0),
    HipShape.OVERCOVERED: (45.0, 7.0),
}
_LCE = {
    HipShape.NORMAL: (33.0, 5.0),
    HipShape.CAM: (33.0, 6.0),
    HipShape.DYSPLASTIC: (16.0, 5.0),
    HipShape.OVERCOVERED: (46.0, 4.0),
}
_SHARES = (0.25, 0.45, 0.15, 0.15)
_CAM_ALPHA = (52.0, 90.0)
"""Drawn evenly: a model that learns from few cams must meet small and large ones alike."""


def random_parameters(rng: np.random.Generator) -> PhantomParameters:
    """Draw one phantom: shape, size, soft tissue, contrast and scan all vary.

    A quarter of the hips are normal, nearly half cam, the rest dysplastic or overcovered; right
    and left resemble each other without being equal. Head sizes, angles and offsets follow adult
    ranges.

    Raises:
        ConfigurationError: when no valid hip was found in 50 draws (not expected).
    """
    from .phantom import exact_landmarks

    for _ in range(_ATTEMPTS):
        try:
            parameters = _draw(rng)
            exact_landmarks(parameters)
        except ConfigurationError:
            continue
        return parameters
    raise ConfigurationError(f"No valid phantom in {_ATTEMPTS} draws; use another seed.")


def _draw(rng: np.random.Generator) -> PhantomParameters:
    size = float(np.clip(rng.normal(1.0, 0.06), 0.86, 1.16))
    shape = HipShape(rng.choice([kind.value for kind in HipShape], p=_SHARES))
    common = _hip(rng, shape, size)
    depth = rng.normal(0, 4)
    right, left = (_variation(rng, common, depth) for _ in range(2))
    return PhantomParameters(
        right=right,
        left=left,
        interhead_distance_mm=float(np.clip(rng.normal(174, 7) * size, 140, 215)),
        obliquity_deg=float(np.clip(rng.normal(0, 1.8), -6, 6)),
        body=_body(rng, size),
        tissues=_tissues(rng),
        acquisition=_acquisition(rng, depth),
    )


def _hip(rng: np.random.Generator, shape: HipShape, size: float) -> HipParameters:
    alpha = _alpha(rng, shape)
    radius = float(np.clip(rng.normal(22.8, 1.4) * size, 17.5, 29))
    widest = radius * math.sin(math.radians(min(alpha, 90)))
    neck = min(radius * rng.uniform(0.54, 0.68), 0.97 * widest)
    angle = float(
        np.clip(rng.normal(129 if shape is not HipShape.DYSPLASTIC else 134, 5), 112, 146)
    )
    offset = float(np.clip(rng.normal(42, 4.5) * size, 30, 58))
    length = max(offset / math.sin(math.radians(angle)), 1.75 * radius)
    return HipParameters(
        head_radius_mm=radius,
        alpha_deg=alpha,
        lce_deg=float(np.clip(rng.normal(*_LCE[shape]), 2, 60)),
        neck_shaft_angle_deg=angle,
        neck_length_mm=length,
        neck_radius_mm=neck,
        anteversion_deg=float(np.clip(rng.normal(13, 5), 0, 25)),
        shaft_radius_mm=float(np.clip(rng.normal(13.8, 1.0) * size, 10.5, 17.5)),
        shaft_cortex_mm=float(rng.uniform(3.2, 5.5)),
        shaft_adduction_deg=float(np.clip(rng.normal(4, 3), -6, 11)),
        trochanter_height_mm=float(np.clip(rng.normal(-3, 4), -14, 7)),
        joint_space_mm=float(rng.uniform(2.6, 4.8)),
    )


def _alpha(rng: np.random.Generator, shape: HipShape) -> float:
    if shape is HipShape.CAM:
        return float(rng.uniform(*_CAM_ALPHA))
    return float(np.clip(rng.normal(*_ALPHA[shape]), 33, 92))


def _variation(rng: np.random.Generator, hip: HipParameters, depth: float) -> HipParameters:
    """The same person's other hip: small differences, and its own landmark depth."""
    alpha = float(np.clip(hip.alpha_deg + rng.normal(0, 3), 33, 93))
    widest = hip.head_radius_mm * math.sin(math.radians(min(alpha, 90)))
    return replace(
        hip,
        alpha_deg=alpha,
        neck_radius_mm=min(hip.neck_radius_mm, 0.98 * widest),
        lce_deg=hip.lce_deg + float(rng.normal(0, 3)),
        neck_shaft_angle_deg=hip.neck_shaft_angle_deg + float(rng.normal(0, 1.5)),
        shaft_adduction_deg=hip.shaft_adduction_deg + float(rng.normal(0, 1.2)),
        anteversion_deg=max(hip.anteversion_deg + float(rng.normal(0, 2)), 0.0),
        trochanter_height_mm=hip.trochanter_height_mm + float(rng.normal(0, 1.5)),
        plane_depth_mm=float(rng.uniform(0.5, 6.5)),
        head_depth_mm=float(np.clip(depth + rng.normal(0, 1.5), -14, 14)),
    )


def _body(rng: np.random.Generator, size: float) -> BodyParameters:
    return BodyParameters(
        scale=size,
        half_width_mm=float(np.clip(rng.normal(188, 18) * size, 150, 250)),
        muscle=float(np.clip(rng.normal(1.0, 0.1), 0.75, 1.2)),
        fat_streaks=float(rng.beta(2, 3)),
        bladder_mm=0.0 if rng.random() < 0.15 else float(rng.uniform(14, 46)),
        bowel_loops=int(rng.integers(6, 30)),
        warp_mm=float(rng.uniform(1.5, 6)),
        variant=int(rng.integers(2**31)),
    )


def _tissues(rng: np.random.Generator) -> TissueIntensities:
    fat_marrow = rng.uniform(0.45, 0.85)
    muscle = rng.uniform(0.16, 0.36)
    return TissueIntensities(
        fat=float(rng.uniform(0.9, 1.1)),
        marrow=float(max(fat_marrow, muscle + 0.12)),
        pelvic_marrow=float(max(fat_marrow * rng.uniform(0.7, 1.0), muscle + 0.08)),
        vertebra=float(fat_marrow * rng.uniform(0.6, 0.9)),
        muscle=float(muscle),
        cartilage=float(muscle * rng.uniform(0.8, 1.5)),
        fluid=float(muscle * rng.uniform(0.5, 1.1)),
        cortex=float(rng.uniform(0.02, 0.1)),
        bladder=float(rng.uniform(0.12, 0.55)),
        bowel=float(rng.uniform(0.25, 0.6)),
    )


def _acquisition(rng: np.random.Generator, depth: float) -> Acquisition:
    zoom = float(np.clip(rng.normal(1.0, 0.06), 0.85, 1.2))
    step = 0.911458 * zoom
    gap = float(rng.uniform(3.5, 6.0))
    centre = (float(rng.normal(0, 5)), depth + 5.0 + float(rng.uniform(-3, 3)))
    return Acquisition(
        shape=(int(rng.integers(30, 42)), 384, 384),
        spacing_mm=(step, step, gap),
        centre_lps_mm=(*centre, float(rng.normal(45, 12))),
        thickness_mm=gap * float(rng.uniform(0.7, 1.0)),
        subplanes=2,
        psf_fwhm_mm=float(rng.uniform(0.8, 1.8)),
        noise=float(rng.uniform(0.01, 0.06)),
        bias=float(rng.uniform(0.0, 0.4)),
        texture=float(rng.uniform(0.0, 0.1)),
        field_edge_mm=float(rng.choice([0.0, rng.uniform(3, 18)])),
        fat_signal=float(rng.uniform(300, 1200)),
    )
