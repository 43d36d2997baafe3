"""Which key means which command: defaults, and what a user changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..i18n import tr as _
from .commands import Command
from .errors import ReviewError

FORMAT = "hiplandmarks-keys-1"
_MODIFIERS = ("Ctrl", "Alt", "Shift", "Meta")
_NAMED_KEYS = (
    *("Return", "Enter", "Space", "Tab", "Backspace", "Del", "Ins", "Esc"),
    *("Home", "End", "PgUp", "PgDown", "Left", "Right", "Up", "Down"),
    *(f"F{number}" for number in range(1, 13)),
)


@dataclass(frozen=True)
class KeyMap:
    """Keys per command; immutable. Keys are written as Qt writes them, such as ``Ctrl+Z``.

    Attributes:
        changed: keys of the commands whose keys the user chose; () for a command without a key.
    """

    changed: Mapping[Command, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, command: Command) -> tuple[str, ...]:
        """Keys that mean a command, () when none does."""
        return self.changed.get(command, command.default_keys)

    def command(self, key: str) -> Command | None:
        """The command that a key means, None when it means nothing."""
        wanted = normal_key(key)
        return next((c for c, keys in self.items() if wanted in keys), None)

    def items(self) -> Iterator[tuple[Command, tuple[str, ...]]]:
        """Every command with its keys, in the order of the table."""
        return ((command, self.keys(command)) for command in Command)

    def with_keys(self, command: Command, *keys: str) -> KeyMap:
        """The map in which exactly these keys, or none, mean ``command``.

        Raises:
            ReviewError: when a key is no key, or means another command already.
        """
        normal = tuple(dict.fromkeys(normal_key(key) for key in keys))
        for key in normal:
            other = self.command(key)
            if other is not None and other is not command:
                words = _(
                    "{key} already means {command!r}: choose another key, or give that command "
                    "another one first."
                )
                raise ReviewError(words.format(key=key, command=other.value.replace("_", " ")))
        changed = {c: k for c, k in self.changed.items() if c is not command}
        return KeyMap(changed if normal == command.default_keys else {**changed, command: normal})

    def to_text(self) -> str:
        """JSON of what differs from the defaults."""
        changed = {command.value: list(keys) for command, keys in self.changed.items()}
        return json.dumps({"format": FORMAT, "keys": changed})

    @classmethod
    def from_text(cls, text: str) -> KeyMap:
        """Inverse of :meth:`to_text`.

        Raises:
            ReviewError: when the text is damaged, names an unknown command, or gives one key to
                two commands.
        """
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise ValueError(f"the format is {data['format']!r}")
            changed = {
                Command(name): tuple(normal_key(str(key)) for key in keys)
                for name, keys in data["keys"].items()
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ReviewError(
                f"The choice of keys is damaged ({error}): reset the keys to their defaults."
            ) from error
        found = cls(changed)
        met: dict[str, Command] = {}
        for command, keys in found.items():
            for key in keys:
                if met.setdefault(key, command) is not command:
                    raise ReviewError(
                        f"{key} means both {met[key].value!r} and {command.value!r}: reset the "
                        "keys to their defaults."
                    )
        return found


def normal_key(key: str) -> str:
    """A key as Qt writes it: modifiers in Qt's order, letters in upper case.

    Raises:
        ReviewError: when it is empty, only a modifier or unknown.
    """
    *held, name = _split(key)
    modifiers = {each.lower(): each for each in _MODIFIERS}
    names = {each.lower(): each for each in _NAMED_KEYS}
    found = name.upper() if len(name) == 1 else names.get(name.lower())
    if not found or any(word.lower() not in modifiers for word in held):
        words = _("{key!r} is no key: write it as Ctrl+Z, Shift+Left or M.")
        raise ReviewError(words.format(key=key))
    ordered = sorted({modifiers[word.lower()] for word in held}, key=_MODIFIERS.index)
    return "+".join([*ordered, found])


def _split(key: str) -> list[str]:
    """Parts of ``Ctrl+Shift+Z``; the key ``+`` itself is a part, too."""
    text = key.strip()
    if text == "+" or text.endswith("++"):
        return [*(word for word in text[:-1].rstrip("+").split("+") if word), "+"]
    return [word.strip() for word in text.split("+")]
