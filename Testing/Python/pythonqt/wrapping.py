"""What Python sees of a Qt object in Slicer: PythonQt's rules over PySide6.

PythonQt looks a name up in this order: property (its value, never a method), signal, method,
dynamic property, child by ``objectName``. It passes no keyword arguments and lets nobody add
attributes.
Rules read from ``PythonQtInstanceWrapper.cpp``, ``PythonQtClassInfo.cpp``, ``PythonQtSlot.cpp``,
``PythonQtSignal.cpp`` and ``PythonQtStdDecorators.cpp`` of github.com/MeVisLab/pythonqt (v4).

Stricter than PythonQt on purpose: a signal that does not exist raises here, where PythonQt prints
one line and returns False; what is wrong in a slot is kept in :data:`FAILURES` besides printed.
"""

from __future__ import annotations

import traceback
import weakref
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore
from shiboken6 import Shiboken

from .meta import method_of, property_name, python_type, signal_of, signals_named

CLASSES: dict[type, type] = {}
"""Wrapper classes by the PySide6 class that they wrap."""
FAILURES: list[BaseException] = []
"""What slots raised; Slicer prints such errors and goes on."""
_VALUE_ALONE = {"getOpenFileName", "getSaveFileName", "getText", "getInt", "getDouble", "getItem"}
"""What they say besides goes into out parameters, which PythonQt leaves to C++."""


class ClassWrapper(type):
    """Makes enums and static functions of a Qt class visible on its wrapper class."""

    def __getattr__(cls, name: str) -> Any:
        wrapped = cls.__dict__.get("qt_class")
        if wrapped is None or name.startswith("_") or not hasattr(wrapped, name):
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")
        member = getattr(wrapped, name)
        return Method(name, member) if callable(member) and not isinstance(member, type) else member


