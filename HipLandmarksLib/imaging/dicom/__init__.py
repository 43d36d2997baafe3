"""DICOM in: files, frames, series, stacks of slices, projection radiographs."""

from .reading import list_series, read_dicom
from .series import DicomSeries, SeriesChoiceError

__all__ = ["DicomSeries", "SeriesChoiceError", "list_series", "read_dicom"]
