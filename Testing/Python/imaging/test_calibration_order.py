"""The order in which sources of the pixel size are trusted, and what a reader is told of each."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
)

from HipLandmarksLib.errors import CalibrationError
from HipLandmarksLib.imaging import (
    Calibration,
    SpacingProvenance,
    choose_calibration,
    head_diameter_warning,
    length_calibration,
    magnification_calibration,
    marker_plane_error,
    read_image,
    ruler_calibration,
    with_calibration,
)

VECTORS = json.loads((Path(__file__).parent / "calibration_cases.json").read_text(encoding="utf-8"))
CASES = [case for case in VECTORS if "tags" in case]
MARKER_PLANES = [case for case in VECTORS if "marker_odd_mm" in case]
SOP_CLASSES = {
    "CR": ComputedRadiographyImageStorage,
    "DX": DigitalXRayImageStorageForPresentation,
    "OT": SecondaryCaptureImageStorage,
}
DETECTOR = {"ImagerPixelSpacing": [0.175, 0.175]}
SCANNED = {"NominalScannedPixelSpacing": [0.1, 0.1]}
IN_THE_FILE = {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.17, 0.17]}


@pytest.fixture
def film(tmp_path, radiograph, mr_slice, save):
    """Write a file with these tags and read it."""

    def read(modality="DX", **tags):
        if modality == "MR":
            return read_image(save(mr_slice(0, **tags), tmp_path / "mr.dcm"))
        dataset = radiograph(Modality=modality, SOPClassUID=SOP_CLASSES[modality], **tags)
        return read_image(save(dataset, tmp_path / "film.dcm"))

    return read


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_vectors_of_the_measurement_specification(case, film):
    tags = dict(case["tags"])
    image = film(tags.pop("Modality"), **tags)
    ball = case["ball"]
    marker = None
    if ball is not None:
        measured = ball["diameter_px"] * image.spacing[0]
        marker = length_calibration(image, measured, ball["true_mm"], "marker ball")
    calibration = choose_calibration(image, marker=marker, magnification=case["user_magnification"])
    expected = case["expected"]
    provenance = expected["provenance"].replace("PixelSpacing(patient)", "PATIENT_PLANE")
    column_mm, row_mm, _ = np.asarray(image.spacing) * calibration.factor
    assert row_mm == pytest.approx(expected["row_mm"], abs=1e-6)
    assert column_mm == pytest.approx(expected["col_mm"], abs=1e-6)
    assert calibration.provenance is SpacingProvenance(provenance)
    assert calibration.calibrated is expected["calibrated"]


@pytest.mark.parametrize("case", MARKER_PLANES, ids=[case["id"] for case in MARKER_PLANES])
def test_a_marker_at_another_height_than_the_hip(case):
    error = marker_plane_error(1150.0, case["hip_odd_mm"], case["marker_odd_mm"])
    expected = case["expected"]
    assert error.true_magnification == pytest.approx(expected["true_magnification"], abs=1e-6)
    assert error.marker_magnification == pytest.approx(expected["marker_magnification"], abs=1e-6)
    assert error.length_error_pct == pytest.approx(expected["length_error_pct"], abs=1e-6)
    assert error.length_error_mm(45.0) == pytest.approx(
        expected["error_on_45mm_offset_mm"], abs=1e-6
    )


def test_a_marker_behind_the_detector_is_refused():
    with pytest.raises(CalibrationError, match="marker must lie between the tube and the detector"):
        marker_plane_error(1150.0, 180.0, -20.0)


def test_every_vector_is_used():
    assert len(CASES) + len(MARKER_PLANES) == len(VECTORS) == 14


@pytest.mark.parametrize(
    ("tags", "marker", "magnification", "provenance"),
    [
        (IN_THE_FILE, True, 1.2, "MARKER"),
        ({**IN_THE_FILE, "PixelSpacingCalibrationType": "FIDUCIAL"}, True, None, "MARKER"),
        ({}, True, None, "MARKER"),
        (IN_THE_FILE, False, 1.2, "DICOM_CALIBRATED_UNSPECIFIED"),
        ({**IN_THE_FILE, "PixelSpacingCalibrationType": "GEOMETRY"}, False, 1.2, "DICOM_GEOMETRY"),
        (
            {**DETECTOR, "EstimatedRadiographicMagnificationFactor": 1.15},
            False,
            1.2,
            "USER_MAGNIFICATION",
        ),
        (
            {**DETECTOR, "DistanceSourceToDetector": 1150.0, "DistanceSourceToPatient": 980.0},
            False,
            1.2,
            "USER_MAGNIFICATION",
        ),
        (
            {
                **DETECTOR,
                "EstimatedRadiographicMagnificationFactor": 1.15,
                "DistanceSourceToDetector": 1150.0,
                "DistanceSourceToPatient": 980.0,
            },
            False,
            None,
            "ERMF",
        ),
        (SCANNED, False, 1.2, "USER_MAGNIFICATION"),
        ({"PixelSpacing": [0.17, 0.17]}, False, 1.2, "USER_MAGNIFICATION"),
        ({}, False, 1.2, "NONE"),
        ({"PixelAspectRatio": [4, 3]}, False, 1.2, "ASPECT_RATIO_ONLY"),
    ],
)
def test_the_more_trusted_source_wins(film, tags, marker, magnification, provenance):
    image = film(**tags)
    ball = length_calibration(image, 30.0, 25.0) if marker else None
    found = choose_calibration(image, marker=ball, magnification=magnification)
    assert found.provenance is SpacingProvenance(provenance)
    unused = magnification is not None and provenance != "USER_MAGNIFICATION"
    assert any("1.2 was not used" in remark for remark in found.remarks) == unused


def test_without_anything_new_the_calibration_of_the_file_stays(film):
    image = film(**IN_THE_FILE)
    assert choose_calibration(image) is image.calibration


def test_a_new_factor_replaces_the_old_one(film):
    """ERMF 1.15, then a marker of 1.25: the marker's 1.25 counts, not 1.15 * 1.25."""
    image = film(**DETECTOR, EstimatedRadiographicMagnificationFactor=1.15)
    again = with_calibration(image, length_calibration(image, 31.25, 25.0))
    assert again.calibration.magnification == pytest.approx(1.25)
    assert again.spacing == image.spacing
    np.testing.assert_array_equal(again.ijk_to_lps, image.ijk_to_lps)
    assert again.pixels is image.pixels


