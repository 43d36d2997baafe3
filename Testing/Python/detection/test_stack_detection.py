"""Every slice of a volume is read by the one detector path, and each stands by itself."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from same_detection import differences

from HipLandmarksLib.anatomy import ErrorBin, LandmarkState, Side, Source, SourceKind
from HipLandmarksLib.detection import BundleCard, Channels, Detector, Preprocessing
from HipLandmarksLib.detection.worker import DetectionRequest, Stage
from HipLandmarksLib.detection.worker.exchange import Exchange
from HipLandmarksLib.detection.worker.models import WarmModels
from HipLandmarksLib.detection.worker.result_codec import (
    SentCalibrations,
    result_from_dict,
    result_to_dict,
)
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec
from HipLandmarksLib.uncertainty import (
    Calibration as ModelCalibration,
)
from HipLandmarksLib.uncertainty import (
    CalibrationProvenance,
    ErrorBins,
    MeasuredError,
    PositionModel,
    PositionScale,
)

SPEC = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=2)
PATIENT = Calibration(SpacingProvenance.PATIENT_PLANE)
HEADS = ((14.3, 20.6), (45.2, 22.4))


class BrightestPoint(torch.nn.Module):
    """Answers the brightest pixel of each half where it is bright, else that there is none."""

    def __init__(self):
        super().__init__()
        self.images = 0
        self.most = 0

    def forward(self, images):
        self.images += len(images)
        self.most = max(self.most, len(images))
        logits = images.float() * 40
        logits[:, :, 0] = -1e3  # where the volume keeps its grey window
        half = torch.arange(images.shape[-1]) < images.shape[-1] // 2
        right = torch.where(half, logits, -1e3)
        left = torch.where(half, -1e3, logits)
        return NetworkOutput(torch.cat([right, left], dim=1), torch.zeros(len(images), 2))


def card(**changes):
    values = {"slice_offset_mm": 5.0, **changes}
    channels = Channels.of_keys(("FHC",))
    window = Preprocessing(4.0, multiple=8, low_percentile=0.0, high_percentile=100.0)
    return BundleCard("t", "1", "", "MR", SPEC, channels, window, **values)


def volume(depth=9, middle=4, heads=HEADS, near=2, step=5.0):
    """Two bright discs on the slices within ``near`` of the middle one, noise on all."""
    rows, columns = np.mgrid[:48, :64]
    pixels = 1e-3 * np.random.default_rng(0).random((depth, 48, 64))
    for k in range(depth):
        for x, y in heads if abs(k - middle) <= near else ():
            pixels[k] += np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8)
    matrix = np.array([[4.0, 0, 0, 0], [0, 0, step, 0], [0, -4.0, 0, 0], [0, 0, 0, 1]])
    pixels[:, 0, :2] = 0.0, 1.1  # the same grey window on every slice
    return HipImage(pixels.astype(np.float32), matrix, Modality.MR, PATIENT, name="case")


@pytest.fixture
def detector():
    return Detector(BrightestPoint(), card(), "cpu", "float32")


def seen(stack, side):
    return [own.index for own in stack if own.landmarks.position(side, "FHC") is not None]


def test_every_slice_holds_both_hips_where_they_are(detector):
    stack = detector.detect_stack(volume()).stack
    assert stack.indices == tuple(range(9))
    assert seen(stack, Side.RIGHT) == seen(stack, Side.LEFT) == [2, 3, 4, 5, 6]
    for own in stack:
        head = own.landmarks[(Side.LEFT, "FHC")]
        if head.position is not None:
            expected = (4 * HEADS[1][0], 5.0 * own.index, -4 * HEADS[1][1])
            assert head.point() == pytest.approx(expected, abs=1.5)
        else:
            assert head.state is LandmarkState.ABSENT and "not seen" in head.note


def test_depths_are_those_of_the_points(detector):
    for own in detector.detect_stack(volume()).stack:
        head = own.landmarks[(Side.RIGHT, "FHC")]
        if head.position is not None:
            assert own.depth_mm == pytest.approx(-head.position[1])


def test_the_chosen_slices_say_what_a_plain_detection_says(detector):
    image = volume()
    whole, plain = (
        detector.detect_stack(image, keep_maps=True),
        detector.detect(image, keep_maps=True),
    )
    assert differences(whole.detection, plain, but=("seconds",)) == []
    assert whole.stack.chosen == plain.slices == {Side.RIGHT: 5, Side.LEFT: 5}
    assert whole.stack.case().items_ == plain.landmarks.items_


def test_each_slice_says_what_a_detection_of_it_alone_says(detector):
    image = volume()
    stack = detector.detect_stack(image).stack
    for index in (2, 4, 6):
        assert stack.at(index).landmarks == detector.detect(image, index).landmarks


def test_the_doubt_of_every_slice_is_calibrated():
    position = PositionModel({"FHC": PositionScale(2.0, 9.0)})
    bins = ErrorBins((2.0, 6.0), dict.fromkeys(ErrorBin, MeasuredError(50, 20, 1.0, 3.0)))
    provenance = CalibrationProvenance("toy", 20, 20, "2026-01-01", ("a", "b"))
    calibration = ModelCalibration(provenance, position=position, bins=bins)
    detector = Detector(BrightestPoint(), card(calibration=calibration), "cpu", "float32")
    stack = detector.detect_stack(volume()).stack
    raw = detector.uncalibrated().detect_stack(volume()).stack
    for index in (2, 5):
        own, plain = (s.at(index).landmarks[(Side.LEFT, "FHC")] for s in (stack, raw))
        assert own.evidence.error_bin is not None and plain.evidence.error_bin is None
        assert np.trace(own.covariance) > np.trace(plain.covariance)


def test_slices_are_read_in_batches_and_empty_ones_only_once():
    network = BrightestPoint()
    detector = Detector(network, card(mirror=True), "cpu", "float32")
    stack = detector.detect_stack(volume(depth=40, middle=20)).stack
    assert len(stack) == 40
    assert network.images == 40 + 5  # each straight; those that show a hip mirrored, too
    assert network.most <= 4


def test_progress_tells_of_the_search_and_of_the_reading(detector):
    told = []
    detector.detect_stack(volume(), progress=lambda *now: told.append(now))
    stages = [stage for stage, _, _ in told]
    assert stages == sorted(stages, reverse=True)  # slices, then reading
    assert ("slices", 9, 9) in told and told[-1] == ("reading", 1, 1)


def test_a_detection_can_be_stopped_from_its_progress(detector):
    class StopError(Exception):
        pass

    def stop(stage, done, total):
        raise StopError

    with pytest.raises(StopError):
        detector.detect_stack(volume(), progress=stop)


@pytest.mark.parametrize("depth", [1, 2])
def test_one_and_two_slices_are_a_stack(detector, depth):
    found = detector.detect_stack(volume(depth=depth, middle=0))
    assert seen(found.stack, Side.RIGHT) == list(range(depth))
    assert set(found.stack.chosen.values()) <= set(range(depth))
    assert found.stack.spacing_mm == (None if depth == 1 else pytest.approx(5.0))


def test_blank_and_repeated_slices_are_passed_over_and_named(detector):
    image = volume()
    pixels = image.pixels.copy()
    pixels[3] = 0.5
    pixels[8] = pixels[7]
    stack = detector.detect_stack(replace(image, pixels=pixels)).stack
    assert {own.index: own.unread for own in stack if own.unread} == {
        3: "it is blank",
        8: "it repeats slice 7",
    }
    assert not stack.at(3).landmarks
    assert stack.gaps == ((2, 4),)
    assert seen(stack, Side.RIGHT) == [2, 4, 5, 6]


def test_one_hip_alone_is_measured_alone(detector):
    found = detector.detect_stack(volume(heads=HEADS[:1]))
    assert seen(found.stack, Side.RIGHT) == [2, 3, 4, 5, 6]
    assert seen(found.stack, Side.LEFT) == []
    assert found.choices[Side.LEFT].head_depth_mm is None
    assert "No femoral head was found on the left side" in found.choices[Side.LEFT].reason


def test_a_stack_without_hips_is_refused(detector):
    with pytest.raises(ImageError, match="no femoral head was found on any of the 9 slices"):
        detector.detect_stack(volume(heads=()))


def test_a_person_takes_another_slice(detector):
    found = detector.detect_stack(volume())
    own = found.taken(Side.LEFT, 3)
    assert own.stack.chosen == own.detection.slices == {Side.RIGHT: 5, Side.LEFT: 3}
    head = own.detection.landmarks[(Side.LEFT, "FHC")]
    assert head == found.stack.at(3).landmarks[(Side.LEFT, "FHC")]
    assert own.detection.peaks[(Side.LEFT, "FHC")] == pytest.approx(head.evidence.peak)
    assert own.choices[Side.LEFT].by_reader and not own.choices[Side.RIGHT].by_reader
    assert found.taken(Side.LEFT, 5) is found


def test_points_of_a_person_have_no_peak(detector):
    found = detector.detect_stack(volume())
    head = found.stack.at(3).landmarks[(Side.LEFT, "FHC")]
    placed = head.moved((1.0, 2.0, 3.0), Source(SourceKind.READER))
    own = replace(found, stack=found.stack.with_landmark(3, placed)).taken(Side.LEFT, 3)
    assert own.detection.landmarks[(Side.LEFT, "FHC")] == placed


def test_a_request_for_every_slice_names_no_single_one():
    with pytest.raises(ConfigurationError, match="leave out the number of a slice"):
        DetectionRequest(volume(), slice_index=3, all_slices=True)


def test_what_the_worker_reads_arrives_whole(detector):
    """As a request, by the warm model of the child, and back."""
    exchange, told = Exchange.create(), []
    try:
        asked = DetectionRequest(volume(), views="none", keep_maps=True, all_slices=True)
        sent = json.loads(json.dumps(asked.to_dict(exchange)))
        models = WarmModels(lambda request: detector)
        found = models.detect(DetectionRequest.from_dict(sent, exchange), told.append)
        answer = json.loads(json.dumps(result_to_dict(found, exchange, SentCalibrations())))
        finished = result_from_dict(answer, exchange, SentCalibrations())
    finally:
        exchange.remove()
    here = detector.detect_stack(volume(), views="none", keep_maps=True)
    assert finished.whole.stack == here.stack
    assert differences(finished.whole.detection, here.detection, but=("seconds",)) == []
    assert finished.detection is finished.whole.detection
    assert {event.stage for event in told} >= {Stage.SLICES, Stage.READING}
