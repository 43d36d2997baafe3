"""Averaging over views: nothing is lost at the border, and the disagreement is kept, once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.cli.options import TTA
from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    DecodedPoint,
    Decoder,
    Detector,
    LandmarkMaps,
    Preprocessing,
)
from HipLandmarksLib.detection.merging import ViewAverage, view_covariances
from HipLandmarksLib.detection.views import VIEWS, View
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec, build_network

SHAPE = (64, 96)
SPEC = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2, presence=True)
CHANNELS = Channels.of_keys(("FHC",))
RIGHT = (Side.RIGHT, "FHC")


class PointFinder(torch.nn.Module):
    """Answers a Gaussian (sigma 2) at the bright blob of each half, ``bias`` pixels off in x.

    Where a half of the image shows no blob, the landmark is "nowhere".
    """

    def __init__(self, bias: float = 0.0) -> None:
        super().__init__()
        self.bias = bias

    def forward(self, images):
        heights = torch.cat([images, images], dim=1).float() + 1
        columns = torch.arange(images.shape[-1]).float()
        rows = torch.arange(images.shape[-2]).float()[:, None]
        left_half = columns < images.shape[-1] / 2
        heights = heights * torch.stack([left_half, ~left_half])[:, None]
        mass = heights.sum(dim=(2, 3), keepdim=True)
        x = (heights * columns).sum(dim=(2, 3), keepdim=True) / mass.clamp(min=1e-6) + self.bias
        y = (heights * rows).sum(dim=(2, 3), keepdim=True) / mass.clamp(min=1e-6)
        logits = -((columns - x) ** 2 + (rows - y) ** 2) / 8
        gone = torch.where(mass[..., 0, 0] > 4, -20.0, 20.0)
        return NetworkOutput(logits, gone)


def picture(*points, shape=SHAPE):
    """(1, 1, H, W) black with a blob of sigma 2 at each (x, y)."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    blobs = sum(np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8) for x, y in points)
    return torch.from_numpy((blobs - 1).astype(np.float32))[None, None]


def card(**changes):
    return BundleCard(
        "t", "1", "", "MR", SPEC, CHANNELS, Preprocessing(4.0, multiple=8, high_percentile=100.0),
        **changes,
    )  # fmt: skip


def finder(bias=0.0, **changes):
    return Detector(PointFinder(bias), card(**changes), "cpu", "float32")


def decoded(maps, channel=0):
    return Decoder().decode(maps.places[0, channel].numpy(), float(maps.nowhere[0, channel]))


def real_network():
    torch.manual_seed(0)
    return Detector(build_network(SPEC), card(), "cpu", "float32"), torch.randn(2, 1, 32, 48)


def test_the_image_alone_is_no_augmentation_bit_for_bit():
    detector, inputs = real_network()
    network_says = detector._reader.runner._run(inputs)
    for found in (detector.maps(inputs), detector.maps(inputs, VIEWS["none"])):
        assert torch.equal(found.places, network_says.places)
        assert torch.equal(found.nowhere, network_says.nowhere)
        assert torch.equal(found.presence, network_says.presence)


def test_the_mirror_is_the_plain_mean_bit_for_bit():
    detector, inputs = real_network()
    found = detector.maps(inputs, VIEWS["mirror"])
    one = detector._reader.runner._run(torch.cat([inputs, torch.flip(inputs, dims=[3])]))
    places, mirrored = one.places[:2], torch.flip(one.places[2:], dims=[3])[:, [1, 0]]
    assert torch.equal(found.places, (places + mirrored) / 2)
    assert torch.equal(found.nowhere, (one.nowhere[:2] + one.nowhere[2:, [1, 0]]) / 2)


@pytest.mark.parametrize("name", list(VIEWS))
@settings(max_examples=10, deadline=None)
@given(x=st.floats(0, 40), y=st.floats(0, 63))
def test_every_set_finds_the_point_and_sums_to_one(name, x, y):
    """In corners too, where some views do not see the point."""
    maps = finder().maps(picture((x, y), (70.0, 30.0)), VIEWS[name])
    total = maps.places.sum(dim=(2, 3)) + maps.nowhere
    assert total.numpy() == pytest.approx(1, abs=1e-4)
    assert float(maps.nowhere[0, 1]) < 1e-3
    if x > 10 and 10 < y < 53:
        assert np.hypot(*np.subtract(decoded(maps).xy, (x, y))) < 0.1


def test_a_point_that_leaves_the_image_in_one_view_is_kept():
    views = [View(), View(shift_px=(-12.0, 0.0)), View(rotation_deg=5.0)]
    point = (6.0, 32.0)
    alone = finder().maps(picture(point, (70.0, 30.0)), views[:1])
    found = finder().maps(picture(point, (70.0, 30.0)), views)
    assert decoded(found).xy == pytest.approx(decoded(alone).xy, abs=0.05)
    assert decoded(found).presence > 0.98  # the view without it said "nowhere": no third is lost
    assert decoded(found, 1).presence > 0.99


def test_a_landmark_that_every_view_misses_stays_absent():
    maps = finder().maps(picture((70.0, 30.0)), VIEWS["standard"])
    assert decoded(maps).presence < 0.01
    assert decoded(maps, 1).presence > 0.99


