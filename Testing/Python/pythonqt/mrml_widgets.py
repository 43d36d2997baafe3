"""Slicer's own widgets that HipLandmarks uses, for PySide6, on a real MRML scene.

Names, properties, signals, slots and invokable functions are those of ``Libs/MRML/Widgets`` in
github.com/Slicer/Slicer. A slice widget holds a real vtkMRMLSliceNode, composite node and
vtkMRMLSliceLogic; only the drawing is left out.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Property, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget


class qMRMLWidget(QWidget):
    """A widget that hands its scene to those inside."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        """Set the scene and tell the widgets inside."""
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene


class qMRMLSortFilterProxyModel(QObject):  # of which only this much is needed
    """Nodes that a selector does not offer."""

    def __init__(self, selector: qMRMLNodeComboBox) -> None:
        super().__init__(selector)
        self._selector = selector
        self._hidden: list[str] = []

    def _set(self, ids: list[str]) -> None:
        self._hidden = list(ids)
        self._selector._fill()

    hiddenNodeIDs = Property("QStringList", lambda self: self._hidden, _set)


class qMRMLNodeComboBox(QWidget):
    """Chooses a node of the scene; follows what is added, renamed and removed."""

    currentNodeChanged = Signal(object)
    currentNodeIDChanged = Signal(str)
    nodeActivated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QComboBox(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._scene: Any = None
        self._tags: list[tuple[Any, int]] = []
        self._types: list[str] = []
        self._flags = {"noneEnabled": False, "showHidden": False, "showChildNodeTypes": True}
        self._other = {"addEnabled": True, "removeEnabled": True, "renameEnabled": False}
        self._names = {"noneDisplay": "None", "baseName": ""}
        self._ids: list[str] = []
        self._shown = ""
        self._model = qMRMLSortFilterProxyModel(self)
        self._box.currentIndexChanged.connect(self._chosen)
        self.destroyed.connect(_Forget(self._tags))

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        """Follow another scene."""
        _Forget(self._tags)()
        self._scene = scene
        if scene is not None:
            for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndBatchProcessEvent):
                self._tags.append((scene, scene.AddObserver(event, self._scene_changed)))
        self._fill()

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene

    @Slot(result=object)
    def currentNode(self) -> Any:
        """The chosen node or None."""
        return self._scene.GetNodeByID(self._shown) if self._scene and self._shown else None

    @Slot(object)
    def setCurrentNode(self, node: Any) -> None:
        """Choose a node, None for none."""
        self._choose(node.GetID() if node is not None else "")

    @Slot(str)
    def setCurrentNodeID(self, id_: str) -> None:
        """Choose a node by its id."""
        self._choose(id_ or "")

    @Slot(result=int)
    def nodeCount(self) -> int:
        """How many nodes can be chosen."""
        return len([each for each in self._ids if each])

    @Slot(int, result=object)
    def nodeFromIndex(self, index: int) -> Any:
        """The n-th node."""
        return self._scene.GetNodeByID([each for each in self._ids if each][index])

    @Slot(result=object)
    def sortFilterProxyModel(self) -> qMRMLSortFilterProxyModel:
        """Says which nodes are left out."""
        return self._model

    def _set_types(self, types: list[str]) -> None:
        self._types = list(types)
        self._fill()

    def _set_none_enabled(self, on: bool) -> None:
        self._flags["noneEnabled"] = on
        self._fill()

    def _scene_changed(self, caller: Any, event: str) -> None:
        if not self._scene.IsBatchProcessing():
            self._fill()

    def _nodes(self) -> list[Any]:
        if self._scene is None or not self._types:
            return []
        found = [self._scene.GetNthNode(i) for i in range(self._scene.GetNumberOfNodes())]
        exact = not self._flags["showChildNodeTypes"]
        kinds = [n for n in found if any(self._fits(n, t, exact) for t in self._types)]
        seen = [n for n in kinds if self._flags["showHidden"] or not n.GetHideFromEditors()]
        return [n for n in seen if n.GetID() not in self._model.hiddenNodeIDs]

    @staticmethod
    def _fits(node: Any, kind: str, exact: bool) -> bool:
        return node.GetClassName() == kind if exact else bool(node.IsA(kind))

    def _fill(self) -> None:
        """As in Slicer: without a "None" entry the first node is chosen at once."""
        nodes = self._nodes()
        first = [""] if self._flags["noneEnabled"] or not nodes else []
        self._ids = [*first, *(node.GetID() for node in nodes)]
        names = [*(self._names["noneDisplay"] for _ in first), *(node.GetName() for node in nodes)]
        wanted = self._shown if self._shown in self._ids else self._ids[0]
        self._box.blockSignals(True)
        self._box.clear()
        self._box.addItems(names)
        self._box.setCurrentIndex(self._ids.index(wanted))
        self._box.blockSignals(False)
        self._tell(wanted)

    def _choose(self, id_: str) -> None:
        if id_ in self._ids:
            self._box.setCurrentIndex(self._ids.index(id_))

    def _chosen(self, index: int) -> None:
        if 0 <= index < len(self._ids):
            self._tell(self._ids[index])

    def _tell(self, id_: str) -> None:
        if id_ != self._shown:
            self._shown = id_
            self.currentNodeChanged.emit(self.currentNode())
            self.currentNodeIDChanged.emit(id_)

    nodeTypes = Property("QStringList", lambda self: self._types, _set_types)
    noneEnabled = Property(bool, lambda self: self._flags["noneEnabled"], _set_none_enabled)
    showHidden = Property(
        bool, lambda s: s._flags["showHidden"], lambda s, on: s._flags.update(showHidden=on)
    )
    showChildNodeTypes = Property(
        bool,
        lambda s: s._flags["showChildNodeTypes"],
        lambda s, on: s._flags.update(showChildNodeTypes=on),
    )
    addEnabled = Property(
        bool, lambda s: s._other["addEnabled"], lambda s, on: s._other.update(addEnabled=on)
    )
    removeEnabled = Property(
        bool, lambda s: s._other["removeEnabled"], lambda s, on: s._other.update(removeEnabled=on)
    )
    renameEnabled = Property(
        bool, lambda s: s._other["renameEnabled"], lambda s, on: s._other.update(renameEnabled=on)
    )
    noneDisplay = Property(
        str, lambda s: s._names["noneDisplay"], lambda s, text: s._names.update(noneDisplay=text)
    )
    baseName = Property(
        str, lambda s: s._names["baseName"], lambda s, text: s._names.update(baseName=text)
    )
    currentNodeID = Property(str, lambda self: self._shown, setCurrentNodeID)


class _Forget:
    """Takes observers off, also after the widget has gone."""

    def __init__(self, tags: list[tuple[Any, int]]) -> None:
        self._tags = tags

    def __call__(self, *_gone: Any) -> None:
        for observed, tag in self._tags:
            observed.RemoveObserver(tag)
        self._tags.clear()


class qMRMLSliceView(QWidget):
    """The drawing area of a slice widget; takes the focus on a click."""

    def __init__(self, node: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node = node
        self._canvas = QWidget(self)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        QVBoxLayout(self).addWidget(self._canvas)

    @Slot(result=object)
    def mrmlSliceNode(self) -> Any:
        """The vtkMRMLSliceNode."""
        return self._node

    @Slot(str, result=object)
    def displayableManagerByClassName(self, name: str) -> None:
        """None: nothing is drawn here."""

    @Slot(result=object)
    def VTKWidget(self) -> QWidget:
        """The widget that VTK draws into."""
        return self._canvas


class qMRMLSliceWidget(QWidget):
    """A slice view with its nodes and logic."""

    def __init__(self, logic: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logic = logic
        self._view = qMRMLSliceView(logic.GetSliceNode(), self)
        QVBoxLayout(self).addWidget(self._view)

    @Slot(result=object)
    def sliceView(self) -> qMRMLSliceView:
        """The view."""
        return self._view

    @Slot(result=object)
    def sliceLogic(self) -> Any:
        """The vtkMRMLSliceLogic."""
        return self._logic

    @Slot(result=object)
    def mrmlSliceNode(self) -> Any:
        """The vtkMRMLSliceNode."""
        return self._logic.GetSliceNode()

    @Slot(result=object)
    def mrmlSliceCompositeNode(self) -> Any:
        """The vtkMRMLSliceCompositeNode."""
        return self._logic.GetSliceCompositeNode()


class qMRMLPlotView(QWidget):
    """The drawing area of a plot widget; says which points were clicked."""

    dataSelected = Signal(object, object)


class qMRMLPlotWidget(QWidget):
    """A plot view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = qMRMLPlotView(self)

    @Slot(result=object)
    def plotView(self) -> qMRMLPlotView:
        """The view."""
        return self._view


WIDGETS = (
    *(qMRMLWidget, qMRMLNodeComboBox, qMRMLSliceView, qMRMLSliceWidget),
    *(qMRMLPlotView, qMRMLPlotWidget),
)
NAMED_BY_CONNECTORS = ("qMRMLSliderWidget", "qMRMLSpinBox", "qMRMLRangeWidget")
