"""Slices: all slices of an MRI with their angles, head and neck in space, the clock face."""

from __future__ import annotations

from collections.abc import Callable

from ...anatomy import Side
from ...panel import (
    Cell,
    Control,
    ExplorerPanel,
    ExplorerView,
    clock_columns,
    clock_side,
    control_words,
    set_space_part,
    slice_columns,
    take_head_centres,
    take_slice,
)
from ...report.exploration.slice_rows import explored_rows
from ...scene.exploration import StackExplorer
from ...session.explorers import Explorers
from ..bricks import Brick, cell_brick, words_brick
from ..desk import Desk
from ..slice_plot import slice_plots

TAKES = (Control.TAKE_RIGHT, Control.TAKE_LEFT, Control.TAKE_SUGGESTED, Control.TAKE_CENTRE)


class ExplorerSection:
    """Goes from slice to slice, takes another slice for a hip, shows planes through the neck.

    Args:
        desk: what the sections share.
        explorers: the explored stack of every study.
    """

    def __init__(self, desk: Desk, explorers: Explorers) -> None:
        self.desk, self._explorers = desk, explorers
        self._panel = ExplorerPanel()
        self._watched: StackExplorer | None = None
        self._view = ExplorerView(True)
        desk.state.update(
            {
                "explorer": {"applies": False, "explored": False},
                "slice_columns": [words_brick(words) for words in slice_columns()],
                "slice_lines": [],
                "clock_columns": [words_brick(words) for words in clock_columns()],
                "clock_lines": [],
                "slice_plots": [],
            }
        )

    @property
    def explorer(self) -> StackExplorer | None:
        """Of the study that is shown; None when its slices were not explored."""
        return self._explorers.of(self.desk.study)

    def show(self) -> None:
        """Bring the section in line with the study."""
        with self.desk.telling():
            self._watch(self.explorer)
        self.update()

    def update(self) -> None:
        """Bring the section in line with what changed."""
        explorer = self.explorer
        study = self.desk.study
        busy = study is not None and self._explorers.busy_with is study
        before, view = self._view, self._panel.view(study, explorer, busy)
        self._view, state = view, self.desk.state
        state.explorer = self._brick(view, explorer)
        if view.slices is not before.slices:
            state.slice_lines = [_line(line.index, line.cells) for line in view.slices]
        if view.clock is not before.clock:
            state.clock_lines = [_line(line.theta_deg, line.cells) for line in view.clock]
        state.slice_plots = [] if explorer is None else self._plots(explorer)

    def go_to(self, index: int) -> None:
        """Show a slice: its points, its numbers, and the views jump there."""
        self._do(lambda explorer: explorer.go_to(index))

    def take(self, name: str) -> None:
        """Measure a hip on the slice that is shown, or both where it was suggested."""
        control = Control(name)
        if control is Control.TAKE_CENTRE:
            self._do(take_head_centres)
        else:
            self._do(lambda explorer: take_slice(explorer, control))

    def switch(self, name: str, on: bool) -> None:
        """Show or hide something in 3D, or let points follow the views."""
        control = Control(name)
        if control is Control.FOLLOW_VIEWS:
            self._do(lambda explorer: setattr(explorer, "follow_views", on))
        else:
            self._do(lambda explorer: set_space_part(explorer, control, on))

    def show_radial(self, theta_deg: float, column: int) -> None:
        """Put the radial view on a plane through the neck."""
        explorer = self.explorer
        side = clock_side(column)
        if explorer is not None and side is None:
            sides = explorer.exploration.sides
            side = next((each for each in Side if sides[each].radial is not None), None)
        if side is not None:
            chosen = side
            self._do(lambda explorer: explorer.show_radial(chosen, theta_deg))

    def close(self) -> None:
        """Let go of the stacks."""
        self._watch(None)
        self._explorers.close()

    def _do(self, action: Callable[[StackExplorer], object]) -> None:
        explorer = self.explorer
        if explorer is not None:
            with self.desk.telling():
                action(explorer)
            self.desk.views.render()
            self.update()

    def _plots(self, explorer: StackExplorer) -> list[Brick]:
        study = self.desk.study
        reading = None if study is None or study.doubt is None else study.doubt.reading
        calibration = None if reading is None else reading.calibration
        return slice_plots(explored_rows(explorer.exploration, calibration), explorer.shown)

    def _watch(self, explorer: StackExplorer | None) -> None:
        if explorer is self._watched:
            return
        if self._watched is not None:
            self._watched.stop_watching(self.desk.refresh)
        self._watched = explorer
        if explorer is not None:
            explorer.watch(self.desk.refresh)

    @staticmethod
    def _brick(view: ExplorerView, explorer: StackExplorer | None) -> Brick:
        switches = [
            {"id": s.control.value, "on": s.on, **words_brick(control_words(s.control))}
            for s in view.switches
        ]
        takes = [
            {"id": c.value, "off": c not in view.ready, **words_brick(control_words(c))}
            for c in TAKES
        ]
        return {
            "applies": view.applies,
            "explored": explorer is not None,
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
