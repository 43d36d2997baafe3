"""The pure Python part of Slicer that ``slicer-core`` leaves out, as thin as the module needs it.

Nothing is copied from Slicer; what each class promises is read from ``Base/Python/slicer`` of
github.com/Slicer/Slicer. When the environment variable ``SLICER_PYTHON`` names that folder of a
Slicer checkout, its own files are used instead, so that what stands here can be checked.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import sys
import unittest
from pathlib import Path
from types import ModuleType
from typing import Any

from .parameter_node import parameter_node_wrapper

OWN_FILES = "SLICER_PYTHON"
NAMES = ("i18n", "ScriptedLoadableModule", "parameterNodeWrapper", "packaging")


def install(slicer: Any) -> list[str]:
    """Put the submodules into ``slicer``; returns their full names."""
    folder = os.environ.get(OWN_FILES)
    made = _real(slicer, Path(folder)) if folder else _thin(slicer)
    for name in NAMES:
        sys.modules[f"slicer.{name}"] = made[name]
        setattr(slicer, name, made[name])
    return [f"slicer.{name}" for name in NAMES]


def _real(slicer: Any, folder: Path) -> dict[str, ModuleType]:
    """Slicer's own files; ``packaging`` only if it has that (5.12 and later)."""
    slicer.__path__.append(str(folder))
    try:
        there = [name for name in NAMES if list(folder.glob(f"{name}*"))]
        found = {name: importlib.import_module(f"slicer.{name}") for name in there}
        return {name: found.get(name, _module(name)) for name in NAMES}
    finally:
        slicer.__path__.remove(str(folder))


def _thin(slicer: Any) -> dict[str, ModuleType]:
    i18n = _module("i18n", translate=translate, tr=tr)
    sys.modules["slicer.i18n"] = i18n
    classes = (Module, Widget, Logic, Test)
    named = {
        f"ScriptedLoadableModule{each.__name__.replace('Module', '')}": each for each in classes
    }
    return {
        "i18n": i18n,
        "ScriptedLoadableModule": _module("ScriptedLoadableModule", **named),
        "parameterNodeWrapper": _module(
            "parameterNodeWrapper", parameterNodeWrapper=parameter_node_wrapper
        ),
        "packaging": _module("packaging"),
    }


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(f"slicer.{name}", "Made by the test layer.")
    vars(module).update(members)
    return module


def translate(context: str, text: str) -> str:
    """The words of the application's language."""
    import slicer

    return str(slicer.app.translate(context, text))


def tr(text: str) -> str:
    """The words for the file that asks: ``folder.file`` when the folder is a package."""
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    path = Path(frame.f_back.f_code.co_filename)
    package = f"{path.parent.name}." if (path.parent / "__init__.py").is_file() else ""
    return translate(package + path.stem, text)


class Module:
    """What Slicer knows of a module before its panel is made."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__


class Widget:
    """The panel of a module inside ``parent``."""

    def __init__(self, parent: Any = None) -> None:
        import qt
        import slicer

        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = False
        self.parent = parent if parent else slicer.qMRMLWidget()
        if not parent:
            self.parent.setLayout(qt.QVBoxLayout())
            self.parent.setMRMLScene(slicer.mrmlScene)
        self.layout = self.parent.layout()
        if not parent:
            self.setup()
            self.parent.show()
        slicer.app.moduleManager().connect("moduleAboutToBeUnloaded(QString)", self._unloaded)

    def setup(self) -> None:
        """Nothing without developer mode."""

    def cleanup(self) -> None:
        """For the module."""

    def _unloaded(self, name: str) -> None:
        import slicer

        if name == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect(
                "moduleAboutToBeUnloaded(QString)", self._unloaded
            )


class Logic:
    """A module without its panel."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")

    def getParameterNode(self) -> Any:
        """The one parameter node of the module in the scene."""
        import slicer

        kind = "vtkMRMLScriptedModuleNode"
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, kind)
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass(kind)
            node.UnRegister(None)
            node.SetSingletonTag(self.moduleName)
            node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
            node = slicer.mrmlScene.AddNode(node)
        node.SetAttribute("ModuleName", self.moduleName)
        return node


class Test(unittest.TestCase):
    """Self tests of a module."""

    def runTest(self) -> None:
        """For the module."""

    def delayDisplay(self, message: str, *args: Any) -> None:
        """Show a message; here it is logged."""
        logging.info(message)
