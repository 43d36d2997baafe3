"""What Qt's meta object tells of properties, signals and methods, in the words of C++."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

_PROPERTIES_LEFT_OUT = {("QTimer", "singleShot")}


def signals_named(obj: Any, name: str) -> list[str]:
    """Signatures of all signals of that name, in C++ words."""
    return _methods(obj).signals.get(name, [])


class _Methods:
    """Signals and names of all methods of a class, read from the meta object of a living object.

    PySide6 forgets a class's own ``staticMetaObject`` when an object that showed it is deleted.
    """

    def __init__(self, obj: Any) -> None:
        meta, self.signals, names = obj.metaObject(), dict[str, list[str]](), set[str]()
        for method in (meta.method(index) for index in range(meta.methodCount())):
            names.add(bytes(method.name()).decode())
            if method.methodType() == QtCore.QMetaMethod.MethodType.Signal:
                text = bytes(method.methodSignature()).decode()
                self.signals.setdefault(text.partition("(")[0], []).append(text)
        self.names = frozenset(names)


_KNOWN: dict[type, _Methods] = {}


def _methods(obj: Any) -> _Methods:
    if type(obj) not in _KNOWN:
        _KNOWN[type(obj)] = _Methods(obj)
    return _KNOWN[type(obj)]


def in_slicer_words(signature: str) -> str:
    """PySide6 registers MRML nodes as Python objects: ``f(vtkMRMLNode*)`` is ``f(PyObject)``."""
    name, _, arguments = signature.partition("(")
    types = [t.strip() for t in arguments.rstrip(")").split(",") if t.strip()]
    types = ["PyObject" if t.startswith("vtk") and t.endswith("*") else t for t in types]
    types = ["QVariantMap" if t == "qSlicerIO::IOProperties" else t for t in types]
    return f"{name.strip()}({','.join(types)})"


def signal_of(obj: Any, signature: str) -> tuple[str, int]:
    """Name and index of a signal.

    Raises:
        ValueError: when the object has no signal of that signature.
    """
    normal = bytes(QtCore.QMetaObject.normalizedSignature(in_slicer_words(signature))).decode()
    index = obj.metaObject().indexOfSignal(normal) if "(" in signature else -1
    if index < 0:
        raise ValueError(
            f"QObject::connect() signal '{signature}' does not exist on "
            f"{obj.metaObject().className()}"
        )
    return normal.partition("(")[0], index


def python_type(cpp: str) -> Any:
    """What PySide6 calls a type of C++."""
    return {"bool": bool, "int": int, "double": float, "QString": str, "PyObject": object}.get(
        cpp, cpp
    )


def property_name(obj: Any, name: str) -> str | None:
    """Qt's name of the property that PythonQt shows as ``name``; None when there is none."""
    found = "objectName" if name == "name" and _index(obj, "name") < 0 else name
    if (type(obj).__name__, name) in _PROPERTIES_LEFT_OUT:
        return None
    return found if _index(obj, found) >= 0 else None


def _index(obj: Any, name: str) -> int:
    return int(obj.metaObject().indexOfProperty(name))


def method_of(obj: Any, name: str) -> Callable[..., Any] | None:
    """What PythonQt wraps: all public methods of Qt, slots and invokables of CTK and Slicer."""
    plain = name[:-1] if name.endswith("_") and not name.endswith("__") else name
    if plain.startswith("_") or "_" in plain or not callable(getattr(type(obj), plain, None)):
        return None
    owner = next(c for c in type(obj).__mro__ if plain in c.__dict__)
    if not owner.__module__.startswith("PySide6") and plain not in _methods(obj).names:
        return None
    method: Callable[..., Any] = getattr(obj, plain)
    return method
