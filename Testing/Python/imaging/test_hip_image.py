"""HipImage: indices and patient millimetres are two names of the same place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

CALIBRATION = Calibration(SpacingProvenance.PATIENT_PLANE)


def _image(matrix: np.ndarray, pixels: np.ndarray | None = None) -> HipImage:
    if pixels is None:
        pixels = np.arange(3 * 20 * 24, dtype=np.int16).reshape(3, 20, 24)
    return HipImage(pixels, matrix, Modality.MR, CALIBRATION, "test")


def _matrix(axes: np.ndarray, spacing: tuple[float, ...], origin: tuple[float, ...]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = axes * np.asarray(spacing)
    matrix[:3, 3] = origin
    return matrix


turn = st.floats(-1, 1)


@st.composite
def rotations(draw) -> np.ndarray:
    quaternion = np.array([1.5 + draw(turn), draw(turn), draw(turn), draw(turn)])
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    axes = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return axes * draw(st.sampled_from([(1, 1, 1), (1, 1, -1)]))


mm = st.floats(-500, 500)
step = st.floats(0.1, 12.0)


@given(
    axes=rotations(),
    spacing=st.tuples(step, step, step),
    origin=st.tuples(mm, mm, mm),
    ijk=st.tuples(mm, mm, mm),
)
def test_indices_go_to_the_patient_and_back(axes, spacing, origin, ijk):
    image = _image(_matrix(axes, spacing, origin))
    np.testing.assert_allclose(image.to_ijk(image.to_lps(ijk)), ijk, atol=1e-6)
    np.testing.assert_allclose(image.spacing, spacing, rtol=1e-9)
    assert abs(np.linalg.norm(image.slice_normal) - 1) < 1e-9


@given(axes=rotations(), spacing=st.tuples(step, step, step), origin=st.tuples(mm, mm, mm))
def test_a_step_along_each_index_is_as_long_as_its_spacing(axes, spacing, origin):
    image = _image(_matrix(axes, spacing, origin))
    corner = image.to_lps([0, 0, 0])
    np.testing.assert_allclose(corner, origin, atol=1e-9)
    for axis in range(3):
        moved = image.to_lps(np.eye(3)[axis])
        np.testing.assert_allclose(np.linalg.norm(moved - corner), spacing[axis], rtol=1e-9)


def test_many_points_of_any_shape_are_mapped_at_once():
    image = _image(_matrix(np.eye(3), (0.6, 0.7, 4.0), (1, 2, 3)))
    ijk = np.random.default_rng(0).uniform(0, 20, (4, 5, 3))
    assert image.to_lps(ijk).shape == (4, 5, 3)
    np.testing.assert_allclose(image.to_lps(ijk)[2, 3], image.to_lps(ijk[2, 3]))


@pytest.mark.parametrize(("normal_axis", "name"), [(0, "sagittal"), (1, "coronal"), (2, "axial")])
def test_orientation_is_the_plane_nearest_to_the_slices(normal_axis, name):
    others = [axis for axis in range(3) if axis != normal_axis]
    turn = np.radians(20)
    i = np.cos(turn) * np.eye(3)[others[0]] + np.sin(turn) * np.eye(3)[normal_axis]
    j = np.eye(3)[others[1]]
    image = _image(_matrix(np.column_stack([i, j, np.cross(i, j)]), (1, 1, 4), (0, 0, 0)))
    assert image.orientation == name
    assert image.obliquity_deg == pytest.approx(20)


def test_the_left_hip_has_larger_x_whatever_way_the_columns_run():
    """LPS: x grows to the patient's left; a mirrored grid changes indices, not places."""
    radiological = _image(_matrix(np.diag([1.0, 1, 1]), (1, 1, 4), (-12, 0, 0)))
    mirrored = _image(_matrix(np.diag([-1.0, 1, -1]), (1, 1, 4), (11, 0, 0)))
    np.testing.assert_allclose(radiological.to_lps([20, 5, 0]), [8, 5, 0])
    np.testing.assert_allclose(mirrored.to_lps([3, 5, 0]), [8, 5, 0])


def test_ras_is_lps_with_two_signs_changed():
    """A matrix to RAS, as NIfTI and MRML use it, gives the same place after diag(-1, -1, 1)."""
    image = _image(_matrix(np.eye(3), (0.6, 0.7, 4.0), (5, -6, 7)))
    to_ras = np.diag([-1.0, -1, 1, 1]) @ image.ijk_to_lps
    ras = (to_ras @ [3, 4, 1, 1])[:3]
    np.testing.assert_allclose(ras * [-1, -1, 1], image.to_lps([3, 4, 1]))


def test_slices_are_given_by_number():
    image = _image(np.eye(4))
    assert image.slice_pixels(2).shape == (20, 24)
    assert image.slice_pixels(2).dtype == np.float32
    for wrong in (-1, 3):
        with pytest.raises(ImageError, match="slices 0 to 2"):
            image.slice_pixels(wrong)


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((0, 20, 24)), "expected slices"),
        (np.zeros((20, 24)), "expected slices"),
        (np.ones((2, 20, 8)), "too few"),
        (np.zeros((2, 20, 24)), "same value"),
        (np.full((2, 20, 24), np.nan), "NaN"),
        (np.where(np.arange(24) > 3, np.inf, np.ones((2, 20, 24))), "infinite"),
    ],
)
def test_useless_pixels_are_refused(pixels, words):
    with pytest.raises(ImageError, match=words):
        _image(np.eye(4), pixels)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.diag([1.0, 1, 0, 1]), "singular"),
        (np.full((4, 4), np.nan), "finite"),
        (np.eye(3), "4x4"),
    ],
)
def test_useless_geometry_is_refused(matrix, words):
    with pytest.raises(ImageError, match=words):
        _image(matrix)


def test_images_and_chains_compare_by_identity():
    """Arrays cannot answer == with one truth value; comparing must not fail for that."""
    image = _image(np.eye(4))
    assert image == image
    assert image != _image(np.eye(4))


def test_calibration_factor_must_be_plausible():
    with pytest.raises(ValueError, match="plausible"):
        Calibration(SpacingProvenance.ERMF, 0.0)
    assert not Calibration(SpacingProvenance.DETECTOR_PLANE).calibrated
    assert Calibration(SpacingProvenance.ERMF, 0.85).calibrated
