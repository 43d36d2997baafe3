"""Changes of a scene that are made together: all of them in one batch, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vtkmodules.vtkCommonCore import vtkIdList


@contextmanager
def whole_or_not_at_all(scene: Any) -> Iterator[None]:
    """Change a scene in one batch; views follow at its end.

    When it fails, the nodes that were added, and where they were filed, go again.
    """
    nodes, items = _nodes(scene), _items(scene)
    scene.StartState(scene.BatchProcessState)
    try:
        yield
    except BaseException:
        for item in _items(scene) - items:
            _hierarchies(scene)[0].RemoveItem(item, False, False)
        for node in _nodes(scene) - nodes:
            if node.GetScene() is not None:  # it may have gone with another one
                scene.RemoveNode(node)
        raise
    finally:
        scene.EndState(scene.BatchProcessState)


def _nodes(scene: Any) -> set[Any]:
    nodes = scene.GetNodes()
    return {nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())}


def _items(scene: Any) -> set[int]:
    found = vtkIdList()
    for hierarchy in _hierarchies(scene):
        hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), found, True)
    return {found.GetId(index) for index in range(found.GetNumberOfIds())}


def _hierarchies(scene: Any) -> list[Any]:
    """The subject hierarchy; none is made for the asking."""
    node = scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    return [] if node is None else [node]
