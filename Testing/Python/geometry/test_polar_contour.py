"""A contour is followed around a centre through a picture in polar pixels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from HipLandmarksLib.geometry import GeometryError
from HipLandmarksLib.geometry.polar_contour import best_path, outward_fall, polar_samples

ANGLES = np.radians(np.arange(0, 120, 2.0))
RADII = np.linspace(0.7, 1.5, 161)


def bumped_disc(bump=0.25, radius=30.0, size=121):
    """A bright disc with a bump towards 60 degrees; the radius it has at an angle."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2

    def edge(angle):
        return 1 + bump * np.exp(-((np.degrees(angle) - 60) ** 2) / (2 * 12**2))

    inside = np.hypot(x, y) <= radius * edge(np.arctan2(y, x))
    return gaussian_filter(inside.astype(float), 1.0), edge


def test_polar_pixels_have_angles_from_x_towards_down():
    y, x = np.mgrid[:41, :61].astype(float)
    right, down = polar_samples(x + 100 * y, (30, 20), np.radians([0, 90]), np.array([0.0, 5.0]))
    np.testing.assert_allclose(right, [2030, 2035])
    np.testing.assert_allclose(down, [2030, 2530])


@pytest.mark.parametrize("contrast", [1.0, 400.0])
def test_the_contour_of_a_disc_is_followed_over_its_bump(contrast):
    picture, edge = bumped_disc()
    falls = outward_fall(contrast * picture + 7, (60, 60), 30.0, ANGLES, RADII)
    followed = RADII[best_path(falls, most_step=6, step_cost=0.5)]
    np.testing.assert_allclose(followed, edge(ANGLES), atol=0.03)


def test_a_dark_line_beside_the_contour_does_not_lead_away_when_steps_cost_much():
    picture, edge = bumped_disc(bump=0.0)
    falls = outward_fall(picture, (60, 60), 30.0, ANGLES, RADII)
    falls[30, 150] = falls.max() + 1
    followed = RADII[best_path(falls, most_step=6, step_cost=5.0)]
    np.testing.assert_allclose(followed, edge(ANGLES), atol=0.03)


@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 3),
    st.floats(0, 3),
    st.integers(0, 2**32 - 1),
)
def test_no_other_path_has_a_greater_score(rows, columns, most_step, step_cost, seed):
    score = np.random.default_rng(seed).normal(size=(rows, columns))

    def total(path):
        moves = np.abs(np.diff(path))
        if len(moves) and moves.max() > most_step:
            return -np.inf
        return score[np.arange(rows), list(path)].sum() - step_cost * moves.sum()

    best = max(total(path) for path in product(range(columns), repeat=rows))
    assert total(best_path(score, most_step, step_cost)) == pytest.approx(best)


def test_a_forbidden_place_is_gone_around():
    score = np.zeros((3, 3))
    score[:, 1] = 5.0
    score[1, 1] = -np.inf
    assert best_path(score, 1, 0.1).tolist() in ([1, 0, 1], [1, 2, 1])


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (np.zeros((0, 3)), "a row and a column"),
        (np.zeros(3), "a row and a column"),
        (np.full((2, 2), np.nan), "not a number"),
        (np.full((2, 2), -np.inf), "forbidden"),
    ],
)
def test_scores_without_a_path_are_refused(score, message):
    with pytest.raises(GeometryError, match=message):
        best_path(score, 1, 0.1)
