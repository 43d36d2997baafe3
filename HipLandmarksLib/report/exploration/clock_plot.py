"""Alpha round the clock face of the head, with the height of the bump: the cam map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import radians

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.projections.polar import PolarAxes

from ...anatomy import Side
from ...exploration.radial_result import RadialMap, RadialSection, Sight
from ..case import SIDES
from .clock_words import clock_headline
from .style import ANGLE_COLOURS, FAINT, GRID, INK, UNSEEN, legend_line, new_figure, paragraph

WIDTH_PX, HEIGHT_PX = 1500, 1010
_COLOUR = ANGLE_COLOURS["alpha"]
_LIMIT = "#b3261e"
_LEAST_RADIUS_DEG, _LEAST_TOP_DEG = 20.0, 80.0
_DIRECTIONS = {0: "superior", 3: "anterior", 6: "inferior", 9: "posterior"}
_HOURS = range(12)
Maps = Mapping[Side, RadialMap | None]


def draw_clock_map(
    maps: Maps, title: str, reasons: Mapping[Side, str] | None = None, remark: str = ""
) -> Figure:
    """Draw alpha by the clock of both hips, the right one on the left; below it the cam's height.

    12 o'clock is superior and 3 o'clock anterior on both sides: the left clock is not mirrored.
    A hollow mark stands for a plane that the slices show coarsely only, a grey sector for one that
    they do not show. Points are joined only where neighbouring planes were measured.

    Args:
        maps: by side; None where there is none.
        title: above the plot.
        reasons: why there is no map, by side.
        remark: below it.
    """
    figure = new_figure(WIDTH_PX, HEIGHT_PX, title, remark)
    known = [found for found in maps.values() if found is not None]
    top = _top(known)
    highest = max((s.cam_height_mm or 0.0 for m in known for s in m.sections), default=0.0)
    threshold = known[0].threshold_deg if known else 60.0
    _legend(figure, threshold)
    for column, side in enumerate(SIDES):
        left = 0.04 + 0.5 * column
        found = maps.get(side)
        if found is None:
            why = (reasons or {}).get(side) or "There is no alpha map of this hip."
            paragraph(figure, (left + 0.21, 0.55), f"{side.word.capitalize()} hip. {why}", 60)
            continue
        polar = figure.add_axes((left + 0.02, 0.325, 0.40, 0.485), projection="polar")
        assert isinstance(polar, PolarAxes)
        _draw_clock(polar, found, top)
        strip = figure.add_axes((left + 0.03, 0.155, 0.40, 0.105))
        _draw_height(strip, found, max(highest * 1.2, 2.0))
        name = f"{side.word.capitalize()} hip"
        figure.text(left + 0.22, 0.905, name, ha="center", fontsize=9.5, color=INK, weight="bold")
        figure.text(left + 0.22, 0.883, clock_headline(found), ha="center", fontsize=9, color=INK)
        paragraph(figure, (left + 0.22, 0.066), " ".join(found.limits), 98, 7.5)
    return figure


def _top(maps: Sequence[RadialMap]) -> float:
    ends = [
        end
        for found in maps
        for section in found.sections
        if section.alpha_deg is not None
        for end in (section.alpha_deg, *(section.ci95 or ()))
    ]
    return min(max([_LEAST_TOP_DEG, *ends]), 150.0) + 5.0


def _draw_clock(axes: PolarAxes, found: RadialMap, top: float) -> None:
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(0.0, top)
    rings = [ring for ring in (20, 40, 60, 80, 100, 120, 140) if ring < top]
    axes.set_yticks(rings)
    axes.set_yticklabels([f"{ring}°" for ring in rings], fontsize=7, color=FAINT)
    axes.set_rlabel_position(195)
    axes.set_xticks([radians(30 * hour) for hour in _HOURS])
    axes.set_xticklabels([_hour(hour) for hour in _HOURS], fontsize=8.5, color=INK)
    axes.tick_params(axis="x", pad=9)
    axes.grid(color=GRID, linewidth=0.7)
    axes.spines["polar"].set_color(GRID)
    circle = [radians(step) for step in range(0, 361, 2)]
    axes.plot(circle, [found.threshold_deg] * len(circle), color=_LIMIT, lw=1.1, ls=(0, (5, 3)))
    _unseen(axes, found, top)
    _omega(axes, found, top)
    _points(axes, found)


def _hour(hour: int) -> str:
    name = str(hour or 12)
    return f"{name}\n{_DIRECTIONS[hour]}" if hour in _DIRECTIONS else name


def _unseen(axes: PolarAxes, found: RadialMap, top: float) -> None:
    width = radians(found.step_deg)
    for section in found.sections:
        if section.alpha_deg is None:
            axes.bar(radians(section.theta_deg), top, width=width, color=UNSEEN, zorder=0.5)


def _omega(axes: PolarAxes, found: RadialMap, top: float) -> None:
    """The arcs above the threshold along the rim of the clock."""
    for arc in found.omega.arcs:
        start = arc.start_theta
        steps = [radians(start + arc.span_deg * n / 60) for n in range(61)]
        axes.plot(steps, [top * 0.985] * 61, color=_LIMIT, linewidth=4.0, solid_capstyle="butt")


def _points(axes: PolarAxes, found: RadialMap) -> None:
    ring = [*found.sections, found.sections[0]]
    for before, after in pairwise(ring):
        step = (after.theta_deg - before.theta_deg) % 360.0
        if before.alpha_deg is None or after.alpha_deg is None or step > 1.5 * found.step_deg:
            continue
        share = [n / 8 for n in range(9)]
        thetas = [radians(before.theta_deg + step * s) for s in share]
        alphas = [before.alpha_deg + (after.alpha_deg - before.alpha_deg) * s for s in share]
        axes.plot(thetas, alphas, color=_COLOUR, linewidth=1.1, alpha=0.7)
    for section in found.sections:
        if section.alpha_deg is not None:
            _point(axes, section)
    highest = found.maximum
    if highest is not None and highest.alpha_deg is not None:
        _mark_maximum(axes, highest.theta_deg, highest.alpha_deg)


def _point(axes: PolarAxes, section: RadialSection) -> None:
    theta = radians(section.theta_deg)
    if section.ci95 is not None:
        low, high = section.ci95
        ends = [max(low, 0.0), min(high, axes.get_ylim()[1])]
        axes.plot([theta, theta], ends, color=_COLOUR, linewidth=1.0, alpha=0.45)
    axes.plot(
        *(theta, section.alpha_deg or 0.0),
        marker="o",
        markersize=4.5,
        markerfacecolor=_COLOUR if section.sight is Sight.CLEAR else "white",
        markeredgecolor=_COLOUR,
        zorder=4,
    )


def _mark_maximum(axes: PolarAxes, theta_deg: float, alpha_deg: float) -> None:
    axes.annotate(
        f"{round(alpha_deg)}°",
        (radians(theta_deg), alpha_deg),
        xytext=(6, 6),
        textcoords="offset points",
        fontsize=9,
        weight="bold",
        color=_COLOUR,
        zorder=6,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )


def _draw_height(axes: Axes, found: RadialMap, top: float) -> None:
    """Height of the bump over the clock, 12 o'clock in the middle."""
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    axes.set_xlim(-180.0, 180.0)
    axes.set_ylim(0.0, top)
    axes.set_xticks([30 * n for n in range(-6, 7)])
    axes.set_xticklabels([str(n % 12 or 12) for n in range(-6, 7)], fontsize=7.5)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_xlabel("posterior   ←   o'clock   →   anterior", fontsize=8, color=INK)
    axes.set_ylabel("bump (mm)", fontsize=8, color=INK)
    axes.grid(True, axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    width = found.step_deg * 0.8
    for section in found.sections:
        x = (section.theta_deg + 180.0) % 360.0 - 180.0
        if section.cam_height_mm is None:
            axes.bar(x, top, width=found.step_deg, color=UNSEEN, zorder=0.5)
        else:
            clear = section.sight is Sight.CLEAR
            face = _COLOUR if clear else "white"
            axes.bar(x, section.cam_height_mm, width=width, color=face, edgecolor=_COLOUR)


def _legend(figure: Figure, threshold: float) -> None:
    entries = [
        Line2D([], [], marker="o", color=_COLOUR, label="alpha and 95 % interval"),
        Line2D(
            *([], []),
            marker="o",
            color=_COLOUR,
            markerfacecolor="white",
            linestyle="",
            label="seen coarsely",
        ),
        Patch(color=UNSEEN, label="not seen"),
        Line2D([], [], color=_LIMIT, linestyle=(0, (5, 3)), label=f"limit {threshold:g}°"),
        Line2D([], [], color=_LIMIT, linewidth=4.0, label="omega: alpha above the limit"),
    ]
    legend_line(figure, entries, (HEIGHT_PX - 52) / HEIGHT_PX)
