"""Posing a pelvis and its femora, mirroring and scaling: points move with their bone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...errors import ConfigurationError
from .rigid import Similarity, move_femoral_points, move_pelvic_points, rotation
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

_FEMUR_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "flexion_deg": (-20.0, 60.0),
        "abduction_deg": (-25.0, 45.0),
        "internal_rotation_deg": (-60.0, 45.0),
        "lateral_mm": (-4.0, 12.0),
        "up_mm": (-12.0, 4.0),
        "scale": (0.85, 1.15),
    }
)
_PELVIS_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "tilt_deg": (-40.0, 40.0),
        "rotation_deg": (-30.0, 30.0),
        "obliquity_deg": (-20.0, 20.0),
    }
)
_SCALES = (0.5, 2.0)
_FEMORAL_LENGTHS = ("neck_length_mm", "femoral_offset_mm", "trochanter_height_mm")


@dataclass(frozen=True)
class FemurPose:
    """Pose of one femur in the patient's body (the table's axes, whatever the pelvis does).

    The femur turns about its head's centre: about its own long axis first, then sideways, then
    forwards. All zero is the neutral pose: kneecap forward, leg straight.

    Attributes:
        flexion_deg: knee forwards.
        abduction_deg: knee outwards.
        internal_rotation_deg: toes inwards.
        lateral_mm: how far the head stands off its socket to the side (effusion, subluxation).
        up_mm: and towards the head of the patient (negative: distracted).
        scale: size of the femur, about its head's centre; a smaller one leaves a wider joint.

    Raises:
        ConfigurationError: when a value is beyond what a hip can do.
    """

    flexion_deg: float = 0.0
    abduction_deg: float = 0.0
    internal_rotation_deg: float = 0.0
    lateral_mm: float = 0.0
    up_mm: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_limits(self, _FEMUR_LIMITS)


@dataclass(frozen=True)
class PelvisPose:
    """Pose of the pelvis in the patient's body, about the middle between the hips.

    Tilt is applied first, then obliquity, then rotation.

    Attributes:
        tilt_deg: of the anterior pelvic plane; positive forwards (iliac spines move forwards).
        rotation_deg: about the body's long axis; positive when the front turns to the patient's
            left.
        obliquity_deg: positive when the patient's left side is higher.

    Raises:
        ConfigurationError: when a value is out of range.
    """

    tilt_deg: float = 0.0
    rotation_deg: float = 0.0
    obliquity_deg: float = 0.0

    def __post_init__(self) -> None:
        check_limits(self, _PELVIS_LIMITS)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(3, 3) rotation of LPS coordinates."""
        tilt = rotation([1, 0, 0], self.tilt_deg)
        obliquity = rotation([0, 1, 0], -self.obliquity_deg)
        return rotation([0, 0, 1], self.rotation_deg) @ obliquity @ tilt


def check_limits(values: object, limits: Mapping[str, tuple[float, float]]) -> None:
    """Raise :class:`.ConfigurationError` when an attribute is not finite or out of its range.

    An attribute that is None is left out.
    """
    for name, (low, high) in limits.items():
        value = getattr(values, name)
        if value is not None and not low <= value <= high:
            raise ConfigurationError(f"{name} is {value:g}; it must lie in {low:g} to {high:g}.")


