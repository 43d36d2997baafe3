"""Films that Slicer's own readers loaded are set right by their files, and that is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK
from film_files import write_film
from PIL import Image

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Modality, SpacingProvenance, read_image
from HipLandmarksLib.scene import (
    RepairKind,
    add_volume,
    image_of_volume,
    load_scene,
    prepare_volume,
    repairs_of,
    save_scene,
    take_as_radiograph,
)


def loaded(scene: Any, path: Path) -> Any:
    """The file as Slicer's own reader brings it into a scene."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", path.stem)
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    storage.SetSingleFile(True)
    assert storage.ReadData(node)
    node.SetAndObserveStorageNodeID(storage.GetID())
    node.CreateDefaultDisplayNodes()
    return node


def picture_loaded(scene: Any, path: Path) -> Any:
    """A picture as Slicer's reader brings it: axial, 1 mm, colours as a vector volume.

    The bare libraries have no reader of pictures, so its result is made here.
    """
    pixels = np.asarray(Image.open(path))[np.newaxis]
    kind = "vtkMRMLVectorVolumeNode" if pixels.ndim == 4 else "vtkMRMLScalarVolumeNode"
    node = scene.AddNewNodeByClass(kind, path.stem)
    slicer.util.updateVolumeFromArray(node, pixels)
    node.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    node.SetAndObserveStorageNodeID(storage.GetID())
    node.CreateDefaultDisplayNodes()
    return node


def kinds(repairs: Any) -> list[RepairKind]:
    return [repair.kind for repair in repairs]


def is_as_the_file(node: Any, path: Path) -> bool:
    """Whether the volume lies, and is calibrated, as the file says; pixels grow together."""
    shown, meant = image_of_volume(node), read_image(path)
    np.testing.assert_allclose(shown.ijk_to_lps, meant.ijk_to_lps, atol=1e-9)
    together = np.corrcoef(shown.pixels.ravel(), meant.pixels.ravel())[0, 1]
    same = (shown.modality, shown.calibration) == (meant.modality, meant.calibration)
    return (
        same and shown.metadata["orientation"] == meant.metadata["orientation"] and together > 0.99
    )


