"""What is told of a detection and of a model: begun, done, cancelled, its licence."""

from __future__ import annotations

from collections.abc import Sequence

from ..detection.catalogue import ModelSummary
from ..i18n import tr as _
from .bricks import Message
from .severity import Severity
from .words import Words


def finished_message(model: str, device: str, seconds: float) -> Message:
    """What is told when a detection is done; its remarks follow as messages of their own."""
    text = _("Landmarks by {model} on {device} in {seconds:.1f} s. Check every point.")
    return Message(Severity.GOOD, text.format(model=model, device=device, seconds=seconds))


def cancelled_message() -> Message:
    """What is told when a detection was stopped."""
    return Message(Severity.NOTE, _("The detection was cancelled; the scene is as before."))


def licence_question(summary: ModelSummary) -> tuple[Message, Words]:
    """What is asked before a model is used whose licence forbids commercial use, and the button."""
    text = _("{model} is not for commercial use. Its licence: {licence}")
    message = Message(Severity.CAUTION, text.format(model=summary.title, licence=summary.licence))
    return message, Words(
        _("Agree and detect"),
        _("You agree to this licence; it is remembered and not asked again for this model."),
    )


def remark_message(remark: str) -> Message:
    """A remark of the detection on what its reader must check, or a notice of the worker."""
    return Message(Severity.CAUTION, remark)


def download_line(title: str) -> str:
    """Stands beside the bar while a model is downloaded."""
    return _("Downloading {model} …").format(model=title)


def packages_message(names: Sequence[str]) -> str:
    """What is missing where detection cannot begin, and how to get it."""
    words = _("Detection needs {names}: pip install 'HipLandmarksLib[app]'.")
    return words.format(names=", ".join(names))
