"""The tables of both papers in their own shape, with our figures beside the published ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from ...evaluation import (
    Evaluation,
    LandmarkSummary,
    RunEvaluation,
    Screening,
    Spread,
    spread_of,
    summarise_landmarks,
)
from ...evaluation.finished import averaging_of, network_words
from ...evaluation.published import published
from .html import DASH, bullets, number, paragraph, percent, spread, table

PAPER1_KEYS = ("FHC", "NA", "LAE", "LCP")
_VIEWS = ("X-ray", "MRI")
_ANGLES = (("lce", "LCE angle"), ("alpha", "Alpha angle"))
_ROWS = (("mae", "MAE (°)"), ("median", "Median (°)"), ("icc", "ICC(2,1)"))


def paper1_tables(evaluation: Evaluation) -> str:
    """Tables 1 to 3 of paper 1; "" when none of its landmarks was evaluated."""
    if not set(PAPER1_KEYS) & set(evaluation.first.landmarks):
        return ""
    paper = published(1)
    return "".join(
        [
            paragraph(f"{paper['title']} ({paper['reference']}). {paper['data']}", "soft"),
            _table1(evaluation, paper),
            _table2(evaluation, paper),
            _table3(evaluation, paper),
            bullets(paper["caveats"], "soft"),
        ]
    )


def paper2_tables(evaluation: Evaluation) -> str:
    """Tables 3 to 5 of paper 2."""
    paper = published(2)
    tables = "".join(_paper2_table(evaluation, one, paper["columns"]) for one in paper["tables"])
    head = paragraph(f"{paper['title']} ({paper['reference']}). {paper['data']}", "soft")
    return head + tables + bullets(paper["caveats"], "soft")


def _of(found: Spread | None, digits: int = 2, factor: float = 1.0) -> str:
    if found is None:
        return DASH
    sd = None if found.sd is None else factor * found.sd
    return escape(spread(factor * found.mean, sd, digits))


def _printed(pair: Sequence[float | None] | None, digits: int = 2) -> str:
    return DASH if pair is None else escape(spread(pair[0], pair[1], digits))


def _four(run: RunEvaluation) -> LandmarkSummary:
    """All metrics over the paper's landmarks alone."""
    return summarise_landmarks([p for p in run.pairs if p.key in PAPER1_KEYS])


def _mm(run: RunEvaluation, key: str, name: str) -> float | None:
    row = run.landmarks.get(key)
    return None if row is None or row.mm is None else float(getattr(row.mm, name))


def _overall(run: RunEvaluation, name: str) -> float | None:
    """Mean over the landmarks, as the paper's row "Overall"."""
    found = spread_of([_mm(run, key, name) for key in PAPER1_KEYS])
    return None if found is None else found.mean


def _table1(evaluation: Evaluation, paper: Any) -> str:
    rows = []
    for key, printed in paper["landmarks"]["rows"].items():
        cells = [escape(key)]
        for name in ("mean", "median"):
            cells += [_printed(printed[name][view]) for view in _VIEWS]
            cells.append(_of(evaluation.spread(_table1_value(key, name))))
        rows.append(cells)
    rates = paper["landmarks"]["sdr_percent"]
    theirs = [" / ".join(number(rates[view][r], 1) for r in "234") for view in _VIEWS]
    ours = " / ".join(_of(evaluation.spread(_sdr_of_four(r)), 1, 100.0) for r in "234")
    rows.append(["SDR@2/3/4 mm (%)", *theirs, ours, "", "", ""])
    head = [
        "Landmark",
        *(f"{what} {v}" for what in ("Mean RE", "Median RE") for v in (*_VIEWS, "here")),
    ]
    title = "Paper 1, table 1: localisation, radial error in mm (mean ± SD over runs)"
    return table(head, rows, title, own_columns=(3, 6))


def _table1_value(key: str, name: str) -> Callable[[RunEvaluation], float | None]:
    if key == "Overall":
        return lambda run: _overall(run, name)
    return lambda run: _mm(run, key, name)


def _sdr_of_four(radius: str) -> Callable[[RunEvaluation], float | None]:
    def rate(run: RunEvaluation) -> float | None:
        found = _four(run).mm
        return None if found is None else found.sdr[radius]

    return rate


def _table2(evaluation: Evaluation, paper: Any) -> str:
    rows: list[list[str]] = []
    for id_, title in _ANGLES:
        rows.append([escape(f"{title} agreement")])
        for name, label in _ROWS:
            printed = paper["angles"][id_][name]
            ours = _of(evaluation.spread(_angle_value(id_, name)))
            rows.append([label, *(_printed(printed[view]) for view in _VIEWS), ours])
    cam = paper["cam"]
    rows.append([escape("Cam screening (alpha above 65°)")])
    rows += _screening_rows([cam[view] for view in _VIEWS], _screening(evaluation, cam["rule"]))
    head = ["Metric", *_VIEWS, "here"]
    return table(head, rows, "Paper 1, table 2: agreement and screening", own_columns=(3,))