@pytest.mark.parametrize("provenance", SpacingProvenance)
def test_every_source_has_a_badge_and_all_but_the_best_a_warning(provenance):
    best = {"PATIENT_PLANE", "MARKER", "DICOM_FIDUCIAL", "DICOM_GEOMETRY"}
    calibration = Calibration(provenance, 1 / 1.2)
    assert calibration.badge
    assert (provenance.warning is None) == (provenance.value in best)
    if provenance.warning is not None:
        assert calibration.warnings == (provenance.warning,)
        assert provenance.warning.endswith(".")
    assert provenance.calibrated == (provenance.rank <= 6)


def test_badges_name_what_the_specification_names():
    assert SpacingProvenance.DETECTOR_PLANE.words == "detector plane, not corrected"
    assert Calibration(SpacingProvenance.USER_MAGNIFICATION, 1 / 1.2).badge == (
        "fixed magnification 1.20"
    )


def test_the_default_magnification_is_a_fifth(film):
    calibration = magnification_calibration(film(**DETECTOR))
    assert calibration.magnification == pytest.approx(1.20)
    assert "1 to 5 %" in calibration.warnings[0]


@pytest.mark.parametrize("wrong", [0.0, 0.8, 120.0, -1.2, float("nan")])
def test_a_magnification_that_is_none_is_refused(film, wrong):
    with pytest.raises(CalibrationError, match=r"such as 1\.20 for 120 %"):
        magnification_calibration(film(**DETECTOR), wrong)
    with pytest.raises(CalibrationError, match=r"such as 1\.20"):
        choose_calibration(film(**IN_THE_FILE), magnification=wrong)


@pytest.mark.parametrize("tags", [{}, {"PixelAspectRatio": [4, 3]}])
def test_a_magnification_makes_no_pixel_size(film, tags):
    with pytest.raises(CalibrationError, match=r"has no pixel size.*measure a marker ball"):
        magnification_calibration(film("OT", **tags), 1.2)


