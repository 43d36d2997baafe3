"""Upper end of the ilioischial line and lowest point of the ischium on a film."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .landmarks_contour import ContourLine, extent, soft_extreme
from .landmarks_frame import HipFrame

_LEVELS_RADII = (0.6, 4.0)
_STEP = 0.5
_SOFTNESS_MM = 0.3
_EDGE_STEPS = 4
_TUBEROSITY_MM = 45.0


def ilioischial_top(frame: HipFrame, lines: Sequence[ContourLine]) -> NDArray[np.float64] | None:
    """ILM: upper point of the ilioischial line, at the pelvic brim.

    Above the acetabulum the inner outline of the hip bone is the ilioischial line; it comes from
    the ischium below, reaches the brim where the pelvic cavity is widest, and turns inwards to the
    sacroiliac joint above. ILM is that turning point. Across the line it is sharp; along it the
    line is nearly straight there, and readers differ by a head's radius.

    Returns:
        (2,) mm on the detector; None when the outline does not turn.
    """
    radius = frame.head.radius
    level = np.arange(_LEVELS_RADII[0] * radius, _LEVELS_RADII[1] * radius, _STEP)
    reach = extent(lines, frame.head.centre, frame.up, level)
    square = np.array([frame.up[1], -frame.up[0]])
    sign = float(np.sign(square @ frame.lateral))
    medial = reach[:, 0] if sign > 0 else -reach[:, 1]
    level, medial = level[np.isfinite(medial)], medial[np.isfinite(medial)]
    if len(medial) < 3 * _EDGE_STEPS:
        return None
    place = int(np.argmax(medial))
    if place < _EDGE_STEPS or place >= len(medial) - _EDGE_STEPS:
        return None
    weights = np.exp(-(medial[place] - medial) / _SOFTNESS_MM)
    height = float(weights @ level / weights.sum())
    return frame.place(np.interp(height, level, medial), height)


def ischium_bottom(frame: HipFrame, lines: Sequence[ContourLine]) -> NDArray[np.float64] | None:
    """ISCH: where the outline of the ischial tuberosity reaches farthest down."""
    return soft_extreme(lines, -frame.up, frame.geometry.ischium, _TUBEROSITY_MM)
