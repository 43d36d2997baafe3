"""The circle through rim points: exact on a circle, least squares otherwise, never a guess."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.geometry import GeometryError, fit_circle

CASES = json.loads((Path(__file__).parent / "circle_cases.json").read_text(encoding="utf-8"))
COORDINATE = st.floats(-1000, 1000)


def _rim(centre, radius, angles_deg):
    return [
        (
            centre[0] + radius * math.cos(math.radians(a)),
            centre[1] + radius * math.sin(math.radians(a)),
        )
        for a in angles_deg
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_vectors_of_the_measurement_specification(case):
    circle = fit_circle(case["points"])
    assert circle.centre == pytest.approx(case["centre"], abs=1e-6)
    assert circle.radius == pytest.approx(case["radius"], abs=1e-6)


@given(
    centre=st.tuples(COORDINATE, COORDINATE),
    radius=st.floats(1, 500),
    start=st.floats(-180, 180),
    steps=st.lists(st.floats(10, 80), min_size=2, max_size=4),
)
def test_points_on_a_circle_give_it_back(centre, radius, start, steps):
    angles = [start + sum(steps[:n]) for n in range(len(steps) + 1)]
    circle = fit_circle(_rim(centre, radius, angles))
    assert circle.centre == pytest.approx(centre, abs=1e-5 * (1 + radius))
    assert circle.radius == pytest.approx(radius, rel=1e-5)
    assert circle.rms < 1e-6 * radius
    assert circle.diameter == 2 * circle.radius


def test_rms_is_the_root_mean_square_distance_from_the_circle():
    """Radii alternate 10 % about the mean; a symmetric rim keeps its centre."""
    rim = [point for n in range(8) for point in _rim((5, -3), 9 if n % 2 else 11, [45 * n])]
    circle = fit_circle(rim)
    assert circle.centre == pytest.approx((5, -3))
    assert circle.radius == pytest.approx(math.sqrt((81 + 121) / 2))
    expected = math.sqrt(((9 - circle.radius) ** 2 + (11 - circle.radius) ** 2) / 2)
    assert circle.rms == pytest.approx(expected)


@pytest.mark.parametrize(
    ("angles", "spread"),
    [
        ([0, 120, 240], 240),
        ([170, 180, 190], 20),
        ([-20, 0, 30], 50),
        (range(0, 360, 10), 350),
    ],
)
def test_spread_is_the_arc_that_the_points_cover(angles, spread):
    assert fit_circle(_rim((2, 1), 25, angles)).spread_deg == pytest.approx(spread)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], "at least 3 points on its rim; 0 given"),
        ([(0, 0), (1, 1)], "at least 3 points on its rim; 2 given"),
        ([(0, 0), (1, 1), (2, 2)], "in one line"),
        ([(0, 0), (1000, 0.001), (2000, 0)], "in one line"),
        ([(5, 5), (5, 5), (5, 5)], "in one line"),
        ([(5, 5), (5, 5), (7, 5)], "in one line"),
        ([(0, 0), (1, 0), (math.nan, 2)], "no valid position"),
        ([(0, 0), (1, 0), (math.inf, 2)], "no valid position"),
    ],
)
def test_points_that_define_no_circle_are_refused(points, message):
    with pytest.raises(GeometryError, match=message):
        fit_circle(points)
