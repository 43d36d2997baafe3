"""Slicer's own modules take display nodes along with a node; none may be removed twice."""

from __future__ import annotations

from typing import Any
from weakref import finalize

import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed")


from HipLandmarksLib.scene.batch import whole_or_not_at_all
from HipLandmarksLib.scene.observers import Observers


class Application:
    """Takes the display nodes of a removed node along, as the logics of Slicer's modules do."""

    def __init__(self, scene: Any) -> None:
        self.twice: list[str] = []
        self._along: dict[Any, list[Any]] = {}
        self._scene, self._observers = scene, Observers()
        self._observers.add_with_object(scene, scene.NodeAboutToBeRemovedEvent, self._goes)
        self._observers.add_with_object(scene, scene.NodeRemovedEvent, self._gone)
        finalize(self, self._observers.drop_all)

    def _goes(self, node: Any) -> None:
        if node.GetScene() is None:
            self.twice.append(node.GetClassName())
        elif node.IsA("vtkMRMLDisplayableNode"):
            shown = [node.GetNthDisplayNode(i) for i in range(node.GetNumberOfDisplayNodes())]
            self._along[node] = [each for each in shown if each is not None]

    def _gone(self, node: Any) -> None:
        for display in self._along.pop(node, []):
            self._scene.RemoveNode(display)


def test_a_construction_that_is_switched_off_goes_once(study: Any, scene: Any) -> None:
    application = Application(scene)
    study.show_marks(())
    assert not list(study.marks) and application.twice == []


def test_nodes_of_a_change_that_failed_go_once(scene: Any) -> None:
    application = Application(scene)
    with pytest.raises(RuntimeError, match="halfway"), whole_or_not_at_all(scene):
        node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
        node.CreateDefaultDisplayNodes()
        raise RuntimeError("halfway")
    assert application.twice == []
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsDisplayNode") == 0