def test_slicer_lays_a_film_into_the_axial_plane_and_that_is_set_right(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm", EstimatedRadiographicMagnificationFactor=1.2)
    node = loaded(scene, path)
    assert image_of_volume(node).orientation == "axial"
    prepared = prepare_volume(node)
    assert prepared.node is node and RepairKind.PLANE in kinds(prepared.repairs)
    assert is_as_the_file(node, path)
    assert image_of_volume(node).calibration.provenance is SpacingProvenance.ERMF
    assert all(repair.text.endswith(".") and "{" not in repair.text for repair in prepared.repairs)


def test_a_mirrored_film_gets_its_sides_from_the_file(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm", PatientOrientation=["R", "F"])
    node = loaded(scene, path)
    prepare_volume(node)
    assert is_as_the_file(node, path)
    assert image_of_volume(node).ijk_to_lps[0, 0] < 0


def test_a_calibrated_pixel_size_comes_before_the_detectors(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm", PixelSpacing=[0.25, 0.125])
    node = loaded(scene, path)
    repairs = prepare_volume(node).repairs
    assert is_as_the_file(node, path)
    if RepairKind.SPACING in kinds(repairs):  # depends on the reader that Slicer was built with
        assert "0.125 x 0.25 mm" in repairs[kinds(repairs).index(RepairKind.SPACING)].text


def test_pixels_of_one_millimetre_are_told(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm")
    node = loaded(scene, path)
    node.SetSpacing(1.0, 1.0, 1.0)
    spacing = next(r for r in prepare_volume(node).repairs if r.kind is RepairKind.SPACING)
    assert spacing.text == "Pixels of 1 x 1 mm are 0.15 x 0.3 mm now, as the file states."


def test_bone_is_bright_whatever_the_reader_made_of_the_grey_values(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm", PhotometricInterpretation="MONOCHROME1")
    node = loaded(scene, path)
    stored = pydicom.dcmread(path).pixel_array[np.newaxis]
    slicer.util.updateVolumeFromArray(node, stored)  # as a reader that does not invert
    node.GetDisplayNode().SetInvertDisplayScalarRange(True)
    prepared = prepare_volume(node)
    assert RepairKind.INTENSITY in kinds(prepared.repairs)
    assert is_as_the_file(node, path)
    assert not node.GetDisplayNode().GetInvertDisplayScalarRange()


def test_grey_values_that_were_right_stay(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm")
    node = loaded(scene, path)
    before = slicer.util.arrayFromVolume(node).copy()
    assert RepairKind.INTENSITY not in kinds(prepare_volume(node).repairs)
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(node), before)


def test_a_film_from_the_dicom_database_is_found_by_its_instance(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm")
    node = loaded(scene, path)
    scene.RemoveNode(node.GetStorageNode())
    assert prepare_volume(node).repairs == (), "nothing tells what it is"
    node.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    repairs = prepare_volume(node, lambda uid: str(path) if uid == "1.2.3" else "").repairs
    assert repairs and is_as_the_file(node, path)


def test_a_prepared_film_is_left_alone_also_after_its_scene_was_loaded(scene, tmp_path):
    path = write_film(tmp_path / "film.dcm")
    node = loaded(scene, path)
    repairs = prepare_volume(node).repairs
    matrix = image_of_volume(node).ijk_to_lps
    assert prepare_volume(node).repairs == repairs
    save_scene(scene, tmp_path / "scene.mrb")
    again = load_scene(tmp_path / "scene.mrb").GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    assert repairs_of(again) == repairs == prepare_volume(again).repairs
    np.testing.assert_allclose(image_of_volume(again).ijk_to_lps, matrix)


def test_a_volume_is_no_film(scene, case):
    node = add_volume(scene, case.image)
    for name in list(node.GetAttributeNames()):
        node.RemoveAttribute(name)
    before = image_of_volume(node)
    assert prepare_volume(node).repairs == ()
    np.testing.assert_array_equal(image_of_volume(node).ijk_to_lps, before.ijk_to_lps)
    assert prepare_volume(None).repairs == ()


@pytest.fixture
def picture(tmp_path: Path) -> np.ndarray:
    """Grey noise, 60 rows of 80 columns."""
    return np.random.default_rng(1).integers(0, 255, (60, 80), dtype=np.uint8)


def test_a_grey_picture_becomes_a_film_without_pixel_size(scene, tmp_path, picture):
    path = tmp_path / "film.png"
    Image.fromarray(picture).save(path)
    node = picture_loaded(scene, path)
    assert RepairKind.PLANE in kinds(prepare_volume(node).repairs)
    image = image_of_volume(node)
    assert image.calibration.provenance is SpacingProvenance.NONE
    np.testing.assert_array_equal(image.pixels[0], picture)


def test_a_colour_picture_gets_a_grey_copy_once(scene, tmp_path, picture):
    path = tmp_path / "film.jpg"
    Image.fromarray(picture).convert("RGB").save(path, quality=95)
    node = picture_loaded(scene, path)
    prepared = prepare_volume(node)
    assert prepared.node is not node and kinds(prepared.repairs) == [RepairKind.COLOUR]
    assert image_of_volume(prepared.node).orientation == "coronal"
    count = scene.GetNumberOfNodes()
    assert prepare_volume(node).node is prepared.node
    assert prepare_volume(prepared.node).node is prepared.node
    assert scene.GetNumberOfNodes() == count


def test_a_colour_picture_whose_file_is_gone_is_turned_to_grey_all_the_same(
    scene, tmp_path, picture
):
    path = tmp_path / "film.png"
    Image.fromarray(picture).convert("RGB").save(path)
    node = picture_loaded(scene, path)
    path.unlink()
    np.testing.assert_array_equal(image_of_volume(prepare_volume(node).node).pixels[0], picture)


def test_a_person_can_say_that_a_single_image_is_a_radiograph(scene, tmp_path, picture):
    path = tmp_path / "film.nrrd"
    node = loaded(scene, _saved(picture, path))
    assert prepare_volume(node).repairs == ()
    assert image_of_volume(node).modality is Modality.UNKNOWN
    prepared = take_as_radiograph(node)
    assert kinds(prepared.repairs)[0] is RepairKind.KIND
    image = image_of_volume(node)
    assert image.modality is Modality.XRAY and image.orientation == "coronal"
    assert image.calibration.provenance is SpacingProvenance.UNKNOWN_PIXELSPACING
    assert take_as_radiograph(node).repairs == prepared.repairs


def test_an_mri_cannot_be_taken_for_a_radiograph(scene, case):
    with pytest.raises(ImageError, match="no single image of unknown kind"):
        take_as_radiograph(add_volume(scene, case.image))


def _saved(picture: np.ndarray, path: Path) -> Path:
    image = SimpleITK.GetImageFromArray(picture[np.newaxis])
    image.SetSpacing((0.2, 0.2, 1.0))
    SimpleITK.WriteImage(image, str(path))
    return path
