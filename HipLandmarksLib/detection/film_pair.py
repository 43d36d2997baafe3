"""Two hips of one pelvis: how their frames must lie to each other on an upright film."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..imaging import PlaneTransform
from .film_hip import ReferenceHip
from .sides import HEAD

_LEAST_HEAD_DISTANCE_MM = 60.0
"""Two femoral heads are never nearer; adult distances are 140 to 220 mm."""

_PARTNER_DISTANCE_MM = (110.0, 290.0)
_PARTNER_SCALE = 1.25
_PARTNER_TURN = np.radians(20.0)
_PARTNER_SLOPE = 0.5


def are_apart(frames: Mapping[Side, PlaneTransform], reference: ReferenceHip) -> bool:
    """Whether the right head lies on the left of the picture, as far off as two heads must.

    Args:
        frames: of both hips, from the upright film to the crop.
        reference: the mean hip; distances are mm of hips with its head size.
    """
    return bool(_from_right_to_left(frames, reference)[0] >= _LEAST_HEAD_DISTANCE_MM)


def are_partners(frames: Mapping[Side, PlaneTransform], reference: ReferenceHip) -> bool:
    """Whether two frames are those of one pelvis: alike in size and turn, as far apart as hips.

    Args:
        frames: of both hips, from the upright film to the crop.
        reference: the mean hip.
    """
    dx, dy = _from_right_to_left(frames, reference)
    low, high = _PARTNER_DISTANCE_MM
    scales = [frame.scale for frame in frames.values()]
    turns = [_turn(frames[side], side) for side in Side]
    return bool(
        low <= np.hypot(dx, dy) <= high
        and abs(dy) <= _PARTNER_SLOPE * dx
        and max(scales) <= _PARTNER_SCALE * min(scales)
        and abs(turns[0] - turns[1]) <= _PARTNER_TURN
    )


def _from_right_to_left(
    frames: Mapping[Side, PlaneTransform], reference: ReferenceHip
) -> NDArray[np.float64]:
    """(x, y) from the right head to the left one, mm of a hip with the reference's head."""
    heads = {side: frame.backward(reference.points[HEAD]) for side, frame in frames.items()}
    mm = float(np.sqrt(np.prod([frame.scale for frame in frames.values()]))) * reference.pixel_mm
    return np.asarray((heads[Side.LEFT] - heads[Side.RIGHT]) * mm)


def _turn(frame: PlaneTransform, side: Side) -> float:
    """Angle of the hip on the film; the frame of a left hip is mirrored, and so is its turn."""
    x, y = frame.matrix[0, 1], frame.matrix[1, 1]
    return float(np.arctan2(x, y)) * (1.0 if side is Side.RIGHT else -1.0)
