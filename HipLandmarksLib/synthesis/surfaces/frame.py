"""The pelvic frame: which way a pelvis looks, from the shape of its bones alone.

The anterior pelvic plane touches both anterior superior iliac spines and the pubic tubercles, as
a table would on which the pelvis lies face down (McKibbin 1970). It is found by turning the pelvis
until the foremost points of its upper and lower half are level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...errors import ConfigurationError
from .femur_axes import FemurAxes
from .rigid import Similarity
from .types import BoneName, BoneSurface

_UPPER_MM = 30.0
"""The iliac spines lie at least as far above the head centres."""

_LOWER_MM = 10.0
"""The pubic tubercles lie below this height above the head centres."""

_ASIDE_MM = 18.0
"""The pubic tubercles lie at least as far beside the symphysis, whose crest may stand forward."""


@dataclass(frozen=True, eq=False)
class PelvicFrame:
    """How to bring a pelvis into the pelvic frame, and the points that define it.

    Attributes:
        motion: into the pelvic frame.
        spines: (3,) anterior superior iliac spine of each side, in the pelvic frame.
        tubercles: (3,) foremost point of each pubic bone, in the pelvic frame.
    """

    motion: Similarity
    spines: Mapping[Side, NDArray[np.float64]]
    tubercles: Mapping[Side, NDArray[np.float64]]


def pelvic_frame(
    bones: Mapping[BoneName, BoneSurface], femora: Mapping[Side, FemurAxes]
) -> PelvicFrame:
    """Find the pelvic frame of bones in any pose.

    Args:
        bones: both hip bones; the sacrum, if there is one, tells the back from the front.
        femora: axes of both femora, in the frame of ``bones``.

    Raises:
        ConfigurationError: when left and right are exchanged, or the pelvis is mirrored.
    """
    heads = {side: femora[side].head.centre for side in Side}
    hips = {side: bones[BoneName.hip(side)].vertices for side in Side}
    axes = _rough_axes(hips, heads)
    _check_sides(bones, femora, axes, heads)
    origin = (heads[Side.RIGHT] + heads[Side.LEFT]) / 2
    for _ in range(30):
        motion = Similarity.into_frame(origin, axes)
        spines, tubercles = _contacts({side: motion.points(hips[side]) for side in Side})
        turned = _axes(spines, tubercles) @ axes
        if np.allclose(turned, axes, atol=1e-10):
            break
        axes = turned
    return PelvicFrame(motion, spines, tubercles)


def _rough_axes(
    hips: Mapping[Side, NDArray[np.float64]], heads: Mapping[Side, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Left from the hip bones, up from the heads to the hip bones' middle, as rows."""
    middles = {side: hips[side].mean(axis=0) for side in Side}
    left = middles[Side.LEFT] - middles[Side.RIGHT]
    left = left / np.linalg.norm(left)
    up = sum(middles.values()) - sum(heads.values())
    up = up - (up @ left) * left
    up = up / np.linalg.norm(up)
    return np.array([left, np.cross(up, left), up])


def _check_sides(
    bones: Mapping[BoneName, BoneSurface],
    femora: Mapping[Side, FemurAxes],
    axes: NDArray[np.float64],
    heads: Mapping[Side, NDArray[np.float64]],
) -> None:
    for side in Side:
        if femora[side].side is not side:
            raise ConfigurationError(
                f"The {side.value} femur has the shape of the other side: the files of left and "
                "right are exchanged, or the coordinates are mirrored (they must be RAS mm)."
            )
    if BoneName.SACRUM not in bones:
        return
    sacrum = bones[BoneName.SACRUM].vertices.mean(axis=0)
    if (sacrum - (heads[Side.RIGHT] + heads[Side.LEFT]) / 2) @ axes[1] < 0:
        raise ConfigurationError(
            "The sacrum lies in front of the hip joints: the hip bones of left and right are "
            "exchanged, or the coordinates are mirrored (they must be RAS mm)."
        )


def _contacts(
    hips: Mapping[Side, NDArray[np.float64]],
) -> tuple[dict[Side, NDArray[np.float64]], dict[Side, NDArray[np.float64]]]:
    """Foremost points of each side: above, the iliac spines; below, the pubic tubercles."""
    middle = float(hips[Side.RIGHT][:, 0].max() + hips[Side.LEFT][:, 0].min()) / 2
    spines: dict[Side, NDArray[np.float64]] = {}
    tubercles: dict[Side, NDArray[np.float64]] = {}
    for side, points in hips.items():
        upper = points[points[:, 2] > _UPPER_MM]
        lower = points[(points[:, 2] < _LOWER_MM) & (np.abs(points[:, 0] - middle) > _ASIDE_MM)]
        if not len(upper) or not len(lower):
            raise ConfigurationError(
                f"The {side.value} hip bone does not reach above and below the hip joint; supply "
                "whole bones in millimetres."
            )
        spines[side] = upper[np.argmin(upper[:, 1])]
        tubercles[side] = lower[np.argmin(lower[:, 1])]
    return spines, tubercles


def _axes(
    spines: Mapping[Side, NDArray[np.float64]], tubercles: Mapping[Side, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Axes as rows: left along the spines, and square to the plane through the pubis too."""
    left = spines[Side.LEFT] - spines[Side.RIGHT]
    left = left / np.linalg.norm(left)
    up = sum(spines.values()) - sum(tubercles.values())
    up = up - (up @ left) * left
    up = up / np.linalg.norm(up)
    return np.array([left, np.cross(up, left), up])
