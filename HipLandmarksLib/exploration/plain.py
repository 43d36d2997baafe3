"""What was found in space as what JSON knows, and back: field by field, whatever it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from .hip_exploration import SideExploration


def to_plain(value: Any) -> Any:
    """A frozen dataclass, and all in it, as what JSON knows; profiles are left out."""
    if isinstance(value, SideExploration):
        return {f.name: to_plain(getattr(value, f.name)) for f in _written(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value) if f.init}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return [[to_plain(key), to_plain(each)] for key, each in value.items()]
    if isinstance(value, (tuple, list)):
        return [to_plain(each) for each in value]
    if isinstance(value, (bool, int, float, str, NoneType)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written")


def from_plain(data: Any, hint: Any) -> Any:
    """Inverse of :func:`to_plain` for a value of the type ``hint``.

    Raises:
        KeyError, TypeError, ValueError: when the data do not fit it.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(data, arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {from_plain(k, arguments[0]): from_plain(v, arguments[1]) for k, v in data}
    if origin is tuple:
        return _tuple(data, arguments)
    if is_dataclass(hint):
        return _dataclass(data, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    if hint is float and isinstance(data, int):
        return float(data)
    if not isinstance(data, hint):
        raise TypeError(f"{data!r} is no {hint.__name__}")
    return data


def _one_of(data: Any, hints: tuple[Any, ...]) -> Any:
    if data is None and NoneType in hints:
        return None
    for hint in hints:
        try:
            return from_plain(data, hint)
        except (KeyError, TypeError, ValueError):
            continue
    raise TypeError(f"{data!r} fits none of its types")


def _tuple(data: Any, hints: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(from_plain(each, hints[0]) for each in data)
    return tuple(from_plain(each, hint) for each, hint in zip(data, hints, strict=True))


def _dataclass(data: Any, hint: Any) -> Any:
    hints = get_type_hints(hint)
    values = {name: from_plain(each, hints[name]) for name, each in data.items()}
    if issubclass(hint, SideExploration):
        values["profiles"] = {}
    return hint(**values)


def _written(side: SideExploration) -> list[Any]:
    return [field for field in fields(side) if field.name != "profiles"]
