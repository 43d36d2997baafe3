"""Words of the commands of the review, and the help on keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..i18n import tr as _
from ..review.commands import Command, CommandCategory
from ..review.keymap import KeyMap
from .words import Words


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A line of the help on keys.

    Attributes:
        heading: of the group; the same for its neighbours.
        keys: in words, such as ``Ctrl+Z``; empty when no key means it.
        words: what the command does.
        commands: that the line tells of.
    """

    heading: str
    keys: str
    words: Words
    commands: tuple[Command, ...]


def command_words(command: Command) -> Words:
    """Label and tooltip of a command."""
    if command.number is not None:
        label = _("Landmark {n}").format(n=command.number)
        return Words(label, _("Go to the landmark of this number, on the side of the current one."))
    return _table(command.category)[command]


def command_tooltip(command: Command, keymap: KeyMap) -> str:
    """Tooltip of a button, with its keys."""
    words, keys = command_words(command), " / ".join(keymap.keys(command))
    return _("{text} Key: {keys}").format(text=words.tooltip, keys=keys) if keys else words.tooltip


def key_help(keymap: KeyMap) -> tuple[KeyLine, ...]:
    """All keys, by group; the numbers are told in one line."""
    lines = []
    for category in CommandCategory:
        heading = category_title(category)
        own = [each for each in Command if each.category is category]
        numbers = tuple(each for each in own if each.number is not None)
        for command in own:
            if command.number is None:
                keys = " / ".join(keymap.keys(command))
                lines.append(KeyLine(heading, keys, command_words(command), (command,)))
        if numbers:
            keys = " ".join("/".join(keymap.keys(each)) for each in numbers)
            words = Words(_("Landmarks 1 to {n}").format(n=len(numbers)), _jump_tooltip())
            lines.append(KeyLine(heading, keys, words, numbers))
    return tuple(lines)


def key_notice() -> str:
    """When keys work."""
    return _("Keys work while this module is open and a slice view has the focus.")


def category_title(category: CommandCategory) -> str:
    """Heading of a group of commands."""
    return {
        CommandCategory.GO_TO: _("Go to"),
        CommandCategory.STATE: _("Decide"),
        CommandCategory.MOVE: _("Move"),
        CommandCategory.HISTORY: _("History"),
        CommandCategory.CASE: _("Case"),
    }[category]


def _table(category: CommandCategory) -> Mapping[Command, Words]:
    return {
        CommandCategory.GO_TO: _go_to,
        CommandCategory.STATE: _state,
        CommandCategory.MOVE: _move,
        CommandCategory.HISTORY: _history,
        CommandCategory.CASE: _case,
    }[category]()


def _jump_tooltip() -> str:
    return _("Go to the landmark of this number, on the side of the current one.")


def _go_to() -> Mapping[Command, Words]:
    return {
        Command.NEXT: Words(_("Next"), _("Go to the next landmark of the list.")),
        Command.PREVIOUS: Words(_("Previous"), _("Go to the previous landmark of the list.")),
        Command.NEXT_LEAST_SURE: Words(
            _("Next least sure"), _("Go to the least sure landmark that is not checked yet.")
        ),
        Command.OTHER_SIDE: Words(_("Other side"), _("Go to the same landmark of the other hip.")),
    }


def _state() -> Mapping[Command, Words]:
    return {
        Command.ACCEPT: Words(_("Accept"), _("The landmark is right; go to the next least sure.")),
        Command.ACCEPT_REST: Words(
            _("Accept the rest"), _("All landmarks that are not checked yet are right.")
        ),
        Command.EDIT: Words(_("Edit"), _("Let only this landmark be dragged; again: end that.")),
        Command.ABSENT: Words(
            _("Not there"), _("The landmark is not in the image, or destroyed; it has no place.")
        ),
        Command.OCCLUDED: Words(
            _("Occluded"), _("The landmark is hidden and its place is estimated; again: seen.")
        ),
        Command.UNSET: Words(
            _("Unset"), _("Take the place away; the landmark is still to be placed.")
        ),
        Command.SUGGESTED: Words(
            _("Suggested"), _("Put the landmark where the model would have it.")
        ),
        Command.MIRROR: Words(
            _("Mirror"), _("Guess the place from that on the other side; then correct it.")
        ),
        Command.RESET: Words(_("Reset"), _("Back to what the model predicted.")),
        Command.RESET_ALL: Words(
            _("Reset all"), _("Every landmark back to what the model predicted.")
        ),
    }


def _move() -> Mapping[Command, Words]:
    nudge, step = _("By 0.1 pixel of the image."), _("By one pixel of the image.")
    return {
        Command.NUDGE_LEFT: Words(_("Nudge left"), nudge),
        Command.NUDGE_RIGHT: Words(_("Nudge right"), nudge),
        Command.NUDGE_UP: Words(_("Nudge up"), nudge),
        Command.NUDGE_DOWN: Words(_("Nudge down"), nudge),
        Command.STEP_LEFT: Words(_("Step left"), step),
        Command.STEP_RIGHT: Words(_("Step right"), step),
        Command.STEP_UP: Words(_("Step up"), step),
        Command.STEP_DOWN: Words(_("Step down"), step),
    }


def _history() -> Mapping[Command, Words]:
    return {
        Command.UNDO: Words(_("Undo"), _("Take the last change of a landmark back.")),
        Command.REDO: Words(_("Redo"), _("Do it again.")),
    }


def _case() -> Mapping[Command, Words]:
    return {
        Command.NEXT_CASE: Words(_("Next case"), _("Go to the next image with landmarks.")),
        Command.PREVIOUS_CASE: Words(
            _("Previous case"), _("Go to the previous image with landmarks.")
        ),
        Command.KEY_HELP: Words(_("Keys"), _("List all keys.")),
    }
