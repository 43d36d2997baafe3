"""Plots of a calibration report: stated against observed."""

from __future__ import annotations

from collections.abc import Sequence

from ...evaluation.doubt import DoubtReport
from ...evaluation.doubt_ranking import ALL
from ...evaluation.doubt_reliability import Reliability
from .chart import Chart
from .html import interval, number, percent
from .plots import figure

_NAMES = {"alpha": "alpha angle", "lce": "lateral centre-edge angle"}


def doubt_plots(found: DoubtReport) -> dict[str, str]:
    """Every plot that has data as a figure with caption, by file name."""
    plots = {
        "coverage": coverage_plot(found),
        "presence-reliability": probability_plot(
            found.presence, "Presence", "stated probability of presence (%)", "are there (%)"
        ),
        "error-reliability": error_plot(found.error),
        **{
            f"threshold-reliability-{id_}": probability_plot(
                one,
                f"Probability to lie above the limit: {_NAMES.get(id_, id_)}",
                "stated probability (%)",
                "lie above it in the reference (%)",
            )
            for id_, one in found.thresholds.items()
        },
        "risk-coverage": risk_plot(found),
    }
    return {name: svg for name, svg in plots.items() if svg}


def coverage_plot(found: DoubtReport) -> str:
    """Observed over nominal coverage of the stated ellipses; "" without covariances."""
    if not found.curve:
        return ""
    chart = _percent_chart("Regions", "stated coverage (%)", "hold the true place (%)")
    points = [(100.0 * nominal, 100.0 * observed) for nominal, observed in found.curve]
    _stated_against_observed(chart, points, [f"n = {found.regions[ALL].n}"] * len(points))
    return figure(
        chart.svg(),
        "Ellipses of the stated covariance. On the dotted line regions hold the true place as "
        "often as they say; below it they are too small.",
    )


def probability_plot(found: Reliability | None, title: str, x_title: str, y_title: str) -> str:
    """Observed share over stated probability; "" without statements."""
    if found is None:
        return ""
    chart = _percent_chart(title, x_title, y_title)
    points = [(100.0 * p.stated, 100.0 * p.observed) for p in found.points]
    _stated_against_observed(chart, points, [f"n = {p.n}" for p in found.points])
    brier = "" if found.brier is None else f", Brier score {number(found.brier, 3)}"
    return figure(
        chart.svg(),
        f"n = {found.n}; mean difference {percent(found.difference)} percentage points (expected "
        f"calibration error){brier}. Each dot is a group of similar statements.",
    )


def error_plot(found: Reliability | None) -> str:
    """Mean error over expected error in groups of equal size; "" without covariances."""
    if found is None:
        return ""
    most = 1.1 * max(max(p.stated, p.observed) for p in found.points)
    chart = Chart("Expected error", "expected (mm)", "mean error (mm)", (0.0, most), (0.0, most))
    chart.line([(0.0, 0.0), (most, most)], "zero")
    points = [(p.stated, p.observed) for p in found.points]
    chart.line(points, "s0")
    for p in found.points:
        hint = f"{number(p.stated)} mm expected, {number(p.observed)} mm found, n = {p.n}"
        chart.dot(p.stated, p.observed, "k0", hint)
    return figure(
        chart.svg(),
        f"n = {found.n} landmarks in groups of equal size; mean difference "
        f"{number(found.difference)} mm. Above the dotted line the model errs more than it says.",
    )


def risk_plot(found: DoubtReport) -> str:
    """Mean error of the landmarks kept over their share; "" when no doubt is stated."""
    risk = found.risk
    if risk is None:
        return ""
    worst = 1.15 * max(*risk.risk_mm, risk.random_area_mm) or 1.0
    chart = Chart(
        "Risk-coverage",
        "landmarks kept (%)",
        "mean error of those kept (mm)",
        (0.0, 100.0),
        (0.0, worst),
    )
    chart.level(risk.random_area_mm, "zero")
    points = [(100.0 * c, r) for c, r in zip(risk.coverage, risk.risk_mm, strict=True)]
    chart.line(points, "s0", "kept by " + risk.by)
    large = found.large_error
    words = (
        f"Area {number(risk.area_mm)} mm; a perfect order would give {number(risk.best_area_mm)}, "
        f"none (dotted line) {number(risk.random_area_mm)}."
    )
    if large is not None and large.value is not None:
        words += (
            f" AUROC of the expected error for errors above 4 mm: {number(large.value)} "
            f"{interval(large.ci95)}"
        ).rstrip() + f" ({large.positive} of {large.n})."
    return figure(chart.svg(), words)


def _percent_chart(title: str, x_title: str, y_title: str) -> Chart:
    chart = Chart(title, x_title, y_title, (0.0, 100.0), (0.0, 100.0))
    chart.line([(0.0, 0.0), (100.0, 100.0)], "zero")
    return chart


def _stated_against_observed(
    chart: Chart, points: Sequence[tuple[float, float]], hints: Sequence[str]
) -> None:
    chart.line(points, "s0")
    for (x, y), hint in zip(points, hints, strict=True):
        chart.dot(x, y, "k0", f"{number(x, 1)} % stated, {number(y, 1)} % observed, {hint}")
