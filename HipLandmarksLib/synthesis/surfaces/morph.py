"""Other shapes of the same subject: cams, coxa vara and valga, dysplasia, deep sockets ...

Surfaces keep their triangles, so whatever is known per vertex stays valid, and closed surfaces
stay closed. Points move with the bone around them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ...anatomy import Side
from ...errors import ConfigurationError
from ...geometry import GeometryError
from .hip_measures import measure_hip
from .morph_femur import bend_field, cam_field, head_field, reshaped_femur, stretch_field
from .morph_fields import SpaceField, in_turn, moved_pelvic_points, moved_surface
from .morph_pelvis import cover_field, proportion_field, socket_size_field, version_field
from .pose import check_limits
from .rigid import Similarity, move_femoral_points
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

HIP_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "alpha_deg": (40.0, 95.0),
        "cam_clock_deg": (-30.0, 110.0),
        "neck_shaft_change_deg": (-20.0, 20.0),
        "neck_length_change_mm": (-8.0, 10.0),
        "head_scale": (0.88, 1.14),
        "lce_change_deg": (-30.0, 20.0),
        "version_change_deg": (-20.0, 15.0),
    }
)
"""Lowest and highest value of every dial of :class:`HipMorph`."""

_PELVIS_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"width": (0.88, 1.12), "depth": (0.88, 1.12), "height": (0.88, 1.12)}
)


@dataclass(frozen=True)
class HipMorph:
    """Change of one hip's shape; the default leaves it as it is.

    Attributes:
        alpha_deg: alpha in the planes around ``cam_clock_deg``; None leaves the junction of head
            and neck as it is. 40 to 95. Seen from the front alpha comes near it while the bump
            reaches the upper contour.
        cam_clock_deg: middle of the bump on the neck's clock face, 0 superior, 90 anterior.
        neck_shaft_change_deg: positive makes coxa valga, negative coxa vara.
        neck_length_change_mm: head moved along the neck.
        head_scale: size of head and socket relative to what it was.
        lce_change_deg: of the lateral centre-edge angle of the bony rim.
        version_change_deg: of the acetabulum; positive opens it more forwards.

    Raises:
        ConfigurationError: when a value is out of range.
    """

    alpha_deg: float | None = None
    cam_clock_deg: float = 40.0
    neck_shaft_change_deg: float = 0.0
    neck_length_change_mm: float = 0.0
    head_scale: float = 1.0
    lce_change_deg: float = 0.0
    version_change_deg: float = 0.0

    def __post_init__(self) -> None:
        check_limits(self, HIP_LIMITS)


@dataclass(frozen=True)
class PelvisMorph:
    """Proportions of the pelvis relative to what they were; the sockets keep their shape.

    Attributes:
        width, depth, height: factors along x, y and z.

    Raises:
        ConfigurationError: when a factor is out of range.
    """

    width: float = 1.0
    depth: float = 1.0
    height: float = 1.0

    def __post_init__(self) -> None:
        check_limits(self, _PELVIS_LIMITS)


def morph(
    anatomy: PelvisAnatomy,
    hips: Mapping[Side, HipMorph] | None = None,
    pelvis: PelvisMorph | None = None,
) -> PelvisAnatomy:
    """Another shape of an anatomy in neutral pose, with its parameters measured anew.

    Args:
        anatomy: all femora and hip bones, femora in neutral pose.
        hips: change by side; a side that is not named stays.
        pelvis: proportions; None leaves them.

    Raises:
        ConfigurationError: when a bone is missing, or the result is no hip any more.
    """
    missing = [name.value for name in BoneName if name not in anatomy.bones]
    if set(missing) - {BoneName.SACRUM.value}:
        raise ConfigurationError(f"To change its shape, {anatomy.subject} needs {missing[0]}.")
    if pelvis is not None:
        anatomy = _with_proportions(anatomy, pelvis)
    bones, geometry = dict(anatomy.bones), dict(anatomy.hips)
    for side, change in (hips or {}).items():
        names = BoneName.hip(side), BoneName.femur(side)
        hip_bone, hip = _reshaped_socket(bones[names[0]], geometry[side], side, change)
        femur, hip = _reshaped_femur(bones[names[1]], hip, side, change)
        bones[names[0]], bones[names[1]], geometry[side] = hip_bone, femur, hip
    return replace(anatomy, bones=bones, hips=_measured(bones, geometry))


def _measured(
    bones: Mapping[BoneName, BoneSurface], hips: Mapping[Side, HipGeometry]
) -> dict[Side, HipGeometry]:
    measured: dict[Side, HipGeometry] = {}
    for side, hip in hips.items():
        try:
            values = measure_hip(bones[BoneName.femur(side)], hip, side)
        except GeometryError as error:
            raise ConfigurationError(f"This shape of the {side.word} hip: {error}") from error
        measured[side] = replace(hip, parameters={**hip.parameters, **values})
    return measured


def _with_proportions(anatomy: PelvisAnatomy, pelvis: PelvisMorph) -> PelvisAnatomy:
    field = proportion_field(anatomy.hips, (pelvis.width, pelvis.depth, pelvis.height))
    bones: dict[BoneName, BoneSurface] = {
        name: moved_surface(bone, field)
        for name, bone in anatomy.bones.items()
        if name not in (BoneName.FEMUR_RIGHT, BoneName.FEMUR_LEFT)
    }
    hips: dict[Side, HipGeometry] = {}
    for side, hip in anatomy.hips.items():
        moved = moved_pelvic_points(hip, field)
        along = Similarity.shift(moved.socket_centre - hip.socket_centre)
        bones[BoneName.femur(side)] = along.surface(anatomy.bones[BoneName.femur(side)])
        hips[side] = move_femoral_points(moved, along)
    return _centred(replace(anatomy, bones=bones, hips=hips))


def _centred(anatomy: PelvisAnatomy) -> PelvisAnatomy:
    """The origin midway between the heads again."""
    heads = np.mean([hip.head_centre for hip in anatomy.hips.values()], axis=0)
    shift = Similarity.shift(-heads)
    bones = {name: shift.surface(bone) for name, bone in anatomy.bones.items()}
    hips = {
        side: move_femoral_points(moved_pelvic_points(hip, shift.points), shift)
        for side, hip in anatomy.hips.items()
    }
    return replace(anatomy, bones=bones, hips=hips)


def _reshaped_socket(
    bone: BoneSurface, hip: HipGeometry, side: Side, change: HipMorph
) -> tuple[BoneSurface, HipGeometry]:
    fields: list[SpaceField] = []
    if change.head_scale != 1.0:
        fields.append(socket_size_field(hip, change.head_scale))
    larger = replace(hip, socket_radius_mm=hip.socket_radius_mm * change.head_scale)
    if change.lce_change_deg:
        lce = measure_hip(None, hip, side)["lce_deg"]
        fields.append(cover_field(larger, side, lce, change.lce_change_deg))
    if change.version_change_deg:
        fields.append(version_field(larger, side, change.version_change_deg))
    field = in_turn(fields)
    return moved_surface(bone, field), moved_pelvic_points(larger, field)


def _reshaped_femur(
    femur: BoneSurface, hip: HipGeometry, side: Side, change: HipMorph
) -> tuple[BoneSurface, HipGeometry]:
    """One change after the other, each in the frame of the femur as it has become."""
    if change.head_scale != 1.0:
        field = head_field(hip, change.head_scale)
        femur, hip = reshaped_femur(femur, hip, field, change.head_scale)
    if change.neck_length_change_mm:
        field = stretch_field(hip, side, change.neck_length_change_mm)
        femur, hip = reshaped_femur(femur, hip, field)
    if change.neck_shaft_change_deg:
        field = bend_field(hip, side, change.neck_shaft_change_deg)
        femur, hip = reshaped_femur(femur, hip, field)
    if change.alpha_deg is not None:
        field = cam_field(hip, side, change.alpha_deg, change.cam_clock_deg)
        femur, hip = reshaped_femur(femur, hip, field)
    return femur, hip
