"""Radiographs in the scene: in the coronal plane with the pixel size of their file.

Slicer's DICOM reader puts a film into the axial plane, ignores its calibration and, where the
file states PixelSpacing only, takes pixels of 1 mm (measurement specification, 9.1).
"""

from __future__ import annotations

from typing import Any

from ..errors import ImageError
from ..imaging import HipImage
from .frames import array_to_matrix, flip_matrix
from .volume import remember_image

CORONAL_VIEW = "Green"


def place_film(node: Any, image: HipImage) -> None:
    """Give a volume that Slicer loaded from a film's file the geometry that the file states.

    The pixels stay. Columns run to the patient's left and rows to the feet, or as the file says;
    the magnification stays outside the node, as calibration factor. Points that were placed on
    the film before lie elsewhere afterwards: place the film first.

    Args:
        node: the vtkMRMLScalarVolumeNode.
        image: the same file, read by :func:`HipLandmarksLib.imaging.read_image`.

    Raises:
        ImageError: when the node holds another number of pixels, or a volume.
    """
    data = node.GetImageData()
    size = data.GetDimensions() if data is not None else (0, 0, 0)
    if image.n_slices != 1 or tuple(size) != image.pixels.shape[::-1]:
        raise ImageError(
            f"{node.GetName()} has {size[0]} x {size[1]} x {size[2]} pixels and is not the film "
            f"{image.name} ({image.pixels.shape[2]} x {image.pixels.shape[1]}): load it again."
        )
    node.SetIJKToRASMatrix(array_to_matrix(flip_matrix(image.ijk_to_lps)))
    remember_image(node, image)


def show_in_coronal_view(node: Any, view: str = CORONAL_VIEW) -> bool:
    """Show a film as background of the coronal view, as a whole, the patient's right on the left.

    Args:
        node: the volume of the film.
        view: layout name of the view; Slicer's coronal one is green.

    Returns:
        Whether the scene has such a view.
    """
    scene = node.GetScene()
    slice_node = _of_view(scene, "vtkMRMLSliceNode", view)
    composite = _of_view(scene, "vtkMRMLSliceCompositeNode", view)
    if slice_node is None or composite is None:
        return False
    composite.SetBackgroundVolumeID(node.GetID())
    slice_node.SetOrientationToCoronal()
    _fit(slice_node, node)
    return True


def _of_view(scene: Any, kind: str, view: str) -> Any:
    """The node of a class that belongs to the view, or None."""
    nodes = (scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind)))
    return next((node for node in nodes if node.GetLayoutName() == view), None)


def _fit(slice_node: Any, node: Any) -> None:
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    right, left, back, front, foot, head = bounds
    width, height, _ = (max(1, length) for length in slice_node.GetDimensions())
    scale = max((left - right) / width, (head - foot) / height)
    depth = slice_node.GetFieldOfView()[2]
    slice_node.SetFieldOfView(scale * width, scale * height, depth)
    slice_node.JumpSliceByCentering((left + right) / 2, (front + back) / 2, (head + foot) / 2)
