"""How patients lie for a film of the pelvis: random poses.

Sources. Pelvic tilt lying supine: mean 4.2 degrees, -20.5 to 24.5 in 1517 patients (Pierrepont,
Bone Joint J 2017), SD 6.4 (Murphy, Clin Orthop 2013). Textbook positioning: legs slightly abducted
and turned inwards by 15 degrees; patients with pain or a fracture lie differently. The spreads of
pelvic rotation and obliquity, of the legs and of the joint space are our choice: wider than those
of one department, so that a model sees more than it will meet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ..surfaces import FemurPose, PelvisPose

Generator = np.random.Generator

_UNEASY_SHARE = 0.1
"""Legs that lie as they please."""


def random_pose(rng: Generator) -> tuple[PelvisPose, dict[Side, FemurPose]]:
    """A pose as it occurs on films, some of patients who cannot lie as asked.

    Both legs lie alike as a rule.
    """
    pelvis = PelvisPose(
        tilt_deg=within(rng.normal(4.3, 7.0), -18.0, 25.0),
        rotation_deg=within(rng.normal(0.0, 3.5), -12.0, 12.0),
        obliquity_deg=within(rng.normal(0.0, 2.5), -8.0, 8.0),
    )
    common = rng.normal(0.0, 1.0, size=3)
    return pelvis, {side: _random_leg(rng, common) for side in (Side.RIGHT, Side.LEFT)}


def _random_leg(rng: Generator, common: NDArray[np.float64]) -> FemurPose:
    own = rng.normal(0.0, 1.0, size=3)
    lateral, up = within(rng.normal(0.0, 0.4), -1.0, 1.5), within(rng.normal(0.2, 0.6), -1.2, 1.8)
    if rng.random() < _UNEASY_SHARE:
        flexion = within(8.0 + 8.0 * own[0], -5.0, 30.0)
        abduction = within(5.0 + 10.0 * own[1], -15.0, 35.0)
        rotation = within(-20.0 + 15.0 * own[2], -50.0, 20.0)
    else:
        mixed = 0.8 * common + 0.6 * own
        flexion = within(3.0 + 4.0 * mixed[0], -5.0, 20.0)
        abduction = within(3.0 + 5.0 * mixed[1], -10.0, 22.0)
        rotation = within(5.0 + 12.0 * mixed[2], -35.0, 30.0)
    return FemurPose(flexion, abduction, rotation, lateral, up)


def within(value: float, least: float, most: float) -> float:
    """``value``, or the limit that it exceeds."""
    return float(min(max(value, least), most))
