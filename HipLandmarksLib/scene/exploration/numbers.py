"""Tables of numbers from which plots are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk

from ..table import CLASS_NAME, NOTICE
from .nodes import ExplorerNodes


class NumberTable:
    """A hidden table node of columns of numbers, of which some are shorter than others.

    Whatever is not there is NaN, which plots leave out.
    """

    def __init__(self, nodes: ExplorerNodes, part: str, name: str) -> None:
        self.node = nodes.get(part, CLASS_NAME, name, _describe, hidden=True)
        self._shown: dict[str, tuple[float, ...]] = {}

    def show(self, columns: Mapping[str, Sequence[float | None]]) -> None:
        """Give these columns their values, all at once; other columns stay as they are."""
        found = {
            name: tuple(nan if value is None else float(value) for value in values)
            for name, values in columns.items()
        }
        longest = max(map(len, {**self._shown, **found}.values()), default=0)
        grows = longest != self.node.GetNumberOfRows()
        new = {name: values for name, values in found.items() if self._is_new(name, values)}
        if not new and not grows:
            return
        self._shown |= new
        modifying = self.node.StartModify()
        table = self.node.GetTable()
        if grows:  # all columns of a table have the same number of rows
            table.RemoveAllColumns()
        for name, values in (self._shown if grows else new).items():
            _set_column(table, name, values, longest)
        table.Modified()
        self.node.Modified()
        self.node.EndModify(modifying)

    def _is_new(self, name: str, values: tuple[float, ...]) -> bool:
        known = self._shown.get(name)
        return known is None or not np.array_equal(known, values, equal_nan=True)


def _set_column(table: Any, name: str, values: Sequence[float], rows: int) -> None:
    filled = np.full(rows, nan)
    filled[: len(values)] = values
    array = numpy_to_vtk(filled, deep=True)
    array.SetName(name)
    table.RemoveColumnByName(name)
    table.AddColumn(array)


def _describe(node: Any) -> None:
    node.SetDescription(NOTICE)
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetLocked(True)
