"""The warm models of the child, and what it does when the graphics memory is full."""

from __future__ import annotations

import gc
import sys
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...anatomy import Side
from ...imaging import HipImage
from .events import Notice, Progress, Stage
from .failures import graphics_memory_is_full
from .request import DetectionRequest

if TYPE_CHECKING:
    from ..card import BundleCard
    from ..result import Detection
    from ..stack_result import StackDetection

MOST_MODELS = 3
"""That stay in memory; the one that was not asked for longest goes first."""

SMALLER = "The memory of the graphics processor is full: the image is read again in smaller pieces."
ON_CPU = (
    "The memory of the graphics processor does not suffice: the image is read on the CPU, which "
    "takes longer."
)

Tell = Callable[[Progress | Notice], None]
"""Hears how far a detection is."""


class WarmDetector(Protocol):
    """What is asked of a loaded model; :class:`HipLandmarksLib.detection.Detector` is one."""

    @property
    def card(self) -> BundleCard:
        """Of the model."""

    def detect(
        self,
        image: HipImage,
        slice_index: int | None,
        progress: Callable[[str, int, int], None],
        views: str | None,
        side: Side | None,
        keep_maps: bool,
    ) -> Detection:
        """Find the landmarks of both hips."""

    def detect_stack(
        self,
        image: HipImage,
        progress: Callable[[str, int, int], None],
        views: str | None,
        keep_maps: bool,
    ) -> StackDetection:
        """Find the landmarks of both hips on every slice."""

    def limit_batch(self, images: int) -> None:
        """Send so many images through the network at once, no more."""


LoadDetector = Callable[[DetectionRequest], WarmDetector]


class WarmModels:
    """Loads a model when it is first asked for and keeps it."""

    def __init__(self, load: LoadDetector | None = None) -> None:
        """``load`` makes the detector that a request needs; None loads its bundle."""
        self._load = load or load_bundle_detector
        self._warm: OrderedDict[tuple[object, ...], WarmDetector] = OrderedDict()

    def detect(self, request: DetectionRequest, tell: Tell) -> Detection | StackDetection:
        """Read the image of a request; when the graphics memory is full in pieces, then on the CPU.

        Raises:
            HipLandmarksError: as the detector does.
            RuntimeError: when the memory of the computer is full, too.
        """
        with suppress(_GraphicsMemoryFullError):
            return self._detect(request, tell)
        tell(Notice(SMALLER))
        _free_graphics_memory()
        with suppress(_GraphicsMemoryFullError):
            return self._detect(request, tell, batch=1)
        tell(Notice(ON_CPU))
        self._warm.clear()
        _free_graphics_memory()
        return self._detect(request.on("cpu"), tell)

    def _detect(
        self, request: DetectionRequest, tell: Tell, batch: int | None = None
    ) -> Detection | StackDetection:
        def progress(stage: str, done: int, total: int) -> None:
            tell(Progress(Stage(stage), done, total))

        try:
            detector = self._detector(request, tell)
            if batch is not None:
                detector.limit_batch(batch)
            keep = request.keep_maps
            if keep is None:
                keep = detector.card.calibration is not None
            image, views = request.image, request.views
            if request.all_slices:
                return detector.detect_stack(image, progress, views, keep)
            return detector.detect(image, request.slice_index, progress, views, request.side, keep)
        except RuntimeError as error:
            if graphics_memory_is_full(error):
                raise _GraphicsMemoryFullError from None  # the traceback would hold on to tensors
            raise

    def _detector(self, request: DetectionRequest, tell: Tell) -> WarmDetector:
        key = _key(request)
        if key not in self._warm:
            tell(Progress(Stage.LOADING, 0, 1))
            self._warm[key] = self._load(request)
            tell(Progress(Stage.LOADING, 1, 1))
        self._warm.move_to_end(key)
        while len(self._warm) > MOST_MODELS:
            self._warm.popitem(last=False)
        return self._warm[key]


class _GraphicsMemoryFullError(Exception):
    """Another way is tried."""


def load_bundle_detector(request: DetectionRequest) -> WarmDetector:
    """The detector of the bundle that a request names, or else of the one for its kind of image.

    Raises:
        ModelError: when the bundle is missing, altered or incomplete.
        ConfigurationError: when the device does not exist here.
    """
    from .. import Detector, default_bundle

    folder = request.model or default_bundle(request.image.modality)
    return Detector.from_bundle(folder, request.device, request.precision)


def _key(request: DetectionRequest) -> tuple[object, ...]:
    """What makes a loaded model the right one; a bundle that was written again is another."""
    if request.model is None:
        return (request.image.modality, request.device, request.precision)
    return (request.model, _written(request.model), request.device, request.precision)


def _written(bundle: Path) -> int:
    with suppress(OSError):
        return (bundle / "model.json").stat().st_mtime_ns
    return 0


def _free_graphics_memory() -> None:
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
