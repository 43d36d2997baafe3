"""Volumes in NIfTI, NRRD and MetaImage files through SimpleITK, and conversion to and from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray

from ..errors import ImageError
from ..files import atomic_path
from .calibration import Calibration, SpacingProvenance
from .film import ASSUMED_ORIENTATION, projection_matrix
from .headers import stated_geometry
from .image import HipImage, Modality
from .quiet import quiet_libraries

VOLUME_FORMATS: Mapping[str, str] = {
    ".nii": "NiftiImageIO",
    ".nii.gz": "NiftiImageIO",
    ".nrrd": "NrrdImageIO",
    ".nhdr": "NrrdImageIO",
    ".mha": "MetaImageIO",
    ".mhd": "MetaImageIO",
}
_NOTE = "ITK_FileNotes"  # free text that NIfTI (descrip), NRRD and MetaImage all carry


def from_sitk(
    image: sitk.Image,
    modality: Modality = Modality.UNKNOWN,
    calibration: Calibration | None = None,
    name: str = "image",
    metadata: Mapping[str, str] | None = None,
) -> HipImage:
    """HipImage of a scalar 3D SimpleITK image (both are LPS mm, pixel centres at integers).

    Raises:
        ImageError: when it has another dimension or several components per voxel.
    """
    _require_scalar_volume(image.GetSize(), image.GetNumberOfComponentsPerPixel(), name)
    matrix = np.eye(4)
    direction = np.asarray(image.GetDirection()).reshape(3, 3)
    matrix[:3, :3] = direction * np.asarray(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    return HipImage(
        _plain(sitk.GetArrayFromImage(image)),
        matrix,
        modality,
        calibration or Calibration(SpacingProvenance.PATIENT_PLANE),
        name,
        dict(metadata or {}),
    )


def to_sitk(image: HipImage) -> sitk.Image:
    """SimpleITK image with the same pixels and geometry.

    Raises:
        ImageError: when the axes are not at right angles, which SimpleITK cannot express.
    """
    spacing = np.asarray(image.spacing)
    direction = image.ijk_to_lps[:3, :3] / spacing
    if not np.allclose(direction.T @ direction, np.eye(3), atol=1e-4):
        raise ImageError(f"{image.name}: its axes are not at right angles; resample it first.")
    pixels = image.pixels.astype(np.uint8) if image.pixels.dtype == bool else image.pixels
    result = sitk.GetImageFromArray(np.ascontiguousarray(pixels))
    result.SetSpacing([float(step) for step in spacing])
    result.SetDirection([float(cosine) for cosine in direction.ravel()])
    result.SetOrigin([float(coordinate) for coordinate in image.ijk_to_lps[:3, 3]])
    return result


def write_image(path: Path | str, image: HipImage) -> None:
    """Write NIfTI, NRRD or MHA, atomically; modality and calibration survive the round trip.

    Raises:
        ImageError: on an unknown file ending, a sheared geometry or a failing disk.
    """
    path = Path(path)
    suffix = volume_suffix(path)
    if suffix not in (".nii", ".nii.gz", ".nrrd", ".mha"):
        raise ImageError(f"{path}: images are written as .nii, .nii.gz, .nrrd or .mha.")
    volume = to_sitk(image)
    volume.SetMetaData(_NOTE, _note(image))
    try:
        with atomic_path(path) as temporary, quiet_libraries():
            sitk.WriteImage(volume, str(temporary), useCompression=True)
    except (RuntimeError, OSError) as error:
        raise ImageError(f"{path} cannot be written: check the folder and its space.") from error


def volume_suffix(path: Path) -> str:
    """The file's ending if it is one of a volume format, such as ``.nii.gz``; else empty."""
    name = path.name.lower()
    return next((s for s in sorted(VOLUME_FORMATS, key=len)[::-1] if name.endswith(s)), "")


