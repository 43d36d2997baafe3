"""Reference lines and the side-local frame (lateral, cranial) of a hip."""

from __future__ import annotations

from dataclasses import dataclass

from ..anatomy import LandmarkId, Side
from .types import Reference
from .vector import Vec2, perpendicular, sub, unit

LINE_KEY = {
    Reference.TEARDROP: "TD",
    Reference.ISCHIUM: "ISCH",
    Reference.TRIRADIATE: "TRI",
    Reference.FHC: "FHC",
}
"""Landmark that defines each line, on both sides."""

FALLBACK_ORDER = (
    Reference.TEARDROP,
    Reference.ISCHIUM,
    Reference.TRIRADIATE,
    Reference.FHC,
    Reference.IMAGE,
)

CRANIAL_KEYS = ("FHC", "SHD")
"""Landmarks that decide which side of the line is cranial (head above shaft)."""

IMAGE_UP: Vec2 = (0.0, 1.0)


@dataclass(frozen=True)
class HipFrame:
    """Unit vectors of one hip in the plane: every formula reads the same on both sides.

    Attributes:
        lat: away from the midline.
        up: cranial.
    """

    lat: Vec2
    up: Vec2

    @classmethod
    def of_image(cls, side: Side) -> HipFrame:
        """Frame of the image: patient left and right, patient superior on the slice."""
        return _LEFT_OF_IMAGE if side is Side.LEFT else _RIGHT_OF_IMAGE

    @classmethod
    def of_line(cls, side: Side, right: Vec2, left: Vec2, cranial: Vec2) -> HipFrame:
        """Frame of a line from its right to its left point; ``cranial`` picks the side of up."""
        x, y = unit(sub(left, right))
        up = perpendicular((x, y), cranial)
        return cls((x, y) if side is Side.LEFT else (-x, -y), up)


_LEFT_OF_IMAGE = HipFrame((1.0, 0.0), IMAGE_UP)
_RIGHT_OF_IMAGE = HipFrame((-1.0, 0.0), IMAGE_UP)


@dataclass(frozen=True)
class ReferenceLine:
    """The line in use.

    Attributes:
        reference: its kind.
        right, left: ids of its points; None for the image reference.
        cranial: vector from the mean shaft to the mean head centre, or image up.
    """

    reference: Reference
    right: LandmarkId | None = None
    left: LandmarkId | None = None
    cranial: Vec2 = IMAGE_UP

    @property
    def ids(self) -> tuple[LandmarkId, ...]:
        """Landmarks that define the direction of the line."""
        return () if self.right is None or self.left is None else (self.right, self.left)

    def frame(self, side: Side, points: dict[LandmarkId, Vec2]) -> HipFrame:
        """Frame of ``side``; ``points`` holds at least the points of the line."""
        if self.right is None or self.left is None:
            return HipFrame.of_image(side)
        return HipFrame.of_line(side, points[self.right], points[self.left], self.cranial)


def reference_candidates(requested: Reference) -> tuple[Reference, ...]:
    """The requested line and then the others in their order of trust."""
    return (requested, *(line for line in FALLBACK_ORDER if line is not requested))
