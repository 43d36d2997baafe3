"""Writes the report and its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ...evaluation import Evaluation
from ...files import write_text_atomic
from .history import LearningCurve
from .page import evaluation_html

HTML = "evaluation.html"
JSON = "evaluation.json"


def write_evaluation(
    folder: Path, evaluation: Evaluation, histories: Sequence[LearningCurve] = ()
) -> tuple[Path, Path]:
    """Write ``evaluation.html`` and ``evaluation.json`` into ``folder``; returns both paths.

    Both are made before either is written: a failure leaves an earlier report as it was.
    """
    html = evaluation_html(evaluation, histories)
    figures = json.dumps(evaluation.to_dict(), indent=1, allow_nan=False) + "\n"
    paths = (folder / HTML, folder / JSON)
    for path, text in zip(paths, (html, figures), strict=True):
        write_text_atomic(path, text)
    return paths
