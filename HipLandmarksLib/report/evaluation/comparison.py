"""A comparison of finished runs as text, CSV and HTML."""

from __future__ import annotations

import csv
from html import escape
from io import StringIO

from ...evaluation.compare import COLUMNS, Comparison, MethodRow
from ..text_table import WIDEST, TextTable
from .html import (
    DASH,
    bullets,
    interval,
    number,
    page,
    paragraph,
    probability,
    section,
    spread,
    table,
)
from .page import NOTICE

_SORTED_BY = "mre_mm"
_SINGLE = ("FHC_mre_mm", "NA_mre_mm", "LAE_mre_mm", "LCP_mre_mm")
_WIDE_ONLY = ("sdr_3mm", "sdr_4mm", "missed", "nme", *_SINGLE)
"""Figures for which a terminal has no room."""
_EXPLANATION = (
    "Sorted by MRE, tests on seen patients last. Figures are mean ± SD over the runs (seeds) of a "
    "method. Difference = MRE less that of the baseline in mm, on the landmarks that both found: "
    "mean over patients, with a 95 % interval resampled by patient and the p of a paired t-test "
    "over patients."
)
"""What the columns are."""
_NAMES = ("Method", "Network", "TTA", "Runs")


def comparison_text(comparison: Comparison) -> str:
    """A table for a terminal."""
    head, rows = _cells(comparison, [n for n in comparison.columns if n not in _WIDE_ONLY])
    columns = TextTable()
    columns.add(*head)
    for name, *cells in rows:
        columns.add(name.replace("/", " / "), *cells)  # so that long names wrap
    lines = columns.format(WIDEST)
    return "\n".join([*lines, *(f"Note: {w}" for w in comparison.warnings), _EXPLANATION, NOTICE])


def comparison_csv(comparison: Comparison) -> str:
    """One row per method; plain numbers with a point, empty where there is none."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = comparison.columns
    head = ["method", "network", "averaging", "runs", "seeds"]
    head += [f"{name}_{what}" for name in names for what in ("mean", "sd")]
    head += ["difference_mm", "ci95_low", "ci95_high", "p", "patients", "points", "left_out"]
    writer.writerow([*head, "remark"])
    for row in comparison.rows:
        cells: list[object] = [row.name, row.network, row.averaging, row.runs]
        cells.append(" ".join(map(str, row.seeds)))
        for name in names:
            found = row.figures.get(name)
            cells += [None, None] if found is None else [found.mean, found.sd]
        writer.writerow([*cells, *_difference_csv(row), row.reason])
    return stream.getvalue()


def comparison_html(comparison: Comparison) -> str:
    """A page that works offline."""
    single = [name for name in comparison.columns if name in _SINGLE]
    head, rows = _cells(comparison, [n for n in comparison.columns if n not in single])
    own = [n for n, row in enumerate(comparison.rows) if row.reason == "baseline"]
    cells = [[escape(cell) for cell in row] for row in rows]
    body = [
        f"<header><h1>{len(rows)} methods compared</h1>",
        paragraph(f"Baseline: {comparison.baseline}.", "soft"),
        paragraph(NOTICE, "notice") + "</header>",
        bullets(comparison.warnings, "warn"),
        section("Methods", table(head, cells, own_rows=own), paragraph(_EXPLANATION, "soft")),
        section("Single landmarks", _single_table(comparison, single, own)),
    ]
    return page("Comparison of methods", "\n".join(part for part in body if part), wide=True)


def _cells(comparison: Comparison, names: list[str]) -> tuple[list[str], list[list[str]]]:
    first = [name for name in names if name == _SORTED_BY]
    rest = [name for name in names if name != _SORTED_BY]
    head = [*_NAMES, *(COLUMNS[name][0] for name in first)]
    head += ["Difference (mm)", "p", "Patients", *(COLUMNS[name][0] for name in rest)]
    rows = [
        [*_names(row), *_figures(row, first), *_difference(row), *_figures(row, rest)]
        for row in comparison.rows
    ]
    return head, rows


def _single_table(comparison: Comparison, names: list[str], own: list[int]) -> str:
    """MRE of single landmarks; "" when no run tells it."""
    if not names:
        return ""
    rows = [[*_names(row)[:-1], *_figures(row, names)] for row in comparison.rows]
    cells = [[escape(cell) for cell in row] for row in rows]
    return table([*_NAMES[:-1], *(COLUMNS[name][0] for name in names)], cells, own_rows=own)


def _names(row: MethodRow) -> list[str]:
    name = f"{row.name} (seen patients)" if row.seen else row.name
    return [name, row.network or DASH, row.averaging or DASH, str(row.runs)]


def _figures(row: MethodRow, names: list[str]) -> list[str]:
    cells = []
    for name in names:
        found, (_, factor, digits) = row.figures.get(name), COLUMNS[name]
        sd = None if found is None or found.sd is None else found.sd * factor
        cells.append(DASH if found is None else spread(found.mean * factor, sd, digits))
    return cells


def _difference(row: MethodRow) -> list[str]:
    found = row.difference
    if found is None:
        return [row.reason, DASH, DASH]
    sign = "+" if found.mean_mm > 0 else ""
    size = f"{sign}{number(found.mean_mm)} {interval(found.ci95)}".rstrip()
    return [size, probability(found.p), str(found.patients)]


def _difference_csv(row: MethodRow) -> list[object]:
    found = row.difference
    if found is None:
        return [None] * 7
    low, high = found.ci95 or (None, None)
    return [found.mean_mm, low, high, found.p, found.patients, found.points, found.left_out]
