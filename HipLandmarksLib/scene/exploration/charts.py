"""Plot charts and their series, from columns of a table of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import slicer

from ...anatomy import Side
from .kinds import ExplorerChart
from .nodes import ExplorerNodes
from .numbers import NumberTable

_SERIES_CLASS, _CHART_CLASS = "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode"
Colour = tuple[float, float, float]
SIDE_INKS: Mapping[Side, Colour] = {Side.RIGHT: (0.84, 0.37, 0.0), Side.LEFT: (0.0, 0.45, 0.70)}
"""Colours of the hips on white ground (after Okabe and Ito 2008)."""
GREEN: Colour = (0.0, 0.62, 0.45)
GREY: Colour = (0.45, 0.45, 0.45)
BLACK: Colour = (0.0, 0.0, 0.0)
_NODE = slicer.vtkMRMLPlotSeriesNode


class Ink(Enum):
    """How a series is drawn: line style, width, marker style, marker size."""

    CURVE = (_NODE.LineStyleSolid, 2.0, _NODE.MarkerStyleCircle, 8.0)
    LINE = (_NODE.LineStyleSolid, 1.5, _NODE.MarkerStyleNone, 1.0)
    THIN = (_NODE.LineStyleSolid, 1.0, _NODE.MarkerStyleNone, 1.0)
    DASHED = (_NODE.LineStyleDash, 1.5, _NODE.MarkerStyleNone, 1.0)
    DIAMOND = (_NODE.LineStyleNone, 2.0, _NODE.MarkerStyleDiamond, 20.0)
    SQUARE = (_NODE.LineStyleNone, 2.0, _NODE.MarkerStyleSquare, 7.0)
    CROSS = (_NODE.LineStyleNone, 2.5, _NODE.MarkerStyleCross, 14.0)


@dataclass(frozen=True)
class Series:
    """One series of a chart.

    Attributes:
        name: what it shows.
        x, y: columns of the table.
        colour, ink: how it is drawn.
        moves: whether it changes at every step. Such series have a table of their own, since each
            change of a table costs a plot view as much as all series that show it.
    """

    name: str
    x: str
    y: str
    colour: Colour
    ink: Ink
    moves: bool = False


class Chart:
    """A vtkMRMLPlotChartNode whose series show columns of tables; later ones lie on top.

    Attributes:
        node: the chart.
        numbers: the columns of most series.
        moving: those of the series that change at every step.
    """

    def __init__(
        self,
        nodes: ExplorerNodes,
        kind: ExplorerChart,
        title: str,
        axes: tuple[str, str],
        series: tuple[Series, ...],
    ) -> None:
        self.numbers = NumberTable(nodes, f"numbers {kind.value}", f"{kind.value} (numbers)")
        self.moving = NumberTable(nodes, f"moving {kind.value}", f"{kind.value} (what is shown)")
        self.node = nodes.get(f"chart {kind.value}", _CHART_CLASS, title)
        self._series = {own.y: self._add(nodes, kind, own) for own in series}
        modifying = self.node.StartModify()
        self.node.RemoveAllPlotSeriesNodeIDs()
        for node in self._series.values():
            self.node.AddAndObservePlotSeriesNodeID(node.GetID())
        self.node.SetTitle(title)
        self.node.SetXAxisTitle(axes[0])
        self.node.SetYAxisTitle(axes[1])
        self.node.SetLegendVisibility(False)  # would cover curves: axis titles and panel tell
        _small_letters(self.node)
        self.node.EndModify(modifying)

    def column_of(self, series_id: str) -> str | None:
        """The column that a series node of this chart shows; None when it is another's."""
        found = (y for y, node in self._series.items() if node.GetID() == series_id)
        return next(found, None)

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """What the axes span; nothing happens when they do already."""
        node = self.node
        if (node.GetXAxisRange(), node.GetYAxisRange()) == (x, y) and not node.GetXAxisRangeAuto():
            return
        modifying = node.StartModify()
        node.SetXAxisRangeAuto(False)
        node.SetYAxisRangeAuto(False)
        node.SetXAxisRange(*x)
        node.SetYAxisRange(*y)
        node.EndModify(modifying)

    def _add(self, nodes: ExplorerNodes, kind: ExplorerChart, series: Series) -> Any:
        table = (self.moving if series.moves else self.numbers).node
        node = nodes.get(f"series {kind.value} {series.y}", _SERIES_CLASS, series.name)
        line, width, marker, size = series.ink.value
        modifying = node.StartModify()
        node.SetName(series.name)  # as a hint in the plot says it, without the case
        node.SetAndObserveTableNodeID(table.GetID())
        node.SetPlotType(node.PlotTypeScatter)
        node.SetXColumnName(series.x)
        node.SetYColumnName(series.y)
        node.SetColor(*series.colour)
        node.SetLineStyle(line)
        node.SetLineWidth(width)
        node.SetMarkerStyle(marker)
        node.SetMarkerSize(size)
        node.EndModify(modifying)
        return node


def _small_letters(chart: Any) -> None:
    """Three plots stand side by side: Slicer's own letters would cover them."""
    chart.SetTitleFontSize(14)
    chart.SetAxisTitleFontSize(12)
    chart.SetAxisLabelFontSize(11)
