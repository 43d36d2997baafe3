"""The HTML page of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ... import __version__
from ...evaluation import Evaluation, RunEvaluation
from ...evaluation.published import metric_definitions
from ...uncertainty import NOT_CALIBRATED
from .doubt_plots import doubt_plots
from .doubt_tables import doubt_tables
from .history import LearningCurve
from .html import bullets, page, paragraph, section
from .paper_tables import architecture, paper1_tables, paper2_tables
from .pictures import worst_pictures
from .plots import bland_altman_plot, ced_plot, learning_plots, risk_coverage_plot
from .tables import (
    localisation_tables,
    measurement_table,
    presence_table,
    runs_table,
    screening_table,
    slices_table,
    tiles,
)

NOTICE = (
    "Research software, not a medical device. No number of this report may guide the treatment of "
    "a patient."
)
_PLOTTED_FIRST = ("alpha", "lce")
_MOST_PLOTS = 8
_PICTURE_WORDS = (
    "The hips with the largest error of a landmark. Green ring: reference, orange cross: "
    "prediction; the patient's right is on the left; each picture is 100 mm wide."
)


def evaluation_html(evaluation: Evaluation, histories: Sequence[LearningCurve] = ()) -> str:
    """The whole report as one page that loads nothing."""
    run = evaluation.first
    warnings = dict.fromkeys(w for each in evaluation.runs for w in each.warnings)
    names = ", ".join(each.name for each in evaluation.runs)
    body = [
        f"<header><h1>Evaluation of {escape(names)}</h1>",
        paragraph(_about(evaluation), "soft"),
        paragraph(NOTICE, "notice"),
        "</header>",
        bullets(warnings, "warn"),
        tiles(evaluation),
        section("Runs", runs_table(evaluation)),
        section("Landmarks", localisation_tables(run), _plots(ced_plot(run)), slices_table(run)),
        section("Measurements", measurement_table(run), _plots(_bland_altman(run))),
        section("Screening", screening_table(run)),
        section("Presence and trust", presence_table(run), _plots(_trust_plot(run))),
        _doubt(run),
        section("Worst cases", _worst(run)),
        section("Learning curves", _plots(learning_plots(histories))),
        _beside("Beside paper 1", paper1_tables(evaluation), warnings),
        _beside("Beside paper 2", paper2_tables(evaluation), warnings),
        section("What the words mean", _definitions()),
    ]
    return page(f"Evaluation of {names}", "\n".join(part for part in body if part))


def _about(evaluation: Evaluation) -> str:
    run = evaluation.first
    network = architecture(run.about).strip(" ()")
    parts = [
        evaluation.source,
        f"{len(run.cases)} images of {len(run.patients)} patients",
        f"network {network}" if network else "",
        f"NME by the distance of the {evaluation.options.norm.value}",
        f"HipLandmarks {__version__}",
    ]
    text = "; ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}."


def _plots(figures: str) -> str:
    return f'<div class="plots">{figures}</div>' if figures else ""


def _bland_altman(run: RunEvaluation) -> str:
    ids = [id_ for id_ in _PLOTTED_FIRST if id_ in run.measurements]
    ids += [id_ for id_ in run.measurements if id_ not in ids]
    plots = (bland_altman_plot(run.measurements[id_], run.measured) for id_ in ids)
    return "".join([plot for plot in plots if plot][:_MOST_PLOTS])


def _trust_plot(run: RunEvaluation) -> str:
    """The section on doubt has it, where there is one."""
    return risk_coverage_plot(run) if run.doubt is None else ""


def _doubt(run: RunEvaluation) -> str:
    """Whether the stated doubt is honest."""
    if run.doubt is None:
        return ""
    told = "" if run.doubt.calibrated else NOT_CALIBRATED
    names = {id_: f"{row.name} ({row.unit})" for id_, row in run.measurements.items()}
    plots = _plots("".join(doubt_plots(run.doubt).values()))
    return section(
        "Calibration of the doubt", paragraph(told), doubt_tables(run.doubt, names), plots
    )


def _beside(title: str, tables: str, warnings: Iterable[str]) -> str:
    """Published figures beside ours; what must be known of ours is said again."""
    return section(title, bullets(warnings, "warn"), tables) if tables else ""


def _worst(run: RunEvaluation) -> str:
    figures = worst_pictures(run)
    if not figures:
        return ""
    return paragraph(_PICTURE_WORDS, "soft") + f'<div class="plots pictures">{figures}</div>'


def _definitions() -> str:
    entries = (
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in metric_definitions()
    )
    return f"<dl>{''.join(entries)}</dl>"
