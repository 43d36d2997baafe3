"""Slice views that are opened, or turned to the image, while the map of doubt is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakMethod, finalize

from ..nodes import StudyNodes
from ..observers import Observers

_CLASS = "vtkMRMLSliceCompositeNode"


class NewViews:
    """Tells of every slice view in which the image of a study becomes the background.

    A view that showed the image before is not told of again, so that another foreground which its
    user chooses there is left alone.

    Args:
        study: whose image it is.
        tell: bound method, not kept alive, called with the vtkMRMLSliceCompositeNode.
    """

    def __init__(self, study: StudyNodes, tell: Callable[[Any], None]) -> None:
        self._study = study
        self._tell = WeakMethod(tell)
        self._observers = Observers()
        self._showing: set[str] = set()
        scene = study.scene
        for n in range(scene.GetNumberOfNodesByClass(_CLASS)):
            self._follow(scene.GetNthNodeByClass(n, _CLASS))
        self._observers.add_with_object(scene, scene.NodeAddedEvent, self._added)
        self._observers.add_with_object(scene, scene.NodeRemovedEvent, self._removed)
        self._observers.add(scene, (scene.StartCloseEvent,), self.close)
        finalize(self, self._observers.drop_all).atexit = False

    def close(self) -> None:
        """Tell no more. May be called twice."""
        self._observers.drop_all()

    def _follow(self, composite: Any) -> None:
        self._observers.add(composite, ("ModifiedEvent",), self._look_at, composite.GetID())
        if self._shows_image(composite):
            self._showing.add(composite.GetID())

    def _added(self, node: Any) -> None:
        if node.IsA(_CLASS):
            self._observers.add(node, ("ModifiedEvent",), self._look_at, node.GetID())
            self._look_at(node.GetID())

    def _removed(self, node: Any) -> None:
        if node.IsA(_CLASS):
            self._observers.drop(node)
            self._showing.discard(node.GetID())

    def _look_at(self, view_id: str) -> None:
        composite = self._study.scene.GetNodeByID(view_id)
        if composite is None or not self._shows_image(composite):
            self._showing.discard(view_id)
            return
        tell = self._tell()
        if view_id not in self._showing and tell is not None:
            self._showing.add(view_id)  # telling changes the view, which is looked at again
            tell(composite)

    def _shows_image(self, composite: Any) -> bool:
        image = self._study.volume
        return image is not None and composite.GetBackgroundVolumeID() == image.GetID()
