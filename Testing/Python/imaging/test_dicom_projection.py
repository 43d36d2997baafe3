"""Radiographs: bone bright, lying in the coronal plane, pixel size by the order of trust."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import (
    Modality,
    SpacingProvenance,
    axis_letters,
    read_image,
    with_orientation,
)


def test_the_magnification_stays_apart_from_the_grid(tmp_path, radiograph, save):
    film = radiograph(
        ImagerPixelSpacing=[0.15, 0.15], EstimatedRadiographicMagnificationFactor=1.15
    )
    image = read_image(save(film, tmp_path / "film.dcm"))
    assert image.spacing[:2] == pytest.approx((0.15, 0.15))
    assert image.calibration.factor == pytest.approx(1 / 1.15)


@pytest.mark.parametrize(
    ("tags", "provenance", "row_mm"),
    [
        (
            {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 1.0},
            "DETECTOR_PLANE",
            0.2,
        ),
        (
            {
                "ImagerPixelSpacing": [0.2, 0.2],
                "DistanceSourceToDetector": 1000.0,
                "DistanceSourceToPatient": 0.0,
            },
            "DETECTOR_PLANE",
            0.2,
        ),
        (
            {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2001, 0.2001]},
            "DETECTOR_PLANE",
            0.2,
        ),
        ({"NominalScannedPixelSpacing": [0.1, 0.1]}, "SCANNED_FILM", 0.1),
        (
            {"NominalScannedPixelSpacing": [0.1, 0.1], "PixelSpacing": [0.1, 0.1]},
            "SCANNED_FILM",
            0.1,
        ),
        (
            {"NominalScannedPixelSpacing": [0.1, 0.1], "PixelSpacing": [0.08, 0.08]},
            "DICOM_CALIBRATED_UNSPECIFIED",
            0.08,
        ),
        (
            {
                "ImagerPixelSpacing": [0.2, 0.2],
                "PixelSpacing": [0.17, 0.17],
                "PixelSpacingCalibrationType": "FIDUCIAL",
                "EstimatedRadiographicMagnificationFactor": 1.3,
            },
            "DICOM_FIDUCIAL",
            0.17,
        ),
        ({"PixelSpacing": [0.0, 0.0], "ImagerPixelSpacing": [0.2, 0.2]}, "DETECTOR_PLANE", 0.2),
        ({"PixelSpacing": [0.0, 0.0]}, "NONE", 1.0),
    ],
)
def test_implausible_and_contradicting_tags(tmp_path, radiograph, save, tags, provenance, row_mm):
    image = read_image(save(radiograph(**tags), tmp_path / "film.dcm"))
    assert image.calibration.provenance is SpacingProvenance(provenance)
    assert image.spacing[1] * image.calibration.factor == pytest.approx(row_mm)


def test_an_ignored_magnification_is_told(tmp_path, radiograph, save):
    film = radiograph(
        ImagerPixelSpacing=[0.15, 0.15], EstimatedRadiographicMagnificationFactor=12.0
    )
    image = read_image(save(film, tmp_path / "film.dcm"))
    assert "magnification of 12 was ignored" in image.calibration.remarks[0]
    assert image.calibration.provenance is SpacingProvenance.DETECTOR_PLANE


def test_a_film_lies_in_the_coronal_plane(tmp_path, radiograph, save):
    film = radiograph(PatientOrientation=["L", "F"], ImagerPixelSpacing=[0.2, 0.1])
    image = read_image(save(film, tmp_path / "film.dcm"))
    assert axis_letters(image) == "LIP"
    assert image.orientation == "coronal"
    np.testing.assert_allclose(image.to_lps([10, 0, 0]), (1.0, 0, 0), atol=1e-12)
    np.testing.assert_allclose(image.to_lps([0, 10, 0]), (0, 0, -2.0), atol=1e-12)
    assert image.modality is Modality.XRAY
    assert image.metadata["orientation"] == "from DICOM PatientOrientation L\\F"


def test_a_mirrored_film_keeps_its_pixels_and_says_so_in_its_geometry(tmp_path, radiograph, save):
    film = radiograph(PatientOrientation=["R", "F"])
    image = read_image(save(film, tmp_path / "film.dcm"))
    assert axis_letters(image) == "RIA"
    np.testing.assert_allclose(image.to_lps([5, 0, 0]), (-5, 0, 0))
    assert np.linalg.det(image.ijk_to_lps[:3, :3]) > 0


def test_a_film_upside_down_is_understood(tmp_path, radiograph, save):
    image = read_image(save(radiograph(PatientOrientation=["R", "H"]), tmp_path / "film.dcm"))
    assert axis_letters(image) == "RSP"


@pytest.mark.parametrize(
    ("stated", "letters"),
    [(["F", "R"], "IRP"), (["F", "L"], "ILA"), (["H", "L"], "SLP"), (["L", "H"], "LSA")],
)
def test_a_turned_film_lies_as_its_file_states(tmp_path, radiograph, save, stated, letters):
    film = radiograph(PatientOrientation=stated, ImagerPixelSpacing=[0.2, 0.1])
    image = read_image(save(film, tmp_path / "film.dcm"))
    assert axis_letters(image) == letters
    assert image.spacing[:2] == pytest.approx((0.1, 0.2))
    assert image.orientation == "coronal"
    assert "stored turned" in image.metadata["notes"]
    assert ("mirrored" in image.metadata["notes"]) == letters.endswith("A")


@pytest.mark.parametrize("stated", [None, ["A", "F"], ["L"], ["L", "R"], ["X", "F"], ["F", "H"]])
def test_any_other_orientation_is_assumed_and_told(tmp_path, radiograph, save, stated):
    image = read_image(save(radiograph(PatientOrientation=stated), tmp_path / "film.dcm"))
    assert axis_letters(image) == "LIP"
    assert image.metadata["orientation"].startswith("assumed")
    if stated:
        assert "\\".join(stated) in image.metadata["orientation"]


def test_a_person_can_state_the_orientation_that_the_file_does_not(tmp_path, radiograph, save):
    film = radiograph(PatientOrientation=None, ImagerPixelSpacing=[0.2, 0.1])
    image = read_image(save(film, tmp_path / "film.dcm"))
    turned = with_orientation(image, "R", "F")
    assert axis_letters(turned) == "RIA"
    assert turned.spacing[:2] == pytest.approx((0.1, 0.2))
    assert turned.metadata["orientation"].startswith("stated by the user")
    assert turned.calibration is image.calibration
    with pytest.raises(ImageError, match="does not show the hips from the front"):
        with_orientation(image, "A", "F")


def test_monochrome1_is_inverted_so_that_bone_is_bright(tmp_path, radiograph, save):
    plain = read_image(save(radiograph(), tmp_path / "2.dcm"))
    film = radiograph(PhotometricInterpretation="MONOCHROME1")
    inverted = read_image(save(film, tmp_path / "1.dcm"))
    np.testing.assert_array_equal(inverted.pixels, plain.pixels[:, :, ::-1])
    assert "MONOCHROME1" in inverted.metadata["notes"]


def test_colour_and_lossy_compression_are_noted(tmp_path, radiograph, save):
    colour = np.random.default_rng(0).integers(0, 255, (20, 24, 3)).astype(np.uint8)
    film = radiograph(colour, LossyImageCompression="01", LossyImageCompressionRatio=12.5)
    image = read_image(save(film, tmp_path / "film.dcm"))
    np.testing.assert_allclose(
        image.pixels[0], colour @ np.array([0.299, 0.587, 0.114]), atol=0.5001
    )
    assert "lossy compression 12.5:1" in image.metadata["notes"]
    assert "colour was turned to grey" in image.metadata["notes"]


def test_a_cine_is_refused(tmp_path, radiograph, save):
    film = radiograph(NumberOfFrames=3, Modality="XA")
    film.PixelData = film.PixelData * 3
    with pytest.raises(ImageError, match="cine of 3 frames: export the one frame"):
        read_image(save(film, tmp_path / "film.dcm"))


def test_side_and_view_are_kept(tmp_path, radiograph, save):
    film = radiograph(ImageLaterality="R", ViewPosition="PA", BodyPartExamined="HIP")
    facts = read_image(save(film, tmp_path / "film.dcm")).metadata
    assert (facts["laterality"], facts["view_position"], facts["body_part"]) == ("R", "PA", "HIP")
    assert "PA view" in facts["notes"]