def test_views_weigh_by_what_they_see_of_the_place():
    """One landmark, two pixels; the second view sees the first pixel only."""
    average = ViewAverage()
    average.add(_two_pixels(0.2, 0.6, nowhere=0.2), torch.ones(1, 2))
    average.add(_two_pixels(0.4, 0.0, nowhere=0.6), torch.tensor([[1.0, 0.0]]))
    found = average.result()
    first, second = (0.2 + 0.4) / 2, 0.6 / 1
    nowhere = (0.2 * (first + second) + 0.6 * first) / (2 * first + second)
    share = (1 - nowhere) / (first + second)
    assert found.nowhere.item() == pytest.approx(nowhere)
    assert found.places.flatten().tolist() == pytest.approx([first * share, second * share])


def _two_pixels(first, second, nowhere):
    return LandmarkMaps(torch.tensor([[[[first, second]]]]), torch.tensor([[nowhere]]))


def test_fields_and_presence_are_averaged_where_they_are_seen():
    ones = torch.ones(1, 1, 2, 1, 2)
    average = ViewAverage()
    for maps, field, seen in (
        (_two_pixels(0.4, 0.4, 0.2), ones, torch.ones(1, 2)),
        (_two_pixels(0.4, 0.0, 0.6), 0.5 * ones * torch.tensor([1.0, 0.0]), None),
    ):
        whole = torch.tensor([[1.0, 0.0]]) if seen is None else seen
        average.add(LandmarkMaps(maps.places, maps.nowhere, field, maps.nowhere), whole)
    found = average.result()
    assert found.fields[0, 0, 0].flatten().tolist() == pytest.approx([0.75, 1.0])
    assert found.presence.item() == pytest.approx((0.2 * 2 + 0.6 * 1) / 3)


def point(xy, presence=1.0, covariance=0.25, views=None):
    return DecodedPoint(xy, np.eye(2) * covariance, 1.0, 1.0, presence, views)


def test_the_spread_of_the_views_is_that_of_their_points():
    found = view_covariances([{RIGHT: point((10.0, 5.0))}, {RIGHT: point((14.0, 5.0))}])[RIGHT]
    assert found == pytest.approx(np.diag([4.0, 0.0]))
    blind = [{RIGHT: point((10.0, 5.0))}, {RIGHT: point((90.0, 5.0), presence=0.0)}]
    assert view_covariances(blind)[RIGHT] == pytest.approx(np.zeros((2, 2)))


def prediction(detector, views):
    matrix = np.array([[4.0, 0, 0, 0], [0, 0, 5.0, 0], [0, -4.0, 0, 0], [0, 0, 0, 1]])
    pixels = picture((24.0, 30.0), (70.0, 30.0))[0].numpy() + 1
    image = HipImage(pixels, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE))
    (found,) = detector.predict(image, [0], views=views)
    return found.points[RIGHT]


def test_one_view_has_no_spread_and_agreeing_views_a_spread_of_nothing():
    assert prediction(finder(), "none").view_covariance is None
    for name in ("mirror", "standard"):
        assert np.abs(prediction(finder(), name).view_covariance).max() < 0.01


def test_total_variance_is_within_plus_between_once():
    """A network that errs 1 px to the right errs 1 px to the left in the mirror."""
    wide = Decoder(window_sigmas=5.0)
    exact = prediction(finder(0.0, decoder=wide), "mirror")
    biased = prediction(finder(1.0, decoder=wide), "mirror")
    assert biased.xy == pytest.approx(exact.xy, abs=0.01)
    assert biased.view_covariance == pytest.approx(np.diag([1.0, 0.0]), abs=0.01)
    single = prediction(finder(1.0, decoder=wide), "none")
    floor = (2.0 / 4) ** 2  # what the decoder leaves of a perfect answer
    assert single.total_covariance == pytest.approx(np.eye(2) * floor, abs=0.01)
    assert biased.covariance[0, 0] == pytest.approx(1.0, abs=0.05)  # the map has it already
    assert biased.total_covariance == pytest.approx(biased.covariance, abs=0.05)


def test_views_that_point_beyond_the_window_count_in_the_total():
    """8 px to either side: the window of 6 px about one of the two knows nothing of the other."""
    found = prediction(finder(8.0), "mirror")
    assert found.view_covariance == pytest.approx(np.diag([64.0, 0.0]), abs=0.2)
    assert found.covariance[0, 0] < 6
    assert found.total_covariance[0, 0] == pytest.approx(64.0, abs=0.5)
    assert found.total_covariance[1, 1] == pytest.approx(found.covariance[1, 1], abs=0.05)


def test_the_card_says_what_is_averaged_unless_one_asks():
    assert card().views == "none" and card(mirror=True).views == "mirror"
    assert prediction(finder(mirror=True), None).view_covariance is not None
    assert prediction(finder(mirror=True), "none").view_covariance is None
    with pytest.raises(ConfigurationError, match="choose one of none, mirror"):
        prediction(finder(), "many")


def test_the_command_line_offers_every_set():
    assert tuple(VIEWS) == TTA
