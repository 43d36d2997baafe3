"""The model that ships: small, whole, honest about itself, and right on the bundled sample."""

import numpy as np
import pytest

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import Detector, default_bundle, load_card
from HipLandmarksLib.imaging import read_image
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane, measure
from HipLandmarksLib.synthesis import make_phantom, sample_parameters
from HipLandmarksLib.training import read_folder
from HipLandmarksLib.training.cam_test import cam_slices, cam_test
from HipLandmarksLib.training.evaluate import slice_errors

DRAWN = ("FHC", "NA", "LAE", "LCP")


@pytest.fixture(scope="module")
def sample():
    return make_phantom(sample_parameters(), seed=0)


@pytest.fixture(scope="module")
def detector():
    return Detector.from_bundle(default_bundle(), device="cpu")


@pytest.fixture(scope="module")
def detection(detector, sample):
    return detector.detect(sample.image)


def test_the_bundle_is_at_most_16_megabytes():
    assert sum(file.stat().st_size for file in default_bundle().iterdir()) <= 16e6


def test_the_card_states_training_data_licence_performance_and_limits():
    card = load_card(default_bundle())
    assert "CPTAC-UCEC" in card.training["licence"]
    assert len(card.training["patients"]) == 14
    assert card.performance["cross_validation"]["errors"]["drawn"]["mre_mm"] > 0
    assert card.limitations


def test_each_hip_of_the_sample_is_read_within_one_slice_of_the_exact_one(detection, sample):
    for side in Side:
        assert abs(detection.slices[side] - sample.slices[side]) <= 1


def test_the_points_of_the_sample_are_found(detector, sample):
    errors = []
    for side in Side:
        found = detector.detect(sample.image, sample.slices[side]).landmarks
        for key in DRAWN:
            placed = found.position(side, key)
            assert placed is not None, (side, key)
            truth = sample.landmarks.position(side, key)
            errors.append(float(np.hypot(*(placed - truth)[[0, 2]])))
    assert np.mean(errors) < 1.0
    assert max(errors) < 2.5


def test_the_cam_of_the_sample_is_seen(detector, sample):
    """Exact alpha: right 64 degrees (a cam), left 44."""
    for side in Side:
        index = sample.slices[side]
        found = alpha(detector.detect(sample.image, index).landmarks, sample.image, side)
        assert found == pytest.approx(alpha(sample.landmarks, sample.image, side), abs=6)


def test_cams_are_called_on_hips_that_the_model_has_not_met(detector):
    """The card states what cross-validation found; the shipped weights must not be far below."""
    figures = cam_test(detector, cam_slices(24, 5, card_keys(detector))).figures()
    assert figures["cams"] >= 8
    assert figures["cam_sensitivity"] >= 0.5
    assert figures["cam_specificity"] >= 0.75


def card_keys(detector):
    return tuple(dict.fromkeys(key for _, key in detector.card.channels.ids))


def alpha(landmarks, image, side):
    settings = MeasurementSettings.for_image(image)
    (result,) = measure(landmarks, ViewPlane.from_image(image), settings, ["alpha"], (side,))
    return result.value


def test_reduced_precision_moves_no_point_by_a_tenth_of_a_pixel(detector, sample):
    exact = Detector.from_bundle(default_bundle(), "cpu", "float32")
    index = sample.slices[Side.RIGHT]
    one, other = (d.detect(sample.image, index).landmarks for d in (detector, exact))
    pixel = detector.card.preprocessing.spacing_mm
    for id_, landmark in one.items():
        assert landmark.state is other[id_].state
        if landmark.position is not None:
            assert np.linalg.norm(landmark.point() - other[id_].point()) <= 0.1 * pixel


def test_a_sharper_scan_of_the_same_hip_gives_the_same_points(detector, sample):
    """Twice the matrix: the network sees the same millimetres."""
    from HipLandmarksLib.imaging import HipImage

    index = sample.slices[Side.RIGHT]
    image = sample.image
    fine = np.kron(image.pixels[index : index + 1], np.ones((1, 2, 2), dtype=image.pixels.dtype))
    matrix = image.ijk_to_lps @ np.diag([0.5, 0.5, 1, 1])
    matrix[:3, 3] = image.to_lps([-0.25, -0.25, index])
    doubled = HipImage(fine, matrix, image.modality, image.calibration)
    one = detector.detect(image, index).landmarks
    other = detector.detect(doubled, 0).landmarks
    for key in DRAWN:
        moved = one.position(Side.RIGHT, key) - other.position(Side.RIGHT, key)
        assert np.linalg.norm(moved) < 1.0, key


def test_a_real_dicom_series_is_read_where_a_reader_reads_it(shared_data, detector):
    """case_03 was among the training patients: this checks the path, not the accuracy."""
    image = read_image(shared_data / "mri-dicom" / "case_03")
    detection = detector.detect(image)
    assert all(abs(index - 21) <= 1 for index in detection.slices.values())
    labelled = [s for s in read_folder(shared_data / "mri") if s.case == "case_03" and s.chosen]
    errors = [error.error_mm for error in slice_errors(detector, labelled)]
    assert None not in errors
    assert np.mean(errors) < 3
