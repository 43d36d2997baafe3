"""From the points of every slice to the hips in space; what is not there is named, not guessed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import (
    HipLandmarks,
    Landmark,
    LandmarkStack,
    LandmarkState,
    Side,
    StackSlice,
)
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.exploration import ExploredPart, explore, points_by_slice
from HipLandmarksLib.exploration.hip_exploration import profiles_of
from HipLandmarksLib.imaging import HipImage, slice_depths_mm
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane
from HipLandmarksLib.measurement.volume import HeadSphere
from HipLandmarksLib.synthesis import (
    Acquisition,
    PhantomParameters,
    best_slices,
    landmarks_on_slice,
    make_phantom,
)

SCAN = Acquisition(
    shape=(14, 150, 220),
    spacing_mm=(1.8, 1.8, 4.0),
    centre_lps_mm=(0.0, 5.0, 0.0),
    noise=0.01,
    texture=0.0,
)
PARAMETERS = PhantomParameters(acquisition=SCAN)
FIRST_WITH_HEAD, LAST_WITH_HEAD = 2, 9


@pytest.fixture(scope="module")
def image() -> HipImage:
    return make_phantom(PARAMETERS, seed=1).image


@pytest.fixture(scope="module")
def settings(image: HipImage) -> MeasurementSettings:
    return MeasurementSettings(calibration=image.calibration)


@pytest.fixture(scope="module")
def stack(image: HipImage) -> LandmarkStack:
    """Exact points on all 14 slices."""
    depths = slice_depths_mm(image)
    slices = [
        StackSlice(k, float(depth), landmarks_on_slice(PARAMETERS, k))
        for k, depth in enumerate(depths)
    ]
    return LandmarkStack.of(slices, best_slices(PARAMETERS), "phantom")


def part(stack: LandmarkStack, indices: list[int]) -> LandmarkStack:
    return LandmarkStack.of([stack.at(index) for index in indices], {}, "phantom")


def part_of_image(image: HipImage, first: int, count: int) -> HipImage:
    matrix = image.ijk_to_lps.copy()
    matrix[:3, 3] = image.to_lps((0, 0, first))
    return replace(image, pixels=image.pixels[first : first + count], ijk_to_lps=matrix)


def numbered_anew(stack: LandmarkStack, first: int) -> LandmarkStack:
    return LandmarkStack.of([replace(own, index=own.index - first) for own in stack], {}, "phantom")


@pytest.fixture(scope="module")
def explored(image, stack, settings):
    return explore(image, stack, settings)


def test_both_hips_are_found_whole(explored):
    for side, own in explored.sides.items():
        lateral = 1 if side is Side.LEFT else -1
        assert own.head.centre == pytest.approx((lateral * 87.0, 0.0, 0.0), abs=0.6)
        x, _, z = np.subtract(own.neck.neck_centre, own.head.centre)
        assert lateral * x > 10 and z < -10  # outwards and down
        assert 0.7 < own.coverage.total < 0.95
        assert own.radial is not None
        assert own.missing == {}


def test_every_slice_with_points_has_its_angles(explored, stack):
    for side, own in explored.sides.items():
        for id_, needed in (("alpha", ("FHC", "NA", "LCP")), ("lce", ("FHC", "LAE"))):
            shown = [set(points_by_slice(stack, side, key)) for key in needed]
            values = own.profiles[id_].values
            measured = {
                stack.nearest(entry.place.position_mm).index
                for entry in values
                if entry.measurement.value is not None
            }
            assert measured == set.intersection(*shown)
        assert abs(own.profiles["lce"].centre.place.offset_mm) <= 2.0


def test_points_in_space_and_everything_else_can_be_written(explored):
    points = explored.landmarks()
    assert set(points) == {(side, key) for side in Side for key in ("FHC", "NC")}
    assert json.loads(json.dumps(explored.to_dict()))["case_id"] == "phantom"


def test_one_slice_has_angles_and_nothing_in_space(image, stack, settings):
    one = numbered_anew(part(stack, [6]), 6)
    found = explore(part_of_image(image, 6, 1), one, settings)
    for own in found.sides.values():
        assert own.profiles["lce"].values[0].measurement.value is not None
        assert set(own.missing) == set(ExploredPart)
        assert "two slices or more" in own.missing[ExploredPart.SPHERE]


def test_two_slices_are_explored_as_far_as_they_go(image, stack, settings):
    two = numbered_anew(part(stack, [6, 7]), 6)
    found = explore(part_of_image(image, 6, 2), two, settings)
    for own in found.sides.values():
        assert [entry.value is not None for entry in own.profiles["lce"].values] == [True, True]
        assert own.head is None or own.head.radius == pytest.approx(21.5, abs=2.5)
        assert all(reason for reason in own.missing.values())


def test_a_replaced_hip_and_one_that_is_not_there_say_so(image, stack, settings):
    def changed(own: StackSlice) -> StackSlice:
        gone = Landmark(Side.LEFT, "FHC", None, LandmarkState.PROSTHESIS)
        return replace(own, landmarks=HipLandmarks.of([gone], "phantom"))

    slices = [changed(own) if own.landmarks else own for own in stack]
    found = explore(image, LandmarkStack.of(slices, {}, "phantom"), settings)
    for reason in found.sides[Side.LEFT].missing.values():
        assert reason == "There is a prosthesis on the left side."
    for reason in found.sides[Side.RIGHT].missing.values():
        assert "right head" in reason
    for own in found.sides.values():
        assert all(entry.value is None for p in own.profiles.values() for entry in p.values)


def test_across_missing_slices_no_value_is_a_neighbour(image, stack, settings):
    heads = {side: HeadSphere((0.0, 0.0, 0.0), 21.5) for side in Side}
    some = part(stack, [4, 5, 8, 9])
    assert some.gaps == ((5, 8),)
    profile = profiles_of(some, ViewPlane.from_image(image), settings, heads)[Side.LEFT]["lce"]
    values = {some.nearest(v.place.position_mm).index: v for v in profile.values}
    a, b = values[4].measurement.value, values[5].measurement.value
    assert values[5].spread == pytest.approx(abs(a - b))  # slice 8 does not count


def test_uneven_slices_are_measured_by_their_places(image, stack, settings):
    """Their numbers say nothing: depths do."""
    depths = (0.0, -4.0, -7.0, -12.0)
    slices = [replace(stack.at(6), index=k, depth_mm=depth - 5.0) for k, depth in enumerate(depths)]
    uneven = LandmarkStack.of(slices)
    assert uneven.spacing_mm == pytest.approx(4.0) and uneven.gaps == ()
    heads = {Side.LEFT: HeadSphere((87.0, 0.0, 0.0), 21.5)}
    plane = ViewPlane.from_image(image)
    values = profiles_of(uneven, plane, settings, heads)[Side.LEFT]["alpha"].values
    assert [entry.place.offset_mm for entry in values] == pytest.approx([-17.0, -12.0, -9.0, -5.0])


@pytest.mark.parametrize("shift", [1, -1])
def test_points_of_another_image_are_refused(image, stack, settings, shift):
    shifted = LandmarkStack.of([replace(o, depth_mm=o.depth_mm + shift) for o in stack])
    with pytest.raises(ConfigurationError, match=r"do not belong to .*14 slices"):
        explore(image, shifted, settings)
    with pytest.raises(ConfigurationError, match="do not belong to"):
        explore(part_of_image(image, 0, 5), stack, settings)


def test_axial_slices_are_refused(image, stack, settings):
    matrix = np.diag([2.0, 2.0, 4.0, 1.0])
    axial = replace(image, ijk_to_lps=matrix)
    own = [
        replace(o, depth_mm=float(d)) for o, d in zip(stack, slice_depths_mm(axial), strict=True)
    ]
    with pytest.raises(ImageError, match="away from coronal"):
        explore(axial, LandmarkStack.of(own), settings)
