"""Slice views: show a volume, find what shows it. Without a main window nothing happens."""

from __future__ import annotations

from typing import Any

from ..scene import HipStudy
from ..scene.editing import scroll_to_points, views_of
from ..scene.film import show_in_coronal_view


def show_volume(volume: Any, study: HipStudy | None = None) -> None:
    """Show a volume in the slice views; a film, which is one slice, in the coronal view alone.

    Args:
        volume: the vtkMRMLScalarVolumeNode.
        study: of the volume: the views show a slice with its points. None where there is none.
    """
    import slicer

    manager, data = slicer.app.layoutManager(), volume.GetImageData()
    if manager is None or data is None:
        return
    if data.GetDimensions()[2] == 1:
        manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpGreenSliceView)
        show_in_coronal_view(volume)
    else:
        slicer.util.setSliceViewerLayers(background=volume, fit=True, rotateToVolumePlane=True)
        if study is not None:
            scroll_to_points(study)


def markups_managers() -> list[Any]:
    """The vtkMRMLMarkupsDisplayableManager of every slice and 3D view; None where there is none."""
    import slicer

    layout, name = slicer.app.layoutManager(), "vtkMRMLMarkupsDisplayableManager"
    if layout is None:
        return []
    views = [layout.sliceWidget(each).sliceView() for each in layout.sliceViewNames()]
    views += [layout.threeDWidget(n).threeDView() for n in range(layout.threeDViewCount)]
    return [view.displayableManagerByClassName(name) for view in views]


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
