"""How patients lie for a film of the pelvis: random poses.

Sources. Pelvic tilt lying supine: mean 4.2 degrees, -20.5 to 24.5 in 1517 patients (Pierrepont,
Bone Joint J 2017), SD 6.4 (Murphy, Clin Orthop 2013). Textbook positioning: legs slightly abducted
and turned inwards by 15 degrees; patients with pain or a fracture lie differently. The spreads of
pelvic rotation and obliquity and of the legs are our choice: wider than those of one department, so
that a model sees more than it will meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side

Generator = np.random.Generator


@dataclass(frozen=True)
class LegPose:
    """How a thigh lies in the room, degrees.

    Attributes:
        flexion: thigh raised from the table.
        abduction: knee away from the midline.
        internal_rotation: foot turned inwards.
    """

    flexion: float = 0.0
    abduction: float = 0.0
    internal_rotation: float = 0.0


@dataclass(frozen=True)
class PatientPose:
    """How a patient lies, degrees.

    Attributes:
        tilt: of the anterior pelvic plane; positive when the spines lie further forward than the
            symphysis (anterior tilt).
        rotation: about the body's axis; positive when the left side lies further forward.
        obliquity: in the plane of the film; positive when the left side is higher.
        legs: of both sides.
    """

    tilt: float
    rotation: float
    obliquity: float
    legs: Mapping[Side, LegPose]


def random_pose(rng: Generator) -> PatientPose:
    """A pose as it occurs on films, some of patients who cannot lie as asked."""
    tilt = within(rng.normal(4.3, 7.0), -18.0, 25.0)
    rotation = within(rng.normal(0.0, 3.5), -12.0, 12.0)
    obliquity = within(rng.normal(0.0, 2.5), -8.0, 8.0)
    common = rng.normal(0.0, 1.0, size=3)
    legs = {side: _random_leg(rng, common) for side in (Side.RIGHT, Side.LEFT)}
    return PatientPose(float(tilt), float(rotation), float(obliquity), legs)


def _random_leg(rng: Generator, common: NDArray[np.float64]) -> LegPose:
    """Both legs lie alike as a rule (``common``); in one of ten the leg lies as it pleases."""
    own = rng.normal(0.0, 1.0, size=3)
    mixed = 0.8 * common + 0.6 * own
    if rng.random() < 0.1:
        return LegPose(
            within(8.0 + 8.0 * own[0], -5.0, 30.0),
            within(5.0 + 10.0 * own[1], -15.0, 35.0),
            within(-20.0 + 15.0 * own[2], -50.0, 20.0),
        )
    return LegPose(
        within(3.0 + 4.0 * mixed[0], -5.0, 20.0),
        within(3.0 + 5.0 * mixed[1], -10.0, 22.0),
        within(5.0 + 12.0 * mixed[2], -35.0, 30.0),
    )


def within(value: float, least: float, most: float) -> float:
    """``value``, or the limit that it exceeds."""
    return float(min(max(value, least), most))
