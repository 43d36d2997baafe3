"""The decoder gives the local centroid, its spread and the presence of a landmark."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.detection import Decoder
from HipLandmarksLib.training.targets import gaussian_target

SHAPE = (64, 80)


@given(st.floats(12, 66), st.floats(12, 50))
def test_a_perfect_heatmap_is_decoded_to_a_fiftieth_of_a_pixel(x, y):
    decoded = Decoder(2.0).decode(gaussian_target((x, y), SHAPE, 2.0), nowhere=0.0)
    assert decoded.xy == pytest.approx((x, y), abs=0.02)
    assert decoded.presence == 1
    assert decoded.mass > 0.97


def test_a_second_hill_far_away_does_not_pull_the_point():
    heatmap = 0.7 * gaussian_target((20, 20), SHAPE, 2.0) + 0.3 * gaussian_target(
        (60, 50), SHAPE, 2.0
    )
    decoded = Decoder(2.0).decode(heatmap, nowhere=0.0)
    assert decoded.xy == pytest.approx((20, 20), abs=0.02)
    assert decoded.mass == pytest.approx(0.7, abs=0.03)


def test_the_spread_along_each_axis_is_told_without_the_targets_own_width():
    heatmap = np.mean(
        [gaussian_target((40 + dx, 30), SHAPE, 2.0) for dx in (-3, -1.5, 0, 1.5, 3)], axis=0
    )
    covariance = Decoder(2.0, window_sigmas=6).decode(heatmap, nowhere=0.0).covariance
    assert covariance[0, 0] == pytest.approx(4.5, rel=0.1)
    assert covariance[1, 1] < 0.6
    assert abs(covariance[0, 1]) < 0.05


def test_covariance_is_always_positive_definite():
    decoded = Decoder(2.0).decode(np.eye(1, 64 * 80, 999, dtype=np.float32).reshape(SHAPE), 0.0)
    assert np.linalg.eigvalsh(decoded.covariance).min() > 0


def test_presence_is_what_nowhere_leaves():
    decoded = Decoder(2.0).decode(0.2 * gaussian_target((30, 30), SHAPE, 2.0), nowhere=0.8)
    assert decoded.presence == pytest.approx(0.2)
    assert decoded.mass > 0.97


def test_a_perfect_heatmap_has_peak_one_and_a_flat_one_almost_none():
    assert Decoder(2.0).decode(gaussian_target((30, 30), SHAPE, 2.0), 0.0).peak > 0.99
    flat = np.full(SHAPE, 1 / (SHAPE[0] * SHAPE[1]), dtype=np.float32)
    assert Decoder(2.0).decode(flat, 0.0).peak < 0.01


@pytest.mark.parametrize("corner", [(0, 0), (79, 0), (0, 63), (79, 63)])
def test_a_point_in_the_corner_is_decoded_inside_the_image(corner):
    x, y = Decoder(2.0).decode(gaussian_target(corner, SHAPE, 2.0), 0.0).xy
    assert 0 <= x <= 79 and 0 <= y <= 63
    assert np.hypot(x - corner[0], y - corner[1]) < 3


def test_a_perfect_heatmap_matches_its_template_wherever_between_pixels_it_lies():
    for x in (30.0, 30.25, 30.5):
        assert Decoder(2.0).decode(gaussian_target((x, 30), SHAPE, 2.0), 0.0).template_match > 0.999


def test_two_hills_within_the_window_match_the_template_badly():
    parts = [gaussian_target((40 + dx, 30), SHAPE, 1.0) for dx in (-4, 4)]
    decoded = Decoder(2.0, window_sigmas=4).decode(np.mean(parts, axis=0), 0.0)
    assert decoded.template_match < 0.6


def test_a_flat_or_empty_map_matches_nothing_and_has_all_entropy():
    for height in (1e-4, 0.0):
        decoded = Decoder(2.0).decode(np.full(SHAPE, height, dtype=np.float32), 1.0)
        assert decoded.template_match == 0
        assert decoded.entropy == pytest.approx(1.0, abs=1e-6)


@given(
    st.integers(0, 2**32 - 1), st.floats(-6, 6), st.floats(0.01, 1.0), st.sampled_from([2.0, 8.0])
)
def test_entropy_is_that_of_all_places_although_faint_ones_are_pooled(seed, floor, mass, width):
    noise = np.random.default_rng(seed).lognormal(0, 1.5, SHAPE) * 10.0**floor * 1e-6
    heatmap = gaussian_target((40, 30), SHAPE, width) + noise
    heatmap = (mass * heatmap / heatmap.sum()).astype(np.float32)
    share = heatmap.ravel().astype(float) / heatmap.sum(dtype=float)
    exact = -np.sum(share[share > 0] * np.log(share[share > 0])) / np.log(share.size)
    assert Decoder(2.0).decode(heatmap, 1 - mass).entropy == pytest.approx(exact, abs=0.003)