def read_volume_file(path: Path, name: str) -> HipImage:
    """Read a NIfTI, NRRD or MetaImage file; ITK applies slope and intercept.

    Raises:
        ImageError: when it is damaged, or holds no scalar volume with a valid spacing.
    """
    stated = stated_geometry(path)
    if stated.axes > 2 and not stated.spacing:
        raise ImageError(f"{path} states no valid voxel spacing; export it again with spacing.")
    image, note = _read(path, name)
    if image.GetDimension() == 2:
        return _flat_image(image, stated.spacing, name)
    orientation = "from the file" if stated.orientation else "assumed: the file states none"
    modality, calibration = _from_note(note)
    if image.GetSize()[2] == 1 and calibration is None:
        calibration = Calibration(SpacingProvenance.UNKNOWN_PIXELSPACING)
    metadata = {"orientation": orientation, "format": volume_suffix(path)[1:]}
    return from_sitk(image, modality, calibration, name, metadata)


def _read(path: Path, name: str) -> tuple[sitk.Image, str]:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO(VOLUME_FORMATS[volume_suffix(path)])
    try:
        with quiet_libraries():
            reader.ReadImageInformation()
            size, components = reader.GetSize(), reader.GetNumberOfComponents()
            if len(size) == 4 and size[3] == 1:
                reader.SetExtractSize([*size[:3], 0])
                size = size[:3]
            if len(size) != 2:
                _require_scalar_volume(size, components, name)
            note = reader.GetMetaData(_NOTE) if reader.HasMetaDataKey(_NOTE) else ""
            return reader.Execute(), note
    except RuntimeError as error:
        raise ImageError(_why_unreadable(path, str(error))) from error


def _why_unreadable(path: Path, message: str) -> str:
    if "orthonormal" in message:
        return f"{path}: its axes are not at right angles (sheared); resample it first."
    return f"{path} is damaged, cut off or not an image: copy or export it again."


def _require_scalar_volume(size: tuple[int, ...], components: int, name: str) -> None:
    if components > 1:
        raise ImageError(
            f"{name} holds {components} values per voxel (colour or vectors, complex); export "
            "one grey-value image."
        )
    if len(size) != 3:
        raise ImageError(
            f"{name} is {len(size)}D ({'x'.join(map(str, size))}: several volumes in one file); "
            "export the one volume to measure."
        )


def _flat_image(image: sitk.Image, spacing_stated: bool, name: str) -> HipImage:
    pixels = _plain(sitk.GetArrayFromImage(image))
    column_mm, row_mm = image.GetSpacing() if spacing_stated else (1.0, 1.0)
    known = SpacingProvenance.UNKNOWN_PIXELSPACING
    provenance = known if spacing_stated else SpacingProvenance.NONE
    if image.GetNumberOfComponentsPerPixel() > 1:
        raise ImageError(f"{name} is a colour image; export it as grey values.")
    matrix = projection_matrix(row_mm, column_mm)
    metadata = {"orientation": ASSUMED_ORIENTATION}
    return HipImage(
        pixels[np.newaxis], matrix, Modality.XRAY, Calibration(provenance), name, metadata
    )


def _plain(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Doubles as float32; everything else as it is."""
    if pixels.dtype != np.float64:
        return pixels
    with np.errstate(over="ignore"):  # infinite values are refused by HipImage
        return pixels.astype(np.float32)


def _note(image: HipImage) -> str:
    calibration = image.calibration
    source, factor = calibration.provenance.value, repr(float(calibration.factor))
    return f"HipLandmarks {image.modality.value} {source} {factor}"


def _from_note(note: str) -> tuple[Modality, Calibration | None]:
    words = note.split()
    if len(words) != 4 or words[0] != "HipLandmarks":
        return Modality.UNKNOWN, None
    try:
        return Modality(words[1]), Calibration(SpacingProvenance(words[2]), float(words[3]))
    except ValueError:
        return Modality.UNKNOWN, None
