"""The panel follows the study: however many events arrive, it is renewed once per loop turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt


class LiveRefresh:
    """Calls ``refresh`` once in the turn of the event loop after anything was asked for.

    A drag fires many events per frame; each of them costs no more than a look at a flag.

    Args:
        refresh: brings the panel in line with the study.
    """

    def __init__(self, refresh: Callable[[], None]) -> None:
        self._refresh = refresh
        self._waiting = False
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", self._turn)

    def ask(self, *_change: Any) -> None:
        """Renew the panel in the next turn of the event loop; fit to watch a study."""
        if not self._waiting:
            self._waiting = True
            self._timer.start()

    def close(self) -> None:
        """Never call again."""
        self._waiting = True
        self._timer.stop()
        self._timer.disconnect("timeout()", self._turn)

    def _turn(self) -> None:
        self._waiting = False
        self._refresh()
