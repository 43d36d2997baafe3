"""Where a command's numbers go: the table on the terminal, or CSV and JSON for programs."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..report import CaseReport

STDOUT = Path("-")
_PIPE_COLUMNS = 100


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """JSON, CSV, colour, length of the table."""
    group = parser.add_argument_group("output")
    for kind, holds in (("json", "everything"), ("csv", "one row per value")):
        group.add_argument(
            f"--{kind}",
            type=Path,
            nargs="?",
            const=STDOUT,
            metavar="FILE",
            help=f"{holds}, as {kind.upper()}, into FILE; without FILE to the standard output "
            "instead of the table",
        )
    group.add_argument(
        "--all",
        action="store_true",
        help="also a row for each measurement that could not be made",
    )
    group.add_argument(
        "--draw",
        type=_ids,
        metavar="IDS",
        help="measurements to draw into pictures, such as alpha,lce,tonnis, or all (default: "
        "alpha,lce,nsa,femoral_offset_mm)",
    )
    group.add_argument(
        "--no-color", action="store_true", help="no colour on a terminal (as does NO_COLOR)"
    )


def check_outputs(arguments: argparse.Namespace) -> None:
    """Refuse, before anything is computed, outputs that make no sense or would replace others.

    Raises:
        ConfigurationError: says which option, and what to do.
    """
    if arguments.json == STDOUT and arguments.csv == STDOUT:
        raise ConfigurationError("Only one of --json and --csv can go to the standard output.")
    if arguments.draw:
        from ..measurement import MeasurementTable

        MeasurementTable.load().select(arguments.draw)
    for kind in ("json", "csv"):
        path = getattr(arguments, kind)
        if path is not None and path != STDOUT:
            _check_target(path, kind)


def drawn_ids(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The measurements to draw: those of --draw, else the usual ones."""
    from ..measurement import MeasurementTable
    from ..report import DEFAULT_MARKS

    if arguments.draw is None:
        return DEFAULT_MARKS
    return tuple(arguments.draw) or MeasurementTable.load().ids


def table_wanted(arguments: argparse.Namespace) -> bool:
    """Whether the standard output is the table's."""
    return STDOUT not in (arguments.json, arguments.csv)


def put_out(arguments: argparse.Namespace, case: CaseReport) -> None:
    """Print the table, or JSON or CSV in its place, and write the files that were asked for."""
    from ..files import atomic_path
    from ..report import csv_text, format_case, json_text, write_csv, write_json

    if isinstance(sys.stdout, TextIOWrapper):
        # a terminal that has no ≈ shows ? instead; CSV brings its own line ends
        sys.stdout.reconfigure(errors="replace", newline=None if table_wanted(arguments) else "")
    if table_wanted(arguments):
        print(
            format_case(
                case,
                width=shutil.get_terminal_size((_PIPE_COLUMNS, 24)).columns,
                colour=colour_wanted(arguments, sys.stdout),
                everything=arguments.all,
            )
        )
    for path, text, write in (
        (arguments.json, json_text, write_json),
        (arguments.csv, csv_text, write_csv),
    ):
        if path == STDOUT:
            sys.stdout.write(text(case))
        elif path is not None:
            with atomic_path(path) as temporary:
                write(temporary, case)
            print(f"Written: {path}", file=sys.stderr)


def colour_wanted(arguments: argparse.Namespace, stream: TextIO) -> bool:
    """Only on a terminal that can, and not against NO_COLOR (no-color.org) or --no-color."""
    refused = arguments.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not refused and stream.isatty()


def _check_target(path: Path, kind: str) -> None:
    """An option that swallowed an input's name must not cost that input."""
    if path.suffix != f".{kind}":
        raise ConfigurationError(f"--{kind}: {path} does not end with .{kind}.")
    if path.is_file() and not _is_ours(path, kind):
        raise ConfigurationError(
            f"--{kind}: {path} exists and holds no results of HipLandmarks; it is not replaced. "
            f"Choose another name, or write --{kind} at the end of the line."
        )


def _is_ours(path: Path, kind: str) -> bool:
    from ..report.tables import COLUMNS, FORMAT

    try:
        text = path.read_text(encoding="utf-8-sig")
        if kind == "csv":
            return text.startswith(",".join(COLUMNS[:3]))
        data = json.loads(text)
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and data.get("format") == FORMAT


def _ids(text: str) -> list[str]:
    """Measurement ids; none at all stands for all of them."""
    return [] if text == "all" else [part for part in text.split(",") if part]
