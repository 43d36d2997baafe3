"""A film model finds the points of any film, and never confuses the sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.detection import Detector
from HipLandmarksLib.errors import ConfigurationError, ImageError
from HipLandmarksLib.imaging import (
    DISPLAYS,
    Calibration,
    HipImage,
    Modality,
    SpacingProvenance,
    with_orientation,
)
from HipLandmarksLib.imaging.film import projection_matrix

ORIENTATIONS = [a + b for a, b in ("LF", "LH", "RF", "RH", "FL", "FR", "HL", "HR")]
BOTH = ("both", "prosthesis")


@pytest.fixture(scope="module")
def detector(film_bundle):
    return Detector.from_bundle(film_bundle, "cpu", "float32")


def film_of(upright, orientation="LF", spacing=1.0, **metadata):
    """A file that stores ``upright`` in another orientation, and tells it."""
    pixels = upright if orientation[0] in "LR" else upright.T
    pixels = pixels[:, ::-1] if orientation[0] in "RH" else pixels
    pixels = pixels[::-1] if orientation[1] in "RH" else pixels
    matrix = projection_matrix(spacing, spacing, *orientation)
    matrix[:3, 3] = -matrix[:3, :3] @ _first(orientation, pixels.shape)
    return HipImage(
        np.ascontiguousarray(pixels)[None],
        matrix,
        Modality.XRAY,
        Calibration(SpacingProvenance.DETECTOR_PLANE),
        "film",
        {"orientation": f"from DICOM PatientOrientation {orientation}", **metadata},
    )


def _first(orientation, shape):
    """Pixel (i, j) at which the upright film begins: it keeps its place in the patient."""
    i = shape[1] - 1 if orientation[0] in "RH" else 0
    j = shape[0] - 1 if orientation[1] in "RH" else 0
    return np.array([i, j, 0.0])


def worst_error(landmarks, film, side, named=None, spacing=1.0):
    found = []
    for key, (x, y) in film.seen(side).items():
        if key != "PROSTHESIS":
            position = landmarks.position(named or side, key)
            assert position is not None, f"{side.word} {key} was not found"
            found.append(np.linalg.norm(position - spacing * np.array([x, 0.0, -y])))
    return max(found)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("name", ["both", "prosthesis", "right", "left"])
def test_every_point_is_found_on_its_side_however_the_film_is_stored(
    detector, films, name, orientation
):
    film = films.drawn[name]
    detection = detector.detect(film_of(film.pixels, orientation))
    for side in Side:
        if side in film.points:
            assert worst_error(detection.landmarks, film, side) < 1.0
        else:
            states = {landmark.state for landmark in detection.landmarks.side(side)}
            assert states == {LandmarkState.ABSENT}
    assert detection.remarks == ()
    assert detection.slices == {Side.RIGHT: 0, Side.LEFT: 0}


@pytest.mark.parametrize("factor", [0.5, 2, 5])
def test_the_size_of_the_film_does_not_matter(detector, films, factor):
    film = films.drawn["both"]
    if factor < 1:
        pixels = film.pixels.reshape(150, 2, 200, 2).mean(axis=(1, 3))
    else:
        pixels = np.kron(film.pixels, np.ones((factor, factor), np.float32))
    shifted = film_of(pixels, spacing=1 / factor)
    shifted.ijk_to_lps[:3, 3] = [(1 / factor - 1) / 2, 0, -(1 / factor - 1) / 2]
    detection = detector.detect(shifted)
    assert all(worst_error(detection.landmarks, film, side) < 1.5 for side in Side)


def test_grey_values_of_a_picture_file_do(detector, films):
    film = films.drawn["both"]
    picture = np.clip(film.pixels * 0.7 + 40, 0, 255).astype(np.uint8)
    detection = detector.detect(film_of(picture))
    assert all(worst_error(detection.landmarks, film, side) < 1.0 for side in Side)


def test_a_landmark_tells_its_model_its_doubt_and_how_sure_it_is(detector, films):
    detection = detector.detect(film_of(films.drawn["both"].pixels))
    head = detection.landmarks[(Side.LEFT, "FHC")]
    assert (head.source.name, head.source.version) == ("mini", "1")
    assert head.confidence > 0.5
    covariance = np.array(head.covariance)
    assert covariance[1] == pytest.approx(0) and np.linalg.eigvalsh(covariance)[1:].min() > 0
    assert detection.peaks[(Side.LEFT, "FHC")] > 0.1
    assert (Side.LEFT, "PROSTHESIS") not in detection.landmarks


@pytest.mark.parametrize("orientation", ["LF", "HR"])
def test_a_prosthesis_is_not_reported_as_bone(detector, films, orientation):
    film = films.drawn["prosthesis"]
    landmarks = detector.detect(film_of(film.pixels, orientation)).landmarks
    for key in films.replaced:
        assert landmarks[(Side.RIGHT, key)].state is LandmarkState.PROSTHESIS
        assert "prosthesis" in landmarks[(Side.RIGHT, key)].note
        assert landmarks[(Side.LEFT, key)].state is LandmarkState.VISIBLE
    assert landmarks[(Side.RIGHT, "TD")].state is LandmarkState.VISIBLE


def assumed(film, **metadata):
    return replace(film_of(film.pixels), metadata={"orientation": "assumed: AP", **metadata})


def test_two_hips_without_any_tag_are_taken_as_displayed_usually(detector, films):
    detection = detector.detect(assumed(films.drawn["both"]))
    assert worst_error(detection.landmarks, films.drawn["both"], Side.RIGHT) < 1.0


@pytest.mark.parametrize("name", ["right", "left"])
def test_a_single_hip_of_unknown_side_is_asked_for(detector, films, name):
    with pytest.raises(ImageError, match="--side right or --side left"):
        detector.detect(assumed(films.drawn[name]))


def test_a_pelvis_of_which_one_hip_is_found_is_taken_as_displayed_usually(detector, films):
    detection = detector.detect(assumed(films.drawn["left"], laterality="B"))
    assert worst_error(detection.landmarks, films.drawn["left"], Side.LEFT) < 1.0


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("by_tag", [True, False])
def test_a_single_hip_gets_its_side_from_the_file_or_from_a_person(detector, films, side, by_tag):
    film = films.drawn[side.word]
    image = assumed(film, laterality=side.value) if by_tag else assumed(film)
    detection = detector.detect(image, side=None if by_tag else side)
    assert worst_error(detection.landmarks, film, side) < 1.0
    assert detection.remarks == ()


@pytest.mark.parametrize("side", list(Side))
def test_a_hip_that_lies_like_the_other_one_is_named_as_told_with_a_remark(detector, films, side):
    film = films.drawn[side.opposite.word]
    detection = detector.detect(assumed(film, laterality=side.value))
    assert worst_error(detection.landmarks, film, side.opposite, named=side) < 1.0
    assert all(p.state is LandmarkState.ABSENT for p in detection.landmarks.side(side.opposite))
    (remark,) = detection.remarks
    assert f"{side.word} hip" in remark and "mirrored" in remark


def test_a_person_overrules_the_file_with_a_remark(detector, films):
    image = assumed(films.drawn["left"], laterality="R")
    detection = detector.detect(image, side=Side.LEFT)
    assert worst_error(detection.landmarks, films.drawn["left"], Side.LEFT) < 1.0
    (remark,) = detection.remarks
    assert "its file says right" in remark


def test_a_side_stated_for_a_film_of_both_hips_changes_nothing_and_says_so(detector, films):
    detection = detector.detect(film_of(films.drawn["both"].pixels), side=Side.LEFT)
    assert all(worst_error(detection.landmarks, films.drawn["both"], s) < 1.0 for s in Side)
    (remark,) = detection.remarks
    assert "both hips" in remark


@pytest.mark.parametrize("name", ["noise", "gradient", "discs"])
def test_what_shows_no_hip_is_refused_with_a_reason(detector, films, name):
    with pytest.raises(ImageError, match=r"does not look like an AP film.*14 landmarks"):
        detector.detect(film_of(films.others[name]))


@pytest.mark.parametrize("display", ["upside-down", "feet-left", "feet-right"])
def test_a_turned_picture_is_refused_with_the_turn_that_would_do(detector, films, display):
    stored = film_of(films.drawn["both"].pixels, "".join(DISPLAYS[display]))
    picture = replace(
        stored, ijk_to_lps=projection_matrix(1, 1), metadata={"orientation": "assumed: AP"}
    )
    with pytest.raises(ImageError, match=f"--display {display}"):
        detector.detect(picture)
    stated = with_orientation(picture, *DISPLAYS[display])
    found = {p.side for p in detector.detect(stated).landmarks.values() if p.position}
    assert found == set(Side)


def test_a_picture_without_a_hip_is_no_hip_in_any_turn(detector, films):
    picture = replace(film_of(films.others["noise"]), metadata={})
    with pytest.raises(ImageError, match="if it is one") as refused:
        detector.detect(picture)
    assert "--display" not in str(refused.value)


def test_a_volume_is_refused_by_a_film_model(detector, films):
    film = film_of(films.drawn["both"].pixels)
    volume = replace(film, pixels=np.repeat(film.pixels, 3, axis=0))
    with pytest.raises(ImageError, match="volume of 3 slices"):
        detector.detect(volume)
    with pytest.raises(ImageError, match="slice 2 does not exist"):
        detector.detect(film, slice_index=2)
    with pytest.raises(ConfigurationError, match="reads films"):
        detector.predict(film, [0])


def test_an_mri_is_refused_by_a_film_model(detector, films):
    image = replace(film_of(films.drawn["both"].pixels), modality=Modality.MR)
    with pytest.raises(ImageError, match=r"is an MR image.*reads radiographs"):
        detector.detect(image)


@pytest.mark.parametrize("views", ["mirror", "standard"])
def test_averaging_views_keeps_the_points(detector, films, views):
    detection = detector.detect(film_of(films.drawn["both"].pixels), views=views)
    assert detection.views == views
    assert detection.landmarks[(Side.RIGHT, "FHC")].state is LandmarkState.VISIBLE
