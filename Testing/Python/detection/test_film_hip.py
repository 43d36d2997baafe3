"""Every crop shows a right hip, upright, at one scale, whatever the film."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection.channels import FILM_KEYS
from HipLandmarksLib.detection.film_hip import ReferenceHip, fit_hip, hip_frame, mean_hip
from HipLandmarksLib.errors import ConfigurationError, ImageError

KEYS = list(FILM_KEYS)
EVERY = dict.fromkeys(KEYS, 1.0)
places = st.tuples(st.floats(0, 3000), st.floats(0, 3000))
scales = st.floats(0.4, 12.0)
turns = st.floats(-35, 35)
both = st.sampled_from(list(Side))


def on_film(hips, centre, scale, turn, side):
    return hips.place(centre, scale, turn, left=side is Side.LEFT)


@given(centre=places, scale=scales, turn=turns, side=both)
def test_any_hip_lands_on_the_reference_hip(hips, centre, scale, turn, side):
    plane = hip_frame(on_film(hips, centre, scale, turn, side), EVERY, hips.reference, side)
    for key, xy in on_film(hips, centre, scale, turn, side).items():
        np.testing.assert_allclose(plane.forward(xy), hips.mean[key], atol=1e-6)
    assert plane.shape == hips.reference.shape


@given(centre=places, scale=scales, turn=turns, side=both, xy=places)
def test_the_way_back_is_exact(hips, centre, scale, turn, side, xy):
    plane = hip_frame(on_film(hips, centre, scale, turn, side), EVERY, hips.reference, side)
    np.testing.assert_allclose(plane.backward(plane.forward(xy)), xy, atol=1e-6)


@given(centre=places, scale=scales, turn=turns)
def test_a_left_hip_is_mirrored_and_a_right_one_is_not(hips, centre, scale, turn):
    for side, sign in ((Side.RIGHT, 1), (Side.LEFT, -1)):
        plane = hip_frame(on_film(hips, centre, scale, turn, side), EVERY, hips.reference, side)
        assert np.sign(np.linalg.det(plane.matrix[:2, :2])) == sign


@given(
    wrong=st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True),
    seed=st.integers(0, 1000),
    side=both,
)
def test_single_wrong_points_do_no_harm(hips, wrong, seed, side):
    generator = np.random.default_rng(seed)
    points = on_film(hips, (800.0, 900.0), 5.0, 8.0, side)
    truth = hip_frame(points, EVERY, hips.reference, side)
    away = {key: tuple(np.array(points[key]) + generator.choice([-1, 1], 2) * 300) for key in wrong}
    fit = fit_hip({**points, **away}, EVERY, hips.reference, side)
    assert fit is not None
    assert not set(fit.agreeing) & set(wrong)
    np.testing.assert_allclose(fit.plane.forward(points["FHC"]), truth.forward(points["FHC"]))


@given(seed=st.integers(0, 1000), missing=st.integers(0, 9))
def test_a_few_noisy_points_are_enough(hips, seed, missing):
    generator = np.random.default_rng(seed)
    points = on_film(hips, (700.0, 500.0), 4.0, -10.0, Side.RIGHT)
    kept = generator.permutation(list(points))[missing:]
    noisy = {key: tuple(np.array(points[key]) + generator.normal(0, 6, 2)) for key in kept}
    fit = fit_hip(noisy, EVERY, hips.reference, Side.RIGHT)
    assert fit is not None and fit.present == len(kept)
    assert len(fit.agreeing) >= len(kept) - 1
    assert np.linalg.norm(fit.plane.forward(points["FHC"]) - hips.mean["FHC"]) < 12


def test_points_without_weight_do_not_count(hips):
    points = on_film(hips, (100.0, 100.0), 2.0, 0.0, Side.RIGHT)
    weights = {**EVERY, "GT": 0.0}
    fit = fit_hip({**points, "GT": (0.0, 0.0)}, weights, hips.reference, Side.RIGHT)
    assert fit is not None and fit.present == len(hips.mean) - 1 and "GT" not in fit.agreeing


def test_a_hip_of_the_other_side_does_not_fit(hips):
    points = on_film(hips, (500.0, 500.0), 3.0, 0.0, Side.LEFT)
    fit = fit_hip(points, EVERY, hips.reference, Side.RIGHT)
    assert fit is None or len(fit.agreeing) < 8


def test_too_few_points_fix_no_frame(hips):
    points = on_film(hips, (500.0, 500.0), 3.0, 0.0, Side.RIGHT)
    two = {key: points[key] for key in ("FHC", "GT")}
    assert fit_hip(two, EVERY, hips.reference, Side.RIGHT) is None
    assert fit_hip(dict.fromkeys(points, (5.0, 5.0)), EVERY, hips.reference, Side.RIGHT) is None
    with pytest.raises(ImageError, match="fix no frame"):
        hip_frame(two, EVERY, hips.reference, Side.RIGHT)


def test_the_turn_is_limited(hips):
    points = on_film(hips, (500.0, 500.0), 3.0, 90.0, Side.RIGHT)
    fit = fit_hip(points, EVERY, hips.reference, Side.RIGHT)
    assert fit is None or len(fit.agreeing) < 8


def test_the_mean_of_many_hips_is_the_hip_they_vary_about(hips):
    generator = np.random.default_rng(3)
    many, radii = [], []
    for _ in range(300):
        scale, turn = generator.uniform(2, 6), generator.normal(0, 6)
        hip = hips.place(tuple(generator.uniform(300, 900, 2)), scale, turn)
        noisy = {k: tuple(np.array(v) + generator.normal(0, 3 * scale, 2)) for k, v in hip.items()}
        many.append({k: v for k, v in noisy.items() if generator.random() < 0.8})
        radii.append(24 * scale)
    reference = mean_hip(many, radii, (224, 160))
    assert reference.shape == (224, 160) and set(reference.keys) == set(hips.mean)
    offset = np.array(reference.points["FHC"]) - hips.mean["FHC"]
    for key, xy in reference.points.items():
        np.testing.assert_allclose(np.array(xy) - offset, hips.mean[key], atol=1.5)
    assert all(3.0 < spread < 6.0 for spread in reference.spread.values())  # 3 px in x and in y
    xs, ys = np.array(list(reference.points.values())).T
    assert xs.min() + xs.max() == pytest.approx(159) and ys.min() + ys.max() == pytest.approx(223)


def test_the_reference_is_kept_in_a_card(hips):
    assert ReferenceHip.from_dict(hips.reference.to_dict()) == hips.reference
    with pytest.raises(ConfigurationError, match="incomplete"):
        ReferenceHip.from_dict({"shape": [224, 160]})
    with pytest.raises(ConfigurationError, match="spread"):
        ReferenceHip((224, 160), {"FHC": (1.0, 2.0)}, {})
