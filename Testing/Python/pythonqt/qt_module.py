"""The module ``qt`` of Slicer: every QtCore, QtGui and QtWidgets class under one roof."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from .meta import in_slicer_words
from .wrapping import Wrapper, unwrap, wrap, wrapper_class

_HOMES = (QtCore, QtGui, QtWidgets)


class UiFileError(ValueError):
    """A .ui file names what neither Qt, CTK nor Slicer offers."""


def make_qt(custom_widgets: tuple[type, ...]) -> ModuleType:
    """The module ``qt``; ``custom_widgets`` are those that its QUiLoader can make."""
    module = _QtModule("qt", "Qt as PythonQt shows it, made by the test layer.")
    vars(module).update(Qt=QtCore.Qt, QUiLoader=lambda: UiLoader(custom_widgets))
    return module


class _QtModule(ModuleType):
    """Classes appear when they are asked for, as PySide6 makes them."""

    def __getattr__(self, name: str) -> Any:
        for home in _HOMES if name.startswith("Q") else ():
            value = getattr(home, name, None)
            if isinstance(value, type):
                shown = wrapper_class(value) if issubclass(value, QtCore.QObject) else value
                setattr(self, name, shown)
                return shown
        raise AttributeError(f"module 'qt' has no attribute '{name}'")


class UiLoader:
    """``QUiLoader`` with the custom widgets of CTK and Slicer known, as inside Slicer.

    Connections of the file are made here and not by Qt, for PySide6 cannot declare a signal whose
    argument is a VTK object; each must name a signal and a slot that exist, else it fails.
    """

    def __init__(self, custom_widgets: tuple[type, ...]) -> None:
        self._loader = QtUiTools.QUiLoader()
        self._known = {each.__name__ for each in custom_widgets}
        for each in custom_widgets:
            self._loader.registerCustomWidget(each)

    def load(self, file: Wrapper, parent: Wrapper | None = None) -> Any:
        """The widget of an open QFile."""
        root = ElementTree.fromstring(bytes(unwrap(file).readAll()))
        declared = {each.text for each in root.iter("class")} - {root.findtext("class")}
        if unknown := declared - self._known:
            raise UiFileError(f"The panel declares unknown widgets: {sorted(map(str, unknown))}")
        connections = [_texts(each) for each in root.iter("connection")]
        for holder in root.findall("connections"):
            root.remove(holder)
        buffer = QtCore.QBuffer()
        buffer.setData(ElementTree.tostring(root))
        buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        widget = self._loader.load(buffer, unwrap(parent) if parent else None)
        if widget is None:
            raise UiFileError(self._loader.errorString())
        for connection in connections:
            _connect(widget, connection)
        return wrap(widget)


def _texts(connection: ElementTree.Element) -> dict[str, str]:
    return {child.tag: (child.text or "").strip() for child in connection}


def _connect(root: QtWidgets.QWidget, connection: dict[str, str]) -> None:
    ends = []
    for role in ("sender", "receiver"):
        name = connection[role]
        found = root if root.objectName() == name else root.findChild(QtCore.QObject, name)
        if found is None:
            raise UiFileError(f"A connection of the panel names '{name}', which is not there.")
        ends.append(found)
    sender, receiver = ends
    signal, slot = (in_slicer_words(connection[key]) for key in ("signal", "slot"))
    if sender.metaObject().indexOfSignal(signal) < 0:
        raise UiFileError(f"{connection['sender']} has no signal {connection['signal']}.")
    if receiver.metaObject().indexOfMethod(slot) < 0:
        raise UiFileError(f"{connection['receiver']} has no slot {connection['slot']}.")
    getattr(sender, signal.partition("(")[0]).connect(getattr(receiver, slot.partition("(")[0]))
