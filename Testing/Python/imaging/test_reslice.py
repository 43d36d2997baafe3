"""A volume of nearly equal spacing can be looked at coronally, however it was scanned."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    as_coronal,
    axis_letters,
    coronal_angle_deg,
    slice_depths_mm,
    unreadable_slices,
)

CENTRE = np.array([12.0, -7.0, 31.0])


def rotation(degrees, axis):
    a, (x, y, z) = np.radians(degrees), np.asarray(axis, dtype=float) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(a) * cross + (1 - np.cos(a)) * cross @ cross


def field(lps):
    """A grey value that is known at every place in the patient."""
    x, y, z = np.moveaxis(np.asarray(lps) - CENTRE, -1, 0)
    return 500 + 8 * x - 5 * y + 3 * z


def volume(axes, spacing=(1.5, 1.5, 2.0), shape=(40, 44, 48), dtype=np.float32):
    """A volume about CENTRE whose index axes run along the columns of ``axes``."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.asarray(axes) * spacing
    middle = (np.array(shape[::-1]) - 1) / 2
    matrix[:3, 3] = CENTRE - matrix[:3, :3] @ middle
    k, j, i = np.meshgrid(*map(np.arange, shape), indexing="ij")
    lps = np.stack([i, j, k], axis=-1) @ matrix[:3, :3].T + matrix[:3, 3]
    pixels = field(lps).astype(dtype)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.MR, calibration, "hip", {"notes": "first"})


AXIAL = np.column_stack([[1, 0, 0], [0, 1, 0], [0, 0, 1]])


@settings(max_examples=12, deadline=None)
@given(st.floats(24, 44), st.sampled_from([(1, 0, 0), (1, 0, 1), (0, 1, 1)]), st.booleans())
def test_every_grey_value_stays_at_its_place_in_the_patient(degrees, axis, integers):
    tilted = rotation(degrees, axis) @ AXIAL
    image = volume(tilted, dtype=np.int16 if integers else np.float32)
    found = as_coronal(image)
    assert coronal_angle_deg(found) == pytest.approx(0, abs=1e-4)
    assert axis_letters(found) == "LIP"
    assert found.pixels.dtype == image.pixels.dtype
    for offset in ((0, 0, 0), (9, -6, 4), (-8, 7, -9)):
        i, j, k = np.rint(found.to_ijk(CENTRE + offset)).astype(int)
        place = found.to_lps((i, j, k))
        assert found.pixels[k, j, i] == pytest.approx(field(place), abs=1.6 if integers else 0.05)


def test_the_new_slices_are_as_fine_as_the_volume_allows_and_hold_all_of_it():
    image = volume(rotation(30, (1, 0, 0)) @ AXIAL)
    found = as_coronal(image)
    assert found.spacing == pytest.approx((1.5, 1.5, 2.0))
    corners = image.to_lps([(0, 0, 0), (47, 43, 39), (0, 43, 0), (47, 0, 39)])
    indices = found.to_ijk(corners)
    assert np.all(indices > -1) and np.all(indices < np.array(found.pixels.shape[::-1]))
    assert found.metadata["notes"] == "first; resampled from oblique axial to coronal slices"


def test_a_straight_axial_volume_is_only_reordered():
    found = as_coronal(volume(rotation(8, (1, 0, 0)) @ AXIAL))
    assert "reordered" in found.metadata["notes"]
    assert coronal_angle_deg(found) == pytest.approx(8)


def test_a_leaning_stack_of_thick_slices_keeps_its_slices():
    coronal = np.column_stack([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    thick = volume(rotation(25, (1, 0, 0)) @ coronal, spacing=(1.5, 1.5, 4.0))
    assert as_coronal(thick) is thick


def test_thick_oblique_axial_slices_are_refused_with_advice():
    thick = volume(rotation(25, (1, 0, 0)) @ AXIAL, spacing=(0.8, 0.8, 5.0))
    with pytest.raises(ImageError, match="choose the coronal series or reformat the volume"):
        as_coronal(thick)


def test_reslicing_needs_little_more_memory_than_its_result():
    image = volume(rotation(30, (1, 0, 0)) @ AXIAL, (1.0, 1.0, 1.0), (90, 90, 90), np.int16)
    tracemalloc.start()
    found = as_coronal(image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one_slice = found.pixels[0].size * 8
    assert peak < found.pixels.nbytes + 20 * one_slice


@pytest.mark.parametrize("forwards", [False, True])
def test_depths_count_millimetres_to_the_front(forwards):
    back = -1.0 if forwards else 1.0
    axes = np.column_stack([[1, 0, 0], [0, 0, -1], [0, back, 0]])
    image = volume(axes, spacing=(1.5, 1.5, 4.0), shape=(6, 20, 20))
    depths = slice_depths_mm(image)
    assert np.diff(depths) == pytest.approx(-4.0 * back)
    assert depths[2] == pytest.approx(-image.to_lps((5, 9, 2))[1])


def test_blank_and_repeated_slices_are_named():
    image = volume(AXIAL, shape=(6, 20, 20))
    pixels = image.pixels.copy()
    pixels[2] = 0
    pixels[4] = pixels[3]
    found = unreadable_slices(HipImage(pixels, image.ijk_to_lps, Modality.MR, image.calibration))
    assert found == {2: "it is blank", 4: "it repeats slice 3"}
    assert unreadable_slices(image) == {}
