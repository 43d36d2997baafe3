"""Films that Slicer's own readers loaded: set right by their files before anything is measured.

Slicer lays a film into the axial plane, whichever way the file says that it lies; depending on the
reader and on the tags it has the detector's pixel size or 1 mm, and grey values inverted or not;
a picture comes with colours. The file itself is read again and decides (measurement specification,
9.1). Whatever was different is recorded with the volume.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy

from ..errors import ImageError
from ..i18n import tr as _
from ..imaging import Calibration, HipImage, Modality, SpacingProvenance, axis_letters, read_image
from ..imaging.film import ASSUMED_ORIENTATION, projection_matrix
from ..imaging.pictures import to_grey
from .film import place_film
from .repairs import Repair, RepairKind, remember_repairs, repairs_of
from .volume import (
    MODALITY_ATTRIBUTE,
    add_volume,
    image_of_volume,
    remember_image,
    set_pixels,
)

FileOfInstance = Callable[[str], str]
"""Path of the file of a DICOM instance UID, empty when it is not known."""

_INSTANCES = "DICOM.instanceUIDs"
_SAME_SPACING = 1e-3  # relative
_SAME_DIRECTION = 1e-3
_SAME_PICTURE = 0.999  # correlation of grey values


@dataclass(frozen=True)
class PreparedVolume:
    """A volume that can be measured.

    Attributes:
        node: the volume to use; another one than was given where that was a colour picture.
        repairs: what was set right, now or earlier.
    """

    node: Any
    repairs: tuple[Repair, ...] = ()


def prepare_volume(node: Any, file_of_instance: FileOfInstance | None = None) -> PreparedVolume:
    """Set a film right by its file; volumes and prepared films stay as they are.

    Points that were placed on a film before lie elsewhere afterwards: call it before that.

    Args:
        node: a volume, as any reader of Slicer loaded it.
        file_of_instance: looks up files in Slicer's DICOM database; None where there is none.
    """
    if _components(node) > 1:
        return _grey_copy(node, file_of_instance)
    if not _is_open(node):
        return PreparedVolume(node, repairs_of(node))
    image = _image_of_file(node, file_of_instance)
    if image is None or not _shows(image, node):
        return PreparedVolume(node)
    if image.modality is Modality.UNKNOWN:
        return PreparedVolume(node)
    if image.modality is not Modality.XRAY:
        remember_image(node, image)
        return PreparedVolume(node)
    return PreparedVolume(node, _repair(node, image))


def take_as_radiograph(node: Any) -> PreparedVolume:
    """Treat a single image of unknown kind as a radiograph, as a person states.

    Unless it lies in the coronal plane already it is laid there in the usual display. Its pixel
    size, if it has one, is of unknown meaning; pixels of exactly 1 mm are taken for none.

    Raises:
        ImageError: when it is a volume, or known to be something else.
    """
    node = prepare_volume(node).node
    image = image_of_volume(node)
    if image.modality is Modality.XRAY:
        return PreparedVolume(node, repairs_of(node))
    if image.n_slices != 1 or image.modality is not Modality.UNKNOWN:
        raise ImageError(f"{image.name} is no single image of unknown kind: it is no radiograph.")
    column_mm, row_mm, _between = image.spacing
    known = max(abs(column_mm - 1), abs(row_mm - 1)) > _SAME_SPACING
    provenance = SpacingProvenance.UNKNOWN_PIXELSPACING if known else SpacingProvenance.NONE
    film = replace(image, modality=Modality.XRAY, calibration=Calibration(provenance))
    if image.orientation != "coronal":
        film = replace(
            film,
            ijk_to_lps=projection_matrix(row_mm, column_mm),
            metadata={**image.metadata, "orientation": ASSUMED_ORIENTATION},
        )
    return PreparedVolume(node, _repair(node, film, Repair(RepairKind.KIND)))


def _is_open(node: Any) -> bool:
    """Whether it is a single image of which nobody has told yet what it is."""
    data = None if node is None else node.GetImageData()
    return (
        data is not None
        and data.GetDimensions()[2] == 1
        and not node.GetAttribute(MODALITY_ATTRIBUTE)
    )


def _components(node: Any) -> int:
    data = None if node is None else node.GetImageData()
    return 0 if data is None else int(data.GetNumberOfScalarComponents())


def _image_of_file(node: Any, file_of_instance: FileOfInstance | None) -> HipImage | None:
    """What the volume's file says, None where it is gone or no image that can be read."""
    for path in _files(node, file_of_instance):
        if path.is_file():
            try:
                return replace(read_image(path), name=node.GetName())
            except ImageError:
                continue
    return None


