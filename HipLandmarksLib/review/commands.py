"""What a reader can ask for by a key or a button: one table for every face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class CommandCategory(str, Enum):
    """Groups of commands, in the order of the help."""

    GO_TO = "go to"
    STATE = "state"
    MOVE = "move"
    HISTORY = "history"
    CASE = "case"


class Command(str, Enum):
    """A command; its value is its identifier in settings."""

    NEXT = "next"
    PREVIOUS = "previous"
    NEXT_LEAST_SURE = "next_least_sure"
    OTHER_SIDE = "other_side"
    JUMP_1 = "jump_1"
    JUMP_2 = "jump_2"
    JUMP_3 = "jump_3"
    JUMP_4 = "jump_4"
    JUMP_5 = "jump_5"
    JUMP_6 = "jump_6"
    JUMP_7 = "jump_7"
    JUMP_8 = "jump_8"
    JUMP_9 = "jump_9"
    JUMP_10 = "jump_10"
    JUMP_11 = "jump_11"
    JUMP_12 = "jump_12"
    ACCEPT = "accept"
    """Leave the current point as it is, and go on to the next least sure one."""
    ACCEPT_REST = "accept_rest"
    EDIT = "edit"
    """Let only the current point be dragged, or end that."""
    ABSENT = "absent"
    OCCLUDED = "occluded"
    """The point is not seen and its place is estimated; again: it is seen."""
    UNSET = "unset"
    SUGGESTED = "suggested"
    MIRROR = "mirror"
    RESET = "reset"
    RESET_ALL = "reset_all"
    NUDGE_LEFT = "nudge_left"
    NUDGE_RIGHT = "nudge_right"
    NUDGE_UP = "nudge_up"
    NUDGE_DOWN = "nudge_down"
    STEP_LEFT = "step_left"
    STEP_RIGHT = "step_right"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    UNDO = "undo"
    REDO = "redo"
    NEXT_CASE = "next_case"
    PREVIOUS_CASE = "previous_case"
    KEY_HELP = "key_help"

    @property
    def category(self) -> CommandCategory:
        """Its group in the help."""
        return _facts()[self].category

    @property
    def default_keys(self) -> tuple[str, ...]:
        """Keys that mean it unless the user chose others, as Qt writes them."""
        return _facts()[self].keys

    @property
    def repeats(self) -> bool:
        """Whether a key that is held down means it again and again."""
        return _facts()[self].repeats

    @property
    def for_face(self) -> bool:
        """Whether the face itself serves it, since it concerns more than one study."""
        return self in (Command.NEXT_CASE, Command.PREVIOUS_CASE, Command.KEY_HELP)

    @property
    def number(self) -> int | None:
        """Number of the landmark to which it jumps; None for other commands."""
        word, _, number = self.value.rpartition("_")
        return int(number) if word == "jump" else None


class Direction(Enum):
    """Where a nudge goes in the slice view: (to the right, up)."""

    LEFT = (-1, 0)
    RIGHT = (1, 0)
    UP = (0, 1)
    DOWN = (0, -1)


NUDGE_PIXELS = 0.1
STEP_PIXELS = 1.0


def nudge_of(command: Command) -> tuple[Direction, float] | None:
    """Direction and length (image pixels) of a nudging command; None for other commands."""
    word, _, name = command.value.rpartition("_")
    if word not in ("nudge", "step"):
        return None
    return Direction[name.upper()], NUDGE_PIXELS if word == "nudge" else STEP_PIXELS


@dataclass(frozen=True)
class _Facts:
    category: CommandCategory
    keys: tuple[str, ...]
    repeats: bool = False


def _facts() -> Mapping[Command, _Facts]:
    return _TABLE


_GO, _STATE = CommandCategory.GO_TO, CommandCategory.STATE
_NUMBER_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=")
_TABLE: Mapping[Command, _Facts] = {
    Command.NEXT: _Facts(_GO, ("N",), True),
    Command.PREVIOUS: _Facts(_GO, ("P",), True),
    Command.NEXT_LEAST_SURE: _Facts(_GO, ("Space",)),
    Command.OTHER_SIDE: _Facts(_GO, ("T",)),
    **{
        Command(f"jump_{number}"): _Facts(_GO, (key,))
        for number, key in enumerate(_NUMBER_KEYS, start=1)
    },
    Command.ACCEPT: _Facts(_STATE, ("Return",)),
    Command.ACCEPT_REST: _Facts(_STATE, ("Shift+Return",)),
    Command.EDIT: _Facts(_STATE, ("E",)),
    Command.ABSENT: _Facts(_STATE, ("A",)),
    Command.OCCLUDED: _Facts(_STATE, ("O",)),
    Command.UNSET: _Facts(_STATE, ("Del", "Backspace")),
    Command.SUGGESTED: _Facts(_STATE, ("G",)),
    Command.MIRROR: _Facts(_STATE, ("M",)),
    Command.RESET: _Facts(_STATE, ("R",)),
    Command.RESET_ALL: _Facts(_STATE, ("Shift+R",)),
    **{
        Command(f"{word}_{arrow.lower()}"): _Facts(CommandCategory.MOVE, (held + arrow,), True)
        for word, held in (("nudge", ""), ("step", "Shift+"))
        for arrow in ("Left", "Right", "Up", "Down")
    },
    Command.UNDO: _Facts(CommandCategory.HISTORY, ("Ctrl+Z",), True),
    Command.REDO: _Facts(CommandCategory.HISTORY, ("Ctrl+Y", "Ctrl+Shift+Z"), True),
    Command.NEXT_CASE: _Facts(CommandCategory.CASE, ("PgDown",)),
    Command.PREVIOUS_CASE: _Facts(CommandCategory.CASE, ("PgUp",)),
    Command.KEY_HELP: _Facts(CommandCategory.CASE, ("F1", "?")),
}
