"""The table of all slices: alpha and LCE of both hips on each, and what is special about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..anatomy import Side
from ..exploration import HipExploration
from ..i18n import tr as _
from ..measurement.result import display_value
from ..report.exploration.slice_rows import SliceRow, explored_rows
from ..report.values import flag_of
from ..uncertainty import Calibration
from .bricks import Cell
from .comparison_cells import percent_word
from .measurement_cells import flag_severity
from .severity import Severity
from .words import Words

if TYPE_CHECKING:
    from ..detection.slice_choice import SliceChoice

Rows = Mapping[tuple[Side, str], Sequence[SliceRow]]
_ANGLES = tuple((side, id_) for side in (Side.RIGHT, Side.LEFT) for id_ in ("alpha", "lce"))


class SliceColumn(Enum):
    """Columns of the table, from left to right."""

    SLICE = "slice"
    RIGHT_ALPHA = "right_alpha"
    RIGHT_LCE = "right_lce"
    LEFT_ALPHA = "left_alpha"
    LEFT_LCE = "left_lce"
    REMARKS = "remarks"


@dataclass(frozen=True, slots=True)
class SliceLine:
    """One slice.

    Attributes:
        index: its number, from 0.
        cells: one per :class:`SliceColumn`.
    """

    index: int
    cells: tuple[Cell, ...]


def slice_columns() -> tuple[Words, ...]:
    """Heading and tooltip of every :class:`SliceColumn`."""
    brackets = _("In brackets where it may not be compared with limits.")
    words = {
        SliceColumn.SLICE: Words(
            _("Slice"), _("Number of the slice, from 0; the hips that are measured on it.")
        ),
        SliceColumn.RIGHT_ALPHA: Words(_("R alpha"), brackets),
        SliceColumn.RIGHT_LCE: Words(_("R LCE"), brackets),
        SliceColumn.LEFT_ALPHA: Words(_("L alpha"), brackets),
        SliceColumn.LEFT_LCE: Words(_("L LCE"), brackets),
        SliceColumn.REMARKS: Words(_("Remarks"), _("What is special about the slice.")),
    }
    return tuple(words[column] for column in SliceColumn)


class SliceTable:
    """Lines of an exploration; made anew only when it, its choices or the calibration change."""

    def __init__(self) -> None:
        """No lines yet."""
        self.lines: tuple[SliceLine, ...] = ()
        self._of: tuple[object, ...] = ()

    def update(
        self,
        exploration: HipExploration,
        choices: Mapping[Side, SliceChoice],
        calibration: Calibration | None,
    ) -> bool:
        """Look at an exploration; whether the lines are others."""
        depends = (exploration, calibration, *choices.values())
        if len(depends) == len(self._of) and all(
            a is b for a, b in zip(depends, self._of, strict=True)
        ):
            return False
        self._of, before = depends, self.lines
        self.lines = slice_lines(explored_rows(exploration, calibration), choices)
        return self.lines != before


def slice_lines(rows: Rows, choices: Mapping[Side, SliceChoice]) -> tuple[SliceLine, ...]:
    """Lines from the back to the front, from the first to the last slice that shows anything."""
    columns = [rows[angle] for angle in _ANGLES if angle in rows]
    across = list(zip(*columns, strict=True))
    told = [n for n, line in enumerate(across) if any(_is_told(row) for row in line)]
    if not told:
        return ()
    return tuple(_line(line, choices) for line in across[told[0] : told[-1] + 1])


def _is_told(row: SliceRow) -> bool:
    return row.value is not None or row.chosen or row.edited


def _line(line: Sequence[SliceRow], choices: Mapping[Side, SliceChoice]) -> SliceLine:
    index = line[0].index
    by_side = {Side.RIGHT: line[:2], Side.LEFT: line[2:]}
    measured = [side.value for side, rows in by_side.items() if rows[0].chosen]
    name = f"{index} ◂ {' '.join(measured)}" if measured else str(index)
    return SliceLine(
        index,
        (
            Cell(name, _about_slice(index, by_side, choices), _severity(bool(measured))),
            *(_value(row) for row in line),
            Cell(_remarks(by_side), _remarks(by_side)),
        ),
    )


def _severity(measured: bool) -> Severity | None:
    return Severity.GOOD if measured else None


def _about_slice(
    index: int, by_side: Mapping[Side, Sequence[SliceRow]], choices: Mapping[Side, SliceChoice]
) -> str:
    """Where the slice lies in each head, and how well it shows the hip."""
    lines = []
    for side, rows in by_side.items():
        offset = rows[0].entry.place.offset_mm
        parts = []
        if offset is not None:
            told = _("{mm:+.1f} mm to the front of the head centre")
            parts.append(told.format(mm=offset))
        score = _score(index, choices.get(side))
        if score is not None:
            parts.append(_("shows the hip {score:.2f} of 1").format(score=score))
        if parts:
            lines.append(f"{side.value}: {', '.join(parts)}")
    return "\n".join(lines)


def _score(index: int, choice: SliceChoice | None) -> float | None:
    scores = () if choice is None else choice.scores
    return next((each.score for each in scores if each.index == index), None)


def _value(row: SliceRow) -> Cell:
    value, m = row.value, row.entry.measurement
    if value is None:
        return Cell("–", row.entry.reason)
    text = display_value(value, m.unit)
    told = [f"{row.entry.name}: {_with_interval(row, text)}", row.entry.reason]
    tooltip = "\n".join(part for part in told if part)
    if not row.comparable:
        return Cell(f"({text})", tooltip)
    flag = flag_of(m)
    return Cell(f"{text} {flag}".rstrip(), tooltip, flag_severity(flag))


def _with_interval(row: SliceRow, text: str) -> str:
    if row.interval is None or not row.sure:
        return text
    unit = row.entry.measurement.unit
    low, high = (display_value(end, unit) for end in row.interval)
    told = _("{value}, {low} to {high} with {level}")
    return told.format(
        value=text, low=low.removesuffix("°"), high=high, level=percent_word(row.level)
    )


def _remarks(by_side: Mapping[Side, Sequence[SliceRow]]) -> str:
    parts: dict[str, list[str]] = {}
    for side, rows in by_side.items():
        for words in _words_of_side(rows):
            parts.setdefault(words, []).append(side.value)
    return "; ".join(f"{' '.join(sides)} {words}" for words, sides in parts.items())


def _words_of_side(rows: Sequence[SliceRow]) -> list[str]:
    words = []
    if rows[0].central:
        words.append(_("through the head centre"))
    if rows[0].edited:
        words.append(_("edited"))
    for row in rows:
        if row.largest:
            told = _("largest {name}")
            words.append(told.format(name=row.entry.measurement.short_name))
    return words
