"""``hiplandmarks compare``: finished runs side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "compare"
SUMMARY = "put finished runs side by side: architectures, averaging, seeds"
DESCRIPTION = (
    "Compare finished runs: folders with evaluation.json (of 'evaluate') or cross-validation.json\n"
    "(of 'train --cross-validate'). Runs that differ by their seed alone are one method: mean and\n"
    "SD over them. Differences are taken from the first folder and tested by patient."
)
EXAMPLES = """examples:
  hiplandmarks compare runs/unet runs/hrnet runs/hrnet-srf
  hiplandmarks compare runs/seed17 runs/seed42 --each --out comparison
  hiplandmarks compare runs/unet/evaluation-none runs/unet/evaluation-mirror
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "folders",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="folder of a finished run, the baseline first",
    )
    parser.add_argument(
        "--each", action="store_true", help="one row per run instead of one per method"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write comparison.csv and comparison.html into DIR",
    )


def run(arguments: argparse.Namespace) -> None:
    """Compare, print, write when asked to.

    Raises:
        HipLandmarksError: when a folder is no finished run or there is nothing to compare.
    """
    from ..evaluation.compare import compare_runs
    from ..evaluation.finished import read_all_finished
    from ..files import write_text_atomic
    from ..report import check_folder
    from ..report.evaluation import comparison_csv, comparison_html, comparison_text

    if arguments.out is not None:
        check_folder(arguments.out)
    comparison = compare_runs(read_all_finished(arguments.folders), arguments.each)
    print(comparison_text(comparison))
    if arguments.out is not None:
        texts = {"csv": comparison_csv(comparison), "html": comparison_html(comparison)}
        for ending, text in texts.items():
            path = arguments.out / f"comparison.{ending}"
            write_text_atomic(path, text)
            print(f"Written: {path}")
