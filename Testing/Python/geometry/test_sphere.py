"""The sphere through surface points: exact on a sphere, deaf to a neck, never a guess."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.geometry import GeometryError, fit_sphere

COORDINATE = st.floats(-200, 200)


def _surface(centre, radius, count=400, seed=0):
    rng = np.random.default_rng(seed)
    arms = rng.normal(size=(count, 3))
    return np.asarray(centre) + radius * arms / np.linalg.norm(arms, axis=1, keepdims=True)


def _slices(centre, radius, depths, count=60):
    """Circles that slices at the given depths (share of the radius) cut out of a sphere."""
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    rings = []
    for depth in depths:
        section = radius * np.sqrt(1 - depth**2)
        ring = (section * np.cos(angles), np.full(count, depth * radius), section * np.sin(angles))
        rings.append(np.column_stack(ring))
    return np.concatenate(rings) + np.asarray(centre)


@given(centre=st.tuples(COORDINATE, COORDINATE, COORDINATE), radius=st.floats(5, 50))
def test_points_on_a_sphere_give_it_back(centre, radius):
    sphere = fit_sphere(_surface(centre, radius, 60))
    assert sphere.centre == pytest.approx(centre, abs=1e-5)
    assert sphere.radius == pytest.approx(radius, abs=1e-5)
    assert sphere.rms < 1e-5


def test_two_slices_define_a_sphere():
    sphere = fit_sphere(_slices((-90, -10, 40), 23, (-0.3, 0.5)))
    assert sphere.centre == pytest.approx((-90, -10, 40), abs=1e-5)
    assert sphere.radius == pytest.approx(23, abs=1e-5)


def test_a_neck_does_not_pull_the_head_to_its_side():
    head = _surface((0, 0, 0), 24) + np.random.default_rng(1).normal(0, 0.3, (400, 3))
    neck = np.random.default_rng(2).uniform((20, -12, -30), (45, 12, -12), (160, 3))
    sphere = fit_sphere(np.concatenate([head, neck]))
    assert np.linalg.norm(sphere.centre) < 0.15
    assert sphere.radius == pytest.approx(24, abs=0.15)
    assert sphere.weights[400:].mean() < 0.1


def test_the_covariance_is_that_of_repeated_fits():
    """Standard deviations of centre and radius over 200 noisy draws agree within a third."""
    surface = _slices((5, 6, 7), 22, (-0.6, -0.2, 0.2, 0.6), 30)
    rng = np.random.default_rng(3)
    fits = [fit_sphere(surface + rng.normal(0, 0.4, surface.shape)) for _ in range(200)]
    seen = np.std([[*fit.centre, fit.radius] for fit in fits], axis=0)
    told = np.sqrt(np.mean([np.diag(fit.covariance) for fit in fits], axis=0))
    assert told == pytest.approx(seen, rel=0.35)


def test_points_without_trust_count_nothing():
    cloud = np.concatenate([_surface((1, 2, 3), 10, 50), _surface((30, 0, 0), 10, 50)])
    sphere = fit_sphere(cloud, [1.0] * 50 + [0.0] * 50)
    assert sphere.centre == pytest.approx((1, 2, 3), abs=1e-5)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (_surface((0, 0, 0), 5, 3), "at least 4"),
        (_slices((0, 0, 0), 20, (0.2,)), "one plane"),
        ([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, float("nan")]], "no valid position"),
    ],
)
def test_what_defines_no_sphere_is_refused(points, words):
    with pytest.raises(GeometryError, match=words):
        fit_sphere(points)


def test_trust_must_belong_to_the_points():
    with pytest.raises(GeometryError, match="trust"):
        fit_sphere(_surface((0, 0, 0), 5, 10), [1.0] * 9)
