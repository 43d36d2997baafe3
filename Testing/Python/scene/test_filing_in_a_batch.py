"""Slicer's tree can show every item at once, also while a detection is put in as one batch.

Within a batch ``qMRMLSubjectHierarchyModel`` follows additions and no moves. It places a new item
behind the one before it, and says "Item mismatch" when that one was moved there meanwhile.
"""

from __future__ import annotations

from typing import Any

import pytest
from explored_case import explored

pytest.importorskip("slicer", reason="slicer-core is not installed")

import slicer
import vtk

from HipLandmarksLib.scene import HipStudy, add_volume
from HipLandmarksLib.scene.batch import whole_or_not_at_all
from HipLandmarksLib.scene.exploration import StackExplorer


class Application:
    """Files new nodes below the scene, and knows of items what Slicer's tree knows in a batch."""

    def __init__(self, scene: Any) -> None:
        self.mismatches: list[str] = []
        self._parent: dict[int, int] = {}
        self._hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        self._hierarchy.AddObserver(self._hierarchy.SubjectHierarchyItemAddedEvent, self._added)
        scene.AddObserver(scene.NodeAddedEvent, self._node_added)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_added(self, _scene: Any, _event: str, node: Any) -> None:
        if node.IsA("vtkMRMLDisplayableNode") and not node.GetHideFromEditors():
            self._hierarchy.CreateItem(self._hierarchy.GetSceneItemID(), node)

    @vtk.calldata_type(vtk.VTK_LONG)
    def _added(self, hierarchy: Any, _event: str, item: int) -> None:
        parent = self._parent[item] = hierarchy.GetItemParent(item)
        place = hierarchy.GetItemPositionUnderParent(item)
        before = hierarchy.GetItemByPositionUnderParent(parent, place - 1) if place else 0
        if before and self._parent.get(before, parent) != parent:
            self.mismatches.append(hierarchy.GetItemName(item))


def test_no_item_is_added_behind_one_that_was_moved(scene: Any, case: Any) -> None:
    tree = Application(scene)
    volume = add_volume(scene, case.image)
    found = explored(case.image)
    with whole_or_not_at_all(scene):
        study = HipStudy.create(scene, case.image, found.stack.case(), volume_node=volume)
        StackExplorer.create(study, found)
    assert tree.mismatches == []
    assert len(tree._parent) > 10, "the tree heard of the items"
    study.close()


def test_everything_lies_below_its_study(scene: Any, case: Any) -> None:
    study = HipStudy.create(scene, case.image, case.landmarks)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    items = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), items)
    assert [hierarchy.GetItemLevel(items.GetId(n)) for n in range(items.GetNumberOfIds())] == [
        "Study"
    ]
    study.close()
