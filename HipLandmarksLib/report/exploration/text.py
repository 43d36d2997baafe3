"""What an exploration found, as text for the terminal and for a file."""

from __future__ import annotations

from collections.abc import Mapping

from ...anatomy import Side
from ...exploration import ExploredPart, HipExploration, SideExploration
from ..case import NOTICE, SIDES
from ..text_table import Cell, Style, TextTable, wrapped
from .clock_words import clock_headline, clock_table
from .coverage_words import COVERAGE_SOURCE, coverage_headline, neck_words, sphere_words
from .slice_rows import Rows
from .slice_table import slice_table

_STAR = "* Not to be compared with published limits: beside the head centre, or points not sure."


def exploration_text(
    exploration: HipExploration,
    rows: Rows,
    choices: Mapping[Side, str] | None = None,
    interval_remark: str = "",
    *,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Sphere, neck, coverage, slices and clock face of both hips.

    Args:
        exploration: of both hips.
        rows: of :func:`.explored_rows`.
        choices: why each hip is measured on its slice, in a sentence.
        interval_remark: what the intervals rest on.
        width: columns.
        colour: with ECMA-48 codes.
    """
    lines: list[str] = []
    for side in SIDES:
        own = exploration.sides[side]
        heading = Cell(f"{side.word.capitalize()} hip", Style.HEADING)
        lines += TextTable([(heading,)]).format(width, colour)[:1]
        lines += _in_space(own, (choices or {}).get(side, ""), width)
        lines += ["", *slice_table(rows, side).format(width, colour), ""]
        if own.radial is not None:
            table, notes = clock_table(own.radial)
            lines += [*table.format(width, colour), ""]
            told = (*notes, *own.radial.limits)
            lines += [line for text in told for line in wrapped(text, width)]
            lines.append("")
    for text in filter(None, (_STAR, interval_remark, f"Coverage: {COVERAGE_SOURCE}", NOTICE)):
        lines += wrapped(text, width)
    return "\n".join(lines) + "\n"


def _in_space(own: SideExploration, choice: str, width: int) -> list[str]:
    texts = [f"Slice: {choice}"] if choice else []
    texts += [
        f"Head: {sphere_words(own.sphere)}",
        f"Neck: {neck_words(own.neck)}",
        f"Coverage: {coverage_headline(own.coverage)}",
    ]
    clock = own.missing.get(ExploredPart.RADIAL, "")
    texts.append(f"Clock: {clock_headline(own.radial) if own.radial is not None else clock}")
    return [line for text in texts for line in wrapped(text, width)]
