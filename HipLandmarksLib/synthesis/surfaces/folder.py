"""Bone surfaces that a user supplies: one folder per subject.

::

    <folder>/
        Hip_R.ply      right hip bone          Hip_L.ply      left hip bone
        Femur_R.ply    right femur, whole      Femur_L.ply    left femur, whole
        Sacrum.ply     sacrum (may be missing)

Every file is one closed triangle mesh (PLY, ASCII or binary) in RAS mm, all of one subject in the
same coordinates. The pose does not matter: the pelvis is brought into the pelvic frame, the femora
into their neutral pose, and every point is found from the shape of the bones. Further files in the
folder are ignored. A femur needs its condyles, which tell how far it is rotated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ...anatomy import Side
from ...errors import ConfigurationError
from ...geometry import GeometryError
from .acetabulum import Acetabulum, acetabulum
from .femur_axes import FemurAxes, femur_axes
from .femur_points import FemurPoints, anteversion_deg, femur_points
from .frame import pelvic_frame
from .hip_measures import measure_hip
from .mesh import outward
from .neutral import neutral_motion
from .ply import read_ply
from .rigid import Similarity
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

FILES: Mapping[BoneName, str] = MappingProxyType(
    {
        BoneName.SACRUM: "Sacrum.ply",
        BoneName.HIP_RIGHT: "Hip_R.ply",
        BoneName.HIP_LEFT: "Hip_L.ply",
        BoneName.FEMUR_RIGHT: "Femur_R.ply",
        BoneName.FEMUR_LEFT: "Femur_L.ply",
    }
)
"""File of each bone in a subject's folder."""

_RAS_TO_LPS = Similarity(np.diag([-1.0, -1.0, 1.0]), np.zeros(3))


def list_subjects(folder: Path | str) -> list[Path]:
    """Every subfolder that holds a subject's bones, by name.

    Raises:
        ConfigurationError: when the folder does not exist or holds no subject.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ConfigurationError(f"The folder of bones {folder} does not exist.")
    found = sorted(path.parent for path in folder.glob(f"*/{FILES[BoneName.FEMUR_RIGHT]}"))
    if not found:
        raise ConfigurationError(
            f"No subject was found in {folder}: each needs a subfolder with "
            f"{', '.join(FILES.values())} (the sacrum may be missing)."
        )
    return found


def read_bones(folder: Path | str) -> PelvisAnatomy:
    """Read one subject's bones, bring them into the pelvic frame and find every point.

    Args:
        folder: laid out as the module's documentation says; its name becomes the subject's.

    Raises:
        ConfigurationError: when a bone is missing, cannot be read, is not closed, or does not
            have the shape of the bone that its name says.
    """
    folder = Path(folder)
    source = f"bone surfaces in {folder.name}"
    return analyse_bones(
        {name: _read(folder, name) for name in _present(folder)}, folder.name, source
    )


def analyse_bones(
    bones: Mapping[BoneName, BoneSurface], subject: str, source: str
) -> PelvisAnatomy:
    """Bring bones in any pose (LPS mm) into the pelvic frame, femora neutral, with geometry.

    Raises:
        ConfigurationError: when a bone does not have the shape that its name says.
    """
    axes = {side: femur_axes(bones[BoneName.femur(side)], f"femur {side.value}") for side in Side}
    motion = pelvic_frame(bones, axes).motion
    placed = {name: motion.surface(bone) for name, bone in bones.items()}
    hips: dict[Side, HipGeometry] = {}
    for side in Side:
        name = BoneName.femur(side)
        turn = neutral_motion(femur_axes(placed[name], f"femur {side.value}"), side)
        placed[name] = turn.surface(placed[name])
        hips[side] = _geometry(placed[BoneName.hip(side)], placed[name], side)
    return PelvisAnatomy(subject, source, placed, hips)


def _geometry(hip: BoneSurface, femur: BoneSurface, side: Side) -> HipGeometry:
    axes = femur_axes(femur, f"femur {side.value}")
    try:
        socket = acetabulum(hip, axes.head, side)
        geometry = _assembled(axes, femur_points(femur, axes), socket)
        measured = measure_hip(femur, geometry, side)
    except GeometryError as error:
        raise ConfigurationError(
            f"The {side.word} hip joint was not found on its bones: {error}"
        ) from error
    parameters = {**measured, "anteversion_deg": anteversion_deg(axes)}
    return replace(geometry, parameters=parameters)


def _assembled(axes: FemurAxes, points: FemurPoints, socket: Acetabulum) -> HipGeometry:
    return HipGeometry(
        head_centre=axes.head.centre,
        head_radius_mm=axes.head.radius,
        socket_centre=socket.socket.centre,
        socket_radius_mm=socket.socket.radius,
        neck_centre=axes.neck.centroid,
        shaft_proximal=points.shaft_proximal,
        shaft_distal=points.shaft_distal,
        trochanter_tip=points.trochanter_tip,
        lesser_trochanter=points.lesser_trochanter,
        ischium=socket.ischium,
        triradiate=socket.triradiate,
        rim=socket.rim,
        fovea=points.fovea,
    )


def _present(folder: Path) -> list[BoneName]:
    if not folder.is_dir():
        raise ConfigurationError(f"The folder of bones {folder} does not exist.")
    missing = [name for name in FILES if not (folder / FILES[name]).is_file()]
    needed = [FILES[name] for name in missing if name is not BoneName.SACRUM]
    if needed:
        raise ConfigurationError(
            f"Bones are missing in {folder}: {', '.join(needed)}. A subject needs both hip bones "
            "and both femora."
        )
    return [name for name in FILES if name not in missing]


def _read(folder: Path, name: BoneName) -> BoneSurface:
    surface = outward(read_ply(folder / FILES[name]), str(folder / FILES[name]))
    return _RAS_TO_LPS.surface(surface)
