"""Parts of the panel as what a page can draw: plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..panel import Badge, Cell, Choice, Message, Words

Brick = dict[str, Any]
"""JSON-ready."""


def words_brick(words: Words) -> Brick:
    """Label and tooltip."""
    return {"label": words.label, "tip": words.tooltip}


def badge_brick(badge: Badge) -> Brick:
    """A badge: its line, its tooltip, its tone."""
    return {"text": badge.line, "tip": badge.tooltip, "tone": badge.severity.value}


def cell_brick(cell: Cell) -> Brick:
    """A cell of a table; without severity it has no tone."""
    tone = "" if cell.severity is None else cell.severity.value
    return {"text": cell.text, "tip": cell.tooltip, "tone": tone}


def choice_brick(choice: Choice | None) -> Brick:
    """A list to choose from; hidden when there is none."""
    if choice is None:
        return {"shown": False, "options": [], "chosen": "", "tip": ""}
    options = [
        {
            "id": option.id,
            "label": option.label,
            "tip": option.tooltip if option.enabled else option.reason,
            "off": not option.enabled,
        }
        for option in choice.options
    ]
    chosen = choice.option
    tip = "" if chosen is None else chosen.tooltip
    return {"shown": True, "options": options, "chosen": choice.chosen, "tip": tip}


def message_brick(message: Message | None, action: str = "") -> Brick:
    """A message, with the label of what it offers to do; not shown when there is none."""
    if message is None:
        return {"shown": False, "text": "", "details": "", "tone": "", "action": ""}
    return {
        "shown": True,
        "text": message.line,
        "details": message.details,
        "tone": message.severity.value,
        "action": action,
    }


def line_bricks(lines: Iterable[tuple[str, str]]) -> list[Brick]:
    """(heading, text) lines."""
    return [{"head": heading, "text": text} for heading, text in lines]


def merged(brick: Mapping[str, Any], **changes: Any) -> Brick:
    """A copy with other values; the page redraws what is another object."""
    return {**brick, **changes}
