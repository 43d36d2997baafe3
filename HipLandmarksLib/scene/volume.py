"""Images as volume nodes, and volume nodes as images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData

from ..errors import ImageError
from ..imaging import Calibration, HipImage, Modality, SpacingProvenance
from .frames import array_to_matrix, flip_matrix, matrix_to_array, matrix_to_world

MODALITY_ATTRIBUTE = "HipLandmarks.Modality"
PROVENANCE_ATTRIBUTE = "HipLandmarks.SpacingProvenance"
FACTOR_ATTRIBUTE = "HipLandmarks.CalibrationFactor"
DETAIL_ATTRIBUTE = "HipLandmarks.CalibrationDetail"
REMARKS_ATTRIBUTE = "HipLandmarks.CalibrationRemarks"
FILE_CALIBRATION_ATTRIBUTE = "HipLandmarks.FileCalibration"
"""The calibration with which the image came, whatever was measured or stated since."""
FACT_ATTRIBUTES: Mapping[str, str] = {
    "patient_sex": "HipLandmarks.PatientSex",
    "patient_age_years": "HipLandmarks.PatientAgeYears",
    "laterality": "HipLandmarks.Laterality",
    "view_position": "HipLandmarks.ViewPosition",
    "orientation": "HipLandmarks.Orientation",
}
"""Entries of an image's metadata that decide how to measure, and where a node keeps them."""
_DICOM_MODALITY = "DICOM.Modality"
_DICOM_KINDS = {
    "MR": Modality.MR,
    "CT": Modality.CT,
    "CR": Modality.XRAY,
    "DX": Modality.XRAY,
    "RF": Modality.XRAY,
    "XA": Modality.XRAY,
    "RG": Modality.XRAY,
}


