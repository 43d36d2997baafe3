"""Options of ``calibrate`` and ``evaluate``: which cases are read, how often they are covered."""

from __future__ import annotations

import argparse


def add_level_option(group: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    """How often regions and intervals should hold the truth."""
    group.add_argument(
        "--level",
        type=_level,
        default=0.9,
        metavar="SHARE",
        help="how often regions and intervals hold the truth; 9 patients are needed for 0.9, 19 "
        "for 0.95 (default: 0.9)",
    )


def add_patient_options(group: argparse._ArgumentGroup) -> None:
    """Patients in and out."""
    group.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="only these patients, or subjects of bone views",
    )
    group.add_argument(
        "--leave-out",
        nargs="+",
        default=[],
        metavar="NAME",
        help="all but these patients, or subjects of bone views",
    )


def add_covering_options(group: argparse._ArgumentGroup, covered: int) -> None:
    """Covered copies of images; films of views.

    Args:
        group: to add to.
        covered: default number of copies.
    """
    group.add_argument(
        "--covered",
        type=_count,
        default=covered,
        metavar="N",
        help="copies of each slice with landmarks covered or cut off, for the presence of "
        f"landmarks (default: {covered})",
    )
    group.add_argument(
        "--films",
        type=_count,
        default=240,
        metavar="N",
        help="number of films that are made of bone views (default: 240)",
    )
    group.add_argument(
        "--objects",
        type=_share,
        default=0.5,
        metavar="SHARE",
        help="share of these films with objects that cover or replace landmarks (default: 0.5)",
    )
    group.add_argument(
        "--part",
        type=_part,
        default=(1, 1),
        metavar="K/N",
        help="deal the bone views out to N parts and make films of the K-th alone, such as 1/2 to "
        "calibrate and 2/2 to evaluate (default: all)",
    )


def _level(text: str) -> float:
    share = _number(text)
    if 0.5 <= share < 1.0:
        return share
    raise argparse.ArgumentTypeError(f"expected a share from 0.5 to below 1, got {text!r}")


def _part(text: str) -> tuple[int, int]:
    which, _, count = text.partition("/")
    if which.isdecimal() and count.isdecimal() and 1 <= int(which) <= int(count):
        return int(which), int(count)
    raise argparse.ArgumentTypeError(f"expected a part such as 1/2, got {text!r}")


def _share(text: str) -> float:
    share = _number(text)
    if 0.0 <= share <= 1.0:
        return share
    raise argparse.ArgumentTypeError(f"expected a share of 0 to 1, got {text!r}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0


def _count(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text!r}")
