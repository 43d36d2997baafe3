"""Reference lines and the side-local frame (lateral, cranial) of a hip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..anatomy import AnySide, LandmarkId, Side
from .types import Reference

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


class FrameUse(str, Enum):
    """What a measurement needs of the reference line."""

    NONE = "none"
    """Nothing."""
    SENSE = "sense"
    """Only which way is lateral or cranial; the direction of the line does not enter."""
    LINE = "line"
    """The direction of the line: the value changes with it."""
    TRIRADIATE = "triradiate"
    """Hilgenreiner's line, or the one that the settings name instead, and no other."""
    IMAGE = "image"
    """The image's own axes: how the pelvis lies in the image is what is measured."""


IMAGE_LEFT = 1.0 + 0.0j
IMAGE_UP = 1.0j


@dataclass(frozen=True, slots=True)
class HipFrame:
    """Unit vectors of one hip in the plane: every formula reads the same on both sides.

    Attributes:
        lat: away from the midline; for the whole pelvis, to the patient's left.
        up: cranial.
    """

    lat: complex
    up: complex

    @classmethod
    def of_image(cls, side: AnySide) -> HipFrame:
        """Frame of the image: patient left and right, patient superior on the slice."""
        return _RIGHT_OF_IMAGE if side is Side.RIGHT else _LEFT_OF_IMAGE


_LEFT_OF_IMAGE = HipFrame(IMAGE_LEFT, IMAGE_UP)
_RIGHT_OF_IMAGE = HipFrame(-IMAGE_LEFT, IMAGE_UP)


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """The line in use, or the axes of the image.

    Attributes:
        reference: its kind.
        ids: landmarks that define its direction; none for the image.
        slopes: derivative of the line's direction in radians by each of ``ids``.
        right, left: frames of the hips.
    """

    reference: Reference
    ids: tuple[LandmarkId, ...] = ()
    slopes: tuple[tuple[LandmarkId, complex], ...] = ()
    right: HipFrame = _RIGHT_OF_IMAGE
    left: HipFrame = _LEFT_OF_IMAGE

    @classmethod
    def through(
        cls, reference: Reference, right: complex, left: complex, cranial: complex
    ) -> ReferenceLine:
        """Line from its right to its left point; ``cranial`` picks the side of up."""
        key = LINE_KEY[reference]
        vector = left - right
        length = abs(vector)
        u = vector / length
        up = 1j * u if (cranial * (1j * u).conjugate()).real >= 0.0 else -1j * u
        slope = 1j * u / length
        ids = ((Side.RIGHT, key), (Side.LEFT, key))
        return cls(
            reference,
            ids,
            ((ids[0], -slope), (ids[1], slope)),
            HipFrame(-u, up),
            HipFrame(u, up),
        )

    def frame(self, side: AnySide) -> HipFrame:
        """Frame of ``side``; that of the pelvis points to the patient's left."""
        return self.right if side is Side.RIGHT else self.left


@dataclass(frozen=True, slots=True)
class FrameInUse:
    """Frame in which a measurement of one side works.

    Attributes:
        frame: its unit vectors.
        line: the line whose direction enters the value, None without one.
        reference: what a result names as its reference.
    """

    frame: HipFrame
    line: ReferenceLine | None
    reference: Reference


def reference_candidates(requested: Reference) -> tuple[Reference, ...]:
    """The requested line and then the others in their order of trust."""
    return (requested, *(line for line in FALLBACK_ORDER if line is not requested))