def add_volume(scene: Any, image: HipImage) -> Any:
    """Add ``image`` to the scene as vtkMRMLScalarVolumeNode, with a fixed window and level."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", image.name)
    node.SetAndObserveImageData(_image_data(image.pixels))
    node.SetIJKToRASMatrix(array_to_matrix(flip_matrix(image.ijk_to_lps)))
    remember_image(node, image)
    node.CreateDefaultDisplayNodes()
    _set_window(node.GetDisplayNode(), image.pixels)
    return node


def image_of_volume(
    node: Any, modality: Modality | None = None, calibration: Calibration | None = None
) -> HipImage:
    """The image that a vtkMRMLScalarVolumeNode holds, where it lies in the world.

    Args:
        node: the volume; it may lie under a linear transform.
        modality: kind of image; None takes what the node says (a node made by
            :func:`add_volume`, or DICOM), else unknown.
        calibration: provenance of the spacing; None takes the node's, else patient plane for
            MR and CT and unknown for everything else.

    Raises:
        ImageError: when the node has no image, colours, or a warp as transform.
    """
    data = node.GetImageData() if node is not None else None
    if data is None or data.GetPointData().GetScalars() is None:
        name = node.GetName() if node is not None else "The volume"
        raise ImageError(f"{name} holds no image.")
    if data.GetNumberOfScalarComponents() != 1:
        raise ImageError(f"{node.GetName()} is a colour image; a grey value image is needed.")
    columns, rows, slices = data.GetDimensions()
    scalars = vtk_to_numpy(data.GetPointData().GetScalars()).reshape(slices, rows, columns)
    modality = modality or _modality(node)
    return HipImage(
        pixels=scalars,
        ijk_to_lps=flip_matrix(_ijk_to_world(node)),
        modality=modality,
        calibration=calibration or _calibration(node, modality),
        name=node.GetName(),
        metadata=_facts(node),
    )


def set_pixels(node: Any, pixels: NDArray[np.generic]) -> None:
    """Give a volume other grey values (K, J, I) on its grid, with a window that fits them."""
    node.SetAndObserveImageData(_image_data(pixels))
    display = node.GetDisplayNode()
    if display is not None:
        display.SetInvertDisplayScalarRange(False)
        _set_window(display, pixels)


def remember_image(node: Any, image: HipImage) -> None:
    """Store modality, calibration and the facts that decide how to measure with the node."""
    remember_kind(node, image.modality, image.calibration)
    node.SetAttribute(FILE_CALIBRATION_ATTRIBUTE, _calibration_text(image.calibration))
    for key, attribute in FACT_ATTRIBUTES.items():
        node.SetAttribute(attribute, image.metadata.get(key))


def remember_kind(node: Any, modality: Modality, calibration: Calibration) -> None:
    """Store modality and calibration with the node, so that they survive the scene file."""
    node.SetAttribute(MODALITY_ATTRIBUTE, modality.value)
    node.SetAttribute(PROVENANCE_ATTRIBUTE, calibration.provenance.value)
    node.SetAttribute(FACTOR_ATTRIBUTE, repr(float(calibration.factor)))
    node.SetAttribute(DETAIL_ATTRIBUTE, calibration.detail or None)
    node.SetAttribute(REMARKS_ATTRIBUTE, "\n".join(calibration.remarks) or None)
    if node.GetAttribute(FILE_CALIBRATION_ATTRIBUTE) is None:
        node.SetAttribute(FILE_CALIBRATION_ATTRIBUTE, _calibration_text(calibration))


def file_calibration(node: Any) -> Calibration:
    """The calibration with which a volume came, before anybody calibrated it here.

    That in use where the node comes from an older version or was never looked at; see
    :func:`remember_kind`.
    """
    text = node.GetAttribute(FILE_CALIBRATION_ATTRIBUTE)
    try:
        data = json.loads(text or "")
        provenance, remarks = SpacingProvenance(data["provenance"]), tuple(data["remarks"])
        return Calibration(provenance, float(data["factor"]), str(data["detail"]), remarks)
    except (KeyError, TypeError, ValueError):
        return _calibration(node, _modality(node))


def _calibration_text(calibration: Calibration) -> str:
    return json.dumps(
        {
            "provenance": calibration.provenance.value,
            "factor": calibration.factor,
            "detail": calibration.detail,
            "remarks": calibration.remarks,
        }
    )


def _ijk_to_world(node: Any) -> NDArray[np.float64]:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    try:
        return np.asarray(matrix_to_world(node) @ matrix_to_array(matrix), dtype=np.float64)
    except ValueError as error:
        raise ImageError(f"{error} Harden the transform first.") from error


def _modality(node: Any) -> Modality:
    ours = node.GetAttribute(MODALITY_ATTRIBUTE)
    if ours in [kind.value for kind in Modality]:
        return Modality(ours)
    return _DICOM_KINDS.get(node.GetAttribute(_DICOM_MODALITY) or "", Modality.UNKNOWN)


def _calibration(node: Any, modality: Modality) -> Calibration:
    provenance = node.GetAttribute(PROVENANCE_ATTRIBUTE)
    if provenance in [known.value for known in SpacingProvenance]:
        return Calibration(
            SpacingProvenance(provenance),
            float(node.GetAttribute(FACTOR_ATTRIBUTE) or 1.0),
            node.GetAttribute(DETAIL_ATTRIBUTE) or "",
            tuple((node.GetAttribute(REMARKS_ATTRIBUTE) or "").splitlines()),
        )
    if modality in (Modality.MR, Modality.CT):
        return Calibration(SpacingProvenance.PATIENT_PLANE)
    return Calibration(SpacingProvenance.UNKNOWN_PIXELSPACING)


def _facts(node: Any) -> dict[str, str]:
    stored = {key: node.GetAttribute(attribute) for key, attribute in FACT_ATTRIBUTES.items()}
    return {key: value for key, value in stored.items() if value}


def _image_data(pixels: NDArray[np.generic]) -> Any:
    data = vtkImageData()
    data.SetDimensions(*pixels.shape[::-1])
    array = np.ascontiguousarray(_vtk_type(pixels)).ravel()
    data.GetPointData().SetScalars(numpy_to_vtk(array, deep=True))
    return data


def _vtk_type(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Pixels in a type that VTK and NRRD both know, in the machine's byte order."""
    kind, size = pixels.dtype.kind, pixels.dtype.itemsize
    if kind == "b":
        return pixels.astype(np.uint8)
    if (kind in "iu" and size <= 4) or (kind == "f" and size >= 4):
        return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    return pixels.astype(np.float32)


def _set_window(display: Any, pixels: NDArray[np.generic]) -> None:
    """Window over the 1st to 99.5th percentile of what is not background."""
    values = pixels[pixels > pixels.min()]
    low, high = (float(v) for v in np.percentile(values, [1.0, 99.5]))
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(low, max(high, low + 1e-6))
