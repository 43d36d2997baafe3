"""A plot of one angle slice by slice: both hips, intervals, the usual range, the slice shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor

from ...anatomy import Side
from ...i18n import tr as _
from ...report.exploration.slice_rows import Rows, SliceRow
from .charts import BLACK, GREEN, GREY, SIDE_INKS, Chart, Ink, Series
from .kinds import ExplorerChart
from .nodes import ExplorerNodes

_MARGIN = 2.0
Column = list[float | None]
_BESIDE = {Side.RIGHT: -0.12, Side.LEFT: 0.12}
"""How far the bars of an interval stand beside their slice, so that both hips' are seen."""


class SliceChart:
    """The chart of one measurement through the stack; x is the number of the slice.

    A bar is an interval, a diamond the slice on which the hip is measured, a square a slice
    through its head centre, a cross a slice that a person changed; dashed lines are the limits of
    the usual range, the upright ones stand at the slices that are shown.
    """

    def __init__(self, nodes: ExplorerNodes, kind: ExplorerChart, name: str) -> None:
        self._id = kind.value
        self._indices: tuple[int, ...] = ()
        self._marked: dict[str, list[int]] = {}
        self._heights = (0.0, 1.0)
        title = _("{name} slice by slice (research use)").format(name=name)
        axes = (_("Slice (right orange, left blue, measured black)"), f"{name}, °")
        self.chart = Chart(nodes, kind, title, axes, _series())

    def show(self, indices: Sequence[int], rows: Rows) -> None:
        """Draw both hips.

        Args:
            indices: the slices of the stack.
            rows: what was measured on them, by side and measurement.
        """
        own = [(side, row) for side in Side for row in rows[(side, self._id)]]
        self._indices = tuple(indices)
        columns: dict[str, Column] = {"slice": [float(index) for index in indices]}
        for side in Side:
            values = {row.index: row.value for row in rows[(side, self._id)]}
            columns[side.word] = [values.get(index) for index in indices]
        self._mark(columns, "centre", [row for _side, row in own if row.central])
        self._mark(columns, "measured", [row for _side, row in own if row.chosen])
        self._mark(columns, "edited", [row for _side, row in own if row.edited])
        self._draw_bars(columns, own)
        ranges = (row.entry.measurement.usual for _side, row in own)
        usual = next((each for each in ranges if each), (None, None))
        ends = _ends([row.index for _side, row in own if row.value is not None] or indices)
        columns["usual x"], columns["usual"] = _level(ends, usual)
        self._heights = _heights([*columns["right"], *columns["left"], *usual])
        self.chart.numbers.show(columns)
        self.chart.set_ranges(ends, self._heights)

    def point_at(self, shown: Mapping[Side, int]) -> None:
        """Draw lines at the slices that are shown."""
        low, high = self._heights
        x: Column = [
            each for index in dict.fromkeys(shown.values()) for each in (index, index, None)
        ]
        self.chart.moving.show({"shown x": x, "shown": [low, high, None] * (len(x) // 3)})

    def clicked(self, column: str, row: int) -> int | None:
        """The slice of a point of the chart; None for what is no slice, such as the usual range."""
        slices = self._marked.get(column, self._indices if column in ("right", "left") else ())
        return slices[row] if 0 <= row < len(slices) else None

    def _mark(self, columns: dict[str, Column], name: str, rows: Sequence[SliceRow]) -> None:
        """Points of a series of marks, those of both hips."""
        columns[f"{name} x"] = [float(row.index) for row in rows]
        columns[name] = [row.value for row in rows]
        self._marked[name] = [row.index for row in rows]

    def _draw_bars(self, columns: dict[str, Column], rows: Sequence[tuple[Side, SliceRow]]) -> None:
        """Every interval as a line, and the gap before the next one."""
        x, y, slices = columns.setdefault("interval x", []), columns.setdefault("interval", []), []
        for side, row in rows:
            if row.interval is not None:
                place = row.index + _BESIDE[side]
                x += (place, place, None)
                y += (*row.interval, None)
                slices += [row.index] * 3
        self._marked["interval"] = slices


def _series() -> tuple[Series, ...]:
    right, left = SIDE_INKS[Side.RIGHT], SIDE_INKS[Side.LEFT]
    return (
        Series(_("usual range"), "usual x", "usual", GREEN, Ink.DASHED),
        Series(_("slice shown"), "shown x", "shown", GREY, Ink.LINE, moves=True),
        Series(_("interval"), "interval x", "interval", GREY, Ink.THIN),
        Series(_("right"), "slice", "right", right, Ink.CURVE),
        Series(_("left"), "slice", "left", left, Ink.CURVE),
        Series(_("measured"), "measured x", "measured", BLACK, Ink.DIAMOND),
        Series(_("through the head centre"), "centre x", "centre", GREEN, Ink.SQUARE),
        Series(_("edited"), "edited x", "edited", BLACK, Ink.CROSS),
    )


def _level(ends: tuple[float, float], heights: Sequence[float | None]) -> tuple[Column, Column]:
    """Level lines with gaps between them."""
    x, y = Column(), Column()
    for height in heights:
        if height is not None:
            x += (*ends, None)
            y += (height, height, None)
    return x, y


def _ends(indices: Sequence[int]) -> tuple[float, float]:
    """The slices with a value, and some beside them."""
    return (min(indices) - _MARGIN, max(indices) + _MARGIN)


def _heights(values: Sequence[float | None]) -> tuple[float, float]:
    """Whole tens around all values; intervals may be cut off, values not."""
    known = [value for value in values if value is not None]
    if not known:
        return (0.0, 90.0)
    return (10.0 * floor((min(known) - 4.0) / 10.0), 10.0 * ceil((max(known) + 4.0) / 10.0))
