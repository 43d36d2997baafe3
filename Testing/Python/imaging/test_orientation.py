"""Hips are measured on coronal images; another stack is named, not measured."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    as_coronal,
    axis_letters,
    coronal_angle_deg,
    require_coronal,
)
from HipLandmarksLib.imaging.orientation import direction_letter, plane_name

LEFT, BACK, UP = np.eye(3)
PIXELS = np.arange(3 * 20 * 24).reshape(3, 20, 24)


def _stack(i: np.ndarray, j: np.ndarray, **options: object) -> HipImage:
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([i, j, 4.0 * np.cross(i, j)])
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(PIXELS, matrix, Modality.MR, calibration, "knee", **options)


def _turned(degrees: float) -> HipImage:
    angle = np.radians(degrees)
    return _stack(np.cos(angle) * LEFT + np.sin(angle) * BACK, -UP)


@pytest.mark.parametrize("degrees", [0, 10, 30, 44.9, 180, -45, 135.1])
def test_coronal_and_oblique_coronal_stacks_pass(degrees):
    require_coronal(_turned(degrees))


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (_stack(LEFT, BACK), r"knee is an axial stack \(3 slices, 4\.0 mm apart; 90 degrees off"),
        (_stack(BACK, -UP), r"knee is a sagittal stack \(3 slices"),
        (_turned(50), r"knee is an oblique sagittal stack .*50 degrees off the coronal plane"),
    ],
)
def test_other_stacks_are_refused_by_name(image, words):
    with pytest.raises(ImageError, match=rf"{words}.*choose the coronal series or reformat"):
        require_coronal(image)


def test_a_stack_that_leans_both_ways_is_refused_though_coronal_is_nearest():
    """50 degrees off, and further off every other plane."""
    normal = np.array([np.sin(np.radians(50)) / np.sqrt(2), np.cos(np.radians(50)), 0])
    normal[2] = normal[0]
    i = np.cross(normal, UP) / np.linalg.norm(np.cross(normal, UP))
    image = _stack(i, np.cross(normal, i))
    assert image.orientation == "coronal"
    assert coronal_angle_deg(image) == pytest.approx(50)
    with pytest.raises(ImageError, match="oblique coronal"):
        require_coronal(image)


def test_an_assumed_orientation_is_mentioned():
    image = _stack(LEFT, BACK, metadata={"orientation": "assumed: the file states none"})
    with pytest.raises(ImageError, match="its orientation is assumed: the file states none"):
        require_coronal(image)


def _blocks(spacing: tuple[float, float, float], axes: str) -> HipImage:
    """A volume of 20 x 24 x 30 voxels whose index axes grow along the given letters."""
    ways = {"L": LEFT, "R": -LEFT, "P": BACK, "A": -BACK, "S": UP, "I": -UP}
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([ways[letter] for letter in axes]) * spacing
    matrix[:3, 3] = (-7.0, 8.0, 9.0)
    pixels = np.random.default_rng(0).integers(0, 999, (30, 24, 20))
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.UNKNOWN, calibration, "hip", {"notes": "first"})


@pytest.mark.parametrize(
    ("spacing", "axes"),
    [((0.9, 5.2, 0.9), "RAS"), ((1.0, 1.0, 1.2), "LPS"), ((4.0, 0.8, 0.7), "AIL")],
)
def test_coronal_slices_stored_along_another_axis_are_brought_forward(spacing, axes):
    """Nothing is resampled: each voxel keeps its value and its place in the patient."""
    image = _blocks(spacing, axes)
    turned = as_coronal(image)
    require_coronal(turned)
    assert axis_letters(turned)[0] in "LR"
    assert axis_letters(turned)[1] in "SI"
    for index in ((0, 0, 0), (3, 5, 7), (19, 23, 29)):
        i, j, k = np.rint(turned.to_ijk(image.to_lps(index))).astype(int)
        np.testing.assert_allclose(turned.to_lps((i, j, k)), image.to_lps(index), atol=1e-9)
        assert turned.pixels[k, j, i] == image.pixels[index[2], index[1], index[0]]
    assert turned.metadata["notes"].startswith("first; voxels reordered from")


def test_a_coronal_image_is_left_alone():
    image = _turned(20)
    assert as_coronal(image) is image


def test_thick_axial_slices_cannot_be_cut_coronally():
    with pytest.raises(ImageError, match=r"axial stack .*5\.0 mm apart"):
        as_coronal(_blocks((0.9, 0.9, 5.0), "LPS"))


def test_too_few_axial_slices_cannot_be_cut_coronally():
    with pytest.raises(ImageError, match="axial stack"):
        as_coronal(_stack(LEFT, BACK / 4 * 16))


def test_names_of_directions():
    assert [direction_letter(v) for v in (LEFT, -LEFT, BACK, -BACK, UP, -UP)] == list("LRPASI")
    assert axis_letters(_stack(LEFT, -UP)) == "LIP"
    assert axis_letters(_stack(-LEFT, UP)) == "RSP"


def test_names_of_planes():
    assert plane_name(BACK) == "coronal"
    assert plane_name(-3 * UP) == "axial"
    assert plane_name([0.5, 1, 0]) == "oblique coronal"
