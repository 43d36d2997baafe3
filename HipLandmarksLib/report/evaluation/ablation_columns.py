"""Columns of the ablation table; what all methods have in common is said once, above it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ...evaluation.ablation import Ablation, AblationRow
from ...evaluation.compare import COLUMNS
from .html import DASH, interval, number, probability, spread

_FIGURES = (
    *("mre_mm", "sdr_2mm", "sdr_3mm", "sdr_4mm"),
    *("FHC_mre_mm", "NA_mre_mm", "LAE_mre_mm", "LCP_mre_mm", "alpha_mae", "lce_mae"),
)
_IN_TERMINAL = ("mre_mm", "sdr_2mm", "alpha_mae", "lce_mae")
_SHORT = {"alpha_mae": "alpha (°)", "lce_mae": "LCE (°)", "sdr_2mm": "SDR2 (%)"}
_COMMON = {
    "TTA": "views averaged at test time: {}",
    "Seeds": "seeds: {}",
    "Tested on": "tested on {}",
    "Steps": "{}",
    "Input": "{}",
    "Pixel": "pixels of {}",
    "Size": "{} size",
    "Timed on": "timed on {}",
}
"""Facts in a sentence, by the title of their column."""
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60


class Part(Enum):
    """Which table of a page a column belongs to."""

    NAME = "name"
    ERRORS = "errors"
    COST = "cost"


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        title: above it.
        cell: text of a row.
        short: title in a terminal.
        in_terminal: whether it stands there.
        part: what it tells of.
    """

    title: str
    cell: Callable[[AblationRow], str]
    short: str = ""
    in_terminal: bool = True
    part: Part = Part.ERRORS


def table_columns(found: Ablation) -> list[Column]:
    """All columns that have a value, without the facts that all methods have in common."""
    facts = [column for column in _fact_columns() if len(_values(found, column)) > 1]
    columns = [
        Column("Network", lambda row: row.facts.title, "Network", part=Part.NAME),
        Column("Parameters (M)", _parameters, "Par. (M)", part=Part.COST),
        *facts,
        *(_figure(name) for name in _FIGURES[:4]),
        *([_figure("missed")] if _any_missed(found) else []),
        Column("Difference (mm)", _difference, "Difference (mm)"),
        Column("p", _p, "p"),
        *(_figure(name) for name in _FIGURES[4:]),
        Column("Training", _training, "Training", part=Part.COST),
        Column("ms per image", _milliseconds, "ms", part=Part.COST),
    ]
    return [column for column in columns if _values(found, column)]


def common_facts(found: Ablation) -> str:
    """What all methods have in common, in words; "" for nothing or a single method."""
    said = {column.title: _values(found, column) for column in _fact_columns()}
    words = [
        _COMMON[title].format(next(iter(values)))
        for title, values in said.items()
        if len(values) == 1
    ]
    return ", ".join(words)


def csv_columns(found: Ablation) -> list[tuple[str, Callable[[AblationRow], object]]]:
    """Names and plain values of the columns of the CSV file."""
    columns: list[tuple[str, Callable[[AblationRow], object]]] = [
        ("method", lambda row: row.method.name),
        ("title", lambda row: row.facts.title),
        ("network", lambda row: row.method.network),
        ("averaging", lambda row: row.method.averaging),
        ("seeds", lambda row: " ".join(map(str, row.method.seeds))),
        ("parameters", lambda row: row.facts.parameters),
        ("steps", lambda row: row.facts.steps),
        ("batch", lambda row: row.facts.batch),
        ("crop", lambda row: "x".join(map(str, row.facts.crop or ()))),
        ("spacing_mm", lambda row: row.facts.spacing_mm),
        ("reduced", lambda row: row.facts.is_reduced),
    ]
    for name in found.comparison.columns:
        columns += [(f"{name}_mean", _mean(name)), (f"{name}_sd", _sd(name))]
    return [
        *columns,
        ("difference_mm", lambda row: row.method.difference and row.method.difference.mean_mm),
        ("ci95_low", lambda row: _bound(row, 0)),
        ("ci95_high", lambda row: _bound(row, 1)),
        ("p", lambda row: row.method.difference and row.method.difference.p),
        ("patients", lambda row: row.facts.patients),
        ("points", lambda row: row.facts.points),
        ("training_seconds", lambda row: row.facts.training_seconds),
        ("ms_per_image", lambda row: row.facts.ms_per_image),
        ("device", lambda row: row.facts.device),
        ("remark", lambda row: row.method.reason),
    ]


