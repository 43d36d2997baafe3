"""Alpha and LCE slice by slice: how much does the choice of the slice matter?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from ...anatomy import Side
from ...measurement import Measurement
from ..case import SIDES
from ..values import format_usual
from .slice_rows import Rows, SliceRow, runs
from .style import ANGLE_COLOURS, CHOSEN, EDITED, FAINT, GRID, INK, USUAL, legend_line, new_figure

WIDTH_PX, ROW_PX, HEAD_PX, FOOT_PX = 1500, 400, 74, 36
_LEAST_SPAN_DEG, _MOST_BEYOND_DEG = 30.0, 20.0
_BESIDE = 2
"""So many slices without values are shown on each side of those with values."""
_NO_COLOUR = "#444444"


def draw_slice_plot(rows: Rows, title: str, remark: str = "") -> Figure:
    """Draw the angles over the slices, the right hip on the left, one row of axes per angle.

    A filled mark may be compared with published limits, a hollow one may not (LCE beside the head
    centre). Bars are the intervals of the values. Lines join neighbouring slices only.

    Args:
        rows: of :func:`.slice_rows` by side and measurement.
        title: above the plot.
        remark: below it, such as what the intervals rest on.
    """
    ids = list(dict.fromkeys(id_ for _, id_ in rows))
    height = HEAD_PX + ROW_PX * len(ids) + FOOT_PX
    figure = new_figure(WIDTH_PX, height, title, remark)
    _legend(figure, (height - 52) / height)
    for line, id_ in enumerate(ids):
        span = _common_span([rows[(side, id_)] for side in SIDES if (side, id_) in rows])
        bottom = (height - HEAD_PX - ROW_PX * (line + 1) + 55) / height
        for column, side in enumerate(SIDES):
            shown = _near_values([rows.get((side, each), ()) for each in ids])
            own = [row for row in rows.get((side, id_), ()) if row.index in shown]
            rect = (0.055 + 0.49 * column, bottom, 0.43, (ROW_PX - 118) / height)
            _draw(figure.add_axes(rect), side, id_, own, span)
    return figure


def _legend(figure: Figure, y: float) -> None:
    """What the marks mean, in one line under the title."""
    colour = FAINT
    entries = [
        Line2D([], [], marker="o", color=colour, linestyle="", label="value and interval"),
        Line2D(
            *([], []),
            marker="o",
            color=colour,
            markerfacecolor="white",
            linestyle="",
            label="not to be compared with limits",
        ),
        Line2D(
            *([], []),
            marker="s",
            color=EDITED,
            markerfacecolor=colour,
            linestyle="",
            label="edited by a person",
        ),
        Patch(color=CHOSEN, label="slice on which the hip is measured"),
        Line2D(
            [],
            [],
            color=colour,
            linestyle=(0, (4, 3)),
            label="centre of the head (mm from it above)",
        ),
    ]
    legend_line(figure, entries, y)


def _near_values(of_angles: Sequence[Sequence[SliceRow]]) -> frozenset[int]:
    """Indices of the slices that are shown: those with a value of any angle, and a few more."""
    shown: set[int] = set()
    for rows in of_angles:
        known = [n for n, row in enumerate(rows) if row.value is not None]
        if known:
            first, last = max(0, known[0] - _BESIDE), known[-1] + _BESIDE + 1
            shown.update(row.index for row in rows[first:last])
    return frozenset(shown) or frozenset(row.index for rows in of_angles for row in rows)


def _draw(
    axes: Axes, side: Side, id_: str, rows: Sequence[SliceRow], span: tuple[float, float]
) -> None:
    known = [row for row in rows if row.value is not None]
    axes.set_title(_heading(side, rows), fontsize=9.5, color=INK, loc="left")
    axes.grid(True, color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    if not known:
        why = next((row.entry.reason for row in rows if row.entry.reason), "It was not measured.")
        axes.set_axis_off()
        axes.text(0.5, 0.5, why, ha="center", va="center", wrap=True, color=FAINT, fontsize=9)
        return
    axes.set_ylim(*span)
    axes.set_ylabel(f"{known[0].entry.measurement.name} (°)", fontsize=9, color=INK)
    _slice_axis(axes, rows)
    _usual_range(axes, known[0].entry.measurement)
    _special_slices(axes, rows)
    _values(axes, known, ANGLE_COLOURS.get(id_, _NO_COLOUR))


def _heading(side: Side, rows: Sequence[SliceRow]) -> str:
    """The hip, its value on the chosen slice with the spread, and the largest value."""
    parts = [f"{side.word.capitalize()} hip"]
    chosen = next((row for row in rows if row.chosen), None)
    if chosen is not None and chosen.value is not None:
        text = f"slice {chosen.index}: {round(chosen.value)}°"
        if chosen.entry.spread is not None:
            text += f", changes by {round(chosen.entry.spread)}° over ±1 slice"
        parts.append(text)
    largest = next((row for row in rows if row.largest), None)
    if largest is not None and largest.value is not None:
        parts.append(f"largest {round(largest.value)}° on slice {largest.index}")
    return "  ·  ".join(parts)


def _slice_axis(axes: Axes, rows: Sequence[SliceRow]) -> None:
    """Slices at their depth, named by their numbers; above, mm from the head centre."""
    places = [row.entry.place for row in rows]
    margin = places[0].spacing_mm
    low, high = places[0].position_mm - margin, places[-1].position_mm + margin
    axes.set_xlim(low, high)
    step = max(1, -(-len(rows) // 18))
    axes.set_xticks([place.position_mm for place in places[::step]])
    axes.set_xticklabels([str(row.index) for row in rows[::step]])
    axes.tick_params(labelsize=8, colors=INK)
    axes.set_xlabel("back  ←   slice   →  front", fontsize=8.5, color=INK)
    if places[0].offset_mm is None:
        return
    head = places[0].position_mm - places[0].offset_mm
    axes.text(0.0, 1.012, "mm", transform=axes.transAxes, ha="right", fontsize=7, color=FAINT)
    above = axes.secondary_xaxis("top", functions=_shift(head))
    above.tick_params(labelsize=7, colors=FAINT, pad=0, length=2, direction="in")
    above.spines["top"].set_visible(False)
    if low <= head <= high:
        axes.axvline(head, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))


def _shift(head: float) -> tuple[Any, Any]:
    """Depth in the stack to mm from the head centre, and back."""
    return (lambda depth: depth - head, lambda offset: offset + head)


def _usual_range(axes: Axes, measurement: Measurement) -> None:
    usual = measurement.usual
    if usual is None:
        return
    bottom, top = axes.get_ylim()
    low = bottom if usual[0] is None else usual[0]
    high = top if usual[1] is None else usual[1]
    if high > bottom and low < top:
        axes.axhspan(max(low, bottom), min(high, top), color=USUAL, zorder=0)
        text = f"usual {format_usual(usual, measurement.unit)}"
        at = (0.995, max(low, bottom))
        axes.annotate(
            text,
            at,
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            fontsize=7.5,
            color="#3d7a45",
        )


def _special_slices(axes: Axes, rows: Sequence[SliceRow]) -> None:
    for row in rows:
        if row.chosen:
            place = row.entry.place
            half = place.spacing_mm / 2
            axes.axvspan(place.position_mm - half, place.position_mm + half, color=CHOSEN, zorder=0)


def _values(axes: Axes, known: Sequence[SliceRow], colour: str) -> None:
    for run in runs(known):
        xs, ys = [row.entry.place.position_mm for row in run], [row.value or 0.0 for row in run]
        axes.plot(xs, ys, color=colour, linewidth=1.0, alpha=0.55, zorder=2)
    bottom, top = axes.get_ylim()
    for row in known:
        x, y = row.entry.place.position_mm, row.value or 0.0
        if not bottom < y < top:
            _tell_beyond(axes, x, y, colour)
            continue
        if row.interval is not None:
            axes.plot([x, x], row.interval, color=colour, linewidth=1.2, alpha=0.6, zorder=2)
        axes.plot(
            *(x, y),
            marker="s" if row.edited else "o",
            markersize=6.5 if row.chosen else 5.0,
            markerfacecolor=colour if row.comparable else "white",
            markeredgecolor=EDITED if row.edited else colour,
            markeredgewidth=1.6 if row.edited else 1.1,
            zorder=4,
        )
        if row.largest:
            _label(axes, f"▲ {round(y)}°", (x, y), colour)


def _tell_beyond(axes: Axes, x: float, y: float, colour: str) -> None:
    """A value outside the axes: an arrow at the edge, and the number."""
    bottom, top = axes.get_ylim()
    above = y >= top
    at, marker = (top, "^") if above else (bottom, "v")
    axes.plot(x, at, marker=marker, color=colour, markerfacecolor="white", clip_on=False, zorder=4)
    axes.annotate(
        f"{round(y)}°",
        (x, at),
        xytext=(7, -10 if above else 4),
        textcoords="offset points",
        fontsize=7.5,
        color=colour,
    )


def _label(axes: Axes, text: str, at: tuple[float, float], colour: str) -> None:
    axes.annotate(
        text,
        at,
        xytext=(6, 5),
        textcoords="offset points",
        fontsize=8.5,
        weight="bold",
        color=colour,
        zorder=5,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )


def _common_span(found: Sequence[Sequence[SliceRow]]) -> tuple[float, float]:
    """Both hips on one scale: values of sure points, and their intervals within reason.

    Slices at the ends of the head have values and intervals that would hide the rest; bars that
    leave the axes are cut, and values beyond them are told at the edge.
    """
    known = [row for rows in found for row in rows if row.value is not None]
    known = [row for row in known if row.sure] or known
    if not known:
        return (0.0, 90.0)
    values = [row.value for row in known if row.value is not None]
    low, high = min(values), max(values)
    ends = [end for row in known for end in row.interval or ()]
    low = max(min([low, *ends]), low - _MOST_BEYOND_DEG)
    high = min(max([high, *ends]), high + _MOST_BEYOND_DEG)
    missing = max(0.0, _LEAST_SPAN_DEG - (high - low)) / 2
    return (low - missing - 3.0, high + missing + 6.0)
