"""Columns of text for a terminal of any width: cells wrap, colour goes on afterwards."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

NARROWEST, WIDEST = 80, 132
_GAP = 2
_NAMES = 24
_TIED = "\N{NO-BREAK SPACE}"


class Style(Enum):
    """How a cell looks in colour; the codes are those of ECMA-48 (SGR)."""

    PLAIN = ""
    HEADING = "1"
    FLAGGED = "33"
    FAINT = "2"

    def paint(self, text: str) -> str:
        """``text`` between the codes; blank text stays as it is."""
        if self is Style.PLAIN or not text.strip():
            return text
        return f"\033[{self.value}m{text}\033[0m"


@dataclass(frozen=True)
class Cell:
    """Text, possibly of several lines, and its look; what is :func:`tied` stays on one line."""

    text: str = ""
    style: Style = Style.PLAIN

    def lines(self, width: int) -> list[str]:
        """The text in lines of at most ``width`` columns."""
        found = []
        for line in self.text.split("\n"):
            indent = len(line) - len(line.lstrip(" "))
            found += _wrap(line, width, " " * (indent + 2 if indent else 0)) or [""]
        return found


@dataclass(frozen=True)
class TextTable:
    """Rows of cells, all of one length; the first row is the head, a row of one cell a heading."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell | str) -> None:
        """Append a row."""
        self.rows.append(tuple(c if isinstance(c, Cell) else Cell(c) for c in cells))

    def format(self, width: int, colour: bool = False) -> list[str]:
        """The lines of the table, at most ``width`` columns wide if the words allow it."""
        for gap in (_GAP, 1):
            widths = self._widths(width, gap)
            total = sum(widths) + gap * (len(widths) - 1)
            if total <= width:
                break
        lines = []
        for number, row in enumerate(self.rows):
            lines += _row_lines(row, widths if len(row) > 1 else [width], " " * gap, colour)
            if number == 0:
                lines.append("-" * total)
        return lines

    def _widths(self, width: int, gap: int) -> list[int]:
        columns = list(zip(*(row for row in self.rows if len(row) > 1), strict=True))
        # a second line of a cell is a remark: it may wrap
        widths = [max(len(cell.text.partition("\n")[0]) for cell in column) for column in columns]
        least = [max(_longest_word(cell.text) for cell in column) for column in columns]
        spare = width - gap * (len(columns) - 1)
        # names in the first column wrap first: few of them are long
        for low in ([_NAMES, *widths[1:]], least):
            while sum(widths) > spare and (loose := _loose(widths, low)):
                widths[max(loose, key=lambda i: widths[i])] -= 1
        return widths


def _loose(widths: Sequence[int], least: Sequence[int]) -> list[int]:
    """Columns that can still become narrower."""
    return [i for i, (width, low) in enumerate(zip(widths, least, strict=True)) if width > low]


def tied(text: str) -> str:
    """``text`` that is not broken over lines."""
    return text.replace(" ", _TIED)


def wrapped(text: str, width: int, indent: int = 2) -> list[str]:
    """A paragraph in lines of at most ``width`` columns, all but the first indented."""
    return [line.replace(_TIED, " ") for line in _wrap(text, width, " " * indent)]


def _wrap(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def _longest_word(text: str) -> int:
    """Least width of a cell: its longest word, with the indentation of its line."""
    return max(
        len(line) - len(line.lstrip(" ")) + max(len(word) for word in line.strip(" ").split(" "))
        for line in text.split("\n")
    )


def _row_lines(row: Sequence[Cell], widths: Sequence[int], gap: str, colour: bool) -> list[str]:
    cells = [cell.lines(width) for cell, width in zip(row, widths, strict=True)]
    lines = []
    for number in range(max(len(cell) for cell in cells)):
        parts = []
        for cell, text, width in zip(row, cells, widths, strict=True):
            part = (text[number] if number < len(text) else "").replace(_TIED, " ")
            painted = cell.style.paint(part) if colour else part
            parts.append(painted + " " * (width - len(part)))
        lines.append(gap.join(parts).rstrip())
    return lines
