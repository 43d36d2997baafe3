"""``read_image``: one door for every kind of file."""

from __future__ import annotations

from pathlib import Path

from ..errors import ImageError
from .dicom.files import is_dicom
from .dicom.reading import read_dicom
from .image import HipImage
from .pictures import read_picture
from .sitk_io import read_volume_file, volume_suffix

_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
_KINDS = "a DICOM folder or file, NIfTI, NRRD, MHA/MHD, PNG or JPEG"


def read_image(path: Path | str, series: str | None = None) -> HipImage:
    """Read an image: a DICOM folder or file, NIfTI, NRRD, MHA/MHD, PNG, JPEG, TIFF or BMP.

    A volume keeps its own grid. Pictures and radiographs become one coronal slice. ``metadata``
    tells where the orientation comes from (``orientation``: "from ..." or "assumed: ...") and
    what else to know (``notes``).

    Args:
        path: file or folder.
        series: for DICOM with several series: number in the list, UID or part of the name.

    Raises:
        SeriesChoiceError: when a folder holds several series and none was chosen.
        ImageError: when there is no usable image; the message says why and what to do.
    """
    path = Path(path).expanduser()
    try:
        return _read(path, series)
    except PermissionError as error:
        raise ImageError(
            f"{error.filename or path} cannot be opened: you have no permission to read it."
        ) from error
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror or error}.") from error


def _read(path: Path, series: str | None) -> HipImage:
    if not path.exists():
        raise ImageError(f"{path} does not exist: check the path.")
    name = image_name(path)
    if path.is_dir():
        return read_dicom(path, name, series)
    if path.stat().st_size == 0:
        raise ImageError(f"{path} is empty (0 bytes): copy or export it again.")
    if is_dicom(path):
        return read_dicom(path, name, series)
    if series is not None:
        raise ImageError(f"{path} holds one image: --series is for DICOM only, leave it out.")
    if volume_suffix(path):
        return read_volume_file(path, name)
    if path.suffix.lower() in _PICTURES:
        return read_picture(path, name)
    raise ImageError(f"{path} is not an image that can be read: give {_KINDS}.")


def image_name(path: Path) -> str:
    """Short name for files and nodes: the file's or folder's name without its ending."""
    name = path.resolve().name
    ending = volume_suffix(path) or ("" if path.is_dir() else path.suffix)
    return name[: len(name) - len(ending)] or "image"
