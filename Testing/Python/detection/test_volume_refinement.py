"""Head centre and cam point on the edges of an MRI, beside where a network places them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from round_heads import CENTRES, NECK_DEG, NECK_RADIUS, RADIUS, round_heads

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection.card import BundleCard
from HipLandmarksLib.detection.channels import Channels
from HipLandmarksLib.detection.decoding import DecodedPoint
from HipLandmarksLib.detection.preprocessing import Preprocessing
from HipLandmarksLib.detection.result import SlicePrediction
from HipLandmarksLib.detection.volume_refinement import refined
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.imaging.marrow_rim import SliceRays, marrow_rim
from HipLandmarksLib.networks import NetworkSpec

KEYS = ("FHC", "NA", "LAE", "LCP")
CARD = BundleCard(
    id="test",
    version="1",
    description="",
    modality="MR",
    network=NetworkSpec(architecture="Unet", encoder="resnet18", depth=3, landmarks=8),
    channels=Channels.from_names([f"{side.value}:{key}" for side in Side for key in KEYS]),
    preprocessing=Preprocessing(),
    marrow_rim=True,
)


@pytest.fixture(scope="module")
def image() -> HipImage:
    return round_heads()


def _slice_through(image: HipImage, side: Side) -> int:
    return round(float(image.to_ijk(CENTRES[side])[2]))


def _read(
    image: HipImage, index: int, off: float = 2.0, presence: float = 0.9, wrong_deg: float = -5.0
) -> SlicePrediction:
    """A network that errs by ``off`` mm at the heads and some degrees at the cam points."""
    plane = CARD.preprocessing.plane_transform(image)
    depth = float(image.to_lps([0, 0, index])[1])
    points = {}
    for side in Side:
        x, _, z = CENTRES[side]
        lateral = 1.0 if side is Side.LEFT else -1.0
        turn = np.radians(_corner_deg() + wrong_deg)
        places = {
            "FHC": (x + off, z - off),
            "NA": (x + lateral * 18.0, z - 13.0),
            "LAE": (x + lateral * 16.0, z + 24.0),
            "LCP": (x + lateral * 23.0 * np.sin(turn), z + 23.0 * np.cos(turn)),
        }
        for key, (at_x, at_z) in places.items():
            i, j, _ = image.to_ijk((at_x, depth, at_z))
            x_in, y_in = plane.forward([i, j])
            xy = (float(x_in), float(y_in))
            points[(side, key)] = DecodedPoint(xy, np.eye(2), 1.0, 0.9, presence)
    return SlicePrediction(index, points, plane)


def _corner_deg() -> float:
    """Turn from straight up at which the neck's upper border meets the circle of the head."""
    return 90.0 + NECK_DEG - float(np.degrees(np.arcsin(NECK_RADIUS / RADIUS)))


def _place(image: HipImage, own: SlicePrediction, side: Side, key: str) -> np.ndarray:
    i, j = own.plane.backward(own.points[(side, key)].xy)
    return image.to_lps([i, j, own.index])


@pytest.mark.parametrize("side", Side)
def test_the_rim_of_a_slice_is_the_section_of_the_head(image, side):
    index = _slice_through(image, side)
    proposed = np.add(CENTRES[side], (3.0, 0.0, 2.0))
    lateral = 1.0 if side is Side.LEFT else -1.0
    rim = marrow_rim(SliceRays(image, index), proposed, (lateral, 0.0, -0.7))
    offset = float(image.to_lps([0, 0, index])[1]) - CENTRES[side][1]
    assert rim.centre[[0, 2]] == pytest.approx(np.asarray(CENTRES[side])[[0, 2]], abs=0.3)
    assert rim.radius == pytest.approx(np.sqrt(RADIUS**2 - offset**2), abs=0.4)


def test_where_nothing_is_round_there_is_no_rim():
    noise = np.random.default_rng(5).normal(100.0, 20.0, (3, 120, 280)).astype(np.float32)
    image = replace(round_heads(slices=3), pixels=noise)
    assert marrow_rim(SliceRays(image, 1), CENTRES[Side.LEFT], (1.0, 0.0, -0.7)) is None


