"""The measurement table kept in step with a study: only what was measured anew is made anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..anatomy import AnySide, HipLandmarks
from ..measurement import Measurement, SideDifference
from .measurement_cells import SideValue
from .measurement_rows import MeasurementRow, RowInput, row_difference, row_inputs, side_value_of
from .measurement_table import measurement_row

if TYPE_CHECKING:
    from ..scene import HipStudy
    from ..scene.doubt import ModelReading

Changed = tuple[bool, tuple[int, ...]]
"""Whether the rows are other ones, and else the numbers of those that read otherwise."""


class LiveResults:
    """Rows of the measurements of one study.

    Results that are equal to those before, by the same settings, read alike; of a row with one
    new value only that one is put into words.
    """

    def __init__(self) -> None:
        """No rows yet."""
        self.rows: list[MeasurementRow] = []
        self._inputs: dict[str, RowInput] = {}
        self._reading: ModelReading | None = None
        self._order: list[str] = []
        self._found: list[Measurement] = []
        self._differences: list[SideDifference] = []
        self._values: dict[tuple[str, AnySide], tuple[Measurement, SideValue]] = {}

    def sides(self, row: MeasurementRow) -> tuple[AnySide, ...]:
        """Where the measurement of a row is measured, right first."""
        return tuple(m.side for m in self._inputs[row.id].found)

    def update(self, study: HipStudy) -> Changed:
        """Look at the study again."""
        found, differences = study.measurements, study.differences
        reading = None if study.doubt is None else study.doubt.reading
        ids = self._touched(found, differences) if reading is self._reading else None
        before, self._found, self._differences = self._inputs, found, differences
        self._reading = reading
        if ids is not None and not ids:
            return False, ()
        if ids is None:
            return self._fill(study, reading)
        wanted = [m for m in found if m.id in ids]
        of_sides = [d for d in differences if d.id in ids]
        self._inputs = before | row_inputs(wanted, of_sides)
        changed = [
            number
            for number, id_ in enumerate(self._order)
            if self._inputs[id_] is not before[id_]
            and self._renew(number, before[id_], study.landmarks, reading)
        ]
        return False, tuple(changed)

    def _fill(self, study: HipStudy, reading: ModelReading | None) -> Changed:
        """Make all rows anew."""
        self._inputs = row_inputs(study.measurements, study.differences)
        self._order, self._values = list(self._inputs), {}
        landmarks = study.landmarks
        self.rows = [self._row(each, landmarks, reading) for each in self._inputs.values()]
        return True, ()

    def _touched(
        self, found: Sequence[Measurement], differences: Sequence[SideDifference]
    ) -> set[str] | None:
        """Ids of what was measured anew; None when the rows are other ones."""
        old, was = self._found, self._differences
        if len(old) != len(found) or len(was) != len(differences) or not old:
            return None
        ids = set()
        for m, before in zip(found, old, strict=True):
            if not _is_equal(m, before):
                if m.id != before.id or m.side is not before.side:
                    return None
                ids.add(m.id)
        for difference, past in zip(differences, was, strict=True):
            if difference != past:
                if difference.id != past.id or difference.name != past.name:
                    return None
                ids.add(difference.id)
        return ids

    def _renew(
        self,
        number: int,
        before: RowInput,
        landmarks: HipLandmarks,
        reading: ModelReading | None,
    ) -> bool:
        """Make a row anew where it reads otherwise; whether it does."""
        row = self.rows[number]
        found = self._inputs[row.id]
        values, difference = self._in_words(found, landmarks, reading), row.difference
        if found.difference != before.difference:
            difference = row_difference(found)
        alike = values == row.values and difference == row.difference
        if alike and found.has_settings_of(before):
            return False
        self.rows[number] = measurement_row(found, values, difference, landmarks)
        return self.rows[number] != row

    def _row(
        self, found: RowInput, landmarks: HipLandmarks, reading: ModelReading | None
    ) -> MeasurementRow:
        values = self._in_words(found, landmarks, reading)
        return measurement_row(found, values, row_difference(found), landmarks)

    def _in_words(
        self, found: RowInput, landmarks: HipLandmarks, reading: ModelReading | None
    ) -> tuple[tuple[AnySide, SideValue], ...]:
        if found.of_difference:
            return ()
        return tuple((m.side, self._value(m, landmarks, reading)) for m in found.found)

    def _value(
        self, m: Measurement, landmarks: HipLandmarks, reading: ModelReading | None
    ) -> SideValue:
        """In words, unless they are known: an equal result by the same settings has the same."""
        known, value = self._values.get((m.id, m.side), (None, None))
        if known is None or value is None or not _is_equal(m, known):
            value = side_value_of(m, landmarks, reading)
        self._values[(m.id, m.side)] = (m, value)
        return value


def _is_equal(m: Measurement, known: Measurement) -> bool:
    return m is known or (m == known and m.origin.settings is known.origin.settings)
