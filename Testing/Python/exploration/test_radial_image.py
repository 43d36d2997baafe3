"""Planes through the neck axis: every pixel knows where it lies in the patient."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.exploration import radial_thetas, reformat
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.measurement.volume import ClockFrame

SLOPE = np.array([1.0, -2.0, 0.5])


def ramp() -> HipImage:
    """A volume whose brightness is a linear function of the place in the patient."""
    matrix = np.array([[1.5, 0, 0, -60], [0, 0, 2, -50], [0, -1.0, 0, 60], [0, 0, 0, 1]])
    k, j, i = np.mgrid[:50, :120, :80]
    lps = np.stack([i, j, k], axis=-1) @ matrix[:3, :3].T + matrix[:3, 3]
    pixels = (lps @ SLOPE).astype(np.float32)
    return HipImage(pixels, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE))


FRAME = ClockFrame.of((2.0, -1.0, 3.0), (22.0, 4.0, -14.0))


@settings(deadline=None, max_examples=20)
@given(theta=st.floats(0, 359), spacing=st.floats(0.5, 2))
def test_every_pixel_shows_the_place_that_it_is_mapped_to(theta: float, spacing: float) -> None:
    plane = reformat(ramp(), FRAME, theta, 10.0, spacing)
    _, rows, columns = plane.image.pixels.shape
    j, i = np.mgrid[:rows, :columns]
    lps = plane.image.to_lps(np.stack([i, j, np.zeros_like(i)], axis=-1))
    np.testing.assert_allclose(plane.image.pixels[0], lps @ SLOPE, atol=1e-3)


def test_the_first_row_lies_on_the_side_of_theta_and_the_columns_run_along_the_neck() -> None:
    plane = reformat(ramp(), FRAME, 45.0, 10.0, 0.5)
    assert (plane.clock, plane.opposite_clock) == ("1:30", "7:30")
    _, rows, columns = plane.image.pixels.shape
    i, j, k = plane.image.to_ijk(FRAME.head)
    assert k == pytest.approx(0, abs=1e-9)
    top = tuple(plane.image.to_lps([i, 0.0, 0.0]))
    bottom = tuple(plane.image.to_lps([i, rows - 1.0, 0.0]))
    assert FRAME.theta_deg(top) == pytest.approx(45.0)
    assert FRAME.theta_deg(bottom) == pytest.approx(225.0)
    right = tuple(plane.image.to_lps([columns - 1.0, j, 0.0]))
    assert FRAME.in_plane(right, 45.0) == pytest.approx((26.0, 0.0, 0.0), abs=1e-9)


def test_what_lies_outside_the_volume_is_as_dark_as_its_darkest_voxel() -> None:
    image = ramp()
    plane = reformat(image, FRAME, 0.0, 40.0)
    assert plane.image.pixels.min() == image.pixels.min()


def test_a_plane_beside_the_image_is_refused() -> None:
    away = ClockFrame.of((900.0, 0.0, 0.0), (930.0, 0.0, -20.0))
    with pytest.raises(ImageError):
        reformat(ramp(), away, 0.0, 20.0)


def test_the_clock_face_is_divided_evenly() -> None:
    assert radial_thetas(30.0) == tuple(30.0 * n for n in range(12))
    assert len(radial_thetas(15)) == 24


@pytest.mark.parametrize("step", [0.0, 4.0, 7.0, 60.0, float("nan")])
def test_a_step_that_does_not_divide_the_clock_face_is_refused(step: float) -> None:
    with pytest.raises(ConfigurationError, match="choose one of"):
        radial_thetas(step)


@pytest.mark.parametrize(("radius", "spacing"), [(0.0, 1.0), (20.0, 0.0), (20.0, -1.0)])
def test_a_plane_without_size_is_refused(radius: float, spacing: float) -> None:
    with pytest.raises(ConfigurationError, match="above 0"):
        reformat(ramp(), FRAME, 0.0, radius, spacing)
