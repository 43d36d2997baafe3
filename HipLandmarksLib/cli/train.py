"""``hiplandmarks train``: a configuration in, a model bundle out."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path

from .progress import progress_bar

NAME = "train"
SUMMARY = "train a model on a folder of images and landmarks"
DESCRIPTION = (
    "Train a landmark model as the configuration (YAML or JSON) says. The result is a bundle\n"
    "that 'hiplandmarks detect --model' takes. Stop with Ctrl-C at any time: the same command\n"
    "goes on from the last checkpoint. log.csv in the run's folder has the figures of every step.\n"
    "'kind: film' in the configuration trains one pass of a film model on cached bone views,\n"
    "'kind: letters' a reader of the letters R and L for such a model.\n"
    "Several graphics cards, or processes, train together when torchrun starts the command."
)
EXAMPLES = """examples:
  hiplandmarks train Resources/Training/quick.yaml
  hiplandmarks train my-hips.yaml --cross-validate
  torchrun --nproc-per-node 4 -m HipLandmarksLib.cli train my-hips.yaml
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="configuration file")
    parser.add_argument(
        "--cross-validate",
        action="store_true",
        help="instead train one model per fold, test each on the patients it has not seen, and "
        "print the errors",
    )
    parser.add_argument(
        "--restart",
        action="store_true",
        help="begin anew instead of going on from the last checkpoint",
    )
    parser.add_argument(
        "--accept-changes",
        action="store_true",
        help="go on from a checkpoint although learning rate, schedule, number of steps, patience "
        "or precision have been changed in the configuration since",
    )


def run(arguments: argparse.Namespace) -> None:
    """Train and say where the bundle lies, or cross-validate and print the errors.

    Raises:
        HipLandmarksError: when the configuration or the data cannot be used.
    """
    from ..errors import ConfigurationError

    config, resume = arguments.config, not arguments.restart
    if not config.is_file():
        raise ConfigurationError(f"There is no configuration file {config}.")
    from ..evaluation import format_summary
    from ..training import run_cross_validation, run_training
    from ..training.distributed import leads_from_start
    from ..training.film_config import is_film_configuration
    from ..training.film_run import run_film_training
    from ..training.letter_config import LetterConfig
    from ..training.letter_run import run_letter_training

    leads, changes = leads_from_start(), arguments.accept_changes
    film, letters = is_film_configuration(config), LetterConfig.is_meant(config)
    if (film or letters) and arguments.cross_validate:
        raise ConfigurationError(
            "A film model is tested on the subjects that its configuration holds out; leave out "
            "--cross-validate."
        )
    with progress_bar() if leads else nullcontext() as report:
        if arguments.cross_validate:
            result = run_cross_validation(config, resume, report, changes)
        elif letters:
            bundle = run_letter_training(config, resume, report)
        else:
            train = run_film_training if film else run_training
            bundle = train(config, resume, report, changes)
    if not leads:
        return
    if arguments.cross_validate:
        print(f"{result['patients']} patients, {result['folds']} folds")
        print(format_summary(result["errors"]))
    else:
        print(f"Model bundle: {bundle}")
