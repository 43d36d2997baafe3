"""Head and roof seen from above: how much of the femoral head is covered."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Rectangle

from ...anatomy import Side
from ...exploration import HeadCoverage, HeadSphereFit, HipExploration, SliceCoverage
from ..case import SIDES
from .coverage_words import COVERAGE_SOURCE, coverage_headline
from .style import FAINT, INK, UNSEEN, legend_line, new_figure, paragraph

WIDTH_PX, HEIGHT_PX = 1500, 820
_COVERED, _BARE, _EDGE = "#b9cde4", "#f6d9c6", "#b0490c"


def draw_coverage(exploration: HipExploration, title: str, remark: str = "") -> Figure:
    """Draw the disc of each head as seen from above with the edge of the roof over it.

    The right hip is on the left; front is up. Blue lies under the roof, orange does not, grey was
    not seen.

    Args:
        exploration: of both hips.
        title: above the plot.
        remark: below it.
    """
    figure = new_figure(WIDTH_PX, HEIGHT_PX, title, remark)
    _legend(figure)
    reach = max([_radius(own.sphere) or 0.0 for own in exploration.sides.values()]) or 25.0
    for column, side in enumerate(SIDES):
        own = exploration.sides[side]
        middle = 0.26 + 0.48 * column
        radius = _radius(own.sphere)
        if radius is None or own.coverage.total is None:
            why = own.coverage.reason or own.sphere.reason
            paragraph(figure, (middle, 0.5), f"{side.word.capitalize()} hip. {why}", 60)
            continue
        axes = figure.add_axes((middle - 0.21, 0.13, 0.42, 0.72))
        _draw(axes, side, own.coverage, own.sphere, radius, reach)
        text = f"{side.word.capitalize()} hip  ·  {coverage_headline(own.coverage)}"
        figure.text(middle, 0.875, text, ha="center", fontsize=9.5, color=INK)
        paragraph(figure, (middle, 0.105), own.coverage.reason, 104, 7.5)
    paragraph(figure, (0.5, 0.058), COVERAGE_SOURCE, 170, 7.5)
    return figure


def _legend(figure: Figure) -> None:
    entries = [
        Patch(color=_COVERED, label="under the roof"),
        Patch(color=_BARE, label="not covered"),
        Patch(color=UNSEEN, label="not seen"),
        Line2D([], [], color=_EDGE, marker="o", markersize=4.0, label="edge of the roof"),
    ]
    legend_line(figure, entries, (HEIGHT_PX - 52) / HEIGHT_PX)


def _radius(fit: HeadSphereFit) -> float | None:
    return None if fit.sphere is None else fit.sphere.radius


def _draw(
    axes: Axes,
    side: Side,
    coverage: HeadCoverage,
    fit: HeadSphereFit,
    radius: float,
    reach: float,
) -> None:
    assert fit.sphere is not None  # checked by the caller
    axes.set_aspect("equal")
    axes.set_xlim(-1.35 * reach, 1.35 * reach)
    axes.set_ylim(-1.25 * reach, 1.25 * reach)
    axes.set_axis_off()
    disc = Circle((0, 0), radius, facecolor=UNSEEN, edgecolor=INK, linewidth=1.4)
    axes.add_patch(disc)
    lateral = 1.0 if side is Side.LEFT else -1.0
    edges = []
    for entry in coverage.slices:
        if entry.edge is None:
            continue
        x = entry.edge[0] - fit.sphere.centre[0]
        edges.append((x, entry.offset_mm))
        for patch in _strip(entry, x, lateral, _thickness(coverage)):
            axes.add_patch(patch)
            patch.set_clip_path(disc)
    axes.plot(*zip(*edges, strict=True), color=_EDGE, marker="o", markersize=4.0, linewidth=1.4)
    axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor=INK, linewidth=1.4))
    axes.plot(0, 0, marker="+", color=INK, markersize=9)
    _directions(axes, lateral, reach)


def _strip(
    entry: SliceCoverage, x: float, lateral: float, thickness: float
) -> tuple[Rectangle, ...]:
    """The slice under the roof and beyond its edge; both are cut off at the disc."""
    low, half = entry.offset_mm - thickness / 2, entry.half_width_mm + thickness
    start = -lateral * half
    covered = Rectangle(
        (min(start, x), low), abs(x - start), thickness, facecolor=_COVERED, edgecolor="white"
    )
    end = lateral * half
    if lateral * x >= half:
        return (covered,)
    bare = Rectangle(
        (min(x, end), low), abs(end - x), thickness, facecolor=_BARE, edgecolor="white"
    )
    return (covered, bare)


def _thickness(coverage: HeadCoverage) -> float:
    offsets = [entry.offset_mm for entry in coverage.slices]
    steps = [b - a for a, b in pairwise(offsets)]
    return min(steps, default=4.0)


def _directions(axes: Axes, lateral: float, reach: float) -> None:
    words = {
        (0.0, 1.13): "front",
        (0.0, -1.16): "back",
        (1.2 * lateral, 0.0): "lateral",
        (-1.2 * lateral, 0.0): "medial",
    }
    for (x, y), word in words.items():
        axes.text(x * reach, y * reach, word, ha="center", va="center", fontsize=8.5, color=FAINT)
