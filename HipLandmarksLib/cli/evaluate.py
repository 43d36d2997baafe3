"""``hiplandmarks evaluate``: predicted against reference landmarks, as one report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .doubt_options import add_covering_options, add_level_option, add_patient_options
from .options import EDGES, REFERENCES, add_device_option, add_tta_option

if TYPE_CHECKING:
    from ..evaluation import EvaluationOptions, RunEvaluation
    from ..imaging import Calibration, HipImage, Modality

NAME = "evaluate"
SUMMARY = "compare predicted with reference landmarks and write one report"
DESCRIPTION = (
    "Compare predicted with reference landmarks: localisation, agreement of measurements,\n"
    "screening, presence, and whether the stated doubt is honest. Either a model is run on a\n"
    "folder of images with landmarks (as 'train' takes it) or of bone views ('simulate --format\n"
    "views', made to films), or two folders of landmark files are compared; that needs no torch.\n"
    "Several models or folders of predictions are runs of one method: mean and SD are shown.\n"
    "Written are DIR/evaluation.html, one file to read offline, and DIR/evaluation.json."
)
EXAMPLES = """examples:
  hiplandmarks evaluate --data my-hips
  hiplandmarks evaluate --unseen --model runs/fold-*/bundle --data my-hips
  hiplandmarks evaluate --model runs/seed17/all/bundle runs/seed42/all/bundle --data my-hips
  hiplandmarks evaluate --model calibrated-model --data test-hips --covered 3
  hiplandmarks evaluate --model film-model --data views --only z061 --films 240
  hiplandmarks evaluate --predicted results --reference readings --images scans
