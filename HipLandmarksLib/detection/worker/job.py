"""One detection that runs in the worker, as its client holds it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...errors import HipLandmarksError, WorkerError
from .events import Cancelled, Event, Failed, Finished, JobState
from .request import DetectionRequest

if TYPE_CHECKING:
    from ..result import Detection
    from .host import WorkerHost

_LOOK_EVERY_S = 0.5


class DetectionJob:
    """Made by :meth:`~.client.DetectionWorker.start`."""

    def __init__(self, request: DetectionRequest, number: int, host: WorkerHost) -> None:
        self.request = request
        self.number = number
        self._host = host
        self._state = JobState.WAITING
        self._unheard: deque[Event] = deque()

    @property
    def state(self) -> JobState:
        """Where it stands as of the last call of :meth:`poll`, of this or another job."""
        return self._state

    def poll(self) -> list[Event]:
        """What has happened since the last call, in order; never waits.

        The last event of a job is one of Finished, Failed and Cancelled.
        """
        self._host.pump()
        heard: list[Event] = []
        while self._unheard:
            heard.append(self._unheard.popleft())
        return heard

    def wait(self, heard: Callable[[Event], None] | None = None) -> Detection:
        """The result, once it is there; Ctrl+C cancels.

        Args:
            heard: told of every event.

        Raises:
            HipLandmarksError: what an in-process detection would raise.
            WorkerError: when the process failed, or the job was cancelled.
        """
        try:
            while True:
                for event in self.poll():
                    if heard is not None:
                        heard(event)
                    if isinstance(event, Finished):
                        return event.detection
                    _raise_failure(event)
                self.wait_a_moment(_LOOK_EVERY_S)
        except BaseException:
            self.cancel()
            raise

    def wait_a_moment(self, seconds: float) -> None:
        """Return when there may be something to poll, after ``seconds`` at the latest."""
        self._host.wait(seconds)

    def cancel(self) -> None:
        """End it at once, with the process if that works on it; nothing when it is over."""
        self._host.cancel(self)

    def begin(self) -> None:
        """The host says: it is the one that runs."""
        self._state = JobState.RUNNING

    def hear(self, event: Event) -> None:
        """The host says: this happened."""
        if self._state.is_final:
            return
        self._unheard.append(event)
        if isinstance(event, Finished):
            self._state = JobState.FINISHED
        elif isinstance(event, Failed):
            self._state = JobState.FAILED
        elif isinstance(event, Cancelled):
            self._state = JobState.CANCELLED


def _raise_failure(event: Event) -> None:
    if isinstance(event, Failed):
        error: HipLandmarksError = event.error
        raise error
    if isinstance(event, Cancelled):
        raise WorkerError("The detection was cancelled; nothing was changed.")
