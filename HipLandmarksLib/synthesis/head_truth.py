"""The head and neck of a phantom's hip in space, and alpha round the clock, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..anatomy import Side
from .hip import HipModel
from .parameters import PhantomParameters

if TYPE_CHECKING:
    from .femur import Femur

Point3 = tuple[float, float, float]

_STEPS_PER_DEG = 10


@dataclass(frozen=True)
class HeadTruth:
    """One side of a phantom.

    Attributes:
        side: hip.
        centre: of the head, LPS mm.
        radius_mm: of the head, to the outside of the bone.
        neck_axis: unit vector from the head centre along the neck, LPS.
        femur: its shape.
    """

    side: Side
    centre: Point3
    radius_mm: float
    neck_axis: Point3
    femur: Femur

    @classmethod
    def of(cls, parameters: PhantomParameters, side: Side) -> HeadTruth:
        """Of one side of a phantom."""
        model = HipModel.of(parameters, side)
        x, y, z = model.femur.neck_axis
        radius = parameters.hip(side).head_radius_mm
        return cls(side, model.head, radius, (model.sign * x, y, z), model.femur)

    def on_axis(self, along_mm: float) -> Point3:
        """The point (LPS mm) of the neck axis at a distance from the head centre."""
        (x, y, z), (dx, dy, dz) = self.centre, self.neck_axis
        return (x + along_mm * dx, y + along_mm * dy, z + along_mm * dz)

    def alpha_deg(self, theta_deg: float) -> float:
        """Alpha in the radial plane at a place of the clock face: 0 superior, 90 anterior."""
        return self.femur.alpha_deg_at(theta_deg)

    def omega_deg(self, threshold_deg: float) -> float:
        """Width of the one bump above a threshold, to a tenth of a degree."""
        places = range(360 * _STEPS_PER_DEG)
        above = sum(self.alpha_deg(n / _STEPS_PER_DEG) > threshold_deg for n in places)
        return above / _STEPS_PER_DEG
