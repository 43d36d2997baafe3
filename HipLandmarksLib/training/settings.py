"""Settings as they stand in a file, checked against the dataclass that they are for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from ..errors import ConfigurationError

_WORDS: Mapping[type, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
}


def read_settings(path: Path) -> dict[str, Any]:
    """The values of a YAML or JSON file as they stand there.

    Raises:
        ConfigurationError: when it cannot be read or holds no settings.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Cannot read the configuration {path}: {error}") from error
    try:
        if path.suffix == ".json":
            data = json.loads(text)
        else:
            import yaml

            data = yaml.safe_load(text)
    except ImportError as error:
        raise ConfigurationError(
            "YAML needs PyYAML: pip install 'HipLandmarksLib[train]'."
        ) from error
    except Exception as error:  # yaml and json raise different kinds
        words = " ".join(str(error).split())  # yaml tells the place over several lines
        raise ConfigurationError(f"{path} is not valid: {words}") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} holds no settings.")
    return data


def checked_settings(kind: type, values: Any, where: str = "") -> dict[str, Any]:
    """``values`` for the dataclass ``kind``, when names and plain types fit.

    YAML reads ``1e-3`` as a text; where a number is due it becomes one.

    Args:
        kind: a dataclass.
        values: its settings by name.
        where: name of the section that they stand in, "" for the whole configuration.

    Raises:
        ConfigurationError: on an unknown name, with the nearest one, or on a wrong type.
    """
    if not isinstance(values, Mapping):
        raise ConfigurationError(f"{where} holds settings by name, not {values!r}.")
    hints = get_type_hints(kind)
    known = [field.name for field in fields(kind)]
    unknown = next((name for name in values if name not in known), None)
    if unknown is not None:
        raise ConfigurationError(_no_such_setting(str(unknown), known, where))
    return {
        name: _fitting(value, hints[name], f"{where}.{name}" if where else name)
        for name, value in values.items()
    }


def _no_such_setting(name: str, known: list[str], where: str) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
    place = f"The section {where} of the configuration" if where else "The configuration"
    return f"{place} has no setting {name!r}; {hint}"


def _fitting(value: Any, hint: Any, name: str) -> Any:
    if get_origin(hint) is tuple:
        return _fitting_list(value, get_args(hint), name)
    if value is None and type(None) in get_args(hint):
        return value
    plain = next((kind for kind in (hint, *get_args(hint)) if kind in _WORDS), None)
    if plain is None:
        return value  # the dataclass itself says what is wrong
    if plain is float and isinstance(value, str):
        with suppress(ValueError):
            value = float(value)
    if not _is_of(value, plain):
        raise ConfigurationError(f"{name} must be {_WORDS[plain]}, not {value!r}.")
    return value


def _is_of(value: Any, plain: type) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if plain is int:
        return whole
    if plain is float:
        return whole or (isinstance(value, float) and isfinite(value))
    return isinstance(value, plain)


def _fitting_list(value: Any, kinds: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """A tuple of as many elements as ``kinds`` says, of any number for (kind, ...)."""
    several = kinds[-1] is Ellipsis
    wanted = "a list" if several else f"a list of {len(kinds)}"
    if not isinstance(value, list | tuple) or not (several or len(value) == len(kinds)):
        raise ConfigurationError(f"{name} must be {wanted}, not {value!r}.")
    return tuple(_fitting(element, kinds[0], f"every element of {name}") for element in value)
