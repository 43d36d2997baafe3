"""Costly drawings during a drag: at most as often as views are rendered, and never in its way."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

FRAME_S = 1 / 30
"""Views are rendered no more often than this while a point is dragged."""
BUDGET_S = 0.012
"""A drawing that takes longer than this waits for the end of the drag."""


class Throttle:
    """Calls ``work`` when it is asked to, but during a drag only every so often.

    Outside a drag it works at once. During a drag it works at most once per frame; when its last
    turn took longer than the budget it waits for the end, so that the point never lags behind the
    mouse. What was left undone is done when the drag ends.

    Args:
        work: the drawing.
        clock: seconds that never go back.
    """

    def __init__(self, work: Callable[[], None], clock: Callable[[], float] = perf_counter) -> None:
        self._work = work
        self._clock = clock
        self._dragging = False
        self._pending = False
        self._last = float("-inf")
        self._cost = 0.0

    @property
    def pending(self) -> bool:
        """Whether a drawing was put off."""
        return self._pending

    def start_drag(self) -> None:
        """A point is being dragged from now on."""
        self._dragging, self._cost = True, 0.0

    def end_drag(self) -> None:
        """The point was let go: do what was put off."""
        self._dragging = False
        if self._pending:
            self._run()

    def ask(self) -> None:
        """There is something new to draw."""
        now = self._clock()
        in_time = now - self._last >= FRAME_S and self._cost <= BUDGET_S
        if self._dragging and not in_time:
            self._pending = True
        else:
            self._run()

    def _run(self) -> None:
        self._pending = False
        start = self._clock()
        self._work()
        self._last = self._clock()
        self._cost = self._last - start
