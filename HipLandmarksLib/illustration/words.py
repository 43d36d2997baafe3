"""Splits the texts of the tables: the first sentence defines, the rest are remarks."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.])\s+(?=[A-Z0-9'(])")


def first_sentence(text: str) -> str:
    """The defining sentence."""
    return _END.split(text.strip(), maxsplit=1)[0]


def remarks(text: str) -> str:
    """What follows the first sentence, empty when nothing does."""
    parts = _END.split(text.strip(), maxsplit=1)
    return parts[1] if len(parts) > 1 else ""
