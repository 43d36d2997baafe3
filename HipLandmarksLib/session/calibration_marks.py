"""Marks of the calibration wizard on the film: a point list that goes when the wizard is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..scene.frames import Vec3, flip_frame
from ..scene.observers import Observers

_NAME = "Calibration"
_RIM_COLOUR = (1.0, 0.8, 0.2)


class CalibrationMarks:
    """Points that a user clicks on the film; never saved with the scene.

    Args:
        scene: the vtkMRMLScene.
        changed: called after a mark was placed, moved or removed.
    """

    def __init__(self, scene: Any, changed: Callable[[], None]) -> None:
        self._scene = scene
        self._changed = changed
        self._node: Any = None
        self._rim: Any = None
        self._told: list[Vec3] = []
        self._observers = Observers()

    @property
    def positions(self) -> list[Vec3]:
        """The marks that are placed, LPS mm, world."""
        return [_world(self._node, number) for number in self._placed]

    @property
    def _placed(self) -> list[int]:
        """Numbers of the marks; the preview under the mouse is none."""
        node = self._node
        if node is None:
            return []
        count, defined = node.GetNumberOfControlPoints(), node.PositionDefined
        return [n for n in range(count) if node.GetNthControlPointPositionStatus(n) == defined]

    def place(self, most: int | None) -> None:
        """Let the next clicks be marks, at most ``most`` of them; None: any number."""
        node = self._node or self._make()
        node.SetMaximumNumberOfControlPoints(-1 if most is None else most)
        selection = self._scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
        interaction = self._scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        if selection is not None and interaction is not None:
            selection.SetReferenceActivePlaceNodeClassName(node.GetClassName())
            selection.SetActivePlaceNodeID(node.GetID())
            interaction.SetPlaceModePersistence(1)
            interaction.SetCurrentInteractionMode(interaction.Place)

    def stop(self) -> None:
        """Clicks are no marks any more."""
        interaction = self._scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        if interaction is not None:
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)

    def add(self, position: Vec3) -> None:
        """Place a mark (LPS mm, world), as a click does."""
        node = self._node or self._make()
        node.AddControlPointWorld(*flip_frame(position))

    def take_last(self) -> None:
        """Remove the mark that was placed last."""
        if self._placed:
            self._node.RemoveNthControlPoint(self._placed[-1])

    def show_rim(self, rim: Sequence[Vec3]) -> None:
        """Draw the rim of the ball that was found, LPS mm; nothing takes it away."""
        if not rim:
            self._drop(self._rim)
            self._rim = None
            return
        if self._rim is None:
            self._rim = self._add("vtkMRMLMarkupsClosedCurveNode", "Rim of the ball")
            self._rim.SetLocked(True)
        batch = self._rim.StartModify()
        self._rim.RemoveAllControlPoints()
        for position in rim:
            self._rim.AddControlPointWorld(*flip_frame(position))
        self._rim.EndModify(batch)

    def remove(self) -> None:
        """Take marks and rim out of the scene; clicks are no marks any more."""
        if self._node is not None:
            self.stop()
        self._observers.drop_all()
        self._drop(self._node)
        self._drop(self._rim)
        self._node = self._rim = None
        self._told = []

    def _make(self) -> Any:
        node = self._node = self._add("vtkMRMLMarkupsFiducialNode", _NAME)
        events = (
            *(node.PointPositionDefinedEvent, node.PointModifiedEvent),
            node.PointRemovedEvent,
        )
        self._observers.add(node, events, self._look)
        return node

    def _look(self) -> None:
        """Tell of marks that are others; a preview that moves with the mouse is not told."""
        positions = self.positions
        if positions != self._told:
            self._told = positions
            self._changed()

    def _add(self, kind: str, name: str) -> Any:
        node = self._scene.AddNewNodeByClass(kind, name)
        node.SetSaveWithScene(False)
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
        if display is not None:
            display.SetSaveWithScene(False)
            display.SetSelectedColor(*_RIM_COLOUR)
            display.SetPropertiesLabelVisibility(False)
        return node

    def _drop(self, node: Any) -> None:
        if node is not None and self._scene.IsNodePresent(node):
            display = node.GetDisplayNode()
            self._scene.RemoveNode(node)
            if display is not None:  # it does not go by itself
                self._scene.RemoveNode(display)


def _world(node: Any, number: int) -> Vec3:
    position = [0.0, 0.0, 0.0]
    node.GetNthControlPointPositionWorld(number, position)
    return flip_frame((position[0], position[1], position[2]))
