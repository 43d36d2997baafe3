"""``detect --slices all``: every slice explored, and the files and words of it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import HipLandmarksError
from .output_options import colour_wanted

if TYPE_CHECKING:
    from ..anatomy import Side
    from ..detection import StackDetection
    from ..exploration import HipExploration
    from ..imaging import HipImage
    from ..measurement import MeasurementSettings
    from ..report.results import WrittenResults

ALL = "all"
"""As slice to read: every one."""

_PIPE_COLUMNS = 100


def add_slices_option(group: argparse._ArgumentGroup) -> None:
    """``--slices``: which slices of a volume are read."""
    group.add_argument(
        "--slices",
        "--slice",
        dest="slice",
        type=slices_wish,
        metavar="auto|all|N",
        default=None,
        help="slice to read, counted from 0 (default: auto, chosen for each hip); all reads every "
        "slice and explores the hips in space: angles by slice, head sphere, neck axis, alpha by "
        "the clock",
    )


def slices_wish(text: str) -> int | str | None:
    """None for ``auto``, :data:`ALL` for ``all``, or the number of a slice."""
    if text == "auto":
        return None
    if text == ALL:
        return ALL
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected 'auto', 'all' or a slice number from 0, got {text!r}"
    )


def wants_all(arguments: argparse.Namespace) -> bool:
    """Whether every slice is read."""
    return bool(arguments.slice == ALL)


def wanted_index(arguments: argparse.Namespace) -> int | None:
    """The slice that both hips are read on; None when it is chosen for each hip, or all are."""
    return arguments.slice if isinstance(arguments.slice, int) else None


def protect_edited_stack(out_dir: Path, name: str) -> None:
    """Refuse to replace landmarks by slice in which a person changed something.

    Raises:
        ResultsExistError: names the file.
        LandmarkFileError: when the file is there and damaged.
    """
    from ..anatomy import read_stack
    from ..report.results import ResultsExistError

    path = stack_file(out_dir / name, name)
    if path.exists() and read_stack(path).edited:
        raise ResultsExistError(
            f"{path} holds slices that a person edited; a new detection would replace that work. "
            "Choose another --out, or add --overwrite."
        )


def stack_file(folder: Path, name: str) -> Path:
    """Where the landmarks of every slice are written."""
    return folder / f"{name}_stack.json"


def explored(
    image: HipImage, whole: StackDetection, settings: MeasurementSettings
) -> HipExploration:
    """The hips in space.

    Raises:
        HipLandmarksError: when the volume cannot be explored.
    """
    from ..exploration import explore

    print(f"Exploring {len(whole.stack)} slices of {image.name} ...", file=sys.stderr)
    return explore(image, whole.stack, settings)


def write_explored(
    written: WrittenResults, name: str, whole: StackDetection, exploration: HipExploration
) -> WrittenResults:
    """Add the files of an exploration to those of the case.

    Landmarks of every slice and all numbers as JSON, landmarks in space as markups, and tables,
    text and pictures.

    Raises:
        HipLandmarksError: when a file cannot be written.
    """
    from ..anatomy import Side, write_markups, write_stack
    from ..files import write_text_atomic
    from ..report.exploration import write_exploration

    folder, detection = written.folder, whole.detection
    files = [stack_file(folder, name), folder / f"{name}_exploration.json"]
    in_space = exploration.landmarks()
    try:
        write_stack(files[0], whole.stack)
        content = {**exploration.to_dict(), "choices": _choices(whole)}
        write_text_atomic(files[1], json.dumps(content, indent=1) + "\n")
        for side in Side:
            if in_space.side(side):
                files.append(folder / f"{name}_{side.word}_in_space.mrk.json")
                write_markups(files[-1], in_space, side)
        files += write_exploration(
            folder,
            name,
            exploration,
            calibration=detection.calibration,
            model=detection.model,
            choices=_reasons(whole),
        )
    except OSError as error:
        raise HipLandmarksError(
            f"The exploration cannot be written to {folder}: {error.strerror or error}."
        ) from error
    return replace(written, files=(*written.files, *files))


def print_explored(
    arguments: argparse.Namespace, whole: StackDetection, exploration: HipExploration
) -> None:
    """Tables of slices and clock face, on the terminal."""
    from ..report.exploration import exploration_text, explored_rows, interval_remark

    calibration = whole.detection.calibration
    print(
        exploration_text(
            exploration,
            explored_rows(exploration, calibration),
            _reasons(whole),
            interval_remark(calibration),
            width=shutil.get_terminal_size((_PIPE_COLUMNS, 24)).columns,
            colour=colour_wanted(arguments, sys.stdout),
        )
    )


def _choices(whole: StackDetection) -> dict[str, object]:
    return {side.value: choice.to_dict() for side, choice in whole.choices.items()}


def _reasons(whole: StackDetection) -> dict[Side, str]:
    return {side: choice.reason for side, choice in whole.choices.items()}
