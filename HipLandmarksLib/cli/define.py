"""``hiplandmarks define``: what a landmark or a measurement is, in words and as a drawing."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..anatomy import Side
    from ..illustration import Entry

NAME = "define"
SUMMARY = "explain a landmark or a measurement, in words and as a drawing (SVG)"
DESCRIPTION = (
    "Explain a landmark or a measurement: one sentence, the points it needs, unit, reference\n"
    "line, calibration, usual range with its source, caveats; on request a drawing as SVG.\n"
    "Without a name all are listed."
)
EXAMPLES = """examples:
  hiplandmarks define alpha
  hiplandmarks define FHC --svg fhc.svg --side left
  hiplandmarks define --all --out definitions
"""
_WIDTH = 92
_HEADING = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="landmark (FHC) or measurement (alpha, lce); without it all are listed",
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the drawing into FILE")
    parser.add_argument(
        "--side",
        choices=("right", "left"),
        default="right",
        help="the patient's side in the drawing (default: right)",
    )
    parser.add_argument("--all", action="store_true", help="write the drawings of all")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="with --all: folder for the drawings and index.html",
    )
    parser.add_argument(
        "--thresholds",
        metavar="SET",
        default="consensus_60",
        help="threshold set of the usual ranges (default: consensus_60)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print a definition or the list; write drawings when asked to.

    Raises:
        HipLandmarksError: when the name or the options make no sense.
    """
    from ..anatomy import Side
    from ..illustration import find_entry

    side = Side.LEFT if arguments.side == "left" else Side.RIGHT
    _check(arguments)
    if arguments.all:
        _write_all(arguments.out, side, arguments.thresholds)
    elif arguments.name is None:
        _print_list(arguments.thresholds)
    else:
        entry = find_entry(arguments.name, arguments.thresholds)
        print(format_entry(entry))
        if arguments.svg is not None:
            _write_one(entry, side, arguments.svg)


def format_entry(entry: Entry) -> str:
    """Plain text of a definition, for the terminal."""
    title = f"{entry.name} ({entry.key}): {entry.kind.value}"
    lines = [*_wrapped(title, 0), "", *_wrapped(entry.sentence, 0)]
    lines.append("")
    previous = ""
    for heading, text in entry.facts:
        first, *rest = _wrapped(text, _HEADING)
        lines.append(f"{'' if heading == previous else heading:<{_HEADING}}{first.strip()}")
        lines += rest
        previous = heading
    notice = "Research software, not a medical device. No range is a diagnosis."
    return "\n".join([*lines, "", notice])


def _check(arguments: argparse.Namespace) -> None:
    if arguments.all and (arguments.name is not None or arguments.svg is not None):
        raise ConfigurationError("--all writes every drawing: leave NAME and --svg out.")
    if arguments.all and arguments.out is None:
        raise ConfigurationError("--all needs a folder: add --out DIR.")
    if arguments.out is not None and not arguments.all:
        raise ConfigurationError("--out belongs to --all; for one drawing use --svg FILE.")
    if arguments.svg is not None and arguments.name is None:
        raise ConfigurationError("--svg needs the NAME of a landmark or measurement.")


def _print_list(thresholds: str) -> None:
    from ..illustration import EntryKind, entries

    known = entries(thresholds).values()
    width = max(len(entry.key) for entry in known) + 2
    for kind, heading in ((EntryKind.MEASUREMENT, "Measurements"), (EntryKind.LANDMARK, "Points")):
        print(f"{heading}:")
        for entry in known:
            if entry.kind is kind:
                print(f"  {entry.key:<{width}}{entry.name}")
        print()
    print("'hiplandmarks define NAME' explains one. Research software, not a medical device.")


def _write_all(folder: Path, side: Side, thresholds: str) -> None:
    from ..illustration import write_illustrations

    written = write_illustrations(folder, side, thresholds)
    print(f"{len(written) - 1} drawings in {folder}; open {written[-1]} in a browser.")


def _write_one(entry: Entry, side: Side, path: Path) -> None:
    path.write_text(entry.svg(side), encoding="utf-8", newline="\n")
    print(f"\nDrawing: {path}", file=sys.stdout)


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=margin, subsequent_indent=margin)
