"""Colours that go with the theme of the application."""

from __future__ import annotations

from html import escape
from typing import Any

import qt

from ...panel import Severity

_HALF = 128


def is_dark(widget: Any) -> bool:
    """Whether a widget stands on a dark ground."""
    ground = widget.palette.color(qt.QPalette.Window)
    return bool(ground.lightness() < _HALF)


def coloured(widget: Any, severity: Severity, text: str) -> str:
    """``text`` as rich text in the colour of a severity."""
    return f'<span style="color:{severity.colour(is_dark(widget))}">{escape(text)}</span>'
