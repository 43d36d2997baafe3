"""Films of any size, turn and brightness become the same network input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from HipLandmarksLib.detection.film_frame import (
    OUTSIDE,
    film_input,
    normalise_film,
    upright_film,
    warp_film,
    whole_film_frame,
)
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    PlaneTransform,
    SpacingProvenance,
    with_orientation,
)
from HipLandmarksLib.imaging.film import projection_matrix

sides = st.integers(100, 5000)


def texture(shape: tuple[int, int], seed: int = 0, smooth: float = 12.0) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(shape)
    return ndimage.gaussian_filter(noise, smooth) * smooth * 100 + 500


def film(pixels: np.ndarray, row_mm: float = 1.0, column_mm: float = 1.0) -> HipImage:
    matrix = projection_matrix(row_mm, column_mm)
    calibration = Calibration(SpacingProvenance.NONE)
    return HipImage(pixels[None], matrix, Modality.XRAY, calibration, "film")


@given(rows=sides, columns=sides, side=st.sampled_from([256, 384, 512]))
def test_the_whole_film_lies_in_the_middle_of_the_square_and_fills_its_longer_side(
    rows, columns, side
):
    plane = whole_film_frame((rows, columns), side)
    (x0, y0), (x1, y1) = plane.forward([(-0.5, -0.5), (columns - 0.5, rows - 0.5)])
    assert x0 + x1 == pytest.approx(side - 1, abs=1e-6)
    assert y0 + y1 == pytest.approx(side - 1, abs=1e-6)
    assert max(x1 - x0, y1 - y0) == pytest.approx(side)
    assert (x1 - x0) / (y1 - y0) == pytest.approx(columns / rows)


@pytest.mark.parametrize("spot", [(300, 200), (62, 70), (540, 370)])
@pytest.mark.parametrize("side", [64, 128, 512, 1024])
def test_a_spot_goes_where_its_point_goes_whatever_the_scale(spot, side):
    y, x = np.mgrid[:440, :600]
    pixels = np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / (2 * 12.0**2))
    plane = whole_film_frame(pixels.shape, side)
    seen = np.nan_to_num(warp_film(pixels, plane))
    rows, columns = np.mgrid[:side, :side]
    found = np.array([(seen * columns).sum(), (seen * rows).sum()]) / seen.sum()
    np.testing.assert_allclose(found, plane.forward(spot), atol=0.03 * max(1, side / 600))


def test_shrinking_averages_and_does_not_alias():
    stripes = np.zeros((900, 1200))
    stripes[:, ::2] = 1000.0  # as fine as pixels can be
    seen = warp_film(stripes, whole_film_frame(stripes.shape, 171))
    inside = seen[np.isfinite(seen)]
    assert inside.mean() == pytest.approx(500, rel=0.01)
    assert inside.std() < 40


def test_beyond_the_film_there_is_nothing():
    pixels = texture((200, 400))
    seen = warp_film(pixels, whole_film_frame(pixels.shape, 256))
    assert np.isnan(seen[:60]).all() and np.isnan(seen[-60:]).all()
    assert np.isfinite(seen[70:-70, 2:-2]).all()
    beside = PlaneTransform.identity((64, 64)).shifted(-5000, 0)
    assert np.isnan(warp_film(pixels, beside)).all()
    assert (film_input(pixels, beside) == OUTSIDE).all()


@given(gain=st.floats(0.01, 50), offset=st.floats(-3000, 3000))
def test_brightness_and_contrast_do_not_matter(gain, offset):
    pixels = texture((120, 160))
    expected, got = normalise_film(pixels), normalise_film(pixels * gain + offset)
    np.testing.assert_allclose(got, expected, atol=2e-3)


@pytest.mark.parametrize("power", [0.6, 1.5])
def test_a_film_curve_is_mostly_undone(power):
    pixels = texture((240, 320))
    unit = (pixels - pixels.min()) / np.ptp(pixels)
    difference = normalise_film(unit**power) - normalise_film(unit)
    assert np.abs(difference).mean() < 0.05


def test_the_size_of_the_film_does_not_matter():
    large = texture((1600, 1200), smooth=40)
    small = large.reshape(400, 4, 300, 4).mean(axis=(1, 3))
    shrunk = normalise_film(large).reshape(400, 4, 300, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(shrunk, normalise_film(small), atol=0.02)


@pytest.mark.parametrize("level", [0.0, 4095.0])
def test_a_collimated_border_does_not_count(level):
    pixels = texture((600, 600), smooth=30)
    bordered = np.full((900, 1000), level)
    bordered += np.random.default_rng(1).normal(0, 3, bordered.shape)
    bordered[100:700, 250:850] = pixels
    np.testing.assert_allclose(
        normalise_film(bordered)[100:700, 250:850], normalise_film(pixels), atol=0.08
    )


def test_what_lies_outside_does_not_count_and_is_dark():
    pixels = texture((300, 300))
    framed = np.full((500, 400), np.nan)
    framed[50:350, 70:370] = pixels
    result = normalise_film(framed)
    np.testing.assert_allclose(result[50:350, 70:370], normalise_film(pixels), atol=0.05)
    assert (result[:50] == OUTSIDE).all()
    assert np.isfinite(result).all()


def test_an_even_picture_is_dark_throughout():
    assert (normalise_film(np.full((64, 64), 7.0)) == OUTSIDE).all()


@pytest.mark.parametrize("columns_to", ["L", "R", "H", "F"])
@pytest.mark.parametrize("rows_to", ["L", "R", "H", "F"])
def test_every_orientation_is_turned_to_the_usual_display(columns_to, rows_to):
    if (columns_to in "LR") == (rows_to in "LR"):
        return
    image = with_orientation(film(texture((90, 70))), columns_to, rows_to)
    plane = upright_film(image)
    corner = np.array([0.0, 0.0])
    for step, axis in (((1.0, 0.0), 0), ((0.0, 1.0), 1)):
        there = image.to_lps([*plane.backward(np.array(step)), 0.0])
        start = image.to_lps([*plane.backward(corner), 0.0])
        expected = [1.0, 0.0, 0.0] if axis == 0 else [0.0, 0.0, -1.0]  # left, or feet
        np.testing.assert_allclose(there - start, expected, atol=1e-9)


@pytest.mark.parametrize("orientation", [("L", "F"), ("F", "R"), ("H", "L")])
def test_oblong_pixels_become_square(orientation):
    image = with_orientation(film(texture((90, 140)), row_mm=0.5, column_mm=0.25), *orientation)
    plane = upright_film(image)
    origin, right, down = (
        image.to_lps([*plane.backward(np.array(xy)), 0.0])
        for xy in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    )
    assert np.linalg.norm(right - origin) == pytest.approx(np.linalg.norm(down - origin), rel=0.02)
    assert plane.shape[0] * plane.shape[1] > 0.9 * 90 * 140
