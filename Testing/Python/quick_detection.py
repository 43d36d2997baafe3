"""A detector that knows the answer, in this process and behind the interface of the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hip_points import hip_points

from HipLandmarksLib.anatomy import HipLandmarks, Side
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
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

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


def small_image(modality: Modality, name: str) -> HipImage:
    """Coronal noise about the origin, 6 mm pixels: three slices, or the one of a film."""
    slices = 1 if modality is Modality.XRAY else 3
    pixels = np.random.default_rng(0).integers(0, 500, (slices, 50, 60)).astype(np.int16)
    matrix = np.diag([6.0, -6.0, 4.0, 1.0])[[0, 2, 1, 3]]
    matrix[:3, 3] = (-180.0, 0.0, 150.0)
    mr = modality is Modality.MR
    known = SpacingProvenance.PATIENT_PLANE if mr else SpacingProvenance.DETECTOR_PLANE
    return HipImage(pixels, matrix, modality, Calibration(known), name=name)


def answer(image: HipImage) -> HipLandmarks:
    """Exact points of two hips, the left one a slice further back where there is one."""
    back = 4.0 if image.n_slices > 1 else 0.0
    points = hip_points(Side.RIGHT, 50.0, 31.0, 0.0) + hip_points(Side.LEFT, 62.0, 24.0, back)
    return HipLandmarks.of(points, case_id=image.name)
