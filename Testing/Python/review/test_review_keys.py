"""The table of commands and the keys that a user may choose."""

from __future__ import annotations

import json

import pytest

from HipLandmarksLib.review import (
    Command,
    CommandCategory,
    Direction,
    KeyMap,
    ReviewError,
    nudge_of,
)


def test_every_command_has_a_category_and_a_key_of_its_own() -> None:
    keys = [key for _, keys in KeyMap().items() for key in keys]
    assert len(keys) == len(set(keys))
    assert all(KeyMap().keys(command) for command in Command)
    assert {command.category for command in Command} == set(CommandCategory)


def test_a_key_means_its_command_however_it_is_written() -> None:
    keymap = KeyMap()
    assert keymap.command("ctrl+z") is Command.UNDO
    assert keymap.command("shift + ctrl + Z") is Command.REDO
    assert keymap.command("pgdown") is Command.NEXT_CASE
    assert keymap.command("F7") is None


def test_numbers_and_nudges_are_told_by_their_commands() -> None:
    assert [c.number for c in Command if c.number is not None] == list(range(1, 13))
    assert nudge_of(Command.NUDGE_LEFT) == (Direction.LEFT, 0.1)
    assert nudge_of(Command.STEP_UP) == (Direction.UP, 1.0)
    assert nudge_of(Command.ACCEPT) is None and Command.NEXT_CASE.number is None


def test_a_key_can_be_changed_taken_away_and_comes_back_from_text() -> None:
    keymap = KeyMap().with_keys(Command.MIRROR, "ctrl+M", "F5").with_keys(Command.ABSENT)
    assert keymap.command("Ctrl+M") is Command.MIRROR and keymap.command("M") is None
    assert keymap.keys(Command.ABSENT) == ()
    assert KeyMap.from_text(keymap.to_text()) == keymap
    assert keymap.with_keys(Command.MIRROR, "M").with_keys(Command.ABSENT, "A") == KeyMap()


def test_a_conflict_is_refused_in_one_sentence() -> None:
    with pytest.raises(ReviewError, match=r"^N already means 'next': choose another key"):
        KeyMap().with_keys(Command.MIRROR, "n")
    free = KeyMap().with_keys(Command.NEXT, "F8").with_keys(Command.MIRROR, "n")
    assert free.command("N") is Command.MIRROR


@pytest.mark.parametrize("key", ["", "Ctrl", "Ctrl+", "Foo", "Strg+Z", "Ctrl+Foo"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ReviewError, match="is no key"):
        KeyMap().with_keys(Command.MIRROR, key)


def test_plus_is_a_key() -> None:
    assert KeyMap().with_keys(Command.MIRROR, "Ctrl++").command("ctrl++") is Command.MIRROR
    assert KeyMap().with_keys(Command.MIRROR, "+").command("+") is Command.MIRROR


@pytest.mark.parametrize(
    "text",
    [
        "{",
        json.dumps({"format": "other", "keys": {}}),
        json.dumps({"format": "hiplandmarks-keys-1", "keys": {"fly": ["F"]}}),
        json.dumps({"format": "hiplandmarks-keys-1", "keys": {"mirror": ["N"]}}),
    ],
)
def test_damaged_or_contradictory_settings_are_refused(text: str) -> None:
    with pytest.raises(ReviewError, match="reset the keys to their defaults"):
        KeyMap.from_text(text)
