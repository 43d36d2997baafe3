"""``hiplandmarks split``: deal patients out to folds that are alike, and keep that as a file."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..training import PatientSplit

NAME = "split"
SUMMARY = "split patients into folds that are alike in alpha, LCE, side and sex"
DESCRIPTION = (
    "Deal the patients of a folder of images and landmarks out to folds of equal size. A seeded\n"
    "search makes every fold as much like the others as it can: it minimises the largest\n"
    "two-sample Kolmogorov-Smirnov statistic (KS, 0 alike to 1 apart) over alpha, LCE, side and\n"
    "sex. The file it writes goes into a training configuration as 'split: FILE'. Sex comes from\n"
    "the images or from patients.csv (columns patient, sex) in the folder."
)
EXAMPLES = """examples:
  hiplandmarks split --data my-hips --folds 4 --seed 17 --out split.json
  hiplandmarks split --show my-run/split.json
"""
_NOTE = (
    "p takes hips as independent and says little of few patients; read it as a guide. Research "
    "software, not a medical device."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--data", type=Path, metavar="FOLDER", help="images with landmarks, as for 'train'"
    )
    source.add_argument("--show", type=Path, metavar="FILE", help="print a split that exists")
    parser.add_argument("--folds", type=int, default=4, help="number of folds (default: 4)")
    parser.add_argument("--seed", type=int, default=17, help="of the search (default: 17)")
    parser.add_argument(
        "--balance",
        choices=("ks", "shuffle"),
        default="ks",
        help="search for folds that are alike (default), or shuffle only",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        default=Path("split.json"),
        help="file of the split (default: split.json)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Make and write a split, or read one; print it.

    Raises:
        HipLandmarksError: when the data or the file cannot be used, or the file exists already.
    """
    from ..errors import ConfigurationError
    from ..training import Balance, make_split, read_folder, read_split, write_split

    if arguments.show is not None:
        _print(read_split(arguments.show))
        return
    if arguments.out.exists():
        raise ConfigurationError(
            f"{arguments.out} exists; runs may rest on it. Give another name with --out, or "
            "remove it first."
        )
    if arguments.seed < 0:
        raise ConfigurationError(f"The seed must not be negative, not {arguments.seed}.")
    slices = read_folder(arguments.data)
    split = make_split(slices, arguments.folds, arguments.seed, Balance(arguments.balance))
    write_split(arguments.out, split)
    _print(split)
    print(f"Written: {arguments.out}")


def _print(split: PatientSplit) -> None:
    from ..report.text_table import WIDEST, TextTable, wrapped

    names = list(split.comparisons[0]) if split.comparisons else []
    table = TextTable()
    table.add("fold", "patients", *(f"{name} KS (p)" for name in names), "held out")
    for number, fold in enumerate(split.folds):
        compared = split.comparisons[number] if names else {}
        cells = [_figures(compared[name].ks, compared[name].p) for name in names]
        table.add(str(number), str(len(fold)), *cells, ", ".join(fold))
    width = min(WIDEST, shutil.get_terminal_size((100, 24)).columns)
    print("\n".join(table.format(width)))
    largest = split.largest_ks
    told = "" if largest is None else f", largest KS {largest:.2f}"
    print(f"{len(split.patients)} patients, {split.balance.value}, seed {split.seed}{told}")
    for name, reason in split.left_out.items():
        print("\n".join(wrapped(f"Not compared: {name} ({reason}).", width)))
    print("\n".join(wrapped(_NOTE, width)))


def _figures(ks: float, p: float | None) -> str:
    return f"{ks:.2f} (none)" if p is None else f"{ks:.2f} ({p:.2f})"
