"""Small DICOM films whose tags a test chooses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

ROWS, COLUMNS = 120, 160
ROW_MM, COLUMN_MM = 0.3, 0.15


def write_film(path: Path, **tags: Any) -> Path:
    """A film whose first columns are bright, anisotropic, with the given tags."""
    pixels = np.full((ROWS, COLUMNS), 100, np.uint16)
    pixels[:, :40] = 900
    pixels[:30] += 50
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    film.SOPClassUID = DigitalXRayImageStorageForPresentation
    film.SOPInstanceUID = generate_uid()
    film.SeriesInstanceUID = generate_uid()
    film.Modality = "DX"
    film.Rows, film.Columns = pixels.shape
    film.SamplesPerPixel, film.PhotometricInterpretation = 1, "MONOCHROME2"
    film.BitsAllocated = film.BitsStored = 16
    film.HighBit, film.PixelRepresentation = 15, 0
    film.PixelData = pixels.tobytes()
    film.ImagerPixelSpacing = [ROW_MM, COLUMN_MM]
    film.PatientOrientation = ["L", "F"]
    film.PatientSex, film.PatientAge = "F", "061Y"
    for keyword, value in tags.items():
        setattr(film, keyword, value)
    pydicom.dcmwrite(path, film, enforce_file_format=True)
    return path
