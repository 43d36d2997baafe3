"""The plots of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ...anatomy import Side
from ...evaluation import LandmarkPair, MeasuredPair, MeasurementAgreement, RunEvaluation
from .chart import SERIES, Chart
from .history import LearningCurve
from .html import interval, number, probability

_LEAST_HALF_HEIGHT = 2.0
_LOG_FROM = 10.0
"""Figures that fall by more than this factor are drawn on a logarithmic axis."""
_TITLES = {"held_out_mre_mm": "held-out MRE (mm)", "lr": "learning rate"}


def figure(svg: str, caption: str) -> str:
    """A picture with its caption (plain text)."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def bland_altman_plot(agreement: MeasurementAgreement, pairs: Sequence[MeasuredPair]) -> str:
    """Differences over means with bias, limits, their intervals and the trend; "" without."""
    found = agreement.bland_altman
    if found is None:
        return ""
    unit = "°" if agreement.unit == "deg" else f" {agreement.unit}"
    points = [
        (((p.reference or 0.0) + (p.predicted or 0.0)) / 2, p.error or 0.0, p)
        for p in pairs
        if p.id == agreement.id and p.error is not None
    ]
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    edges = [*ys, found.lower_ci95[0], found.upper_ci95[1], 0.0]
    chart = Chart(
        agreement.name,
        f"mean of predicted and reference ({unit.strip()})",
        f"predicted − reference ({unit.strip()})",
        _range(xs, _LEAST_HALF_HEIGHT),
        _range(edges, _LEAST_HALF_HEIGHT),
    )
    chart.band(found.lower_ci95, "bandloa")
    chart.band(found.upper_ci95, "bandloa")
    chart.band(found.bias_ci95, "band")
    chart.level(0.0, "zero")
    for limit in found.limits:
        chart.level(limit, "loa")
        chart.note(chart.x[1], limit, f"{number(limit, 1)}{unit}")
    chart.level(found.bias, "bias")
    chart.note(chart.x[1], found.bias, f"bias {number(found.bias, 1)}{unit}")
    slope = found.proportional.slope
    if slope is not None:
        middle = float(np.mean(xs))
        ends = [(x, found.bias + slope * (x - middle)) for x in (min(xs), max(xs))]
        chart.line(ends, "trend")
    for x, y, p in points:
        style = "left" if p.side is Side.LEFT else "right"
        chart.dot(
            x,
            y,
            style,
            f"{p.case} {p.side.word}: {number(p.reference, 1)} → {number(p.predicted, 1)}{unit}",
        )
    return figure(chart.svg(), _bland_altman_words(agreement, unit))


def _bland_altman_words(agreement: MeasurementAgreement, unit: str) -> str:
    found = agreement.bland_altman
    assert found is not None
    trend = found.proportional
    slope = trend.reason or (
        f"slope {number(trend.slope)} {interval(trend.ci95)}, p {_equal(trend.p)}"
    )
    return (
        f"n = {found.n} hips. Bias {number(found.bias, 1)}{unit} {interval(found.bias_ci95, 1)}, "
        f"limits of agreement {number(found.limits[0], 1)} to {number(found.limits[1], 1)}{unit}; "
        f"proportional bias: {slope}. Filled: right, hollow: left; dotted: trend; shaded: 95 % "
        "intervals."
    )


def _equal(p: float | None) -> str:
    text = probability(p)
    return text if text.startswith("<") else f"= {text}"


def ced_plot(run: RunEvaluation) -> str:
    """Cumulative error distribution of all landmarks and of each; in mm, else in pixels."""
    unit = "mm" if run.overall.mm is not None else "px"
    errors = {key: _errors([p for p in run.pairs if p.key == key], unit) for key in run.landmarks}
    known = [e for values in errors.values() for e in values if e is not None]
    if not known:
        return ""
    highest = max(5.0, float(np.quantile(known, 0.98)))
    chart = Chart(
        "Cumulative error distribution",
        f"radial error ({unit})",
        "landmarks within this error (%)",
        (0.0, highest),
        (0.0, 100.0),
    )
    for n, (key, values) in enumerate(errors.items()):
        chart.line(_steps(values, highest), f"s{n % SERIES}", key)
    everything = [e for values in errors.values() for e in values]
    chart.line(_steps(everything, highest), "all", "all")
    return figure(chart.svg(), "Missed landmarks keep a curve below 100 %.")


def risk_coverage_plot(run: RunEvaluation) -> str:
    """Mean error of the landmarks kept over their share; "" when no doubt is stated."""
    risk = run.presence.risk
    if risk is None:
        return ""
    worst = max(*risk.risk_mm, risk.random_area_mm)
    chart = Chart(
        "Risk-coverage",
        "landmarks kept (%)",
        "mean radial error of those kept (mm)",
        (0.0, 100.0),
        (0.0, worst * 1.15 or 1.0),
    )
    chart.level(risk.random_area_mm, "zero")
    points = [(100 * c, r) for c, r in zip(risk.coverage, risk.risk_mm, strict=True)]
    chart.line(points, "s0", "kept by " + risk.by)
    large = (
        ""
        if risk.auroc_large is None
        else (f" AUROC of the doubt for errors above 4 mm: {number(risk.auroc_large)}.")
    )
    return figure(
        chart.svg(),
        f"Area {number(risk.area_mm)} mm; a perfect order would give {number(risk.best_area_mm)}, "
        f"none (dotted line) {number(risk.random_area_mm)}.{large}",
    )


def learning_plots(curves: Sequence[LearningCurve]) -> str:
    """One chart per figure that the histories hold, one line per run."""
    names = dict.fromkeys(name for curve in curves for name in curve.figures)
    return "".join(_learning_plot(name, curves) for name in names)


def _learning_plot(name: str, curves: Sequence[LearningCurve]) -> str:
    values = [y for curve in curves for _, y in curve.figures.get(name, ())]
    steps = [x for curve in curves for x, _ in curve.figures.get(name, ())]
    if len(steps) < 2 or max(steps) == min(steps):
        return ""
    log = min(values) > 0 and max(values) > _LOG_FROM * min(values)
    low, high = _range(values, 0.0)
    title = _TITLES.get(name, name.replace("_", " "))
    chart = Chart(
        title,
        "step",
        title,
        (0.0, max(steps)),
        (min(values) * 0.9, max(values) * 1.1) if log else (max(low, 0.0), high),
        log_y=log,
        keys_above=True,
    )
    for n, curve in enumerate(curves):  # a run has the same colour in every chart
        if name in curve.figures:
            chart.line(curve.figures[name], f"s{n % SERIES}", curve.name)
    return figure(chart.svg(), "Logarithmic axis." if log else "")


def _range(values: Sequence[float], least_half: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    half = max((high - low) / 2 * 1.08, least_half, 1e-6)
    middle = (low + high) / 2
    return (middle - half, middle + half)


def _errors(pairs: Sequence[LandmarkPair], unit: str) -> list[float | None]:
    """Errors of the landmarks that are there; None for missed ones."""
    return [p.error_mm if unit == "mm" else p.error_px for p in pairs if p.is_present]


def _steps(values: Sequence[float | None], highest: float) -> list[tuple[float, float]]:
    found = sorted(v for v in values if v is not None)
    points, share = [(0.0, 0.0)], 0.0
    for n, value in enumerate(found, start=1):
        if value > highest:
            break
        points.append((value, share))
        share = 100.0 * n / len(values)
        points.append((value, share))
    return [*points, (highest, share)]
