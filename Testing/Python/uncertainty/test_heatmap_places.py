"""Places drawn from a heatmap: its modes by their shares, as wide as the calibration says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Decoder
from HipLandmarksLib.errors import UncertaintyError
from HipLandmarksLib.uncertainty import (
    HeatmapPlaces,
    PositionModel,
    PositionScale,
    sampled_places,
)

SIGMA = 2.0
TOLD = PositionModel({"LCP": PositionScale(1.5, 0.4)})
TO_PATIENT = np.array([[0.5, 0.0, -100.0], [0.0, 0.0, 7.0], [0.0, -0.5, 80.0]])
"""Half a millimetre per pixel, columns to the left, rows to the feet, at a depth of 7 mm."""


def blob(x, y, sigma=SIGMA, shape=(64, 80)):
    ys, xs = np.mgrid[: shape[0], : shape[1]]
    map_ = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * sigma**2))
    return map_ / map_.sum()


def places(map_, to_patient=TO_PATIENT):
    return HeatmapPlaces(map_, to_patient, SIGMA)


TWO = places(0.7 * blob(20.3, 20.0) + 0.3 * blob(55.0, 40.6))


def drawn(heatmap, count=4000, unit=1.0, model=TOLD):
    return heatmap.sample("LCP", model, count, np.random.default_rng(0), unit)


def test_a_clear_answer_has_one_mode_and_is_not_sampled():
    one = places(blob(30.0, 30.0))
    assert not one.is_multimodal and one.modes[0].centre == pytest.approx([30.0, 30.0], abs=1e-3)
    heatmaps = {(Side.RIGHT, "FHC"): one, (Side.RIGHT, "LCP"): TWO}
    found = sampled_places(heatmaps, TOLD, count=10)
    assert set(found) == {(Side.RIGHT, "LCP")} and found[(Side.RIGHT, "LCP")].shape == (10, 3)


def test_two_places_are_found_with_their_shares():
    first, second = TWO.modes
    assert (first.share, second.share) == pytest.approx((0.7, 0.3), abs=0.01)
    assert first.centre == pytest.approx([20.3, 20.0], abs=0.05)
    assert second.centre == pytest.approx([55.0, 40.6], abs=0.05)


def test_a_faint_second_place_is_noise():
    assert not places(0.95 * blob(20.0, 20.0) + 0.05 * blob(55.0, 40.0)).is_multimodal
    hum = 0.85 * blob(20.0, 20.0) + 0.15 / (64 * 80)
    assert not places(hum).is_multimodal


@pytest.mark.parametrize("sigma", [1.5, 3.5, 5.0])
def test_a_wide_single_answer_is_not_taken_for_several(sigma):
    assert not places(blob(40.0, 30.0, sigma)).is_multimodal


def test_a_rough_single_answer_is_not_taken_for_several():
    rough = blob(40.0, 30.0, 4.0) * np.random.default_rng(0).uniform(0.8, 1.2, (64, 80))
    assert not places(rough).is_multimodal


def test_two_neighbours_within_a_window_are_one_place():
    assert not places(0.5 * blob(30.0, 30.0) + 0.5 * blob(33.0, 30.0)).is_multimodal


def test_places_lie_in_the_slice_and_in_both_modes():
    found = drawn(TWO)
    assert found[:, 1] == pytest.approx(7.0)
    near_first = np.hypot(found[:, 0] - (-89.85), found[:, 2] - 70.0) < 8.0
    assert near_first.mean() == pytest.approx(0.7, abs=0.03)


def test_every_mode_is_as_wide_as_the_calibration_says():
    """What decoding calls the covariance, at half a millimetre per pixel, scaled and added to."""
    one = places(blob(40.0, 30.0, 3.0))
    found = drawn(one)[:, [0, 2]]
    raw = Decoder(target_sigma=SIGMA).decode(one.probabilities, 0.0).covariance
    assert np.cov(found.T) == pytest.approx(1.5 * 0.25 * raw + 0.4 * np.eye(2), abs=0.08)
    assert found.mean(axis=0) == pytest.approx([-80.0, 65.0], abs=0.06)


def test_a_turned_plane_turns_the_places():
    c, s = np.cos(0.4), np.sin(0.4)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    assert drawn(places(TWO.probabilities, turn @ TO_PATIENT), 200) == pytest.approx(
        drawn(TWO, 200) @ turn.T
    )


def test_a_finer_film_in_heads_gives_the_same_places():
    """Twice the grid length per pixel and per unit of the calibration: everything doubles."""
    assert drawn(places(TWO.probabilities, 2 * TO_PATIENT), 200, unit=2.0) == pytest.approx(
        2 * drawn(TWO, 200, unit=1.0)
    )


@settings(deadline=None)
@given(st.floats(1e-6, 1e6))
def test_the_mass_of_the_map_does_not_matter(mass):
    scaled = places(mass * TWO.probabilities)
    assert [m.share for m in scaled.modes] == pytest.approx([m.share for m in TWO.modes])


def test_a_map_of_half_precision_is_read():
    half = places(TWO.probabilities.astype(np.float16))
    assert len(half.modes) == 2 and np.isfinite(drawn(half, 50)).all()


def test_a_single_lit_pixel_is_a_place():
    map_ = np.zeros((20, 20))
    map_[4, 9] = 1.0
    found = drawn(places(map_), 500)
    assert found.mean(axis=0) == pytest.approx([-95.5, 7.0, 78.0], abs=0.2)


@pytest.mark.parametrize(
    "map_", [np.zeros((5, 5)), -blob(3, 3), np.full((5, 5), np.nan), np.ones(5), np.ones((2, 5, 5))]
)
def test_what_is_no_heatmap_is_refused(map_):
    with pytest.raises(UncertaintyError, match="heatmap"):
        places(map_)
