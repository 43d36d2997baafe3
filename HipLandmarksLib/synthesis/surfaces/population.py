"""A population from a few subjects: every draw has another size, proportions and hip shapes.

Sources of the spreads. Lateral centre-edge angle: 32 to 34 deg on average (Laborie 2012, Werner
2012), the bony edge about 4 deg more than the sourcil (Hanson 2015); below 20 to 25 dysplasia,
above 39 to 40 pincer. Neck-shaft angle: 126 deg on average (Boese 2016), coxa vara below 120, coxa
valga above 135. Alpha on anteroposterior films: peak near 45 deg, cam above 60 (Agricola 2014, van
Klij 2020). Acetabular version: about 20 (SD 7) deg (Anda 1991). Shares of unusual hips are higher
than in any department, since a model that meets few of them learns little about them. The spreads
of sizes and proportions are our choice, within those of adults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from ...anatomy import Side
from ...errors import ConfigurationError
from ..population import HipShape
from .morph import HIP_LIMITS, HipMorph, PelvisMorph, morph
from .pose import mirrored, scaled
from .types import HipGeometry, PelvisAnatomy

Spread = tuple[float, float, float, float]
"""Mean, standard deviation, lowest and highest value."""

_ATTEMPTS = 20
_SAME_SHAPE = 0.75
"""Share of subjects whose two hips are of one kind."""

_SHARES: Mapping[HipShape, float] = {
    HipShape.NORMAL: 0.36,
    HipShape.CAM: 0.30,
    HipShape.DYSPLASTIC: 0.20,
    HipShape.OVERCOVERED: 0.14,
}
_COVER: Mapping[HipShape, Spread] = {
    HipShape.NORMAL: (34.0, 4.5, 25, 42),
    HipShape.CAM: (34.0, 5.5, 23, 44),
    HipShape.DYSPLASTIC: (15.0, 6.5, -4, 24),
    HipShape.OVERCOVERED: (46.0, 4.0, 40, 58),
}
_NECK_ANGLES: Mapping[str, tuple[float, Spread]] = {
    "usual": (0.74, (127.5, 4.5, 118, 137)),
    "vara": (0.13, (114.0, 4.0, 104, 120)),
    "valga": (0.13, (140.0, 4.0, 135, 150)),
}
_AS_IT_IS = 0.35
"""Share of hips without a cam whose head and neck keep the subject's own outline."""

_ALPHA: Spread = (46.0, 5.0, 40, 57)
_CAM_ALPHA = (58.0, 92.0)
_CAM_CLOCK: Spread = (40.0, 20.0, -15, 85)
_VERSION: Spread = (19.0, 6.0, -4, 36)
_NECK_LENGTH_CHANGE: Spread = (0.5, 3.0, -7, 9)
_HEAD_SCALE: Spread = (1.0, 0.035, 0.90, 1.12)
_SIZE: Spread = (1.0, 0.045, 0.88, 1.12)
_PROPORTION: Spread = (1.0, 0.03, 0.92, 1.08)


def random_anatomy(anatomies: Sequence[PelvisAnatomy], rng: np.random.Generator) -> PelvisAnatomy:
    """One of the subjects, perhaps as its mirror image, in a random shape and neutral pose.

    The name of the subject stays, so that all shapes of one person stay in one part of a split.

    Raises:
        ConfigurationError: when there is no subject, or none of 20 draws gave a valid hip.
    """
    if not anatomies:
        raise ConfigurationError("A population needs at least one subject.")
    anatomy = anatomies[int(rng.integers(len(anatomies)))]
    return random_shape(mirrored(anatomy) if rng.random() < 0.5 else anatomy, rng)


