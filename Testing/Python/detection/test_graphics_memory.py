"""Full graphics memory: an image is read in pieces, then on the CPU, and that is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_network import ExactNetwork, exact_detector, exact_image

from HipLandmarksLib.detection.worker import DetectionRequest, Notice
from HipLandmarksLib.detection.worker.failures import failure_to_dict
from HipLandmarksLib.detection.worker.models import MOST_MODELS, ON_CPU, SMALLER, WarmModels
from HipLandmarksLib.errors import ImageError

FULL = "CUDA out of memory. Tried to allocate 2.00 GiB."


class Graphics:
    """A detector whose graphics memory takes ``room`` images at once; on the CPU all."""

    card = None

    def __init__(self, room, device):
        self.room = 99 if device == "cpu" else room
        self.device, self.batch = device, 4

    def limit_batch(self, images):
        self.batch = images

    def detect(self, *_):
        if self.batch > self.room:
            raise torch.cuda.OutOfMemoryError(FULL)
        return self


def read(room, device="auto"):
    """What detected, and what was told."""
    notices = []
    models = WarmModels(lambda request: Graphics(room, request.device))
    found = models.detect(DetectionRequest(exact_image(), device=device), notices.append)
    return found, [event.text for event in notices if isinstance(event, Notice)]


@pytest.mark.parametrize("device", ["auto", "cuda"])
@pytest.mark.parametrize(
    ("room", "told", "batch", "on_cpu"),
    [(4, [], 4, False), (2, [SMALLER], 1, False), (0, [SMALLER, ON_CPU], 4, True)],
)
def test_full_graphics_memory_costs_time_and_not_the_image(device, room, told, batch, on_cpu):
    detector, notices = read(room, device)
    assert notices == told
    assert detector.batch == batch and (detector.device == "cpu") is on_cpu


def test_the_graphics_processor_is_tried_again_with_the_next_image():
    loaded = []

    def load(request):
        loaded.append(request.device)
        return Graphics(0 if len(loaded) == 1 else 4, request.device)

    models, request = WarmModels(load), DetectionRequest(exact_image(), device="cuda")
    assert models.detect(request, lambda _: None).device == "cpu"
    assert models.detect(request, lambda _: None).device == "cuda"
    assert loaded == ["cuda", "cpu", "cuda"]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: not enough")])
def test_full_memory_of_the_computer_is_told_in_a_sentence(error):
    data = failure_to_dict(error)
    assert data["type"] == "WorkerError" and "memory of this computer" in data["sentence"]


def test_other_errors_are_not_taken_for_full_memory():
    def load(request):
        raise ImageError("The CUDA image is out of memory of mankind.")

    with pytest.raises(ImageError):
        WarmModels(load).detect(DetectionRequest(exact_image()), lambda _: None)


def test_a_few_models_stay_warm_and_the_oldest_goes(tmp_path):
    loaded = []

    def load(request):
        loaded.append(request.model.name)
        return Graphics(4, "cpu")

    models = WarmModels(load)
    for name in "abca" + "d" + "ab":
        request = DetectionRequest(exact_image(), tmp_path / name)
        models.detect(request, lambda _: None)
    assert MOST_MODELS == 3 and loaded == ["a", "b", "c", "d", "b"]


def test_smaller_pieces_find_the_same_points():
    """Slices are read by themselves: how many go through the network at once changes nothing."""
    sizes = []

    class Counting(ExactNetwork):
        def forward(self, images):
            sizes.append(len(images))
            return super().forward(images)

    image = exact_image()
    volume = type(image)(
        np.concatenate([image.pixels] * 5),
        image.ijk_to_lps,
        image.modality,
        image.calibration,
    )
    whole, pieces = (exact_detector(Counting(fields=False)) for _ in range(2))
    pieces.limit_batch(1)
    at_once = whole.detect(volume, views="mirror")
    assert max(sizes) > 1
    sizes.clear()
    assert pieces.detect(volume, views="mirror").landmarks == at_once.landmarks
    assert set(sizes) == {1}
