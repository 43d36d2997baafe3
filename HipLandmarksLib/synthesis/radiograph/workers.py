"""Work that is numbered, done by several processes, handed over in the order of its numbers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from ...errors import HipLandmarksError

Result = TypeVar("Result")


def in_order(
    work: Callable[[int], Result], numbers: Sequence[int], workers: int = 1
) -> Iterator[tuple[int, Result]]:
    """Yield (number, ``work(number)``) for all numbers, in their order.

    Args:
        work: what to do; with several workers it must be picklable, and is sent to each once.
        numbers: what to do it for.
        workers: number of processes; 1 works in this one.

    Raises:
        HipLandmarksError: when a process ended unexpectedly (killed, or out of memory).
        Exception: whatever ``work`` raises.
    """
    if workers <= 1 or len(numbers) <= 1:
        for number in numbers:
            with _one_thread():
                result = work(number)
            yield number, result
        return
    pool = _Pool[Result](work, min(workers, len(numbers)))
    try:
        yield from pool.run(numbers)
    finally:
        pool.stop()


class _Pool(Generic[Result]):
    """Processes that are idle or busy with one number each."""

    def __init__(self, work: Callable[[int], Result], workers: int) -> None:
        # spawn: forking a process in which torch has started threads can hang
        context = get_context("spawn")
        self._processes: list[BaseProcess] = []
        self._lines: list[Connection] = []
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(work, theirs), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._lines.append(ours)

    def run(self, numbers: Sequence[int]) -> Iterator[tuple[int, Result]]:
        waiting = iter(numbers)
        done: dict[int, Result] = {}
        for line, number in zip(self._lines, waiting, strict=False):
            line.send(number)
        for number in numbers:
            while number not in done:
                self._collect(done, waiting)
            yield number, done.pop(number)

    def _collect(self, done: dict[int, Result], waiting: Iterator[int]) -> None:
        for line in wait(self._lines):
            assert isinstance(line, Connection)
            number, result, failure = _received(line)
            if failure is not None:
                raise failure
            done[number] = result
            following = next(waiting, None)
            if following is not None:
                line.send(following)

    def stop(self) -> None:
        """End all processes at once, idle or not."""
        for line, process in zip(self._lines, self._processes, strict=True):
            line.close()
            process.terminate()
        for process in self._processes:
            process.join()


def _received(line: Connection) -> tuple[int, Any, Exception | None]:
    try:
        answer: tuple[int, Any, Exception | None] = line.recv()
    except (EOFError, ConnectionError) as error:
        raise HipLandmarksError(
            "A worker process ended unexpectedly, perhaps for want of memory: run the same "
            "command again with fewer workers; it goes on where it stopped."
        ) from error
    return answer


def _serve(work: Callable[[int], object], line: Connection) -> None:
    """Body of a worker process: answers numbers until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides what Ctrl-C does
    os.environ["OMP_NUM_THREADS"] = "1"  # for libraries that are loaded later
    with _one_thread():
        while True:
            try:
                number = line.recv()
            except (EOFError, ConnectionError):
                return
            try:
                line.send((number, work(number), None))
            except Exception as error:
                line.send((number, None, error))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes share the cores already, and sums must not depend on how many threads add up."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
