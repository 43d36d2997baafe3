"""The clock face of the head: places, alpha in radial planes, omega and the cam map."""

from __future__ import annotations

import json
from math import cos, inf, nan, radians, sin
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.measurement import MeasurementStatus
from HipLandmarksLib.measurement.volume import (
    ClockFrame,
    ConstructionError,
    PatientAxes,
    alpha_samples,
    cam_map,
    clock_alpha,
    clock_hour,
    clock_words,
    omega,
    radial_plane,
)

CASES = json.loads((Path(__file__).parent / "volume_cases.json").read_text("utf-8"))["volume"]
QUICK = settings(max_examples=80, deadline=None)
LEFT = ClockFrame.of((90.0, 0.0, 0.0), (114.0, 4.0, -24.0))
RIGHT = ClockFrame.of((-90.0, 0.0, 0.0), (-114.0, 4.0, -24.0))


def lps(ras):
    return (-float(ras[0]), -float(ras[1]), float(ras[2]))


def cases(kind):
    return pytest.mark.parametrize(
        "case", [c for c in CASES if c["kind"] == kind], ids=lambda case: case["id"]
    )


def rim_point(frame, theta, alpha, radius=24.0):
    """The point of the head sphere with this place on the clock face and this alpha."""
    a = radians(alpha)
    return frame.place(radius * cos(a), radius * sin(a), theta)


@cases("clock")
def test_worked_clock(case):
    side, expected = Side(case["side"]), case["expected"]
    landmarks = HipLandmarks.of(
        Landmark(side, key, lps(case[name]))
        for key, name in {"FHC": "fhc", "NC": "neck_centre", "LCP": "point"}.items()
    )
    axes = PatientAxes(lps(case["superior"]), lps(case["anterior"]))
    result = clock_alpha(landmarks, side, axes=axes)
    assert result.theta_deg == pytest.approx(expected["theta_deg"], abs=1e-6)
    assert clock_hour(result.theta_deg) == pytest.approx(expected["hour"], abs=1e-6)
    assert result.value == pytest.approx(expected["alpha_deg"], abs=1e-6)


@pytest.mark.parametrize("frame", [LEFT, RIGHT], ids=["left", "right"])
def test_three_o_clock_is_in_front_on_both_sides(frame):
    assert frame.direction(90.0)[1] < -0.9  # anterior is -y in LPS
    assert frame.direction(0.0)[2] > 0.5
    assert clock_words(frame.theta_deg(rim_point(frame, 45.0, 70.0))) == "1:30"


@pytest.mark.parametrize(
    ("theta", "hour", "words"),
    [
        (0.0, 12.0, "12:00"),
        (360.0, 12.0, "12:00"),
        (15.0, 0.5, "12:30"),
        (45.0, 1.5, "1:30"),
        (90.0, 3.0, "3:00"),
        (330.0, 11.0, "11:00"),
        (-30.0, 11.0, "11:00"),
        (359.9, 359.9 / 30.0, "12:00"),
        (-1e-13, 12.0, "12:00"),
    ],
)
def test_degrees_as_hours(theta, hour, words):
    assert clock_hour(theta) == pytest.approx(hour)
    assert clock_words(theta) == words


@QUICK
@given(theta=st.floats(0.0, 359.9), alpha=st.floats(5.0, 170.0))
def test_a_placed_point_is_found_again(theta, alpha):
    point = rim_point(LEFT, theta, alpha)
    assert LEFT.theta_deg(point) == pytest.approx(theta, abs=1e-7)
    assert LEFT.alpha_deg(point) == pytest.approx(alpha, abs=1e-7)
    along, away, off = LEFT.in_plane(point, theta)
    assert along**2 + away**2 == pytest.approx(24.0**2)
    assert off == pytest.approx(0.0, abs=1e-9)


@QUICK
@given(point=st.tuples(*[st.floats(-30.0, 30.0)] * 3).filter(lambda p: np.linalg.norm(p) > 5.0))
def test_mirror_images_have_the_same_clock(point):
    x, y, z = point
    left, right = (90.0 + x, y, z), (-90.0 - x, y, z)
    try:
        theta = LEFT.theta_deg(left)
    except ConstructionError:
        return
    gap = (RIGHT.theta_deg(right) - theta + 180.0) % 360.0 - 180.0
    assert gap == pytest.approx(0.0, abs=1e-8)
    assert RIGHT.alpha_deg(right) == pytest.approx(LEFT.alpha_deg(left), abs=1e-9)


@QUICK
@given(
    rotation=st.tuples(*[st.floats(-180.0, 180.0)] * 3),
    scale=st.floats(0.7, 1.5),
    theta=st.floats(1.0, 359.0),
    alpha=st.floats(20.0, 140.0),
)
def test_turning_and_scaling_the_whole_patient_changes_nothing(rotation, scale, theta, alpha):
    turn = Rotation.from_euler("xyz", rotation, degrees=True)

    def place(point):
        return tuple(scale * turn.apply(point))

    axes = PatientAxes(tuple(turn.apply([0, 0, 1])), tuple(turn.apply([0, -1, 0])))
    frame = ClockFrame.of(place(LEFT.head), place((114.0, 4.0, -24.0)), axes)
    point = place(rim_point(LEFT, theta, alpha))
    assert frame.theta_deg(point) == pytest.approx(theta, abs=1e-7)
    assert frame.alpha_deg(point) == pytest.approx(alpha, abs=1e-7)


