"""A volume that was scanned along another plane gets coronal slices beside it in the scene."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    require_coronal,
)
from HipLandmarksLib.scene import add_volume, image_of_volume
from HipLandmarksLib.scene.coronal import coronal_volume
from HipLandmarksLib.scene.prepare import new_scene


@pytest.fixture
def scene():
    made = new_scene()
    yield made
    made.Clear(0)


def axial(spacing=(1.5, 1.5, 1.5)):
    pixels = np.random.default_rng(0).integers(0, 900, (20, 24, 28)).astype(np.int16)
    matrix = np.diag([*spacing, 1.0])
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.MR, calibration, "cube")


def test_coronal_slices_are_cut_once_and_lie_where_the_volume_lies(scene):
    image = axial()
    node = add_volume(scene, image)
    cut = coronal_volume(scene, node, image)
    assert cut is not node and cut.GetName() == "cube (coronal)"
    found = image_of_volume(cut)
    require_coronal(found)
    i, j, k = np.rint(found.to_ijk(image.to_lps((5, 7, 11)))).astype(int)
    assert found.pixels[k, j, i] == image.pixels[11, 7, 5]
    assert found.modality is Modality.MR
    assert coronal_volume(scene, node, image) is cut


def test_coronal_slices_are_their_own(scene):
    cut = coronal_volume(scene, add_volume(scene, axial()), axial())
    assert coronal_volume(scene, cut, image_of_volume(cut)) is cut


def test_a_cut_volume_that_was_removed_is_made_anew(scene):
    node = add_volume(scene, axial())
    scene.RemoveNode(coronal_volume(scene, node, axial()))
    again = coronal_volume(scene, node, axial())
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 2
    assert again.GetNodeReference("HipLandmarks.cutFrom") is node


def test_thick_axial_slices_are_refused_with_advice(scene):
    thick = axial((1.5, 1.5, 6.0))
    with pytest.raises(ImageError, match="choose the coronal series or reformat"):
        coronal_volume(scene, add_volume(scene, thick), thick)
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1
