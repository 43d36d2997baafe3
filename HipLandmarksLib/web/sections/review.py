"""Review: the list of landmarks, jumps, commands, undo, keys."""

from __future__ import annotations

from typing import Any

from ...anatomy import LandmarkId
from ...i18n import tr as _
from ...panel import (
    Change,
    Message,
    ReviewColumn,
    ReviewRow,
    Severity,
    command_tooltip,
    command_words,
    key_help,
    key_notice,
    landmark_definition,
    review_columns,
)
from ...review import Command, KeyMap
from ...scene.editing import Outcome, StudyEditor, look_at
from ...session.placing import start_placing
from ..bricks import Brick, cell_brick, words_brick
from ..desk import Desk

BUTTONS = (
    *(Command.ACCEPT, Command.NEXT_LEAST_SURE, Command.UNDO, Command.REDO),
    *(Command.EDIT, Command.ABSENT, Command.OCCLUDED, Command.UNSET),
    *(Command.SUGGESTED, Command.MIRROR, Command.RESET, Command.ACCEPT_REST),
)
ORDER = (
    *(ReviewColumn.NUMBER, ReviewColumn.LANDMARK, ReviewColumn.SIDE, ReviewColumn.ERROR),
    *(ReviewColumn.CHECKED, ReviewColumn.STATE, ReviewColumn.SOURCE, ReviewColumn.REASON),
)
"""Columns from left to right: the expected error beside what it is about."""


class ReviewSection:
    """Goes from landmark to landmark and carries out what the reader decides."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.keys = KeyMap()
        self._ids: list[LandmarkId] = []
        self._defined: LandmarkId | None = None
        headings = dict(zip(ReviewColumn, review_columns(), strict=True))
        desk.state.update(
            {
                "review_columns": [words_brick(headings[column]) for column in ORDER],
                "review_rows": [],
                "review_line": "",
                "review_current": -1,
                "landmark": {"shown": False},
                "commands": [],
                "lock_others": True,
                "keys_shown": False,
                "key_lines": self._key_lines(),
                "key_notice": key_notice(),
                "key_names": sorted({key for _command, keys in self.keys.items() for key in keys}),
            }
        )

    @property
    def editor(self) -> StudyEditor | None:
        """The editor of the study that is shown."""
        return self.desk.editors.of(self.desk.study)

    def show(self) -> None:
        """Show the list anew, for another study."""
        self._defined = None
        self.desk.state.landmark = {"shown": False}
        self._fill()
        self.lock_others(bool(self.desk.state.lock_others))
        self.follow()

    def update(self, change: Change) -> None:
        """Write what changed."""
        if change.order or change.review:
            self._fill()
        self.follow()

    def follow(self) -> None:
        """Buttons, row and words in line with the editor; cheap, for it follows every drag."""
        editor, panel, state = self.editor, self.desk.panel, self.desk.state
        state.commands = [self._button(command, editor) for command in BUTTONS]
        lines = (panel.review_line, panel.review_remark)
        state.review_line = " ".join(line for line in lines if line)
        current = None if editor is None else editor.current
        state.review_current = self._ids.index(current) if current in self._ids else -1
        if current is not None and current != self._defined:
            self._define(current)

    def press_key(self, key: str, view: str = "") -> None:
        """A key was pressed, written as Qt writes it, with the mouse over a view."""
        command = self.keys.command(key)
        if command is not None:
            self.execute(command, self.desk.views.slice_node(view) if view else None)

    def press(self, name: str) -> None:
        """The button of a command was pressed."""
        self.execute(Command(name))

    def execute(self, command: Command, view: Any = None) -> None:
        """Carry out a command; what stands in its way is told on the page."""
        with self.desk.telling():
            if command is Command.KEY_HELP:
                self.desk.state.keys_shown = not self.desk.state.keys_shown
            elif command in (Command.NEXT_CASE, Command.PREVIOUS_CASE):
                self._other_case(1 if command is Command.NEXT_CASE else -1)
            elif self.editor is not None and not self._placed(command, self.editor):
                self._after(self.editor.execute(command, view))

    def click(self, row: int) -> None:
        """A row was clicked: its landmark is the current one, the views show it close up."""
        editor, study = self.editor, self.desk.study
        if editor is None or study is None or not 0 <= row < len(self._ids):
            return
        editor.go_to(self._ids[row])
        place = editor.place_of(self._ids[row])
        if place is not None:
            look_at(study, place)
        self.follow()

    def lock_others(self, on: bool) -> None:
        """While one point is edited the others cannot be dragged."""
        self.desk.state.lock_others = on
        if self.editor is not None:
            self.editor.lock_others = on

    def _after(self, outcome: Outcome) -> None:
        study = self.desk.study
        if outcome.reason:
            severity = Severity.NOTE if outcome.done else Severity.CAUTION
            self.desk.tell(Message(severity, outcome.reason))
        elif outcome.done:
            self.desk.tell(None)
        if outcome.look_at is not None and study is not None:
            look_at(study, outcome.look_at)
        self.desk.refresh()
        self.follow()

    def _placed(self, command: Command, editor: StudyEditor) -> bool:
        """Let the next click place the current landmark when it has no position."""
        id_, study = editor.current, self.desk.study
        if command is not Command.EDIT or id_ is None or study is None:
            return False
        landmark = editor.item(id_).landmark
        if landmark is not None and landmark.position is not None:
            return False
        start_placing(study, id_)
        self.desk.say(_("Click on the image to place {key}.").format(key=id_[1]), Severity.NOTE)
        return True

    def _other_case(self, step: int) -> None:
        volumes = [study.volume_node for study in self.desk.session.studies]
        if not volumes:
            return
        here = volumes.index(self.desk.volume) if self.desk.volume in volumes else 0
        self.desk.volume = volumes[(here + step) % len(volumes)]
        self.desk.views.show(self.desk.volume)
        self.desk.reopen()

    def _fill(self) -> None:
        rows = self.desk.panel.review
        self._ids = [row.id for row in rows]
        self.desk.state.review_rows = [self._row(row) for row in rows]

    @staticmethod
    def _row(row: ReviewRow) -> Brick:
        return {
            "id": f"{row.id[0].value}:{row.id[1]}",
            "cells": [cell_brick(row.cell(column)) for column in ORDER],
            "checked": row.checked,
            "faint": row.not_placed,
        }

    def _button(self, command: Command, editor: StudyEditor | None) -> Brick:
        enabled = editor is not None
        if editor is not None and command is Command.UNDO:
            enabled = editor.can_undo
        elif editor is not None and command is Command.REDO:
            enabled = editor.can_redo
        pressed = command is Command.EDIT and editor is not None and editor.editing
        return {
            "id": command.value,
            "label": command_words(command).label,
            "tip": command_tooltip(command, self.keys),
            "off": not enabled,
            "pressed": pressed,
        }

    def _define(self, id_: LandmarkId) -> None:
        self._defined = id_
        found = landmark_definition(*id_)
        self.desk.state.landmark = {
            "shown": True,
            "title": found.title,
            "sentence": found.sentence,
            "svg": found.svg,
        }

    def _key_lines(self) -> list[Brick]:
        return [
            {
                "head": line.heading,
                "keys": line.keys,
                "label": line.words.label,
                "tip": line.words.tooltip,
            }
            for line in key_help(self.keys)
        ]
