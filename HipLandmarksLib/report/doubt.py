"""Intervals of a calibrated model in words, for the terminal and the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..measurement.result import display_value
from ..uncertainty import NOT_CALIBRATED

if TYPE_CHECKING:
    from ..measurement import Measurement
    from ..uncertainty import CalibrationProvenance, MeasurementDoubt
    from .case import CaseReport

DOUBT_COLUMNS = ("level", "interval_low", "interval_high", "p_above_calibrated", "interval_reason")
"""Columns of :func:`doubt_cells`."""


def doubt_lines(case: CaseReport) -> list[str]:
    """Intervals of every measurement of a model's landmarks, or that the model has none.

    Empty for landmarks that people placed, and where nothing was measured.
    """
    measured = [m for m in case.measurements if m.value is not None]
    if not case.model or not measured:
        return []
    calibration = case.model_calibration
    if calibration is None:
        return [NOT_CALIBRATED]
    of_names: dict[str, list[str]] = {}
    without: dict[str, list[str]] = {}
    for m in measured:
        doubt = case.doubts.get((m.side, m.id))
        if doubt is not None and doubt.conformal and doubt.interval is not None:
            of_names.setdefault(m.name, []).append(f"{m.side.word} {interval_text(m, doubt)}")
        elif doubt is not None:
            without.setdefault(doubt.reason, []).append(m.name)
    level = level_words(case)
    head = [f"{level} intervals, {_rests_on(calibration.provenance)}:"] if of_names else []
    lines = [f"{name}: {', '.join(sides)}" for name, sides in of_names.items()]
    reasons = [
        f"No {level} interval for {_listed(names)}: {reason.rstrip('.')}."
        for reason, names in without.items()
    ]
    return [*head, *lines, *reasons]


def interval_text(measurement: Measurement, doubt: MeasurementDoubt) -> str:
    """Such as ``38° to 47° (p = 0.08 to lie above 60 deg)``."""
    if doubt.interval is None:
        return doubt.reason
    low, high = (display_value(value, measurement.unit) for value in doubt.interval)
    if doubt.p_above is None or doubt.threshold is None:
        return f"{low} to {high}"
    limit = f"{doubt.threshold:g} {measurement.unit}"
    return f"{low} to {high} ({probability_text(doubt.p_above)} to lie above {limit})"


def probability_text(p: float) -> str:
    """``p = 0.08``; never 0 or 1."""
    return f"p {'> 0.99' if p > 0.995 else '< 0.01' if p < 0.005 else f'= {p:.2f}'}"


def doubt_cells(doubt: MeasurementDoubt | None) -> dict[str, str]:
    """One row's cells of :data:`DOUBT_COLUMNS`; empty where nothing is known."""
    if doubt is None:
        return dict.fromkeys(DOUBT_COLUMNS, "")
    low, high = doubt.interval or (None, None)
    cells = (_number(doubt.level), *map(_number, (low, high, doubt.p_above)), doubt.reason)
    return dict(zip(DOUBT_COLUMNS, cells, strict=True))


def _rests_on(provenance: CalibrationProvenance) -> str:
    return f"calibrated on {provenance.patients} patients ({provenance.data.rstrip('.')})"


def level_words(case: CaseReport) -> str:
    """Nominal coverage of the intervals, such as ``90 %``."""
    levels = dict.fromkeys(doubt.level for doubt in case.doubts.values())
    return " / ".join(f"{100 * level:g} %" for level in levels)


def _listed(names: Iterable[str]) -> str:
    distinct: Sequence[str] = tuple(dict.fromkeys(names))
    return ", ".join(distinct)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
