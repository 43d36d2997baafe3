"""Landmarks of simulated films lie on the bones' outlines, which are found in another way."""

from __future__ import annotations

import numpy as np
import pytest
from projected_contour import Contour
from projected_outlines import outlines

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.synthesis.radiograph import Camera
from HipLandmarksLib.synthesis.radiograph.landmarks import film_landmarks
from HipLandmarksLib.synthesis.radiograph.landmarks_teardrop import STEP, notch_corner
from HipLandmarksLib.synthesis.surfaces import BoneName, make_phantom_anatomy

CAMERA = Camera.anteroposterior((512, 512), 0.85, centre_mm=(0.0, 5.0))


@pytest.fixture(scope="module")
def anatomy():
    """The phantom."""
    return make_phantom_anatomy()


@pytest.fixture(scope="module")
def landmarks(anatomy):
    """Places by (side, key)."""
    points = film_landmarks(anatomy, CAMERA).points
    return {id_: np.array(point.xy) for id_, point in points.items() if point.xy is not None}


def outline(anatomy, name: BoneName) -> Contour:
    """The outer edge of a bone's shadow, on the film and somewhat beyond it."""
    return outlines(anatomy.bones[name], CAMERA, (-20.0, -20.0, 560.0, 560.0))[0]


@pytest.mark.parametrize("side", Side)
class TestFemur:
    def test_trochanter_and_cam_point_lie_on_the_edge(self, anatomy, landmarks, side) -> None:
        edge = outline(anatomy, BoneName.femur(side))
        for key in ("GT", "LCP"):
            assert edge.distance(landmarks[side, key]) < 0.25, key

    def test_no_part_of_the_trochanter_is_higher_than_its_tip(
        self, anatomy, landmarks, side
    ) -> None:
        edge, tip = outline(anatomy, BoneName.femur(side)), landmarks[side, "GT"]
        shaft = landmarks[side, "SHP"] - landmarks[side, "SHD"]
        near = (*(tip - 12.0), *(tip + 12.0))
        highest = edge.extreme(shaft, near)
        up = shaft / np.linalg.norm(shaft)
        assert highest @ up == pytest.approx(tip @ up, abs=0.25)

    @pytest.mark.parametrize("key", ["SHP", "SHD"])
    def test_shaft_points_lie_midway_between_the_edges(self, anatomy, landmarks, side, key) -> None:
        edge, point = outline(anatomy, BoneName.femur(side)), landmarks[side, key]
        along = landmarks[side, "SHD"] - landmarks[side, "SHP"]
        along = along / np.linalg.norm(along)
        relative = edge.points - point
        across = (relative @ [-along[1], along[0]])[np.abs(relative @ along) < 0.6]
        assert across[across > 0].min() == pytest.approx(-across[across < 0].max(), abs=0.8)

    def test_the_head_touches_its_circle(self, anatomy, landmarks, side) -> None:
        radius = film_landmarks(anatomy, CAMERA).head_radius_px[side.value]
        edge = outline(anatomy, BoneName.femur(side))
        gaps = np.linalg.norm(edge.points - landmarks[side, "FHC"], axis=1) - radius
        assert np.count_nonzero(np.abs(gaps) < 0.5) > 0.3 * 2 * np.pi * radius
        assert gaps.min() > -3.0


@pytest.mark.parametrize("side", Side)
def test_the_ischium_point_is_the_lowest_of_the_hip_bone(anatomy, landmarks, side) -> None:
    edge = outline(anatomy, BoneName.hip(side))
    lowest = edge.extreme((0.0, 1.0))
    assert edge.distance(landmarks[side, "ISCH"]) < 0.3
    assert lowest[1] == pytest.approx(landmarks[side, "ISCH"][1], abs=0.5)


def limb_and_notch(limb_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Height and place to the side of a line: down, a little to the middle, then along a notch."""
    steps = np.full(round(limb_mm / STEP), STEP)
    notch = np.full(round(20.0 / STEP), STEP)
    height = -np.cumsum(np.concatenate([steps, 0.7 * notch]))
    across = np.cumsum(np.concatenate([-0.1 * steps, 0.7 * notch]))
    return height, across


def test_the_teardrop_ends_where_its_limb_runs_on_along_the_notch() -> None:
    height, across = limb_and_notch(15.0)
    corner = notch_corner(height, across, below=-3.0)
    assert corner is not None
    assert (height[corner], across[corner]) == pytest.approx((-15.0, -1.5), abs=2 * STEP)


def test_a_notch_without_a_limb_above_it_has_no_teardrop() -> None:
    height, across = limb_and_notch(0.0)
    assert notch_corner(height, across, below=-3.0) is None
    height, across = limb_and_notch(15.0)
    assert notch_corner(height[:50], across[:50], below=-3.0) is None  # it never leaves the limb
