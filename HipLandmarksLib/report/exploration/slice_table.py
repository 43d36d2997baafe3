"""The values of every slice as CSV and as text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from ...anatomy import Side
from ...measurement.result import display_value
from ..case import NOTICE
from ..tables import SOFTWARE
from ..text_table import Cell, Style, TextTable
from .slice_rows import Rows, SliceRow

COLUMNS = (
    "case",
    "side",
    "slice",
    "position_mm",
    "offset_from_head_mm",
    "section_radius_mm",
    "measurement",
    "name",
    "value",
    "unit",
    "interval_low",
    "interval_high",
    "interval_level",
    "sigma",
    "spread_one_slice",
    "status",
    "reason",
    "usual_low",
    "usual_high",
    "classification",
    "measured_slice",
    "central_slice",
    "largest",
    "edited",
    "model",
    "software",
    "notice",
)


def slice_csv(rows: Rows, case: str, model: str = "") -> str:
    """One row per hip, measurement and slice, from the back to the front.

    A value that does not exist is empty and has a reason. Slices count from 0, positions to the
    front. Classes stand only where a value may be compared with published limits.

    Args:
        rows: of :func:`.slice_rows` by side and measurement.
        case: name of the case.
        model: id and version of the model that placed the points; "" when a person did.
    """
    stream = StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, dialect="excel", restval="")
    writer.writeheader()
    same = {"case": case, "model": model, "software": SOFTWARE, "notice": NOTICE}
    for (side, _), of_angle in rows.items():
        writer.writerows({**same, "side": side.word, **_cells(row)} for row in of_angle)
    return stream.getvalue()


def slice_table(rows: Rows, side: Side) -> TextTable:
    """The slices of one hip on which anything has a value, for the terminal."""
    ids = [id_ for whose, id_ in rows if whose is side]
    columns = [rows[(side, id_)] for id_ in ids]
    table = TextTable()
    names = [_name(column) for column in columns]
    head = ("Slice", "mm from centre", *names, "Remarks")
    table.add(*(Cell(text, Style.HEADING) for text in head))
    for line in zip(*columns, strict=True):
        if any(row.value is not None for row in line):
            table.add(*_line(line))
    return table


def value_words(row: SliceRow) -> str:
    """Value with its interval, such as ``43° (38 to 47)``; a star where it may not be compared."""
    value, unit = row.value, row.entry.measurement.unit
    if value is None:
        return "–"
    text = display_value(value, unit)
    if row.interval is not None and row.sure:
        low, high = (display_value(end, unit).removesuffix("°") for end in row.interval)
        text = f"{text} ({low} to {high})"
    return text if row.comparable else f"{text} *"


def remark_words(line: Sequence[SliceRow]) -> str:
    """What is special about a slice, such as ``measured; edited; largest alpha``."""
    first = line[0]
    said = {"measured": first.chosen, "through the centre": first.central, "edited": first.edited}
    words = [word for word, holds in said.items() if holds]
    words += [f"largest {row.entry.measurement.short_name}" for row in line if row.largest]
    return "; ".join(words)


def _line(line: Sequence[SliceRow]) -> list[Cell]:
    first = line[0]
    offset = first.entry.place.offset_mm
    style = Style.HEADING if first.chosen else Style.PLAIN
    values = [Cell(value_words(row), _style(row)) for row in line]
    where = "" if offset is None else f"{offset:+.1f}"
    return [Cell(str(first.index), style), Cell(where), *values, Cell(remark_words(line))]


def _style(row: SliceRow) -> Style:
    return Style.PLAIN if row.comparable else Style.FAINT


def _name(column: Sequence[SliceRow]) -> str:
    return column[0].entry.measurement.name if column else ""


def _cells(row: SliceRow) -> dict[str, str]:
    entry, m = row.entry, row.entry.measurement
    low, high = row.interval or (None, None)
    usual_low, usual_high = m.usual or (None, None)
    return {
        "slice": str(row.index),
        "position_mm": _number(entry.place.position_mm),
        "offset_from_head_mm": _number(entry.place.offset_mm),
        "section_radius_mm": _number(entry.place.section_radius_mm),
        "measurement": m.id,
        "name": entry.name,
        "value": _number(row.value),
        "unit": m.unit,
        "interval_low": _number(low),
        "interval_high": _number(high),
        "interval_level": "" if row.interval is None else _number(row.level),
        "sigma": _number(entry.sigma),
        "spread_one_slice": _number(entry.spread),
        "status": " ".join(status.value for status in entry.status),
        "reason": entry.reason,
        "usual_low": _number(usual_low),
        "usual_high": _number(usual_high),
        "classification": entry.classification or "",
        "measured_slice": _flag(row.chosen),
        "central_slice": _flag(row.central),
        "largest": _flag(row.largest),
        "edited": _flag(row.edited),
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _flag(holds: bool) -> str:
    return "yes" if holds else "no"
