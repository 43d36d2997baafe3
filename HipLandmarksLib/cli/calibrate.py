"""``hiplandmarks calibrate``: make the doubt of a model honest, on cases with known truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .doubt_options import add_covering_options, add_level_option, add_patient_options
from .options import add_device_option, add_tta_option
from .progress import progress_bar

if TYPE_CHECKING:
    from ..evaluation.calibration_data import DataOptions, DoubtData
    from ..evaluation.calibration_fit import FittedCalibration

NAME = "calibrate"
SUMMARY = "calibrate what a model says of its own doubt, and write it into the model"
DESCRIPTION = (
    "Compare what a model says of its own doubt with its errors on cases of known truth, and\n"
    "write the result into the model: probability of presence and below which value a landmark\n"
    "is called absent, size of the ellipses, expected error and its grades (green, amber, red),\n"
    "and regions and intervals that hold the truth as often as they say, for patients like these.\n"
    "DATA is a folder of images with landmarks (as 'train' takes it), or of bone views\n"
    "('simulate --format views'), of which films are made for a film model. Patients whom the\n"
    "model was trained on are refused. Keep some for 'evaluate', which tests the calibration."
)
_CROSS_CHECKED = (
    "These are the calibration cases themselves, each with the calibration of other patients; the "
    "test is 'evaluate' on patients that were kept."
)
EXAMPLES = """examples:
  hiplandmarks calibrate my-model calibration-hips
  hiplandmarks calibrate my-model my-hips --leave-out p07 p11 --level 0.95
  hiplandmarks calibrate runs/all/bundle my-hips --read-by runs/fold-*/bundle
  hiplandmarks calibrate film-model views --only z056 --films 240 --out calibrated-model
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the model")
    parser.add_argument(
        "data", type=Path, metavar="DATA", help="images with landmarks, or views of 'simulate'"
    )
    add_level_option(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write a calibrated copy of the model here (default: into BUNDLE itself)",
    )
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="also write the calibration report into DIR"
    )
    _add_split_options(parser.add_argument_group("whom to calibrate on"))
    _add_reading_options(parser.add_argument_group("how the cases are read"))


def _add_split_options(group: argparse._ArgumentGroup) -> None:
    add_patient_options(group)
    group.add_argument(
        "--read-by",
        type=Path,
        nargs="+",
        default=[],
        metavar="FOLD",
        help="models of the folds of a cross-validation of the same recipe: each patient is read "
        "by one that was not trained on them",
    )
    group.add_argument(
        "--allow-seen",
        action="store_true",
        help="calibrate although the model was trained on some of these patients: its doubt then "
        "comes out too small",
    )


def _add_reading_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--slices",
        choices=("reference", "auto"),
        default="reference",
        help="read the slice that the reader chose (default), or let the model choose",
    )
    add_covering_options(group, covered=3)
    group.add_argument(
        "--seed",
        type=int,
        default=17,
        help="of films and covered copies: the same seed gives the same calibration (default: 17)",
    )
    add_device_option(group)
    add_tta_option(group)


def run(arguments: argparse.Namespace) -> None:
    """Read the cases, fit, write, print what the calibration says.

    Raises:
        HipLandmarksError: when model and data do not allow a calibration.
    """
    from ..evaluation.calibration_data import read_cases
    from ..evaluation.calibration_fit import fit_on_cases
    from ..evaluation.calibration_write import check_target, provenance_of, write_calibration
    from ..report import check_folder
    from ..report.evaluation import format_calibration

    check_target(arguments.bundle, arguments.out)
    for folder in (arguments.out or arguments.bundle, arguments.report):
        if folder is not None:
            check_folder(folder)
    with progress_bar() as report:
        data = read_cases(
            arguments.bundle,
            arguments.data,
            _data_options(arguments),
            arguments.read_by,
            report=report,
        )
    for warning in data.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    fitted = fit_on_cases(data.cases, provenance_of(data), data.unit, arguments.level)
    print(format_calibration(fitted, data))
    if arguments.report is not None:
        _write_report(arguments, data, fitted)
    written = write_calibration(arguments.bundle, fitted.calibration, arguments.out)
    print(f"Calibrated model: {written}")


def _data_options(arguments: argparse.Namespace) -> DataOptions:
    from ..evaluation.calibration_data import DataOptions
    from ..evaluation.doubt_films import FilmDraw
    from ..evaluation.doubt_images import ImageDraw

    automatic, views = arguments.slices == "auto", arguments.tta
    films = FilmDraw(
        arguments.films, arguments.objects, arguments.seed, views=views, part=arguments.part
    )
    return DataOptions(
        only=tuple(arguments.only),
        leave_out=tuple(arguments.leave_out),
        images=ImageDraw(arguments.covered, automatic, views, arguments.seed),
        films=films,
        allow_seen=arguments.allow_seen,
        device=arguments.device,
    )


def _write_report(
    arguments: argparse.Namespace, data: DoubtData, fitted: FittedCalibration
) -> None:
    from ..detection import load_card
    from ..evaluation import Evaluation, EvaluationOptions
    from ..evaluation.doubt_run import evaluate_with_doubt
    from ..report.evaluation import write_evaluation

    card = load_card(arguments.bundle)
    options = EvaluationOptions(seed=arguments.seed, level=arguments.level)
    name = f"{card.id} {card.version}, cross-checked by patient"
    found = evaluate_with_doubt(
        fitted.crossed,
        name,
        fitted.calibration,
        options,
        warnings=(_CROSS_CHECKED, *data.warnings),
        left_out=True,
    )
    page, _ = write_evaluation(arguments.report, Evaluation((found,), options, data.source))
    print(f"Report: {page}")
