"""``explore``: from the landmarks of every slice to the hips in space."""

from __future__ import annotations

import numpy as np

from ..anatomy import LandmarkStack, LandmarkState, Side
from ..errors import ConfigurationError, ExplorationError
from ..imaging import HipImage, slice_depths_mm
from ..measurement import MeasurementSettings, ViewPlane
from ..measurement.vector import Vec3
from .coverage import HeadCoverage, head_coverage
from .head_sphere import HeadSphereFit, fit_head_sphere
from .hip_exploration import HipExploration, SideExploration, profiles_of
from .neck_axis import NeckAxis, fit_neck_axis
from .radial_map import RadialMap, RadialSettings, radial_map

_SAME_PLACE_MM = 0.5


def explore(
    image: HipImage,
    stack: LandmarkStack,
    settings: MeasurementSettings,
    radial: RadialSettings | None = None,
) -> HipExploration:
    """Measure every slice, and find head, neck, coverage and alpha by the clock in space.

    What cannot be found is None and says why; only a stack that does not belong to the image is
    an error.

    Args:
        image: the volume, coronal slices.
        stack: landmarks of its slices, LPS mm; points that a person moved count as they are.
        settings: how angles are measured.
        radial: how the clock face is read.

    Raises:
        ConfigurationError: when the slices of the stack are not those of the image.
        ImageError: when the slices are axial or sagittal.
    """
    _require_same_slices(image, stack)
    plane = ViewPlane.from_image(image)
    found = {side: _in_space(image, stack, side, radial) for side in Side}
    heads = {side: sphere.sphere for side, (sphere, *_) in found.items()}
    profiles = profiles_of(stack, plane, settings, heads)
    sides = {side: SideExploration(side, profiles[side], *own) for side, own in found.items()}
    return HipExploration(stack, sides, plane, settings)


def points_by_slice(stack: LandmarkStack, side: Side, key: str) -> dict[int, Vec3]:
    """Where a landmark lies on the slices that show it, LPS mm, by slice number."""
    placed = {each.index: each.landmarks.get((side, key)) for each in stack}
    return {
        index: landmark.position
        for index, landmark in placed.items()
        if landmark is not None and landmark.position is not None
    }


def _in_space(
    image: HipImage, stack: LandmarkStack, side: Side, radial: RadialSettings | None
) -> tuple[HeadSphereFit, NeckAxis, HeadCoverage, RadialMap | None, str]:
    if _is_replaced(stack, side):
        reason = f"There is a prosthesis on the {side.word} side."
        return (
            HeadSphereFit(side, None, None, None, (), reason),
            NeckAxis(side, None, None, None, None, (), reason),
            HeadCoverage(side, None, None, None, 0.0, (), reason),
            None,
            reason,
        )
    sphere = fit_head_sphere(image, side, points_by_slice(stack, side, "FHC"))
    head = sphere.sphere
    neck = fit_neck_axis(image, side, head, points_by_slice(stack, side, "NA"))
    coverage = head_coverage(image, side, head, points_by_slice(stack, side, "LAE"))
    if head is None or neck.neck_centre is None:
        return sphere, neck, coverage, None, sphere.reason if head is None else neck.reason
    try:
        return sphere, neck, coverage, radial_map(image, side, head, neck.neck_centre, radial), ""
    except ExplorationError as error:
        return sphere, neck, coverage, None, str(error)


def _is_replaced(stack: LandmarkStack, side: Side) -> bool:
    gone = LandmarkState.PROSTHESIS
    return any(point.state is gone for each in stack for point in each.landmarks.side(side))


def _require_same_slices(image: HipImage, stack: LandmarkStack) -> None:
    depths = slice_depths_mm(image)
    known = [each for each in stack if each.index < image.n_slices]
    away = [abs(each.depth_mm - float(depths[each.index])) for each in known]
    if len(known) < len(stack) or not np.all(np.array(away) <= _SAME_PLACE_MM):
        raise ConfigurationError(
            f"The landmarks by slice do not belong to {image.name} ({image.n_slices} slices): its "
            "slices lie elsewhere. Detect the hips of this image again."
        )
