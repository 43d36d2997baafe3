"""Our own tables: everything that was evaluated, with intervals."""

from __future__ import annotations

from html import escape

from ...evaluation import (
    AbsenceTest,
    Evaluation,
    LandmarkSummary,
    MeasurementAgreement,
    Outcome,
    Rate,
    RunEvaluation,
    Screening,
)
from .html import (
    DASH,
    bullets,
    interval,
    number,
    paragraph,
    percent,
    probability,
    spread,
    table,
    with_interval,
)

_HEADLINES = {
    "mre_mm": ("MRE (mm)", 2, 1.0),
    "mre_px": ("MRE (px)", 2, 1.0),
    "sdr_2mm": ("SDR@2 mm (%)", 1, 100.0),
    "sdr_3mm": ("SDR@3 mm (%)", 1, 100.0),
    "sdr_4mm": ("SDR@4 mm (%)", 1, 100.0),
    "nme": ("NME", 4, 1.0),
    "alpha_mae_deg": ("Alpha MAE (°)", 2, 1.0),
    "lce_mae_deg": ("LCE MAE (°)", 2, 1.0),
    "cam_accuracy": ("Cam accuracy, paper 1 (%)", 1, 100.0),
}
_FEW = 5
_MOST_NAMED = 12
_LINES = {
    "teardrop": "through the teardrops",
    "ischium": "through the ischia",
    "triradiate": "through the triradiate cartilages",
    "fhc": "through the femoral head centres",
    "image": "of the image",
}
_UNITS = {"deg": "°", "ratio": ""}


def tiles(evaluation: Evaluation) -> str:
    """The figures that one looks at first."""
    run = evaluation.first
    mm, px = run.overall.mm, run.overall.px
    shown = [
        (str(len(run.cases)), f"images of {len(run.patients)} patients"),
        (str(run.overall.n), f"landmarks, {run.overall.missed} missed"),
    ]
    if mm is not None:
        shown.append((f"{number(mm.mean)} mm", f"MRE {interval(mm.mean_ci95)}"))
        shown.append((f"{percent(mm.sdr['2'])} %", "within 2 mm"))
    elif px is not None:
        shown.append((f"{number(px.mean)} px", f"MRE {interval(px.mean_ci95)}; no pixel size"))
    for id_ in ("alpha", "lce"):
        row = run.measurements.get(id_)
        if row is not None and row.mae is not None:
            shown.append((f"{number(row.mae, 1)}°", f"{row.name}, MAE {interval(row.mae_ci95, 1)}"))
    cells = (
        f'<div class="tile"><b>{escape(b)}</b><span>{escape(s)}</span></div>' for b, s in shown
    )
    return f'<div class="tiles">{"".join(cells)}</div>'


def runs_table(evaluation: Evaluation) -> str:
    """Every run and the spread over them; "" for a single run."""
    if len(evaluation.runs) < 2:
        return ""
    spreads = evaluation.headline()
    names = [name for name in _HEADLINES if name in spreads]
    rows = []
    for run in evaluation.runs:
        own = Evaluation((run,)).headline()
        cells = [number(own[n].mean * _HEADLINES[n][2], _HEADLINES[n][1]) for n in names]
        rows.append([escape(run.name), *cells])
    rows.append(
        [
            f"mean ± SD of {len(evaluation.runs)} runs",
            *(escape(_scaled(spreads[n].mean, spreads[n].sd, *_HEADLINES[n][1:])) for n in names),
        ]
    )
    head = ["Run", *(_HEADLINES[name][0] for name in names)]
    told = f"Details and plots below are of the first run given, {evaluation.first.name}."
    return table(head, rows, own_rows=[len(rows) - 1]) + paragraph(told, "soft")


def _scaled(mean: float, sd: float | None, digits: int, factor: float) -> str:
    return spread(mean * factor, None if sd is None else sd * factor, digits)


def localisation_tables(run: RunEvaluation) -> str:
    """Per landmark, in mm and in pixels, and what the model states of its own doubt."""
    rows = {**run.landmarks, "all": run.overall}
    return "".join(_radial_table(rows, unit) for unit in ("mm", "px")) + _doubt_table(rows)


def _radial_table(rows: dict[str, LandmarkSummary], unit: str) -> str:
    cells = []
    for key, row in rows.items():
        found = row.mm if unit == "mm" else row.px
        if found is None:
            continue
        cells.append(
            [
                escape(key),
                str(row.n),
                str(row.missed),
                with_interval(number(found.mean), interval(found.mean_ci95)),
                number(found.median),
                number(found.sd),
                number(found.largest),
                *(percent(rate) for rate in found.sdr.values()),
            ]
        )
    if not cells:
        return ""
    radii = next(f.sdr for r in rows.values() if (f := r.mm if unit == "mm" else r.px))
    head = ["Landmark", "n", "missed", "MRE", "median", "SD", "largest"]
    head += [f"SDR@{r} {unit}" for r in radii]
    title = f"Radial error in {unit}; SDR in %; interval of the mean resampled by patient"
    return table(head, cells, title, own_rows=[len(cells) - 1])


def _doubt_table(rows: dict[str, LandmarkSummary]) -> str:
    cells = [
        [
            escape(key),
            number(row.nme, 4),
            number(row.ere_mm),
            number(row.ere_mre_mm),
            percent(row.covered95),
        ]
        for key, row in rows.items()
    ]
    head = ["Landmark", "NME", "ERE (mm)", "MRE of the same (mm)", "in own 95 % ellipse (%)"]
    return table(head, cells, "Normalised error, and stated against real error")