def test_mr_is_not_calibrated_again(film):
    image = film("MR", PixelSpacing=[0.7, 0.6])
    for calibrate in (
        lambda: magnification_calibration(image, 1.2),
        lambda: length_calibration(image, 30.0, 25.0),
        lambda: with_calibration(image, Calibration(SpacingProvenance.MARKER, 0.8)),
        lambda: choose_calibration(image, magnification=1.2),
    ):
        with pytest.raises(CalibrationError, match=r"is MR: .* needs no calibration"):
            calibrate()


def test_a_ruler_is_measured_in_pixels_or_in_the_patient(film):
    """Rows 0.3 mm, columns 0.15 mm: (0, 0) to (20, 10) pixels is 3 mm across and 3 mm down."""
    image = film(ImagerPixelSpacing=[0.3, 0.15])
    ends = [(0.0, 0.0), (20.0, 10.0)]
    by_pixel = ruler_calibration(image, *ends, true_mm=3.0)
    by_place = ruler_calibration(image, *image.to_lps([(*end, 0.0) for end in ends]), true_mm=3.0)
    assert by_pixel.provenance is SpacingProvenance.MARKER
    assert by_pixel.factor == pytest.approx(3.0 / (3.0 * 2**0.5))
    assert by_place.factor == pytest.approx(by_pixel.factor)
    assert "known length of 3 mm measures 4.243 mm" in by_pixel.detail


def test_a_ruler_gives_a_film_without_pixel_size_its_millimetres(film):
    image = film("OT", PixelAspectRatio=[4, 3])
    calibration = ruler_calibration(image, (0, 0), (20, 0), 2.0)
    assert calibration.calibrated
    assert calibration.factor == pytest.approx(0.1)
    assert "20 pixels" in calibration.detail


@pytest.mark.parametrize(
    ("ends", "true_mm", "message"),
    [
        ([(3, 3), (3, 3)], 100, "too close together"),
        ([(0, 0), (10, 0)], 100, "too close together"),
        ([(0, 0), (float("nan"), 0)], 100, "no valid position"),
        ([(0, 0), (23, 0)], 0, "above 0 mm"),
        ([(0, 0), (23, 0)], -5, "above 0 mm"),
        ([(0, 0), (23, 0)], 1e9, "cannot be"),
    ],
)
def test_a_ruler_that_is_none_is_refused(film, ends, true_mm, message):
    with pytest.raises(CalibrationError, match=message):
        ruler_calibration(film(**DETECTOR), *ends, true_mm)


@pytest.mark.parametrize(("measured", "told"), [(30.0, False), (22.0, True), (50.0, True)])
def test_an_unusual_magnification_is_told(film, measured, told):
    calibration = length_calibration(film(**DETECTOR), measured, 25.0, "marker ball")
    assert bool(calibration.remarks) == told
    assert all("unusual for a hip" in remark for remark in calibration.remarks)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({**IN_THE_FILE}, False),
        ({"ImagerPixelSpacing": [0.17, 0.17], "PixelSpacing": [0.2, 0.2]}, "no hip radiograph has"),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.17, 0.1]}, "shapes of its pixels"),
        ({"PixelSpacing": [0.0, 0.0], **DETECTOR}, "PixelSpacing .0.0 and 0.0. is not a pixel"),
    ],
)
def test_contradictions_in_the_file_are_told(film, tags, told):
    import re

    remarks = " ".join(film(**tags).calibration.remarks)
    assert bool(remarks) == bool(told)
    if told:
        assert re.search(told, remarks)


@pytest.mark.parametrize(
    ("diameter", "provenance", "age", "message"),
    [
        (48.0, "MARKER", None, None),
        (43.5, "DETECTOR_PLANE", None, None),
        (61.0, "DETECTOR_PLANE", None, "not corrected for magnification"),
        (61.0, "MARKER", None, "check the marker or the magnification"),
        (20.0, "MARKER", None, "check the pixel size"),
        (20.0, "MARKER", 8.0, None),
        (230.0, "NONE", None, None),
    ],
)
def test_the_size_of_the_femoral_head_checks_the_calibration(diameter, provenance, age, message):
    told = head_diameter_warning(diameter, Calibration(SpacingProvenance(provenance)), age)
    assert (told is None) == (message is None)
    if message:
        assert message in told
        assert "48 to 50 mm (men)" in told
