"""Words of the tables (names, classes, limits) in the user's language."""

from __future__ import annotations

from ..i18n import translated_in
from ..imaging import Calibration

CONTEXT = "panel.table_texts"
"""Where Slicer's tool for translations files them."""
_BETWEEN = "; "


def table_word(text: str) -> str:
    """A short text of a table in the user's language; several between semicolons one by one."""
    return _BETWEEN.join(translated_in(CONTEXT, part) for part in text.split(_BETWEEN))


def calibration_word(calibration: Calibration) -> str:
    """The badge of a calibration, such as ``fixed magnification 1.20``."""
    words = calibration.provenance.words
    return table_word(words) + calibration.badge.removeprefix(words)
