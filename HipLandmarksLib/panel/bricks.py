"""What every part of the panel is made of: words, badges, cells, choices, messages."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from ..errors import HipLandmarksError
from ..i18n import tr as _
from .controls import Control
from .severity import Severity


@dataclass(frozen=True, slots=True)
class Badge:
    """A short statement that stands in view all the time.

    Attributes:
        text: a few words.
        tooltip: sentences that explain it and say what to do.
        severity: how serious it is.
    """

    text: str
    tooltip: str
    severity: Severity

    @property
    def line(self) -> str:
        """Sign and words, as they are drawn."""
        return f"{self.severity.sign} {self.text}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; without severity it has the colour of plain text."""

    text: str = ""
    tooltip: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a choice.

    Attributes:
        id: for the program; never shown.
        label, tooltip: for people.
        enabled: whether it can be chosen now.
        reason: why it cannot.
    """

    id: str
    label: str
    tooltip: str
    enabled: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose one option from, such as a combo box."""

    control: Control
    options: tuple[Option, ...]
    chosen: str

    @property
    def option(self) -> Option | None:
        """The option that is chosen; None when there is none of that id."""
        return next((each for each in self.options if each.id == self.chosen), None)


@dataclass(frozen=True, slots=True)
class Message:
    """A line of the panel that tells what happened; details are shown on demand."""

    severity: Severity
    text: str
    details: str = ""

    @property
    def line(self) -> str:
        """Sign and words, as they are drawn."""
        return f"{self.severity.sign} {self.text}"


def message_of(error: BaseException) -> Message:
    """What to tell of an error: our own sentence, or that it was not foreseen."""
    if isinstance(error, HipLandmarksError):
        return Message(Severity.ALARM, str(error))
    details = "".join(traceback.format_exception(error))
    text = _("Something unforeseen went wrong; nothing was changed. Save your work and try again.")
    return Message(Severity.ALARM, text, details)
