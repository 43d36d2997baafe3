"""Pixels of DICOM files: decoding, real values, bone bright."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array

from ...errors import ImageError
from ..pictures import to_grey
from ..quiet import quiet_libraries
from .tags import number, text

_NO_PLUGIN_NEEDED = frozenset(
    {
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.DeflatedExplicitVRLittleEndian,
        uid.RLELossless,
    }
)
_PIXEL_MODULE = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelData",
)


def stored_frames(dataset: Dataset, path: Path) -> NDArray[np.generic]:
    """Stored values of shape (frames, rows, columns), colour turned to grey, native byte order.

    Raises:
        ImageError: when the pixels are cut off, damaged or compressed in an unknown way.
    """
    values = _decoded(dataset, path)
    if text(dataset, "PhotometricInterpretation") == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
    if values.ndim > 2 and values.shape[-1] in (3, 4) and values.shape[-2] == dataset.Columns:
        values = to_grey(values)
    values = values.reshape(-1, int(dataset.Rows), int(dataset.Columns))
    return _without_overlay_bits(values.astype(values.dtype.newbyteorder("=")), dataset)


def real_values(
    stored: NDArray[np.generic], dataset: Dataset, slope: float, intercept: float
) -> NDArray[np.generic]:
    """Stored values after modality table or slope and intercept; integers where they suffice."""
    if "ModalityLUTSequence" in dataset:
        return np.asarray(apply_modality_lut(stored, dataset))
    if slope == 1 and intercept == 0:
        return stored
    if slope == round(slope) and intercept == round(intercept):
        return np.asarray(stored.astype(np.int32) * int(slope) + int(intercept), dtype=np.int32)
    return np.asarray(stored.astype(np.float64) * slope + intercept, dtype=np.float32)


def bone_bright(values: NDArray[np.generic], dataset: Dataset) -> NDArray[np.generic]:
    """Invert MONOCHROME1 (high values are shown dark), so that bone is bright on radiographs."""
    if text(dataset, "PhotometricInterpretation") != "MONOCHROME1":
        return values
    return np.asarray(values.max() - values + values.min(), dtype=values.dtype)


def _decoded(dataset: Dataset, path: Path) -> NDArray[np.generic]:
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(pixel_array(dataset))
    except OSError:
        raise
    except Exception as error:  # plug-ins raise whatever their libraries raise
        if syntax in _NO_PLUGIN_NEEDED:
            raise ImageError(
                f"{path} is damaged or cut off: its pixel data does not fit its header; copy or "
                "export it again."
            ) from error
    return _decoded_by_gdcm(dataset, path)


def _decoded_by_gdcm(dataset: Dataset, path: Path) -> NDArray[np.generic]:
    """Decode with the GDCM inside SimpleITK, from a bare copy so that no value is rescaled."""
    with tempfile.TemporaryDirectory() as folder, quiet_libraries():
        bare = Path(folder) / "bare.dcm"
        try:
            _bare_copy(dataset).save_as(bare, enforce_file_format=True)
            return np.asarray(
                sitk.GetArrayFromImage(sitk.ReadImage(str(bare), imageIO="GDCMImageIO"))
            )
        except Exception as error:  # GDCM fails with RuntimeError, pydicom in many ways
            name = dataset.file_meta.TransferSyntaxUID.name
            raise ImageError(
                f"{path} is damaged, or its compression ({name}) cannot be decoded here: export "
                "it uncompressed (Explicit VR Little Endian)."
            ) from error


def _bare_copy(dataset: Dataset) -> Dataset:
    bare = Dataset()
    for keyword in _PIXEL_MODULE:
        if keyword in dataset:
            bare.add(dataset[keyword])
    if int(bare.SamplesPerPixel) == 1:
        bare.PhotometricInterpretation = "MONOCHROME2"
    bare.SOPClassUID = uid.SecondaryCaptureImageStorage
    bare.SOPInstanceUID = uid.generate_uid()
    bare.file_meta = FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    return bare


def _without_overlay_bits(values: NDArray[np.generic], dataset: Dataset) -> NDArray[np.generic]:
    """Old files hide drawings in the bits above the stored ones."""
    bits = int(number(dataset, "BitsStored") or 0)
    if values.dtype.kind != "u" or not 0 < bits < values.dtype.itemsize * 8:
        return values
    return np.asarray(np.bitwise_and(values, (1 << bits) - 1))
