"""``hiplandmarks train``: a configuration in, a model bundle out."""

from __future__ import annotations

import argparse
from pathlib import Path

from .progress import progress_bar

NAME = "train"
SUMMARY = "train a model on a folder of images and landmarks"
DESCRIPTION = (
    "Train a landmark model as the configuration (YAML or JSON) says. The result is a bundle\n"
    "that 'hiplandmarks detect --model' takes. Stop with Ctrl-C at any time: the same command\n"
    "goes on from the last checkpoint."
)
EXAMPLES = """examples:
  hiplandmarks train Resources/Training/quick.yaml
  hiplandmarks train my-hips.yaml --cross-validate
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

    with progress_bar() as report:
        if arguments.cross_validate:
            result = run_cross_validation(config, resume, report)
        else:
            bundle = run_training(config, resume, report)
    if arguments.cross_validate:
        print(f"{result['patients']} patients, {result['folds']} folds")
        print(format_summary(result["errors"]))
    else:
        print(f"Model bundle: {bundle}")