@pytest.mark.parametrize(
    ("neck", "words"),
    [
        ((90.5, 0.0, 0.0), "less than 2 mm apart"),
        ((90.0, 0.0, -30.0), "straight up"),
        ((90.0, 30.0, 0.0), "straight forwards"),
        ((nan, 0.0, 0.0), "finite"),
    ],
)
def test_a_neck_without_a_clock_is_refused(neck, words):
    with pytest.raises(ConstructionError, match=words):
        ClockFrame.of((90.0, 0.0, 0.0), neck)


def test_a_point_on_the_neck_axis_has_no_hour():
    landmarks = HipLandmarks.of(
        [
            Landmark(Side.LEFT, "FHC", (90.0, 0.0, 0.0)),
            Landmark(Side.LEFT, "NC", (114.0, 0.0, -24.0)),
            Landmark(Side.LEFT, "LCP", (107.0, 0.0, -17.0)),
        ]
    )
    result = clock_alpha(landmarks, Side.LEFT)
    assert result.value is None
    assert result.status == (MeasurementStatus.DEGENERATE,)
    assert "no clock position" in result.reason
    assert clock_alpha(landmarks, Side.RIGHT).status == (MeasurementStatus.MISSING_LANDMARK,)


# Omega.


@cases("omega")
def test_worked_omega(case):
    expected = case["expected"]
    found = omega(case["samples_theta_alpha"], case["threshold"])
    for name in ("omega_deg", "start_theta", "end_theta", "max_alpha", "max_at_theta"):
        if expected[name] is None:
            assert getattr(found, name) is None
        else:
            assert getattr(found, name) == pytest.approx(expected[name], abs=1e-6)
    assert found.status is MeasurementStatus.OK
    assert found.resolution_deg == 15.0


def circle(step=15.0, **above):
    """Alpha of 45 degrees all round, but for the places given as ``_30=66``."""
    special = {float(name[1:]): alpha for name, alpha in above.items()}
    count = round(360.0 / step)
    return [(i * step, special.get(i * step, 45.0)) for i in range(count)]


def test_of_two_arcs_the_wider_counts_and_both_are_kept():
    found = omega(circle(_30=70.0, _120=65.0, _135=65.0), 60.0)
    assert found.start_theta == pytest.approx(116.25)
    assert found.max_at_theta == 30.0
    assert [arc.start_theta for arc in found.arcs] == pytest.approx([116.25, 24.0])


def test_all_round_is_the_whole_circle_without_ends():
    found = omega([(theta, 70.0 + theta / 100) for theta, _ in circle()], 60.0)
    assert found.omega_deg == 360.0
    assert found.start_theta is None
    assert "all round" in found.reason


def test_an_arc_that_reaches_the_edge_of_the_sampling_is_a_lower_limit():
    found = omega([(0.0, 58.0), (15.0, 62.0), (30.0, 66.0)], 60.0)
    assert (found.start_theta, found.end_theta) == (7.5, 30.0)
    assert found.arcs[0].cut
    assert "may be wider" in found.reason


def test_a_partial_sampling_may_run_across_twelve_o_clock():
    found = omega([(330.0, 50.0), (345.0, 70.0), (0.0, 70.0), (15.0, 50.0)], 60.0)
    assert found.omega_deg == pytest.approx(30.0)
    assert (found.start_theta, found.end_theta) == (337.5, 7.5)


def test_two_sampled_parts_are_not_joined_across_the_gap():
    front = [(theta, 70.0) for theta in (30.0, 45.0, 60.0)]
    back = [(theta, 70.0) for theta in (200.0, 215.0)]
    found = omega(front + back, 60.0)
    assert [arc.span_deg for arc in found.arcs] == [30.0, 15.0]
    assert all(arc.cut for arc in found.arcs)


def test_half_the_head_is_never_bridged():
    found = omega([(0.0, 70.0), (170.0, 70.0)], 60.0)
    assert found.omega_deg == pytest.approx(170.0)
    assert found.arcs[0].cut


def test_a_missing_plane_is_bridged():
    samples = [
        (theta, None if theta == 30.0 else alpha)
        for theta, alpha in circle(_15=70.0, _30=70.0, _45=70.0)
    ]
    found = omega(samples, 60.0)
    assert found.omega_deg == pytest.approx(30.0 + 2 * 6.0)
    assert found.resolution_deg == 30.0


def test_a_lone_plane_above_the_threshold_has_no_width():
    found = omega([(0.0, 70.0), (120.0, 45.0), (135.0, 45.0), (150.0, 45.0)], 60.0)
    assert found.omega_deg is None
    assert found.status is MeasurementStatus.DEGENERATE
    assert "12:00" in found.reason


