"""Alpha round the neck as a clock: 12 o'clock on top, 3 o'clock (anterior) on the right."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

from ...anatomy import Side
from ...exploration import HipExploration
from ...exploration.radial_result import RadialMap
from ...i18n import tr as _
from .charts import BLACK, GREEN, GREY, SIDE_INKS, Chart, Ink, Series
from .kinds import ExplorerChart
from .nodes import ExplorerNodes

Column = list[float | None]
Plane = tuple[Side, float]
_RINGS = (30.0, 60.0, 90.0)
_EDGE = 100.0
_THRESHOLD = 60.0  # of a case without any map, for the picture only


class ClockChart:
    """The polar chart of both hips: the farther from the middle, the larger alpha.

    Both hips are drawn alike, anterior on the right. Planes that the image does not show are gaps.
    Thin rings stand for 30, 60 and 90 degrees, the dashed one for the threshold of omega; the line
    shows the plane that the radial view shows.
    """

    def __init__(self, nodes: ExplorerNodes) -> None:
        self._planes: dict[str, list[Plane]] = {}
        title = _("Alpha by the clock (research use)")
        across = _("9 posterior  —  3 anterior (right orange, left blue)")
        axes = (across, _("6 inferior  —  12 superior"))
        self.chart = Chart(nodes, ExplorerChart.CLOCK, title, axes, _series())
        self.chart.node.SetGridVisibility(False)

    def show(self, found: HipExploration) -> None:
        """Draw the maps of both hips; a hip without one has no curve."""
        columns: dict[str, Column] = {}
        maps = [own.radial for own in found.sides.values() if own.radial is not None]
        for side in Side:
            self._draw_side(columns, side, found.sides[side].radial)
        threshold = maps[0].threshold_deg if maps else _THRESHOLD
        columns["rings x"], columns["rings"] = _rings(_RINGS)
        columns["threshold x"], columns["threshold"] = _rings((threshold,))
        self.chart.numbers.show(columns)
        largest = max((v for each in maps for _t, v in each.samples if v is not None), default=0.0)
        edge = max(_EDGE, largest + 5.0)
        self.chart.set_ranges((-edge, edge), (-edge, edge))

    def point_at(self, plane: Plane | None) -> None:
        """Draw the radial plane that is shown: a diameter, strong on the side that is asked for."""
        x, y = Column(), Column()
        if plane is not None:
            ends = [_place(plane[1], _EDGE), _place(plane[1] + 180.0, 0.35 * _EDGE)]
            x, y = [end[0] for end in ends], [end[1] for end in ends]
        self.chart.moving.show({"plane x": x, "plane": y})

    def clicked(self, column: str, row: int) -> Plane | None:
        """The hip and place on the clock face of a point of the chart; None for rings."""
        planes = self._planes.get(column, [])
        return planes[row] if 0 <= row < len(planes) else None

    def _draw_side(self, columns: dict[str, Column], side: Side, found: RadialMap | None) -> None:
        samples = [] if found is None else [*found.samples, found.samples[0]]
        points = [(None, None) if v is None else _place(theta, v) for theta, v in samples]
        columns[f"{side.word} x"] = [point[0] for point in points]
        columns[side.word] = [point[1] for point in points]
        self._planes[side.word] = [(side, theta) for theta, _v in samples]
        top = None if found is None else found.maximum
        name = f"{side.word} largest"
        at = () if top is None or top.alpha_deg is None else (_place(top.theta_deg, top.alpha_deg),)
        columns[f"{name} x"], columns[name] = [p[0] for p in at], [p[1] for p in at]
        self._planes[name] = [] if top is None else [(side, top.theta_deg)]


def _series() -> tuple[Series, ...]:
    curves = [
        Series(_side_word(side), f"{side.word} x", side.word, SIDE_INKS[side], Ink.CURVE)
        for side in Side
    ]
    largest = [
        Series(_largest_words(side), f"{name} x", name, SIDE_INKS[side], Ink.DIAMOND)
        for side in Side
        for name in (f"{side.word} largest",)
    ]
    return (
        Series(_("30°, 60°, 90°"), "rings x", "rings", GREY, Ink.THIN),
        Series(_("threshold"), "threshold x", "threshold", GREEN, Ink.DASHED),
        Series(_("plane shown"), "plane x", "plane", BLACK, Ink.LINE, moves=True),
        *curves,
        *largest,
    )


def _side_word(side: Side) -> str:
    return _("right") if side is Side.RIGHT else _("left")


def _largest_words(side: Side) -> str:
    return _("largest, right") if side is Side.RIGHT else _("largest, left")


def _place(theta_deg: float, alpha_deg: float) -> tuple[float, float]:
    theta = radians(theta_deg)
    return (alpha_deg * sin(theta), alpha_deg * cos(theta))


def _rings(radii: Sequence[float]) -> tuple[Column, Column]:
    points: list[tuple[float | None, float | None]] = []
    for radius in radii:
        points += [_place(theta, radius) for theta in range(0, 361, 5)]
        points.append((None, None))
    return [point[0] for point in points], [point[1] for point in points]
