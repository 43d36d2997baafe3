"""Slices: all slices of an MRI with their angles, head and neck in space, the clock face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ...anatomy import Side
from ...panel import (
    Cell,
    Control,
    ExplorerView,
    clock_columns,
    control_words,
    slice_columns,
)
from ...report.exploration.slice_rows import explored_rows
from ...scene.exploration import StackExplorer
from ...scene.exploration.layout import show_first_radial
from ...session.slice_exploration import SliceExploration
from ..bricks import Brick, cell_brick, words_brick
from ..clock_plot import clock_plot
from ..desk import Desk
from ..slice_plot import plot_words, slice_plots

LOOK_EVERY_S = 0.05
TAKES = (Control.TAKE_RIGHT, Control.TAKE_LEFT, Control.TAKE_SUGGESTED, Control.TAKE_CENTRE)


class ExplorerSection:
    """Goes from slice to slice, takes another slice for a hip, shows planes through the neck."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._explorers = desk, desk.explorers
        self.slices = SliceExploration(desk, desk.explorers)
        self._follows = False
        self._radial: tuple[Side, float] | None = None
        desk.state.update(
            {
                "explorer": {"applies": False, "explored": False},
                "slice_columns": [words_brick(words) for words in slice_columns()],
                "slice_lines": [],
                "clock_columns": [words_brick(words) for words in clock_columns()],
                "clock_lines": [],
                "slice_plots": [],
                "plot_words": plot_words(),
                "clock_plot": {"shown": False},
            }
        )

    def show(self) -> None:
        """Bring the section in line with the study."""
        self.slices.begin()
        self.update()
        if self._explorers.busy_with is not None and not self._follows:
            self._follows = True
            self.desk.begin(self._follow())

    def update(self) -> None:
        """Bring the section in line with what changed."""
        before, explorer = self.slices.view, self.slices.explorer
        view, state = self.slices.update(), self.desk.state
        radial = None if explorer is None else explorer.radial
        if view is before and radial == self._radial:
            return  # such as in the middle of a drag
        self._radial = radial
        state.explorer = {**self._brick(view, explorer), "applies": self.slices.applies}
        if view.slices is not before.slices:
            state.slice_lines = [_line(line.index, line.cells) for line in view.slices]
        if view.clock is not before.clock:
            state.clock_lines = [_line(line.theta_deg, line.cells) for line in view.clock]
        state.slice_plots = [] if explorer is None else self._plots(explorer)
        state.clock_plot = {"shown": False} if explorer is None else clock_plot(explorer)

    def show_views(self) -> None:
        """Arrange slices and 3D."""
        explorer = self.slices.explorer
        if explorer is None:
            return
        with explorer.views_arranged():
            self.desk.views.show_explored()
            explorer.show_slices()
            self.desk.views.fit()
            show_first_radial(explorer)
            if explorer.radial is not None:
                explorer.show_radial(*explorer.radial)  # the fit has moved its view
            explorer.look_in_space()
        self.desk.views.render()

    def go_to(self, index: int) -> None:
        """Show a slice: its points, its numbers, and the views jump there."""
        self._do(lambda: self.slices.go_to(index))

    def take(self, name: str) -> None:
        """Measure a hip on the slice that is shown, or both where it was suggested."""
        self._do(lambda: self.slices.take(Control(name)))

    def switch(self, name: str, on: bool) -> None:
        """Show or hide something in 3D, or let points follow the views."""
        self._do(lambda: self.slices.switch(Control(name), on))

    def show_radial(self, line: int, column: int) -> None:
        """Put the radial view on the plane of a line of the clock table."""
        self._do(lambda: self.slices.show_radial(line, column))

    def show_plane(self, theta_deg: float, side: str) -> None:
        """Put the radial view on a plane through the neck of a hip."""
        self._do(lambda: self.slices.show_plane(theta_deg, Side(side)))

    def close(self) -> None:
        """Let go of the stacks."""
        self.slices.close()
        self._explorers.close()

    def _do(self, action: Callable[[], object]) -> None:
        with self.desk.telling():
            action()
        self.desk.views.render()
        self.update()

    async def _follow(self) -> None:
        """Wait for an exploration that runs; the page lives meanwhile."""
        try:
            while self._explorers.busy_with is not None:
                await asyncio.sleep(LOOK_EVERY_S)
                busy = self._explorers.busy_with
                with self.desk.state:
                    if self.slices.advance() is not None and busy is self.desk.study:
                        self.show_views()
        finally:
            self._follows = False
            with self.desk.state:
                self.update()

    def _plots(self, explorer: StackExplorer) -> list[Brick]:
        study = self.desk.study
        reading = None if study is None or study.doubt is None else study.doubt.reading
        calibration = None if reading is None else reading.calibration
        return slice_plots(explored_rows(explorer.exploration, calibration), explorer.shown)

    @staticmethod
    def _brick(view: ExplorerView, explorer: StackExplorer | None) -> Brick:
        switches = [
            {"id": s.control.value, "on": s.on, **words_brick(control_words(s.control))}
            for s in view.switches
            if s.control is not Control.FOLLOW_VIEWS  # it stands above the slices
        ]
        takes = [
            {"id": c.value, "off": c not in view.ready, **words_brick(control_words(c))}
            for c in TAKES
        ]
        return {
            "explored": explorer is not None,
            "follows": explorer is not None and explorer.follow_views,
            "reason": view.reason,
            "space": [{"head": heading, "lines": list(lines)} for heading, lines in view.space],
            "current": view.current,
            "choices": list(view.choices),
            "switches": switches,
            "takes": takes,
            "clock_heads": list(view.clock_heads),
            "limits": list(view.limits),
        }


def _line(id_: float, cells: tuple[Cell, ...]) -> Brick:
    return {"id": id_, "cells": [cell_brick(cell) for cell in cells]}
