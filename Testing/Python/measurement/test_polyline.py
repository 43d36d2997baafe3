"""Two walls cross when one changes sides; touching, sharing a start or ending there is nothing."""

from __future__ import annotations

from math import cos, hypot, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.measurement.polyline import Polyline, at_level, crossings

STRAIGHT = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)]


def line(points):
    return Polyline([complex(*point) for point in points])


def crossed(first, second):
    return [(c.point.real, c.point.imag) for c in crossings(line(first), line(second))]


def test_a_plain_crossing():
    (point,) = crossed([(5.0, -5.0), (5.0, 5.0)], STRAIGHT)
    assert point == pytest.approx((5.0, 0.0))


@pytest.mark.parametrize(
    "first",
    [
        [(10.0, -5.0), (10.0, 5.0)],  # through a corner of the other
        [(5.0, -5.0), (5.0, 0.0), (5.0, 5.0)],  # with a corner of its own
        [(10.0, -5.0), (10.0, 0.0), (12.0, 5.0)],  # corner upon corner
    ],
)
def test_a_crossing_at_a_corner_counts_once(first):
    assert len(crossed(first, STRAIGHT)) == 1


@pytest.mark.parametrize(
    "first",
    [
        [(2.0, 5.0), (8.0, 5.0)],  # beside
        [(2.0, 5.0), (5.0, 0.0), (8.0, 5.0)],  # a corner touches
        [(5.0, 5.0), (10.0, 0.0), (15.0, 5.0)],  # corner touches corner
        [(0.0, 0.0), (5.0, 5.0)],  # a common start
        [(5.0, 5.0), (5.0, 0.0)],  # ends there
        [(5.0, 0.0), (5.0, 5.0)],  # begins there
        [(0.0, -5.0), (0.0, 5.0)],  # through the end of the other
        [(2.0, 5.0), (5.0, 0.0), (8.0, 0.0), (10.0, 5.0)],  # runs along, goes back
        [(0.0, 0.0), (10.0, 0.0), (15.0, 5.0)],  # a common beginning
        [(30.0, -5.0), (30.0, 5.0)],  # beyond the end
    ],
)
def test_meeting_is_not_crossing(first):
    assert crossed(first, STRAIGHT) == []
    assert crossed(STRAIGHT, first) == []


def test_running_along_and_then_leaving_to_the_other_side_is_a_crossing():
    first = [(2.0, 5.0), (5.0, 0.0), (12.0, 0.0), (15.0, -5.0)]
    (point,) = crossed(first, STRAIGHT)
    assert point == pytest.approx((5.0, 0.0)), "where it begins"


def test_several_crossings_come_in_order_along_the_first_line():
    zigzag = [(15.0, 5.0), (12.0, -5.0), (8.0, 5.0), (4.0, -5.0)]
    assert [round(x) for x, _ in crossed(zigzag, STRAIGHT)] == [14, 10, 6]


def test_the_side_from_which_a_line_comes_is_told():
    (found,) = crossings(line([(5.0, -5.0), (5.0, 5.0)]), line(STRAIGHT))
    assert found.before.imag < found.beside.imag == 0.0


def test_the_neighbours_of_a_crossing_are_told_by_their_number():
    first = [(12.0, -5.0), (12.0, -5.0), (12.0, 5.0)]
    second = [STRAIGHT[0], STRAIGHT[1], STRAIGHT[1], STRAIGHT[2]]
    (found,) = crossings(line(first), line(second))
    assert (found.first.index, found.first.share) == (1, pytest.approx(0.5))
    assert (found.second.index, found.second.share) == (2, pytest.approx(0.2))


def test_repeated_points_do_no_harm():
    first = [(5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (5.0, 5.0)]
    assert len(crossed(first, [*STRAIGHT, STRAIGHT[-1]])) == 1


@pytest.mark.parametrize("points", [[(5.0, 0.0)], [(5.0, 0.0), (5.0, 0.0)]])
def test_a_single_point_crosses_nothing(points):
    assert crossed(points, STRAIGHT) == []
    assert crossed(STRAIGHT, points) == []


heights = st.floats(0.5, 20.0)


@given(
    below=heights,
    above=heights,
    x=st.floats(1.0, 19.0),
    slant=st.floats(-20.0, 20.0),
    turn=st.floats(0.0, 360.0),
)
def test_the_crossing_moves_with_the_lines(below, above, x, slant, turn):
    first = [(x, -below), (x + slant * (below + above) / 100, above)]
    share = below / (below + above)
    expected = (x + share * slant * (below + above) / 100, 0.0)
    if not 0.1 < expected[0] < 19.9:
        return
    c, s = cos(radians(turn)), sin(radians(turn))

    def turned(point):
        return (c * point[0] - s * point[1] + 7.0, s * point[0] + c * point[1] - 3.0)

    (point,) = crossed([turned(p) for p in first], [turned(p) for p in STRAIGHT])
    there = turned(expected)
    assert hypot(point[0] - there[0], point[1] - there[1]) < 1e-6


UP = 1.0j


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(3.0, 5.0), (7.0, -5.0)], [(5.0, 0.0)]),
        ([(3.0, 5.0), (5.0, 0.0), (6.0, -5.0)], [(5.0, 0.0)]),  # a corner counts once
        ([(3.0, 5.0), (4.0, 0.0), (6.0, 0.0), (7.0, -1.0)], [(4.0, 0.0)]),  # along the level
        ([(3.0, 0.0), (4.0, -5.0)], [(3.0, 0.0)]),  # begins at it
        ([(3.0, 5.0), (4.0, 0.0)], [(4.0, 0.0)]),  # ends at it
        ([(3.0, 5.0), (4.0, 1.0)], []),  # above it
        ([(3.0, -5.0), (4.0, -1.0)], []),  # below it
        ([(0.0, 5.0), (1.0, -5.0), (2.0, 5.0)], [(0.5, 0.0), (1.5, 0.0)]),
    ],
)
def test_where_a_line_passes_a_level(points, expected):
    found = at_level(line(points), 100.0 + 0.0j, UP)
    assert len(found) == len(expected)
    for (point, place), there in zip(found, expected, strict=True):
        assert (point.real, point.imag) == pytest.approx(there)
        start, end = (complex(*points[i]) for i in (place.index, place.index + 1))
        assert abs(start + place.share * (end - start) - point) < 1e-9


def test_the_level_turns_with_the_frame():
    ((point, _),) = at_level(line([(-1.0, 3.0), (1.0, 3.0)]), 0j, 1.0 + 0.0j)
    assert abs(point - 3.0j) < 1e-9
