"""Everything that shows an explored stack: plots, tables, surfaces, the radial plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...anatomy import Side
from ...exploration import HipExploration
from ...report.exploration.slice_rows import explored_rows, interval_remark
from ...uncertainty import Calibration
from .clock_chart import ClockChart
from .kinds import ExplorerChart, ExplorerTable
from .nodes import ExplorerNodes
from .radial import RadialMarks, turn_radial_views
from .rows import ClockTable, SliceTable
from .slice_chart import SliceChart
from .space import SpaceModels
from .state import ExplorerState

_NAMES = {ExplorerChart.ALPHA: "Alpha", ExplorerChart.LCE: "LCE"}


class ExplorerDrawings:
    """The nodes that show an exploration; each call brings in line what it names."""

    def __init__(self, nodes: ExplorerNodes) -> None:
        self._nodes = nodes
        self._slices = {kind: SliceChart(nodes, kind, name) for kind, name in _NAMES.items()}
        self._clock = ClockChart(nodes)
        self._slice_table, self._clock_table = SliceTable(nodes), ClockTable(nodes)
        self.models = SpaceModels(nodes)
        self._marks = RadialMarks(nodes)

    def chart(self, kind: ExplorerChart) -> Any:
        """A vtkMRMLPlotChartNode."""
        return (
            self._clock.chart.node if kind is ExplorerChart.CLOCK else self._slices[kind].chart.node
        )

    def table(self, kind: ExplorerTable) -> Any:
        """A vtkMRMLTableNode."""
        own = self._slice_table if kind is ExplorerTable.SLICES else self._clock_table
        return own.table.node

    def show_space(self, found: HipExploration, state: ExplorerState) -> None:
        """What does not depend on single points: surfaces and the clock."""
        self.models.show(found.sides.values(), frozenset(state.parts))
        self._clock.show(found)
        self._clock_table.show(found)

    def show_angles(
        self, found: HipExploration, shown: Mapping[Side, int], calibration: Calibration | None
    ) -> None:
        """Angles slice by slice, with the intervals of a calibrated model if there is one."""
        rows = explored_rows(found, calibration)
        for chart in self._slices.values():
            chart.show(found.stack.indices, rows)
            chart.point_at(shown)
        self._slice_table.show(found.stack, rows, shown, interval_remark(calibration))

    def point_at(self, shown: Mapping[Side, int]) -> None:
        """Mark the slices that are shown."""
        for chart in self._slices.values():
            chart.point_at(shown)
        self._slice_table.point_at(shown)

    def show_radial(self, found: HipExploration, plane: tuple[Side, float] | None) -> None:
        """Put radial views on a plane, and draw in it what was found; None draws nothing."""
        own = None if plane is None else found.sides[plane[0]].radial
        self._clock.point_at(plane)
        if plane is None or own is None:
            self._marks.hide()
            return
        self._marks.show(own, plane[1])
        turn_radial_views(self._nodes.study, own.frame, plane[1])

    def clicked(self, series_id: str, row: int) -> int | tuple[Side, float] | None:
        """What a point of a plot stands for: a slice, or a radial plane; None for nothing."""
        for slices in self._slices.values():
            column = slices.chart.column_of(series_id)
            if column is not None:
                return slices.clicked(column, row)
        column = self._clock.chart.column_of(series_id)
        return None if column is None else self._clock.clicked(column, row)

    def forget(self, node: Any) -> None:
        """Drop a node that was removed from the scene."""
        self._nodes.forget(node)
        self._marks.forget(node)
