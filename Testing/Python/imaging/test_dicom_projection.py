"""Radiographs: bone bright, lying in the coronal plane, pixel size by the order of trust."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import ComputedRadiographyImageStorage, SecondaryCaptureImageStorage

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import Modality, SpacingProvenance, axis_letters, read_image

CASES = json.loads((Path(__file__).parent / "calibration_cases.json").read_text(encoding="utf-8"))
SOP_CLASSES = {"CR": ComputedRadiographyImageStorage, "OT": SecondaryCaptureImageStorage}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_pixel_size_follows_the_specification(case, tmp_path, radiograph, mr_slice, save):
    """The vectors of the measurement specification that tags alone decide."""
    tags = dict(case["tags"])
    modality = tags.pop("Modality")
    dataset = mr_slice(0, **tags) if modality == "MR" else radiograph(Modality=modality, **tags)
    image = read_image(save(dataset, tmp_path / "film.dcm"))
    expected, calibration = case["expected"], image.calibration
    provenance = expected["provenance"].replace("PixelSpacing(patient)", "PATIENT_PLANE")
    column_mm, row_mm, _ = np.asarray(image.spacing) * calibration.factor
    assert row_mm == pytest.approx(expected["row_mm"], abs=1e-6)
    assert column_mm == pytest.approx(expected["col_mm"], abs=1e-6)
    assert calibration.provenance is SpacingProvenance(provenance)
    assert calibration.calibrated is expected["calibrated"]


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
    assert "magnification of 12 was ignored" in image.metadata["notes"]


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


@pytest.mark.parametrize("stated", [None, ["A", "F"], ["F", "L"], ["L"]])
def test_any_other_orientation_is_assumed_and_told(tmp_path, radiograph, save, stated):
    image = read_image(save(radiograph(PatientOrientation=stated), tmp_path / "film.dcm"))
    assert axis_letters(image) == "LIP"
    assert image.metadata["orientation"].startswith("assumed")
    if stated:
        assert "\\".join(stated) in image.metadata["orientation"]


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
