"""A stack of slices of both hips with known angles, and what was found of them in space."""

from __future__ import annotations

from math import cos, radians

from hip_points import hip_points

from HipLandmarksLib.anatomy import HipLandmarks, LandmarkStack, Side, StackSlice
from HipLandmarksLib.detection import SliceChoice, SliceScore
from HipLandmarksLib.exploration import HipExploration, SideExploration
from HipLandmarksLib.exploration.coverage import HeadCoverage, SliceCoverage
from HipLandmarksLib.exploration.head_sphere import HeadSphereFit, RimSection
from HipLandmarksLib.exploration.neck_axis import NeckAxis
from HipLandmarksLib.exploration.radial_result import RadialMap, RadialSection, Sight
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane
from HipLandmarksLib.measurement.vector import Vec3
from HipLandmarksLib.measurement.volume import (
    ClockFrame,
    HeadSphere,
    anterior_mm,
    cam_map,
    clock_resolution_deg,
    omega,
)

RADIUS = 24.0
CHOSEN = {Side.RIGHT: 10, Side.LEFT: 12}
HEADS: dict[Side, Vec3] = {Side.RIGHT: (-90.0, 0.0, 0.0), Side.LEFT: (90.0, 8.0, 0.0)}
STEP_DEG = 30.0
UNSEEN = 180.0
"""The place on the clock face that the image does not show."""


def alpha_on(side: Side, index: int) -> float:
    """Alpha with which the points of a slice were made: largest two slices in front."""
    return {Side.RIGHT: 50.0, Side.LEFT: 62.0}[side] - 1.5 * abs(index - (CHOSEN[side] - 2))


def alpha_at(theta_deg: float) -> float:
    """Alpha by the clock, largest in front and above, at 1:30."""
    return 55.0 + 20.0 * cos(radians(theta_deg - 45.0))


def explored(image: HipImage, indices: range | None = None) -> HipExploration:
    """Both hips on the slices of an image, by default on 4 to 18; the other slices show none."""
    plane = ViewPlane.from_image(image)
    slices = [stack_slice(image, plane, index) for index in indices or range(4, 19)]
    chosen = {side: index for side, index in CHOSEN.items() if indices is None or index in indices}
    stack = LandmarkStack.of(slices, chosen, "demo")
    spacing = stack.spacing_mm or 4.0
    sides = {side: side_exploration(side, stack, spacing) for side in Side}
    settings = MeasurementSettings.for_image(image)
    return HipExploration(stack, sides, plane, settings).measured_again(stack)


def stack_slice(image: HipImage, plane: ViewPlane, index: int) -> StackSlice:
    """One slice; its points lie in it."""
    x, y, z = (float(v) for v in image.to_lps([0.0, 0.0, float(index)]))
    points = [
        point
        for side, lce in ((Side.RIGHT, 31.0), (Side.LEFT, 24.0))
        for point in hip_points(side, alpha_on(side, index), lce, y)
    ]
    landmarks = HipLandmarks.of(points, case_id="demo")
    return StackSlice(index, anterior_mm(plane, (x, y, z)), landmarks)


def choices(stack: LandmarkStack) -> dict[Side, SliceChoice]:
    """Why the slices were chosen."""
    scores = tuple(SliceScore(each.index, each.depth_mm, 0.5, {"FHC": 0.9}, 0.0) for each in stack)
    return {
        side: SliceChoice(side, index, index, 0.0, scores, f"Slice {index} shows the head best.")
        for side, index in stack.chosen.items()
    }


def side_exploration(side: Side, stack: LandmarkStack, spacing: float) -> SideExploration:
    """Sphere, neck, roof and clock of one hip."""
    head, lateral = HEADS[side], 1.0 if side is Side.LEFT else -1.0
    sphere = HeadSphere(head, RADIUS)
    rims = tuple(RimSection(each.index, head, RADIUS, (), 1.0) for each in stack)
    neck: Vec3 = (head[0] + 20.0 * lateral, head[1] + 2.0, head[2] - 14.0)
    edges = tuple(
        SliceCoverage(each.index, each.depth_mm, 20.0, _edge(head, each, lateral), 0.7)
        for each in stack
    )
    return SideExploration(
        side,
        {},
        HeadSphereFit(side, sphere, 0.6, _unit4(), rims, ""),
        NeckAxis(side, head, neck, 31.0, 1.0, (neck,), ""),
        HeadCoverage(side, 0.72, 0.6, 0.8, 0.9, edges, ""),
        radial_map(side, ClockFrame.of(head, neck), spacing),
    )


def radial_map(side: Side, frame: ClockFrame, spacing: float) -> RadialMap:
    """Alpha by the clock from contours that leave the sphere where they were made to."""
    thetas = [STEP_DEG * n for n in range(12)]
    contours = {theta: _contour(frame, theta) for theta in thetas if theta != UNSEEN}
    planes = {plane.theta_deg: plane for plane in cam_map(frame, {**contours, UNSEEN: ()}, RADIUS)}
    sections = tuple(
        RadialSection(
            planes[theta],
            contours.get(theta, ()),
            Sight.CLEAR if theta in contours else Sight.UNSEEN,
            1.0,
            3.0 if theta in contours else None,
        )
        for theta in thetas
    )
    samples = [(own.theta_deg, own.alpha_deg) for own in sections]
    resolution = clock_resolution_deg(spacing, RADIUS)
    limits = ("What lies between the slices is not seen.",)
    found = omega(samples, 60.0)
    return RadialMap(side, frame, RADIUS, sections, found, 60.0, STEP_DEG, resolution, limits)


def _contour(frame: ClockFrame, theta: float) -> tuple[Vec3, ...]:
    """Round the sphere from its pole to alpha, then straight along the neck."""
    alpha = alpha_at(theta)
    angles = [180.0 - 2.0 * n for n in range(int((180.0 - alpha) / 2.0) + 1)]
    arc = [(RADIUS * cos(radians(a)), RADIUS * cos(radians(90.0 - a))) for a in (*angles, alpha)]
    along, away = arc[-1]
    neck = [(along + step, away + 0.35 * step) for step in range(1, 25)]
    return tuple(frame.place(x, y, theta) for x, y in (*arc, *neck))


def _edge(head: Vec3, own: StackSlice, lateral: float) -> Vec3:
    return (head[0] + 12.0 * lateral, -own.depth_mm, head[2] + 24.0)


def _unit4() -> tuple[tuple[float, float, float, float], ...]:
    return ((1.0, 0, 0, 0), (0, 1.0, 0, 0), (0, 0, 1.0, 0), (0, 0, 0, 1.0))
