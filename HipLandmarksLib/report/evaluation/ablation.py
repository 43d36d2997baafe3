"""The ablation table as text, Markdown, CSV and HTML."""

from __future__ import annotations

import csv
from html import escape
from io import StringIO

from ...evaluation.ablation import PUBLISHED_SIDE_PX, Ablation
from ...evaluation.evaluation import NOTICE as SHORT_NOTICE
from ..text_table import WIDEST, TextTable
from .ablation_columns import Column, Part, common_facts, csv_columns, table_columns
from .forest import ForestRow, forest_plot
from .html import bullets, page, paragraph, section, table
from .page import NOTICE
from .plots import figure

_EXPLANATION = (
    "Every method was cross-validated by patient: each patient is tested by a model that was not "
    "trained on it. Sorted by MRE, which is of the landmarks that were found; with several seeds "
    "mean ± SD over them. Missed landmarks count as failures in SDR. Difference = MRE less "
    "that of the baseline in mm, on the landmarks that both found: mean over patients, 95 % "
    "interval resampled by patient, p of a paired t-test over patients."
)
_COST = (
    "Training is the time of all folds together; ms = one slice with both hips, from pixels to "
    "landmarks, with the views that are averaged. Both depend on the machine and on what else it "
    "was doing."
)
_NO_EVIDENCE = "are no evidence of a difference, nor of its absence."
_REDUCED = (
    f"Reduced runs: the papers train on {PUBLISHED_SIDE_PX} × {PUBLISHED_SIDE_PX} pixels, for far "
    "more steps and from ImageNet weights. These figures rank the networks under the settings "
    "named here; they are not what the networks can do at full size."
)


def ablation_text(found: Ablation) -> str:
    """A table for a terminal: what there is room for."""
    columns = [column for column in table_columns(found) if column.in_terminal]
    text = TextTable()
    text.add(*(column.short for column in columns))
    for cells in _cells(found, columns):
        text.add(*cells)
    notes = [f"Note: {note}" for note in _notes(found)]
    lines = [*text.format(WIDEST), _common(found), *_unfinished(found), *notes]
    return "\n".join([*(line for line in lines if line), _EXPLANATION, _COST, SHORT_NOTICE])


def ablation_markdown(found: Ablation) -> str:
    """A table for a README."""
    columns = table_columns(found)
    rows = [[column.title for column in columns]]
    rows += [["---"] + ["---:"] * (len(columns) - 1)]
    rows += [[_safe(cell) for cell in row] for row in _cells(found, columns)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    parts = ["\n".join(lines), _common(found), *_unfinished(found), *_notes(found)]
    parts += [f"Baseline: {found.baseline}. {_EXPLANATION} {_COST}", SHORT_NOTICE]
    return "\n\n".join(part for part in parts if part) + "\n"


def ablation_csv(found: Ablation) -> str:
    """One row per method; plain numbers with a point, empty where there is none."""
    columns = csv_columns(found)
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    for row in found.rows:
        writer.writerow([value(row) for _, value in columns])
    return stream.getvalue()


def ablation_html(found: Ablation) -> str:
    """A page that works offline."""
    count = len(found.rows)
    body = [
        f"<header><h1>{count} {'method' if count == 1 else 'methods'} of a run matrix</h1>",
        paragraph(f"Baseline: {found.baseline}. {_common(found)}".strip(), "soft"),
        paragraph(NOTICE, "notice") + "</header>",
        bullets(_notes(found), "warn"),
        section("Errors", _table(found, Part.ERRORS), paragraph(_EXPLANATION, "soft")),
        section("Differences from the baseline", _differences(found)),
        section("Size and cost", _table(found, Part.COST), paragraph(_COST, "soft")),
        section("Not in the table", bullets(_unfinished(found))),
    ]
    return page("Run matrix", "\n".join(part for part in body if part), wide=True)


def _table(found: Ablation, part: Part) -> str:
    columns = [column for column in table_columns(found) if column.part in (Part.NAME, part)]
    cells = [[escape(cell) for cell in row] for row in _cells(found, columns)]
    own = [n for n, row in enumerate(found.rows) if row.method.reason == "baseline"]
    return table([column.title for column in columns], cells, own_rows=own)


def _cells(found: Ablation, columns: list[Column]) -> list[list[str]]:
    return [[column.cell(row) for column in columns] for row in found.rows]


def _differences(found: Ablation) -> str:
    """The differences as a picture; "" when there is none."""
    several = len({row.method.averaging for row in found.rows}) > 1
    rows = [
        ForestRow(
            f"{row.facts.title}, {row.method.averaging}" if several else row.facts.title,
            row.method.difference.mean_mm,
            row.method.difference.ci95,
        )
        for row in found.rows
        if row.method.difference is not None
    ]
    svg = forest_plot(
        f"MRE less that of {found.baseline}", "mm; left of 0 is better than the baseline", rows
    )
    words = "Mean over patients with a 95 % interval resampled by patient; intervals that hold 0 "
    return f'<div class="plots">{figure(svg, words + _NO_EVIDENCE)}</div>' if svg else ""


def _notes(found: Ablation) -> list[str]:
    reduced = [_REDUCED] if found.is_reduced else []
    return [*reduced, *found.notes, *found.comparison.warnings]


def _common(found: Ablation) -> str:
    """What all methods have in common, as a sentence."""
    facts = common_facts(found)
    return f"All methods: {facts}." if facts else ""


def _unfinished(found: Ablation) -> list[str]:
    lines = [f"Failed: {name}: {reason}" for name, reason in found.failed.items()]
    if found.missing:
        lines.append(f"Not run yet: {', '.join(found.missing)}")
    return lines


def _safe(cell: str) -> str:
    return cell.replace("|", "\\|")
