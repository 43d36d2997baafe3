"""Batches made ahead of the step that needs them, exactly as if they were made in line."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
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
    """Makes the batches of the next steps while the present one is used.

    ``make`` must depend on the number of the step alone (and on what never changes), so that it
    does not matter which thread makes a batch and when: the result is that of calling it in line.
    Threads do for work inside numpy, scipy and torch, which let other threads run, and copy
    nothing. Processes are for much work in Python; ``make`` and its batches are copied to and from
    them, and each of them computes on one core.
    """

    def __init__(
        self,
        make: Callable[[int], T],
        end: int,
        threads: int = 1,
        ahead: int = 2,
        processes: int = 0,
    ):
        """Nothing is made before the first batch is asked for.

        Args:
            make: gives the batch of a step; called in several threads at the same time.
            end: no step from this number on is made.
            threads: number of threads; 0 makes every batch in line.
            ahead: how many batches at most wait to be used.
            processes: number of processes, used instead of threads when there are any.
        """
        self._make = make
        self._end = end
        self._ahead = max(ahead, threads, 2 * processes)
        self._waiting: dict[int, Future[T]] = {}
        self._pool = _pool(threads, processes)

    def take(self, step: int) -> T:
        """The batch of ``step``; those of the following steps are begun.

        Raises:
            Exception: whatever ``make`` raised for this step.
        """
        if self._pool is None:
            return self._make(step)
        for number in [n for n in self._waiting if not step <= n <= step + self._ahead]:
            self._waiting.pop(number).cancel()
        for number in range(step, max(step + 1, min(step + 1 + self._ahead, self._end))):
            if number not in self._waiting:
                self._waiting[number] = self._pool.submit(self._make, number)
        return self._waiting.pop(step).result()

    def close(self) -> None:
        """End threads or processes; batches that nobody will use are not begun any more."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> BatchLoader[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _pool(threads: int, processes: int) -> Executor | None:
    if processes > 0:
        # spawned: a fork would copy the locks of torch's threads
        return ProcessPoolExecutor(processes, get_context("spawn"), _compute_on_one_core)
    return ThreadPoolExecutor(threads, "batches") if threads > 0 else None


def _compute_on_one_core() -> None:
    import torch

    torch.set_num_threads(1)