"""
NORMS = {"head-centres": "HEAD_CENTRES", "teardrops": "TEARDROPS"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    model = parser.add_argument_group("a model on a folder of images with landmarks")
    model.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="images with landmarks, as for 'train', or bone views of 'simulate'",
    )
    model.add_argument(
        "--model",
        type=Path,
        nargs="+",
        metavar="BUNDLE",
        help="model bundles (default: the one that comes with HipLandmarks)",
    )
    model.add_argument(
        "--unseen",
        action="store_true",
        help="only patients that a model was not trained on, as its card says; give the models of "
        "all folds, and they are joined to one run per seed",
    )
    model.add_argument(
        "--slices",
        choices=("reference", "auto"),
        default="reference",
        help="read the slice that the reader chose (default), or let the model choose",
    )
    add_device_option(model)
    add_tta_option(model)
    _add_folder_arguments(parser.add_argument_group("two folders of landmark files"))
    doubt = parser.add_argument_group("doubt of a model")
    add_level_option(doubt)
    add_covering_options(doubt, covered=0)
    add_patient_options(doubt)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("hiplandmarks-evaluation"),
        help="folder of the report (default: hiplandmarks-evaluation)",
    )
    parser.add_argument(
        "--run",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        dest="run_folders",
        default=[],
        help="folders of training runs whose learning curves are shown",
    )
    parser.add_argument(
        "--nme",
        choices=tuple(NORMS),
        default="head-centres",
        help="distance that NME divides by (default: head-centres)",
    )
    parser.add_argument(
        "--seed", type=int, default=17, help="of the resampling of patients (default: 17)"
    )
    _add_measurement_options(parser.add_argument_group("measurement"))


def _add_measurement_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--line",
        choices=REFERENCES,
        default="teardrop",
        help="line that counts as horizontal (default: teardrop); when its points are missing "
        "the next of the list is taken",
    )
    group.add_argument(
        "--edge",
        choices=EDGES,
        help="what LAE marks: end of the sclerotic roof or bony rim (default: what the model "
        "marks; of landmark files bone)",
    )
    group.add_argument(
        "--extra", action="store_true", help="also measure what needs points beyond the common ones"
    )


def _add_folder_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--predicted",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="landmark files to judge (*_landmarks.json or *.mrk.json)",
    )
    group.add_argument("--reference", type=Path, metavar="DIR", help="landmark files to trust")
    group.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="images of the cases, for errors in pixels and pictures of the worst",
    )
    group.add_argument(
        "--skip-unmatched",
        action="store_true",
        help="leave out cases that are in one folder only, instead of refusing",
    )


def run(arguments: argparse.Namespace) -> None:
    """Evaluate, write the report, print the main figures.

    Raises:
        HipLandmarksError: when the inputs cannot be compared.
    """
    from ..evaluation import Evaluation, EvaluationOptions, NormDistance
    from ..report import check_folder
    from ..report.evaluation import format_evaluation, read_histories, write_evaluation
    from .evaluation_models import runs_of_models

    _check(arguments)
    check_folder(arguments.out)
    histories = read_histories(arguments.run_folders)
    norm = NormDistance[NORMS[arguments.nme]]
    options = EvaluationOptions(norm=norm, seed=arguments.seed, level=arguments.level)
    if arguments.data is not None:
        runs = runs_of_models(arguments, options, _changes(arguments))
    else:
        runs = _of_folders(arguments, options)
    evaluation = Evaluation(tuple(runs), options, _source(arguments))
    written = write_evaluation(arguments.out, evaluation, histories)
    for warning in dict.fromkeys(w for each in runs for w in each.warnings):
        print(f"Warning: {warning}", file=sys.stderr)
    print(format_evaluation(evaluation))
    print(f"Report: {written[0]}")
    print(f"Figures: {written[1]}")


def _check(arguments: argparse.Namespace) -> None:
    """Exactly one of the two ways, complete.

    Raises:
        ConfigurationError: when the options do not go together.
    """
    from ..errors import ConfigurationError

    folders = arguments.predicted is not None or arguments.reference is not None
    if arguments.data is None and not folders:
        raise ConfigurationError(
            "Say what to compare: --data FOLDER (with --model BUNDLE), or --predicted DIR and "
            "--reference DIR."
        )
    if folders and (arguments.data is not None or arguments.model is not None):
        raise ConfigurationError(
            "Either a model on --data or --predicted against --reference, not both at once."
        )
    if folders and arguments.tta is not None:
        raise ConfigurationError("--tta is for models that are run on --data; leave it out.")
    if folders and (arguments.predicted is None or arguments.reference is None):
        raise ConfigurationError("--predicted and --reference are needed both.")


def _source(arguments: argparse.Namespace) -> str:
    if arguments.data is None:
        return f"landmark files of {arguments.reference.name} as reference"
    chosen = "the reader's slices" if arguments.slices == "reference" else "automatic slices"
    if arguments.unseen:
        chosen += ", each patient by models that were not trained on it"
    name = arguments.data.resolve().name
    if (arguments.data / "store.json").is_file():
        return f"films simulated from the bone views of {name}"
    return f"images and reference landmarks of {name}, {chosen}"


def _changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """Settings of the measurements that the options choose."""
    from ..measurement import Edge, Reference

    return {
        "reference": Reference(arguments.line),
        **({} if arguments.edge is None else {"edge": Edge(arguments.edge)}),
        "extra_points": arguments.extra,
    }


def _of_folders(arguments: argparse.Namespace, options: EvaluationOptions) -> list[RunEvaluation]:
    from ..evaluation import evaluate_run
    from ..evaluation.from_model import without_unknown
    from ..measurement import MeasurementSettings
    from .evaluation_folders import folder_cases
    from .evaluation_names import unique_names

    changes = _changes(arguments)

    def settings(
        calibration: Calibration, modality: Modality, image: HipImage | None
    ) -> MeasurementSettings:
        if image is not None:
            return MeasurementSettings.for_image(image, **changes)
        return MeasurementSettings(calibration=calibration, modality=modality, **changes)

    names = unique_names([folder.resolve().name for folder in arguments.predicted])
    runs = []
    for folder, name in zip(arguments.predicted, names, strict=True):
        found = folder_cases(
            folder, arguments.reference, arguments.images, settings, arguments.skip_unmatched
        )
        cases, notes = without_unknown(found)
        runs.append(evaluate_run(cases, name, options, {}, notes))
    return runs
