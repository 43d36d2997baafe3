"""The main figures of a calibration report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from ...evaluation.doubt import DoubtReport
from ...evaluation.doubt_coverage import Coverage
from ...evaluation.doubt_ranking import ALL
from .html import interval, number, percent


def doubt_lines(found: DoubtReport) -> list[str]:
    """Coverage, absence, suppression, rank of errors; what is not known is left out."""
    return [*_coverage(found), *_absence(found), *_suppression(found), *_ranking(found)]


def _coverage(found: DoubtReport) -> list[str]:
    level = f"{100.0 * found.level:g} %"
    sets = {
        f"{level} regions of landmarks": (found.conformal_regions, found.regions),
        f"{level} intervals of measurements": (found.conformal_intervals, found.intervals),
    }
    return [
        f"{what} hold the truth in {words}"
        for what, (conformal, stated) in sets.items()
        if (words := _held(conformal or stated, "" if conformal else " (stated, not calibrated)"))
    ]


def _held(rows: Mapping[str, Coverage], remark: str) -> str:
    """``88.3 % [87.4, 89.2] of 5223; least: MSO 85.9 %``; "" without rows."""
    every = rows.get(ALL)
    if every is None:
        return ""
    known = {name: row.covered for name, row in rows.items() if name != ALL}
    held = {name: covered for name, covered in known.items() if covered is not None}
    least = min(held, key=lambda name: held[name], default=None)
    share = f"{percent(every.covered)} % {interval(every.ci95, 1, 100.0)} of {every.n}{remark}"
    return share if least is None else f"{share}; least: {least} {percent(held[least])} %"


def _absence(found: DoubtReport) -> list[str]:
    told = {sign.value: rows[ALL] for sign, rows in found.absence.items() if ALL in rows}
    return [
        f"AUROC for absence by {sign}: {number(row.value, 3)} {interval(row.ci95, 3)} "
        f"({row.positive} of {row.n} absent)"
        for sign, row in told.items()
        if row.value is not None
    ]


def _suppression(found: DoubtReport) -> list[str]:
    lines = []
    for kind, one in found.suppression.items():
        if one is not None and one.change is not None:
            change = f"{percent(one.change)} % {interval(one.change_ci95, 1, 100.0)}".rstrip()
            errors = f"{number(one.without.mre_mm)} to {number(one.with_doubt.mre_mm)} mm"
            lines.append(f"Error on {kind} images by withholding: {errors}, {change}")
    return lines


def _ranking(found: DoubtReport) -> list[str]:
    known = {key: row.value for key, row in found.correlation.items() if row.value is not None}
    if not known:
        return []
    return [
        "Spearman of doubt and error: " + ", ".join(f"{k} {number(v)}" for k, v in known.items())
    ]
