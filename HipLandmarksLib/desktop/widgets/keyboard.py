"""Keys of the review: only while the module is open and a slice view has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer

from ...review import Command, KeyMap, ReviewError
from ...scene.editing import views_of

SETTING = "HipLandmarks/Keys"


class Keyboard:
    """Binds every command to its keys in each slice view.

    A shortcut belongs to one slice view and counts only while the focus is inside it, so that keys
    of the panel, of the bar above the slice, of other modules and of dialogs are left alone.

    Args:
        execute: called with the command and the vtkMRMLSliceNode of the view with the focus.

    Attributes:
        keys: what each key means.
        problem: why the keys that the user chose cannot be used; empty when they can.
    """

    def __init__(self, execute: Callable[[Command, Any], None]) -> None:
        self._execute = execute
        self._shortcuts: list[Any] = []
        self.problem = ""
        self.keys = KeyMap()
        try:
            self.keys = _kept_keys()
        except ReviewError as error:
            self.problem = str(error)

    def bind(self) -> None:
        """Let the keys work in all slice views that there are now."""
        self.unbind()
        manager = slicer.app.layoutManager()
        if manager is None:
            return
        for name in manager.sliceViewNames():
            widget = manager.sliceWidget(name)
            for command in Command:
                for key in self.keys.keys(command):
                    self._bind(widget, command, key)

    def unbind(self) -> None:
        """Give the keys back."""
        for shortcut, event, call in self._shortcuts:
            if shortcut:  # false when its view has gone, and it with the view
                shortcut.disconnect(event, call)
                shortcut.setParent(None)
                shortcut.deleteLater()
        self._shortcuts = []

    def change(self, command: Command, *keys: str) -> None:
        """Give a command other keys, or none; kept for the next time.

        Raises:
            ReviewError: when a key means something else already.
        """
        self.keys = self.keys.with_keys(command, *keys)
        qt.QSettings().setValue(SETTING, self.keys.to_text())
        if self._shortcuts:
            self.bind()

    def give_focus(self, volume: Any) -> None:
        """Let a view that shows ``volume`` take the keys, such as after a click on a landmark."""
        manager = slicer.app.layoutManager()
        if manager is None:
            return
        shown = {node.GetID() for node in views_of(volume)}
        for name in manager.sliceViewNames():
            widget = manager.sliceWidget(name)
            if widget.visible and widget.mrmlSliceNode().GetID() in shown:
                widget.sliceView().VTKWidget().setFocus()
                return

    def _bind(self, widget: Any, command: Command, key: str) -> None:
        shortcut = qt.QShortcut(qt.QKeySequence(key), widget.sliceView())
        shortcut.setContext(qt.Qt.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(command.repeats)
        call = _caller(self._execute, command, widget)
        shortcut.connect("activated()", call)
        self._shortcuts.append((shortcut, "activated()", call))


def _caller(execute: Callable[[Command, Any], None], command: Command, widget: Any) -> Any:
    return lambda: execute(command, widget.mrmlSliceNode())


def _kept_keys() -> KeyMap:
    text = qt.QSettings().value(SETTING)
    return KeyMap.from_text(str(text)) if text else KeyMap()
