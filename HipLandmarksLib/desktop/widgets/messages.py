"""The line of the panel that tells what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import slicer

from ...errors import HipLandmarksError
from ...panel import Message, Words, message_of
from .colours import coloured

_IN_STATUS_BAR_MS = 10_000


class MessageArea:
    """Shows one message at a time inside the panel; details are folded until asked for.

    The status bar of the window repeats it for a while: the panel may be scrolled to another place.

    Args:
        ui: the widgets of the panel by name.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        ui.messageDetailsButton.connect("toggled(bool)", self._show_details)
        ui.messageCloseButton.connect("clicked(bool)", self.clear)
        ui.messageActionButton.connect("clicked(bool)", self._act)
        self._action: Callable[[], None] | None = None
        self._message: Message | None = None
        self.clear()

    def show(self, message: Message) -> None:
        """Show a message until the next one or until it is closed."""
        self._action, self._message = None, message
        self._ui.messageActionButton.visible = False
        self.recolour()
        self._ui.messageDetailsText.plainText = message.details
        self._ui.messageDetailsButton.checked = False
        self._ui.messageDetailsButton.visible = bool(message.details)
        self._show_details(False)
        self._ui.messageFrame.visible = True
        slicer.util.showStatusMessage(message.line, _IN_STATUS_BAR_MS)

    def recolour(self) -> None:
        """Take the colours of the present theme."""
        label, message = self._ui.messageLabel, self._message
        if message is not None:
            label.text = coloured(label, message.severity, message.line)

    def offer(self, message: Message, words: Words, action: Callable[[], None]) -> None:
        """Show a message with a button that does what is offered."""
        self.show(message)
        self._action = action
        button = self._ui.messageActionButton
        button.text, button.toolTip = words.label, words.tooltip
        button.visible = True
        _scroll_to(self._ui.messageFrame)

    def clear(self, *_event: Any) -> None:
        """Hide the message."""
        self._action = self._message = None
        self._ui.messageFrame.visible = False

    def _act(self, *_event: Any) -> None:
        action = self._action
        self.clear()
        if action is not None:
            with self.telling():
                action()

    def _show_details(self, shown: bool) -> None:
        self._ui.messageDetailsText.visible = shown

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Whatever goes wrong inside the block is told here; Slicer goes on.

        Our own errors are one sentence; the others come with their traceback on demand.
        """
        try:
            yield
        except HipLandmarksError as error:
            self.show(message_of(error))
        except Exception as error:
            self.show(message_of(error))
            raise


def _scroll_to(widget: Any) -> None:
    """Let the panel show a widget that waits for an answer, wherever the panel was scrolled to."""
    parent = widget.parent()
    while parent is not None and not parent.inherits("QScrollArea"):
        parent = parent.parent()
    if parent is not None:
        slicer.app.processEvents()  # the frame gets its place
        parent.ensureWidgetVisible(widget)


Slot = Callable[..., None]


def told(method: Callable[..., None]) -> Slot:
    """Decorator for slots of a section: errors become messages of ``self.desk.messages``."""

    def call(self: Any, *arguments: Any) -> None:
        with self.desk.messages.telling():
            method(self, *arguments)

    return call
