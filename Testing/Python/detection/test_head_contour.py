"""The lateral cam point on a film: where the contour of the head leaves its circle."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from HipLandmarksLib.detection.head_contour import HeadContour, follow_head_contour, leaving_angle
from HipLandmarksLib.detection.head_rim import HeadRim

RADIUS = 40.0
SIZE = 169
MIDDLE = (SIZE - 1) / 2
NECK_DEG = 140.0
RIM = HeadRim((MIDDLE, MIDDLE), RADIUS, 10.0)


def hip(leaves_deg, slope=0.9, noise=0.02, seed=0, stretch=0.0):
    """A head and neck whose upper contour leaves the circle at an angle from the neck's axis.

    From there on the contour goes out by ``slope`` radii per radian; the lower one has no cam. The
    head itself is longer by ``stretch`` radii towards the neck than across.
    """
    y, x = np.mgrid[:SIZE, :SIZE].astype(float) - MIDDLE
    angle = np.degrees(np.arctan2(y, x)) - NECK_DEG
    angle = (angle + 180) % 360 - 180
    start = np.where(angle > 0, leaves_deg, 40.0)
    beyond = np.radians(np.clip(start - np.abs(angle), 0, None))
    edge = 1 + np.where(angle > 0, slope, 2.0) * beyond + stretch * np.cos(np.radians(angle))
    inside = np.hypot(x, y) <= RADIUS * edge
    grain = np.random.default_rng(seed).normal(0, noise, inside.shape)
    return (gaussian_filter(0.5 * inside, 1.0) + grain).astype(np.float32)


def found(picture, proposed_deg):
    return leaving_angle(follow_head_contour(picture, RIM, NECK_DEG), proposed_deg)


@pytest.mark.parametrize("leaves_deg", [60.0, 75.0, 90.0])
def test_a_cam_that_the_network_overlooks_is_found(leaves_deg):
    angle = found(hip(leaves_deg), 45.0)
    assert angle is not None
    assert leaves_deg - 8 < angle <= leaves_deg + 1


@pytest.mark.parametrize("leaves_deg", [45.0, 60.0])
def test_a_point_that_lies_too_high_on_the_head_comes_down(leaves_deg):
    angle = found(hip(leaves_deg), leaves_deg + 10)
    assert angle is not None
    assert leaves_deg - 6 < angle < leaves_deg + 6


def test_a_point_stays_when_the_contour_leaves_nowhere_near_below_it():
    assert found(hip(45.0), 85.0) is None


def test_a_point_that_fits_stays():
    assert found(hip(60.0), 59.0) is None


def test_the_found_point_lies_on_the_contour():
    contour = follow_head_contour(hip(75.0), RIM, NECK_DEG)
    angle = leaving_angle(contour, 45.0)
    assert angle is not None
    x, y = contour.at(angle)
    assert np.hypot(x - MIDDLE, y - MIDDLE) == pytest.approx(1.02 * RADIUS, rel=0.02)
    turned = np.degrees(np.arctan2(y - MIDDLE, x - MIDDLE)) % 360
    assert turned == pytest.approx(NECK_DEG + angle, abs=0.1)


def test_a_head_that_is_not_quite_round_is_no_cam():
    angle = found(hip(45.0, stretch=0.03), 45.0)
    assert angle is None or 40 <= angle <= 50


@pytest.mark.parametrize(("rise", "expected"), [(0.02, 72), (0.08, None)])
def test_a_waist_below_a_cam_is_followed_and_a_way_out_to_the_socket_is_not(rise, expected):
    angles = np.arange(20.0, 131.0)
    cam = (0.05 + rise) / (1 + np.exp((angles - 70.0) / 1.5))
    waist = rise * np.exp(-((angles - 45.0) ** 2) / (2 * 4.0**2))
    clear = np.full(len(angles), 20.0)
    contour = HeadContour((0, 0), 40.0, 140.0, angles, 1 + cam - waist, clear)
    assert leaving_angle(contour, 45.0) == (expected and pytest.approx(expected, abs=3))


def test_where_nothing_is_seen_the_point_stays():
    assert found(np.zeros((SIZE, SIZE), np.float32), 45.0) is None
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    assert found(x + 2 * y, 45.0) is None


def test_the_contour_has_left_where_it_does_not_come_back_to_the_circle():
    angles = np.arange(20.0, 131.0)
    bump = 0.2 * np.exp(-((angles - 70.0) ** 2) / (2 * 6.0**2))
    neck = 0.1 * np.exp(-((angles - 45.0) ** 2) / (2 * 4.0**2))
    contour = HeadContour((0, 0), 40.0, 140.0, angles, 1 + bump + neck, np.full(len(angles), 20.0))
    assert leaving_angle(contour, 45.0) == pytest.approx(52, abs=3)
    cam = 0.2 / (1 + np.exp((angles - 70.0) / 4.0))
    contour = HeadContour((0, 0), 40.0, 140.0, angles, 1 + cam, np.full(len(angles), 20.0))
    assert leaving_angle(contour, 45.0) == pytest.approx(76, abs=3)


def test_a_faint_contour_moves_no_point():
    angles = np.arange(20.0, 131.0)
    cam = 1 + 0.2 / (1 + np.exp((angles - 70.0) / 4.0))
    faint = HeadContour((0, 0), 40.0, 140.0, angles, cam, np.full(len(angles), 5.0))
    assert leaving_angle(faint, 45.0) is None


@pytest.mark.parametrize("proposed_deg", [5.0, 150.0, 300.0])
def test_a_point_that_is_not_above_the_neck_stays(proposed_deg):
    assert found(hip(75.0), proposed_deg) is None