def duration(seconds: float | None) -> str:
    """``45 s``, ``12 min``, ``3.4 h`` or ``2.1 d``; a dash for None."""
    if seconds is None:
        return DASH
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    if seconds < 2 * _DAY_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / _DAY_S:.1f} d"


def _fact_columns() -> tuple[Column, ...]:
    return (
        Column("TTA", lambda row: row.method.averaging or DASH, "TTA", part=Part.NAME),
        Column("Seeds", _seeds, "Seeds", part=Part.NAME),
        Column("Steps", _steps, "Steps", part=Part.COST),
        Column("Input", _input, "Input", part=Part.COST),
        Column("Pixel", _pixel, "Pixel", part=Part.COST),
        Column("Size", _size, "Size", part=Part.COST),
        Column("Tested on", _tested, in_terminal=False),
        Column("Timed on", lambda row: row.facts.device or DASH, "", False, Part.COST),
    )


def _values(found: Ablation, column: Column) -> set[str]:
    """What stands in a column, dashes apart."""
    return {column.cell(row) for row in found.rows} - {DASH}


def _any_missed(found: Ablation) -> bool:
    shares = [row.method.figures.get("missed") for row in found.rows]
    return any(share is not None and share.mean > 0 for share in shares)


def _figure(name: str) -> Column:
    title, factor, digits = COLUMNS[name]

    def cell(row: AblationRow) -> str:
        known = row.method.figures.get(name)
        if known is None:
            return DASH
        sd = None if known.sd is None else known.sd * factor
        return spread(known.mean * factor, sd, digits)

    return Column(title, cell, _SHORT.get(name, title), name in _IN_TERMINAL)


def _parameters(row: AblationRow) -> str:
    count = row.facts.parameters
    return number(None if count is None else count / 1e6, 1)


def _seeds(row: AblationRow) -> str:
    return ", ".join(map(str, row.method.seeds)) or DASH


def _training(row: AblationRow) -> str:
    return duration(row.facts.training_seconds)


def _milliseconds(row: AblationRow) -> str:
    return number(row.facts.ms_per_image, 0)


def _steps(row: AblationRow) -> str:
    facts = row.facts
    return DASH if facts.steps is None else f"{facts.steps} steps of {facts.batch} images"


def _input(row: AblationRow) -> str:
    facts = row.facts
    if facts.crop is None:
        return DASH
    return f"{facts.crop[0]} × {facts.crop[1]} px"


def _pixel(row: AblationRow) -> str:
    return DASH if row.facts.spacing_mm is None else f"{row.facts.spacing_mm:g} mm"


def _size(row: AblationRow) -> str:
    if row.facts.crop is None:
        return DASH
    return "reduced" if row.facts.is_reduced else "published"


def _tested(row: AblationRow) -> str:
    facts = row.facts
    return DASH if not facts.patients else f"{facts.patients} patients, {facts.points} landmarks"


def _difference(row: AblationRow) -> str:
    found = row.method.difference
    if found is None:
        return row.method.reason
    sign = "+" if found.mean_mm > 0 else ""
    return f"{sign}{number(found.mean_mm)} {interval(found.ci95)}".rstrip()


def _p(row: AblationRow) -> str:
    found = row.method.difference
    return DASH if found is None else probability(found.p)


def _mean(name: str) -> Callable[[AblationRow], object]:
    return lambda row: row.method.figures[name].mean if name in row.method.figures else None


def _sd(name: str) -> Callable[[AblationRow], object]:
    return lambda row: row.method.figures[name].sd if name in row.method.figures else None


def _bound(row: AblationRow, which: int) -> float | None:
    found = row.method.difference
    return None if found is None or found.ci95 is None else found.ci95[which]
