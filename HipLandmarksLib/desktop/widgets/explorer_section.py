"""Slices: all slices of an MRI with their angles, head and neck in space, the clock face."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import qt
import slicer

from ...panel import Control, ExplorerView, clock_columns, slice_columns
from ...scene.exploration import StackExplorer, show_explorer_layout
from ...session.explorers import Explorers
from ...session.slice_exploration import SliceExploration
from ..plots import PlotClicks
from .desk import Desk
from .messages import told
from .tables import CellTable

POLL_MS = 100
LATE_MS = 300
_PARTS = (
    *(Control.SPACE_SPHERE, Control.SPACE_NECK),
    *(Control.SPACE_RIM, Control.SPACE_CONTOUR),
)
_TAKES = (
    *(Control.TAKE_RIGHT, Control.TAKE_LEFT),
    *(Control.TAKE_SUGGESTED, Control.TAKE_CENTRE),
)


class ExplorerSection:
    """Goes from slice to slice, takes another slice for a hip, shows planes through the neck.

    Args:
        desk: what the sections share.
        explorers: the explored stack of every study.
    """

    def __init__(self, desk: Desk, explorers: Explorers) -> None:
        self.desk, self._explorers = desk, explorers
        self._steps = SliceExploration(desk, explorers, slicer.util.RenderBlocker)
        self._clicks = PlotClicks(self._plot_clicked)
        self._busy = False
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self.poll)
        ui = desk.ui
        self._slices, self._clock = CellTable(ui.slices), CellTable(ui.clock)
        ui.slices.connect("currentCellChanged(int,int,int,int)", self._slice_chosen)
        ui.clock.connect("cellClicked(int,int)", self._clock_chosen)
        ui.explorerViews.connect("clicked(bool)", self.show_views)
        ui.explorerSection.connect("contentsCollapsed(bool)", self._folded)
        for control in _TAKES:
            getattr(ui, control.object_name).connect("clicked(bool)", _taker(self, control))
        for control in (Control.FOLLOW_VIEWS, *_PARTS):
            getattr(ui, control.object_name).connect("clicked(bool)", _shower(self, control))

    @property
    def explorer(self) -> StackExplorer | None:
        """Of the study that is shown; None when its slices were not explored."""
        return self._steps.explorer

    def show(self) -> None:
        """Bring the section in line with the study."""
        self._steps.begin()
        self._clicks.follow()
        self.update()
        if self._explorers.busy_with is not None:
            self._timer.start()

    def update(self) -> None:
        """Bring the section in line with what changed; a folded one waits."""
        ui = self.desk.ui
        ui.explorerSection.visible = self._steps.applies
        if ui.explorerSection.collapsed:
            return
        before, view = self._steps.view, self._steps.update()
        if view is before:
            return  # such as in the middle of a drag
        self._busy = True
        try:
            self._fill(before, view)
            self._write_words(view)
            self._set_controls(view)
        finally:
            self._busy = False

    def poll(self) -> None:
        """Take up an exploration that is over; called by the timer."""
        self._steps.advance()
        if self._explorers.busy_with is None:
            self._timer.stop()
            self.update()

    def close(self) -> None:
        """Let go of views and stacks."""
        self._timer.stop()
        self._clicks.close()
        self._steps.close()

    @told
    def show_views(self, *_event: Any) -> None:
        """Arrange slices, plots and 3D."""
        explorer = self.explorer
        if explorer is not None and show_explorer_layout(explorer):
            self._clicks.follow()
            qt.QTimer.singleShot(LATE_MS, self._show_again)

    @told
    def _show_again(self) -> None:
        """New views get their size, and late values of their sliders, only in the event loop."""
        if self.explorer is not None and show_explorer_layout(self.explorer):
            self._clicks.follow()

    @told
    def take(self, control: Control) -> None:
        """Measure a hip on the slice that is shown, both where it was suggested, or by spheres."""
        self._steps.take(control)

    @told
    def switch(self, control: Control, on: bool) -> None:
        """Show or hide something in 3D, or let points follow the slice views."""
        self._steps.switch(control, on)

    @told
    def _slice_chosen(self, row: int, *_rest: int) -> None:
        if not self._busy:
            self._steps.choose_line(row)

    @told
    def _clock_chosen(self, row: int, column: int) -> None:
        self._steps.show_radial(row, column)

    def _plot_clicked(self, series: str, row: int) -> bool:
        with self.desk.messages.telling():
            return self._steps.clicked(series, row)
        return False

    def _folded(self, *_event: Any) -> None:
        with self.desk.messages.telling():
            self.update()

    def _fill(self, before: ExplorerView, view: ExplorerView) -> None:
        if [line.index for line in before.slices] != [line.index for line in view.slices]:
            self._slices.fill(slice_columns(), [line.cells for line in view.slices])
        elif view.slices is not before.slices:
            for row, line in enumerate(view.slices):
                self._slices.write(row, line.cells)
        if self._slices.current != view.current:
            self._slices.choose(view.current)
        if view.clock is not before.clock:
            self._clock.fill(clock_columns(), [line.cells for line in view.clock])

    def _write_words(self, view: ExplorerView) -> None:
        ui = self.desk.ui
        blocks = [_block(heading, lines) for heading, lines in view.space]
        ui.explorerLabel.text = "<br>".join([escape(view.reason)] * bool(view.reason) + blocks)
        ui.sliceChoiceLabel.text = _paragraphs(view.choices)
        ui.clockHeadLabel.text = _paragraphs(view.clock_heads)
        ui.limitsLabel.text = _paragraphs(view.limits)
        ui.limitsLabel.visible = bool(view.limits)

    def _set_controls(self, view: ExplorerView) -> None:
        ui = self.desk.ui
        ui.explorerFrame.visible = self.explorer is not None
        for control in _TAKES:
            getattr(ui, control.object_name).enabled = control in view.ready
        for switch in view.switches:
            getattr(ui, switch.control.object_name).checked = switch.on
        ui.clock.visible = bool(view.clock)


def _block(heading: str, lines: tuple[str, ...]) -> str:
    return "<br>".join([f"<b>{escape(heading)}</b>", *map(escape, lines)])


def _paragraphs(lines: tuple[str, ...]) -> str:
    return "<br>".join(map(escape, lines))


def _taker(section: ExplorerSection, control: Control) -> Callable[..., None]:
    return lambda *_event: section.take(control)


def _shower(section: ExplorerSection, control: Control) -> Callable[[bool], None]:
    return lambda on: section.switch(control, on)
