"""``slicer.app`` of the test layer: a real QApplication with what Slicer adds to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets
from vtkmodules.vtkCommonCore import vtkCollection

from .mrml_widgets import qMRMLPlotWidget, qMRMLSliceWidget


class qSlicerModuleManager(QtCore.QObject):
    """Says when a module goes."""

    moduleAboutToBeUnloaded = QtCore.Signal(str)
    moduleLoaded = QtCore.Signal(str)


class qSlicerCoreIOManager(QtCore.QObject):
    """Says when a file was saved."""

    fileSaved = QtCore.Signal("QVariantMap")


class qSlicerLayoutManager(QtCore.QObject):
    """The slice views and one plot view of a main window."""

    layoutChanged = QtCore.Signal(int)

    def __init__(self, slices: dict[str, qMRMLSliceWidget]) -> None:
        super().__init__()
        self._slices = slices
        self._plots = [qMRMLPlotWidget()]
        self._number = 0

    @QtCore.Slot(result="QStringList")
    def sliceViewNames(self) -> list[str]:
        """Names such as Red."""
        return list(self._slices)

    @QtCore.Slot(result=object)
    def mrmlSliceLogics(self) -> Any:
        """The vtkMRMLSliceLogics in a vtkCollection."""
        found = vtkCollection()
        for widget in self._slices.values():
            found.AddItem(widget.sliceLogic())
        return found

    @QtCore.Slot(int)
    def setLayout(self, number: int) -> None:
        """Another arrangement of views; here the same views stay."""
        self._number = number
        self.layoutChanged.emit(number)

    @QtCore.Slot(int, result=QtCore.QObject)
    def plotWidget(self, number: int) -> qMRMLPlotWidget:
        """The widget of a plot view."""
        return self._plots[number]

    plotViewCount = QtCore.Property(int, lambda self: len(self._plots))
    threeDViewCount = QtCore.Property(int, lambda self: 0)
    layout = QtCore.Property(int, lambda self: self._number, setLayout)

    @QtCore.Slot(str, result=QtCore.QObject)
    def sliceWidget(self, name: str) -> qMRMLSliceWidget | None:
        """The widget of a slice view."""
        return self._slices.get(name)


class qSlicerApplication(QtWidgets.QApplication):
    """One per process, as Qt asks for; :meth:`begin` gives it a fresh scene's views."""

    startupCompleted = QtCore.Signal()
    render_paused = 0

    def __init__(self) -> None:
        super().__init__(["Slicer"])
        self.setApplicationName("Slicer")
        self.setStyle("Fusion")
        self._modules = qSlicerModuleManager(self)
        self._files = qSlicerCoreIOManager(self)
        self._layout: qSlicerLayoutManager | None = None
        self._translate: Callable[[str, str], str] = lambda context, text: text

    def begin(self, layout: qSlicerLayoutManager | None) -> None:
        """Forget what an earlier test left; no layout manager is ``--no-main-window``."""
        self._layout = layout

    def speak(self, translate: Callable[[str, str], str]) -> None:
        """Use another language: ``(context, text) -> text``."""
        self._translate = translate

    def wear(self, dark: bool) -> None:
        """Light or dark colours, about those of Slicer's two styles."""
        colour, role = QtGui.QColor, QtGui.QPalette.ColorRole
        shades = _DARK if dark else _LIGHT
        palette = QtGui.QPalette()
        for name, code in shades.items():
            palette.setColor(role[name], colour(code))
        for name in ("WindowText", "Text", "ButtonText"):
            palette.setColor(QtGui.QPalette.ColorGroup.Disabled, role[name], colour("#8a8a8a"))
        self.setPalette(palette)

    @QtCore.Slot(result=QtCore.QObject)
    def layoutManager(self) -> qSlicerLayoutManager | None:
        """None without a main window."""
        return self._layout

    @QtCore.Slot()
    def pauseRender(self) -> None:
        """Views draw nothing until as many calls of the other kind were made."""
        self.render_paused += 1

    @QtCore.Slot()
    def resumeRender(self) -> None:
        """Views draw again."""
        self.render_paused -= 1

    @QtCore.Slot(result=QtCore.QObject)
    def moduleManager(self) -> qSlicerModuleManager:
        """Knows the modules."""
        return self._modules

    @QtCore.Slot(result=QtCore.QObject)
    def coreIOManager(self) -> qSlicerCoreIOManager:
        """Loads and saves files."""
        return self._files

    @QtCore.Slot(result=bool)
    def testingEnabled(self) -> bool:
        """As with ``--testing``: no message boxes."""
        return True

    @QtCore.Slot(str, str, result=str)
    def translate(self, context: str, text: str) -> str:
        """The words in the language of the program."""
        return self._translate(context, text)

    @QtCore.Slot(result=QtCore.QObject)
    def userSettings(self) -> QtCore.QSettings:
        """Settings of the user."""
        return QtCore.QSettings()

    @QtCore.Slot(result=QtCore.QObject)
    def settings(self) -> QtCore.QSettings:
        """Settings of the user."""
        return QtCore.QSettings()


_LIGHT = {
    **{"Window": "#efefef", "WindowText": "#000000", "Base": "#ffffff", "Text": "#000000"},
    **{"AlternateBase": "#f7f7f7", "Button": "#efefef", "ButtonText": "#000000"},
    **{"Highlight": "#308cc6", "HighlightedText": "#ffffff", "ToolTipBase": "#ffffdc"},
    **{"ToolTipText": "#000000", "Link": "#0000ff", "PlaceholderText": "#808080"},
}
_DARK = {
    **{"Window": "#323232", "WindowText": "#f0f0f0", "Base": "#191919", "Text": "#f0f0f0"},
    **{"AlternateBase": "#232323", "Button": "#464646", "ButtonText": "#f0f0f0"},
    **{"Highlight": "#308cc6", "HighlightedText": "#ffffff", "ToolTipBase": "#323232"},
    **{"ToolTipText": "#f0f0f0", "Link": "#5aa9ff", "PlaceholderText": "#a0a0a0"},
}


def make_slices(scene: Any, names: dict[str, str]) -> dict[str, qMRMLSliceWidget]:
    """Slice widgets with real nodes and logics in ``scene``; names to orientations."""
    import slicer

    found = {}
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    for name, orientation in names.items():
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLScene(scene)
        node = logic.AddSliceNode(name)
        node.SetOrientation(orientation)
        node.SetDimensions(800, 600, 1)
        found[name] = qMRMLSliceWidget(logic)
    return found
