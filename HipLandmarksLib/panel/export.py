"""Results for elsewhere: the table for a spreadsheet, and everything as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..anatomy import Midline, Side, SourceKind
from ..i18n import tr as _
from ..report.case import CaseReport
from ..report.tables import csv_text
from .control_words import research_notice
from .measurement_cells import SideValue
from .measurement_rows import Column, MeasurementRow

if TYPE_CHECKING:
    from pathlib import Path

    from ..scene import HipStudy

_UNITS = {"deg": "°"}


def clipboard_text(rows: Sequence[MeasurementRow], summary: Sequence[str], case: str) -> str:
    """The table in tab-separated text: numbers alone, so that a spreadsheet can reckon with them.

    Args:
        rows: those to copy; rows without landmarks are left out.
        summary: what all numbers depend on; stands below the table with the notice.
        case: name of the case.
    """
    head = (
        _("Measurement"),
        _("Unit"),
        *(_("Right"), _("Left"), _("Right − left, or pelvis"), _("Usual"), _("Class")),
        *(_("Interval"), _("P(> limit)"), _("Remarks")),
    )
    lines = [_line(row) for row in rows if not row.not_placed]
    told = _("Case: {case}").format(case=case)
    closing = [(told,), *((line,) for line in summary), (research_notice(),)]
    return "\n".join("\t".join(map(_plain, line)) for line in (head, *lines, *closing)) + "\n"


def case_report(study: HipStudy) -> CaseReport:
    """Everything that is known of a study, as the files of results tell it."""
    image = replace(study.image, calibration=study.settings.calibration)
    reading = None if study.doubt is None else study.doubt.reading
    calibration = None if reading is None else reading.calibration
    doubts = {}
    if reading is not None:
        found = {
            (m.side, m.id): reading.doubt_about(m, study.landmarks) for m in study.measurements
        }
        doubts = {id_: doubt for id_, doubt in found.items() if doubt is not None}
    case = CaseReport.of(image, study.landmarks, study.measurements, study.landmarks.case_id)
    return replace(
        case,
        model=_model(study),
        settings=study.settings,
        marks=study.marks,
        doubts=doubts,
        model_calibration=calibration,
    )


def csv_of(study: HipStudy) -> str:
    """All numbers with side, unit, reason, source, calibration and intervals, as CSV."""
    return csv_text(case_report(study))


def write_csv_of(study: HipStudy, path: Path) -> None:
    """Write :func:`csv_of` for spreadsheets.

    Raises:
        OSError: when the file cannot be written.
    """
    path.write_text(csv_of(study), encoding="utf-8-sig", newline="")


def _model(study: HipStudy) -> str:
    """Of the model whose landmarks were read or are still there."""
    reading = None if study.doubt is None else study.doubt.reading
    points = study.landmarks if reading is None else reading.landmarks
    sources = (p.source for p in points.values() if p.source.kind is SourceKind.MODEL)
    return next((f"{s.name} {s.version}".strip() for s in sources), "")


def _line(row: MeasurementRow) -> tuple[str, ...]:
    last = row.of(Midline.PELVIS) or row.difference
    texts = (row.cell(column).text for column in (Column.CLASS, Column.INTERVAL))
    return (
        row.name,
        _UNITS.get(row.unit, row.unit),
        _number(row.of(Side.RIGHT)),
        _number(row.of(Side.LEFT)),
        _number(last),
        _text(row.usual),
        *map(_text, texts),
        _text(row.cell(Column.PROBABILITY).text),
        row.cell(Column.REMARKS).text,
    )


def _number(value: SideValue | None) -> str:
    return "" if value is None else value.number


def _text(text: str) -> str:
    """With a true minus in front, so that a spreadsheet takes no text for a formula."""
    return f"\u2212{text[1:]}" if text.startswith("-") else text


def _plain(text: str) -> str:
    """Without what would begin another cell."""
    return " ".join(text.split())
