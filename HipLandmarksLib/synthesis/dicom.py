"""DICOM slices of a phantom: synthetic, de-identified, valid MR Image objects."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from .. import __version__
from .phantom import PhantomCase

_DATE, _TIME = "20000101", "120000"


def slice_dataset(case: PhantomCase, index: int) -> Dataset:
    """Slice ``index`` of the phantom's image as an MR Image object (PS3.3 C.8.3)."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    uid = _uid(case, f"image {case.slice_indices[index]}")
    dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, uid
    _add_patient_and_series(dataset, case)
    _add_scan(dataset, case)
    _add_geometry(dataset, case, index)
    _add_pixels(dataset, np.asarray(case.image.pixels[index]))
    return dataset


def _uid(case: PhantomCase, what: str) -> UID:
    return generate_uid(entropy_srcs=["hip phantom", repr(case.parameters), f"{case.seed}", what])


def _add_patient_and_series(dataset: Dataset, case: PhantomCase) -> None:
    dataset.PatientName = "Phantom^Hip"
    dataset.PatientID = f"PHANTOM-{case.seed}"
    dataset.PatientBirthDate, dataset.PatientSex = "", "O"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Simulated data, no patient"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = _uid(case, "study"), _uid(case, "series")
    dataset.FrameOfReferenceUID = _uid(case, "frame")
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = _DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = _TIME
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "1", "", ""
    dataset.SeriesNumber, dataset.Modality = 1, "MR"
    dataset.StudyDescription = "Simulated hip MRI"
    dataset.SeriesDescription = "T1 cor (simulated)"
    dataset.BodyPartExamined, dataset.PatientPosition = "PELVIS", "HFS"
    dataset.Manufacturer, dataset.SoftwareVersions = "HipLandmarks phantom", __version__
    dataset.PositionReferenceIndicator = ""


def _add_scan(dataset: Dataset, case: PhantomCase) -> None:
    dataset.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    dataset.ScanningSequence, dataset.SequenceVariant = "SE", "NONE"
    dataset.ScanOptions, dataset.MRAcquisitionType = "", "2D"
    dataset.RepetitionTime, dataset.EchoTime = 550, 10
    dataset.EchoTrainLength = 1
    dataset.SliceThickness = round(case.parameters.acquisition.thickness_mm, 4)
    dataset.SpacingBetweenSlices = round(case.image.spacing[2], 6)


def _add_geometry(dataset: Dataset, case: PhantomCase, index: int) -> None:
    matrix, (si, sj, _) = case.image.ijk_to_lps, case.image.spacing
    position = case.image.to_lps((0, 0, index))
    axes = np.concatenate([matrix[:3, 0] / si, matrix[:3, 1] / sj])
    dataset.InstanceNumber = index + 1
    dataset.PixelSpacing = [round(sj, 8), round(si, 8)]
    dataset.ImageOrientationPatient = [round(float(value), 10) for value in axes]
    dataset.ImagePositionPatient = [round(float(value), 6) for value in position]
    dataset.SliceLocation = round(float(position @ case.image.slice_normal), 6)


def _add_pixels(dataset: Dataset, pixels: np.ndarray) -> None:
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0
    dataset.WindowCenter = float(np.percentile(pixels, 99) / 2)
    dataset.WindowWidth = float(max(np.percentile(pixels, 99), 1))
    dataset.PixelData = pixels.astype("<u2").tobytes()
