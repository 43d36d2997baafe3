"""Landmarks of simulated films: closed forms, the phantom's dials, real bones in many poses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from HipLandmarksLib.anatomy import LandmarkState, Side
from HipLandmarksLib.synthesis.radiograph import (
    FILM_KEYS,
    Camera,
    FilmLandmarks,
    film_landmarks,
    true_measurements,
)
from HipLandmarksLib.synthesis.radiograph.landmarks_contour import apparent_contours, vertex_normals
from HipLandmarksLib.synthesis.radiograph.landmarks_frame import head_circle
from HipLandmarksLib.synthesis.radiograph.landmarks_neck import LCP_TOLERANCE
from HipLandmarksLib.synthesis.surfaces import (
    BoneName,
    FemurPose,
    PelvisAnatomy,
    PelvisPose,
    make_phantom_anatomy,
    mirrored,
    pose,
    read_bones,
)

from .solid_of_revolution import WaistedFemur

PIXEL_MM = 0.2
CAMERA = Camera.anteroposterior((2400, 2400), PIXEL_MM, centre_mm=(0.0, -40.0))


def at(found: FilmLandmarks, side: Side, key: str) -> NDArray[np.float64]:
    """Place of a landmark, pixels."""
    xy = found.points[side, key].xy
    assert xy is not None, f"{side.word} {key} has no place"
    return np.array(xy)


def value(found: FilmLandmarks, side: Side, id_: str, camera: Camera = CAMERA) -> float:
    (result,) = [
        each
        for each in true_measurements(found.points, camera, found.magnification, [id_])
        if each.side is side
    ]
    assert result.value is not None, result.reason
    return result.value


def turned(anatomy: PelvisAnatomy, **pelvis: float) -> PelvisAnatomy:
    """Legs as on a film, the pelvis as asked."""
    legs = {side: FemurPose(internal_rotation_deg=12.0) for side in Side}
    return pose(anatomy, legs, PelvisPose(**pelvis))


# Closed forms.


def test_the_contour_of_a_sphere_is_the_head_circle() -> None:
    femur = WaistedFemur()
    surface = femur.anatomy().bones[BoneName.FEMUR_LEFT]
    line = apparent_contours(surface, vertex_normals(surface), CAMERA)[0]
    circle = head_circle(CAMERA, np.array([85.0, 0.0, 0.0]), femur.radius)
    away = np.linalg.norm(line.xy - circle.centre, axis=1)
    medial = line.xy[:, 0] < circle.centre[0] - 0.3 * circle.radius
    assert np.abs(away[medial] - circle.radius).max() < 0.15
    outwards = (line.xy - circle.centre)[medial] / away[medial, None]
    assert np.sum(outwards * line.outward[medial], axis=1).min() > 0.98
    assert circle.deviation < 0.005 * circle.radius


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("waist", [13.0, 15.0, 17.5])
def test_neck_and_head_neck_junction_of_a_solid_of_revolution(side: Side, waist: float) -> None:
    femur = WaistedFemur(waist=waist)
    found = film_landmarks(femur.anatomy(side), CAMERA)
    scale = PIXEL_MM / found.magnification
    head, neck, exit_ = (at(found, side, key) for key in ("FHC", "NA", "LCP"))
    assert np.linalg.norm(neck - head) * scale == pytest.approx(femur.waist_at, abs=1.5)
    across = np.cross((neck - head) / np.linalg.norm(neck - head), [0.0, 1.0])
    assert abs(across) == pytest.approx(np.sin(np.radians(180.0 - femur.shaft_deg)), abs=0.02)
    limit = femur.radius * (1.0 + LCP_TOLERANCE)
    assert np.linalg.norm(exit_ - head) * scale == pytest.approx(limit, abs=0.2)
    assert value(found, side, "alpha") == pytest.approx(femur.alpha_deg(LCP_TOLERANCE), abs=1.5)


def test_the_neck_base_is_where_the_neck_has_widened() -> None:
    femur = WaistedFemur()
    found = film_landmarks(femur.anatomy(), CAMERA)
    scale = PIXEL_MM / found.magnification
    base = np.linalg.norm(at(found, Side.LEFT, "NB") - at(found, Side.LEFT, "FHC")) * scale
    assert femur.neck_radius(np.array(base)) == pytest.approx(1.15 * femur.waist, rel=0.03)


def test_the_smaller_the_neck_the_smaller_alpha() -> None:
    alphas = [
        value(film_landmarks(WaistedFemur(waist=waist).anatomy(), CAMERA), Side.LEFT, "alpha")
        for waist in (12.0, 14.0, 16.0, 18.0)
    ]
    assert alphas == sorted(alphas) and alphas[-1] - alphas[0] > 10.0


def test_what_the_bones_lack_is_not_annotated_and_says_why() -> None:
    found = film_landmarks(WaistedFemur().anatomy(), CAMERA)
    assert (Side.LEFT, "GT") not in found.points and found.unannotated[Side.LEFT, "GT"]
    assert found.points[Side.LEFT, "FOV"].state is LandmarkState.ABSENT
    assert found.points[Side.LEFT, "FOV"].note == "the head has no foveal notch"
    assert (Side.RIGHT, "FHC") not in found.points


def test_a_neck_towards_the_source_has_no_neck_points() -> None:
    anatomy = WaistedFemur().anatomy()
    hip = anatomy.hips[Side.LEFT]
    hip = replace(hip, neck_centre=hip.head_centre + np.array([1.0, -28.0, 0.0]))
    found = film_landmarks(replace(anatomy, hips={Side.LEFT: hip}), CAMERA)
    for key in ("NA", "NB", "LCP"):
        assert found.unannotated[Side.LEFT, key] == "the neck is seen along its axis"


# The phantom: what was dialled comes back.


@pytest.fixture(scope="module")
def phantom() -> PelvisAnatomy:
    return make_phantom_anatomy(resolution_mm=2.5)


@pytest.fixture(scope="module")
def phantom_film(phantom: PelvisAnatomy) -> FilmLandmarks:
    return film_landmarks(turned(phantom), CAMERA)


def test_the_phantom_has_every_landmark_on_both_sides(phantom_film: FilmLandmarks) -> None:
    keys = {(side, key) for side in Side for key in FILM_KEYS}
    assert set(phantom_film.points) == keys and not phantom_film.unannotated


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    ("id_", "dial", "tolerance"),
    [
        ("alpha", "alpha_deg", 4.0),
        ("nsa", "neck_shaft_angle_deg", 3.0),
        ("femoral_offset_mm", "femoral_offset_mm", 1.5),
        ("tonnis", "roof_inclination_deg", 4.0),
    ],
)
def test_dialled_values_of_the_phantom_come_back(
    phantom: PelvisAnatomy,
    phantom_film: FilmLandmarks,
    side: Side,
    id_: str,
    dial: str,
    tolerance: float,
) -> None:
    dialled = phantom.hips[side].parameters[dial]
    assert value(phantom_film, side, id_) == pytest.approx(dialled, abs=tolerance)


def test_the_sourcil_of_the_phantom_ends_medial_of_its_bony_rim(
    phantom: PelvisAnatomy, phantom_film: FilmLandmarks
) -> None:
    dialled = phantom.hips[Side.LEFT].parameters["lce_deg"]
    edge = np.array(phantom_film.extras[Side.LEFT, "LAE_BONE"]) - at(phantom_film, Side.LEFT, "FHC")
    assert np.degrees(np.arctan2(edge[0], -edge[1])) == pytest.approx(dialled, abs=4.0)
    assert dialled - 12.0 < value(phantom_film, Side.LEFT, "lce") < dialled


# States.


def test_outside_the_detector_a_point_is_absent_and_keeps_its_place(
    phantom: PelvisAnatomy, phantom_film: FilmLandmarks
) -> None:
    small = replace(CAMERA, shape=(2400, 1200))
    found = film_landmarks(turned(phantom), small)
    for key in FILM_KEYS:
        assert found.points[Side.RIGHT, key] == phantom_film.points[Side.RIGHT, key]
        left = found.points[Side.LEFT, key]
        assert left.state is LandmarkState.ABSENT
        assert left.note == "outside the field of view" or key == "SHD"
    place = found.points[Side.LEFT, "FHC"].xy
    assert place is not None and place[0] > 1200


@given(below=st.floats(-20.0, 130.0))
@hypothesis_settings(max_examples=12, deadline=None)
def test_the_lowest_shaft_point_follows_the_field_of_view(
    phantom: PelvisAnatomy, phantom_film: FilmLandmarks, below: float
) -> None:
    proximal = at(phantom_film, Side.LEFT, "SHP")
    rows = int(proximal[1] + below * phantom_film.magnification / PIXEL_MM)
    found = film_landmarks(turned(phantom), replace(CAMERA, shape=(rows, 2400)))
    distal = found.points[Side.LEFT, "SHD"]
    if distal.state is LandmarkState.VISIBLE:
        assert distal.xy is not None and distal.xy[1] < rows
        seen = np.linalg.norm(np.array(distal.xy) - proximal) * PIXEL_MM / found.magnification
        assert 50.0 <= seen <= below + 3.0
    else:
        assert below < 60.0


# Real bones.


@pytest.fixture(scope="module", params=["z001", "z042"])
def subject(request: pytest.FixtureRequest, shared_data: Path) -> PelvisAnatomy:
    folder = shared_data / "bones" / str(request.param)
    return read_bones(folder)


def test_measurements_of_real_bones_are_those_of_adults(subject: PelvisAnatomy) -> None:
    found = film_landmarks(turned(subject), CAMERA)
    assert not found.unannotated
    for side in Side:
        assert 15.0 < value(found, side, "lce") < 45.0
        assert 118.0 < value(found, side, "nsa") < 142.0
        assert -5.0 < value(found, side, "tonnis") < 15.0
        assert 32.0 < value(found, side, "sharp") < 50.0
        assert 35.0 < value(found, side, "alpha") < 85.0
        assert 65.0 < value(found, side, "mpfa") < 100.0


def test_the_mirror_image_has_mirrored_landmarks(subject: PelvisAnatomy) -> None:
    width = CAMERA.shape[1]
    found = film_landmarks(turned(subject), CAMERA)
    image = film_landmarks(mirrored(turned(subject)), CAMERA)
    for side in Side:
        for key in FILM_KEYS:
            x, y = at(found, side, key)
            np.testing.assert_allclose(at(image, side.opposite, key), (width - 1 - x, y), atol=0.5)


@pytest.mark.parametrize(
    ("kind", "angles"), [("tilt_deg", (-10, -8, 6, 8)), ("rotation_deg", (-6, -4, 2, 4))]
)
def test_a_small_turn_of_the_pelvis_moves_landmarks_a_little(
    subject: PelvisAnatomy, kind: str, angles: tuple[float, ...]
) -> None:
    films = [film_landmarks(turned(subject, **{kind: angle}), CAMERA) for angle in angles]
    for before, after in ((films[0], films[1]), (films[2], films[3])):
        scale = PIXEL_MM / before.magnification
        for side in Side:
            for key in ("TD", "LAE", "MSO", "TRI", "GT", "SHP"):
                move = at(after, side, key) - at(after, side, "FHC")
                move -= at(before, side, key) - at(before, side, "FHC")
                assert np.linalg.norm(move) * scale < 4.5, f"{side.word} {key}"


def test_landmarks_do_not_depend_on_the_pixel_size(subject: PelvisAnatomy) -> None:
    coarse = Camera.anteroposterior((480, 480), 5 * PIXEL_MM, centre_mm=(0.0, -40.0))
    fine = film_landmarks(turned(subject), CAMERA)
    found = film_landmarks(turned(subject), coarse)
    for id_, point in fine.points.items():
        if id_[1] != "SHD":
            assert point.xy is not None
            expected = (np.array(point.xy) + 0.5) / 5 - 0.5
            np.testing.assert_allclose(at(found, *id_), expected, atol=0.02)
