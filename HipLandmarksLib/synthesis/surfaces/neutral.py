"""The neutral pose of a femur: standing straight, kneecap forward."""

from __future__ import annotations

import numpy as np

from ...anatomy import Side
from .femur_axes import FemurAxes
from .rigid import Similarity


def neutral_motion(axes: FemurAxes, side: Side) -> Similarity:
    """The rotation about the head's centre into the neutral pose.

    The line from the head's centre to the knee (the leg's load axis) becomes vertical, so that the
    shaft leans outwards at the top by its natural valgus, and the line behind the condyles becomes
    parallel to the coronal plane.

    Args:
        axes: of the femur in the pelvic frame.
        side: of the femur.
    """
    up = axes.head.centre - axes.knee
    up = up / np.linalg.norm(up)
    lateral = axes.lateral - (axes.lateral @ up) * up
    lateral = lateral / np.linalg.norm(lateral)
    left = lateral if side is Side.LEFT else -lateral
    return Similarity.about(axes.head.centre, np.array([left, np.cross(up, left), up]))
