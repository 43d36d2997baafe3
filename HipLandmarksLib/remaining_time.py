"""How long a stage of work will take yet."""

from __future__ import annotations

from collections.abc import Callable


class RemainingTime:
    """Seconds that are left of a stage, by the mean speed since its first report."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds."""
        self._clock = clock
        self._first = (0.0, 0, 0)  # time, done, total
        self._done = 0

    def after(self, done: int, total: int) -> float | None:
        """Seconds left now that ``done`` of ``total`` are done; None at the first report."""
        begin, first, expected = self._first
        if total != expected or done < self._done:
            begin, first, _ = self._first = (self._clock(), done, total)
        self._done = done
        if done == first:
            return None
        return (total - done) * (self._clock() - begin) / (done - first)
