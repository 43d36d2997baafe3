"""Writes the plots and tables of an exploration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...anatomy import Side
from ...exploration import HipExploration
from ...files import atomic_path, write_text_atomic
from ...uncertainty import Calibration
from .clock_words import clock_csv
from .slice_rows import explored_rows, interval_remark
from .slice_table import slice_csv
from .text import exploration_text


def write_exploration(
    folder: Path,
    name: str,
    exploration: HipExploration,
    *,
    calibration: Calibration | None = None,
    model: str = "",
    choices: Mapping[Side, str] | None = None,
) -> tuple[Path, ...]:
    """Write the slices as CSV and PNG, the clock face as CSV and PNG, the coverage as PNG, a text.

    Args:
        folder: exists already.
        name: of the case; the files begin with it.
        exploration: of both hips.
        calibration: of the model that placed the points; None: intervals of the covariances.
        model: id and version of that model; "" when a person placed the points.
        choices: why each hip is measured on its slice, in a sentence.

    Returns:
        The files. There is no picture of what was not found for any hip.

    Raises:
        OSError: when a file cannot be written.
    """
    rows, remark = explored_rows(exploration, calibration), interval_remark(calibration)
    maps = {side: own.radial for side, own in exploration.sides.items()}
    files = [folder / f"{name}_slices.csv", folder / f"{name}_exploration.txt"]
    _write_csv(files[0], slice_csv(rows, name, model))
    write_text_atomic(files[1], exploration_text(exploration, rows, choices, remark))
    if any(found is not None for found in maps.values()):
        files.append(folder / f"{name}_clock.csv")
        _write_csv(files[-1], clock_csv(maps, name))
    return (*files, *_write_pictures(folder, name, exploration, calibration))


def _write_csv(path: Path, text: str) -> None:
    """For spreadsheets: UTF-8 with byte order mark."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8-sig", newline="")


def _write_pictures(
    folder: Path, name: str, exploration: HipExploration, calibration: Calibration | None
) -> list[Path]:
    # matplotlib takes half a second to import
    from .clock_plot import draw_clock_map
    from .coverage_plot import draw_coverage
    from .slice_plot import draw_slice_plot

    rows, sides = explored_rows(exploration, calibration), exploration.sides
    title = f"{name}: angles on every slice"
    figures = {"slices": draw_slice_plot(rows, title, interval_remark(calibration))}
    maps = {side: own.radial for side, own in sides.items()}
    if any(found is not None for found in maps.values()):
        reasons = {side: own.radial_reason for side, own in sides.items()}
        figures["clock"] = draw_clock_map(maps, f"{name}: alpha by the clock", reasons)
    if any(own.coverage.total is not None for own in sides.values()):
        figures["coverage"] = draw_coverage(exploration, f"{name}: coverage of the head")
    files = []
    for kind, figure in figures.items():
        files.append(folder / f"{name}_{kind}.png")
        with atomic_path(files[-1]) as temporary:
            figure.savefig(temporary, format="png")
    return files
