"""A face without any window: what the parts of a session tell, offer and show is kept in lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from HipLandmarksLib.errors import HipLandmarksError
from HipLandmarksLib.imaging import HipImage
from HipLandmarksLib.panel import Message, Words, message_of
from HipLandmarksLib.scene import HipStudy, image_of_volume
from HipLandmarksLib.session import HipSession


class PlainFace:
    """Shows nothing to nobody.

    Attributes:
        messages: every message that was told, None where it was cleared.
        actions: what was offered.
        refreshed: how often a renewal was asked for.
        reopened: how often everything was shown anew.
    """

    def __init__(self, session: HipSession, volume: Any = None) -> None:
        self.session, self.volume = session, volume
        self.messages: list[Message | None] = []
        self.actions: list[Callable[[], None]] = []
        self.refreshed = self.reopened = 0

    @property
    def study(self) -> HipStudy | None:
        return self.session.study(self.volume)

    @property
    def image(self) -> HipImage | None:
        return None if self.volume is None else image_of_volume(self.volume)

    @property
    def told(self) -> str:
        """The text of the last message; empty when there is none."""
        last = self.messages[-1] if self.messages else None
        return "" if last is None else last.text

    def refresh(self, *_change: Any) -> None:
        self.refreshed += 1

    def reopen(self) -> None:
        self.reopened += 1

    def choose(self, volume: Any) -> None:
        self.volume = volume
        self.reopen()

    def tell(self, message: Message | None) -> None:
        self.messages.append(message)

    def offer(self, message: Message, words: Words, action: Callable[[], None]) -> None:
        self.tell(message)
        self.actions.append(action)

    @contextmanager
    def telling(self) -> Iterator[None]:
        try:
            yield
        except HipLandmarksError as error:
            self.tell(message_of(error))
