"""The preprocessing chain maps points exactly there and back, and pixels go where points go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.imaging import PlaneTransform

factors = st.floats(0.2, 5.0)
shifts = st.floats(-80.0, 80.0)
sizes = st.tuples(st.integers(16, 900), st.integers(16, 900))
steps = st.one_of(
    st.tuples(st.just("resized"), factors, factors),
    st.tuples(st.just("shifted"), shifts, shifts),
    st.tuples(st.just("cropped_or_padded"), sizes),
    st.tuples(st.just("flipped_horizontally")),
    st.tuples(
        st.just("about_centre"),
        st.tuples(factors, st.floats(-3.1, 3.1), st.floats(-0.5, 0.5)),
        st.tuples(shifts, shifts),
    ),
)
points = st.lists(st.tuples(st.floats(-50, 1000), st.floats(-50, 1000)), min_size=1, max_size=5)


def _linear(scale: float, turn: float, shear: float) -> np.ndarray:
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return scale * rotation @ np.array([[1.0, shear], [0.0, 1.0]])


def _chain(shape: tuple[int, int], operations: list[tuple]) -> PlaneTransform:
    chain = PlaneTransform.identity(shape)
    for name, *arguments in operations:
        if name == "about_centre":
            arguments[0] = _linear(*arguments[0])
        chain = getattr(chain, name)(*arguments)
    return chain


@given(shape=sizes, operations=st.lists(steps, max_size=6), xy=points)
def test_every_chain_maps_points_back_exactly(shape, operations, xy):
    chain = _chain(shape, operations)
    there_and_back = chain.backward(chain.forward(xy))
    assert np.max(np.abs(there_and_back - np.asarray(xy))) < 1e-6


@given(shape=sizes, operations=st.lists(steps, max_size=4), xy=points)
def test_a_chain_is_its_steps_one_after_the_other(shape, operations, xy):
    stepwise, size = np.asarray(xy, dtype=float), shape
    for operation in operations:
        single = _chain(size, [operation])
        stepwise, size = single.forward(stepwise), single.shape
    chain = _chain(shape, operations)
    np.testing.assert_allclose(chain.forward(xy), stepwise, rtol=1e-9, atol=1e-6)
    assert chain.shape == size


def test_resizing_keeps_the_image_corners():
    """The corner of the pixel area, half a pixel outside the first centre, stays the corner."""
    chain = PlaneTransform.identity((40, 60)).resized(2.0, 0.5)
    assert chain.shape == (20, 120)
    np.testing.assert_allclose(chain.forward([-0.5, -0.5]), [-0.5, -0.5])
    np.testing.assert_allclose(chain.forward([59.5, 39.5]), [119.5, 19.5])


def test_flip_mirrors_the_columns_and_undoes_itself():
    chain = PlaneTransform.identity((10, 31)).flipped_horizontally()
    np.testing.assert_allclose(chain.forward([0, 4]), [30, 4])
    np.testing.assert_allclose(chain.flipped_horizontally().matrix, np.eye(3))


@pytest.mark.parametrize("shape", [(20, 30), (61, 45), (40, 41)])
def test_crop_or_pad_keeps_the_centre_within_half_a_pixel(shape):
    chain = PlaneTransform.identity((40, 40)).cropped_or_padded(shape)
    centre = chain.forward([19.5, 19.5])
    expected = (shape[1] - 1) / 2, (shape[0] - 1) / 2
    assert np.max(np.abs(centre - expected)) <= 0.5
    assert np.allclose(chain.matrix[:2, 2], np.rint(chain.matrix[:2, 2]))


def test_about_centre_leaves_the_centre_where_it_is():
    chain = PlaneTransform.identity((21, 41)).about_centre(_linear(1.7, 0.4, 0.0))
    np.testing.assert_allclose(chain.forward([20, 10]), [20, 10])


def _blob(shape: tuple[int, int], xy: np.ndarray, sigma: float) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.exp(-((x - xy[0]) ** 2 + (y - xy[1]) ** 2) / (2 * sigma**2)).astype(np.float32)


def _centroid(image: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(x * image).sum(), (y * image).sum()]) / image.sum()


chains = {
    "down": lambda one: one.resized(0.31, 0.42),
    "up": lambda one: one.resized(2.7, 1.6),
    "down in one direction": lambda one: one.resized(0.25, 1.3),
    "flip": lambda one: one.flipped_horizontally(),
    "pad": lambda one: one.cropped_or_padded((300, 260)),
    "crop": lambda one: one.cropped_or_padded((120, 150)),
    "turned and sheared": lambda one: one.about_centre(_linear(0.8, 0.5, 0.2), (3.3, -2.6)),
    "all": lambda one: (
        one.resized(0.6, 0.9)
        .flipped_horizontally()
        .about_centre(_linear(1.2, -0.3, 0.0))
        .shifted(1.3, 2.2)
        .cropped_or_padded((181, 160))
    ),
}


@pytest.mark.parametrize("make", chains.values(), ids=chains.keys())
def test_a_blob_is_warped_to_where_its_centre_is_mapped(make):
    shape = (200, 180)
    chain = make(PlaneTransform.identity(shape))
    for xy in ([80.3, 95.7], [101.0, 110.0], [95.5, 88.2]):
        warped = chain.warp(_blob(shape, np.array(xy), sigma=5.0))
        assert warped.shape == chain.shape
        assert warped.dtype == np.float32
        assert np.max(np.abs(_centroid(warped) - chain.forward(xy))) < 0.05


@settings(deadline=None, max_examples=25)
@given(scale_x=st.floats(0.25, 3.0), scale_y=st.floats(0.25, 3.0), turn=st.floats(-0.5, 0.5))
def test_any_scale_and_turn_moves_pixels_and_points_alike(scale_x, scale_y, turn):
    shape, xy = (140, 150), np.array([70.4, 76.9])
    chain = PlaneTransform.identity(shape).resized(scale_x, scale_y)
    chain = chain.about_centre(_linear(1.0, turn, 0.0))
    assert np.max(np.abs(_centroid(chain.warp(_blob(shape, xy, 4.0))) - chain.forward(xy))) < 0.05


def test_shrinking_does_not_alias_a_fine_checkerboard():
    y, x = np.mgrid[:200, :200]
    warped = PlaneTransform.identity((200, 200)).resized(0.3, 0.3).warp((x + y) % 2)
    assert np.std(warped[3:-3, 3:-3]) < 0.05


def test_what_lies_outside_the_source_is_filled():
    chain = PlaneTransform.identity((30, 30)).cropped_or_padded((40, 50))
    warped = chain.warp(np.ones((30, 30)), fill=-7.0)
    assert warped[0, 0] == -7.0
    assert warped[20, 25] == 1.0


def test_a_step_that_loses_a_dimension_is_refused():
    with pytest.raises(ValueError, match="cannot be undone"):
        PlaneTransform.identity((30, 30)).resized(0.0, 1.0)
