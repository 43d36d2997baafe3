"""The profile of a femoral neck that leaves the head at a given alpha, for both phantoms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ConfigurationError


@dataclass(frozen=True)
class NeckProfile:
    """Radius of the neck along its axis; lengths in mm.

    Attributes:
        waist_radii: distance of the narrowest neck from the head centre, in head radii.
        turn_deg: angle by which the contour turns away from the head circle.
        clearance: how far a large bump stays outside the head's sphere once it has left it: per
            mm beyond the start of the neck, and at most in head radii.
        flare_per_mm: widening of the neck towards its base.
    """

    waist_radii: float
    turn_deg: float
    clearance: tuple[float, float]
    flare_per_mm: float

    def at(
        self, head_radius_mm: float, neck_radius_mm: float, alpha: Any, s: Any
    ) -> tuple[Any, Any, Any]:
        """(start of the neck along its axis, radius there, radius at ``s``).

        Args:
            head_radius_mm: of the head.
            neck_radius_mm: of the narrowest neck.
            alpha: angle to the axis at which the neck leaves the sphere, in radians; an array
                when it differs around the neck.
            s: distance from the head centre along the axis.
        """
        waist = self.waist_radii * head_radius_mm
        start, height = head_radius_mm * np.cos(alpha), head_radius_mm * np.sin(alpha)
        run = np.maximum(waist - start, 1.0)
        rise = height - neck_radius_mm
        slope = np.tan(alpha - math.pi / 2 + math.radians(self.turn_deg))
        slope = np.maximum(slope, -3.0 * rise / run)
        t = np.clip((s - start) / run, 0, 1)
        bent = 1 - t * t * (3 - 2 * t)
        profile = neck_radius_mm + rise * bent + slope * run * t * (1 - t) ** 2
        per_mm, most = self.clearance
        clear = np.minimum(per_mm * np.maximum(s - start, 0), most * head_radius_mm)
        circle = np.sqrt(np.maximum(head_radius_mm * head_radius_mm - s * s, 0))
        profile = np.maximum(profile, circle + clear)
        flare = np.maximum(s - np.maximum(waist, start + run), 0)
        return start, height, profile + self.flare_per_mm * flare * flare


def check_neck(hip: Any, widest_share: float, shortest_radii: float) -> None:
    """Refuse a neck that the head does not let out.

    Args:
        hip: with ``head_radius_mm``, ``alpha_deg``, ``neck_radius_mm`` and ``neck_length_mm``.
        widest_share: largest neck radius over the radius at which the contour leaves the head.
        shortest_radii: least neck length, in head radii.

    Raises:
        ConfigurationError: when the neck is too thick or too short.
    """
    widest = hip.head_radius_mm * math.sin(math.radians(min(hip.alpha_deg, 90.0)))
    if hip.neck_radius_mm > widest_share * widest:
        raise ConfigurationError(
            f"neck_radius_mm is {hip.neck_radius_mm:g}, but with a head radius of "
            f"{hip.head_radius_mm:g} mm and alpha {hip.alpha_deg:g} deg the contour leaves "
            f"the head {widest:.2f} mm from the neck axis; choose a thinner neck."
        )
    if hip.neck_length_mm < shortest_radii * hip.head_radius_mm:
        raise ConfigurationError(
            f"neck_length_mm is {hip.neck_length_mm:g}; it must be at least {shortest_radii:g} "
            f"head radii ({shortest_radii * hip.head_radius_mm:.1f} mm) for a neck to show."
        )