def pose(
    anatomy: PelvisAnatomy,
    femora: Mapping[Side, FemurPose] | None = None,
    pelvis: PelvisPose | None = None,
) -> PelvisAnatomy:
    """Turn the pelvis about the middle between the hips, and each femur about its head.

    The heads stay in their sockets, which the pelvis takes along; the legs keep their direction
    in the body, as those of a patient who lies on a table.

    Args:
        anatomy: femora in neutral pose.
        femora: pose by side; a side that is not named stays neutral.
        pelvis: of the pelvis; None leaves it.
    """
    whole = Similarity.about(np.zeros(3), (pelvis or PelvisPose()).matrix)
    bones: dict[BoneName, BoneSurface] = {}
    for name, bone in anatomy.bones.items():
        if name in (BoneName.SACRUM, BoneName.HIP_RIGHT, BoneName.HIP_LEFT):
            bones[name] = whole.surface(bone)
    hips: dict[Side, HipGeometry] = {}
    for side, hip in anatomy.hips.items():
        chosen = (femora or {}).get(side, FemurPose())
        motion = _femur_motion(hip, chosen, side, whole)
        if BoneName.femur(side) in anatomy.bones:
            bones[BoneName.femur(side)] = motion.surface(anatomy.bones[BoneName.femur(side)])
        moved = move_femoral_points(move_pelvic_points(hip, whole), motion)
        known = _scaled_lengths(hip.parameters, chosen.scale)
        hips[side] = replace(moved, parameters={**known, **_dials(chosen)})
    return replace(anatomy, bones=bones, hips=hips)


def _femur_motion(hip: HipGeometry, femur: FemurPose, side: Side, whole: Similarity) -> Similarity:
    outwards = 1.0 if side is Side.LEFT else -1.0
    turn = (
        rotation([1, 0, 0], -femur.flexion_deg)
        @ rotation([0, 1, 0], -outwards * femur.abduction_deg)
        @ rotation([0, 0, 1], -outwards * femur.internal_rotation_deg)
    )
    shift = np.array([outwards * femur.lateral_mm, 0.0, femur.up_mm])
    target = whole.points(hip.head_centre) + shift
    linear = femur.scale * turn
    return Similarity(linear, target - linear @ hip.head_centre)


def _scaled_lengths(parameters: Mapping[str, float], scale: float) -> dict[str, float]:
    """Lengths of the femur grow with it; what else is known stays."""
    return {
        name: value * scale if name in _FEMORAL_LENGTHS else value
        for name, value in parameters.items()
    }


def _dials(femur: FemurPose) -> dict[str, float]:
    return {f"femur_{item.name}": float(getattr(femur, item.name)) for item in fields(femur)}


def mirrored(anatomy: PelvisAnatomy) -> PelvisAnatomy:
    """The mirror image: what was the right side becomes the left one. Subject stays the same."""
    motion = Similarity(np.diag([-1.0, 1.0, 1.0]), np.zeros(3))
    swapped = {BoneName.SACRUM: BoneName.SACRUM}
    for side in Side:
        swapped[BoneName.hip(side)] = BoneName.hip(side.opposite)
        swapped[BoneName.femur(side)] = BoneName.femur(side.opposite)
    bones = {swapped[name]: motion.surface(bone) for name, bone in anatomy.bones.items()}
    hips = {side.opposite: _moved(hip, motion) for side, hip in anatomy.hips.items()}
    return replace(anatomy, bones=bones, hips=hips)


def scaled(anatomy: PelvisAnatomy, factor: float) -> PelvisAnatomy:
    """The whole subject larger or smaller about the middle between the hips.

    Raises:
        ConfigurationError: when the factor is not within 0.5 to 2.
    """
    if not _SCALES[0] <= factor <= _SCALES[1]:
        raise ConfigurationError(
            f"A subject can be scaled by {_SCALES[0]:g} to {_SCALES[1]:g}, not by {factor:g}."
        )
    motion = Similarity(np.eye(3) * factor, np.zeros(3))
    bones = {name: motion.surface(bone) for name, bone in anatomy.bones.items()}
    hips = {side: _moved(hip, motion) for side, hip in anatomy.hips.items()}
    return replace(anatomy, bones=bones, hips=hips)


def _moved(hip: HipGeometry, motion: Similarity) -> HipGeometry:
    """Both bones' points moved; parameters in millimetres grow with the scale."""
    moved = move_femoral_points(move_pelvic_points(hip, motion), motion)
    parameters = {
        name: value * motion.scale if name.endswith("_mm") else value
        for name, value in hip.parameters.items()
    }
    return replace(moved, parameters=parameters)
