"""Vectors in space, the patient's axes, and constructions that points may fail to define."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, isfinite

from ...anatomy import Side
from ...errors import HipLandmarksError
from ..vector import Vec3, cross3, dot3, unit3

MIN_DISTANCE_MM = 2.0
"""Defining points closer than this make a construction degenerate."""

_PARALLEL = 1e-6  # sine of the angle below which two directions are one


class ConstructionError(HipLandmarksError):
    """The points do not define the construction: coincident, parallel or not finite."""


def sub3(a: Vec3, b: Vec3) -> Vec3:
    """``a - b``."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scale3(a: Vec3, factor: float) -> Vec3:
    """``a`` times ``factor``."""
    return (factor * a[0], factor * a[1], factor * a[2])


def add3(a: Vec3, b: Vec3) -> Vec3:
    """``a + b``."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def length3(a: Vec3) -> float:
    """Length."""
    return dot3(a, a) ** 0.5


def reject3(a: Vec3, direction: Vec3) -> Vec3:
    """The part of ``a`` at right angles to ``direction`` (a unit vector)."""
    return sub3(a, scale3(direction, dot3(a, direction)))


def angle3(a: Vec3, b: Vec3) -> float:
    """Unsigned angle between two vectors in degrees, 0 to 180."""
    return degrees(atan2(length3(cross3(a, b)), dot3(a, b)))


def direction3(a: Vec3, what: str) -> Vec3:
    """``a`` with length one.

    Raises:
        ConstructionError: names ``what`` has no direction.
    """
    if not all(isfinite(value) for value in a) or length3(a) == 0.0:
        raise ConstructionError(f"{what} has no direction.")
    return unit3(a)


def separated(a: Vec3, b: Vec3, names: str, limit: float = MIN_DISTANCE_MM) -> Vec3:
    """``a - b`` of two points that must lie apart.

    Raises:
        ConstructionError: when they are closer than ``limit`` mm; ``names`` tells which.
    """
    vector = sub3(a, b)
    if not all(isfinite(value) for value in vector):
        raise ConstructionError(f"{names} need finite coordinates.")
    if length3(vector) < limit:
        raise ConstructionError(f"{names} are less than {limit:g} mm apart.")
    return vector


def separated_across(a: Vec3, b: Vec3, direction: Vec3, names: str) -> Vec3:
    """``a - b`` projected along ``direction`` (unit) of points that must lie apart as seen so.

    Raises:
        ConstructionError: when the projected points are closer than 2 mm.
    """
    vector = reject3(separated(a, b, names), direction)
    if length3(vector) < MIN_DISTANCE_MM:
        raise ConstructionError(
            f"{names} are less than {MIN_DISTANCE_MM:g} mm apart as seen along the axis."
        )
    return vector


@dataclass(frozen=True)
class PatientAxes:
    """Directions of the patient in LPS; another frame (a turned pelvis) may be given.

    Attributes:
        superior: unit vector towards the head.
        anterior: unit vector to the front; made perpendicular to ``superior``.

    Raises:
        ConstructionError: when both point the same way or have no direction.
    """

    superior: Vec3 = (0.0, 0.0, 1.0)
    anterior: Vec3 = (0.0, -1.0, 0.0)

    def __post_init__(self) -> None:
        superior = direction3(self.superior, "The superior axis")
        anterior = reject3(direction3(self.anterior, "The anterior axis"), superior)
        if length3(anterior) < _PARALLEL:
            raise ConstructionError("The superior and the anterior axis are parallel.")
        object.__setattr__(self, "superior", superior)
        object.__setattr__(self, "anterior", unit3(anterior))

    @property
    def left(self) -> Vec3:
        """Unit vector to the patient's left."""
        return cross3(self.superior, self.anterior)

    def lateral(self, side: Side) -> Vec3:
        """Unit vector away from the midline."""
        return self.left if side is Side.LEFT else scale3(self.left, -1.0)


PATIENT = PatientAxes()
"""The patient as the scanner knows them: superior +z, anterior -y in LPS."""
