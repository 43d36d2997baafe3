"""Guessing a point from the other side."""

from __future__ import annotations

from dataclasses import replace
from math import radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_case import LEFT, MODEL, READER, RIGHT, calibrated_hips, point

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Midline
from HipLandmarksLib.anatomy.mapping import map_landmark
from HipLandmarksLib.review import NOT_PLACED, ReviewError, mirror_plane
from HipLandmarksLib.review.actions import mirrored


def turned(
    landmarks: HipLandmarks, degrees: float, shift: tuple[float, float, float]
) -> HipLandmarks:
    """The patient turned about the back-to-front axis and shifted."""
    a = radians(degrees)
    move = np.eye(4)
    move[[0, 0, 2, 2], [0, 2, 0, 2]] = (np.cos(a), -np.sin(a), np.sin(a), np.cos(a))
    move[:3, 3] = shift
    return HipLandmarks.of(map_landmark(each, move) for each in landmarks.values())


def without(landmarks: HipLandmarks, *ids: tuple[object, str]) -> HipLandmarks:
    return HipLandmarks.of(p for p in landmarks.values() if p.id not in ids)


@given(st.floats(-25, 25), st.tuples(*[st.floats(-100, 100)] * 3))
def test_the_plane_of_a_mirrored_pelvis_is_found_however_it_lies(
    degrees: float, shift: tuple[float, float, float]
) -> None:
    hips = turned(calibrated_hips(), degrees, shift)
    plane = mirror_plane(hips, without="LAE")
    guess = plane.mirrored(hips[(RIGHT, "LAE")].position)
    assert guess == pytest.approx(hips[(LEFT, "LAE")].position, abs=1e-6)
    assert plane.misfit == pytest.approx(0.0, abs=1e-6)
    assert (plane.pairs, plane.middle) == (2, 0)


@given(st.integers(0, 2**32 - 1))
def test_no_plane_near_it_fits_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hips = HipLandmarks.of(
        replace(p, position=tuple((p.point() + rng.normal(0, 3, 3)).tolist()))
        for p in calibrated_hips().values()
        if p.position is not None
    )
    plane = mirror_plane(hips)
    pairs = [(hips[(RIGHT, k)].point(), hips[(LEFT, k)].point()) for k in ("FHC", "LAE", "TD")]

    def misfit(normal: np.ndarray, centre: np.ndarray) -> float:
        images = [p - 2 * normal * (normal @ (p - centre)) for p, _ in pairs]
        missed = np.array(images) - np.array([q for _, q in pairs])
        return float(np.sqrt(np.mean(np.sum(missed**2, axis=1))))

    normal, centre = np.array(plane.normal), np.array(plane.centre)
    assert misfit(normal, centre) == pytest.approx(plane.misfit)
    for _ in range(20):
        other = normal + rng.normal(0, 0.02, 3)
        assert misfit(other / np.linalg.norm(other), centre + rng.normal(0, 0.5, 3)) >= (
            plane.misfit - 1e-9
        )


def test_a_guess_is_estimated_and_says_how_it_came_about() -> None:
    hips = calibrated_hips()
    state = mirrored((LEFT, "MSO"), NOT_PLACED, placed_mso(hips), READER)
    guess = state.landmark
    assert guess is not None and guess.state is LandmarkState.ESTIMATED
    assert guess.position == pytest.approx((75.0, 1.0, 22.0))
    assert "3 pairs" in guess.note and guess.source == READER
    assert guess.covariance is not None and guess.covariance[0][0] >= 1.0


def placed_mso(hips: HipLandmarks) -> HipLandmarks:
    return hips.with_landmark(point(RIGHT, "MSO", (-75.0, 1.0, 22.0)))


def test_a_point_of_the_midline_helps_a_single_pair() -> None:
    hips = HipLandmarks.of(p for p in calibrated_hips().values() if p.key == "FHC")
    with pytest.raises(ReviewError, match="only one pair"):
        mirror_plane(hips)
    middle = Landmark(Midline.PELVIS, "SYM", (0.0, 0.0, -40.0), source=MODEL)
    plane = mirror_plane(hips.with_landmark(middle))
    assert plane.normal == pytest.approx((1.0, 0.0, 0.0)) and plane.middle == 1


def test_it_is_refused_with_a_reason() -> None:
    hips = calibrated_hips()
    with pytest.raises(ReviewError, match="no point that both sides have"):
        mirror_plane(without(hips, *[(LEFT, key) for key in ("FHC", "LAE", "TD")]))
    with pytest.raises(ReviewError, match=r"^Right MSO has no position to mirror"):
        mirrored((LEFT, "MSO"), NOT_PLACED, hips, READER)
    with pytest.raises(ReviewError, match="no other side"):
        mirrored((Midline.PELVIS, "SYM"), NOT_PLACED, hips, READER)


def test_sides_that_do_not_mirror_each_other_are_refused() -> None:
    hips = calibrated_hips().with_landmark(point(LEFT, "TD", (57.0, 0.0, 200.0)))
    with pytest.raises(ReviewError, match="do not mirror each other"):
        mirror_plane(hips)
    with pytest.raises(ReviewError, match="tilted by"):
        mirror_plane(turned(calibrated_hips(), 50.0, (0.0, 0.0, 0.0)))
