"""The main figures of an evaluation as text for a terminal."""

from __future__ import annotations

from ...evaluation import Evaluation, LandmarkSummary
from ...evaluation.evaluation import NOTICE
from .doubt_text import doubt_lines
from .html import interval, number, percent, spread

_LABELS = {
    "mre_mm": ("MRE", " mm", 1.0, 2),
    "sdr_2mm": ("SDR@2 mm", " %", 100.0, 1),
    "alpha_mae_deg": ("alpha MAE", "°", 1.0, 2),
    "lce_mae_deg": ("LCE MAE", "°", 1.0, 2),
    "cam_accuracy": ("cam accuracy", " %", 100.0, 1),
}


def format_evaluation(evaluation: Evaluation) -> str:
    """A few lines: landmarks, angles, the model's doubt, and the spread over runs."""
    run = evaluation.first
    unit = "mm" if run.overall.mm is not None else "px"
    lines = [
        f"{run.name}: {len(run.cases)} images of {len(run.patients)} patients",
        f"{'landmark':10}{'n':>5}{'missed':>8}{'MRE ' + unit:>9}{'median':>8}"
        f"{'SDR2':>8}{'SDR3':>8}{'SDR4':>8}",
    ]
    rows = {**run.landmarks, "all": run.overall}
    lines += [_landmark(key, row, unit) for key, row in rows.items()]
    for row in run.measurements.values():
        if row.mae is not None:
            icc = "" if row.icc is None else f", ICC(2,1) {number(row.icc.value)}"
            mae = f"MAE {number(row.mae, 1)} {row.unit} {interval(row.mae_ci95, 1)}".rstrip()
            lines.append(f"{row.name}: {mae}{icc} (n = {row.n})")
    lines += [] if run.doubt is None else doubt_lines(run.doubt)
    if len(evaluation.runs) > 1:
        lines.append(f"Mean ± SD of {len(evaluation.runs)} runs: {_over_runs(evaluation)}")
    return "\n".join([*lines, NOTICE])


def _landmark(key: str, row: LandmarkSummary, unit: str) -> str:
    found = row.mm if unit == "mm" else row.px
    if found is None:
        return f"{key:10}{row.n:5}{row.missed:8}"
    rates = "".join(f"{percent(found.sdr[r]):>8}" for r in "234")
    return f"{key:10}{row.n:5}{row.missed:8}{number(found.mean):>9}{number(found.median):>8}{rates}"


def _over_runs(evaluation: Evaluation) -> str:
    found = evaluation.headline()
    parts = []
    for name, (label, unit, factor, digits) in _LABELS.items():
        if name in found:
            sd = found[name].sd
            scaled = None if sd is None else sd * factor
            parts.append(f"{label} {spread(found[name].mean * factor, scaled, digits)}{unit}")
    return ", ".join(parts)
