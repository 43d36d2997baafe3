"""The point where a contour leaves the head circle, and the bump above the circle."""

from __future__ import annotations

import json
from math import cos, hypot, inf, nan, radians, sin
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.geometry import fit_circle
from HipLandmarksLib.measurement import MeasurementStatus
from HipLandmarksLib.measurement.contour import bump_height, contour_exit

CASES = json.loads((Path(__file__).parent / "volume_cases.json").read_text("utf-8"))
QUICK = settings(max_examples=60, deadline=None)
CENTRE, RADIUS, NECK = (0.0, 0.0), 24.0, (1.0, 0.0)


def head(bump_mm=0.0, bump_at=70.0, leaves_at=45.0, step=1.0):
    """A contour from the pole (160 degrees to the neck axis) to the neck, with a narrow bump."""
    points = []
    angle = 160.0
    while angle >= 20.0:
        radius = RADIUS - 0.02
        if abs(angle - bump_at) < 5.0:
            radius += bump_mm
        if angle < leaves_at:
            radius += (leaves_at - angle) * 0.3
        points.append((radius * cos(radians(angle)), radius * sin(radians(angle))))
        angle -= step
    return points


def exit_of(case, contour):
    return contour_exit(
        contour, case["centre_mm"], case["radius_mm"], case["neck_dir"], case["tol"]
    )


@pytest.mark.parametrize("case", CASES["contours"], ids=lambda case: case["id"])
@pytest.mark.parametrize("order", [1, -1], ids=["pole-to-neck", "neck-to-pole"])
def test_worked_contours(case, order):
    expected = case["expected"]
    found = exit_of(case, case["contour_mm"][::order])
    assert found.status is MeasurementStatus.OK
    assert found.alpha_deg == pytest.approx(expected["alpha_deg"], abs=1e-6)
    assert found.point == pytest.approx(expected["exit_mm"], abs=1e-6)
    bump = bump_height(case["contour_mm"], case["centre_mm"], case["radius_mm"], case["neck_dir"])
    assert bump.height_mm == pytest.approx(expected["cam_height_mm_ref50"], abs=1e-6)


@pytest.mark.parametrize("case", CASES["circles"], ids=lambda case: case["id"])
def test_worked_circles(case):
    circle, expected = fit_circle(case["points_mm"]), case["expected"]
    assert circle.centre == pytest.approx((expected["cx"], expected["cy"]), abs=1e-6)
    assert circle.radius == pytest.approx(expected["r"], abs=1e-6)


def test_a_bump_that_comes_back_to_the_circle_is_not_the_exit():
    """Only the last crossing counts; the bump is reported by its height."""
    found = contour_exit(head(bump_mm=2.0), CENTRE, RADIUS, NECK)
    assert found.alpha_deg == pytest.approx(45.0, abs=1.0)
    bump = bump_height(head(bump_mm=2.0), CENTRE, RADIUS, NECK)
    assert bump.height_mm == pytest.approx(1.98)
    assert 65.0 < bump.at_deg < 75.0


def test_a_bump_that_runs_into_the_neck_is_the_exit():
    assert contour_exit(head(leaves_at=75.0), CENTRE, RADIUS, NECK).alpha_deg == pytest.approx(
        75.0, abs=1.0
    )


def test_a_wider_tolerance_moves_the_exit_towards_the_neck():
    strict = contour_exit(head(leaves_at=70.0), CENTRE, RADIUS, NECK).alpha_deg
    loose = contour_exit(head(leaves_at=70.0), CENTRE, RADIUS, NECK, tolerance=0.04).alpha_deg
    assert loose < strict - 2.0


def test_a_contour_within_the_tolerance_has_not_left():
    """Half a millimetre above the circle from 90 degrees on, then the neck from 60 degrees on."""
    contour = []
    for angle in range(160, 20, -1):
        radius = 23.98 + (0.5 if angle < 90 else 0.0) + max(0.0, 60.0 - angle)
        contour.append((radius * cos(radians(angle)), radius * sin(radians(angle))))
    strict = contour_exit(contour, CENTRE, RADIUS, NECK).alpha_deg
    loose = contour_exit(contour, CENTRE, RADIUS, NECK, tolerance=0.04)
    assert strict == pytest.approx(90.0, abs=1.0)
    assert loose.alpha_deg == pytest.approx(60.0, abs=1.0)
    assert hypot(*loose.point) == pytest.approx(1.04 * RADIUS, abs=0.01)


