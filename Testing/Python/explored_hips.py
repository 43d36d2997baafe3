"""An exploration made by hand: a stack whose alpha grows to the front, spheres, a cam at 1:30."""

from __future__ import annotations

from dataclasses import replace
from math import cos, exp, radians, sin

from panel_case import landmarks

from HipLandmarksLib.anatomy import AnySide, HipLandmarks, LandmarkStack, Side
from HipLandmarksLib.anatomy.stack import StackSlice
from HipLandmarksLib.exploration import (
    HeadCoverage,
    HeadSphereFit,
    HipExploration,
    NeckAxis,
    RimSection,
    SideExploration,
    SliceCoverage,
)
from HipLandmarksLib.exploration.hip_exploration import profiles_of
from HipLandmarksLib.exploration.radial_result import RadialMap, RadialSection, Sight
from HipLandmarksLib.imaging import Calibration, Modality, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, MeasurementStatus, ViewPlane
from HipLandmarksLib.measurement.volume import ClockFrame, HeadSphere, RadialPlane, omega

SPACING = 4.0
SLICES = 9
MIDDLE = 4
"""Index of the slice through both head centres; indices grow to the back, as in most files."""
RADIUS = 24.0
PEAK = {Side.RIGHT: 0.0, Side.LEFT: 45.0}
"""Degrees by which alpha is raised at 1:30."""
UNSEEN = (75.0, 90.0, 105.0, 255.0, 270.0, 285.0)
SETTINGS = MeasurementSettings(
    calibration=Calibration(SpacingProvenance.PATIENT_PLANE), modality=Modality.MR
)
LIMIT = "The slices run along the bone at 3:00 and 9:00: alpha is not known there."


def stack(chosen: int = MIDDLE) -> LandmarkStack:
    """Nine slices; the lateral cam point moves along the rim, so that alpha grows to the front."""
    points = landmarks(())
    slices = [StackSlice(k, _depth(k), _on_slice(points, _depth(k))) for k in range(SLICES)]
    return LandmarkStack.of(slices, dict.fromkeys(Side, chosen), "demo")


def exploration(chosen: int = MIDDLE, seen: bool = True) -> HipExploration:
    """Both hips explored; ``seen`` False: the stack defines nothing in space."""
    of_slices = stack(chosen)
    plane = ViewPlane.coronal()
    heads = {side: HeadSphere((_sign(side) * 90.0, 0.0, 0.0), RADIUS) for side in Side}
    profiles = profiles_of(of_slices, plane, SETTINGS, heads if seen else {})
    sides = {}
    for side in Side:
        of_side = profiles[side]
        sides[side] = _found(side, heads[side], of_side) if seen else _not_found(side, of_side)
    return HipExploration(of_slices, sides, plane, SETTINGS)


def radial_map(side: Side) -> RadialMap:
    """Alpha 45 degrees, on the left hip up to 90 at 1:30; not seen about 3:00 and 9:00."""
    frame = ClockFrame.of((_sign(side) * 90.0, 0.0, 0.0), (_sign(side) * 115.0, 5.0, -22.0))
    sections = tuple(_section(frame, 15.0 * n, PEAK[side]) for n in range(24))
    span = omega([(s.theta_deg, s.alpha_deg) for s in sections], 60.0)
    return RadialMap(side, frame, RADIUS, sections, span, 60.0, 15.0, 15.0, (LIMIT,))


def _depth(index: int) -> float:
    return SPACING * (MIDDLE - index)


def _on_slice(points: HipLandmarks, depth: float) -> HipLandmarks:
    moved = []
    for (side, key), point in points.items():
        x, _, z = point.point().tolist()
        if key == "LCP":
            turn = radians(depth) * _sign(side)
            x, z = _turned(x - _sign(side) * 90.0, z, turn)
            x += _sign(side) * 90.0
        moved.append(replace(point, position=(x, -depth, z)))
    return HipLandmarks.of(moved, case_id="demo")


def _turned(x: float, z: float, angle: float) -> tuple[float, float]:
    return (x * cos(angle) - z * sin(angle), x * sin(angle) + z * cos(angle))


def _sign(side: AnySide) -> float:
    return 1.0 if side is Side.LEFT else -1.0


def _section(frame: ClockFrame, theta: float, peak: float) -> RadialSection:
    away = (theta - 45.0 + 180.0) % 360.0 - 180.0
    alpha = 45.0 + peak * exp(-((away / 28.0) ** 2))
    if theta in UNSEEN:
        status, why = MeasurementStatus.DEGENERATE, "The slices are too far apart here."
        plane = RadialPlane(theta, None, None, None, status, why)
        return RadialSection(plane, (), Sight.UNSEEN, 9.0, None)
    at = frame.place(RADIUS * cos(radians(alpha)), RADIUS * sin(radians(alpha)), theta)
    bump = max(0.0, (alpha - 58.0) / 8.0)
    plane = RadialPlane(theta, at, alpha, bump, MeasurementStatus.OK, "")
    sight = Sight.COARSE if theta in (60.0, 120.0) else Sight.CLEAR
    return RadialSection(plane, (), sight, 1.5, 3.0)


def _found(side: Side, head: HeadSphere, profiles: dict) -> SideExploration:
    x, _, _ = head.centre
    slices = []
    for k in range(1, SLICES - 1):
        half = (RADIUS**2 - _depth(k) ** 2) ** 0.5
        edge = (x + _sign(side) * 12.0, -_depth(k), 20.0)
        share = min(1.0, (12.0 + half) / (2.0 * half))
        slices.append(SliceCoverage(k, _depth(k), half, edge, share))
    cover = HeadCoverage(side, 0.78, 0.74, 0.81, 0.9, tuple(slices[::-1]), "")
    doubt = (
        (0.1, 0.0, 0.0, 0.0),
        (0.0, 0.2, 0.0, 0.0),
        (0.0, 0.0, 0.1, 0.0),
        (0.0, 0.0, 0.0, 0.09),
    )
    rims = tuple(RimSection(s.index, head.centre, RADIUS, (), 1.0) for s in slices)
    fit = HeadSphereFit(side, head, 0.4, doubt, rims, "")
    neck_centre = (x + _sign(side) * 22.0, 2.0, -22.0)
    neck = NeckAxis(side, head.centre, neck_centre, 31.0, 1.2, (), "")
    return SideExploration(side, profiles, fit, neck, cover, radial_map(side))


def _not_found(side: Side, profiles: dict) -> SideExploration:
    why = "There are too few slices of the head."
    fit = HeadSphereFit(side, None, None, None, (), why)
    neck = NeckAxis(side, None, None, None, None, (), why)
    cover = HeadCoverage(side, None, None, None, 0.0, (), why)
    return SideExploration(side, profiles, fit, neck, cover, None, why)
