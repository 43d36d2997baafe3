"""Lengths of a calibration: millimetres, or per cent of the femoral head on films without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite

from ..anatomy import AnySide, Side
from ..errors import UncertaintyError


class LengthUnit(str, Enum):
    """Unit in which a model's errors were measured when it was calibrated."""

    MILLIMETRE = "mm"
    HEAD_PERCENT = "% of the femoral head"
    """Per cent of the femoral head's diameter: what a film without a pixel size still knows."""


@dataclass(frozen=True)
class LengthScale:
    """What a length in the frame of one image means.

    Attributes:
        head_size: diameter of the femoral head by side, in the unit of the image's frame (mm, or
            pixels where a film has no pixel size). Needed by calibrations in head sizes only.
        has_millimetres: whether the frame's unit is a millimetre.

    Raises:
        UncertaintyError: when a size is not a positive number.
    """

    head_size: Mapping[Side, float] = field(default_factory=dict)
    has_millimetres: bool = True

    def __post_init__(self) -> None:
        for side, size in self.head_size.items():
            if not (isfinite(size) and size > 0):
                raise UncertaintyError(
                    f"The size of the {side.word} femoral head must be above 0, got {size}."
                )

    def length_of(self, unit: LengthUnit, side: AnySide) -> float:
        """Length of one ``unit`` at a hip, in the unit of the image's frame.

        The other hip, or both, stand in for a hip (or the midline) whose head is not known.

        Raises:
            UncertaintyError: when it needs the size of a femoral head and none is known, or
                millimetres that the image does not have.
        """
        if unit is LengthUnit.MILLIMETRE:
            if not self.has_millimetres:
                raise UncertaintyError(
                    "This model was calibrated in millimetres and the image has none: give the "
                    "image a pixel size, or calibrate the model in per cent of the femoral head."
                )
            return 1.0
        known = [size for each, size in self.head_size.items() if each is side]
        sizes = known or list(self.head_size.values())
        if not sizes:
            raise UncertaintyError(
                "This model was calibrated in per cent of the femoral head, and the size of no "
                "head is known in this image: give the sizes that the detector measured."
            )
        return sum(sizes) / len(sizes) / 100.0


MILLIMETRES = LengthScale()
"""An image in millimetres whose femoral heads were not measured."""
