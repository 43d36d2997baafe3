"""How serious something is: always a sign and words, with a colour that is never alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from ..i18n import tr as _


class Severity(Enum):
    """How much attention a statement asks for, rising."""

    GOOD = "good"
    NOTE = "note"
    CAUTION = "caution"
    ALARM = "alarm"

    @property
    def sign(self) -> str:
        """One character that stands before the words."""
        return _SIGNS[self]

    def colour(self, dark: bool) -> str:
        """Text colour ``#rrggbb`` on a dark or a light panel; contrast at least 4.5 to 1."""
        return _COLOURS[self][dark]

    @property
    def word(self) -> str:
        """For screen readers and plain text."""
        return severity_word(self)


_SIGNS: Mapping[Severity, str] = MappingProxyType(
    {Severity.GOOD: "✓", Severity.NOTE: "i", Severity.CAUTION: "!", Severity.ALARM: "✕"}
)
_COLOURS: Mapping[Severity, tuple[str, str]] = MappingProxyType(
    {
        Severity.GOOD: ("#14633a", "#7fdca4"),
        Severity.NOTE: ("#17558f", "#9ccbff"),
        Severity.CAUTION: ("#7a4a00", "#ffcf70"),
        Severity.ALARM: ("#a11a12", "#ffaaa2"),
    }
)
"""(on a light panel, on a dark one)."""


def severity_word(severity: Severity) -> str:
    """The severity in one word."""
    return {
        Severity.GOOD: _("good"),
        Severity.NOTE: _("note"),
        Severity.CAUTION: _("caution"),
        Severity.ALARM: _("check"),
    }[severity]


def worst(*severities: Severity | None) -> Severity | None:
    """The most serious of them; None without any."""
    order = list(Severity)
    found = [each for each in severities if each is not None]
    return max(found, key=order.index) if found else None
