"""Rows and headings of the table that compares two studies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..anatomy import Side
from ..i18n import tr as _
from ..imaging import Modality
from ..measurement import Measurement, StudyDifference
from ..measurement.result import display_value
from ..report.sections import Section as Group
from ..report.sections import section_of
from ..report.values import format_value
from ..uncertainty import Calibration, MeasurementDoubt
from .bricks import Cell
from .severity import Severity
from .table_words import table_word
from .words import Words

if TYPE_CHECKING:
    from ..scene import HipStudy

_LEFT_OUT = frozenset({Group.QUALITY})
"""How the patient lay in each image is no measurement of the hip."""
_MINUS = "\u2212"


class ComparisonColumn(Enum):
    """Columns of the table, from left to right."""

    NAME = "name"
    FIRST = "first"
    SECOND = "second"
    DIFFERENCE = "difference"
    INTERVAL = "interval"
    REMARKS = "remarks"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One measurement of one hip in both studies.

    Attributes:
        difference: what is shown.
        cells: one per :class:`ComparisonColumn`.
    """

    difference: StudyDifference
    cells: tuple[Cell, ...]


def study_title(study: HipStudy) -> str:
    """Kind and name of the image, such as ``MRI: case 3``."""
    name = str(study.volume_node.GetName())
    return _("{kind}: {name}").format(kind=kind_word(study), name=name)


def kind_word(study: HipStudy) -> str:
    """``X-ray`` or ``MRI``; ``Image`` where it is not known."""
    words = {Modality.XRAY: _("X-ray"), Modality.MR: _("MRI"), Modality.CT: _("CT")}
    return words.get(study.image.modality, _("Image"))


def comparison_columns(first: HipStudy, second: HipStudy) -> tuple[Words, ...]:
    """Heading and tooltip of every :class:`ComparisonColumn`."""
    one, two = kind_word(first), kind_word(second)
    if one == two:
        one, two = _("Other study"), _("This study")
    minus = _("{second} − {first}").format(first=one, second=two)
    words = {
        ComparisonColumn.NAME: Words(_("Measurement"), _("R and L are the patient's sides.")),
        ComparisonColumn.FIRST: Words(one, study_title(first)),
        ComparisonColumn.SECOND: Words(two, study_title(second)),
        ComparisonColumn.DIFFERENCE: Words(minus, _("Difference of the same measurement.")),
        ComparisonColumn.INTERVAL: Words(
            _("Interval"), _("Where the true difference is expected; ! when it leaves out 0.")
        ),
        ComparisonColumn.REMARKS: Words(
            _("Remarks"), _("Why there is no difference, or what must be known about it.")
        ),
    }
    return tuple(words[column] for column in ComparisonColumn)


def comparison_row(
    difference: StudyDifference, first: HipStudy, second: HipStudy
) -> ComparisonRow | None:
    """The row of a difference; None for what is no measurement of the hip."""
    if section_of(difference.id) in _LEFT_OUT:
        return None
    return ComparisonRow(difference, _cells(difference, first, second))


def in_table_order(rows: Iterable[ComparisonRow]) -> tuple[ComparisonRow, ...]:
    """Right hip before left, by groups; where only one study has a value last."""
    groups = list(Group)

    def place(row: ComparisonRow) -> tuple[bool, int]:
        return (_has_one(row.difference), groups.index(section_of(row.difference.id)))

    return tuple(sorted(rows, key=place))


def _has_one(difference: StudyDifference) -> bool:
    return difference.first.value is None or difference.second.value is None


def _cells(difference: StudyDifference, first: HipStudy, second: HipStudy) -> tuple[Cell, ...]:
    one, two = difference.first, difference.second
    side = Side(one.side.value)
    level = difference.level
    name = one.name if one.name == two.name or two.value is None else one.short_name
    beyond = difference.beyond_doubt is True
    severity = Severity.CAUTION if beyond else None
    value = _signed(difference.value, difference.unit)
    return (
        Cell(f"{side.value} {table_word(name)}", one.definition),
        _value_cell(one, doubt_of(first, one, level)),
        _value_cell(two, doubt_of(second, two, level)),
        Cell(value, difference.reason, severity),
        Cell(_interval(difference), _about_interval(difference), severity),
        Cell(difference.reason, difference.reason),
    )


def _value_cell(m: Measurement, doubt: MeasurementDoubt | None) -> Cell:
    return Cell(m.display, m.reason if m.value is None else format_value(m, doubt))


def _signed(value: float | None, unit: str) -> str:
    """Rounded as on the screen, with its sign; a dash without a value."""
    if value is None:
        return "–"
    size, none = display_value(abs(value), unit), display_value(0.0, unit)
    if size == none:
        return none
    return f"{'+' if value > 0 else _MINUS}{size}"


def _interval(difference: StudyDifference) -> str:
    if difference.interval is None:
        return ""
    low, high = (_signed(end, difference.unit) for end in difference.interval)
    ends = _("{low} to {high}").format(low=low.removesuffix("°"), high=high)
    return f"{ends} !" if difference.beyond_doubt else ends


def calibration_of(study: HipStudy) -> Calibration | None:
    """Of the model that placed the points; None without one."""
    return None if study.doubt is None else study.doubt.reading.calibration


def doubt_of(study: HipStudy, m: Measurement, level: float) -> MeasurementDoubt | None:
    """Interval of a measurement by the calibrated model; None without one."""
    if study.doubt is None:
        return None
    return study.doubt.reading.doubt_about(m, study.landmarks, level)


def _about_interval(difference: StudyDifference) -> str:
    if difference.interval is not None:
        return _("Coverage {level}.").format(level=percent_word(difference.level))
    if difference.value is None:
        return ""
    return _("The doubt about a landmark of one of the studies is not known.")


def percent_word(level: float) -> str:
    """Such as ``90 %``."""
    return f"{100 * level:g} %"
