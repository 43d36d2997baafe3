"""A simulated film on disk is what our own reader and any DICOM viewer make of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from HipLandmarksLib.anatomy import LandmarkState, Side, SourceKind
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.imaging import Modality, SpacingProvenance, read_image
from HipLandmarksLib.synthesis.radiograph import Camera, TruePoint
from HipLandmarksLib.synthesis.radiograph.case import SimulatedFilm, landmarks_on_file
from HipLandmarksLib.synthesis.radiograph.files import FilmFormat, write_film

SHAPE = (70, 96)
PIXEL_MM = 0.35


def film(**changes: object) -> SimulatedFilm:
    """A ramp, brighter to the feet and much brighter at the patient's left."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    pixels = (0.2 * rows / SHAPE[0] + 0.8 * columns / SHAPE[1]).astype(np.float32)
    landmarks = {
        (Side.RIGHT, "FHC"): TruePoint((20.25, 40.5)),
        (Side.LEFT, "FHC"): TruePoint((80.75, 41.0)),
        (Side.LEFT, "SHD"): TruePoint((90.0, 120.0), LandmarkState.ABSENT, "below the film"),
        (Side.LEFT, "FOV"): TruePoint((70.0, 38.0), LandmarkState.ESTIMATED, "behind the socket"),
    }
    camera = Camera.anteroposterior(SHAPE, PIXEL_MM, 1150.0, 190.0, (3.0, 5.0), (8.0, -4.0))
    whole = SimulatedFilm(
        name="case_00001",
        pixels=pixels,
        camera=camera,
        landmarks=landmarks,
        magnification=camera.magnification([0.0, 0.0, 0.0]),
        licence="CC BY 4.0 (test)",
        origin="test 1",
    )
    return replace(whole, **changes)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_film(tmp_path, film(), FilmFormat.DICOM)


def test_our_reader_finds_size_orientation_view_and_provenance(written):
    image = read_image(written)
    assert image.modality is Modality.XRAY
    assert image.pixels.shape == (1, *SHAPE)
    assert image.spacing[:2] == pytest.approx((PIXEL_MM, PIXEL_MM))
    assert image.calibration.provenance is SpacingProvenance.ERMF
    assert image.calibration.magnification == pytest.approx(1150 / 960, abs=1e-6)
    assert image.ijk_to_lps[0, 0] > 0 > image.ijk_to_lps[2, 1], "to the left, to the feet"
    assert image.metadata["orientation"].startswith("from DICOM PatientOrientation")
    assert image.metadata["view_position"] == "AP"
    assert image.metadata["laterality"] == "U"
    assert image.metadata["body_part"] == "PELVIS"


def test_without_the_factor_the_distances_give_the_same_magnification(written):
    dataset = pydicom.dcmread(written)
    del dataset.EstimatedRadiographicMagnificationFactor
    dataset.save_as(written)
    image = read_image(written)
    assert image.calibration.provenance is SpacingProvenance.SID_SOD
    assert image.calibration.magnification == pytest.approx(1150 / 960, abs=1e-4)


def test_pixels_come_back_bone_bright_however_they_are_stored(tmp_path):
    seen = []
    for name, inverted in (("plain", False), ("inverted", True)):
        path = write_film(tmp_path, film(name=name, stored_inverted=inverted), FilmFormat.DICOM)
        assert pydicom.dcmread(path).PhotometricInterpretation.endswith("1" if inverted else "2")
        seen.append(read_image(path).pixels[0].astype(float))
    assert np.corrcoef(seen[0].ravel(), film().pixels.ravel())[0, 1] > 0.9999
    assert np.array_equal(seen[0] - seen[0].min(), seen[1] - seen[1].min())


def test_landmarks_lie_on_the_same_pixels_after_reading(written):
    image = read_image(written)
    found = landmarks_on_file(film(), image)
    assert found.case_id == "case_00001"
    for id_, point in film().landmarks.items():
        landmark = found[id_]
        assert landmark.state is point.state and landmark.note == point.note
        assert landmark.source.kind is SourceKind.SIMULATION
        if point.state is LandmarkState.ABSENT:
            assert landmark.position is None
        else:
            assert image.to_ijk(landmark.point()) == pytest.approx([*point.xy, 0.0], abs=1e-6)
    across = found.position(Side.LEFT, "FHC") - found.position(Side.RIGHT, "FHC")
    assert across == pytest.approx([60.5 * PIXEL_MM, 0.0, -0.5 * PIXEL_MM]), "LPS, left is +x"


def test_a_film_of_one_hip_names_its_side(tmp_path):
    one = {
        **film().landmarks,
        (Side.RIGHT, "FHC"): TruePoint((-30.0, 40.0), LandmarkState.ABSENT, "beside the film"),
    }
    image = read_image(write_film(tmp_path, film(landmarks=one), FilmFormat.DICOM))
    assert image.metadata["laterality"] == "L"
    assert image.metadata["body_part"] == "HIP"


def test_the_file_says_that_it_is_simulated_and_holds_no_patient(written):
    dataset = pydicom.dcmread(written)
    assert dataset.PatientIdentityRemoved == "YES"
    assert "imulated" in dataset.DeidentificationMethod
    assert "CC BY 4.0 (test)" in dataset.PatientComments
    assert dataset.SOPClassUID.name == "Digital X-Ray Image Storage - For Presentation"
    assert dataset.Modality == "DX" and dataset.PresentationIntentType == "FOR PRESENTATION"


@pytest.mark.parametrize("kind", FilmFormat)
def test_equal_films_give_equal_bytes_and_others_have_other_identifiers(tmp_path, kind):
    first = write_film(tmp_path / "a", film(), kind).read_bytes()
    assert write_film(tmp_path / "b", film(), kind).read_bytes() == first
    if kind is FilmFormat.DICOM:
        other = write_film(tmp_path / "c", film(origin="test 2"), kind)
        assert (
            pydicom.dcmread(other).SOPInstanceUID
            != pydicom.dcmread(tmp_path / "a" / "case_00001.dcm").SOPInstanceUID
        )


def test_a_picture_has_no_pixel_size_and_says_so(tmp_path):
    image = read_image(write_film(tmp_path, film(), FilmFormat.PNG))
    assert image.calibration.provenance is SpacingProvenance.NONE
    place = landmarks_on_file(film(), image)[Side.LEFT, "FHC"]
    assert image.to_ijk(place.point()) == pytest.approx([80.75, 41.0, 0.0])


def test_a_visible_point_needs_a_place(tmp_path):
    wrong = film(landmarks={(Side.LEFT, "FHC"): TruePoint(None)})
    image = read_image(write_film(tmp_path, film(), FilmFormat.PNG))
    with pytest.raises(ConfigurationError, match="left FHC is visible without place"):
        landmarks_on_file(wrong, image)


def test_pixels_must_fit_the_camera():
    with pytest.raises(ConfigurationError, match="its camera"):
        film(pixels=np.zeros((5, 5), dtype=np.float32))
