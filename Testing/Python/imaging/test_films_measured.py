"""From a DICOM file to the numbers: level, tilted, anisotropic, mirrored and magnified films."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.imaging import (
    choose_calibration,
    magnification_calibration,
    read_image,
    with_calibration,
    with_orientation,
)
from HipLandmarksLib.measurement import MeasurementSettings, MeasurementStatus, ViewPlane, measure

CASES = json.loads((Path(__file__).parent / "film_cases.json").read_text(encoding="utf-8"))
BY_ID = {case["id"]: case for case in CASES}
ROWS, COLUMNS = 1900, 2600


@pytest.fixture
def film(tmp_path, radiograph, save):
    """Write the film of a case as it was stored, and read it."""

    def read(case, **tags):
        pixels = np.zeros((ROWS, COLUMNS), np.uint8)
        pixels[::2] = 200
        orientation = ["R", "F"] if case["mirrored_display"] else ["L", "F"]
        tags = {"PatientOrientation": orientation, **tags}
        tags.setdefault("ImagerPixelSpacing", case["spacing_row_col_mm"])
        return read_image(save(radiograph(pixels, **tags), tmp_path / "film.dcm"))

    return read


def _landmarks(case, image) -> HipLandmarks:
    return HipLandmarks.of(
        Landmark(Side(side), key, tuple(image.to_lps((*pixel, 0.0)).tolist()))
        for side, points in case["landmarks_px_col_row"].items()
        for key, pixel in points.items()
        if not key.startswith("RIM")
    )


def _measured(case, image):
    settings = MeasurementSettings.for_image(image)
    found = measure(_landmarks(case, image), ViewPlane.from_image(image), settings)
    return {(one.side.value, one.id): one for one in found}


def _compared(found, expected):
    """Pairs of value and expectation of what the case expects and the table measures."""
    return [
        (found[side, name.removesuffix("@teardrop")].value, value)
        for side, values in expected.items()
        for name, value in values.items()
        if (side, name.removesuffix("@teardrop")) in found
    ]


@pytest.mark.parametrize("case", CASES, ids=BY_ID)
def test_the_datasets_of_the_measurement_specification(case, film):
    image = film(case)
    pairs = _compared(_measured(case, image), case["expected"])
    assert len(pairs) > 30
    for value, expected in pairs:
        assert value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("by", ["magnification", "ERMF", "SID_SOD", "choice"])
def test_a_magnified_film_is_corrected_whichever_way(film, by):
    case = BY_ID["D5"]
    tags = {
        "ERMF": {"EstimatedRadiographicMagnificationFactor": 1.2},
        "SID_SOD": {"DistanceSourceToDetector": 1200.0, "DistanceSourceToPatient": 1000.0},
    }.get(by, {})
    image = film(case, **tags)
    if by == "magnification":
        image = with_calibration(image, magnification_calibration(image, 1.2))
    elif by == "choice":
        image = with_calibration(image, choose_calibration(image, magnification=1.2))
    after = case["expected_after_calibration"]
    found = _measured(case, image)
    pairs = _compared(found, {side: after[side] for side in ("R", "L")})
    assert pairs
    for value, expected in pairs:
        assert value == pytest.approx(expected, abs=1e-6)
    assert all(MeasurementStatus.UNCALIBRATED not in one.status for one in found.values())


def test_a_mirrored_film_without_orientation_is_caught_and_can_be_put_right(film):
    """As an AP view the sides are swapped: the points say so, and nothing is classified."""
    case = BY_ID["D4"]
    image = film(case, PatientOrientation=None)
    assert image.metadata["orientation"].startswith("assumed")
    wrong = _measured(case, image)["L", "lce"]
    assert MeasurementStatus.SIDE_INCONSISTENT in wrong.status
    assert wrong.classification is None
    right = _measured(case, with_orientation(image, "R", "F"))["L", "lce"]
    assert MeasurementStatus.SIDE_INCONSISTENT not in right.status
    assert right.value == pytest.approx(case["expected"]["L"]["lce@teardrop"], abs=1e-6)
