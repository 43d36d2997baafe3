"""Review: the list of landmarks, jumps, the commands as buttons, undo."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import qt

from ...anatomy import LandmarkId
from ...panel import (
    Change,
    ReviewColumn,
    command_tooltip,
    command_words,
    landmark_definition,
    review_columns,
)
from ...review import Command
from ...scene.editing import StudyEditor
from ...session.editors import Editors
from ...session.landmark_review import BUTTONS, LandmarkReview
from .desk import Desk
from .illustration import show_svg
from .keyboard import Keyboard
from .messages import told
from .tables import CellTable

_COLUMNS = 4
_DRAWING_WIDTH = 240
_ERROR_PLACE = 3


class ReviewSection:
    """Goes from landmark to landmark and carries out what the reader decides.

    Args:
        desk: what the sections share.
        editors: the editor of every study.
        other_case: shows the next (1) or the previous (-1) study.
        show_keys: shows the help on keys.
    """

    def __init__(
        self,
        desk: Desk,
        editors: Editors,
        other_case: Callable[[int], None],
        show_keys: Callable[[], None],
    ) -> None:
        self.desk = desk
        for_face: dict[Command, Callable[[], None]] = {
            Command.NEXT_CASE: lambda: other_case(1),
            Command.PREVIOUS_CASE: lambda: other_case(-1),
            Command.KEY_HELP: show_keys,
        }
        self.review = LandmarkReview(desk, editors, self._follow_editor, for_face)
        self.keyboard = Keyboard(self.press_key)
        self._table = CellTable(desk.ui.landmarks)
        self._ids: list[LandmarkId] = []
        self._defined: LandmarkId | None = None
        self._busy = False
        self.buttons = {command: self._button(command) for command in BUTTONS}
        ui = desk.ui
        ui.landmarks.connect("currentCellChanged(int,int,int,int)", self._chosen)
        ui.landmarks.connect("cellClicked(int,int)", self._clicked)
        ui.lockOthers.connect("toggled(bool)", self._lock)

    @property
    def editor(self) -> StudyEditor | None:
        """The editor of the study that is shown."""
        return self.review.editor

    def show_keys(self) -> None:
        """Tell in the tooltips which keys mean the commands now."""
        for command, button in self.buttons.items():
            button.toolTip = command_tooltip(command, self.keyboard.keys)

    def show(self) -> None:
        """Show the list anew, for another study."""
        self.show_keys()
        self._fill()
        self._defined = None
        self.desk.ui.landmarkFrame.visible = False
        self._lock(bool(self.desk.ui.lockOthers.checked))
        self._follow_editor()

    def update(self, change: Change) -> None:
        """Write the rows that changed."""
        if change.order:
            self._fill()
        for index in change.review:
            self._table.write(index, self.desk.panel.review[index].cells)
        self._follow_editor()

    @told
    def execute(self, command: Command, view: Any = None) -> None:
        """Carry out a command; what stands in its way is told on the panel."""
        self.review.execute(command, view)

    def press_key(self, command: Command, view: Any) -> None:
        """Carry out a command that was given by a key in a view (vtkMRMLSliceNode)."""
        self.execute(command, view)

    @told
    def go_to(self, id_: LandmarkId) -> None:
        """Make a landmark the current one; the views show it close up."""
        self.review.go_to(id_)

    def _fill(self) -> None:
        rows = self.desk.panel.review
        self._ids = [row.id for row in rows]
        self._table.fill(review_columns(), [row.cells for row in rows])
        header = self.desk.ui.landmarks.horizontalHeader()
        error = list(ReviewColumn).index(ReviewColumn.ERROR)  # next to what it is about
        header.moveSection(header.visualIndex(error), _ERROR_PLACE)

    def _follow_editor(self) -> None:
        """Buttons, row and words in line with the editor; cheap, for it follows every drag."""
        editor, ui = self.editor, self.desk.ui
        for command, button in self.buttons.items():
            button.enabled = self.review.is_ready(command)
            if command is Command.EDIT:
                button.checked = self.review.editing
        lines = (self.desk.panel.review_line, self.desk.panel.review_remark)
        ui.reviewLabel.text = "<br>".join(escape(line) for line in lines if line)
        ui.reviewLabel.visible = any(lines)
        current = editor.current if editor is not None else None
        self._show_current(current)
        self.review.warn_of_moved_list()

    def _show_current(self, id_: LandmarkId | None) -> None:
        row = self._ids.index(id_) if id_ in self._ids else -1
        if row != self._table.current:
            self._busy = True
            self._table.choose(row)
            self._busy = False
        if id_ is None or id_ == self._defined:
            return
        self._defined = id_
        found, ui = landmark_definition(*id_), self.desk.ui
        ui.landmarkLabel.text = f"<b>{escape(found.title)}</b>: {escape(found.sentence)}"
        show_svg(ui.landmarkDrawing, found.svg, _DRAWING_WIDTH)
        ui.landmarkFrame.visible = True

    def _chosen(self, row: int, *_rest: int) -> None:
        if not self._busy and 0 <= row < len(self._ids):
            self.go_to(self._ids[row])

    def _clicked(self, row: int, _column: int) -> None:
        """After a click the keys work at once in the view."""
        if 0 <= row < len(self._ids):
            self.go_to(self._ids[row])
            self.keyboard.give_focus(self.desk.volume)

    def _lock(self, on: bool) -> None:
        self.review.lock_others(bool(on))

    def _button(self, command: Command) -> Any:
        words = command_words(command)
        button = qt.QPushButton(words.label)
        button.objectName = f"command_{command.value}"
        button.checkable = command is Command.EDIT
        button.connect("clicked(bool)", lambda: self.execute(command))
        place = BUTTONS.index(command)
        grid = self.desk.ui.commandsFrame.layout()
        grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        return button
