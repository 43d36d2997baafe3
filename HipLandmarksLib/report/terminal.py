"""The measurement table for the terminal: right and left side by side, footnotes below."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .case import NOTICE, SIDES

if TYPE_CHECKING:
    from ..measurement import Measurement

_WIDTH = 88
_END_OF_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")


def format_table(measurements: Sequence[Measurement]) -> str:
    """Lay measurements out as text, at most 88 columns wide.

    One line per measurement with the right hip before the left: value ± half the 95 % interval,
    rounded to 1 degree or 0.5 mm since finer is noise, and the numbers of its footnotes. They
    give the reason of a missing value and every flag (fallback reference line, uncalibrated).
    """
    notes: list[str] = []
    cells = {(m.id, m.side): _cell(m, notes) for m in measurements}
    rows = [("Measurement", *(side.word.capitalize() for side in SIDES))]
    for id_, name in {m.id: m.name for m in measurements}.items():
        rows.append((name, *(cells.get((id_, side), "") for side in SIDES)))
    spread = any(m.value is not None and m.sigma is not None for m in measurements)
    return "\n".join([*_aligned(rows), "", *_footnotes(notes), *_closing(spread)])


def format_value(measurement: Measurement) -> str:
    """Value ± half the 95 % interval, such as ``43° ± 7°``; a dash when there is no value."""
    if measurement.value is None or measurement.sigma is None:
        return measurement.display
    return f"{measurement.display} ± {_half_interval(measurement)}"


def _half_interval(measurement: Measurement) -> str:
    return replace(measurement, value=1.96 * (measurement.sigma or 0.0)).display


def _cell(measurement: Measurement, notes: list[str]) -> str:
    numbers = []
    for note in _notes(measurement):
        if note not in notes:
            notes.append(note)
        numbers.append(str(notes.index(note) + 1))
    text = format_value(measurement)
    return f"{text} [{','.join(numbers)}]" if numbers else text


def _notes(measurement: Measurement) -> list[str]:
    """Sentences of the reason; without any, the names of the flags."""
    if measurement.reason:
        return _END_OF_SENTENCE.split(measurement.reason)
    flags = [status.value for status in measurement.status if status.value != "OK"]
    return [flag.replace("_", " ").lower() for flag in flags]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]]


def _footnotes(notes: Sequence[str]) -> list[str]:
    lines = []
    for number, note in enumerate(notes, start=1):
        lines += textwrap.wrap(f"[{number}] {note}", _WIDTH, subsequent_indent="    ")
    return lines


def _closing(spread: bool) -> list[str]:
    if not spread:
        return [NOTICE]
    return ["± is half the 95 % interval from the doubt about the landmarks alone.", NOTICE]
