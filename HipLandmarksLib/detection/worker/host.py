"""The one child of this process, and the jobs of all clients that wait for it."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from weakref import WeakSet

from ...errors import HipLandmarksError, WorkerError
from .child import Child, worker_command
from .events import Cancelled, Failed, Finished, Notice, Progress, Stage
from .failures import failure_from_dict
from .job import DetectionJob
from .request import DetectionRequest
from .result_codec import SentCalibrations, result_from_dict

IDLE_S = 600.0
"""The child ends, and gives its memory back, when nobody asked for so long."""

_BLINK_S = 0.005


class WorkerHost:
    """Keeps at most one child, which reads one image after the other.

    Nothing goes on by itself: every call of :meth:`pump`, which whoever polls a job makes, moves
    the jobs of all clients on. It may be called from several threads.
    """

    def __init__(self, command: Sequence[str] | None = None, idle_s: float = IDLE_S) -> None:
        """Nothing is started yet.

        Args:
            command: that starts the child; None finds the interpreter.
            idle_s: after which the child ends.
        """
        self._command = command
        self._idle_s = idle_s
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._ready = self._warm = False
        self._ending: list[Child] = []
        self._running: DetectionJob | None = None
        self._waiting: deque[DetectionJob] = deque()
        self._clients: WeakSet[object] = WeakSet()
        self._number = 0
        self._calibrations = SentCalibrations()

    @property
    def is_warm(self) -> bool:
        """Whether a child with a loaded model is there."""
        return self._child is not None and self._warm

    @property
    def pid(self) -> int | None:
        """Of the child; None when there is none."""
        return None if self._child is None else self._child.pid

    def join(self, client: object) -> None:
        """Somebody uses the child from now on."""
        with self._lock:
            self._clients.add(client)

    def leave(self, client: object) -> None:
        """Somebody does so no longer; the last one ends it."""
        with self._lock:
            self._clients.discard(client)
            if not self._clients:
                self.close()

    def submit(self, request: DetectionRequest) -> DetectionJob:
        """A new job, after all that wait."""
        with self._lock:
            self._number += 1
            job = DetectionJob(request, self._number, self)
            ahead = len(self._waiting) + (self._running is not None)
            self._waiting.append(job)
            if ahead:
                job.hear(Progress(Stage.WAITING, 0, ahead))
            self.pump()
            return job

    def cancel(self, job: DetectionJob) -> None:
        """End a job; the child is killed when it works on it."""
        with self._lock:
            if job.state.is_final:
                return
            if job is self._running:
                self._running = None
                self._end_child()
            else:
                self._waiting.remove(job)
            job.hear(Cancelled())
            self.pump()

    def pump(self) -> None:
        """Take in what the child said, and give it the next job. Never waits."""
        with self._lock:
            if self._child is not None:
                for message in self._child.receive():
                    self._hear(message)
            if self._child is not None and self._child.has_ended:
                self._child_ended(self._child)
            self._ending = [child for child in self._ending if not child.is_gone]
            while self._running is None and self._waiting and not self._must_wait:
                self._begin(self._waiting.popleft())

    def wait(self, seconds: float) -> None:
        """Return when something may have happened, after ``seconds`` at the latest."""
        child = self._child
        if child is None:
            time.sleep(min(seconds, _BLINK_S))
        else:
            with suppress(OSError, ValueError):  # another thread may just have ended it
                child.wait(seconds)

    def close(self) -> None:
        """Cancel all jobs and end the child; a later job starts a new one."""
        with self._lock:
            jobs = [*self._waiting, *([self._running] if self._running else [])]
            self._waiting.clear()
            self._running = None
            self._end_child()
            for job in jobs:
                job.hear(Cancelled())

    @property
    def _must_wait(self) -> bool:
        """Never two at once: one that was ended, or is about to end, is let go first."""
        return bool(self._ending) or (self._child is not None and self._child.is_leaving)

    def _begin(self, job: DetectionJob) -> None:
        try:
            if self._child is None:
                self._child = Child(self._command or worker_command(), self._idle_s)
                job.hear(Progress(Stage.STARTING, 0, 1))
        except HipLandmarksError as error:
            job.hear(Failed(error))
            return
        self._running = job
        job.begin()
        if self._ready:
            self._send(self._child, job)

    def _send(self, child: Child, job: DetectionJob) -> None:
        try:
            child.send({"job": job.number, **job.request.to_dict(child.exchange)})
        except HipLandmarksError as error:
            self._over(Failed(error))

    def _hear(self, message: dict[str, Any]) -> None:
        child, job, event = self._child, self._running, message["event"]
        assert child is not None
        if event == "idle":
            child.is_leaving = True
        elif event == "ready":
            self._ready = True
            if job is not None:
                job.hear(Progress(Stage.STARTING, 1, 1))
                self._send(child, job)
        elif job is not None and message["job"] == job.number:
            self._hear_of(job, event, message, child)

    def _hear_of(
        self, job: DetectionJob, event: str, message: dict[str, Any], child: Child
    ) -> None:
        if event == "notice":
            job.hear(Notice(message["text"]))
        elif event == "progress":
            stage, done, total = Stage(message["stage"]), message["done"], message["total"]
            job.hear(Progress(stage, done, total))
            self._warm |= stage is not Stage.LOADING or done == total
        elif event == "failure":
            self._over(Failed(*failure_from_dict(message)))
        elif event == "result":
            self._over(self._result(message, child))

    def _result(self, data: dict[str, Any], child: Child) -> Finished | Failed:
        try:
            finished = result_from_dict(data, child.exchange, self._calibrations)
        except OSError as error:
            return Failed(WorkerError(f"The result was lost ({error}): detect once more."))
        self._warm = True
        return finished

    def _over(self, event: Finished | Failed) -> None:
        job, self._running = self._running, None
        if self._child is not None:
            self._child.exchange.clear()
        if job is not None:
            job.hear(event)

    def _child_ended(self, child: Child) -> None:
        """By itself: after a long silence, or by a fault that costs the job it worked on."""
        job, was_ready = self._running, self._ready
        failure = None if child.is_leaving else _failure(child, was_ready)
        self._end_child()
        if job is None:
            return
        if failure is None:  # it fell silent just when it was asked
            self._running = None
            self._waiting.appendleft(job)
        else:
            self._over(failure)

    def _end_child(self) -> None:
        child, self._child = self._child, None
        self._ready = self._warm = False
        self._calibrations = SentCalibrations()
        if child is not None:
            child.end()
            self._ending.append(child)


def _failure(child: Child, was_ready: bool) -> Failed:
    did = "The detection ended" if was_ready else "The detection could not begin"
    sentence = f"{did}: the process that runs the model {child.cause_of_end}. Nothing was changed"
    remedy = "; try again" if was_ready else "; its last words tell why"
    return Failed(WorkerError(f"{sentence}{remedy}."), child.last_words)


@cache
def host_of_process(pid: int) -> WorkerHost:
    """The host that all clients of a process share; a forked process has one of its own."""
    return WorkerHost()


def shared_host() -> WorkerHost:
    """The host of this process."""
    return host_of_process(os.getpid())
