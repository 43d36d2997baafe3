"""Bones of training films: landmarks go with their bone; the roof does not tell of the head."""

from __future__ import annotations

import numpy as np
import pytest
from training.film_views_of_balls import RADIUS, ball_view

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.surfaces import BoneName
from HipLandmarksLib.training.film_bones import FEMORAL_KEYS, BoneVariety, varied_bones


def varied(seed, **variety):
    view = ball_view(seed=0)
    return view, varied_bones(view, BoneVariety(**variety), np.random.default_rng(seed))


def steps(before, after, side):
    """By how many pixels every landmark of a side moved."""
    return {
        key: tuple(np.round(np.subtract(after.landmarks[side, key].xy, point.xy), 6))
        for (own, key), point in before.landmarks.items()
        if own is side and point.xy is not None
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_landmarks_of_a_femur_move_together_and_the_pelvis_stays(seed):
    before, after = varied(seed, loose_mm=8.0)
    for side in Side:
        moved = steps(before, after, side)
        assert len({moved[key] for key in FEMORAL_KEYS & moved.keys()}) == 1
        assert {moved[key] for key in moved.keys() - FEMORAL_KEYS} <= {(0.0, 0.0)}


@pytest.mark.parametrize("seed", range(5))
def test_a_femur_moves_no_farther_than_it_may(seed):
    before, after = varied(seed, loose_mm=8.0)
    for side in Side:
        step = np.hypot(*steps(before, after, side)["FHC"])
        assert step * 24 / RADIUS <= 8.0 + 24 / RADIUS  # and half a pixel each way


def test_the_bone_goes_where_its_landmarks_go():
    before, after = varied(3, loose_mm=8.0)
    for side in Side:
        x, y = (int(v) for v in steps(before, after, side)["FHC"])
        assert (x, y) != (0, 0)
        one, other = (
            before.paths[BoneName.femur(side)].total,
            after.paths[BoneName.femur(side)].total,
        )
        np.testing.assert_allclose(
            other[20 + y : -20 + y, 20 + x : -20 + x], one[20:-20, 20:-20], rtol=1e-5
        )


def test_the_two_femurs_move_each_on_its_own():
    pairs = [varied(seed, loose_mm=8.0) for seed in range(6)]
    assert any(steps(a, b, Side.RIGHT)["FHC"] != steps(a, b, Side.LEFT)["FHC"] for a, b in pairs)


@pytest.mark.parametrize("seed", range(5))
def test_faint_bone_has_less_mineral_but_never_too_little(seed):
    before, after = varied(seed, faint=0.4)
    for name, own in before.paths.items():
        thin = after.paths[name]
        shown = own.cortical > 0
        share = thin.cortical[shown] / own.cortical[shown]
        assert np.all((share >= 0.6 - 1e-6) & (share <= 1 + 1e-6))
        assert np.all(thin.total <= own.total + 1e-5)
        assert np.all(thin.cortical <= thin.total + 1e-5)


def test_without_variety_the_view_is_the_same_and_no_random_number_is_drawn():
    view, rng = ball_view(seed=0), np.random.default_rng(5)
    assert varied_bones(view, BoneVariety(), rng) is view
    assert rng.random() == np.random.default_rng(5).random()


@pytest.mark.parametrize("bad", [{"loose_mm": -1}, {"loose_mm": 40}, {"faint": 1.0}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(ConfigurationError, match=r"bones\."):
        BoneVariety(**bad)
