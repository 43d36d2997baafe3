"""Review: the list of landmarks, jumps, commands, undo, keys."""

from __future__ import annotations

from typing import Any

from ...anatomy import LandmarkId
from ...panel import (
    Change,
    ReviewColumn,
    ReviewRow,
    command_tooltip,
    command_words,
    key_help,
    key_notice,
    landmark_definition,
    review_columns,
)
from ...review import Command, KeyMap
from ...session.landmark_review import BUTTONS, LandmarkReview
from ..bricks import Brick, cell_brick, words_brick
from ..desk import Desk

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
        show_keys = {Command.KEY_HELP: self._show_keys}
        self.review = LandmarkReview(desk, desk.editors, self.follow, show_keys)
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
        editor, panel, state = self.review.editor, self.desk.panel, self.desk.state
        state.commands = [self._button(command) for command in BUTTONS]
        lines = (panel.review_line, panel.review_remark)
        state.review_line = " ".join(line for line in lines if line)
        current = None if editor is None else editor.current
        state.review_current = self._ids.index(current) if current in self._ids else -1
        if current is not None and current != self._defined:
            self._define(current)
        self.review.warn_of_moved_list()

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
            self.review.execute(command, view)

    def click(self, row: int) -> None:
        """A row was clicked: its landmark is the current one, the views show it close up."""
        if 0 <= row < len(self._ids):
            with self.desk.telling():
                self.review.go_to(self._ids[row])

    def lock_others(self, on: bool) -> None:
        """While one point is edited the others cannot be dragged."""
        self.desk.state.lock_others = on
        self.review.lock_others(on)

    def _show_keys(self) -> None:
        self.desk.state.keys_shown = not self.desk.state.keys_shown

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

    def _button(self, command: Command) -> Brick:
        return {
            "id": command.value,
            "label": command_words(command).label,
            "tip": command_tooltip(command, self.keys),
            "off": not self.review.is_ready(command),
            "pressed": command is Command.EDIT and self.review.editing,
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