def random_shape(anatomy: PelvisAnatomy, rng: np.random.Generator) -> PelvisAnatomy:
    """The same subject in another size, with other proportions and other hips.

    A third of the hips are unremarkable, nearly a third have a cam, the rest are dysplastic or
    overcovered; one in four has a coxa vara or valga. Surfaces keep their triangles.

    Args:
        anatomy: in neutral pose, with measured ``parameters`` (as :func:`.read_bones` gives).
        rng: the same state gives the same shape.

    Raises:
        ConfigurationError: when none of 20 draws gave a valid hip (not expected).
    """
    for _ in range(_ATTEMPTS):
        resized = scaled(anatomy, _draw(rng, _SIZE))
        pelvis = PelvisMorph(*(_draw(rng, _PROPORTION) for _ in fields(PelvisMorph)))
        try:
            return morph(resized, _random_hips(resized, rng), pelvis)
        except ConfigurationError:
            continue
    raise ConfigurationError(
        f"No valid shape of {anatomy.subject} in {_ATTEMPTS} draws; use another seed."
    )


def _random_hips(anatomy: PelvisAnatomy, rng: np.random.Generator) -> dict[Side, HipMorph]:
    """Both sides resemble each other as a rule, without being equal."""
    common = _random_targets(rng)
    chosen: dict[Side, HipMorph] = {}
    for side in Side:
        targets = common if rng.random() < _SAME_SHAPE else _random_targets(rng)
        own = {name: value + rng.normal(0.0, _SIDE_SD[name]) for name, value in targets.items()}
        chosen[side] = _towards(anatomy.hips[side], own)
    return chosen


_SIDE_SD: Mapping[str, float] = {
    "alpha_deg": 3.0,
    "cam_clock_deg": 6.0,
    "neck_shaft_angle_deg": 1.5,
    "lce_deg": 2.5,
    "version_deg": 2.0,
    "neck_length_change_mm": 0.8,
    "head_scale": 0.006,
}
"""Differences between the sides of one person; our choice."""


def _random_targets(rng: np.random.Generator) -> dict[str, float]:
    """What the hip shall measure, by name; without ``alpha_deg`` head and neck stay."""
    kinds = list(_SHARES)
    shape = kinds[int(rng.choice(len(kinds), p=[_SHARES[kind] for kind in kinds]))]
    necks = list(_NECK_ANGLES.values())
    neck = necks[int(rng.choice(len(necks), p=[share for share, _ in necks]))][1]
    targets = {
        "lce_deg": _draw(rng, _COVER[shape]),
        "neck_shaft_angle_deg": _draw(rng, neck),
        "version_deg": _draw(rng, _VERSION),
        "neck_length_change_mm": _draw(rng, _NECK_LENGTH_CHANGE),
        "head_scale": _draw(rng, _HEAD_SCALE),
        "cam_clock_deg": _draw(rng, _CAM_CLOCK),
    }
    if shape is HipShape.CAM:
        targets["alpha_deg"] = float(rng.uniform(*_CAM_ALPHA))
    elif rng.random() >= _AS_IT_IS:
        targets["alpha_deg"] = _draw(rng, _ALPHA)
    return targets


def _towards(hip: HipGeometry, targets: Mapping[str, float]) -> HipMorph:
    """The change that brings a hip to its targets, as far as the dials go."""
    measured = hip.parameters
    changes = {
        "neck_shaft_change_deg": targets["neck_shaft_angle_deg"] - measured["neck_shaft_angle_deg"],
        "lce_change_deg": targets["lce_deg"] - measured["lce_deg"],
        "version_change_deg": targets["version_deg"] - measured["version_deg"],
        "neck_length_change_mm": targets["neck_length_change_mm"],
        "head_scale": targets["head_scale"],
        "cam_clock_deg": targets["cam_clock_deg"],
    }
    if "alpha_deg" in targets:
        changes["alpha_deg"] = targets["alpha_deg"]
    return HipMorph(**{name: _within(value, *HIP_LIMITS[name]) for name, value in changes.items()})


def _draw(rng: np.random.Generator, spread: Spread) -> float:
    mean, deviation, low, high = spread
    return _within(float(rng.normal(mean, deviation)), low, high)


def _within(value: float, low: float, high: float) -> float:
    return float(min(max(value, low), high))
