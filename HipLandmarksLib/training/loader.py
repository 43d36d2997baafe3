"""Batches made ahead of the step that needs them, exactly as if they were made in line."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST_THREADS = 4


def useful_threads(device: str) -> int:
    """How many threads make batches while ``device`` trains.

    One on a processor that trains itself: it fills the gaps of the training; more would take its
    cores. A graphics card waits for batches, so half of the cores make them, at most four.
    """
    if device == "cpu":
        return 1
    return max(1, min(_MOST_THREADS, (os.cpu_count() or 1) // 2))


class BatchLoader(Generic[T]):
    """Makes the batches of the next steps in threads while the present one is used.

    ``make`` must depend on the number of the step alone (and on what never changes), so that it
    does not matter which thread makes a batch and when: the result is that of calling it in line.
    Threads, not processes: the work is done inside numpy, scipy and torch, which let other threads
    run, and the prepared slices are not copied.
    """

    def __init__(self, make: Callable[[int], T], end: int, threads: int = 1, ahead: int = 2):
        """Nothing is made before the first batch is asked for.

        Args:
            make: gives the batch of a step; called in several threads at the same time.
            end: no step from this number on is made.
            threads: number of threads; 0 makes every batch in line.
            ahead: how many batches at most wait to be used.
        """
        self._make = make
        self._end = end
        self._ahead = max(ahead, threads)
        self._waiting: dict[int, Future[T]] = {}
        self._threads = ThreadPoolExecutor(threads, "batches") if threads > 0 else None

    def take(self, step: int) -> T:
        """The batch of ``step``; those of the following steps are begun.

        Raises:
            Exception: whatever ``make`` raised for this step.
        """
        if self._threads is None:
            return self._make(step)
        for number in [n for n in self._waiting if not step <= n <= step + self._ahead]:
            self._waiting.pop(number).cancel()
        for number in range(step, max(step + 1, min(step + 1 + self._ahead, self._end))):
            if number not in self._waiting:
                self._waiting[number] = self._threads.submit(self._make, number)
        return self._waiting.pop(step).result()

    def close(self) -> None:
        """End the threads; batches that nobody will use are not begun any more."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> BatchLoader[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
