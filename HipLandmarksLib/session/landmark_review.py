"""The review of a study as a person carries it out: commands, jumps, what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..anatomy import LandmarkId
from ..i18n import tr as _
from ..panel import Message, Severity
from ..review import Command, Edit, EditKind
from ..scene.editing import Outcome, StudyEditor, look_at
from .editors import Editors
from .face import Face
from .placing import start_placing

BUTTONS = (
    *(Command.ACCEPT, Command.NEXT_LEAST_SURE, Command.UNDO, Command.REDO),
    *(Command.EDIT, Command.ABSENT, Command.OCCLUDED, Command.UNSET),
    *(Command.SUGGESTED, Command.MIRROR, Command.RESET, Command.ACCEPT_REST),
)
"""Commands that have a button, in rows of four."""


class LandmarkReview:
    """Goes from landmark to landmark and carries out what the reader decides.

    Args:
        face: what shows the study.
        editors: the editor of every study.
        changed: called when buttons, row or words may be others.
        for_face: commands that the face carries out itself, such as the help on keys.
    """

    def __init__(
        self,
        face: Face,
        editors: Editors,
        changed: Callable[[], None],
        for_face: Mapping[Command, Callable[[], None]],
    ) -> None:
        self._face, self._editors, self._changed = face, editors, changed
        self._for_face: Mapping[Command, Callable[[], None]] = {
            Command.NEXT_CASE: lambda: self.other_case(1),
            Command.PREVIOUS_CASE: lambda: self.other_case(-1),
            **for_face,
        }
        self._warned: Edit | None = None

    @property
    def editor(self) -> StudyEditor | None:
        """The editor of the study that is shown."""
        return self._editors.of(self._face.study)

    def execute(self, command: Command, view: Any = None) -> None:
        """Carry out a command; what stands in its way is told.

        Args:
            command: which one.
            view: vtkMRMLSliceNode of the view in which its key was pressed.
        """
        editor = self.editor
        if command in self._for_face:
            self._for_face[command]()
        elif editor is not None and not self._placed(command, editor):
            self._after(editor.execute(command, view))

    def go_to(self, id_: LandmarkId) -> None:
        """Make a landmark the current one; the views show it close up."""
        editor, study = self.editor, self._face.study
        if editor is None or study is None:
            return
        editor.go_to(id_)
        place = editor.place_of(id_)
        if place is not None:
            look_at(study, place)
        self._changed()

    def other_case(self, step: int) -> None:
        """Show the study that follows the present one in the scene (1), or the one before (-1)."""
        volumes = [study.volume_node for study in self._face.session.studies]
        if volumes:
            shown = self._face.volume
            here = volumes.index(shown) if shown in volumes else 0
            self._face.choose(volumes[(here + step) % len(volumes)])

    def lock_others(self, on: bool) -> None:
        """While one point is edited the others cannot be dragged, or can."""
        if self.editor is not None:
            self.editor.lock_others = on

    def is_ready(self, command: Command) -> bool:
        """Whether the button of a command can be pressed."""
        editor = self.editor
        if editor is None:
            return False
        if command is Command.UNDO:
            return editor.can_undo
        return editor.can_redo if command is Command.REDO else True

    @property
    def editing(self) -> bool:
        """Whether the current landmark is being edited."""
        return self.editor is not None and self.editor.editing

    def warn_of_moved_list(self) -> None:
        """Tell once that all points of a list were moved."""
        edit = None if self.editor is None else self.editor.last_edit
        if edit is not None and edit.kind is EditKind.MOVE_ALL and edit is not self._warned:
            self._warned = edit
            text = _("All points of a list were moved; Undo brings them back.")
            self._face.tell(Message(Severity.CAUTION, text))

    def _after(self, outcome: Outcome) -> None:
        study = self._face.study
        if outcome.reason:
            severity = Severity.NOTE if outcome.done else Severity.CAUTION
            self._face.tell(Message(severity, outcome.reason))
        elif outcome.done:
            self._face.tell(None)
        if outcome.look_at is not None and study is not None:
            look_at(study, outcome.look_at)
        self._face.refresh()
        self._changed()

    def _placed(self, command: Command, editor: StudyEditor) -> bool:
        """Let the next click place the current landmark when it has no position."""
        id_, study = editor.current, self._face.study
        if command is not Command.EDIT or id_ is None or study is None:
            return False
        landmark = editor.item(id_).landmark
        if landmark is not None and landmark.position is not None:
            return False
        start_placing(study, id_)
        told = _("Click on the image to place {key}.").format(key=id_[1])
        self._face.tell(Message(Severity.NOTE, told))
        return True
