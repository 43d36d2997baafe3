"""One subject-hierarchy study that holds everything of a case."""

from __future__ import annotations

from typing import Any

import slicer

from ..anatomy import AnySide, Side

STUDY_LEVEL = "Study"


class StudyFolders:
    """Where the nodes of a study stand in the subject hierarchy.

    The volume's own study is used when it has one (DICOM), otherwise a new study is made; each
    hip has a folder of its own in it.

    New items are made below the scene and moved from there: within a batch Slicer's tree follows
    additions but not moves (qMRMLSubjectHierarchyModel), and cannot place an item behind one that
    was moved to its parent meanwhile.
    """

    def __init__(self, scene: Any, name: str, volume: Any | None) -> None:
        node_class = slicer.vtkMRMLSubjectHierarchyNode
        self._scene = scene
        self._hierarchy = node_class.GetSubjectHierarchyNode(scene)
        self.item = self._study_of(volume) if volume is not None else 0
        if not self.item:
            self.item = self._hierarchy.CreateStudyItem(self._hierarchy.GetSceneItemID(), name)
        if volume is not None:
            self.put(volume)
        self._sides: dict[Side, int] = {}

    def put(self, node: Any, side: AnySide | None = None) -> None:
        """File ``node`` under the study, or in the folder of a hip."""
        of_hip = isinstance(side, Side)
        parent = self._folder(side) if isinstance(side, Side) else self.item
        hierarchy = self._hierarchy
        item = hierarchy.GetItemByDataNode(node)
        item = item or hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
        if of_hip or not self._is_below(item, parent):
            hierarchy.SetItemParent(item, parent)

    def remove(self, node: Any) -> None:
        """Remove ``node`` from the scene together with its item, display and storage nodes."""
        self.forget(node)
        for each in (node, *_belongings(node)):
            if each.GetScene() is not None:  # the application may take them along
                self._scene.RemoveNode(each)

    def forget(self, node: Any) -> None:
        """Remove the item of a node that leaves the scene, as Slicer's application does."""
        if node is self._hierarchy:
            return
        item = self._hierarchy.GetItemByDataNode(node)
        if item:
            self._hierarchy.RemoveItem(item, False)

    def _folder(self, side: Side) -> int:
        if side not in self._sides:
            name = f"{side.word.capitalize()} hip"
            known = self._hierarchy.GetItemChildWithName(self.item, name)
            self._sides[side] = known or self._new_folder(name)
        return self._sides[side]

    def _new_folder(self, name: str) -> int:
        """Made below the scene, then moved: see the class."""
        item: int = self._hierarchy.CreateFolderItem(self._hierarchy.GetSceneItemID(), name)
        self._hierarchy.SetItemParent(item, self.item)
        return item

    def _study_of(self, node: Any) -> int:
        item = self._hierarchy.GetItemByDataNode(node)
        return self._hierarchy.GetItemAncestorAtLevel(item, STUDY_LEVEL) if item else 0

    def _is_below(self, item: int, ancestor: int) -> bool:
        while item and item != self._hierarchy.GetSceneItemID():
            if item == ancestor:
                return True
            item = self._hierarchy.GetItemParent(item)
        return False


def _belongings(node: Any) -> list[Any]:
    """Display and storage nodes of a node."""
    found: list[Any] = []
    if node.IsA("vtkMRMLDisplayableNode"):
        found += [node.GetNthDisplayNode(i) for i in range(node.GetNumberOfDisplayNodes())]
    if node.IsA("vtkMRMLStorableNode"):
        found += [node.GetNthStorageNode(i) for i in range(node.GetNumberOfStorageNodes())]
    return [each for each in found if each is not None]
