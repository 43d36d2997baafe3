"""Where the neck of the phantom's femur leaves the head, all round the neck axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .ranges import Range, check_ranges

LANDMARK_BUMP_DEG = 65.0
"""Half-width around the neck of the bump that gives alpha on the landmark slice."""

_RANGES: Mapping[str, Range] = {
    "theta_deg": (0, 360),
    "alpha_deg": (30, 95),
    "half_width_deg": (15, 90),
}


@dataclass(frozen=True)
class RadialCam:
    """A cam bump at a place of the clock face, as alpha in radial planes; angles in degrees.

    Attributes:
        theta_deg: its middle on the clock face: 0 superior (12 o'clock), 90 anterior (3 o'clock).
        alpha_deg: alpha there.
        half_width_deg: from its middle to where alpha has lost 63 % of its excess.
    """

    theta_deg: float = 45.0
    alpha_deg: float = 75.0
    half_width_deg: float = 40.0

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES)


@dataclass(frozen=True)
class Junction:
    """Alpha by the angle around the neck axis; all in radians.

    Attributes:
        base: alpha away from the bump.
        peak: alpha at its middle.
        middle: angle around the neck axis of its middle.
        half_width: of the bump.
    """

    base: float
    peak: float
    middle: float
    half_width: float

    def alpha(self, around: Any) -> Any:
        """Alpha at an angle (or an array of angles) around the neck axis, of the same origin."""
        off = np.abs((around - self.middle + math.pi) % (2 * math.pi) - math.pi)
        return self.base + (self.peak - self.base) * np.exp(-((off / self.half_width) ** 4))
