"""Numbers that a format cannot hold are noticed: computed again in a wider one, or refused."""

import pytest
import torch

from HipLandmarksLib.detection import BundleCard, Channels, Detector, Preprocessing
from HipLandmarksLib.detection.views import VIEWS
from HipLandmarksLib.errors import ModelError
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec

SPEC = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2)
CARD = BundleCard("t", "1", "", "MR", SPEC, Channels.of_keys(("FHC",)), Preprocessing(4.0))


class LargeActivations(torch.nn.Module):
    """Activations of ``size`` within, small numbers at the end."""

    def __init__(self, size):
        super().__init__()
        self.there = torch.nn.Conv2d(1, 2, 1, bias=False)
        self.back = torch.nn.Conv2d(2, 2, 1, bias=False)
        torch.nn.init.constant_(self.there.weight, size)
        torch.nn.init.constant_(self.back.weight, 1 / size)

    def forward(self, images):
        return NetworkOutput(self.back(self.there(images)), torch.zeros(len(images), 2))


def maps_of(size, precision):
    detector = Detector(LargeActivations(size), CARD, "cpu", precision)
    images = torch.zeros(1, 1, 32, 32)
    images[..., 10, 20] = 20.0
    return detector, detector.maps(images, VIEWS["none"])


def test_float16_gives_way_to_float32_where_it_overflows_and_says_so():
    wide, expected = maps_of(1e4, "float32")
    narrow, found = maps_of(1e4, "float16")
    assert torch.allclose(found.places, expected.places, atol=1e-6)
    assert narrow.device.description == wide.device.description == "CPU, float32"


def test_float16_stays_where_it_suffices():
    narrow, _ = maps_of(10.0, "float16")
    assert narrow.device.description == "CPU, float16"


def test_numbers_that_are_not_finite_in_float32_either_are_refused():
    with pytest.raises(ModelError, match="not finite for this image"):
        maps_of(float("inf"), "float32")
