"""The measurements of a study as vtkMRMLTableNode: one row per measurement and side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import nan
from typing import Any

from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkStringArray

from ..anatomy import AnySide
from ..measurement import Measurement, MeasurementStatus, Reference

CLASS_NAME = "vtkMRMLTableNode"
NOTICE = "Research software, not a medical device."
TEXT_COLUMNS = ("Measurement", "Side", "Value", "Flag", "Reason", "Reference", "Class", "Unit")
EXACT_COLUMN = "Exact value"
Row = tuple[AnySide, str]


class ResultTable:
    """A table node whose cells follow the measurements.

    Columns: name, side, value as on the screen, flags, reason, reference line, published range,
    unit, and the value at full precision (NaN when there is none).
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        self._rows: dict[Row, int] = {}
        self._texts: list[Any] = []
        self._exact: Any = None

    @classmethod
    def create(cls, scene: Any, name: str) -> ResultTable:
        """An empty table node named ``name``."""
        node = scene.AddNewNodeByClass(CLASS_NAME, name)
        node.SetDescription(NOTICE)
        node.SetUseColumnTitleAsColumnHeader(True)
        node.SetUseFirstColumnAsRowHeader(False)
        node.SetLocked(True)
        return cls(node)

    def fill(self, measurements: Sequence[Measurement]) -> None:
        """Set all rows, in the order given."""
        modifying = self.node.StartModify()
        self.node.RemoveAllColumns()
        self._texts = [self.node.AddColumn(_column(vtkStringArray(), t)) for t in TEXT_COLUMNS]
        self._exact = self.node.AddColumn(_column(vtkDoubleArray(), EXACT_COLUMN))
        self._rows = {}
        for measurement in measurements:
            row = self.node.AddEmptyRow()
            self._rows[(measurement.side, measurement.id)] = row
            self._write(row, measurement)
        self._tell()
        self.node.EndModify(modifying)

    def update(self, measurements: Iterable[Measurement]) -> None:
        """Rewrite the rows of ``measurements``; one event."""
        for measurement in measurements:
            self._write(self._rows[(measurement.side, measurement.id)], measurement)
        self._tell()

    def _write(self, row: int, measurement: Measurement) -> None:
        for column, text in zip(self._texts, _texts(measurement), strict=True):
            column.SetValue(row, text)
        self._exact.SetValue(row, nan if measurement.value is None else measurement.value)

    def _tell(self) -> None:
        for column in (*self._texts, self._exact):
            column.Modified()
        self.node.GetTable().Modified()


def _texts(m: Measurement) -> tuple[str, ...]:
    flags = ", ".join(s.value for s in m.status if s is not MeasurementStatus.OK)
    reference = "" if m.reference is Reference.NONE else m.reference.value
    name, side = m.name, m.side.word
    return name, side, m.display, flags, m.reason, reference, m.classification or "", m.unit


def _column(array: Any, name: str) -> Any:
    array.SetName(name)
    return array
