"""``with desktop() as it``: the modules ``qt``, ``ctk`` and the rest of ``slicer`` for a while."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

VIEWS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
_HOW = (
    "The tests of the panel need PySide6 and its system libraries. On Debian or Ubuntu: "
    "apt install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0"
)


def load_qt() -> None:
    """Import Qt for drawing without a screen.

    Raises:
        RuntimeError: when PySide6 or a system library is missing; says which and what to do.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        raise RuntimeError(f"{_HOW} ({error})") from error


class Desktop:
    """What the application of a test holds.

    Attributes:
        slicer: the module ``slicer`` with the application's additions.
        qt: the module ``qt``.
        app: the PySide6 application behind ``slicer.app``.
        slices: the slice widgets of PySide6 by name; empty without a main window.
    """

    def __init__(self, slicer: Any, qt: Any, app: Any, slices: dict[str, Any]) -> None:
        self.slicer, self.qt, self.app, self.slices = slicer, qt, app, slices

    def open_module(self, path: Path, before: Callable[[Any], None] | None = None) -> Any:
        """The widget of a scripted module, set up in a parent as Slicer does it.

        Args:
            path: the module's file.
            before: called with the widget between its setup and its first showing.
        """
        module = import_file(path)
        name = path.stem
        parent = SimpleNamespace(path=str(path))
        setattr(self.slicer.modules, f"{name}Instance", getattr(module, name)(parent))
        panel = self.slicer.qMRMLWidget()
        panel.setLayout(self.qt.QVBoxLayout())
        panel.setMRMLScene(self.slicer.mrmlScene)
        panel.setProperty("isEntered", False)
        widget = getattr(module, f"{name}Widget")(panel)
        setattr(self.slicer.modules, f"{name}Widget", widget)
        widget.setup()
        if before is not None:
            before(widget)
        panel.show()
        panel.setProperty("isEntered", True)
        widget.enter()
        process_events()
        return widget

    def close_module(self, widget: Any) -> None:
        """As when the module is unloaded: exit, cleanup, the panel goes."""
        widget.exit()
        self.app.moduleManager().moduleAboutToBeUnloaded.emit(widget.moduleName)
        widget.parent.delete()
        process_events()


def import_file(path: Path) -> ModuleType:
    """Import a module from its file, anew."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def process_events() -> None:
    """Run the event loop until nothing waits; deleted objects go."""
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(3):
        QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def desktop(main_window: bool = True) -> Iterator[Desktop]:
    """Slicer's modules with an empty scene; everything is taken away afterwards."""
    load_qt()
    import slicer
    from PySide6.QtCore import QSettings

    from HipLandmarksLib.scene import new_scene

    from . import application, ctk_module, mrml_widgets, qt_module, slicer_python
    from .wrapping import FAILURES, wrap, wrapper_class

    app = application.qSlicerApplication.instance() or application.qSlicerApplication()
    scene = new_scene()
    slices = application.make_slices(scene, VIEWS) if main_window else {}
    app.begin(application.qSlicerLayoutManager(slices) if main_window else None)
    qt = qt_module.make_qt((*ctk_module.WIDGETS, *mrml_widgets.WIDGETS))
    before = {name: sys.modules.get(name) for name in ("qt", "ctk")}
    sys.modules.update(qt=qt, ctk=ctk_module.make_ctk())
    added = {each.__name__: wrapper_class(each) for each in mrml_widgets.WIDGETS}
    added.update({n: type(n, (), {"__init__": None}) for n in mrml_widgets.NAMED_BY_CONNECTORS})
    added.update(app=wrap(app), mrmlScene=scene, modules=_modules(slicer, scene), selfTests={})
    for name, value in added.items():
        setattr(slicer, name, value)
    submodules = slicer_python.install(slicer)
    FAILURES.clear()
    with tempfile.TemporaryDirectory() as folder:
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        try:
            yield Desktop(slicer, qt, app, slices)
        finally:
            for each in slices.values():
                each.deleteLater()
            process_events()
            app.begin(None)
            scene.Clear(1)
            for name in added:
                delattr(slicer, name)
            for name in submodules:
                delattr(slicer, name.partition(".")[2])
                del sys.modules[name]
            for name, module in before.items():
                sys.modules.pop(name)
                if module is not None:
                    sys.modules[name] = module


def _modules(slicer: Any, scene: Any) -> SimpleNamespace:
    """``slicer.modules`` with the logic of the Markups module."""
    logic = slicer.vtkSlicerMarkupsLogic()
    logic.SetMRMLScene(scene)
    return SimpleNamespace(markups=SimpleNamespace(logic=lambda: logic))
