"""Cells of the measurement table, headings, and what is told above and below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..anatomy import AnySide, HipLandmarks, Midline, Side
from ..i18n import tr as _
from ..measurement import Edge, Measurement, MeasurementSettings, Reference, threshold_set
from ..report.sections import Section as Group
from ..report.sections import section_of
from ..report.values import format_usual
from .bricks import Cell
from .measurement_cells import SideValue, line_word
from .measurement_rows import (
    Column,
    MeasurementRow,
    RowInput,
    is_not_placed,
)
from .severity import Severity, worst
from .table_words import calibration_word, table_word
from .words import Words

Values = Sequence[tuple[AnySide, SideValue]]


def measurement_row(
    found: RowInput,
    values: tuple[tuple[AnySide, SideValue], ...],
    difference: SideValue | None,
    landmarks: HipLandmarks,
) -> MeasurementRow:
    """The row of a measurement.

    Args:
        found: its results.
        values: them in words, by side; empty where only the difference is shown.
        difference: of the sides in words; None where it is not shown.
        landmarks: that were measured.
    """
    one = found.found[0]
    name = table_word(one.name)
    if found.of_difference and found.difference is not None:
        name = table_word(found.difference.name)
    usual = next((m for m in found.found if m.usual is not None), one)
    span, source = format_usual(usual.usual, usual.unit), usual.range_source
    if found.of_difference:
        span = source = ""
    cells = _cells(Cell(name, one.definition), values, difference, Cell(span, source))
    return MeasurementRow(
        found.id,
        section_of(found.id),
        name,
        one.definition,
        span,
        source,
        one.unit,
        values,
        difference,
        is_not_placed(found, landmarks),
        cells,
    )


def columns() -> tuple[Words, ...]:
    """Heading and tooltip of every :class:`.Column`."""
    words = {
        Column.NAME: Words(_("Measurement"), _("Click for construction and definition.")),
        Column.RIGHT: Words(_("Right"), _("The patient's right hip.")),
        Column.LEFT: Words(_("Left"), _("The patient's left hip.")),
        Column.DIFFERENCE: Words(
            _("Right − left"), _("Difference of the sides; value of the whole pelvis.")
        ),
        Column.USUAL: Words(_("Usual"), _("Published usual range; its source is the tooltip.")),
        Column.CLASS: Words(_("Class"), _("Published class of the value. It is no diagnosis.")),
        Column.INTERVAL: Words(_("Interval"), _("Where the true value is expected.")),
        Column.PROBABILITY: Words(
            _("P(> limit)"), _("Probability that the true value lies above the nearest limit.")
        ),
        Column.REMARKS: Words(
            _("Remarks"), _("What must be known about the value, or why there is none.")
        ),
    }
    return tuple(words[column] for column in Column)


def group_title(group: Group) -> str:
    """Heading of a group of measurements."""
    return {
        Group.HEAD_NECK: _("Femoral head and neck"),
        Group.ACETABULUM: _("Acetabulum"),
        Group.LENGTHS: _("Offsets and lengths"),
        Group.PROTRUSIO: _("Protrusio and trochanter"),
        Group.PELVIS: _("Whole pelvis"),
        Group.QUALITY: _("Quality checks"),
        Group.OTHER: _("Other measurements"),
    }[group]


def summary(measurements: Sequence[Measurement], settings: MeasurementSettings) -> tuple[str, ...]:
    """What every number depends on: reference line, edge, millimetres, limits."""
    used = _references(measurements)
    lines = [_("Reference: {lines}").format(lines=", ".join(used))] if used else []
    edge = next((m.edge for m in measurements if m.edge is not None), None)
    if edge is not None:
        words = {Edge.BONE: _("LAE marks the bone"), Edge.SOURCIL: _("LAE marks the sourcil")}
        lines.append(words[edge])
    lines.append(_("Millimetres: {badge}").format(badge=calibration_word(settings.calibration)))
    limits = table_word(threshold_set(settings.threshold_set).title)
    lines.append(_("Limits: {title}").format(title=limits))
    return tuple(lines)


def hidden_line(rows: Iterable[MeasurementRow]) -> str:
    """How many measurements wait for landmarks; empty when none does."""
    count = sum(row.not_placed for row in rows)
    return _("Not measured, landmarks not placed: {n}").format(n=count) if count else ""


def _references(measurements: Sequence[Measurement]) -> list[str]:
    """The lines in use, that of most values first."""
    count: dict[Reference, int] = {}
    for m in measurements:
        if m.value is not None and m.reference is not Reference.NONE:
            count[m.reference] = count.get(m.reference, 0) + 1
    return [line_word(line) for line in sorted(count, key=lambda line: -count[line])]


def _cells(
    name: Cell, values: Values, difference: SideValue | None, usual: Cell
) -> tuple[Cell, ...]:
    by_side: Mapping[AnySide, SideValue] = dict(values)
    last = by_side.get(Midline.PELVIS, difference)
    return (
        name,
        _value_cell(by_side.get(Side.RIGHT)),
        _value_cell(by_side.get(Side.LEFT)),
        _value_cell(last),
        usual,
        _class_cell(values, difference),
        _interval_cell(values),
        _probability_cell(values),
        _remarks(values, difference),
    )


def _value_cell(value: SideValue | None) -> Cell:
    if value is None:
        return Cell()
    told = "\n".join(text for text in (value.class_text, value.reason) if text)
    return Cell(value.text, told, value.severity)


def _class_cell(values: Values, difference: SideValue | None) -> Cell:
    shown = [(side, f"{v.flag} {v.class_text}") for side, v in values if v.flag]
    told = [(side, v.class_text) for side, v in values if v.class_text]
    texts, severities = _by_side(shown), [v.severity for _side, v in values]
    if difference is not None and difference.flag:
        texts.append(f"{difference.flag} {difference.class_text}")
        severities.append(Severity.CAUTION)
    return Cell("; ".join(texts), "; ".join(_by_side(told)), worst(*severities))


def _interval_cell(values: Values) -> Cell:
    texts = _by_side([(side, v.interval) for side, v in values if v.interval])
    levels = dict.fromkeys(v.level for _side, v in values if v.level)
    reasons = dict.fromkeys(v.interval_reason for _side, v in values if v.interval_reason)
    told = [_("Coverage {level}.").format(level=level) for level in levels] if texts else []
    return Cell("; ".join(texts), " ".join([*told, *reasons]))


def _probability_cell(values: Values) -> Cell:
    limits: dict[str, list[tuple[AnySide, str]]] = {}
    for side, value in values:
        if value.probability:
            limits.setdefault(value.limit, []).append((side, value.probability))
    texts = [f"{limit}: {', '.join(_by_side(found))}" for limit, found in limits.items()]
    told = _("Probability that the true value lies above this limit.") if texts else ""
    return Cell("; ".join(texts), told)


def _remarks(values: Values, difference: SideValue | None) -> Cell:
    shown = [(side, badge.line) for side, v in values for badge in v.badges]
    shown += [(side, f"{v.value} {v.reason}") for side, v in values if not v.exists]
    texts = _by_side(shown)
    reasons = _by_side([(side, v.reason) for side, v in values if v.reason])
    if difference is not None and difference.reason and (difference.exists or not values):
        texts.append(f"{Severity.NOTE.sign} {difference.reason}")
    severity = worst(*(badge.severity for _side, v in values for badge in v.badges))
    return Cell("; ".join(texts), "\n".join(reasons), severity)


def _by_side(found: Sequence[tuple[AnySide, str]]) -> list[str]:
    """Texts after the letters of their sides; what holds for both hips is said once."""
    if not found:
        return []
    sides: dict[str, list[str]] = {}
    for side, text in found:
        sides.setdefault(text, []).append("" if side is Midline.PELVIS else side.value)
    return [f"{' '.join(letters)} {text}".strip() for text, letters in sides.items()]
