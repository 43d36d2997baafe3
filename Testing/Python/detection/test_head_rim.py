"""The femoral head on a film: its circle is found by its rim, not by the roof above it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from HipLandmarksLib.detection.head_rim import fit_head_rim

RADIUS = 40.0
SIZE = 145
MIDDLE = (SIZE - 1) / 2
NECK_DEG = 140.0


def hip(centre=(MIDDLE, MIDDLE), radius=RADIUS, joint=7.0, noise=0.02, seed=0):
    """A faint head, a neck as bright as it, and a bright roof beyond a dark joint space."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    distance = np.hypot(x - centre[0], y - centre[1])
    along = np.radians(NECK_DEG)
    lateral = (x - centre[0]) * np.cos(along) + (y - centre[1]) * np.sin(along)
    across = -(x - centre[0]) * np.sin(along) + (y - centre[1]) * np.cos(along)
    bone = (distance <= radius) | ((lateral > 0) & (np.abs(across) < 0.65 * radius))
    roof = (distance > radius + joint) & (y < centre[1] - 0.2 * radius)
    image = 0.4 * bone + 0.9 * (roof & (distance < radius + joint + 6)) + 0.6 * roof
    grain = np.random.default_rng(seed).normal(0, noise, image.shape)
    return (gaussian_filter(image, 1.0) + grain).astype(np.float32)


@pytest.mark.parametrize("off", [(0, 0), (0, -5), (4, 3), (-5, 2)])
@pytest.mark.parametrize("scale", [0.92, 1.0, 1.08])
def test_the_circle_is_found_though_centre_and_size_are_proposed_wrongly(off, scale):
    truth = (MIDDLE + off[0], MIDDLE + off[1])
    rim = fit_head_rim(hip(truth, RADIUS * scale), (MIDDLE, MIDDLE), RADIUS, NECK_DEG)
    assert rim is not None
    np.testing.assert_allclose(rim.centre, truth, atol=0.8)
    assert rim.radius == pytest.approx(RADIUS * scale, rel=0.02)


def test_a_narrow_joint_does_not_draw_the_head_to_the_roof():
    rim = fit_head_rim(hip(joint=4.0), (MIDDLE, MIDDLE - 4), RADIUS, NECK_DEG)
    assert rim is not None
    np.testing.assert_allclose(rim.centre, (MIDDLE, MIDDLE), atol=0.8)


def test_brightness_and_contrast_of_the_film_do_not_matter():
    image = hip()
    one = fit_head_rim(image, (MIDDLE + 3, MIDDLE), RADIUS, NECK_DEG)
    other = fit_head_rim(250 * image + 900, (MIDDLE + 3, MIDDLE), RADIUS, NECK_DEG)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(other.centre, one.centre, atol=1e-6)
    assert other.fall == pytest.approx(one.fall, rel=1e-3)


def test_noise_of_a_bad_exposure_costs_little():
    errors = []
    for seed in range(6):
        rim = fit_head_rim(hip(noise=0.2, seed=seed), (MIDDLE, MIDDLE + 4), RADIUS, NECK_DEG)
        errors.append(
            4.0 if rim is None else np.hypot(rim.centre[0] - MIDDLE, rim.centre[1] - MIDDLE)
        )
    assert np.median(errors) < 1.5


def test_a_picture_without_any_edge_has_no_rim():
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    assert fit_head_rim(x + 2 * y, (MIDDLE, MIDDLE), RADIUS, NECK_DEG) is None
    assert fit_head_rim(np.zeros_like(x), (MIDDLE, MIDDLE), RADIUS, NECK_DEG) is None


def test_a_dark_disc_is_not_a_head():
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    disc = np.hypot(x - MIDDLE, y - MIDDLE) <= RADIUS
    assert (
        fit_head_rim(-gaussian_filter(disc * 1.0, 1.0), (MIDDLE, MIDDLE), RADIUS, NECK_DEG) is None
    )
