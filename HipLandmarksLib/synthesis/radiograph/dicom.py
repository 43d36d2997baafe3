"""A simulated film as a DICOM object: Digital X-Ray Image for presentation, no patient in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    generate_uid,
)

from ... import __version__
from .case import SimulatedFilm

BITS = 12
_DATE, _TIME = "20000101", "120000"
_CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pelvis": ("12921003", "Pelvis"),
        "hip": ("24136001", "Hip joint"),
        "AP": ("399348003", "antero-posterior"),
    }
)
"""SNOMED CT codes and meanings (PS3.16 CID 4009, 4010)."""


def film_dataset(film: SimulatedFilm) -> Dataset:
    """The film as a Digital X-Ray Image object (PS3.3 A.26), 12 bits.

    Stored as patients face the viewer (columns to the patient's left, rows to the feet). The
    detector's pixel size stands in ImagerPixelSpacing; EstimatedRadiographicMagnificationFactor
    and the distances hold for the plane through the centres of the femoral heads.
    """
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    uid = _uid(film, "image")
    dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.SOPClassUID, dataset.SOPInstanceUID = DigitalXRayImageStorageForPresentation, uid
    _add_patient_and_series(dataset, film)
    _add_image(dataset, film)
    _add_positioning(dataset, film)
    _add_detector(dataset, film)
    _add_pixels(dataset, film)
    return dataset


def _uid(film: SimulatedFilm, what: str) -> UID:
    return generate_uid(entropy_srcs=["simulated film", film.name, film.origin, what])


def _add_patient_and_series(dataset: Dataset, film: SimulatedFilm) -> None:
    dataset.PatientName = f"Simulated^{film.name}"
    dataset.PatientID = f"SIMULATED-{film.name}"
    dataset.PatientBirthDate, dataset.PatientSex = "", "O"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Simulated film, no patient"
    dataset.PatientComments = f"Simulated film. {film.licence}"[:1024]
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = _uid(film, "study"), _uid(film, "series")
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = dataset.AcquisitionDate = _DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = dataset.AcquisitionTime = _TIME
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "1", "", ""
    dataset.SeriesNumber, dataset.Modality = 1, "DX"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.StudyDescription = "Simulated radiograph of the pelvis"
    dataset.SeriesDescription = "AP (simulated)"
    dataset.Manufacturer, dataset.ManufacturerModelName = "HipLandmarks", "simulate"
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "0", __version__


def _add_image(dataset: Dataset, film: SimulatedFilm) -> None:
    region = "pelvis" if film.only_side is None else "hip"
    dataset.ImageType = ["DERIVED", "PRIMARY", ""]
    dataset.InstanceNumber, dataset.AcquisitionNumber = 1, 1
    dataset.BodyPartExamined = region.upper()
    dataset.AnatomicRegionSequence = Sequence([_code(region)])
    dataset.ImageLaterality = "U" if film.only_side is None else film.only_side.value
    dataset.PatientOrientation = ["L", "F"]
    drawn = any(item["object"] == "FilmDrawing" for item in film.objects)
    dataset.BurnedInAnnotation = "YES" if drawn else "NO"
    dataset.LossyImageCompression = "00"
    dataset.ImageComments = "Simulated; research software, not a medical device"
    dataset.AcquisitionContextSequence = Sequence([])


def _add_positioning(dataset: Dataset, film: SimulatedFilm) -> None:
    dataset.ViewPosition = "AP"
    dataset.ViewCodeSequence = Sequence([_code("AP")])
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = Sequence([])
    dataset.PatientOrientationCodeSequence = Sequence([])
    dataset.DistanceSourceToDetector = round(film.source_detector_mm, 3)
    dataset.DistanceSourceToPatient = round(film.source_detector_mm / film.magnification, 3)
    dataset.EstimatedRadiographicMagnificationFactor = round(film.magnification, 6)


def _add_detector(dataset: Dataset, film: SimulatedFilm) -> None:
    row_mm, column_mm = film.pixel_mm
    dataset.ImagerPixelSpacing = [round(row_mm, 8), round(column_mm, 8)]
    dataset.DetectorType, dataset.DetectorConfiguration = "SCINTILLATOR", "AREA"
    dataset.DetectorDescription = "simulated"
    dataset.FieldOfViewShape = "RECTANGLE"
    dataset.FieldOfViewOrigin = [0, 0]
    dataset.FieldOfViewRotation, dataset.FieldOfViewHorizontalFlip = 0, "NO"


def _add_pixels(dataset: Dataset, film: SimulatedFilm) -> None:
    largest = 2**BITS - 1
    stored = np.rint(np.clip(film.pixels, 0.0, 1.0) * largest).astype(np.uint16)
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.BitsAllocated = 1, 16
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = BITS, BITS - 1, 0
    inverted = film.stored_inverted
    dataset.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
    dataset.PresentationLUTShape = "INVERSE" if inverted else "IDENTITY"
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = 1 if inverted else -1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.WindowCenter, dataset.WindowWidth = (largest + 1) / 2, largest + 1
    dataset.PixelData = (largest - stored if inverted else stored).astype("<u2").tobytes()


def _code(name: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodeMeaning = _CODES[name]
    item.CodingSchemeDesignator = "SCT"
    return item
