"""Which slice an angle was measured on, and how much that choice matters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Side
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, MeasurementStatus, ViewPlane
from HipLandmarksLib.measurement.volume import (
    HeadSphere,
    SlicePlane,
    anterior_mm,
    clock_resolution_deg,
    explore_slices,
    offset_label,
    section_radius,
    through_head,
)

CASES = json.loads((Path(__file__).parent / "volume_cases.json").read_text("utf-8"))["volume"]
GEOMETRY = [case for case in CASES if case["kind"] == "dicom_geometry"]
CORONAL = ViewPlane.coronal()
SETTINGS = MeasurementSettings(
    calibration=Calibration(SpacingProvenance.PATIENT_PLANE), reader_sigma_mm=1.0
)
SPACING = 3.3


def plane_of(case):
    return SlicePlane.of_dicom(
        tuple(case["ImageOrientationPatient"]),
        tuple(case["ImagePositionPatient"]),
        tuple(case["PixelSpacing"]),
    )


@pytest.mark.parametrize("case", GEOMETRY, ids=lambda case: case["id"])
def test_worked_geometry(case):
    """Cosines are written with six digits: a pixel 175 mm away is known to 0.0001 mm."""
    exact = all(value in (-1.0, 0.0, 1.0) for value in case["ImageOrientationPatient"])
    tolerance = 1e-6 if exact else 1e-4
    plane, expected = plane_of(case), case["expected"]
    found = plane.to_lps(*case["pixel_col_row"])
    assert found == pytest.approx(expected["lps"], abs=tolerance)
    assert (-found[0], -found[1], found[2]) == pytest.approx(expected["ras"], abs=tolerance)
    angle = expected["angle_to_true_coronal_deg"]
    assert plane.coronal_angle_deg == pytest.approx(angle, abs=tolerance)


def test_rows_and_columns_are_not_exchanged():
    plane = SlicePlane.of_dicom((1, 0, 0, 0, 0, -1), (0.0, 0.0, 0.0), (0.8, 0.6))
    assert plane.to_lps(10, 0) == (6.0, 0.0, 0.0)
    assert plane.to_lps(0, 10) == (0.0, 0.0, -8.0)


@pytest.mark.parametrize(
    ("orientation", "spacing"),
    [
        ((1, 0, 0, 1, 0, 0), (1.0, 1.0)),
        ((2, 0, 0, 0, 0, -1), (1.0, 1.0)),
        ((0, 0, 0, 0, 0, -1), (1.0, 1.0)),
        ((float("nan"), 0, 0, 0, 0, -1), (1.0, 1.0)),
        ((1, 0, 0, 0, 0, -1), (0.0, 1.0)),
    ],
)
def test_impossible_geometry_is_refused(orientation, spacing):
    with pytest.raises(ImageError):
        SlicePlane.of_dicom(orientation, (0.0, 0.0, 0.0), spacing)


def test_fifteen_degrees_are_still_coronal():
    assert [plane_of(case).is_coronal for case in GEOMETRY] == [True, True, True]
    steep = SlicePlane.of_dicom((0.939693, 0.342020, 0, 0, 0, -1), (0.0, 0.0, 0.0), (1, 1))
    assert not steep.is_coronal
    assert steep.coronal_angle_deg == pytest.approx(20.0, abs=1e-4)


@pytest.mark.parametrize(
    ("offset", "label"),
    [
        (0.0, ""),
        (1.65, ""),
        (-1.65, ""),
        (1.7, "at +1.7 mm anterior"),
        (6.6, "at +6.6 mm anterior"),
        (-3.3, "at -3.3 mm posterior"),
    ],
)
def test_only_the_slice_through_the_head_centre_needs_no_label(offset, label):
    assert offset_label(offset, SPACING) == label
    assert through_head(offset, SPACING) == (label == "")


def test_a_slice_off_the_centre_cuts_a_smaller_circle():
    assert section_radius(25.0, 15.0) == pytest.approx(20.0)
    assert section_radius(25.0, -15.0) == pytest.approx(20.0)
    assert section_radius(24.0, 0.0) == 24.0
    assert section_radius(24.0, 24.0) is None
    assert section_radius(24.0, 30.0) is None


def test_slices_of_three_millimetres_are_eight_degrees_apart_on_the_clock():
    assert clock_resolution_deg(3.3, 24.0) == pytest.approx(7.9, abs=0.05)
    with pytest.raises(ImageError):
        clock_resolution_deg(0.0, 24.0)


# The multi-slice explorer.


def slice_of(anterior, points, cam=0.0, **fields):
    """A case whose points all lie on the slice ``anterior`` mm to the front of LPS y = 0."""
    moved = {
        id_: (x + (cam if id_[1] == "LCP" else 0.0) * (1 if x > 0 else -1), z)
        for id_, (x, z) in points.items()
    }
    return HipLandmarks.of(
        Landmark(side, key, (x, -anterior, z), **fields) for (side, key), (x, z) in moved.items()
    )


@pytest.fixture
def stack(plain_points):
    """Seven slices; the lateral cam point moves out (larger alpha) to the front."""
    return {SPACING * i: slice_of(SPACING * i, plain_points, cam=-1.5 * i) for i in range(-3, 4)}


@pytest.fixture
def heads(plain_points):
    """The left head centre lies on the middle slice, the right one two slices to the front."""
    depth = {Side.LEFT: 0.4, Side.RIGHT: 2 * SPACING}
    return {side: HeadSphere((plain_points[(side, "FHC")][0], -depth[side], 0.0)) for side in Side}


def profiles(stack, heads, **options):
    found = explore_slices(stack, CORONAL, SETTINGS, heads, **options)
    return {(profile.side, profile.id): profile for profile in found}


def test_depth_counts_to_the_front():
    assert anterior_mm(CORONAL, (10.0, -6.6, 3.0)) == pytest.approx(6.6)


def test_every_slice_has_alpha_and_lce_with_sigma(stack, heads):
    found = profiles(stack, heads)
    assert set(found) == {(side, id_) for side in Side for id_ in ("alpha", "lce")}
    for profile in found.values():
        assert [entry.place.position_mm for entry in profile.values] == sorted(stack)
        assert all(entry.measurement.sigma > 1.0 for entry in profile.values)


def test_the_largest_alpha_is_found_with_its_slice(stack, heads):
    profile = profiles(stack, heads)[(Side.LEFT, "alpha")]
    values = [entry.value for entry in profile.values]
    assert values == sorted(values)
    assert profile.maximum.place.position_mm == pytest.approx(3 * SPACING)
    assert profile.maximum.value == max(values)


def test_the_largest_value_is_not_looked_for_among_estimated_points(stack, heads, plain_points):
    guess = {"state": LandmarkState.ESTIMATED}
    stack[3 * SPACING] = slice_of(3 * SPACING, plain_points, cam=-9.0, **guess)
    assert profiles(stack, heads)[(Side.LEFT, "alpha")].maximum.place.position_mm == 2 * SPACING
    unsure = {depth: slice_of(depth, plain_points, cam=-depth, **guess) for depth in stack}
    only = profiles(unsure, heads)[(Side.LEFT, "alpha")]
    assert only.maximum.place.position_mm == 3 * SPACING


def test_the_spread_reaches_one_slice_to_each_side(stack, heads):
    profile = profiles(stack, heads)[(Side.LEFT, "alpha")]
    values = [entry.value for entry in profile.values]
    assert profile.centre.place.position_mm == 0.0
    assert profile.spread == pytest.approx(values[4] - values[2])
    assert profile.values[0].spread == pytest.approx(values[1] - values[0])


def test_each_hip_has_its_own_central_slice(stack, heads):
    found = profiles(stack, heads)
    assert found[(Side.RIGHT, "lce")].centre.place.position_mm == pytest.approx(2 * SPACING)
    assert found[(Side.LEFT, "lce")].centre.place.position_mm == 0.0


def test_lce_off_the_head_centre_is_labelled_and_not_classified(stack, heads):
    profile = profiles(stack, heads)[(Side.RIGHT, "lce")]
    central = profile.centre
    off = profile.values[2]  # 3.3 mm behind the middle, the head is 6.6 mm in front
    assert central.name == central.measurement.name
    assert central.may_be_classified
    assert central.reason == central.measurement.reason
    assert off.name == f"{off.measurement.name} at -9.9 mm posterior"
    assert off.value == pytest.approx(central.value)
    assert not off.may_be_classified
    assert off.classification is None
    assert "9.9 mm from the head centre" in off.reason
    written = off.to_dict()["measurement"]
    assert (written["name"], written["p_above_threshold"]) == (off.name, None)


def test_alpha_off_the_head_centre_keeps_its_threshold(stack, heads):
    off = profiles(stack, heads)[(Side.LEFT, "alpha")].values[-1]
    assert off.name.endswith("anterior")
    assert off.may_be_classified
    assert off.classification == off.measurement.classification


def test_each_slice_knows_its_circle_and_one_beside_the_head_is_not_measured(stack, heads):
    spheres = {side: HeadSphere(head.centre, 9.0) for side, head in heads.items()}
    profile = profiles(stack, spheres)[(Side.RIGHT, "alpha")]
    central, beside = profile.centre, profile.values[0]
    assert central.place.section_radius_mm == pytest.approx(9.0)
    assert profile.values[4].place.section_radius_mm == pytest.approx((9.0**2 - 3.3**2) ** 0.5)
    assert beside.place.section_radius_mm is None
    assert beside.value is None
    assert beside.status == (MeasurementStatus.NOT_APPLICABLE,)
    assert "passes the femoral head by" in beside.reason
    assert profile.clock_resolution_deg == pytest.approx(21.0, abs=0.1)
    assert profiles(stack, heads)[(Side.RIGHT, "alpha")].clock_resolution_deg is None


def test_without_head_centres_no_slice_is_central(stack):
    profile = profiles(stack, None)[(Side.LEFT, "lce")]
    assert profile.centre is None
    assert profile.spread is None
    assert profile.values[3].place.offset_mm is None
    assert profile.values[3].classification is None
    assert "not known" in profile.values[3].reason
    assert profile.maximum is not None


def test_a_slice_without_points_says_what_is_missing(stack, heads, plain_points):
    bare = {id_: point for id_, point in plain_points.items() if id_[1] != "LCP"}
    stack[0.0] = slice_of(0.0, bare)
    profile = profiles(stack, heads)[(Side.LEFT, "alpha")]
    assert profile.centre.value is None
    assert profile.centre.measurement.status == (MeasurementStatus.MISSING_LANDMARK,)
    assert profile.spread == pytest.approx(profile.values[4].value - profile.values[2].value)


def test_a_gap_in_the_stack_is_no_neighbour(stack, heads):
    del stack[SPACING], stack[-SPACING]
    profile = profiles(stack, heads, slice_spacing_mm=SPACING)[(Side.LEFT, "alpha")]
    assert profile.centre.value is not None
    assert profile.spread is None


def test_a_single_slice_needs_its_thickness(stack, heads):
    one = {0.0: stack[0.0]}
    with pytest.raises(ConfigurationError, match="spacing"):
        profiles(one, heads)
    profile = profiles(one, heads, slice_spacing_mm=SPACING)[(Side.LEFT, "lce")]
    assert profile.centre.value is not None
    assert profile.spread is None


def test_no_slices_are_refused(heads):
    with pytest.raises(ConfigurationError, match="no slice"):
        profiles({}, heads)


def test_a_profile_can_be_written_to_json(stack, heads):
    written = json.loads(json.dumps(profiles(stack, heads)[(Side.LEFT, "alpha")].to_dict()))
    assert len(written["slices"]) == 7
    assert written["maximum_position_mm"] == pytest.approx(9.9)


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-200.0, 200.0))
def test_where_the_stack_lies_in_the_scanner_does_not_matter(shift, plain_points):
    def profile(by):
        slices = {
            SPACING * i + by: slice_of(SPACING * i + by, plain_points, cam=-1.5 * i)
            for i in range(-2, 3)
        }
        heads = dict.fromkeys(Side, HeadSphere((0.0, -by, 0.0)))
        return profiles(slices, heads)[(Side.RIGHT, "alpha")]

    before, after = profile(0.0), profile(shift)
    assert [e.value for e in after.values] == pytest.approx([e.value for e in before.values])
    assert after.centre.place.offset_mm == pytest.approx(0.0, abs=1e-9)
    assert after.spread == pytest.approx(before.spread)
