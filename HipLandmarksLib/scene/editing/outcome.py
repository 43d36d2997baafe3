"""What came of a command."""

from __future__ import annotations

from dataclasses import dataclass

from ...anatomy import LandmarkId
from ...review import Command, Edit
from ..frames import Vec3


@dataclass(frozen=True)
class Outcome:
    """What a command did, and what the face that gave it must do.

    Attributes:
        command: the command.
        done: False when it could not be carried out, see ``reason``.
        id: the current point afterwards.
        edit: the step of the history; None when no point changed.
        look_at: where the views must look now, LPS mm; None to leave them.
        for_face: the face itself serves the command.
        reason: one sentence to show: why it could not be done, or what is remarkable.
    """

    command: Command
    done: bool
    id: LandmarkId | None = None
    edit: Edit | None = None
    look_at: Vec3 | None = None
    for_face: bool = False
    reason: str = ""
