"""Finding DICOM files, and telling those that hold a usable image from the rest."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ...errors import ImageError
from .tags import number, text, value_of

VOLUME_MODALITIES = frozenset({"MR", "CT"})
PROJECTION_MODALITIES = frozenset({"CR", "DX", "RF", "XA", "RG", "OT", "SC"})

_DEFERRED_BYTES = 1 << 16  # larger values (the pixels) are fetched only for the chosen series
_DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})


def is_dicom(path: Path) -> bool:
    """Whether the file starts like DICOM, with the preamble or (old exports) without it."""
    with path.open("rb") as stream:
        head = stream.read(132)
    if head[128:132] == b"DICM":
        return True
    group, element = head[:2], head[2:4]
    return group in (b"\x02\x00", b"\x08\x00") and b"\x00\x00" <= element <= b"\x20\x00"


def dicom_files(folder: Path) -> list[Path]:
    """All DICOM files below ``folder`` in order of their names; hidden files are left out.

    Raises:
        ImageError: when a file is named like DICOM and is none.
        OSError: when a folder may not be listed.
    """
    found = []
    for path in sorted(_visible_files(folder)):
        if is_dicom(path):
            found.append(path)
        elif path.suffix.lower() in _DICOM_SUFFIXES:
            raise ImageError(f"{path} is empty or damaged: copy the series again or remove it.")
    return found


def _visible_files(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise error  # os.walk would pass over a folder that may not be listed

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and name.upper() != "DICOMDIR" and path.is_file():
                yield path


def read_dataset(path: Path) -> FileDataset:
    """Read one DICOM file; the pixels stay on disk until they are asked for.

    Raises:
        ImageError: when the file cannot be parsed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path, force=True, defer_size=_DEFERRED_BYTES)
    except OSError:
        raise
    except Exception as error:  # pydicom raises many kinds on damaged files
        raise ImageError(
            f"{path} is damaged and cannot be read as DICOM: copy or export it again."
        ) from error
    if not isinstance(value_of(dataset.file_meta, "TransferSyntaxUID"), UID):
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = (
            ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        )
    return dataset


def why_unusable(dataset: Dataset) -> str | None:
    """Why the file holds no image of a hip (ends a sentence "The file ..."), or None if it may."""
    modality = text(dataset, "Modality")
    if not _is_image_class(dataset):
        return f"holds no image but {_kind(dataset)}"
    if modality not in VOLUME_MODALITIES | PROJECTION_MODALITIES:
        return f"holds {_kind(dataset)}, and only MR, CT and radiographs can be used"
    if modality in VOLUME_MODALITIES and not _has_geometry(dataset):
        return "states no position in the patient (a screenshot or secondary capture?)"
    return None


def require_whole(path: Path, dataset: Dataset) -> None:
    """Refuse an image file whose header or pixels are cut off: a slice must not vanish silently.

    Raises:
        ImageError: when it states neither class nor image size, or holds no pixels.
    """
    sized = value_of(dataset, "Rows") and value_of(dataset, "Columns")
    unknown = value_of(dataset, "SOPClassUID") is None
    if (_is_image_class(dataset) or unknown) and not (sized and "PixelData" in dataset):
        raise ImageError(
            f"{path} is damaged or cut off: its pixels are missing; copy or export it again."
        )


def is_projection(dataset: Dataset) -> bool:
    """Whether the file is a projection radiograph or a plain picture."""
    return text(dataset, "Modality") in PROJECTION_MODALITIES


def _is_image_class(dataset: Dataset) -> bool:
    """Image classes are named so by the standard; an unknown class is judged by its content."""
    sop_class = _sop_class(dataset)
    if sop_class.name != sop_class:  # a name is known for standard classes only
        return "Image" in sop_class.name
    return value_of(dataset, "Rows") is not None


def _sop_class(dataset: Dataset) -> UID:
    return UID(text(dataset, "SOPClassUID"), validation_mode=pydicom.config.IGNORE)


def _has_geometry(dataset: Dataset) -> bool:
    if value_of(dataset, "PerFrameFunctionalGroupsSequence"):
        return True
    if (number(dataset, "NumberOfFrames") or 1) > 1:
        return False
    needed = ("ImageOrientationPatient", "ImagePositionPatient")
    return all(value_of(dataset, keyword) for keyword in needed)


def _kind(dataset: Dataset) -> str:
    sop_class = _sop_class(dataset)
    name = sop_class.name.removesuffix(" Storage") or "an unknown object"
    modality = text(dataset, "Modality")
    return f"{name} ({modality})" if modality else name
