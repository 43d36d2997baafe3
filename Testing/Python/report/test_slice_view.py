"""The slice is shown with the patient's right on the viewer's left, whatever the file's axes."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.report.slice_view import SliceView, slice_of

SPACING = np.array([0.8, 1.1, 4.0])


def _image(directions: NDArray[np.float64]) -> HipImage:
    matrix = np.eye(4)
    matrix[:3, :3] = directions * SPACING
    matrix[:3, 3] = (12.0, -30.0, 55.0)
    pixels = np.random.default_rng(3).normal(size=(5, 24, 30)).astype(np.float32)
    return HipImage(
        pixels, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE), "test"
    )


def _coronal_directions() -> list[NDArray[np.float64]]:
    """All eight ways in which i and j can lie along left and superior."""
    left, superior = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
    found = []
    for first, second in permutations((left, superior)):
        for a, b in product((1, -1), repeat=2):
            i, j = a * first, b * second
            found.append(np.stack([i, j, np.cross(i, j)], axis=1))
    return found


@pytest.mark.parametrize("directions", _coronal_directions())
def test_every_axis_order_is_shown_alike(directions: NDArray[np.float64]) -> None:
    view = SliceView.of(_image(directions), 2)
    np.testing.assert_allclose(view.axes, [[1, 0, 0], [0, 0, -1]], atol=1e-12)


@pytest.mark.parametrize("directions", _coronal_directions())
def test_a_projected_point_lies_on_its_pixel(directions: NDArray[np.float64]) -> None:
    image = _image(directions)
    view = SliceView.of(image, 3)
    i, j = 7, 19
    x, y = view.project(image.to_lps([i, j, 3]))
    row, column = round(y / view.spacing[0]), round(x / view.spacing[1])
    assert view.pixels[row, column] == image.pixels[3, j, i]


def test_an_oblique_plane_keeps_lengths_in_the_plane() -> None:
    tilt = np.deg2rad(20)
    i, j = np.array([1.0, 0, 0]), np.array([0, np.sin(tilt), -np.cos(tilt)])
    image = _image(np.stack([i, j, np.cross(i, j)], axis=1))
    view = SliceView.of(image, 0)
    a, b = view.project(image.to_lps([[2, 3, 0], [12, 13, 0]]))
    assert np.linalg.norm(b - a) == pytest.approx(np.hypot(10 * 0.8, 10 * 1.1))


def test_covariance_is_projected_along_the_normal() -> None:
    view = SliceView.of(_image(_coronal_directions()[1]), 0)
    np.testing.assert_allclose(view.project_covariance(np.diag([4.0, 9.0, 1.0])), np.diag([4, 1]))


def test_the_slice_of_points_is_the_nearest_one_inside_the_image() -> None:
    image = _image(_coronal_directions()[1])
    assert slice_of(image, image.to_lps([[1, 1, 2.2], [3, 3, 1.8], [4, 4, 2.4]])) == 2
    assert slice_of(image, image.to_lps([[1, 1, 40]])) == 4


def test_a_slice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ImageError, match="slice 5 does not exist"):
        SliceView.of(_image(_coronal_directions()[0]), 5)
