"""Run in a bare interpreter: stands in for Slicer's own modules and refuses everything else.

Usage: python -I -S module_stubs.py FOLDER, where FOLDER holds HipLandmarks.py. Prints what the
module says of itself as JSON. Only names are stood in for; nothing of MRML is imitated.
"""

import importlib.abc
import json
import sys
import types
from pathlib import Path

OURS = ("HipLandmarks", "HipLandmarksLib")


class NothingElse(importlib.abc.MetaPathFinder):
    """Fails on any module that is neither Python's nor ours."""

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in OURS:
            raise ImportError(f"{name} is imported too early")


def module(name, **members):
    """Put a stand-in module into sys.modules."""
    stub = types.ModuleType(name)
    vars(stub).update(members)
    sys.modules[name] = stub
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, stub)
    return stub


class Base:
    """Stands for the ScriptedLoadableModule classes."""

    def __init__(self, parent=None):
        self.parent = parent


connected = []
app = types.SimpleNamespace(connect=lambda signal, slot: connected.append(signal))
module("qt", QIcon=lambda path: path)
module("ctk")
module("vtk", vtkCommand=types.SimpleNamespace(ModifiedEvent=1))
module("slicer", app=app, vtkMRMLScalarVolumeNode=type("vtkMRMLScalarVolumeNode", (), {}))
module("slicer.i18n", tr=lambda text: text, translate=lambda context, text: text)
module("slicer.parameterNodeWrapper", parameterNodeWrapper=lambda wrapped: wrapped)
module("slicer.util", VTKObservationMixin=type("VTKObservationMixin", (), {}))
kinds = {f"ScriptedLoadableModule{k}": type(k, (Base,), {}) for k in ("", "Logic", "Test")}
kinds["ScriptedLoadableModuleWidget"] = type("Widget", (Base,), {})
module("slicer.ScriptedLoadableModule", **kinds)
sys.meta_path.insert(0, NothingElse())

sys.path.insert(0, str(Path(sys.argv[1])))
import HipLandmarks  # noqa: E402

at_import = [name for name in sys.modules if name.startswith("HipLandmarksLib")]
parent = types.SimpleNamespace()
HipLandmarks.HipLandmarks(parent)
report = {
    "classes": [name for name, value in vars(HipLandmarks).items() if isinstance(value, type)],
    "library_modules_at_import": at_import,
    "library_modules_after_construction": [n for n in sys.modules if n.startswith("HipLandmarksL")],
    "library": sys.modules["HipLandmarksLib"].__file__,
    "signals": connected,
    "parent": vars(parent),
}
print(json.dumps(report))
