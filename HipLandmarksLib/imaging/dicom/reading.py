"""From a DICOM file or folder to the chosen image."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset

from ...errors import ImageError
from ..image import HipImage
from .files import dicom_files, is_projection, read_dataset, require_whole, why_unusable
from .frames import Frame, frames_of
from .projection import read_projection
from .series import DicomSeries, choose_series, group_series
from .tags import text
from .volume import read_volume

_OTHERS = frozenset({".nii", ".gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".png", ".jpg", ".jpeg"})


def read_dicom(path: Path, name: str, series: str | None = None) -> HipImage:
    """Read a DICOM file, or one series of a folder.

    Raises:
        SeriesChoiceError: when there are several and ``series`` does not name one of them.
        ImageError: when there is no usable image, or the chosen one is damaged or incomplete.
    """
    chosen = choose_series(list_series(path), series, path)
    if chosen.frames:
        return read_volume(chosen, name)
    return read_projection(chosen.dataset, chosen.path, name)


def list_series(path: Path | str) -> list[DicomSeries]:
    """All series of a DICOM folder (or file) in the order in which a user is offered them.

    Raises:
        ImageError: when there is none, or a file is damaged.
    """
    path = Path(path)
    frames: list[Frame] = []
    radiographs: list[DicomSeries] = []
    unusable: list[str] = []
    for file in dicom_files(path) if path.is_dir() else [path]:
        dataset = read_dataset(file)
        require_whole(file, dataset)
        reason = why_unusable(dataset)
        if reason:
            unusable.append(f"{file.name} {reason}")
        elif is_projection(dataset):
            radiographs.append(_radiograph(file, dataset))
        else:
            frames += frames_of(file, dataset)
    if not frames and not radiographs:
        raise ImageError(_nothing_found(path, unusable))
    return group_series(frames, radiographs)


def _radiograph(path: Path, dataset: Dataset) -> DicomSeries:
    view = text(dataset, "ViewPosition")
    return DicomSeries(path, dataset, f"projection {view}".strip(), detail=path.name)


def _nothing_found(path: Path, unusable: list[str]) -> str:
    if not unusable:
        others = sorted(file.name for file in path.iterdir() if file.suffix.lower() in _OTHERS)
        such_as = f", such as {others[0]}" if others else " (NIfTI, NRRD, MHA, PNG or JPEG)"
        return (
            f"{path} holds no DICOM images: give a folder of DICOM files, or the image file "
            f"itself{such_as}."
        )
    more = f" (and {len(unusable) - 1} more such files)" if len(unusable) > 1 else ""
    return f"{path} holds no usable image: {unusable[0]}{more}; export the MR or X-ray images."
