"""The rows of the measurement table: right, left, difference and what goes with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..anatomy import AnySide, HipLandmarks, Midline, Side
from ..measurement import Measurement, SideDifference
from ..report.sections import DIFFERENCE_ROW, section_of
from ..report.sections import Section as Group
from .bricks import Cell
from .measurement_cells import SideValue, difference_value, side_value

if TYPE_CHECKING:
    from ..scene.doubt import ModelReading


class Column(Enum):
    """Columns of the table, from left to right."""

    NAME = "name"
    RIGHT = "right"
    LEFT = "left"
    DIFFERENCE = "difference"
    USUAL = "usual"
    CLASS = "class"
    INTERVAL = "interval"
    PROBABILITY = "probability"
    REMARKS = "remarks"


@dataclass(frozen=True, slots=True)
class RowInput:
    """What a row is made of.

    Attributes:
        id: measurement, or ``delta:`` and a measurement for a difference with a name of its own.
        found: results of both hips or of the pelvis; of the difference's measurement.
        difference: right minus left; None without one, or where that has its own row.
    """

    id: str
    found: tuple[Measurement, ...]
    difference: SideDifference | None

    @property
    def of_difference(self) -> bool:
        """Whether only the difference is shown, under its own name."""
        return self.id.startswith(DIFFERENCE_ROW)

    def has_settings_of(self, other: RowInput) -> bool:
        """Whether both were measured in the same way, so that equal values have equal rows."""
        pairs = zip(self.found, other.found, strict=True)
        return all(a.origin.settings is b.origin.settings for a, b in pairs)


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One measurement of both hips, or of the whole pelvis.

    Attributes:
        id: measurement; see :class:`RowInput`.
        group: heading under which it stands.
        name: of the measurement.
        definition: what is measured.
        usual: published usual range in words, empty without one.
        usual_source: its source, population and view.
        unit: of the numbers.
        values: by side, in the order right, left, or pelvis.
        difference: right minus left; None where it is not shown.
        not_placed: it has no value since nobody has placed the landmarks that it needs.
        cells: one per :class:`Column`.
    """

    id: str
    group: Group
    name: str
    definition: str
    usual: str
    usual_source: str
    unit: str
    values: tuple[tuple[AnySide, SideValue], ...]
    difference: SideValue | None
    not_placed: bool
    cells: tuple[Cell, ...]

    def cell(self, column: Column) -> Cell:
        """The cell of a column."""
        return self.cells[_PLACE[column]]

    def of(self, side: AnySide) -> SideValue | None:
        """The value of a side, or of the pelvis; None where it is not measured."""
        return next((value for each, value in self.values if each is side), None)

    @property
    def measurement(self) -> str:
        """Id of the measurement that the row is about."""
        return self.id.removeprefix(DIFFERENCE_ROW)


def row_inputs(
    measurements: Iterable[Measurement], differences: Iterable[SideDifference]
) -> dict[str, RowInput]:
    """What belongs into each row, by id, in the order of the groups of the table."""
    of_id: dict[str, list[Measurement]] = {}
    for each in measurements:
        of_id.setdefault(each.id, []).append(each)
    rows = {id_: RowInput(id_, tuple(found), None) for id_, found in of_id.items()}
    for difference in differences:
        id_ = difference.id
        found = tuple(of_id.get(id_, ()))
        if found and difference.name != found[0].name:
            id_ = f"{DIFFERENCE_ROW}{id_}"
        rows[id_] = RowInput(id_, found, difference)
    order = sorted(rows, key=lambda id_: _GROUPS[section_of(id_)])
    return {id_: rows[id_] for id_ in order}


def side_value_of(
    m: Measurement, landmarks: HipLandmarks, reading: ModelReading | None
) -> SideValue:
    """A measurement in words, with its interval by a calibrated model.

    Args:
        m: the measurement.
        landmarks: that were measured.
        reading: of the model that placed them, None without one.
    """
    doubt = None
    if reading is not None and m.value is not None:
        doubt = reading.doubt_about(m, landmarks)
    return side_value(m, doubt)


def is_not_placed(found: RowInput, landmarks: HipLandmarks) -> bool:
    """Whether nothing has a value, and landmarks are wanting that nobody has looked at."""
    return all(m.value is None and _is_wanting(m, landmarks) for m in found.found)


def row_difference(found: RowInput) -> SideValue | None:
    """The difference of a row in words."""
    return None if found.difference is None else difference_value(found.difference)


def _is_wanting(m: Measurement, landmarks: HipLandmarks) -> bool:
    """Points of the pelvis are named with their side, such as ``TD_R``."""
    ids = landmarks.items_
    return any(_id_of(m.side, key) not in ids for key in m.missing)


def _id_of(side: AnySide, name: str) -> tuple[AnySide, str]:
    key, _, letter = name.partition("_")
    sides: dict[str, AnySide] = {"R": Side.RIGHT, "L": Side.LEFT, "B": Midline.PELVIS}
    return sides.get(letter, side), key


_PLACE = {column: number for number, column in enumerate(Column)}
_GROUPS = {group: number for number, group in enumerate(Group)}
