"""``slicer.parameterNodeWrapper`` for the kinds of parameters that the module has.

Values are kept in the vtkMRMLScriptedModuleNode as Slicer keeps them: text and numbers as
parameters, enums by name, nodes as node references.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable
from typing import Any

import vtk

MODIFIED = vtk.vtkCommand.ModifiedEvent
BINDING = "SlicerParameterName"
_SIGNALS = {
    "QCheckBox": ("checked", "stateChanged(int)"),
    "QSpinBox": ("value", "valueChanged(int)"),
    "QDoubleSpinBox": ("value", "valueChanged(double)"),
    "ctkSliderWidget": ("value", "valueChanged(double)"),
    "QLineEdit": ("text", "textChanged(QString)"),
}


def parameter_node_wrapper(wrapped: type) -> type:
    """Class decorator: typed members live in a vtkMRMLScriptedModuleNode."""
    kinds = {name: _plain(kind) for name, kind in typing.get_type_hints(wrapped).items()}
    for name, kind in kinds.items():
        default = getattr(wrapped, name, None)
        setattr(wrapped, name, _member(name, kind, default))
    members: dict[str, Any] = {
        "__init__": _begin,
        "_kinds": kinds,
        "connectGui": _connect_gui,
        "disconnectGui": _disconnect_gui,
        "StartModify": lambda self: self.parameterNode.StartModify(),
        "EndModify": lambda self, was: self.parameterNode.EndModify(was),
        "AddObserver": lambda self, *rest: self.parameterNode.AddObserver(*rest),
        "RemoveObserver": lambda self, tag: self.parameterNode.RemoveObserver(tag),
        "Modified": lambda self: self.parameterNode.Modified(),
    }
    for name, value in members.items():
        setattr(wrapped, name, value)
    return wrapped


def _plain(kind: Any) -> Any:
    """``X`` of ``X | None`` and of ``Annotated[X, ...]``."""
    choices = [each for each in typing.get_args(kind) if each is not type(None)]
    return choices[0] if choices and not isinstance(kind, type) else kind


def _begin(self: Any, node: Any) -> None:
    self.parameterNode = node
    self._connected = {}
    for name, kind in self._kinds.items():
        if not _is_node(kind) and not node.GetParameter(name):
            setattr(self, name, getattr(type(self), name).fget.default)


def _member(name: str, kind: Any, default: Any) -> property:
    start = default if default is not None else (None if _is_node(kind) else kind())

    def read(self: Any) -> Any:
        if _is_node(kind):
            return self.parameterNode.GetNodeReference(name)
        return _from_text(kind, self.parameterNode.GetParameter(name))

    def write(self: Any, value: Any) -> None:
        node = self.parameterNode
        if _is_node(kind):
            node.SetNodeReferenceID(name, value.GetID() if value else None)
        elif not isinstance(value, kind) and not (kind is float and isinstance(value, int)):
            raise TypeError(f"{name} takes {kind.__name__}, not {value!r}")
        else:
            node.SetParameter(name, value.name if isinstance(value, enum.Enum) else str(value))

    vars(read)["default"] = start
    return property(read, write)


def _from_text(kind: Any, text: str) -> Any:
    if issubclass(kind, enum.Enum):
        return kind[text]
    return text == "True" if kind is bool else kind(text)


def _is_node(kind: Any) -> bool:
    return kind.__name__.startswith("vtkMRML")


def _connect_gui(self: Any, ui: Any) -> int:
    """Bind each widget that names a parameter, both ways."""
    bound = {}
    for widget in vars(ui).values():
        name = widget.property(BINDING)
        if name:
            bound[name] = _Binding(self, name, widget)
    tag = self.AddObserver(MODIFIED, lambda caller, event: [b.show() for b in bound.values()])
    self._connected[tag] = bound
    for each in bound.values():
        each.start()
    return int(tag)


def _disconnect_gui(self: Any, tag: int | None) -> None:
    bound = self._connected.pop(tag, None)
    if bound is not None:
        for each in bound.values():  # the observer stays, as in Slicer before 5.12
            each.stop()


class _Binding:
    """One widget and one parameter."""

    def __init__(self, owner: Any, name: str, widget: Any) -> None:
        self._owner, self._name, self._widget = owner, name, widget
        self._is_selector = widget.className() == "qMRMLNodeComboBox"
        if name not in owner._kinds:
            raise ValueError(f"Cannot find a param with the given name: {name}")
        if not self._is_selector and widget.className() not in _SIGNALS:
            raise RuntimeError(f"No connector binds {name} to a {widget.className()}")
        self._busy = False

    @property
    def _signal(self) -> str:
        selector = "currentNodeChanged(vtkMRMLNode*)"
        return selector if self._is_selector else _SIGNALS[self._widget.className()][1]

    def start(self) -> None:
        """Show the parameter, then follow the widget."""
        if self._is_selector:
            self._widget.nodeTypes = [self._owner._kinds[self._name].__name__]
        self.show()
        self._widget.connect(self._signal, self._changed)

    def stop(self) -> None:
        """Let go of the widget."""
        self._widget.disconnect(self._signal, self._changed)

    def show(self) -> None:
        """Bring the widget in line with the parameter."""
        value = getattr(self._owner, self._name)
        self._busy = True
        try:
            if self._is_selector:
                self._widget.setCurrentNode(value)
            else:
                setattr(self._widget, _SIGNALS[self._widget.className()][0], value)
        finally:
            self._busy = False

    def _changed(self) -> None:
        if not self._busy:
            reader: Callable[[], Any] = (
                self._widget.currentNode
                if self._is_selector
                else lambda: getattr(self._widget, _SIGNALS[self._widget.className()][0])
            )
            setattr(self._owner, self._name, reader())
