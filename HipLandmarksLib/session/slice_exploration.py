"""All slices of the study that is shown, as a person goes through them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ..anatomy import Side
from ..imaging import Modality
from ..panel import (
    Control,
    ExplorerPanel,
    ExplorerView,
    clock_side,
    set_space_part,
    take_head_centres,
    take_slice,
)
from ..scene.exploration import StackExplorer
from .explorers import Explorers
from .face import Face

_FILM = Modality.XRAY


class SliceExploration:
    """Goes from slice to slice, takes another slice for a hip, shows planes through the neck.

    Args:
        face: what shows the study.
        explorers: the explored stack of every study.
        pause_drawing: makes a context in which the application draws nothing.
    """

    def __init__(
        self,
        face: Face,
        explorers: Explorers,
        pause_drawing: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self._face, self._explorers, self._pause_drawing = face, explorers, pause_drawing
        self._panel = ExplorerPanel()
        self._watched: StackExplorer | None = None
        self._view = ExplorerView(True)

    @property
    def explorer(self) -> StackExplorer | None:
        """Of the study that is shown; None when its slices were not explored."""
        return self._explorers.of(self._face.study)

    @property
    def view(self) -> ExplorerView:
        """What stands in the section, as of the last :meth:`update`."""
        return self._view

    @property
    def applies(self) -> bool:
        """Whether the section has anything to say of the image: a film has no slices."""
        study, image = self._face.study, None
        if study is None:
            image = self._face.image
        return ExplorerPanel.applies(study) and (image is None or image.modality is not _FILM)

    def begin(self) -> None:
        """Watch the stack of the study that is shown; what is damaged is told."""
        with self._face.telling():
            self._watch(self.explorer)
        self._view = ExplorerView(True)

    def update(self) -> ExplorerView:
        """The section as it stands now."""
        study = self._face.study
        busy = study is not None and self._explorers.busy_with is study
        self._view = self._panel.view(study, self.explorer, busy)
        return self._view

    def advance(self) -> StackExplorer | None:
        """Take up an exploration that is over and show it; to be called by a timer.

        Returns:
            The explorer that was made; None while there is none, or when the reason is told.
        """
        made = None
        with self._face.telling():
            made = self._explorers.advance()
        if made is not None:
            self._face.reopen()
        return made

    def choose_line(self, line: int) -> None:
        """Show the slice of a line of the table."""
        if 0 <= line < len(self._view.slices):
            self.go_to(self._view.slices[line].index)

    def go_to(self, index: int) -> None:
        """Show a slice: its points, its numbers, and the views jump there."""
        self._do(lambda explorer: explorer.go_to(index))

    def take(self, control: Control) -> None:
        """Measure a hip on the slice that is shown, both where it was suggested, or by spheres."""
        if control is Control.TAKE_CENTRE:
            self._do(take_head_centres)
        else:
            self._do(lambda explorer: take_slice(explorer, control))

    def switch(self, control: Control, on: bool) -> None:
        """Show or hide something in 3D, or let points follow the views."""
        if control is Control.FOLLOW_VIEWS:
            self._do(lambda explorer: setattr(explorer, "follow_views", on))
        else:
            self._do(lambda explorer: set_space_part(explorer, control, on))

    def show_radial(self, line: int, column: int) -> None:
        """Put the radial views on the plane of a line of the clock table.

        Args:
            line: of the table.
            column: of one hip; in another column the first hip with a map is taken.
        """
        if 0 <= line < len(self._view.clock):
            self.show_plane(self._view.clock[line].theta_deg, clock_side(column))

    def show_plane(self, theta_deg: float, side: Side | None = None) -> None:
        """Put the radial views on a plane through the neck (degrees on the clock face)."""
        explorer = self.explorer
        if explorer is None:
            return
        sides = explorer.exploration.sides
        with_map = next((each for each in Side if sides[each].radial is not None), None)
        chosen = side or with_map
        if chosen is not None:
            explorer.show_radial(chosen, theta_deg)
            self._face.refresh()

    def clicked(self, series: str, row: int) -> bool:
        """A point of a plot was clicked; False for what leads nowhere."""
        explorer = self.explorer
        return explorer is not None and explorer.clicked(series, row)

    def close(self) -> None:
        """Watch no more."""
        self._watch(None)

    def _do(self, action: Callable[[StackExplorer], object]) -> None:
        explorer = self.explorer
        if explorer is not None:
            action(explorer)
            self._face.refresh()

    def _watch(self, explorer: StackExplorer | None) -> None:
        if explorer is self._watched:
            return
        if self._watched is not None:
            self._watched.stop_watching(self._face.refresh)
        self._watched = explorer
        if explorer is not None:
            explorer.watch(self._face.refresh)
            explorer.pause_drawing = self._pause_drawing
