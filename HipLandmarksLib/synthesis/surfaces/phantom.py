"""``make_phantom_anatomy``: pelvis and femora as closed surfaces, from parameters alone.

Research software, not a medical device: the phantom shows what an adult pelvis looks like; it is
nobody's bone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from ...anatomy import Side
from ...errors import ConfigurationError
from ..implicit import Field, intersection
from .phantom_femur import PhantomFemur
from .phantom_fields import Points, unevenness
from .phantom_hipbone import PhantomHipBone
from .phantom_ilium import PhantomIlium
from .phantom_mesh import Grid, mirrored_bone, surface, surface_of_values
from .phantom_parameters import HipSurfaceParameters, PelvisPhantomParameters
from .phantom_sacrum import PhantomSacrum
from .types import BoneName, BoneSurface, HipGeometry, PelvisAnatomy

Vector = NDArray[np.float64]

SOURCE = "phantom"


def make_phantom_anatomy(
    parameters: PelvisPhantomParameters | None = None,
    resolution_mm: float = 2.0,
    subject: str = "phantom",
) -> PelvisAnatomy:
    """Surfaces and exact geometry of one phantom.

    Args:
        parameters: shape; the default is an unremarkable adult.
        resolution_mm: distance of the samples from which the surfaces are interpolated, 0.8 to 4.
            The default gives about 20 000 to 45 000 triangles a bone.
        subject: name under which its views are kept together.

    Returns:
        All five bones in the pelvic frame, femora in the neutral pose.

    Raises:
        ConfigurationError: when ``resolution_mm`` is out of range or the shape cannot be built.
        MissingDependencyError: without vtk.
    """
    parameters = parameters or PelvisPhantomParameters()
    if not (math.isfinite(resolution_mm) and 0.8 <= resolution_mm <= 4.0):
        raise ConfigurationError(
            f"resolution_mm is {resolution_mm:g}; the phantom allows 0.8 to 4 mm."
        )
    bones = {BoneName.SACRUM: _sacrum(parameters, resolution_mm)}
    bones.update(_sides(parameters, resolution_mm))
    hips = {side: _geometry(parameters, side, bones[BoneName.hip(side)]) for side in Side}
    return PelvisAnatomy(subject, SOURCE, bones, hips)


def _sides(
    parameters: PelvisPhantomParameters, resolution_mm: float
) -> dict[BoneName, BoneSurface]:
    """Hip bones and femora; a symmetric phantom is built once and mirrored."""
    bones: dict[BoneName, BoneSurface] = {}
    built: dict[HipSurfaceParameters, tuple[BoneSurface, BoneSurface]] = {}
    for side in Side:
        hip = parameters.hip(side)
        if hip not in built:
            built[hip] = _left_side(parameters, hip, resolution_mm)
        for name, bone in zip((BoneName.hip(side), BoneName.femur(side)), built[hip], strict=True):
            bones[name] = bone if side is Side.LEFT else mirrored_bone(bone)
    return bones


def _left_side(
    parameters: PelvisPhantomParameters, hip: HipSurfaceParameters, resolution_mm: float
) -> tuple[BoneSurface, BoneSurface]:
    bone, femur = PhantomHipBone(parameters, hip), PhantomFemur(hip)
    centre = np.array([parameters.interhead_distance_mm / 2, 0.0, 0.0])
    hip_surface = surface(bone.solid, bone.grid(resolution_mm))
    thigh = surface(femur.solid, femur.grid(resolution_mm))
    return (
        BoneSurface(hip_surface.vertices + centre, hip_surface.faces),
        BoneSurface(thigh.vertices + centre, thigh.faces),
    )


def _sacrum(parameters: PelvisPhantomParameters, resolution_mm: float) -> BoneSurface:
    """The sacrum, cut to leave the sacroiliac gaps; sampled on one half and mirrored."""
    size = parameters.size
    columns = np.arange(0.0, 72.0 * size, resolution_mm)
    low, high = (0.0, -8.0 * size, -30.0 * size), (1.0, 128.0 * size, 140.0 * size)
    grid = Grid.box(low, high, resolution_mm)
    half = Grid(columns, grid.y, grid.z)
    bone = _half_sacrum(parameters, half.points())
    whole = np.concatenate([bone[:, :, :0:-1], bone], axis=2)
    axis = np.concatenate([-columns[:0:-1], columns])
    return surface_of_values(whole, Grid(axis, grid.y, grid.z))


def _half_sacrum(parameters: PelvisPhantomParameters, p: Points) -> Field:
    hip = PhantomHipBone(parameters, parameters.left)
    q = hip.template((p[0] - np.float32(parameters.interhead_distance_mm / 2), p[1], p[2]))
    bone = PhantomSacrum().solid((q[0] + np.float32(89.0), q[1], q[2]))
    bumps = unevenness(p, parameters.variant + 1, (12.0, 36.0))
    bone = bone + np.float32(1.4 * parameters.unevenness_mm / parameters.size) * bumps
    wing = PhantomIlium().solid(q) - parameters.sacroiliac_gap_mm / parameters.size
    return intersection(bone, np.asarray(-wing, dtype=np.float32), 3.0) * np.float32(
        parameters.size
    )


def _geometry(
    parameters: PelvisPhantomParameters, side: Side, hip_bone: BoneSurface
) -> HipGeometry:
    """Points of one side: exact from the parameters, the ischium's lowest point from the mesh."""
    hip = parameters.hip(side)
    femur, bone = PhantomFemur(hip), PhantomHipBone(parameters, hip)
    half = parameters.interhead_distance_mm / 2

    def place(points: Vector) -> Vector:
        left = np.asarray(points, dtype=np.float64) + np.array([half, 0.0, 0.0])
        return left if side is Side.LEFT else left * np.array([-1.0, 1.0, 1.0])

    centre = place(np.zeros(3))
    return HipGeometry(
        head_centre=centre,
        head_radius_mm=hip.head_radius_mm,
        socket_centre=centre,
        socket_radius_mm=hip.socket_radius_mm,
        neck_centre=place(femur.neck_centre),
        shaft_proximal=place(femur.shaft_proximal),
        shaft_distal=place(femur.shaft_distal),
        trochanter_tip=place(femur.trochanter_tip),
        lesser_trochanter=place(femur.lesser_trochanter),
        ischium=hip_bone.vertices[np.argmin(hip_bone.vertices[:, 2])].copy(),
        triradiate=place(bone.triradiate),
        rim=place(bone.socket.rim),
        fovea=place(femur.fovea),
        parameters=_dials(parameters, hip),
    )


def _dials(parameters: PelvisPhantomParameters, hip: HipSurfaceParameters) -> Mapping[str, float]:
    shared = {k: v for k, v in asdict(parameters).items() if isinstance(v, float | int)}
    return {**shared, **asdict(hip), "femoral_offset_mm": hip.femoral_offset_mm}