def _files(node: Any, file_of_instance: FileOfInstance | None) -> Iterator[Path]:
    instances = (node.GetAttribute(_INSTANCES) or "").split()
    if file_of_instance is not None and len(instances) == 1:
        found = file_of_instance(instances[0])
        if found:
            yield Path(found)
    storage = node.GetStorageNode()
    name = None if storage is None else storage.GetFullNameFromFileName()
    if name:
        yield Path(name)


def _shows(image: HipImage, node: Any) -> bool:
    return image.pixels.shape[::-1] == tuple(node.GetImageData().GetDimensions())


def _repair(node: Any, image: HipImage, *known: Repair) -> tuple[Repair, ...]:
    before = image_of_volume(node, modality=Modality.XRAY)
    found = [*known, *_differences(before, image)]
    was_modifying = node.StartModify()
    try:
        place_film(node, image)
        if not _same_picture(before.pixels, image.pixels):
            set_pixels(node, image.pixels)
            found.append(Repair(RepairKind.INTENSITY))
        remember_repairs(node, tuple(found))
    finally:
        node.EndModify(was_modifying)
    return tuple(found)


def _differences(before: HipImage, image: HipImage) -> Iterator[Repair]:
    """What of the geometry is not as the file means it."""
    if before.orientation != "coronal":
        yield Repair(RepairKind.PLANE, before.orientation, "coronal")
    elif not np.allclose(_axes(before), _axes(image), atol=_SAME_DIRECTION):
        yield Repair(RepairKind.DIRECTION, _letters(before), _letters(image))
    if not np.allclose(before.spacing[:2], image.spacing[:2], rtol=_SAME_SPACING):
        known = image.calibration.provenance.has_millimetres
        after = _size(image) + " mm" if known else _("of unknown size")
        yield Repair(RepairKind.SPACING, _size(before), after)


def _axes(image: HipImage) -> NDArray[np.float64]:
    columns = image.ijk_to_lps[:3, :2]
    return np.asarray(columns / np.linalg.norm(columns, axis=0), dtype=np.float64)


def _letters(image: HipImage) -> str:
    words = {
        "L": _("the patient's left"),
        "R": _("the patient's right"),
        "S": _("the head"),
        "I": _("the feet"),
        "A": _("the front"),
        "P": _("the back"),
    }
    return _("{columns} and {rows}").format(
        columns=words[axis_letters(image)[0]], rows=words[axis_letters(image)[1]]
    )


def _size(image: HipImage) -> str:
    column_mm, row_mm, _between = image.spacing
    return f"{column_mm:.3g} x {row_mm:.3g}"


def _same_picture(shown: NDArray[np.generic], meant: NDArray[np.generic]) -> bool:
    """Whether grey values grow together, whatever unit each has."""
    first, second = (np.asarray(a, dtype=np.float64).ravel() for a in (shown, meant))
    return bool(np.corrcoef(first, second)[0, 1] > _SAME_PICTURE)


def _grey_copy(node: Any, file_of_instance: FileOfInstance | None) -> PreparedVolume:
    """A grey volume beside a colour picture; the one that was made before, where there is one."""
    scene, role = node.GetScene(), "HipLandmarks.GreyCopy"
    earlier = node.GetNodeReference(role)
    if earlier is not None:
        return PreparedVolume(earlier, repairs_of(earlier))
    if node.GetImageData().GetDimensions()[2] != 1:
        return PreparedVolume(node)
    image = _image_of_file(node, file_of_instance)
    if image is None or not _shows(image, node):
        image = _grey_image(node)
    copy = add_volume(scene, replace(image, name=scene.GenerateUniqueName(node.GetName())))
    node.SetNodeReferenceID(role, copy.GetID())
    repairs = (Repair(RepairKind.COLOUR),)
    remember_repairs(copy, repairs)
    return PreparedVolume(copy, repairs)


def _grey_image(node: Any) -> HipImage:
    """As a plain picture is read: a radiograph without a pixel size."""
    data = node.GetImageData()
    columns, rows, _one = data.GetDimensions()
    colours = vtk_to_numpy(data.GetPointData().GetScalars()).reshape(1, rows, columns, -1)
    grey = to_grey(colours) if colours.shape[-1] > 2 else colours[..., 0]
    return HipImage(
        grey,
        projection_matrix(1.0, 1.0),
        Modality.XRAY,
        Calibration(SpacingProvenance.NONE),
        node.GetName(),
        {"orientation": ASSUMED_ORIENTATION},
    )
