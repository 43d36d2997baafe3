"""Review: the list of landmarks, jumps, the commands as buttons, undo."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import qt

from ...anatomy import LandmarkId
from ...i18n import tr as _
from ...panel import (
    Change,
    Message,
    ReviewColumn,
    Severity,
    command_tooltip,
    command_words,
    landmark_definition,
    review_columns,
)
from ...review import Command, EditKind
from ...scene.editing import Outcome, StudyEditor, look_at
from ...session.editors import Editors
from ...session.placing import start_placing
from .desk import Desk
from .illustration import show_svg
from .keyboard import Keyboard
from .messages import told
from .tables import CellTable

BUTTONS = (
    *(Command.ACCEPT, Command.NEXT_LEAST_SURE, Command.UNDO, Command.REDO),
    *(Command.EDIT, Command.ABSENT, Command.OCCLUDED, Command.UNSET),
    *(Command.SUGGESTED, Command.MIRROR, Command.RESET, Command.ACCEPT_REST),
)
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
        self._editors = editors
        self._for_face: dict[Command, Callable[[], None]] = {
            Command.NEXT_CASE: lambda: other_case(1),
            Command.PREVIOUS_CASE: lambda: other_case(-1),
            Command.KEY_HELP: show_keys,
        }
        self.keyboard = Keyboard(self.press_key)
        self._table = CellTable(desk.ui.landmarks)
        self._ids: list[LandmarkId] = []
        self._defined: LandmarkId | None = None
        self._busy = False
        self._warned: Any = None
        self.buttons = {command: self._button(command) for command in BUTTONS}
        ui = desk.ui
        ui.landmarks.connect("currentCellChanged(int,int,int,int)", self._chosen)
        ui.landmarks.connect("cellClicked(int,int)", self._clicked)
        ui.lockOthers.connect("toggled(bool)", self._lock)

    @property
    def editor(self) -> StudyEditor | None:
        """The editor of the study that is shown."""
        return self._editors.of(self.desk.study)

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
        editor = self.editor
        if command in self._for_face:
            self._for_face[command]()
            return
        if editor is None:
            return
        if command is Command.EDIT and self._place_current(editor):
            return
        self._after(editor, editor.execute(command, view))

    def press_key(self, command: Command, view: Any) -> None:
        """Carry out a command that was given by a key in a view (vtkMRMLSliceNode)."""
        self.execute(command, view)

    @told
    def go_to(self, id_: LandmarkId) -> None:
        """Make a landmark the current one; the views show it close up."""
        editor, study = self.editor, self.desk.study
        if editor is None or study is None:
            return
        editor.go_to(id_)
        place = editor.place_of(id_)
        if place is not None:
            look_at(study, place)
        self._follow_editor()

    def _after(self, editor: StudyEditor, outcome: Outcome) -> None:
        study = self.desk.study
        if outcome.reason:
            severity = Severity.NOTE if outcome.done else Severity.CAUTION
            self.desk.messages.show(Message(severity, outcome.reason))
        elif outcome.done:
            self.desk.messages.clear()
        if outcome.look_at is not None and study is not None:
            look_at(study, outcome.look_at)
        self.desk.refresh()
        self._follow_editor()

    def _place_current(self, editor: StudyEditor) -> bool:
        """Let the next click place the current landmark when it has no position."""
        id_, study = editor.current, self.desk.study
        if id_ is None or study is None:
            return False
        landmark = editor.item(id_).landmark
        if landmark is not None and landmark.position is not None:
            return False
        start_placing(study, id_)
        self.desk.say(_("Click on the image to place {key}.").format(key=id_[1]), Severity.NOTE)
        return True

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
            button.enabled = editor is not None
            if editor is not None and command is Command.UNDO:
                button.enabled = editor.can_undo
            elif editor is not None and command is Command.REDO:
                button.enabled = editor.can_redo
            elif command is Command.EDIT:
                button.checked = editor is not None and editor.editing
        lines = (self.desk.panel.review_line, self.desk.panel.review_remark)
        ui.reviewLabel.text = "<br>".join(escape(line) for line in lines if line)
        current = editor.current if editor is not None else None
        self._show_current(current)
        if editor is not None:
            self._warn_of_moved_list(editor)

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

    def _warn_of_moved_list(self, editor: StudyEditor) -> None:
        edit = editor.last_edit
        if edit is not None and edit.kind is EditKind.MOVE_ALL and edit is not self._warned:
            self._warned = edit
            text = _("All points of a list were moved; Undo brings them back.")
            self.desk.messages.show(Message(Severity.CAUTION, text))

    def _chosen(self, row: int, *_rest: int) -> None:
        if not self._busy and 0 <= row < len(self._ids):
            self.go_to(self._ids[row])

    def _clicked(self, row: int, _column: int) -> None:
        """After a click the keys work at once in the view."""
        if 0 <= row < len(self._ids):
            self.go_to(self._ids[row])
            self.keyboard.give_focus(self.desk.volume)

    def _lock(self, on: bool) -> None:
        editor = self.editor
        if editor is not None:
            editor.lock_others = bool(on)

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
