"""A radiograph in a real scene: coronal, its own pixel size, magnification outside the node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from film_files import COLUMN_MM, COLUMNS, ROW_MM, ROWS, write_film

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import SpacingProvenance, read_image

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import add_volume, image_of_volume  # noqa: E402
from HipLandmarksLib.scene.film import place_film, show_in_coronal_view  # noqa: E402
from HipLandmarksLib.scene.frames import matrix_to_array  # noqa: E402


def ijk_to_ras(node: Any) -> np.ndarray:
    """The node's matrix as array."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix_to_array(matrix)


def loaded_by_slicer(scene: Any, image: Any) -> Any:
    """A node as Slicer's DICOM reader leaves it: axial, 1 mm."""
    node = add_volume(scene, image)
    node.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)
    node.SetSpacing(1.0, 1.0, 1.0)
    for name in list(node.GetAttributeNames()):
        node.RemoveAttribute(name)
    return node


@pytest.fixture
def green(scene: Any) -> Any:
    """The coronal view of Slicer's layout: a slice logic with its nodes, 400 x 300 pixels."""
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLScene(scene)
    logic.AddSliceNode("Green").SetLayoutName("Green")
    logic.GetSliceNode().SetDimensions(400, 300, 1)
    logic.GetSliceCompositeNode().SetLayoutName("Green")
    return logic


def test_the_columns_of_the_matrix_are_those_of_the_specification(scene: Any, tmp_path: Path):
    image = read_image(
        write_film(tmp_path / "film.dcm", EstimatedRadiographicMagnificationFactor=1.2)
    )
    matrix = ijk_to_ras(add_volume(scene, image))
    np.testing.assert_allclose(matrix[:3, 0], (-COLUMN_MM, 0, 0), atol=1e-12)
    np.testing.assert_allclose(matrix[:3, 1], (0, 0, -ROW_MM), atol=1e-12)
    np.testing.assert_allclose(matrix[:3, 2], (0, -1, 0), atol=1e-12)


def test_the_magnification_stays_outside_the_node(scene: Any, tmp_path: Path):
    film = write_film(tmp_path / "film.dcm", EstimatedRadiographicMagnificationFactor=1.2)
    node = add_volume(scene, read_image(film))
    assert node.GetSpacing()[:2] == pytest.approx((COLUMN_MM, ROW_MM))
    back = image_of_volume(node)
    assert back.calibration.provenance is SpacingProvenance.ERMF
    assert back.calibration.factor == pytest.approx(1 / 1.2)


def test_what_decides_how_to_measure_survives_the_node(scene: Any, tmp_path: Path):
    image = read_image(
        write_film(
            tmp_path / "film.dcm",
            EstimatedRadiographicMagnificationFactor=12.0,
            ImageLaterality="U",
            ViewPosition="AP",
        )
    )
    back = image_of_volume(add_volume(scene, image))
    assert (back.patient_sex, back.patient_age_years) == ("F", 61.0)
    assert back.metadata["laterality"] == "U"
    assert back.metadata["view_position"] == "AP"
    assert back.calibration.remarks == image.calibration.remarks != ()
    assert back.calibration.warnings == image.calibration.warnings


@pytest.mark.parametrize(
    ("orientation", "columns"),
    [(["L", "F"], (-COLUMN_MM, 0, 0)), (["R", "F"], (COLUMN_MM, 0, 0))],
)
def test_a_film_that_slicer_loaded_is_put_right(
    scene: Any, tmp_path: Path, orientation: list[str], columns: tuple[float, ...]
):
    film = write_film(tmp_path / "film.dcm", PatientOrientation=orientation)
    image = read_image(film)
    node = loaded_by_slicer(scene, image)
    assert image_of_volume(node).orientation == "axial"
    place_film(node, image)
    back = image_of_volume(node)
    np.testing.assert_allclose(ijk_to_ras(node)[:3, 0], columns, atol=1e-12)
    np.testing.assert_allclose(back.ijk_to_lps, image.ijk_to_lps, atol=1e-12)
    np.testing.assert_array_equal(back.pixels, image.pixels)
    assert back.orientation == "coronal"
    assert (back.modality, back.calibration) == (image.modality, image.calibration)


def test_another_image_is_not_put_in_its_place(scene: Any, case: Any, tmp_path: Path):
    image = read_image(write_film(tmp_path / "film.dcm"))
    with pytest.raises(ImageError, match="is not the film"):
        place_film(add_volume(scene, case.image), image)
    with pytest.raises(ImageError, match="is not the film"):
        place_film(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty"), image)


@pytest.mark.parametrize("orientation", [["L", "F"], ["R", "F"], ["R", "H"], ["F", "L"]])
def test_the_coronal_view_shows_the_patients_right_on_the_left(
    scene: Any, green: Any, tmp_path: Path, orientation: list[str]
):
    """A slice view shows what lies at XYToRAS: x from the left, y from the bottom of the view."""
    image = read_image(write_film(tmp_path / "film.dcm", PatientOrientation=orientation))
    node = add_volume(scene, image)
    assert show_in_coronal_view(node)
    assert green.GetSliceCompositeNode().GetBackgroundVolumeID() == node.GetID()
    xy_to_ras = matrix_to_array(green.GetSliceNode().GetXYToRAS())
    left_of_view, right_of_view = (xy_to_ras @ (x, 150, 0, 1) for x in (10, 390))
    bottom, top = (xy_to_ras @ (200, y, 0, 1) for y in (10, 290))
    assert (
        left_of_view[0] > 0 < left_of_view[0] - right_of_view[0]
        or left_of_view[0] > (right_of_view[0])
    )
    assert top[2] > bottom[2]
    corners = np.array([(i, j, 0, 1) for i in (0, COLUMNS - 1) for j in (0, ROWS - 1)])
    places = np.linalg.inv(xy_to_ras) @ ijk_to_ras(node) @ corners.T
    assert places[0].min() > -1 and places[0].max() < 401
    assert places[1].min() > -1 and places[1].max() < 301
    np.testing.assert_allclose(places[2], 0, atol=1e-6)  # the film lies in the slice


def test_the_slice_view_really_shows_its_pixels(scene: Any, green: Any, tmp_path: Path):
    """The film, 24 mm by 36 mm, fills the middle half of 400 x 300 pixels.

    The bright columns of an AP film are the patient's right, the left of the view; its brighter
    first rows are on top.
    """
    node = add_volume(scene, read_image(write_film(tmp_path / "film.dcm")))
    show_in_coronal_view(node)
    layer = green.GetBackgroundLayer()
    layer.UpdateTransforms()
    layer.GetReslice().Update()
    shown = layer.GetReslice().GetOutput()

    def grey(x: int, y: int) -> float:
        return shown.GetScalarComponentAsDouble(x, y, 0, 0)

    assert (grey(120, 60), grey(280, 60)) == (900.0, 100.0)
    assert (grey(120, 270), grey(280, 270)) == (950.0, 150.0)
    assert grey(80, 60) == grey(320, 60) == 0.0  # beside the film


def test_without_a_coronal_view_nothing_is_shown(scene: Any, tmp_path: Path):
    node = add_volume(scene, read_image(write_film(tmp_path / "film.dcm")))
    assert not show_in_coronal_view(node)
