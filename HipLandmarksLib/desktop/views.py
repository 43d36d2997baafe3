"""Slice views: show a volume, jump to a point at good zoom. Without main window nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..scene.film import show_in_coronal_view

_CLOSE_MM = 120.0
"""Width of the view around a landmark of a volume: one hip with its neck."""
_CLOSE_PART = 0.3
"""The same as part of a film's width; its grid need not be millimetres."""
Position = tuple[float, float, float]


def show_volume(volume: Any) -> None:
    """Show a volume in the slice views; a film, which is one slice, in the coronal view alone."""
    import slicer

    manager = slicer.app.layoutManager()
    if manager is None:
        return
    if volume.GetImageData().GetDimensions()[2] == 1:
        manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpGreenSliceView)
        show_in_coronal_view(volume)
    else:
        slicer.util.setSliceViewerLayers(background=volume, fit=True, rotateToVolumePlane=True)


def jump(volume: Any, position: Position) -> None:
    """Centre the views that show ``volume`` on ``position`` (LPS mm, world), close up.

    A view that is closer already keeps its zoom.
    """
    x, y, z = position
    wanted = _close(volume)
    for node in views_of(volume):
        width, height, depth = node.GetFieldOfView()
        if width > wanted:
            node.SetFieldOfView(wanted, wanted * height / width, depth)
        node.JumpSliceByCentering(-x, -y, z)


def views_of(volume: Any) -> Iterator[Any]:
    """The vtkMRMLSliceNode of each view that has ``volume`` as its background."""
    scene, kind = volume.GetScene(), "vtkMRMLSliceCompositeNode"
    for index in range(scene.GetNumberOfNodesByClass(kind)):
        composite = scene.GetNthNodeByClass(index, kind)
        if composite.GetBackgroundVolumeID() == volume.GetID():
            node = scene.GetSingletonNode(composite.GetLayoutName(), "vtkMRMLSliceNode")
            if node is not None:
                yield node


def _close(volume: Any) -> float:
    bounds = [0.0] * 6
    volume.GetRASBounds(bounds)
    width = bounds[1] - bounds[0]
    if volume.GetImageData().GetDimensions()[2] == 1:
        return _CLOSE_PART * width
    return min(_CLOSE_MM, width)


def current_slice(volume: Any) -> int | None:
    """Index of the slice of ``volume`` that is shown in a view parallel to its slices."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    to_ijk = vtkMatrix4x4()
    volume.GetRASToIJKMatrix(to_ijk)
    for node in views_of(volume):
        view = node.GetSliceToRAS()
        normal = [view.GetElement(row, 2) for row in range(3)]
        through = [
            sum(to_ijk.GetElement(axis, k) * normal[k] for k in range(3)) for axis in range(3)
        ]
        if abs(through[2]) > max(abs(through[0]), abs(through[1])):
            centre = [view.GetElement(row, 3) for row in range(4)]
            index = round(to_ijk.MultiplyPoint(centre)[2])
            return int(min(max(index, 0), volume.GetImageData().GetDimensions()[2] - 1))
    return None
