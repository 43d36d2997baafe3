"""Writes the report and its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ...evaluation import Evaluation
from ...files import write_text_atomic
from .doubt_plots import doubt_plots
from .history import LearningCurve
from .html import standalone_svg
from .page import evaluation_html

HTML = "evaluation.html"
JSON = "evaluation.json"
PLOTS = "plots"


def write_evaluation(
    folder: Path, evaluation: Evaluation, histories: Sequence[LearningCurve] = ()
) -> tuple[Path, Path]:
    """Write ``evaluation.html`` and ``evaluation.json`` into ``folder``; returns both paths.

    Where a model states its doubt, the plots of it also lie in ``plots`` as SVG files.

    Both are made before either is written: a failure leaves an earlier report as it was.
    """
    html = evaluation_html(evaluation, histories)
    figures = json.dumps(evaluation.to_dict(), indent=1, allow_nan=False) + "\n"
    paths = (folder / HTML, folder / JSON)
    for path, text in zip(paths, (html, figures), strict=True):
        write_text_atomic(path, text)
    _write_plots(folder, evaluation)
    return paths


def _write_plots(folder: Path, evaluation: Evaluation) -> None:
    """The plots of the doubt as SVG files, for papers."""
    doubt = evaluation.first.doubt
    for name, figure in doubt_plots(doubt).items() if doubt is not None else ():
        write_text_atomic(folder / PLOTS / f"{name}.svg", standalone_svg(figure))
