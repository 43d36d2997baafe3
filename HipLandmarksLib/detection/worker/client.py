"""``DetectionWorker``: detections in a child process, for viewers and the command line."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from ...errors import ConfigurationError
from .events import Event, Finished
from .host import WorkerHost, shared_host
from .job import DetectionJob
from .request import DetectionRequest

if TYPE_CHECKING:
    from ..result import Detection
    from ..stack_result import StackDetection


class DetectionWorker:
    """A client of the process that runs models.

    All clients of a process share one child, which reads their images one after the other: there
    are never two workers on a device. Other processes have workers of their own; when they fill
    the memory of a graphics processor, a worker reads in smaller pieces, then on the CPU, and says
    so. The child starts when it is first needed, keeps its models warm, ends after ten minutes
    without work or when its client ends in whatever way, and is replaced when it crashed.

    Needs neither torch nor Qt.
    """

    def __init__(self, host: WorkerHost | None = None) -> None:
        """Nothing is started yet. ``host`` is None but for a child of another kind."""
        self._host = host or shared_host()
        self._jobs: list[DetectionJob] = []

    def start(self, request: DetectionRequest) -> DetectionJob:
        """Begin a detection and return at once; poll or wait for the job."""
        self._jobs = [job for job in self._jobs if not job.state.is_final]
        self._host.join(self)
        job = self._host.submit(request)
        self._jobs.append(job)
        return job

    def detect(
        self, request: DetectionRequest, heard: Callable[[Event], None] | None = None
    ) -> Detection:
        """Detect and wait, see :meth:`DetectionJob.wait`."""
        return self.start(request).wait(heard)

    def detect_stack(
        self, request: DetectionRequest, heard: Callable[[Event], None] | None = None
    ) -> StackDetection:
        """Read every slice and wait, see :meth:`DetectionJob.wait`.

        Raises:
            ConfigurationError: when the request does not ask for every slice.
        """
        if not request.all_slices:
            raise ConfigurationError("The request does not ask for every slice (all_slices).")
        found: list[StackDetection] = []

        def listen(event: Event) -> None:
            if isinstance(event, Finished) and event.whole is not None:
                found.append(event.whole)
            if heard is not None:
                heard(event)

        self.detect(request, listen)
        return found[0]

    @property
    def is_warm(self) -> bool:
        """Whether a child with a loaded model is there."""
        return self._host.is_warm

    @property
    def pid(self) -> int | None:
        """Process id of the child; None when there is none."""
        return self._host.pid

    def cancel(self) -> None:
        """Cancel the jobs of this client."""
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()

    def close(self) -> None:
        """Cancel the jobs of this client; the child ends with the last client that used it.

        The client can be used again.
        """
        self.cancel()
        self._host.leave(self)

    def __enter__(self) -> DetectionWorker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
