"""The measurements of a study as vtkMRMLTableNode: rows for right, left and their difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import nan
from typing import Any

from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkStringArray

from ..anatomy import AnySide
from ..measurement import Measurement, MeasurementStatus, Reference, SideDifference
from ..report.values import flag_of, format_usual, uncertainty_words
from ..uncertainty import MeasurementDoubt

CLASS_NAME = "vtkMRMLTableNode"
NOTICE = "Research software, not a medical device."
TEXT_COLUMNS = (
    *("Measurement", "Side", "Value", "Uncertainty", "Usual range", "Flag", "Class", "Finding"),
    *("Status", "Reason", "Reference", "Source of range", "Unit"),
)
EXACT_COLUMN = "Exact value"
DIFFERENCE = "right − left"
Row = tuple[AnySide | None, str]
"""(side, measurement id); None stands for the difference of the sides."""

DoubtOf = Callable[[Measurement], MeasurementDoubt | None]
"""The calibrated interval of a measurement; None where no calibrated model read the points."""


def no_doubt(_: Measurement) -> None:
    """Of points that no calibrated model placed."""


class ResultTable:
    """A table node whose cells follow the measurements.

    Columns: name, side, value as on the screen, its interval (:func:`.uncertainty_words`), usual
    range, mark of the class (▲ ▼ ≈), the class itself, finding in words, status, reason, reference
    line, source of the range, unit, and the value at full precision (NaN when there is none). Only
    cells that changed are written.
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        self._rows: dict[Row, int] = {}
        self._shown: list[tuple[str, ...]] = []
        self._exact_shown: list[float | None] = []
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

    def fill(
        self,
        measurements: Sequence[Measurement],
        differences: Iterable[SideDifference],
        doubt_of: DoubtOf = no_doubt,
    ) -> None:
        """Set all rows: by measurement, right, left and difference, or the pelvis."""
        modifying = self.node.StartModify()
        self.node.RemoveAllColumns()
        self._texts = [self.node.AddColumn(_column(vtkStringArray(), t)) for t in TEXT_COLUMNS]
        self._exact = self.node.AddColumn(_column(vtkDoubleArray(), EXACT_COLUMN))
        self._rows, self._shown, self._exact_shown = {}, [], []
        rows = _ordered(measurements, differences)
        for row in rows:
            self._rows[row] = self.node.AddEmptyRow()
            self._shown.append(("",) * len(TEXT_COLUMNS))
            self._exact_shown.append(0.0)  # what an empty row holds
        self._write(rows, doubt_of)
        self.node.EndModify(modifying)

    def update(
        self,
        measurements: Iterable[Measurement],
        differences: Iterable[SideDifference],
        doubt_of: DoubtOf = no_doubt,
    ) -> None:
        """Rewrite what changed in the rows given; one event, none when nothing changed."""
        self._write(_ordered(measurements, differences), doubt_of)

    def _write(self, results: dict[Row, Measurement | SideDifference], doubt_of: DoubtOf) -> None:
        changed: set[int] = set()
        for key, result in results.items():
            row, value = self._rows[key], result.value
            texts = _texts(result, doubt_of)
            shown = self._shown[row]
            if texts != shown:
                self._shown[row] = texts
                for column, text in enumerate(texts):
                    if text != shown[column]:
                        self._texts[column].SetValue(row, text)
                        changed.add(column)
            if value != self._exact_shown[row]:
                self._exact_shown[row] = value
                self._exact.SetValue(row, nan if value is None else value)
                changed.add(-1)
        for column in changed:
            (self._exact if column < 0 else self._texts[column]).Modified()
        if changed:
            self.node.GetTable().Modified()


def _ordered(
    measurements: Iterable[Measurement], differences: Iterable[SideDifference]
) -> dict[Row, Measurement | SideDifference]:
    """Rows in the order of the measurements, each difference after its two sides."""
    rows: dict[Row, Measurement | SideDifference] = {}
    found = {difference.id: difference for difference in differences}
    of_measurement: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        of_measurement.setdefault(measurement.id, []).append(measurement)
    for id_, group in of_measurement.items():
        rows.update(((m.side, id_), m) for m in group)
        if id_ in found:
            rows[(None, id_)] = found.pop(id_)
    rows.update(((None, id_), difference) for id_, difference in found.items())
    return rows


def _texts(result: Measurement | SideDifference, doubt_of: DoubtOf) -> tuple[str, ...]:
    if isinstance(result, SideDifference):
        return _of_difference(result)
    return _of_measurement(result, doubt_of(result))


def _of_measurement(m: Measurement, doubt: MeasurementDoubt | None) -> tuple[str, ...]:
    status = ", ".join(s.value for s in m.status if s is not MeasurementStatus.OK)
    reference = "" if m.reference is Reference.NONE else m.reference.value
    usual, class_, finding = format_usual(m.usual, m.unit), m.classification or "", m.finding or ""
    source = m.range_source if usual else ""
    about = (status, m.reason, reference, source, m.unit)
    value = (m.name, m.side.word, m.display, uncertainty_words(m, doubt))
    return (*value, usual, flag_of(m), class_, finding, *about)


def _of_difference(d: SideDifference) -> tuple[str, ...]:
    flag = "" if d.flag is None else "!"
    value = (d.name, DIFFERENCE, d.words, uncertainty_words(d))
    return (*value, "", flag, d.flag or "", "", "", d.reason, "", "", d.unit)


def _column(array: Any, name: str) -> Any:
    array.SetName(name)
    return array
