"""What a bare vtkMRMLScene lacks and Slicer's application adds."""

from __future__ import annotations

from typing import Any

import slicer

_SELECTION_ID = "vtkMRMLSelectionNodeSingleton"


def prepare_scene(scene: Any) -> Any:
    """Make a scene fit for point lists, legends and their files; changes nothing in Slicer itself.

    Without an application nobody registers the storage of markups and the legends of colours (they
    would silently be left out of a scene file), nor adds the selection node in which markups look
    for units.
    """
    for node in (slicer.vtkMRMLMarkupsJsonStorageNode(), slicer.vtkMRMLColorLegendDisplayNode()):
        if not scene.IsNodeClassRegistered(node.GetClassName()):
            scene.RegisterNodeClass(node)
    if scene.GetNodeByID(_SELECTION_ID) is None:
        scene.AddNode(slicer.vtkMRMLSelectionNode())
    return scene


def new_scene() -> Any:
    """An empty scene outside Slicer's application."""
    return prepare_scene(slicer.vtkMRMLScene())
