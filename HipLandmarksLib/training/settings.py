"""Settings as they stand in a file, checked against the dataclass that they are for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

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
        raise ConfigurationError(f"{path} is not valid: {error}") from error
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
    if hint not in _WORDS:
        return value  # the dataclass itself says what is wrong
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole if hint is int else isinstance(value, hint) or (hint is float and whole):
        return value
    if hint is float and isinstance(value, str):
        with suppress(ValueError):
            return float(value)
    raise ConfigurationError(f"{name} must be {_WORDS[hint]}, not {value!r}.")