@pytest.mark.parametrize("side", Side)
def test_the_head_centre_moves_onto_the_centre_of_the_rim(image, side):
    index = _slice_through(image, side)
    (own,) = refined(image, [_read(image, index)], [], CARD)
    across = (_place(image, own, side, "FHC") - CENTRES[side])[[0, 2]]
    assert np.linalg.norm(across) < 0.3


def _cam_turn(image: HipImage, side: Side, wrong_deg: float) -> tuple[float, float]:
    """Turn and distance of the cam point from the head centre, for a network that is so far off."""
    index = _slice_through(image, side)
    survey = [_read(image, k, wrong_deg=wrong_deg) for k in (index - 1, index + 1)]
    (own,) = refined(image, [_read(image, index, wrong_deg=wrong_deg)], survey, CARD)
    arm = _place(image, own, side, "LCP") - _place(image, own, side, "FHC")
    lateral = 1.0 if side is Side.LEFT else -1.0
    turn = float(np.degrees(np.arctan2(lateral * arm[0], arm[2])))
    return turn, float(np.hypot(arm[0], arm[2]))


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("wrong_deg", [-5.0, 5.0])
def test_the_cam_point_moves_towards_the_corner_of_neck_and_head(image, side, wrong_deg):
    """On a straight neck beside a round head the corner is known: 88 degrees from the top."""
    turn, distance = _cam_turn(image, side, wrong_deg)
    assert abs(turn - _corner_deg()) < 0.9 * abs(wrong_deg)
    assert distance == pytest.approx(1.06 * RADIUS, abs=0.8)


@pytest.mark.parametrize("wrong_deg", [-25.0, 15.0])
def test_a_corner_far_from_the_expected_place_is_another_one(image, wrong_deg):
    """A network that sees a large cam is believed, and one that sees none is, too."""
    turn, _ = _cam_turn(image, Side.LEFT, wrong_deg)
    assert turn == pytest.approx(_corner_deg() + wrong_deg, abs=8.0)


def test_other_points_and_their_doubt_stay(image):
    before = _read(image, _slice_through(image, Side.LEFT))
    (after,) = refined(image, [before], [], CARD)
    for id_, point in before.points.items():
        if id_[1] in ("NA", "LAE"):
            assert after.points[id_] == point
        assert after.points[id_].presence == point.presence
        if id_[1] != "FHC":
            assert after.points[id_].covariance is point.covariance


def _doubt_mm(image: HipImage, own: SlicePrediction) -> float:
    """Standard deviation of the left head centre."""
    to_mm = np.diag(image.spacing[:2]) @ np.linalg.inv(own.plane.matrix[:2, :2])
    covariance = own.points[(Side.LEFT, "FHC")].total_covariance
    return float(np.sqrt(np.trace(to_mm @ covariance @ to_mm.T) / 2))


def test_the_doubt_of_a_head_centre_is_that_of_its_rim(image):
    """A blurred rim with spots is less sure; a head without rim keeps what the network doubts."""
    index = _slice_through(image, Side.LEFT)
    noise = np.random.default_rng(5).normal(0.0, 60.0, image.pixels.shape).astype(np.float32)
    clear = _doubt_mm(image, refined(image, [_read(image, index)], [], CARD)[0])
    noisy_image = replace(image, pixels=image.pixels + noise)
    noisy = _doubt_mm(image, refined(noisy_image, [_read(image, index)], [], CARD)[0])
    blank = replace(image, pixels=100.0 + noise)
    kept = _doubt_mm(image, refined(blank, [_read(image, index)], [], CARD)[0])
    assert 0.0 < clear < noisy < kept == pytest.approx(_doubt_mm(image, _read(image, index)))


def test_a_head_that_is_not_present_stays(image):
    before = _read(image, _slice_through(image, Side.LEFT), presence=0.2)
    (after,) = refined(image, [before], [], CARD)
    assert after.points == before.points


def test_a_model_whose_card_does_not_ask_for_it_is_read_as_it_is(image):
    before = _read(image, _slice_through(image, Side.LEFT))
    assert refined(image, [before], [], replace(CARD, marrow_rim=False)) == [before]


def test_the_card_remembers(image):
    assert BundleCard.from_dict(CARD.to_dict()).marrow_rim
    plain = replace(CARD, marrow_rim=False)
    assert "marrow_rim" not in plain.to_dict()
    assert not BundleCard.from_dict(plain.to_dict()).marrow_rim
