"""Contours, clock face and version on the simulated femur, whose shape is known exactly."""

from __future__ import annotations

from math import atan, atan2, degrees, hypot, pi, radians, tan

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.measurement import bump_height, contour_exit, femoral_version, omega
from HipLandmarksLib.measurement.volume import ClockFrame, cam_map
from HipLandmarksLib.synthesis import HipParameters
from HipLandmarksLib.synthesis.femur import Femur

# The simulated hip has its origin in the head centre and x lateral, y backwards, z up: for a left
# hip these are LPS directions.
TOLERANCE = 0.002
ANGLES = np.radians(np.arange(150.0, 32.0, -1.0))


def surface_along(femur, directions):
    """Points of the bone's surface on rays from the head centre, next to the head circle."""
    radius = femur.hip.head_radius_mm
    reach = np.linspace(0.9 * radius, 1.5 * radius, 150)
    rays = np.asarray(directions)
    distance = np.asarray(femur.signed_distance(*(np.outer(axis, reach) for axis in rays.T)))
    points = []
    for ray, along in zip(rays, distance, strict=True):
        outside = int(np.argmax(along > 0.0))
        if outside == 0:
            break  # the ray stays in the neck
        share = along[outside - 1] / (along[outside - 1] - along[outside])
        length = reach[outside - 1] + share * (reach[1] - reach[0])
        points.append(tuple(float(v) for v in length * ray))
    return points


@pytest.mark.parametrize("alpha", [42.0, 50.0, 65.0, 80.0])
def test_the_exit_of_a_traced_contour_is_the_cam_point(alpha):
    femur = Femur(HipParameters(alpha_deg=alpha), 0.0)
    nx, nz = femur.neck_direction
    up = (-nz, nx)
    rays = [
        (np.cos(a) * nx + np.sin(a) * up[0], 0.0, np.cos(a) * nz + np.sin(a) * up[1])
        for a in ANGLES
    ]
    contour = [(x, z) for x, _, z in surface_along(femur, rays)]
    radius = femur.hip.head_radius_mm
    found = contour_exit(contour, (0.0, 0.0), radius, (nx, nz), TOLERANCE)
    assert found.alpha_deg == pytest.approx(alpha, abs=1.0)
    assert found.point == pytest.approx(femur.leaving_point(0.0), abs=0.5)
    bump = bump_height(contour, (0.0, 0.0), radius, (nx, nz))
    assert (bump.height_mm > 0.5) == (alpha > 60.0)


def clock_of(femur):
    x, z = femur.neck_direction
    depth = tan(radians(femur.hip.anteversion_deg))
    return ClockFrame.of((0.0, 0.0, 0.0), (30.0 * x, 30.0 * depth, 30.0 * z))


def map_of(alpha):
    femur = Femur(HipParameters(alpha_deg=alpha), 0.0)
    frame = clock_of(femur)
    contours = {}
    for theta in range(0, 360, 30):
        rays = [np.array(frame.place(np.cos(a), np.sin(a), theta)) for a in ANGLES]
        contours[float(theta)] = surface_along(femur, rays)
    return cam_map(frame, contours, femur.hip.head_radius_mm, TOLERANCE)


def test_a_simulated_cam_is_found_at_the_top_of_the_clock_face():
    planes = map_of(80.0)
    by_theta = {plane.theta_deg: plane for plane in planes}
    span = omega([(plane.theta_deg, plane.alpha_deg) for plane in planes], 60.0)
    assert span.max_at_theta in (330.0, 0.0, 30.0)
    assert 40.0 < span.omega_deg < 200.0
    assert by_theta[0.0].cam_height_mm > 0.5
    assert by_theta[180.0].alpha_deg < 60.0


def test_a_slim_simulated_neck_has_no_arc_above_the_threshold():
    planes = map_of(45.0)
    assert all(plane.alpha_deg is not None for plane in planes), [p.reason for p in planes]
    assert omega([(p.theta_deg, p.alpha_deg) for p in planes], 60.0).omega_deg == 0.0


@pytest.mark.parametrize("anteversion", [-5.0, 0.0, 12.0, 25.0])
@pytest.mark.parametrize("side", [Side.RIGHT, Side.LEFT])
def test_version_of_the_simulated_neck(anteversion, side):
    femur = Femur(HipParameters(anteversion_deg=anteversion), 0.0)
    (x, z), y = femur.axis_points(-200.0)["NB"]
    points = {
        "FHC": (0.0, 0.0, 0.0),
        "NB": (x, y, z),
        "CONDM": (-20.0, 30.0, -400.0),
        "CONDL": (30.0, 30.0, -400.0),
    }
    sign = 1.0 if side is Side.LEFT else -1.0
    hip = HipLandmarks.of(
        Landmark(side, key, (sign * px, py, pz)) for key, (px, py, pz) in points.items()
    )
    tilt = pi - radians(femur.hip.neck_shaft_angle_deg + femur.hip.shaft_adduction_deg)
    expected = degrees(atan(tan(radians(anteversion)) / np.sin(tilt)))
    assert femoral_version(hip, side).value == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(degrees(atan2(y, x)))
    assert hypot(x, y) > 20.0