def _angle_value(id_: str, name: str) -> Callable[[RunEvaluation], float | None]:
    def value(run: RunEvaluation) -> float | None:
        row = run.measurements.get(id_)
        if row is None:
            return None
        if name == "icc":
            return None if row.icc is None else row.icc.value
        return row.mae if name == "mae" else row.median

    return value


def _screening(evaluation: Evaluation, rule: str) -> Screening | None:
    return next((s for s in evaluation.first.screenings if s.rule.id == rule), None)


def _screening_rows(printed: Sequence[dict[str, int]], own: Screening | None) -> list[list[str]]:
    from ...evaluation import Confusion

    found = [Confusion(**counts) for counts in printed]
    everyone = [*found, own.confusion if own is not None else None]

    def row(label: str, *names: str) -> list[str]:
        cells = [
            DASH
            if one is None
            else " / ".join(percent(getattr(one, name).value, 2) for name in names)
            for one in everyone
        ]
        return [label, *cells]

    counts = [DASH if c is None else f"{c.tp} / {c.fp} / {c.tn} / {c.fn}" for c in everyone]
    return [
        row("Accuracy (%)", "accuracy"),
        row("Sensitivity / specificity (%)", "sensitivity", "specificity"),
        row("PPV / NPV (%)", "ppv", "npv"),
        ["TP / FP / TN / FN", *counts],
    ]


def _table3(evaluation: Evaluation, paper: Any) -> str:
    rows: list[list[str]] = [["Published, MRI"]]
    for one in paper["architectures"]:
        mre, cam = one.get("mre_mm"), one.get("cam_accuracy_percent")
        rows.append(
            [
                escape(one["model"]),
                DASH,
                _printed(mre) if mre else _between(one["mre_range_mm"], 2),
                DASH,
                _printed(cam) if cam else _between(one["cam_accuracy_range_percent"], 1),
            ]
        )
    rows.append(["Here"])
    first = len(rows)
    for run in evaluation.runs:
        four, cam = _four(run).mm, _screening(Evaluation((run,)), "cam_65")
        rows.append(
            [
                escape(f"{run.name}{architecture(run.about)}"),
                escape(averaging_of(run.about) or DASH),
                DASH if four is None else number(four.mean),
                DASH if four is None else percent(four.sdr["2"]),
                DASH if cam is None else percent(cam.confusion.accuracy.value),
            ]
        )
    head = ["Model", "TTA", "MRE (mm)", "SDR@2 mm (%)", "Cam accuracy (%)"]
    title = "Paper 1, table 3: architectures and test-time augmentation"
    return table(head, rows, title, own_rows=range(first, len(rows)))


def architecture(about: Any) -> str:
    """`` (UnetPlusPlus, resnet18)``; "" when the run does not say."""
    words = network_words(about.get("network") or {})
    return f" ({words})" if words else ""


def _between(pair: Sequence[float], digits: int) -> str:
    return f"{number(pair[0], digits)} to {number(pair[1], digits)}"


def _paper2_table(evaluation: Evaluation, one: Any, columns: Sequence[str]) -> str:
    rows = [[escape(row[0]), *(number(value, 3) for value in row[1:])] for row in one["rows"]]
    first = len(rows)
    for run in evaluation.runs:
        summary = run.summary_of(one["subset"])
        if summary is not None:
            rows.append([escape(f"{run.name}{architecture(run.about)}"), *_paper2_cells(summary)])
    note = ""
    if len(rows) == first:
        note = paragraph(f"No {one['subset']} images here.", "soft")
    title = f"Paper 2, table {one['number']}: {one['title']}"
    return table(["Model", *columns], rows, title, own_rows=range(first, len(rows))) + note


def _paper2_cells(summary: LandmarkSummary) -> list[str]:
    mm, px, found = summary.mm, summary.px, summary.coordinates
    size = [f"{number(mm.mean)} mm" if mm else "", f"{number(px.mean)} px" if px else ""]
    rate = (
        f"{number(mm.sdr['2'], 3)} (2 mm)"
        if mm
        else (f"{number(px.sdr['2'], 3)} (2 px)" if px else DASH)
    )
    return [
        number(summary.nme, 3),
        "; ".join(filter(None, size)) or DASH,
        rate,
        number(found.mean_pcc if found else None, 4),
        number(found.mean_icc if found else None, 4),
        number(found.mean_t_test_p if found else None, 3),
    ]
