"""Small real files for the reader tests: DICOM written with pydicom, volumes with SimpleITK."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    MRImageStorage,
    generate_uid,
)

CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
ROWS, COLUMNS = 20, 24


def _image(sop_class: str, pixels: np.ndarray, syntax: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID = "1.2.3"
    dataset.PatientName = "Doe^Jane"
    dataset.PatientID = "SECRET-ID"
    dataset.PatientBirthDate = "19610203"
    dataset.PatientSex = "F"
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    order = ">" if syntax == "1.2.840.10008.1.2.2" else "<"
    dataset["PixelData"] = _pixel_element(pixels.astype(pixels.dtype.newbyteorder(order)))
    return dataset


def _pixel_element(pixels: np.ndarray) -> object:
    from pydicom.dataelem import DataElement

    return DataElement("PixelData", "OW" if pixels.dtype.itemsize > 1 else "OB", pixels.tobytes())


def _apply(dataset: Dataset, tags: dict[str, object]) -> Dataset:
    for keyword, value in tags.items():
        if value is None:
            if keyword in dataset:
                delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def mr_slice(
    index: int,
    *,
    axes: tuple[float, ...] = CORONAL,
    gap: float = 4.0,
    origin: tuple[float, float, float] = (-10.0, -20.0, 30.0),
    pixels: np.ndarray | None = None,
    syntax: str = ExplicitVRLittleEndian,
    **tags: object,
) -> Dataset:
    """MR slice ``index`` of a stack; its pixels are ``index * 100 + column`` unless given."""
    if pixels is None:
        pixels = np.broadcast_to(np.arange(COLUMNS) + 100 * index, (ROWS, COLUMNS))
        pixels = pixels.astype(np.uint16)
    dataset = _image(MRImageStorage, pixels, syntax)
    normal = np.cross(axes[:3], axes[3:])
    dataset.Modality = "MR"
    dataset.SeriesInstanceUID = "1.2.3.4"
    dataset.SeriesNumber = 5
    dataset.SeriesDescription = "t1 tse"
    dataset.InstanceNumber = index + 1
    dataset.ImageOrientationPatient = list(axes)
    dataset.ImagePositionPatient = [float(f"{x:.8f}") for x in origin + gap * index * normal]
    dataset.PixelSpacing = [0.7, 0.6]
    dataset.SliceThickness = 3.0
    return _apply(dataset, tags)


def radiograph(pixels: np.ndarray | None = None, **tags: object) -> Dataset:
    """A DX image without any pixel size; columns brighten to the right."""
    if pixels is None:
        pixels = np.tile(np.arange(COLUMNS, dtype=np.uint16) * 10 + 5, (ROWS, 1))
    syntax = str(tags.pop("syntax", ExplicitVRLittleEndian))
    dataset = _image(DigitalXRayImageStorageForPresentation, pixels, syntax)
    dataset.Modality = "DX"
    dataset.SeriesInstanceUID = generate_uid()
    return _apply(dataset, tags)


def save(dataset: Dataset, path: Path) -> Path:
    """Write a data set as a DICOM file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture(name="mr_slice")
def _mr_slice() -> Callable[..., Dataset]:
    return mr_slice


@pytest.fixture(name="radiograph")
def _radiograph() -> Callable[..., Dataset]:
    return radiograph


@pytest.fixture(name="save")
def _save() -> Callable[[Dataset, Path], Path]:
    return save


@pytest.fixture
def write_series(tmp_path: Path) -> Callable[..., Path]:
    """Write slices 0..n-1 (or the given indices) into a folder, in shuffled order of file names."""

    def write(n: int | list[int] = 6, folder: str = "series", prefix: str = "", **tags) -> Path:
        indices = list(range(n)) if isinstance(n, int) else n
        for index in indices:
            name = f"{prefix}{(index * 7) % 11:02d}_{index}.dcm"
            save(mr_slice(index, **tags), tmp_path / folder / name)
        return tmp_path / folder

    return write


@pytest.fixture
def volume() -> sitk.Image:
    """A coronal stack, anisotropic and oblique, as SimpleITK image (5 slices of 20 x 24)."""
    pixels = np.random.default_rng(1).integers(0, 900, (5, ROWS, COLUMNS)).astype(np.int16)
    image = sitk.GetImageFromArray(pixels)
    image.SetSpacing((0.6, 0.7, 4.0))
    image.SetOrigin((-10.0, -20.0, 30.0))
    turn = np.radians(10)
    i = np.array([np.cos(turn), np.sin(turn), 0.0])
    j = np.array([0.0, 0.0, -1.0])
    image.SetDirection(np.column_stack([i, j, np.cross(i, j)]).ravel().tolist())
    return image
