"""The page follows the study: however many events arrive, it is renewed once per loop turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class LiveRefresh:
    """Calls ``refresh`` once in the turn of the event loop after anything was asked for.

    Args:
        refresh: brings the page in line with the study.
    """

    def __init__(self, refresh: Callable[[], None]) -> None:
        self._refresh = refresh
        self._waiting: asyncio.Handle | None = None
        self._closed = False

    def ask(self, *_change: Any) -> None:
        """Renew the page in the next turn of the event loop; fit to watch a study."""
        if self._waiting is not None or self._closed:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # before the server runs nobody looks
            return
        self._waiting = loop.call_soon(self._turn)

    def close(self) -> None:
        """Never call again."""
        self._closed = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _turn(self) -> None:
        self._waiting = None
        self._refresh()
