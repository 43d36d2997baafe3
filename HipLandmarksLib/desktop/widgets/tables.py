"""Tables of cells: only what changed is written, so that a drag costs next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import qt

from ...panel import Cell, Words
from .colours import is_dark


class CellTable:
    """Rows of :class:`.Cell` in a QTableWidget.

    Args:
        table: the QTableWidget.
        widest: of the first column, in pixels; what is longer is cut, its tooltip is not. None: as
            wide as it needs.
    """

    def __init__(self, table: Any, widest: int | None = None) -> None:
        self._table = table
        self._widest = widest
        self._shown: list[tuple[Cell, ...]] = []
        self._columns: tuple[Words, ...] = ()
        self._longest: list[int] = []
        table.verticalHeader().setVisible(False)
        table.horizontalHeader().setHighlightSections(False)

    def fill(self, columns: Sequence[Words], rows: Sequence[Sequence[Cell]]) -> None:
        """Show other rows; the row that is chosen stays chosen."""
        table = self._table
        row = table.currentRow()
        table.blockSignals(True)
        try:
            self._head(tuple(columns))
            self._shown, self._longest = [], []
            table.setRowCount(len(rows))
            for index, cells in enumerate(rows):
                self._shown.append(())
                self.write(index, cells)
            for column in range(len(self._columns)):
                self._widen(column)
            self._longest = self._longest_texts()
            table.resizeRowsToContents()
            self.choose(row)
        finally:
            table.blockSignals(False)

    def write(self, row: int, cells: Sequence[Cell]) -> None:
        """Show other cells in one row."""
        before = self._shown[row]
        if before is cells:
            return
        dark = is_dark(self._table)
        for column, cell in enumerate(cells):
            if column >= len(before) or before[column] != cell:
                self._write(row, column, cell, dark)
        self._shown[row] = tuple(cells)
        if self._longest:
            self._make_room(cells)

    def choose(self, row: int) -> None:
        """Choose a row; -1 for none."""
        if 0 <= row < self._table.rowCount:
            self._table.selectRow(row)
        else:
            self._table.clearSelection()

    @property
    def current(self) -> int:
        """The chosen row, -1 for none."""
        return int(self._table.currentRow())

    def _make_room(self, cells: Sequence[Cell]) -> None:
        """Wider columns where a text became longer than any before; measuring each is dear."""
        for column, cell in enumerate(cells):
            if len(cell.text) > self._longest[column]:
                self._longest[column] = len(cell.text)
                self._widen(column)

    def _longest_texts(self) -> list[int]:
        columns = range(len(self._columns))
        return [max((len(row[c].text) for row in self._shown), default=0) for c in columns]

    def _widen(self, column: int) -> None:
        self._table.resizeColumnToContents(column)
        if column == 0 and self._widest is not None:
            self._table.setColumnWidth(0, min(self._widest, self._table.columnWidth(0)))

    def _head(self, columns: tuple[Words, ...]) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        self._table.setColumnCount(len(columns))
        header = self._table.horizontalHeader()
        for index, words in enumerate(columns):
            item = qt.QTableWidgetItem(words.label)
            item.setToolTip(words.tooltip)
            self._table.setHorizontalHeaderItem(index, item)
        header.setStretchLastSection(True)

    def _write(self, row: int, column: int, cell: Cell, dark: bool) -> None:
        item = self._table.item(row, column)
        if item is None:
            item = qt.QTableWidgetItem()
            self._table.setItem(row, column, item)
        item.setText(cell.text)
        item.setToolTip(cell.tooltip)
        if cell.severity is None:
            item.setData(qt.Qt.ForegroundRole, None)
        else:
            item.setForeground(qt.QBrush(qt.QColor(cell.severity.colour(dark))))
