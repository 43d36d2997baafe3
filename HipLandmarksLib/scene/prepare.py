"""What a bare vtkMRMLScene lacks and Slicer's application adds."""

from __future__ import annotations

from typing import Any

import slicer

_SELECTION_ID = "vtkMRMLSelectionNodeSingleton"


def prepare_scene(scene: Any) -> Any:
    """Make a scene fit for point lists and their files; changes nothing in Slicer itself.

    Without an application nobody registers the storage of markups (they would silently be
    left out of a scene file), nor adds the selection node in which markups look for units.
    """
    storage = slicer.vtkMRMLMarkupsJsonStorageNode()
    if not scene.IsNodeClassRegistered(storage.GetClassName()):
        scene.RegisterNodeClass(storage)
    if scene.GetNodeByID(_SELECTION_ID) is None:
        scene.AddNode(slicer.vtkMRMLSelectionNode())
    return scene


def new_scene() -> Any:
    """An empty scene outside Slicer's application."""
    return prepare_scene(slicer.vtkMRMLScene())
