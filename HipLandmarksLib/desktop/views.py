"""Slice views: show a volume, find what shows it. Without a main window nothing happens."""

from __future__ import annotations

from typing import Any

from ..scene import HipStudy
from ..scene.editing import current_slice, scroll_to_points
from ..scene.film import show_in_coronal_view

__all__ = ["current_slice", "markups_managers", "show_volume"]


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
