"""How patients lie for a film of the pelvis: random poses.

Sources. Pelvic tilt lying supine: mean 4.2 degrees, -20.5 to 24.5 in 1517 patients (Pierrepont,
Bone Joint J 2017), SD 6.4 (Murphy, Clin Orthop 2013). Textbook positioning: legs slightly abducted
and turned inwards by 15 degrees; patients with pain or a fracture lie differently. The spreads of
pelvic rotation and obliquity and of the legs are our choice: wider than those of one department, so
that a model sees more than it will meet. Joint space on films, magnified: 4.19 mm at the apex of
the roof, SD 0.92, 2 to 7 in 446 hips without complaints (Lequesne, Ann Rheum Dis 2004); ours
varies nearly twice as much, so that the roof does not tell where the head is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ..surfaces import FemurPose, HipGeometry, PelvisAnatomy, PelvisPose

Generator = np.random.Generator

_UNEASY_SHARE = 0.1
"""Legs that lie as they please."""


def random_pose(rng: Generator, anatomy: PelvisAnatomy) -> tuple[PelvisPose, dict[Side, FemurPose]]:
    """A pose of ``anatomy`` as it occurs on films, some of patients who cannot lie as asked.

    Both legs lie alike as a rule. Heads get a joint space of their own: in bone surfaces from CT
    it is often hardly 1.5 mm, and a model that saw no other would place the head by its socket.
    """
    pelvis = PelvisPose(
        tilt_deg=within(rng.normal(4.3, 7.0), -18.0, 25.0),
        rotation_deg=within(rng.normal(0.0, 3.5), -12.0, 12.0),
        obliquity_deg=within(rng.normal(0.0, 2.5), -8.0, 8.0),
    )
    common = rng.normal(0.0, 1.0, size=3)
    legs = {
        side: _random_leg(rng, common, anatomy.hips.get(side)) for side in (Side.RIGHT, Side.LEFT)
    }
    return pelvis, legs


def _random_leg(rng: Generator, common: NDArray[np.float64], hip: HipGeometry | None) -> FemurPose:
    own = rng.normal(0.0, 1.0, size=3)
    lateral, up, scale = _random_joint(rng, hip)
    if rng.random() < _UNEASY_SHARE:
        flexion = within(8.0 + 8.0 * own[0], -5.0, 30.0)
        abduction = within(5.0 + 10.0 * own[1], -15.0, 35.0)
        rotation = within(-20.0 + 15.0 * own[2], -50.0, 20.0)
    else:
        mixed = 0.8 * common + 0.6 * own
        flexion = within(3.0 + 4.0 * mixed[0], -5.0, 20.0)
        abduction = within(3.0 + 5.0 * mixed[1], -10.0, 22.0)
        rotation = within(5.0 + 12.0 * mixed[2], -35.0, 30.0)
    return FemurPose(flexion, abduction, rotation, lateral, up, scale)


def _random_joint(rng: Generator, hip: HipGeometry | None) -> tuple[float, float, float]:
    """How far the head stands to the side and up in its socket (mm), and the femur's scale.

    The head is concentric with some cartilage around it, and then sinks away from the roof, as
    the space under the roof is the widest; worn joints are narrow there.
    """
    space = within(rng.normal(2.7, 1.0), 0.6, 5.0)
    lateral, up = within(rng.normal(0.3, 1.0), -2.0, 3.5), within(rng.normal(-1.4, 1.5), -6.0, 4.0)
    if hip is None:
        return lateral, up, 1.0
    scale = within((hip.socket_radius_mm - space) / hip.head_radius_mm, 0.88, 1.06)
    gap = hip.socket_radius_mm - scale * hip.head_radius_mm
    return lateral, min(up, max(gap - 0.3, 0.0)), scale


def within(value: float, least: float, most: float) -> float:
    """``value``, or the limit that it exceeds."""
    return float(min(max(value, least), most))
