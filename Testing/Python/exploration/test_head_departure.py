"""Where a contour leaves the head sphere, and the sphere itself, on contours of known shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.errors import ExplorationError
from HipLandmarksLib.exploration.departure import find_departure
from HipLandmarksLib.exploration.radial_sphere import settle_sphere

ANGLES = np.arange(140.0, 21.5, -1.0)
RADIUS = 22.0


def contour(alpha: float, turn: float = 22.0, offset: float = 0.0, noise: float = 0.0):
    """A head circle that goes over, at ``alpha``, into a straight line turned by ``turn``."""
    line = RADIUS * np.cos(np.radians(turn))
    neck = line / np.cos(np.radians(np.clip(alpha - ANGLES, 0, 50) + turn))
    distances = np.where(alpha > ANGLES, neck, RADIUS) + offset
    return distances + noise * np.random.default_rng(1).standard_normal(len(ANGLES))


@settings(deadline=None)
@given(alpha=st.floats(38, 90), turn=st.floats(15, 32))
def test_the_bend_is_found_where_it_is(alpha: float, turn: float) -> None:
    found = find_departure(ANGLES, contour(alpha, turn), RADIUS)
    assert found.alpha_deg == pytest.approx(alpha, abs=1.5)
    assert found.rough_mm < 0.05


@pytest.mark.parametrize("offset", [-0.2, 0.2])
def test_a_sphere_a_little_too_small_or_large_hardly_moves_the_bend(offset: float) -> None:
    found = find_departure(ANGLES, contour(55.0, offset=offset), RADIUS)
    assert found.alpha_deg == pytest.approx(55.0, abs=2.5)


def test_a_ragged_contour_says_so() -> None:
    smooth = find_departure(ANGLES, contour(55.0, noise=0.02), RADIUS)
    ragged = find_departure(ANGLES, contour(55.0, noise=0.3), RADIUS)
    assert ragged.rough_mm > 5 * smooth.rough_mm


def test_the_bump_is_measured_above_the_sphere_and_before_the_neck() -> None:
    heights = {alpha: find_departure(ANGLES, contour(alpha), RADIUS).bump_mm for alpha in (45, 75)}
    assert heights[45] == 0.0
    expected = RADIUS * (np.cos(np.radians(22)) / np.cos(np.radians(25 + 22)) - 1)
    assert heights[75] == pytest.approx(expected, abs=0.3)


def test_a_flattened_head_counts_as_on_the_sphere() -> None:
    flat = contour(45.0)
    flat[(ANGLES > 50) & (ANGLES < 80)] -= 2.0
    found = find_departure(ANGLES, flat, RADIUS)
    assert found.alpha_deg == pytest.approx(45.0, abs=5.0)


@pytest.mark.parametrize(
    ("distances", "reason"),
    [
        (np.full(len(ANGLES), RADIUS), "does not leave"),
        (np.full(len(ANGLES), RADIUS + 5), "whole contour lies outside"),
    ],
)
def test_a_contour_without_a_departure_says_why(distances, reason: str) -> None:
    found = find_departure(ANGLES, distances, RADIUS)
    assert found.alpha_deg is None and found.bump_mm is None
    assert reason in found.reason


def rays(count: int = 2000):
    directions = np.random.default_rng(3).standard_normal((count, 3))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def test_a_sphere_moves_onto_the_edge_around_it() -> None:
    points = np.array([5.0, -3.0, 2.0]) + RADIUS * rays()
    sphere = settle_sphere(points, np.ones(len(points)), (6.0, -3.5, 2.5), 21.0)
    assert sphere.centre == pytest.approx((5.0, -3.0, 2.0), abs=0.1)
    assert sphere.radius == pytest.approx(RADIUS, abs=0.1)


def test_a_bump_does_not_draw_the_sphere_to_it() -> None:
    directions = rays()
    bump = np.where(directions @ np.array([0.0, 0.0, 1.0]) > 0.85, 3.0, 0.0)
    points = (RADIUS + bump)[:, None] * directions
    sphere = settle_sphere(points, np.ones(len(points)), (0.0, 0.0, 0.0), RADIUS)
    assert np.linalg.norm(sphere.centre) < 0.15


def test_a_sphere_stays_where_it_was_in_a_direction_that_the_image_does_not_show() -> None:
    directions = rays()
    blurs = np.where(np.abs(directions[:, 1]) > 0.05, 1000.0, 0.5)  # sharp only about one plane
    points = np.array([0.0, 1.0, 0.0]) + RADIUS * directions
    sphere = settle_sphere(points, blurs, (1.0, 0.0, 0.0), RADIUS)
    assert sphere.centre[0] == pytest.approx(0.0, abs=0.15)
    assert abs(sphere.centre[1]) < 0.4


def test_points_that_lie_on_no_sphere_are_refused() -> None:
    points = np.random.default_rng(0).uniform(5, 45, (2000, 1)) * rays()
    with pytest.raises(ExplorationError, match="does not lie on its sphere"):
        settle_sphere(points, np.ones(2000), (0.0, 0.0, 0.0), RADIUS)
