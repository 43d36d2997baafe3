"""Angles over the slices as a drawing of the page: places of marks, lines, bars and ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..anatomy import Side
from ..i18n import tr as _
from ..report.exploration.slice_rows import Rows, SliceRow, runs
from .bricks import Brick

WIDTH, HEIGHT = 420.0, 190.0
"""Of one plot, in the units of its drawing."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 10.0, 30.0
_LEAST_SPAN_DEG = 30.0
_MARGIN_DEG = 6.0
_BESIDE = 1
_STEPS = (5, 10, 20, 50, 100)
_MOST_TICKS = 7


def slice_plots(rows: Rows, shown: Mapping[Side, int]) -> list[Brick]:
    """One plot per angle, both hips in it.

    Args:
        rows: of every side and measurement, from the back to the front.
        shown: the slice that each hip's points show now.
    """
    ids = list(dict.fromkeys(id_ for _side, id_ in rows))
    return [plot for id_ in ids if (plot := _plot(id_, rows, shown)) is not None]


def plot_words() -> Brick:
    """What the marks of the plots mean."""
    return {
        "right": _("right"),
        "left": _("left"),
        "marks": _("large: measured here; hollow: not to be compared with limits"),
    }


def _plot(id_: str, rows: Rows, shown: Mapping[Side, int]) -> Brick | None:
    own = {side: rows[(side, id_)] for side in Side if (side, id_) in rows}
    valued = [row for each in own.values() for row in each if row.value is not None]
    if not valued:
        return None
    order = _order(own)
    near = [order.index(row.index) for row in valued]
    visible = order[max(0, min(near) - _BESIDE) : max(near) + 1 + _BESIDE]
    scale = _Scale(visible, valued)
    measurement = valued[0].entry.measurement
    return {
        "id": id_,
        "title": measurement.name,
        "back": _("back"),
        "front": _("front"),
        "width": WIDTH,
        "height": HEIGHT,
        "usual": scale.band(measurement.usual),
        "ticks": scale.ticks(),
        "slices": [{"index": index, "x": scale.x(index)} for index in visible],
        "shown": [
            {"side": s.value, "index": k, "x": scale.x(k)}
            for s, k in shown.items()
            if scale.has(k) and s in own
        ],
        "series": [_series(side, each, scale) for side, each in own.items()],
    }


def _order(own: Mapping[Side, Sequence[SliceRow]]) -> list[int]:
    """Every slice, from the back to the front."""
    longest = max(own.values(), key=len)
    return [row.index for row in longest]


def _series(side: Side, rows: Sequence[SliceRow], scale: _Scale) -> Brick:
    beside = -2.5 if side is Side.RIGHT else 2.5  # bars of both hips side by side
    visible = [row for row in rows if scale.has(row.index)]
    lines = [" ".join(_place(row, scale, beside) for row in run) for run in runs(visible)]
    marks = [_mark(side, row, scale, beside) for row in visible if row.value is not None]
    return {"side": side.value, "name": _name(side), "lines": lines, "marks": marks}


def _place(row: SliceRow, scale: _Scale, beside: float) -> str:
    return f"{scale.x(row.index) + beside:.1f},{scale.y(row.value or 0.0):.1f}"


def _mark(side: Side, row: SliceRow, scale: _Scale, beside: float) -> Brick:
    value = row.value or 0.0
    low, high = row.interval or (value, value)
    return {
        "index": row.index,
        "x": scale.x(row.index) + beside,
        "y": scale.y(value),
        "low": scale.y(low),
        "high": scale.y(high),
        "hollow": not row.comparable,
        "chosen": row.chosen,
        "tip": _tip(side, row, value),
    }


def _tip(side: Side, row: SliceRow, value: float) -> str:
    told = _("{side}, slice {index}: {value}°").format(
        side=_name(side), index=row.index, value=round(value)
    )
    if row.interval is not None:
        low, high = (round(each) for each in row.interval)
        told = _("{told} ({low} to {high})").format(told=told, low=low, high=high)
    marks = [
        (row.chosen, _("measured here")),
        (row.central, _("through the head centre")),
        (row.largest, _("largest")),
        (row.edited, _("edited")),
    ]
    return "; ".join([told, *(words for holds, words in marks if holds)])


def _name(side: Side) -> str:
    return _("right") if side is Side.RIGHT else _("left")


class _Scale:
    """From slices and degrees to the units of the drawing; what lies beyond is cut off."""

    def __init__(self, slices: Sequence[int], rows: Sequence[SliceRow]) -> None:
        self._places = {index: place for place, index in enumerate(slices)}
        trusted = [row.value for row in rows if row.comparable and row.value is not None]
        values = trusted or [row.value for row in rows if row.value is not None]
        low, high = min(values) - _MARGIN_DEG, max(values) + _MARGIN_DEG
        wanting = max(0.0, _LEAST_SPAN_DEG - (high - low)) / 2.0
        self._low, self._high = low - wanting, high + wanting

    def has(self, index: int) -> bool:
        """Whether the slice is in the plot."""
        return index in self._places

    def x(self, index: int) -> float:
        """Middle of a slice."""
        share = (self._places[index] + 0.5) / len(self._places)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Height of a value."""
        share = (value - self._low) / (self._high - self._low)
        return HEIGHT - _BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - _BOTTOM - _TOP)

    def band(self, usual: tuple[float | None, float | None] | None) -> Brick | None:
        """The usual range; None without one."""
        if usual is None:
            return None
        low, high = usual
        top = self.y(self._high if high is None else high)
        bottom = self.y(self._low if low is None else low)
        return {"y": top, "height": max(0.0, bottom - top)}

    def ticks(self) -> list[Brick]:
        """Round values on the axis."""
        span = self._high - self._low
        step = next((s for s in _STEPS if span / s <= _MOST_TICKS), _STEPS[-1])
        first = -int(-self._low // step)
        values = [step * n for n in range(first, int(self._high // step) + 1)]
        return [{"y": self.y(value), "text": f"{value}°"} for value in values]
