"""A run with its calibration report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..uncertainty import Calibration
from .doubt import doubt_report
from .evaluation import EvaluationOptions, RunEvaluation, evaluate_run
from .from_model import without_unknown
from .suppression import DoubtCase


def evaluate_with_doubt(
    cases: Sequence[DoubtCase],
    name: str,
    calibration: Calibration | None,
    options: EvaluationOptions | None = None,
    about: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
    left_out: bool = False,
    by_patient: Mapping[str, Calibration] | None = None,
) -> RunEvaluation:
    """Evaluate a run and its doubt.

    Copies with covered landmarks count for the doubt alone: errors are those of images as they
    are.

    Args:
        cases: as a model reads them.
        name: of the run.
        calibration: of the model; None when it is not calibrated.
        options, about, warnings: see :func:`evaluate_run`.
        left_out, by_patient: see :func:`doubt_report`.

    Raises:
        AgreementError: when there is no case as it is, or no reference landmark.
    """
    options = options or EvaluationOptions()
    kept, notes = without_unknown([each.case for each in cases])
    known = [replace(one, case=case) for one, case in zip(cases, kept, strict=True)]
    plain = [one.case for one in known if not one.is_covered]
    found = evaluate_run(plain, name, options, about, [*warnings, *notes])
    doubt = doubt_report(
        known, calibration, options.level, options.norm, options.seed, left_out, by_patient
    )
    return replace(found, doubt=doubt)