def measurement_table(run: RunEvaluation) -> str:
    """Agreement of every measurement."""
    if not run.measurements:
        return paragraph("The reference landmarks allow no measurement.", "soft")
    rows = [_measurement_row(row) for row in run.measurements.values()]
    head = ["Measurement", "n", "no value", "MAE", "median", "MAE of a constant", "ICC(2,1)"]
    head += ["bias", "limits of agreement", "proportional bias", "in own 95 % (%)"]
    lines = [
        f"{row.name}: horizontal of the reference {_lines(row)}."
        for row in run.measurements.values()
        if set(row.lines) != {"none"}
    ]
    other = [
        f"{row.name}: in {row.n_other_line} of {row.n} hips the prediction was measured against "
        "another horizontal than the reference."
        for row in run.measurements.values()
        if row.n_other_line
    ]
    return table(head, rows) + bullets([*lines, *other], "soft")


def _lines(row: MeasurementAgreement) -> str:
    found = (f"{_LINES.get(line, line)} in {count} hips" for line, count in row.lines.items())
    return ", ".join(found)


def _measurement_row(row: MeasurementAgreement) -> list[str]:
    unit = _UNITS.get(row.unit, f" {row.unit}")
    digits = 3 if row.unit == "ratio" else 1
    cells = [
        escape(row.name),
        str(row.n),
        str(row.n_without_value),
        with_interval(
            number(row.mae, digits) + (unit if row.mae is not None else ""),
            interval(row.mae_ci95, digits),
        ),
        number(row.median, digits),
        number(row.mae_constant, digits),
    ]
    found = row.bland_altman
    if row.icc is None or found is None:
        return [*cells, *[DASH] * 5]
    slope = found.proportional
    return [
        *cells,
        with_interval(number(row.icc.value), interval(row.icc.ci95)),
        with_interval(number(found.bias, digits), interval(found.bias_ci95, digits)),
        with_interval(
            f"{number(found.limits[0], digits)} to {number(found.limits[1], digits)}",
            interval(found.lower_ci95, digits),
            interval(found.upper_ci95, digits),
        ),
        with_interval(number(slope.slope), interval(slope.ci95), f"p {probability(slope.p)}"),
        percent(row.covered95),
    ]


def screening_table(run: RunEvaluation) -> str:
    """Confusion matrices and rates with exact intervals."""
    rows = []
    for one in run.screenings:
        c = one.confusion
        cells = [c.accuracy, c.sensitivity, c.specificity, c.ppv, c.npv]
        rows.append(
            [
                with_interval(f"{one.rule.name}", one.rule.source),
                *(str(count) for count in (c.tp, c.fp, c.tn, c.fn, one.n_without_value)),
                *(_rate(rate) for rate in cells),
            ]
        )
    if not rows:
        return ""
    head = ["Rule", "TP", "FP", "TN", "FN", "no value", "accuracy (%)", "sensitivity (%)"]
    head += ["specificity (%)", "PPV (%)", "NPV (%)"]
    rare = [
        f"{one.rule.name}: {_positives(one)} of {one.confusion.accuracy.trials}"
        for one in run.screenings
        if _positives(one) < _FEW
    ]
    told = f"Few positive hips in the reference ({'; '.join(rare)}): sensitivity and PPV say " + (
        "little, and a model that always says no looks good."
    )
    return (
        table(head, rows, "Exact 95 % intervals, for independent hips")
        + paragraph(told if rare else "", "soft")
        + paragraph("A rule on a number is no diagnosis.", "soft")
    )


def _positives(one: Screening) -> int:
    return one.confusion.tp + one.confusion.fn


def _rate(rate: Rate) -> str:
    return with_interval(percent(rate.value, 2), interval(rate.ci95, 1, 100.0))


def presence_table(run: RunEvaluation) -> str:
    """How well presence is told."""
    found = run.presence
    shown: list[tuple[str, str]] = [
        ("there / absent in the reference", f"{found.there} / {found.absent}"),
        ("found / missed", f"{found.found} / {found.missed}"),
        ("rightly absent / invented", f"{found.rightly_absent} / {found.invented}"),
        ("precision (%)", percent(found.precision)),
        ("recall (%)", percent(found.recall)),
        ("F1", number(found.f1, 3)),
        *(_absence_row(test) for test in found.absence),
    ]
    note = "" if found.absent else "No landmark is absent here: precision says nothing."
    wrong = [
        f"{outcome.value}: {', '.join(_names(run, outcome))}."
        for outcome in (Outcome.MISSED, Outcome.INVENTED)
        if any(pair.outcome is outcome for pair in run.pairs)
    ]
    return table(["Presence", ""], [list(row) for row in shown]) + (
        paragraph(note, "soft") + bullets(wrong, "soft")
    )


def _absence_row(test: AbsenceTest) -> tuple[str, str]:
    left_out = f", {test.not_assessed} not assessable" if test.not_assessed else ""
    of = f"{test.there} there, {test.absent} absent{left_out}"
    return f"AUROC for absence by {test.sign.value}", with_interval(number(test.auroc, 3), of)


def _names(run: RunEvaluation, outcome: Outcome) -> list[str]:
    """The landmarks that came out so, the first ones by name."""
    names = [f"{p.case} {p.side.word} {p.key}" for p in run.pairs if p.outcome is outcome]
    rest = len(names) - _MOST_NAMED
    return names if rest <= 0 else [*names[:_MOST_NAMED], f"{rest} more"]


def slices_table(run: RunEvaluation) -> str:
    """How far automatic slices lay from the reader's; "" where the reader's were read."""
    found = run.slice_differences
    if not found:
        return ""
    rows = [[f"{difference:+d}", str(count)] for difference, count in found.items()]
    return table(["slices from the reader's", "hips"], rows, "Automatic choice of the slice")
