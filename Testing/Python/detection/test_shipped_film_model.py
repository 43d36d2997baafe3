"""The film model that ships: small, whole, honest about itself, and right on the sample film."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side, read_landmarks
from HipLandmarksLib.detection import Detector, default_bundle, load_card
from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Modality, read_image, with_orientation
from HipLandmarksLib.measurement import Edge, MeasurementSettings, ViewPlane, measure
from HipLandmarksLib.synthesis.radiograph.sample import write_sample_film
from HipLandmarksLib.training.film_join import pictures_without_hip
from HipLandmarksLib.training.film_real import real_film_errors

SHARP = ("FHC", "GT", "LAE", "TD", "SHP")
UNKNOWN = {"orientation": "assumed: AP"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    film, landmarks = write_sample_film(tmp_path_factory.mktemp("sample"))
    return read_image(film), read_landmarks(landmarks)


@pytest.fixture(scope="module")
def detector():
    return Detector.from_bundle(default_bundle(Modality.XRAY), device="cpu")


@pytest.fixture(scope="module")
def detection(detector, sample):
    return detector.detect(sample[0])


def test_the_bundle_is_at_most_16_megabytes():
    files = [file for file in default_bundle(Modality.XRAY).rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"model.json", "weights.safetensors"}
    assert sum(file.stat().st_size for file in files) <= 16e6


def test_the_card_states_training_data_licence_performance_and_limits():
    card = load_card(default_bundle(Modality.XRAY))
    assert "CC BY-NC-SA 4.0" in card.training["licence"]
    assert "VSDFullBodyBoneModels" in card.training["data_sources"]
    assert card.training["held_out_subjects"]
    figures = card.performance["held_out_simulated"]["landmarks"]
    assert figures and card.performance["real_films"]["intact_pct_of_head"]["FHC"]["n"] > 0
    assert card.performance["refusal"]["tested"]["good"] >= 100
    assert any("simulated films alone" in limit for limit in card.limitations)


def test_every_landmark_of_paper_2_and_the_cam_point_is_found_on_both_sides(detection, sample):
    _, truth = sample
    errors = {}
    for id_, landmark in detection.landmarks.items():
        exact = truth.items_.get(id_)
        if exact is None or exact.position is None or landmark.position is None:
            continue
        errors[id_] = float(np.linalg.norm(np.subtract(landmark.position, exact.position)))
    assert len(errors) >= 24
    assert np.median(list(errors.values())) < 4.0
    assert all(errors[(side, key)] < 8.0 for side in Side for key in SHARP)


def test_the_cam_of_the_sample_is_told_from_the_hip_beside_it(detection, sample):
    settings = MeasurementSettings.for_image(sample[0], edge=Edge(detection.edge))
    plane = ViewPlane.from_image(sample[0])
    alpha = {m.side: m.value for m in measure(detection.landmarks, plane, settings, ["alpha"])}
    assert alpha[Side.RIGHT] > 55 > alpha[Side.LEFT]


def test_letters_never_confirm_a_mirrored_display(detector, sample):
    """Not every letter is read; one that is read tells the truth."""
    image = sample[0]
    assert detector.detect(replace(image, metadata=UNKNOWN)).landmarks[(Side.RIGHT, "FHC")].position
    flipped = replace(image, pixels=image.pixels[:, :, ::-1].copy(), metadata=UNKNOWN)
    try:
        remarks = detector.detect(flipped).remarks
    except ImageError as error:
        remarks = (str(error),)
        assert "shown mirrored" in remarks[0]
    assert not any("goes with the usual display" in remark for remark in remarks)


@pytest.mark.parametrize("turns", [1, 2])
def test_a_film_that_lies_turned_is_no_film_of_a_hip(detector, sample, turns):
    image = sample[0]
    pixels = np.rot90(image.pixels[0], turns)[None].copy()
    turned = with_orientation(replace(image, pixels=pixels, metadata={}), "L", "F")
    with pytest.raises(ImageError, match="does not look like"):
        detector.detect(turned)


def test_hardly_any_picture_without_a_hip_is_taken_for_one(detector):
    assert detector.film is not None
    criteria = detector.film.settings.criteria
    taken = [criteria.accept(detector.film.signs(image)) for image in pictures_without_hip(20, 256)]
    assert sum(taken) <= 1


def test_heads_on_real_films_are_found_on_their_side(detector, shared_data):
    films = real_film_errors(detector, shared_data / "xray")
    assert not films.swapped and not films.missed and not films.refused
    figures = films.figures()["intact_pct_of_head"]
    for key, most in {"FHC": 6.0, "GT": 8.0, "TD": 8.0, "LAE": 8.0}.items():
        assert figures[key]["median"] <= most, key


def test_states_are_told_apart(detection):
    states = {landmark.state for landmark in detection.landmarks.values()}
    assert LandmarkState.PROSTHESIS not in states and LandmarkState.VISIBLE in states
