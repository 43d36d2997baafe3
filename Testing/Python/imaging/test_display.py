"""The display window shows the tissue, not the outliers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from HipLandmarksLib.imaging import window_level


def test_a_few_bright_pixels_do_not_darken_the_rest():
    pixels = np.tile(np.linspace(0, 1000, 500), (400, 1))
    pixels[:20, :20] = 30000
    low, high = window_level(pixels)
    assert low == pytest.approx(5, abs=3)
    assert high == pytest.approx(996, abs=6)


def test_a_mostly_black_image_is_shown_over_its_whole_range():
    pixels = np.zeros((100, 100))
    pixels[50, 40:45] = 80
    assert window_level(pixels) == (0, 80)


def test_large_volumes_are_sampled_without_bias():
    pixels = np.random.default_rng(0).normal(300, 50, (40, 256, 256))
    expected = np.percentile(pixels, (0.5, 99.5))
    np.testing.assert_allclose(window_level(pixels), expected, atol=3)


@given(hnp.arrays(np.int16, st.tuples(st.integers(1, 20), st.integers(1, 20))))
def test_low_is_always_below_high(pixels):
    low, high = window_level(pixels)
    assert low < high
