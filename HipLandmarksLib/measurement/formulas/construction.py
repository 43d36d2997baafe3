"""What a formula gets to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ..frames import HipFrame
from ..quantity import Quantity


class Construction(Protocol):
    """The points of one hip, or of the pelvis, in the plane.

    Points of a hip are named by their landmark key. Points of the pelvis are named ``TD_R``,
    ``TD_L``; those of the midline by their key.
    """

    @property
    def points(self) -> Mapping[str, complex]:
        """Plane points in mm: x to the patient's left, y (imaginary) cranial."""

    @property
    def head_radius(self) -> Quantity:
        """Radius of the femoral head in mm; only for rows that ask for it."""

    def series(self, key: str) -> Sequence[str]:
        """Names of the numbered points of a list, such as ``AW1, AW2``, in order."""


Formula = Callable[[Construction, HipFrame], Quantity]
"""A measurement: the points and the frame of its side in, the quantity out."""
