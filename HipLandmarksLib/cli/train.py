"""``hiplandmarks train``: a configuration in, a model bundle out."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "train"
SUMMARY = "train a model on a folder of images and landmarks"
DESCRIPTION = (
    "Train a landmark model as the configuration (YAML or JSON) says. The result is a bundle that\n"
    "'hiplandmarks detect --model' takes. Stop with Ctrl-C and go on with --resume."
)
EXAMPLES = """examples:
  hiplandmarks train my-hips.yaml
  hiplandmarks train my-hips.yaml --resume
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="configuration file")
    parser.add_argument(
        "--resume", action="store_true", help="go on from the last checkpoint of this configuration"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train and say where the bundle lies.

    Raises:
        HipLandmarksError: when the configuration or the data cannot be used.
    """
    from ..errors import ConfigurationError

    if not arguments.config.is_file():
        raise ConfigurationError(f"There is no configuration file {arguments.config}.")
    from ..training import run_training

    bundle = run_training(arguments.config, resume=arguments.resume)
    print(f"Model bundle: {bundle}")
