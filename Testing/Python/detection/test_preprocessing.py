"""Every slice reaches the network the same way up, and points come back exactly."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.detection import Channels, Preprocessing
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

PATIENT = Calibration(SpacingProvenance.PATIENT_PLANE)


def coronal_image(columns, rows, shape=(1, 60, 80), spacing=(0.9, 0.7), calibration=PATIENT):
    """An image whose columns and rows run along the given LPS directions; one bright blob."""
    matrix = np.eye(4)
    matrix[:3, 0] = np.array(columns) * spacing[0]
    matrix[:3, 1] = np.array(rows) * spacing[1]
    matrix[:3, 2] = np.cross(columns, rows) * 4
    pixels = np.zeros(shape, dtype=np.float32)
    pixels[0, 18:23, 28:33] = 1
    return HipImage(pixels, matrix, Modality.MR, calibration)


LEFT, RIGHT, HEAD, FEET = (1, 0, 0), (-1, 0, 0), (0, 0, 1), (0, 0, -1)
ORIENTATIONS = [
    (a, b) for a, b in itertools.product((LEFT, RIGHT, HEAD, FEET), repeat=2) if np.dot(a, b) == 0
]


@pytest.mark.parametrize(("columns", "rows"), ORIENTATIONS)
def test_all_eight_ways_of_storing_a_slice_arrive_left_right_and_feet_down(columns, rows):
    image = coronal_image(columns, rows)
    plane = Preprocessing(spacing_mm=1.0, multiple=16).plane_transform(image)
    to_left = plane.forward(image.to_ijk([[10, 0, 0], [0, 0, 0]])[:, :2])
    to_feet = plane.forward(image.to_ijk([[0, 0, -10], [0, 0, 0]])[:, :2])
    assert to_left[0] - to_left[1] == pytest.approx((10, 0), abs=1e-9)
    assert to_feet[0] - to_feet[1] == pytest.approx((0, 10), abs=1e-9)


@pytest.mark.parametrize(("columns", "rows"), ORIENTATIONS)
def test_the_warped_pixels_agree_with_the_mapped_points(columns, rows):
    image = coronal_image(columns, rows)
    plane = Preprocessing(spacing_mm=0.5, multiple=16).plane_transform(image)
    warped = plane.warp(image.slice_pixels(0))
    y, x = np.mgrid[: warped.shape[0], : warped.shape[1]]
    centroid = (warped * x).sum() / warped.sum(), (warped * y).sum() / warped.sum()
    assert centroid == pytest.approx(tuple(plane.forward([30, 20])), abs=0.1)


@given(
    st.floats(0.3, 2.5),
    st.floats(0.3, 2.5),
    st.floats(0.4, 2),
    st.lists(st.tuples(st.floats(0, 79), st.floats(0, 59)), min_size=1, max_size=5),
)
def test_points_come_back_to_a_millionth_of_a_pixel(si, sj, spacing, points):
    image = coronal_image(LEFT, FEET, spacing=(si, sj))
    plane = Preprocessing(spacing_mm=spacing).plane_transform(image)
    assert plane.backward(plane.forward(points)) == pytest.approx(np.array(points), abs=1e-6)


def test_the_input_is_a_multiple_of_the_networks_stride():
    plane = Preprocessing(spacing_mm=1.3, multiple=32).plane_transform(coronal_image(LEFT, FEET))
    assert plane.shape[0] % 32 == 0 and plane.shape[1] % 32 == 0


def test_an_image_without_spacing_is_taken_to_show_a_whole_pelvis():
    image = coronal_image(
        LEFT, FEET, (1, 500, 700), (1.0, 1.0), Calibration(SpacingProvenance.NONE)
    )
    plane = Preprocessing(spacing_mm=1.25, assumed_width_mm=350).plane_transform(image)
    assert plane.forward([699, 0])[0] - plane.forward([0, 0])[0] == pytest.approx(280, rel=0.01)


def test_normalising_ignores_scale_and_offset_of_the_scanner():
    pixels = np.random.default_rng(0).normal(300, 80, (50, 50)).astype(np.float32)
    preprocessing = Preprocessing()
    assert preprocessing.normalise(pixels * 7 + 1000) == pytest.approx(
        preprocessing.normalise(pixels), abs=1e-4
    )


def test_impossible_settings_are_refused():
    with pytest.raises(ConfigurationError, match="spacing_mm"):
        Preprocessing(spacing_mm=0)
    with pytest.raises(ConfigurationError, match="percentiles"):
        Preprocessing(low_percentile=99, high_percentile=1)


def test_a_mirror_swaps_the_sides_of_the_channels():
    channels = Channels.of_keys(("FHC", "NA"))
    assert channels.names == ["R:FHC", "R:NA", "L:FHC", "L:NA"]
    assert channels.mirrored == [2, 3, 0, 1]
    assert Channels.from_names(channels.names) == channels


@pytest.mark.parametrize("names", [["X:FHC"], ["R:FHC"], ["R"], ["R:FHC", "R:FHC", "L:FHC"]])
def test_malformed_channels_are_refused(names):
    with pytest.raises(ConfigurationError):
        Channels.from_names(names)
