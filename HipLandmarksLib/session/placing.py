"""Place mode: the next click in a view puts one certain landmark."""

from __future__ import annotations

from typing import Any

from ..anatomy import LandmarkId
from ..scene import HipStudy


def start_placing(study: HipStudy, id_: LandmarkId) -> None:
    """Let the next click in a view place a landmark that has no position yet."""
    side, key = id_
    node = study.points_node(side)
    if node is None:
        study.offer_points(side, [key])
        node = study.points_node(side)
    index = node.GetControlPointIndexByLabel(key)
    if index < 0:
        study.offer_points(side, [key])
        index = node.GetControlPointIndexByLabel(key)
    if index >= 0:
        node.UnsetNthControlPointPosition(index)
        node.SetControlPointPlacementStartIndex(index)
    _enter_place_mode(study.scene, node)


def _enter_place_mode(scene: Any, node: Any) -> None:
    selection = scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    if selection is not None and interaction is not None:
        selection.SetReferenceActivePlaceNodeClassName(node.GetClassName())
        selection.SetActivePlaceNodeID(node.GetID())
        interaction.SetPlaceModePersistence(0)
        interaction.SetCurrentInteractionMode(interaction.Place)
