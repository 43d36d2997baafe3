"""A detector that knows the answer, in this process and behind the interface of the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from HipLandmarksLib.anatomy import HipLandmarks
from HipLandmarksLib.detection import Detection
from HipLandmarksLib.detection.worker import (
    Cancelled,
    DetectionRequest,
    Event,
    Finished,
    JobState,
    Progress,
    Stage,
)
from HipLandmarksLib.imaging import HipImage, Modality

Answer = Callable[[HipImage], HipLandmarks]


class QuickDetector:
    """Gives the landmarks that ``answer`` tells."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def detect(
        self,
        image: HipImage,
        slice_index: int | None = None,
        progress: Any = None,
        *,
        keep_maps: bool = False,
    ) -> Detection:
        edge = "sourcil" if image.modality is Modality.XRAY else "bone"
        return Detection(self.answer(image), {}, {}, "quick 1", "CPU", 0.0, edge=edge)


class QuickJob:
    """Reports two slices, one at a poll, then the result."""

    def __init__(self, detection: Detection) -> None:
        self._events: list[Event] = [
            Progress(Stage.SLICES, 1, 2),
            Progress(Stage.SLICES, 2, 2),
            Finished(detection),
        ]
        self.state = JobState.RUNNING

    def poll(self) -> list[Event]:
        if not self._events:
            return []
        event = self._events.pop(0)
        if isinstance(event, Finished):
            self.state = JobState.FINISHED
        elif isinstance(event, Cancelled):
            self.state = JobState.CANCELLED
        return [event]

    def wait_a_moment(self, seconds: float) -> None:
        """There is nothing to wait for."""

    def cancel(self) -> None:
        if self.state is JobState.RUNNING:
            self._events = [Cancelled()]


class QuickWorker:
    """Has no child process: a job is done by being polled."""

    def __init__(self, answer: Answer) -> None:
        self._detector = QuickDetector(answer)

    def start(self, request: DetectionRequest) -> QuickJob:
        return QuickJob(self._detector.detect(request.image))

    def close(self) -> None:
        """Nothing runs."""