def test_the_neck_itself_is_no_bump():
    assert bump_height(head(), CENTRE, RADIUS, NECK).height_mm == 0.0


@pytest.mark.parametrize(
    ("contour", "radius", "words"),
    [
        ([(-24.0, 1.0), (0.0, 23.9), (10.0, 20.0)], 24.0, "farther along the neck"),
        ([(-30.0, 1.0), (0.0, 30.0), (28.0, 20.0)], 24.0, "outside the head circle"),
        ([(28.0, -9.0), (-23.0, 0.0), (28.0, 9.0)], 24.0, "Both ends"),
        ([(1.0, 1.0), (1.0, 1.0)], 24.0, "fewer than 2"),
        ([], 24.0, "fewer than 2"),
        ([(1.0, 1.0), (nan, 30.0)], 24.0, "not finite"),
        ([(1.0, 1.0), (30.0, 3.0)], 0.0, "not a head circle"),
        ([(1.0, 1.0), (30.0, 3.0)], inf, "not finite"),
    ],
)
def test_no_exit_is_said_in_words(contour, radius, words):
    found = contour_exit(contour, CENTRE, radius, NECK)
    assert found.point is None
    assert found.alpha_deg is None
    assert found.status is MeasurementStatus.DEGENERATE
    assert words in found.reason


def test_without_a_neck_direction_there_is_no_angle():
    assert "neck axis" in contour_exit(head(), CENTRE, RADIUS, (0.0, 0.0)).reason


def test_a_contour_of_the_neck_alone_has_no_bump_height():
    bump = bump_height([(25.0, 5.0), (30.0, 6.0)], CENTRE, RADIUS, NECK)
    assert bump.height_mm is None
    assert "on to the head" in bump.reason


@QUICK
@given(
    turn=st.floats(0.0, 360.0),
    mirror=st.booleans(),
    scale=st.floats(0.7, 1.5),
    shift=st.tuples(st.floats(-200, 200), st.floats(-200, 200)),
    leaves_at=st.floats(30.0, 100.0),
    bump=st.floats(0.1, 4.0),
)
def test_turning_mirroring_shifting_and_scaling(turn, mirror, scale, shift, leaves_at, bump):
    def place(point):
        x, y = point[0], -point[1] if mirror else point[1]
        c, s = cos(radians(turn)), sin(radians(turn))
        return (scale * (c * x - s * y) + shift[0], scale * (s * x + c * y) + shift[1])

    def direction(vector):
        (ox, oy), (x, y) = place(CENTRE), place(vector)
        return (x - ox, y - oy)

    contour = head(bump, 110.0, leaves_at)
    moved = [place(point) for point in contour]
    before = contour_exit(contour, CENTRE, RADIUS, NECK)
    after = contour_exit(moved, place(CENTRE), scale * RADIUS, direction(NECK))
    assert after.alpha_deg == pytest.approx(before.alpha_deg, abs=1e-7)
    assert after.point == pytest.approx(place(before.point), abs=1e-7)
    low = bump_height(contour, CENTRE, RADIUS, NECK, 49.5)
    high = bump_height(moved, place(CENTRE), scale * RADIUS, direction(NECK), 49.5)
    assert high.height_mm == pytest.approx(scale * low.height_mm, abs=1e-7)


@QUICK
@given(leaves_at=st.floats(30.0, 100.0), step=st.floats(0.3, 3.0))
def test_the_exit_lies_on_the_contour_near_the_circle(leaves_at, step):
    found = contour_exit(head(leaves_at=leaves_at, step=step), CENTRE, RADIUS, NECK)
    assert hypot(*found.point) == pytest.approx(RADIUS, abs=0.02)
    assert found.alpha_deg == pytest.approx(leaves_at, abs=step + 0.1)
