"""A cam at a place of the clock face: the phantom's surface leaves the head as it was dialled."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.measurement.volume import ClockFrame, cam_map, omega
from HipLandmarksLib.synthesis import HipParameters, PhantomParameters
from HipLandmarksLib.synthesis.head_truth import HeadTruth
from HipLandmarksLib.synthesis.junction import RadialCam

ANGLES = np.radians(np.arange(150.0, 34.0, -0.5))


def surface(truth: HeadTruth, frame: ClockFrame, theta: float) -> list[tuple[float, float, float]]:
    """Points of the bone's surface in a radial half-plane, LPS, found on rays from the head."""
    sign = 1.0 if truth.side is Side.LEFT else -1.0
    reach = np.linspace(0.9, 1.6, 400) * truth.radius_mm
    away = [np.subtract(frame.place(np.cos(a), np.sin(a), theta), frame.head) for a in ANGLES]
    x, y, z = (np.outer(axis, reach) for axis in np.transpose(away))
    outside = np.argmax(np.asarray(truth.femur.signed_distance(sign * x, y, z)) > 0.0, axis=1)
    rays = range(int(np.argmax(outside == 0)) or len(away))  # one that stays in the neck ends it
    return [tuple(float(v) for v in np.add(frame.head, reach[outside[n]] * away[n])) for n in rays]


@pytest.mark.parametrize("side", list(Side))
def test_the_surface_leaves_the_head_at_the_dialled_alpha_all_round_the_clock(side: Side) -> None:
    hip = HipParameters(alpha_deg=45, cam=RadialCam(60.0, 78.0, 30.0), head_depth_mm=4.0)
    truth = HeadTruth.of(PhantomParameters(right=hip, left=hip, obliquity_deg=3.0), side)
    frame = ClockFrame.of(truth.centre, truth.on_axis(30.0))
    thetas = (0.0, 30.0, 60.0, 90.0, 180.0, 270.0)
    contours = {theta: surface(truth, frame, theta) for theta in thetas}
    for plane in cam_map(frame, contours, truth.radius_mm, 0.002):
        assert plane.alpha_deg == pytest.approx(truth.alpha_deg(plane.theta_deg), abs=1.5)


def test_the_cam_lies_where_it_was_dialled_and_fades_into_the_neck() -> None:
    hip = HipParameters(alpha_deg=45, cam=RadialCam(60.0, 78.0, 30.0))
    truth = HeadTruth.of(PhantomParameters(right=hip), Side.RIGHT)
    assert truth.alpha_deg(60.0) == pytest.approx(78.0)
    assert truth.alpha_deg(90.0) == pytest.approx(45.0 + 33.0 * np.exp(-1.0))
    assert truth.alpha_deg(240.0) == pytest.approx(45.0, abs=0.01)


def test_omega_of_the_truth_is_that_of_its_own_alpha() -> None:
    hip = HipParameters(alpha_deg=45, cam=RadialCam(350.0, 78.0, 30.0))
    truth = HeadTruth.of(PhantomParameters(left=hip), Side.LEFT)
    samples = [(float(theta), truth.alpha_deg(theta)) for theta in range(360)]
    assert truth.omega_deg(60.0) == pytest.approx(omega(samples, 60.0).omega_deg, abs=0.3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: HipParameters(alpha_deg=60, cam=RadialCam(60.0, 50.0)), "choose a larger one"),
        (lambda: RadialCam(theta_deg=400.0), "theta_deg"),
        (lambda: RadialCam(half_width_deg=5.0), "half_width_deg"),
    ],
)
def test_a_cam_that_is_none_is_refused(make, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make()
