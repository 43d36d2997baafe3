"""The detector is one path from pixels to LPS points, whatever the image looks like on disk."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from HipLandmarksLib.anatomy import LandmarkState, Side, SourceKind
from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Detector,
    Preprocessing,
    choose_device,
)
from HipLandmarksLib.detection.views import VIEWS
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import (
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
)
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec, build_network

SPEC = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2)
PATIENT = Calibration(SpacingProvenance.PATIENT_PLANE)


def image_of(pixels, spacing=(4.0, 4.0, 5.0), mirrored=False):
    matrix = np.diag([spacing[0], 1, -spacing[1], 1.0])
    matrix[:3, 1], matrix[:3, 2] = (0, 0, -spacing[1]), (0, spacing[2], 0)
    if mirrored:
        matrix[:3, 0] *= -1
        matrix[0, 3] = spacing[0] * (pixels.shape[2] - 1)
    return HipImage(pixels.astype(np.float32), matrix, Modality.MR, PATIENT, name="case")


def card(mirror=False, **changes):
    values = {"slice_offset_mm": 5.0, "mirror": mirror, **changes}
    channels = Channels.of_keys(("FHC",))
    return BundleCard("t", "1", "", "MR", SPEC, channels, Preprocessing(4.0, multiple=8), **values)


class BrightestPoint(torch.nn.Module):
    """A network that answers the brightest pixel of the right and of the left half."""

    def forward(self, images):
        logits = images.float() * 40
        half = torch.arange(images.shape[-1]) < images.shape[-1] // 2
        right = torch.where(half, logits, -1e3)
        left = torch.where(half, -1e3, logits)
        nowhere = torch.full((len(images), 2), -50.0)
        return NetworkOutput(torch.cat([right, left], dim=1), nowhere)


def blobs(depth=9, shape=(48, 64), heads=((14.3, 20.6), (45.2, 22.4)), radius_slices=2):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    volume = np.zeros((depth, *shape))
    for k in range(depth):
        if abs(k - 4) <= radius_slices:
            for x, y in heads:
                volume[k] += np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8)
    return volume + 1e-3 * rows / shape[0]


def normalised(detector):
    """The test network reads raw pixels: switch the percentile window off."""
    object.__setattr__(detector.card.preprocessing, "low_percentile", 0.0)
    object.__setattr__(detector.card.preprocessing, "high_percentile", 100.0)
    return detector


def test_points_come_back_in_the_patient_with_source_and_covariance():
    detector = normalised(Detector(BrightestPoint(), card(), "cpu"))
    image = image_of(blobs())
    detection = detector.detect(image, slice_index=4)
    right = detection.landmarks[(Side.RIGHT, "FHC")]
    assert right.state is LandmarkState.VISIBLE
    assert right.source.kind is SourceKind.MODEL
    assert right.point() == pytest.approx((4 * 14.3, 20.0, -4 * 20.6), abs=1.5)
    covariance = np.array(right.covariance)
    assert covariance[1] == pytest.approx(0)  # nothing is known across the slice
    assert covariance[0, 0] > 0 and covariance[2, 2] > 0


def test_a_mirrored_file_gives_the_same_points_in_the_patient():
    detector = normalised(Detector(BrightestPoint(), card(), "cpu"))
    straight = detector.detect(image_of(blobs()), slice_index=4).landmarks
    flipped = detector.detect(image_of(blobs()[:, :, ::-1], mirrored=True), slice_index=4).landmarks
    for id_, landmark in straight.items():
        assert flipped[id_].point() == pytest.approx(landmark.point(), abs=1e-6)


def test_averaging_with_the_mirror_image_treats_both_sides_alike():
    torch.manual_seed(0)
    detector = Detector(build_network(SPEC), card(mirror=True), "cpu", "float32")
    inputs = torch.randn(1, 1, 32, 48)
    maps = detector.maps(inputs, VIEWS["mirror"])
    mirrored = detector.maps(torch.flip(inputs, dims=[3]), VIEWS["mirror"])
    assert mirrored.places.flip(1, 3).numpy() == pytest.approx(maps.places.numpy(), abs=1e-5)
    assert mirrored.nowhere.flip(1).numpy() == pytest.approx(maps.nowhere.numpy(), abs=1e-5)


def test_what_the_model_does_not_see_is_absent_with_a_reason():
    class SeesOnlyTheRight(BrightestPoint):
        def forward(self, images):
            output = super().forward(images)
            return NetworkOutput(output.heatmaps, torch.tensor([[-1e3, 1e3]] * len(images)))

    detector = normalised(Detector(SeesOnlyTheRight(), card(), "cpu"))
    landmarks = detector.detect(image_of(blobs()), slice_index=4).landmarks
    left = landmarks[(Side.LEFT, "FHC")]
    assert landmarks[(Side.RIGHT, "FHC")].state is LandmarkState.VISIBLE
    assert left.state is LandmarkState.ABSENT
    assert left.position is None
    assert "presence 0.00" in left.note


def test_a_slice_that_does_not_exist_is_refused():
    detector = Detector(BrightestPoint(), card(), "cpu")
    with pytest.raises(ImageError, match="slices 0 to 8"):
        detector.detect(image_of(blobs()), slice_index=9)


def test_an_axial_stack_is_refused():
    matrix = np.diag([1.0, 1.0, 4.0, 1.0])
    axial = HipImage(blobs().astype(np.float32), matrix, Modality.MR, PATIENT)
    with pytest.raises(ImageError, match="axial"):
        Detector(BrightestPoint(), card(), "cpu").detect(axial)


@pytest.mark.parametrize(
    ("modality", "word"), [(Modality.XRAY, "radiograph"), (Modality.CT, "CT image")]
)
def test_an_image_of_another_kind_is_refused(modality, word):
    image = replace(image_of(blobs()), modality=modality)
    with pytest.raises(ImageError, match=f"is a {word}, .*reads MR images"):
        Detector(BrightestPoint(), card(), "cpu").detect(image)


@pytest.mark.parametrize(
    ("modality", "provenance"),
    [
        (Modality.UNKNOWN, SpacingProvenance.PATIENT_PLANE),  # NIfTI and NRRD do not tell
        (Modality.XRAY, SpacingProvenance.NONE),  # a picture file does not tell either
    ],
)
def test_an_image_that_does_not_tell_its_kind_is_read(modality, provenance):
    image = replace(image_of(blobs()), modality=modality, calibration=Calibration(provenance))
    if modality is Modality.XRAY:
        image = replace(image, metadata={"format": "png"})
    assert Detector(BrightestPoint(), card(), "cpu").detect(image, slice_index=4).landmarks


def test_progress_is_told_for_every_slice():
    seen = []
    detector = normalised(Detector(BrightestPoint(), card(), "cpu"))
    detector.predict(image_of(blobs()), range(9), lambda *now: seen.append(now))
    assert seen[-1] == ("slices", 9, 9)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_device_that_is_not_there_is_refused_with_the_ones_that_are():
    if torch.cuda.is_available():
        pytest.skip("this computer has CUDA")
    with pytest.raises(ConfigurationError, match="choose auto or"):
        choose_device("cuda")


def test_an_unknown_precision_is_refused():
    with pytest.raises(ConfigurationError, match="float7"):
        choose_device("cpu", "float7")
