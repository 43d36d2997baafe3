"""Images become volume nodes and come back with pixels and geometry unchanged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from HipLandmarksLib.scene import add_volume, image_of_volume  # noqa: E402

PATIENT = Calibration(SpacingProvenance.PATIENT_PLANE)


def image_with(matrix: np.ndarray, dtype: Any = np.int16) -> HipImage:
    """A small volume with that ijk-to-LPS matrix."""
    pixels = np.arange(3 * 18 * 17).reshape(3, 18, 17).astype(dtype)
    return HipImage(pixels, matrix, Modality.MR, PATIENT, name="volume")


angles = st.tuples(*[st.floats(-180, 180)] * 3)
spacings = st.tuples(*[st.floats(0.2, 6.0)] * 3)
origins = st.tuples(*[st.floats(-500, 500)] * 3)


@settings(max_examples=40, deadline=None)
@given(turn=angles, spacing=spacings, origin=origins, mirrored=st.booleans())
def test_every_geometry_survives(
    turn: tuple[float, ...], spacing: tuple[float, ...], origin: tuple[float, ...], mirrored: bool
) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix() * spacing
    matrix[:3, 2] *= -1 if mirrored else 1
    matrix[:3, 3] = origin
    back = image_of_volume(add_volume(slicer.vtkMRMLScene(), image_with(matrix)))
    assert back.ijk_to_lps == pytest.approx(matrix, abs=1e-9)


def test_pixels_lie_where_the_image_says(scene: Any, case: Any) -> None:
    node = add_volume(scene, case.image)
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    ras = np.array(matrix.MultiplyPoint((60, 80, 10, 1)))[:3]  # centre of the right disc
    assert ras * [-1, -1, 1] == pytest.approx(case.image.to_lps([60, 80, 10]))
    assert ras[0] > 0  # the patient's right is R
    value = node.GetImageData().GetScalarComponentAsDouble(60, 80, 10, 0)
    assert value == case.image.pixels[10, 80, 60]


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i2", "u2", "i4", "i8", "f4", "f8", ">f4"])
def test_pixels_survive_in_every_type(scene: Any, dtype: str) -> None:
    image = image_with(np.eye(4), np.dtype(dtype))
    back = image_of_volume(add_volume(scene, image))
    assert np.array_equal(back.pixels, image.pixels.astype(np.float64))
    assert (back.modality, back.calibration, back.name) == (Modality.MR, PATIENT, "volume")


def test_the_window_is_fixed_and_shows_the_tissue(scene: Any, case: Any) -> None:
    display = add_volume(scene, case.image).GetDisplayNode()
    assert not display.GetAutoWindowLevel()
    assert 100 < display.GetWindowLevelMin() < 200
    assert 500 < display.GetWindowLevelMax() < case.image.pixels.max()


@pytest.mark.parametrize(
    ("dicom", "modality", "provenance"),
    [
        ("MR", Modality.MR, SpacingProvenance.PATIENT_PLANE),
        ("CT", Modality.CT, SpacingProvenance.PATIENT_PLANE),
        ("DX", Modality.XRAY, SpacingProvenance.UNKNOWN_PIXELSPACING),
        (None, Modality.UNKNOWN, SpacingProvenance.UNKNOWN_PIXELSPACING),
    ],
)
def test_a_node_that_slicer_loaded_is_understood(
    scene: Any, case: Any, dicom: str | None, modality: Modality, provenance: SpacingProvenance
) -> None:
    node = add_volume(scene, case.image)
    for attribute in ("Modality", "SpacingProvenance", "CalibrationFactor"):
        node.RemoveAttribute(f"HipLandmarks.{attribute}")
    if dicom is not None:
        node.SetAttribute("DICOM.Modality", dicom)
    image = image_of_volume(node)
    assert (image.modality, image.calibration.provenance) == (modality, provenance)
    assert image_of_volume(node, Modality.CT, PATIENT).calibration is PATIENT


def test_a_volume_is_read_where_a_transform_puts_it(scene: Any, case: Any) -> None:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    node = add_volume(scene, case.image)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    shift = vtkMatrix4x4()
    shift.SetElement(0, 3, 15.0)  # 15 mm to the patient's right
    transform.SetMatrixTransformToParent(shift)
    node.SetAndObserveTransformNodeID(transform.GetID())
    moved = image_of_volume(node).to_lps([0, 0, 0]) - case.image.to_lps([0, 0, 0])
    assert moved == pytest.approx([-15.0, 0.0, 0.0])


def test_what_is_no_grey_image_is_refused(scene: Any, case: Any) -> None:
    from vtkmodules.vtkCommonDataModel import vtkImageData

    with pytest.raises(ImageError, match="holds no image"):
        image_of_volume(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty"))
    with pytest.raises(ImageError, match="holds no image"):
        image_of_volume(None)
    colour = add_volume(scene, case.image)
    data = vtkImageData()
    data.SetDimensions(20, 20, 1)
    data.AllocateScalars(3, 3)
    colour.SetAndObserveImageData(data)
    with pytest.raises(ImageError, match="colour"):
        image_of_volume(colour)


def test_a_warped_volume_is_refused(scene: Any, case: Any) -> None:
    from vtkmodules.vtkCommonTransforms import vtkThinPlateSplineTransform

    node = add_volume(scene, case.image)
    warp = scene.AddNewNodeByClass("vtkMRMLTransformNode", "warp")
    warp.SetAndObserveTransformToParent(vtkThinPlateSplineTransform())
    node.SetAndObserveTransformNodeID(warp.GetID())
    with pytest.raises(ImageError, match="Harden"):
        image_of_volume(node)