class Wrapper(metaclass=ClassWrapper):
    """A Qt object as PythonQt shows it."""

    qt_class: Any = None

    def __init__(self, *args: Any, **named: Any) -> None:
        if type(self).qt_class is None:
            raise ValueError(f"No constructors available for {type(self).__name__}")
        if "qt_class" not in type(self).__dict__:
            raise TypeError("Classes derived from Qt classes are not part of this layer.")
        made = type(self).qt_class(*[unwrap(each) for each in args])
        object.__setattr__(self, "_qt", made)
        for name, value in named.items():  # PythonQt sets properties from keyword arguments
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:
        obj = self._alive(name)
        found = property_name(obj, name)
        if found is not None:
            return wrap(obj.property(found))
        if name in _STANDARD:
            return _STANDARD[name].__get__(self)
        if signatures := signals_named(obj, name):
            return Signal(self, signatures)
        if (method := method_of(obj, name)) is not None:
            return Method(name, method)
        value = obj.property(name)
        if value is not None:
            return wrap(value)
        for child in obj.children():
            if child.objectName() == name:
                return wrap(child)
        raise AttributeError(f"{self.className()} has no attribute named '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        obj = self._alive(name)
        found = property_name(obj, name)
        if found is None:
            kind = "Signal" if signals_named(obj, name) else "Slot" if method_of(obj, name) else ""
            if kind:
                raise AttributeError(f"{kind} '{name}' can not be overwritten")
            if name not in [bytes(each).decode() for each in obj.dynamicPropertyNames()]:
                raise AttributeError(f"'{self.className()}' object has no attribute '{name}'")
        index = obj.metaObject().indexOfProperty(found or name)
        if index >= 0 and not obj.metaObject().property(index).isWritable():
            raise AttributeError(f"Property '{name}' of {self.className()} object is not writable")
        if not obj.setProperty(found or name, unwrap(value)) and index >= 0:
            raise AttributeError(f"Property '{name}' does not accept {value!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wrapper) and _address(self._qt) == _address(other._qt)

    def __hash__(self) -> int:
        return hash(_address(self._qt))

    def __bool__(self) -> bool:
        return Shiboken.isValid(self._qt)

    def __repr__(self) -> str:
        return f"{type(self).__name__} (of {self._qt!r})"

    def className(self) -> str:
        """Name of the C++ class."""
        return str(self._qt.metaObject().className())

    def delete(self) -> None:
        """Delete the C++ object."""
        Shiboken.delete(self._qt)

    def _alive(self, name: str) -> Any:
        if not Shiboken.isValid(self._qt):
            raise ValueError(f"Trying to read '{name}' from a destroyed {type(self).__name__}")
        return self._qt


class Method:
    """A C++ method: no keyword arguments, Qt objects in and out are wrapped."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.__name__ = name
        self._function = function
        self.answers = "value" if name in _VALUE_ALONE else "all"

    def __call__(self, *args: Any, **named: Any) -> Any:
        if named:
            raise ValueError(f"{self.__name__}() does not take keyword arguments in PythonQt")
        answer = self._function(*[unwrap(each) for each in args])
        return wrap(answer if self.answers == "all" else answer[0])


class Signal:
    """A signal of an object; overloads cannot be chosen by subscript."""

    def __init__(self, owner: Wrapper, signatures: list[str]) -> None:
        self._owner, self._signature = owner, signatures[0]

    def connect(self, slot: Callable[..., Any]) -> bool:
        """Call ``slot`` for each emission."""
        return connect(self._owner, self._signature, slot)

    def disconnect(self, slot: Callable[..., Any] | None = None) -> bool:
        """Stop calling ``slot``."""
        return disconnect(self._owner, self._signature, slot)

    def emit(self, *args: Any) -> None:
        """Emit the signal."""
        name = self._signature.partition("(")[0]
        getattr(self._owner._qt, name).emit(*[unwrap(each) for each in args])

    __call__ = emit


def wrap(value: Any) -> Any:
    """``value`` as Python sees it in Slicer."""
    if isinstance(value, QtCore.QObject):
        known = getattr(value, "_pythonqt", None)
        wrapper = known() if known is not None else None
        if wrapper is None:
            wrapper = object.__new__(wrapper_class(type(value)))
            object.__setattr__(wrapper, "_qt", value)
            value._pythonqt = weakref.ref(wrapper)
        return wrapper
    if isinstance(value, list | tuple) and any(isinstance(v, QtCore.QObject) for v in value):
        return [wrap(each) for each in value]
    return value


def unwrap(value: Any) -> Any:
    """``value`` as PySide6 takes it."""
    if isinstance(value, Wrapper):
        return value._qt
    if isinstance(value, list | tuple):
        return [unwrap(each) for each in value]
    if callable(value) and not isinstance(value, type):
        return _slot(value)
    return value


def wrapper_class(qt_class: type) -> type:
    """The wrapper class of a PySide6 class; its bases mirror those in Qt."""
    if qt_class not in CLASSES:
        bases = [b for b in qt_class.__bases__ if issubclass(b, QtCore.QObject)]
        base = wrapper_class(bases[0]) if bases else Wrapper
        CLASSES[qt_class] = ClassWrapper(qt_class.__name__, (base,), {"qt_class": qt_class})
    return CLASSES[qt_class]


def connect(owner: Wrapper, signature: str, slot: Callable[..., Any]) -> bool:
    """``owner.connect("clicked(bool)", slot)``."""
    name, index = signal_of(owner._qt, signature)
    if not callable(slot):
        raise ValueError(f"{slot!r} cannot be called")
    receiver = _slot(slot)
    bound = getattr(owner._qt, name)
    overload = owner._qt.metaObject().method(index).parameterTypes()
    if len(signals_named(owner._qt, name)) > 1:
        bound = bound[tuple(python_type(bytes(t).decode()) for t in overload)]
    bound.connect(receiver)
    owner._qt.__dict__.setdefault("_slots", []).append((name, slot, bound, receiver))
    return True


def disconnect(owner: Wrapper, signature: str, slot: Callable[..., Any] | None = None) -> bool:
    """``owner.disconnect("clicked(bool)", slot)``."""
    name, _ = signal_of(owner._qt, signature)
    slots = owner._qt.__dict__.setdefault("_slots", [])
    gone = [each for each in slots if each[0] == name and slot in (None, each[1])]
    for each in gone:
        each[2].disconnect(each[3])
        slots.remove(each)
    return bool(gone)


def _slot(function: Any) -> Callable[..., Any]:
    """Called with as many arguments as ``function`` takes; an error does not end the program."""
    if isinstance(function, Method):
        return function._function
    limit = _argument_count(function)

    def call(*args: Any) -> None:
        try:
            function(*[wrap(each) for each in args[:limit]])
        except Exception as error:
            FAILURES.append(error)
            traceback.print_exc()

    return call


def _argument_count(function: Any) -> int | None:
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None or code.co_flags & 0x04:  # not Python, or *args
        return None
    return int(code.co_argcount) - (1 if hasattr(function, "__self__") else 0)


def _address(obj: Any) -> int:
    return int(Shiboken.getCppPointer(obj)[0]) if Shiboken.isValid(obj) else id(obj)


def _find_children(self: Wrapper, kind: Any, name: str = "") -> list[Any]:
    """``findChildren(type)``, type as class or as name of one."""
    all_ = self._qt.findChildren(QtCore.QObject)
    named = [c for c in all_ if not name or c.objectName() == name]
    if isinstance(kind, str):
        return [wrap(c) for c in named if c.inherits(kind)]
    return [wrap(c) for c in named if isinstance(c, kind.qt_class)]


def _find_child(self: Wrapper, kind: Any, name: str = "") -> Any:
    found = _find_children(self, kind, name)
    return found[0] if found else None


def _children(self: Wrapper) -> list[Any]:
    return [wrap(each) for each in self._qt.children()]


def _read_property(self: Wrapper, name: str) -> Any:
    return wrap(self._qt.property(name))


def _write_property(self: Wrapper, name: str, value: Any) -> bool:
    return bool(self._qt.setProperty(name, unwrap(value)))


_STANDARD: dict[str, Any] = {
    "connect": connect,
    "disconnect": disconnect,
    "findChildren": _find_children,
    "findChild": _find_child,
    "children": _children,
    "property": _read_property,
    "setProperty": _write_property,
}
