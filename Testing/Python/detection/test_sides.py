"""A point never lands on the other hip, however alike the two sides look."""

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Channels, Decoder
from HipLandmarksLib.detection.sides import decode_slice
from HipLandmarksLib.training.targets import gaussian_target

SHAPE = (120, 200)
CHANNELS = Channels.of_keys(("FHC", "SHD"))
RIGHT_HEAD, LEFT_HEAD = (40.0, 40.0), (160.0, 44.0)
RIGHT_SHAFT, LEFT_SHAFT = (25.0, 100.0), (175.0, 102.0)


def hill(*points):
    """A heatmap with the given (point, share) hills."""
    return np.sum([share * gaussian_target(xy, SHAPE, 2.0) for xy, share in points], axis=0)


def decode(right_head, right_shaft, left_head, left_shaft, nowhere=(0, 0, 0, 0)):
    places = np.stack([right_head, right_shaft, left_head, left_shaft]).astype(np.float32)
    gone = np.array(nowhere, dtype=np.float32)
    return decode_slice(places * (1 - gone)[:, None, None], gone, CHANNELS, Decoder(2.0), 1.2)


def test_a_shaft_that_was_taken_for_the_other_one_comes_back_to_its_own_side():
    points = decode(
        hill((RIGHT_HEAD, 1)),
        hill((RIGHT_SHAFT, 0.3), (LEFT_SHAFT, 0.7)),
        hill((LEFT_HEAD, 1)),
        hill((LEFT_SHAFT, 0.6), (RIGHT_SHAFT, 0.4)),
    )
    assert points[(Side.RIGHT, "SHD")].xy == pytest.approx(RIGHT_SHAFT, abs=0.1)
    assert points[(Side.LEFT, "SHD")].xy == pytest.approx(LEFT_SHAFT, abs=0.1)


def test_two_heads_at_one_place_are_told_apart_by_the_second_choice():
    points = decode(
        hill((RIGHT_HEAD, 1)),
        hill((RIGHT_SHAFT, 1)),
        hill((RIGHT_HEAD, 0.6), (LEFT_HEAD, 0.4)),
        hill((LEFT_SHAFT, 1)),
    )
    assert points[(Side.RIGHT, "FHC")].xy == pytest.approx(RIGHT_HEAD, abs=0.1)
    assert points[(Side.LEFT, "FHC")].xy == pytest.approx(LEFT_HEAD, abs=0.1)
    assert points[(Side.LEFT, "FHC")].presence == pytest.approx(1)


def test_a_single_hip_is_not_reported_twice():
    head, shaft = hill((RIGHT_HEAD, 1)), hill((RIGHT_SHAFT, 1))
    points = decode(head, shaft, head, shaft, nowhere=(0.0, 0.0, 0.2, 0.2))
    assert points[(Side.RIGHT, "SHD")].presence == 1
    assert points[(Side.LEFT, "FHC")].presence == 0
    assert points[(Side.LEFT, "SHD")].presence == 0


def test_a_head_that_is_not_in_the_image_takes_no_field_from_the_other():
    shaft = hill((LEFT_SHAFT, 1))
    points = decode(hill((RIGHT_HEAD, 1)), shaft, hill((LEFT_HEAD, 1)), shaft, (0, 0, 0.9, 0.9))
    assert points[(Side.RIGHT, "SHD")].xy == pytest.approx(LEFT_SHAFT, abs=0.1)
    assert points[(Side.LEFT, "FHC")].presence == pytest.approx(0.1)


def test_channels_without_heads_are_decoded_as_they_are():
    channels = Channels.of_keys(("SHD",))
    places = np.stack([hill((RIGHT_SHAFT, 1)), hill((LEFT_SHAFT, 1))]).astype(np.float32)
    points = decode_slice(places, np.zeros(2, np.float32), channels, Decoder(2.0), 1.2)
    assert points[(Side.LEFT, "SHD")].xy == pytest.approx(LEFT_SHAFT, abs=0.1)


def test_a_head_that_is_surely_not_there_leaves_the_other_points_of_its_side():
    """An artificial head is none; its shaft is still bone."""
    points = decode(
        hill((RIGHT_HEAD, 1)),
        hill((RIGHT_SHAFT, 1)),
        hill((LEFT_HEAD, 1)),
        hill((LEFT_SHAFT, 1)),
        nowhere=(0.0, 0.0, 1.0, 0.0),
    )
    assert points[(Side.LEFT, "FHC")].presence == 0
    assert points[(Side.LEFT, "SHD")].presence == 1
