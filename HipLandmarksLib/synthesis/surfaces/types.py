"""``PelvisAnatomy``: closed bone surfaces with the points that geometry defines on them.

The pelvic frame of all of them: LPS mm, origin midway between the two femoral head centres, x to
the patient's left along the line through both anterior superior iliac spines, z to the head, and
the anterior pelvic plane (both spines and the pubic tubercles) parallel to the coronal plane.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...errors import ConfigurationError


class BoneName(str, Enum):
    """A bone of the pelvic girdle or a femur."""

    SACRUM = "sacrum"
    HIP_RIGHT = "hip_R"
    HIP_LEFT = "hip_L"
    FEMUR_RIGHT = "femur_R"
    FEMUR_LEFT = "femur_L"

    @classmethod
    def hip(cls, side: Side) -> BoneName:
        """The hip bone of a side."""
        return cls.HIP_RIGHT if side is Side.RIGHT else cls.HIP_LEFT

    @classmethod
    def femur(cls, side: Side) -> BoneName:
        """The femur of a side."""
        return cls.FEMUR_RIGHT if side is Side.RIGHT else cls.FEMUR_LEFT


@dataclass(frozen=True, eq=False)
class BoneSurface:
    """A closed triangle mesh.

    Attributes:
        vertices: (V, 3) LPS mm.
        faces: (F, 3) vertex indices, counter-clockwise seen from outside.

    Raises:
        ConfigurationError: when shapes or indices do not fit or a coordinate is not finite.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.vertices.ndim != 2 or self.vertices.shape[1] != 3 or len(self.vertices) < 4:
            raise ConfigurationError(f"A surface needs (V, 3) points, not {self.vertices.shape}.")
        if self.faces.ndim != 2 or self.faces.shape[1] != 3 or len(self.faces) < 4:
            raise ConfigurationError(f"A surface needs (F, 3) triangles, not {self.faces.shape}.")
        if not np.all(np.isfinite(self.vertices)):
            raise ConfigurationError("A point of the surface is not a finite number.")
        if self.faces.min() < 0 or self.faces.max() >= len(self.vertices):
            raise ConfigurationError("A triangle of the surface names a point that does not exist.")


@dataclass(frozen=True, eq=False)
class HipGeometry:
    """What is known of one hip in three dimensions; points (3,) LPS mm in the pelvic frame.

    Attributes:
        head_centre, head_radius_mm: sphere of the femoral head (without a cam).
        socket_centre, socket_radius_mm: sphere of the acetabulum's articular surface.
        neck_centre: middle of the narrowest section of the femoral neck.
        shaft_proximal, shaft_distal: centres of the shaft just below the lesser trochanter and
            at the distal end of its straight part.
        trochanter_tip: most proximal point of the greater trochanter along the shaft.
        lesser_trochanter: tip of the lesser trochanter.
        fovea: centre of the foveal notch on the head's surface; None where there is none.
        ischium: most distal point of the ischial tuberosity.
        triradiate: middle of the triradiate cartilage's scar, on the inner (pelvic) wall.
        rim: (N, 3) closed loop along the bony rim of the acetabulum, from the anterior end of the
            notch over the roof to its posterior end and back across the notch.
        parameters: dialled or measured values by name (alpha_deg, lce_deg, version_deg ...).
    """

    head_centre: NDArray[np.float64]
    head_radius_mm: float
    socket_centre: NDArray[np.float64]
    socket_radius_mm: float
    neck_centre: NDArray[np.float64]
    shaft_proximal: NDArray[np.float64]
    shaft_distal: NDArray[np.float64]
    trochanter_tip: NDArray[np.float64]
    lesser_trochanter: NDArray[np.float64]
    ischium: NDArray[np.float64]
    triradiate: NDArray[np.float64]
    rim: NDArray[np.float64]
    fovea: NDArray[np.float64] | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PelvisAnatomy:
    """Bones of one subject in the pelvic frame, femora in neutral pose unless posed.

    Attributes:
        subject: name of the subject; views of one subject never lie in two parts of a split.
        source: where it comes from, for the card: ``phantom`` or the bones' folder and licence.
        bones: every surface by name; a bone may be missing (for instance the sacrum).
        hips: geometry of each side.
    """

    subject: str
    source: str
    bones: Mapping[BoneName, BoneSurface]
    hips: Mapping[Side, HipGeometry]