@pytest.mark.parametrize("samples", [[], [(0.0, None)], [(0.0, 70.0)]])
def test_too_few_planes_are_not_zero(samples):
    found = omega(samples, 60.0)
    assert found.omega_deg is None
    assert found.status is not MeasurementStatus.OK
    assert "radial planes" in found.reason


def test_a_closed_list_may_repeat_its_first_plane_but_not_contradict_it():
    samples = circle(_0=66.0, _15=62.0)
    assert omega([*samples, (360.0, 66.0)], 60.0) == omega(samples, 60.0)
    with pytest.raises(ConfigurationError, match="12:00"):
        omega([*samples, (360.0, 50.0)], 60.0)


def test_numbers_must_be_finite():
    with pytest.raises(ConfigurationError):
        omega([(0.0, 50.0), (30.0, nan)], 60.0)
    with pytest.raises(ConfigurationError):
        omega([(0.0, 50.0), (30.0, 50.0)], inf)


@QUICK
@given(
    alphas=st.lists(st.floats(40.0, 90.0), min_size=24, max_size=24),
    turn=st.integers(0, 23),
    threshold=st.floats(50.0, 80.0),
)
def test_omega_does_not_depend_on_where_twelve_o_clock_is(alphas, turn, threshold):
    straight = [(15.0 * i, alpha) for i, alpha in enumerate(alphas)]
    turned = [((15.0 * (i + turn)) % 360.0, alpha) for i, alpha in enumerate(alphas)]
    before, after = omega(straight, threshold), omega(turned, threshold)
    assert after.omega_deg == pytest.approx(before.omega_deg, abs=1e-9)
    assert len(after.arcs) == len(before.arcs)
    total = sum(arc.span_deg for arc in before.arcs)
    fine = np.interp(np.arange(0, 360, 0.05), [*np.arange(0, 361, 15)], [*alphas, alphas[0]])
    assert total == pytest.approx(360.0 * np.mean(fine > threshold), abs=2.0)


@QUICK
@given(alphas=st.lists(st.floats(40.0, 90.0), min_size=24, max_size=24))
def test_a_higher_threshold_never_widens_omega(alphas):
    samples = [(15.0 * i, alpha) for i, alpha in enumerate(alphas)]
    widths = [omega(samples, threshold).omega_deg for threshold in (50.0, 60.0, 70.0, 95.0)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0.0


# The cam map.


def contour_of(frame, theta, leaves_at, bump=0.0):
    """Cortex in one radial plane from the pole to the neck, in space."""
    points = []
    for angle in range(160, 20, -1):
        radius = 23.98 + (bump if 65 < angle < 75 else 0.0) + max(0.0, 0.3 * (leaves_at - angle))
        a = radians(angle)
        points.append(frame.place(radius * cos(a), radius * sin(a), theta))
    return points


def test_the_cam_map_shows_where_the_bump_is():
    cam = {45.0: 75.0, 60.0: 70.0}
    contours = {
        theta: contour_of(LEFT, theta, cam.get(theta, 48.0), bump=2.0 if theta == 60.0 else 0.0)
        for theta, _ in circle()
    }
    planes = cam_map(LEFT, contours, 24.0)
    assert [plane.theta_deg for plane in planes] == sorted(contours)
    by_theta = {plane.theta_deg: plane for plane in planes}
    assert by_theta[45.0].alpha_deg == pytest.approx(75.0, abs=1.0)
    assert by_theta[60.0].cam_height_mm > 2.0
    assert by_theta[180.0].cam_height_mm == 0.0
    assert by_theta[45.0].clock == "1:30"
    at = by_theta[45.0].exit_point
    assert LEFT.theta_deg(at) == pytest.approx(45.0)
    assert LEFT.alpha_deg(at) == pytest.approx(by_theta[45.0].alpha_deg)
    span = omega([(plane.theta_deg, plane.alpha_deg) for plane in planes], 60.0)
    assert 15.0 < span.omega_deg < 45.0


def test_a_contour_outside_its_plane_is_refused():
    plane = radial_plane(LEFT, 45.0, contour_of(LEFT, 75.0, 50.0), 24.0)
    assert plane.alpha_deg is None
    assert plane.status is MeasurementStatus.DEGENERATE
    assert "1:30" in plane.reason


def test_a_plane_without_an_exit_keeps_its_bump_and_says_why():
    inside = contour_of(LEFT, 45.0, 48.0, bump=2.0)[:100]
    plane = radial_plane(LEFT, 45.0, inside, 24.0)
    assert plane.alpha_deg is None
    assert plane.cam_height_mm == pytest.approx(1.98)
    assert "ends within" in plane.reason


def test_exit_points_become_samples_in_order():
    points = {"b": rim_point(LEFT, 60.0, 65.0), "a": rim_point(LEFT, 30.0, 55.0)}
    samples = np.array(alpha_samples(LEFT, points))
    assert samples == pytest.approx(np.array([[30.0, 55.0], [60.0, 65.0]]))
