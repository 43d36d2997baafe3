"""Where ``detect`` runs its model: in this process, or in one of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .exploring import wanted_index, wants_all
from .model_options import chosen_bundle, stated_side
from .progress import Report, progress_bar

if TYPE_CHECKING:
    from ..detection import Detection, Detector, StackDetection
    from ..detection.worker import DetectionRequest, Event
    from ..imaging import HipImage

CHOICES = ("yes", "no")
DEFAULT = "yes"


@dataclass(frozen=True)
class Found:
    """A detection, and what belongs to it.

    Attributes:
        detection: on the slices where the hips are measured.
        licence: of the model; may be empty.
        whole: every slice, where that was asked for.
    """

    detection: Detection
    licence: str
    whole: StackDetection | None = None


Detect = Callable[[argparse.Namespace, "HipImage"], Found]
"""Reads an image as the options say."""


def add_worker_option(group: argparse._ArgumentGroup) -> None:
    """``--worker``: whether the model runs in a process of its own."""
    group.add_argument(
        "--worker",
        choices=CHOICES,
        default=DEFAULT,
        help="run the model in a process of its own: a crash or too little memory then costs one "
        "image and not those after it, and full graphics memory is got round (default: yes; it "
        "takes no longer, for a single image either)",
    )


@contextmanager
def open_detection(arguments: argparse.Namespace) -> Iterator[Detect]:
    """Yield what detects, with models that stay loaded from image to image."""
    if arguments.worker == "no":
        yield _Here()
        return
    from ..detection.worker import DetectionWorker

    with DetectionWorker() as worker:

        def detect(arguments: argparse.Namespace, image: HipImage) -> Found:
            from ..detection.catalogue import read_summary

            request = _request(arguments, image)
            licence = read_summary(request.model).licence if request.model else ""
            with progress_bar() as report:
                if request.all_slices:
                    whole = worker.detect_stack(request, lambda event: _hear(event, report))
                    return Found(whole.detection, licence, whole)
                found = worker.detect(request, lambda event: _hear(event, report))
            return Found(found, licence)

        yield detect


class _Here:
    """In this process."""

    def __init__(self) -> None:
        self._detectors: dict[Path, Detector] = {}

    def __call__(self, arguments: argparse.Namespace, image: HipImage) -> Found:
        detector = self._detector(arguments, chosen_bundle(arguments, image))
        keep_maps = detector.card.calibration is not None
        licence = str(detector.card.training.get("licence", ""))
        with progress_bar() as report:
            if wants_all(arguments):
                whole = detector.detect_stack(image, report, arguments.tta, keep_maps)
                return Found(whole.detection, licence, whole)
            side, index = stated_side(arguments), wanted_index(arguments)
            found = detector.detect(image, index, report, arguments.tta, side, keep_maps=keep_maps)
        return Found(found, licence)

    def _detector(self, arguments: argparse.Namespace, bundle: Path) -> Detector:
        from ..detection import Detector

        if bundle not in self._detectors:
            self._detectors[bundle] = Detector.from_bundle(bundle, device=arguments.device)
        return self._detectors[bundle]


def _request(arguments: argparse.Namespace, image: HipImage) -> DetectionRequest:
    from ..detection.worker import DetectionRequest

    return DetectionRequest(
        image,
        chosen_bundle(arguments, image),
        wanted_index(arguments),
        arguments.tta,
        stated_side(arguments),
        None,
        arguments.device,
        all_slices=wants_all(arguments),
    )


def _hear(event: Event, report: Report) -> None:
    from ..detection.worker import Notice, Progress

    if isinstance(event, Progress):
        report(event.stage.value, event.done, event.total)
    elif isinstance(event, Notice):
        print(f"note: {event.text}", file=sys.stderr)
